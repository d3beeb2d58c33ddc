"""The spectra of a layer's matrices: singular values in order of size, eigenvalues around the unit circle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..analysis import Spectrum, spectra
from ..cells import Quantity
from ..cells.activations import Array
from ..colours import GRID, REFERENCE, Style, round_up
from ..errors import ArgumentError, UnknownNameError
from ..model import Model
from ..number_format import short_number
from .chart_parts import (
    EndLabel,
    Part,
    annotation,
    axis_title,
    chart_axis,
    chart_layout,
    coloured,
    end_labels,
    horizontal_line,
    label_room,
    log_ticks,
    power_of_ten,
    styled_line,
)
from .growth_chart import DASHES, MARKERS
from .matrix_heatmaps import plot_frame
from .plain_figure import Content, figure
from .weight_charts import input_title

HEIGHT = 220
MARKED = 16  # markers on a line
DEEPEST = 6  # powers of ten below the largest singular value of all; smaller values are drawn at the floor
SQUARE, TOP, BETWEEN, FOOT = 165, 40, 14, 28  # pixels of a plane, above it, below it, and for its ticks


@figure
def weight_spectrum(
    model: Model,
    layer: int = 0,
    direction: str = "forward",
    *,
    matrix: Literal["recurrent", "input"] = "recurrent",
    known: Sequence[Spectrum] | None = None,
) -> Content:
    """Draw the singular values of each gate's matrix, the largest first, on a logarithmic scale.

    Values more than six powers of ten below the largest of all are drawn at the floor of the axis, hollow.

    Parameters
    ----------
    model : Model
        A model.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    matrix : {"recurrent", "input"}, default "recurrent"
        The matrices of the old hidden state, or of the input.
    known : sequence of Spectrum, optional
        The layer's spectra, if they were computed before.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each gate.

    Raises
    ------
    UnknownNameError
        If there is no such layer or direction.
    ArgumentError
        If there is no such matrix, or the cell has no recurrent weights.
    """
    if matrix not in ("recurrent", "input"):
        raise ArgumentError(
            f"There is no matrix {matrix!r}; expected 'recurrent' or 'input'.",
            name="matrix",
            value=matrix,
            allowed=("recurrent", "input"),
        )
    listed = _spectra(model, layer, direction, known, matrix == "recurrent")
    curves = [spectrum.recurrent if matrix == "recurrent" else spectrum.input for spectrum in listed]
    longest, scale = max(map(len, curves)), _scale(np.concatenate(curves))
    data, ends = [], []
    for k, (spectrum, values) in enumerate(zip(listed, curves, strict=True)):
        (style, glyph), count = gate_style(spectrum.gate, k), len(values)
        below = values < scale.floor
        drawn = np.maximum(values, scale.floor)
        hover = f"singular value %{{x}} of {count}<br><b>%{{customdata:.4~g}}</b>"
        line = styled_line(style, spectrum.gate.title, np.arange(1, count + 1), drawn, hover, customdata=values)
        symbols = [f"{style.marker}-open" if hollow else style.marker for hollow in below]
        line["marker"] |= {"symbol": symbols if below.any() else style.marker, "size": 6, "maxdisplayed": MARKED}
        data.append(line)
        ends.append(EndLabel(f"{glyph} <i>{spectrum.gate.symbol}</i>", count, float(np.log10(drawn[-1]))))
    content = chart_layout(HEIGHT, left=46, right=label_room(["n"]) + 8, top=44, bottom=44)
    content["xaxis"] = chart_axis(
        range=[1 - 0.02 * longest, longest * 1.02],
        nticks=6,
        showgrid=False,
        tickformat="d",
        title=axis_title("largest first"),
    )
    content["yaxis"] = chart_axis(type="log", range=[*scale.edges], tickvals=scale.ticks, ticktext=scale.texts)
    if scale.edges[0] <= 0 <= scale.edges[1]:
        content["shapes"] = [horizontal_line(1.0)]
        content["annotations"].append(_one_in_words(above=scale.near_one))
    seen = {spectrum.recurrent_of if matrix == "recurrent" else input_title(layer) for spectrum in listed}
    words = f"<b>Singular values</b> of W<sub>{'h' if matrix == 'recurrent' else 'i'}</sub>"
    words += f", for the {seen.pop()}" if len(seen) == 1 else ""
    legend = "   ".join(f"{glyph} {spectrum.gate.title}" for spectrum, (_, glyph) in _styled(listed))
    content["annotations"] += [
        annotation(words, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=24, xshift=-40, size=13),
        annotation(legend, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=6, xshift=-40, size=11),
        *end_labels(ends, scale.edges, HEIGHT),
    ]
    return {"data": data[::-1], "layout": content}


@figure
def eigenvalue_chart(
    model: Model,
    layer: int = 0,
    direction: str = "forward",
    *,
    gates: Sequence[str] | None = None,
    known: Sequence[Spectrum] | None = None,
) -> Content:
    """Draw the eigenvalues of each gate's recurrent matrix in the complex plane, around the unit circle.

    The scale is the same whichever gates are drawn.

    Parameters
    ----------
    model : Model
        A model.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    gates : sequence of str, optional
        The names of the gates to draw; all by default.
    known : sequence of Spectrum, optional
        The layer's spectra, if they were computed before.

    Returns
    -------
    plotly.graph_objects.Figure
        One plane for each gate.

    Raises
    ------
    UnknownNameError
        If there is no such layer, direction or gate.
    ArgumentError
        If the cell has no recurrent weights, or no recurrent matrix is square, as where the hidden state has another
        size than the gates.
    """
    listed = _spectra(model, layer, direction, known, recurrent=True)
    listed = [spectrum for spectrum in listed if len(spectrum.eigenvalues)]
    if not listed:
        raise ArgumentError(
            "The recurrent matrices of this cell are not square, and so have no eigenvalues.",
            code="not_square",
            name="model",
        )
    names = tuple(spectrum.gate.name for spectrum in listed)
    if missing := set(gates or ()) - set(names):
        raise UnknownNameError(
            f"There is no gate {min(missing)!r}; the cell has {', '.join(names)}.",
            kind="gate",
            name=min(missing),
            allowed=names,
        )
    edge = round_up(max(1.2, *(spectrum.radius for spectrum in listed)))
    styled = [(spectrum, style) for spectrum, style in _styled(listed) if not gates or spectrum.gate.name in gates]
    columns = min(2, len(styled))
    rows = -(-len(styled) // columns)
    step = TOP + SQUARE + BETWEEN + FOOT
    inner = rows * step - TOP - BETWEEN - FOOT
    content = chart_layout(inner, left=40, right=12, top=TOP + 46, bottom=FOOT + 20)
    content["shapes"], data = [], []
    for k, (spectrum, (style, glyph)) in enumerate(styled):
        end, top = str(k + 1) if k else "", inner - k // columns * step
        domain = [max(0.0, (top - SQUARE) / inner), min(1.0, top / inner)]
        left = 0.53 * (k % columns)
        plane: Part = {"range": [-edge, edge], "constrain": "domain", "showgrid": False, "tickvals": [0, edge]}
        plane |= {"zeroline": True, "zerolinecolor": GRID, "zerolinewidth": 1}
        content[f"xaxis{end}"] = chart_axis(
            domain=[left, left + (0.47 if columns > 1 else 1)],
            anchor=f"y{end}",
            constraintoward="left",
            ticktext=["0", short_number(edge)],
            **plane,
        )
        content[f"yaxis{end}"] = chart_axis(
            domain=domain,
            anchor=f"x{end}",
            scaleanchor=f"x{end}",
            constraintoward="top",
            ticktext=["0", f"{short_number(edge)}i"],
            showticklabels=k % columns == 0,
            **plane,
        )
        content["shapes"].append(plot_frame(end))
        content["shapes"].append(unit_circle(end))
        data.append(_points(spectrum, style, end))
        title = spectrum.gate.title
        text = (
            f"{glyph} <b>{title[0].upper()}{title[1:]}</b>  <i>{spectrum.gate.symbol}</i>"
            f"<br>spectral radius {short_number(spectrum.radius)}"
        )
        content["annotations"].append(
            annotation(text, left, domain[1], ("paper", "paper"), yanchor="bottom", yshift=4, size=12)
        )
    words = "<b>Eigenvalues</b> of the recurrent matrices W<sub>h</sub><br>○ the unit circle; one scale for all"
    content["annotations"].append(
        annotation(words, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=TOP + 8, xshift=-34, size=13)
    )
    return {"data": data, "layout": content}


def gate_style(gate: Quantity, k: int) -> tuple[Style, str]:
    """The style of the k-th gate of a cell in a line chart, and its marker in its colour, for labels."""
    marker, glyph = MARKERS[k % len(MARKERS)]
    return Style(gate.colour, DASHES[k % len(DASHES)], marker, glyph), coloured(glyph, gate.colour)


def _styled(listed: Sequence[Spectrum]) -> list[tuple[Spectrum, tuple[Style, str]]]:
    return [(spectrum, gate_style(spectrum.gate, k)) for k, spectrum in enumerate(listed)]


def _spectra(
    model: Model, layer: int, direction: str, known: Sequence[Spectrum] | None, recurrent: bool
) -> Sequence[Spectrum]:
    """The spectra of a layer; only those of gates with a recurrent matrix, if that is wanted."""
    cell = model.network.cell(layer, direction)
    listed = [each for each in (spectra(cell) if known is None else known) if each.recurrent_of or not recurrent]
    if not listed:
        raise ArgumentError(
            f"The {cell.title} has no recurrent weights, and so no spectrum of them.",
            code="no_recurrent_weights", name="model", value=cell.name,
        )  # fmt: skip
    return listed


class _Scale(NamedTuple):
    """A logarithmic axis. floor: where smaller values are drawn. edges: its range, in logarithms.

    near_one: whether the largest value is close to 1, so that words on 1 fit only above it, at the right.
    """

    floor: float
    edges: tuple[float, float]
    ticks: list[float]
    texts: list[str]
    near_one: bool


def _scale(values: Array) -> _Scale:
    """An axis that holds all values that are not negligible beside the largest."""
    most = float(values.max()) or 1.0
    high, near_one = int(np.ceil(np.log10(most))), 0.8 < most < 1.6
    lowest = high - DEEPEST
    if (values < 10.0**lowest).any():
        ticks, texts = log_ticks(lowest, high)
        others = [(tick, text) for tick, text in zip(ticks, texts, strict=True) if tick > 10.0 ** (lowest + 1)]
        ticks = [10.0**lowest, *(tick for tick, _ in others)]
        texts = [f"≤{power_of_ten(lowest)}", *(text for _, text in others)]
        return _Scale(10.0**lowest, (lowest - 0.2, high + (0.6 if near_one else 0.1)), ticks, texts, near_one)
    low, top = float(np.log10(values.min())), float(np.log10(most))
    room = 0.05 * max(top - low, 0.5)
    edges = (low - room, max(top, 0.0) + 2.4 * room if near_one else top + room)
    if top - low > 2:
        return _Scale(0.0, edges, *log_ticks(int(np.ceil(edges[0])), int(np.floor(edges[1]))), near_one)
    ticks = [step * 10.0**power for power in range(lowest, high + 1) for step in (1, 2, 5)]
    ticks = [tick for tick in ticks if edges[0] <= np.log10(tick) <= edges[1]] or [most]
    return _Scale(0.0, edges, ticks, [short_number(tick) for tick in ticks], near_one)


def _one_in_words(*, above: bool) -> Part:
    """What the line at 1 means, where no curve is: at its right end above it, or at its left end below."""
    place: Part = {"anchor": "right", "xshift": -4, "yshift": 10} if above else {"xshift": 4, "yshift": -10}
    words = annotation("1: lengths are kept", int(above), 0, ("x domain", "y"), **place)
    return words | {"font": {"size": 11, "color": REFERENCE}}


def _points(spectrum: Spectrum, style: Style, end: str) -> Part:
    values = spectrum.eigenvalues
    return {
        "type": "scatter",
        "mode": "markers",
        "name": spectrum.gate.title,
        "x": values.real,
        "y": values.imag,
        "customdata": np.abs(values),
        "xaxis": f"x{end}",
        "yaxis": f"y{end}",
        "marker": {"color": style.colour, "symbol": style.marker, "size": 5, "opacity": 0.8},
        "cliponaxis": False,
        "hovertemplate": f"{spectrum.gate.title}<br><b>%{{x:.3f}} %{{y:+.3f}}i</b><br>"
        "modulus %{customdata:.3f}<extra></extra>",
    }


def unit_circle(end: str) -> Part:
    """The unit circle in a plot area."""
    place = {"xref": f"x{end}", "yref": f"y{end}", "x0": -1, "x1": 1, "y0": -1, "y1": 1}
    return {"type": "circle", **place, "line": {"color": REFERENCE, "width": 1.5}}
