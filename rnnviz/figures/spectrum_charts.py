"""The spectra of a layer's matrices: singular values in order of size, eigenvalues around the unit circle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..analysis.weights.gate_weights import cell_of
from ..analysis.weights.weight_spectra import Spectrum, spectra
from ..cells import Quantity
from ..cells.activations import Array
from ..colours import GRID, REFERENCE, Style, round_up
from ..model import Model
from .growth_chart import DASHES, MARKERS, short
from .line_chart import End, Part, across, axis, beside, decades, layout, line, note, room_beside, under
from .matrix_heatmaps import frame
from .plain_figure import Content, figure

HEIGHT = 220
MARKED = 16  # markers on a line
DEEPEST = 6  # powers of ten below the largest singular value of all; beyond them a value stands at the floor
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
    """The singular values of each gate's matrix, the largest first, on a logarithmic scale.

    matrix: which ones, those of the old hidden state or of the input. known: the layer's spectra, if they were computed
    before. Values more than six powers of ten below the largest of all stand at the floor of the axis, hollow.
    Raises ValueError if there is no such layer, direction or matrix.
    """
    if matrix not in ("recurrent", "input"):
        raise ValueError(f"there is no matrix {matrix!r}; expected 'recurrent' or 'input'")
    found = _spectra(model, layer, direction, known)
    curves = [one.recurrent if matrix == "recurrent" else one.input for one in found]
    count, scale = len(curves[0]), _scale(np.concatenate(curves))
    data, ends = [], []
    for k, (one, values) in enumerate(zip(found, curves, strict=True)):
        style, glyph = style_of(one.gate, k)
        lost = values < scale.floor
        drawn = np.maximum(values, scale.floor)
        hover = f"singular value %{{x}} of {count}<br><b>%{{customdata:.4~g}}</b>"
        made = line(style, one.gate.title, np.arange(1, count + 1), drawn, hover, customdata=values)
        symbol = [f"{style.marker}-open" if gone else style.marker for gone in lost] if lost.any() else style.marker
        made["marker"] |= {"symbol": symbol, "size": 6, "maxdisplayed": MARKED}
        data.append(made)
        ends.append(End(f"{glyph} <i>{one.gate.symbol}</i>", count, float(np.log10(drawn[-1]))))
    content = layout(HEIGHT, left=46, right=room_beside(["n"]) + 8, top=44, bottom=44)
    content["xaxis"] = axis(
        range=[1 - 0.02 * count, count * 1.02], nticks=6, showgrid=False, tickformat="d", title=under("largest first")
    )
    content["yaxis"] = axis(type="log", range=[*scale.edges], tickvals=scale.ticks, ticktext=scale.texts)
    if scale.edges[0] <= 0 <= scale.edges[1]:
        content["shapes"] = [across(1.0)]
        content["annotations"].append(_one(above=scale.near_one))
    what = "old hidden state" if matrix == "recurrent" else "layer below" if layer else "input"
    words = f"<b>Singular values</b> of W<sub>{'h' if matrix == 'recurrent' else 'i'}</sub>, for the {what}"
    legend = "   ".join(f"{glyph} {one.gate.title}" for one, (_, glyph) in _styled(found))
    content["annotations"] += [
        note(words, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=24, xshift=-40, size=13),
        note(legend, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=6, xshift=-40, size=11),
        *beside(ends, scale.edges, HEIGHT),
    ]
    return {"data": data[::-1], "layout": content}


@figure
def eigenvalues(
    model: Model,
    layer: int = 0,
    direction: str = "forward",
    *,
    gates: Sequence[str] | None = None,
    known: Sequence[Spectrum] | None = None,
) -> Content:
    """The eigenvalues of each gate's recurrent matrix in the complex plane, around the unit circle.

    The scale is the same whatever gates are drawn. gates: which ones, by name; all if left out. known: the layer's
    spectra, if they were computed before.
    Raises ValueError if there is no such layer, direction or gate.
    """
    found = _spectra(model, layer, direction, known)
    if missing := set(gates or ()) - {one.gate.name for one in found}:
        raise ValueError(f"there is no gate {min(missing)!r}; the cell has {', '.join(one.gate.name for one in found)}")
    edge = round_up(max(1.2, *(one.radius for one in found)))
    styled = [(one, style) for one, style in _styled(found) if not gates or one.gate.name in gates]
    columns = min(2, len(styled))
    rows = -(-len(styled) // columns)
    step = TOP + SQUARE + BETWEEN + FOOT
    inner = rows * step - TOP - BETWEEN - FOOT
    content = layout(inner, left=40, right=12, top=TOP + 46, bottom=FOOT + 20)
    content["shapes"], data = [], []
    for k, (one, (style, glyph)) in enumerate(styled):
        end, top = str(k + 1) if k else "", inner - k // columns * step
        domain = [max(0.0, (top - SQUARE) / inner), min(1.0, top / inner)]
        across_from = 0.53 * (k % columns)
        plane: Part = {"range": [-edge, edge], "constrain": "domain", "showgrid": False, "tickvals": [0, edge]}
        plane |= {"zeroline": True, "zerolinecolor": GRID, "zerolinewidth": 1}
        content[f"xaxis{end}"] = axis(
            domain=[across_from, across_from + (0.47 if columns > 1 else 1)],
            anchor=f"y{end}",
            constraintoward="left",
            ticktext=["0", short(edge)],
            **plane,
        )
        content[f"yaxis{end}"] = axis(
            domain=domain,
            anchor=f"x{end}",
            scaleanchor=f"x{end}",
            constraintoward="top",
            ticktext=["0", f"{short(edge)}i"],
            showticklabels=k % columns == 0,
            **plane,
        )
        content["shapes"].append(frame(end))
        content["shapes"].append(_circle(end))
        data.append(_points(one, style, end))
        title = f"{glyph} <b>{one.gate.title[0].upper()}{one.gate.title[1:]}</b>  <i>{one.gate.symbol}</i>"
        text = f"{title}<br>spectral radius {short(one.radius)}"
        content["annotations"].append(
            note(text, across_from, domain[1], ("paper", "paper"), yanchor="bottom", yshift=4, size=12)
        )
    words = "<b>Eigenvalues</b> of the recurrent matrices W<sub>h</sub><br>○ the unit circle; one scale for all"
    content["annotations"].append(
        note(words, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=TOP + 8, xshift=-34, size=13)
    )
    return {"data": data, "layout": content}


def style_of(gate: Quantity, k: int) -> tuple[Style, str]:
    """How the k-th gate of a cell looks in a line chart, and its marker in its colour, for labels."""
    marker, glyph = MARKERS[k % len(MARKERS)]
    return Style(
        gate.colour, DASHES[k % len(DASHES)], marker, glyph
    ), f'<span style="color:{gate.colour}">{glyph}</span>'


def _styled(found: Sequence[Spectrum]) -> list[tuple[Spectrum, tuple[Style, str]]]:
    return [(one, style_of(one.gate, k)) for k, one in enumerate(found)]


def _spectra(model: Model, layer: int, direction: str, known: Sequence[Spectrum] | None) -> Sequence[Spectrum]:
    cell = cell_of(model.network, layer, direction)
    return spectra(cell) if known is None else known


class _Scale(NamedTuple):
    """A logarithmic axis. floor: at which smaller values stand. edges: its range, in logarithms.

    near_one: whether the largest value is close to 1, so that words on 1 fit only above it, at the right.
    """

    floor: float
    edges: tuple[float, float]
    ticks: list[float]
    texts: list[str]
    near_one: bool


def _scale(values: Array) -> _Scale:
    """An axis that holds all values that are not lost beside the largest."""
    most = float(values.max()) or 1.0
    high, near_one = int(np.ceil(np.log10(most))), 0.8 < most < 1.6
    lowest = high - DEEPEST
    if (values < 10.0**lowest).any():
        ticks, texts = decades(lowest, high)
        kept = [(tick, text) for tick, text in zip(ticks, texts, strict=True) if tick > 10.0 ** (lowest + 1)]
        ticks, texts = [10.0**lowest, *(t for t, _ in kept)], [f"≤10<sup>{lowest}</sup>", *(t for _, t in kept)]
        texts[0] = texts[0].replace("-", "−")
        return _Scale(10.0**lowest, (lowest - 0.2, high + (0.6 if near_one else 0.1)), ticks, texts, near_one)
    low, top = float(np.log10(values.min())), float(np.log10(most))
    room = 0.05 * max(top - low, 0.5)
    edges = (low - room, max(top, 0.0) + 2.4 * room if near_one else top + room)
    if top - low > 2:
        return _Scale(0.0, edges, *decades(int(np.ceil(edges[0])), int(np.floor(edges[1]))), near_one)
    ticks = [step * 10.0**power for power in range(lowest, high + 1) for step in (1, 2, 5)]
    ticks = [tick for tick in ticks if edges[0] <= np.log10(tick) <= edges[1]] or [most]
    return _Scale(0.0, edges, ticks, [short(tick) for tick in ticks], near_one)


def _one(*, above: bool) -> Part:
    """What the line at 1 means, where no curve is: at its right end above it, or at its left end below."""
    place: Part = {"anchor": "right", "xshift": -4, "yshift": 10} if above else {"xshift": 4, "yshift": -10}
    made = note("1: length is kept", int(above), 0, ("x domain", "y"), **place)
    return made | {"font": {"size": 11, "color": REFERENCE}}


def _points(one: Spectrum, style: Style, end: str) -> Part:
    values = one.eigenvalues
    return {
        "type": "scatter",
        "mode": "markers",
        "name": one.gate.title,
        "x": values.real,
        "y": values.imag,
        "customdata": np.abs(values),
        "xaxis": f"x{end}",
        "yaxis": f"y{end}",
        "marker": {"color": style.colour, "symbol": style.marker, "size": 5, "opacity": 0.8},
        "cliponaxis": False,
        "hovertemplate": f"{one.gate.title}<br><b>%{{x:.3f}} %{{y:+.3f}}i</b><br>"
        "modulus %{customdata:.3f}<extra></extra>",
    }


def _circle(end: str) -> Part:
    place = {"xref": f"x{end}", "yref": f"y{end}", "x0": -1, "x1": 1, "y0": -1, "y1": 1}
    return {"type": "circle", **place, "line": {"color": REFERENCE, "width": 1.5}}
