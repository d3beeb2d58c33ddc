"""Everything that a trace recorded, as one figure: heatmaps stacked on one time axis.

What the readout gives is on top, then the states, then the gates in the order of computation. Time runs along x,
labelled with the tokens; units run along y.

The constant parts are built once for a kind of trace (`HeatmapTemplate`); a keystroke adds only numbers and labels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from ..cells import Quantity
from ..colours import (
    PLAYHEAD,
    PREDICTION,
    diverging_scale,
    quantity_scale,
    scale_limits,
    sequential_scale,
    symmetric_limit,
)
from ..errors import ArgumentError
from ..number_format import digits
from ..trace import Trace
from .chart_parts import coloured, scale_ticks
from .plain_figure import Content
from .readout_rows import CLASSES, has_signs, readout_rows
from .token_labels import markup_label, token_labels, token_room

TITLE = 26  # pixels above each panel
GAP = 10  # pixels below it
MARGIN = {"l": 78, "r": 44}
CLASS, LEAST = 17, 30  # pixels of a class of the readout, and of all of them at least: a colour bar has two numbers
MOST_MARKS = 2000  # crosses on cells that are no finite numbers
PREDICTION_PANEL = "prediction"  # the name of the readout's panel, beside those of the quantities


class Panel(NamedTuple):
    """One heatmap of the stack: a quantity, or the readout's outputs (quantity None); or the change of either.

    is_value, signed: of outputs, whether they are values and not probabilities, and whether they can be negative.
    """

    quantity: Quantity | None
    height: int
    change: bool = False
    is_value: bool = False
    signed: bool = False

    def limits(self, *tables: np.ndarray) -> tuple[float, float] | None:
        """The ends of the colour scale of outputs that it holds; None where the scale is fixed."""
        most = max(map(symmetric_limit, tables))
        return (-most, most) if self.signed else None

    @property
    def readout(self) -> str:
        """What the outputs are called."""
        return "output" if self.is_value else "prediction"


class PanelValues(NamedTuple):
    """What fills a panel: z (rows, T), labels of rows that are not units, and limits of colours that are not fixed."""

    z: np.ndarray
    rows: list[str] | None = None
    limits: tuple[float, float] | None = None
    gaps: np.ndarray | None = None  # the columns without a step, whose NaN mean nothing


def heatmaps(
    trace: Trace,
    quantities: Sequence[str] | None = None,
    *,
    layer: int = 0,
    direction: str = "forward",
    step: int | None = None,
) -> go.Figure:
    """Draw the stacked heatmaps of a trace, for one layer and direction.

    Parameters
    ----------
    trace : Trace
        A run of T steps.
    quantities : sequence of str, optional
        The panels from top to bottom: names of quantities, and "prediction" for what the readout gives,
        probabilities or values. By default this, the states and the gates.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    step : int, optional
        The step to mark with the playhead, counted from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        One heatmap for each panel, with units (or labels) in rows and steps in columns.

    Raises
    ------
    UnknownQuantityError
        If the trace has no such quantity, layer or direction.
    ArgumentError
        If there is no panel to show.

    Examples
    --------
    >>> import rnnviz
    >>> figure = heatmaps(rnnviz.load("names-lstm").trace("Rossi"), ["prediction", "forget"])
    >>> [heatmap.name for heatmap in figure.data]
    ['prediction', 'forget']
    """
    template = HeatmapTemplate(trace, quantities, layer=layer)
    return go.Figure(template.fill(trace, layer=layer, direction=direction, step=step))


class HeatmapTemplate:
    """The constant parts of the heatmaps of one kind of trace: of the same cell, sizes and labels.

    Parameters
    ----------
    trace : Trace
        A trace of that kind.
    quantities : sequence of str, optional
        The panels, as for `heatmaps`.
    layer : int, default 0
        The layer whose sizes the panels have.
    change : bool, default False
        Whether the panels show changes.

    Raises
    ------
    UnknownQuantityError
        If the trace has no such quantity or layer.
    ArgumentError
        If there is no panel to show.
    """

    def __init__(
        self, trace: Trace, quantities: Sequence[str] | None = None, *, layer: int = 0, change: bool = False
    ) -> None:
        _ = trace["hidden", layer]  # raises if there is no such layer
        names = quantities
        if names is None:
            names = [PREDICTION_PANEL, *(q.name for q in trace.definitions[layer].display_order)]
        shown = (name for name in names if name != PREDICTION_PANEL or trace.outputs is not None)
        self.panels = [_panel(trace, name, layer)._replace(change=change) for name in shown]
        if not self.panels:
            raise ArgumentError(
                "There is no panel to show: name a quantity, or the prediction of a model that has a readout.",
                code="no_panel",
                name="quantities",
                value=quantities,
            )
        self.parts = _skeleton(self.panels)

    def fill(self, trace: Trace, *, layer: int = 0, direction: str = "forward", step: int | None = None) -> Content:
        """Put a trace's values between the constant parts, which stay unchanged.

        Parameters
        ----------
        trace : Trace
            A trace of the template's kind.
        layer : int, default 0
            The layer, counted from 0.
        direction : {"forward", "backward"}, default "forward"
            The direction of the layer.
        step : int, optional
            The step to mark with the playhead, counted from 1.

        Returns
        -------
        dict
            The figure's "data" and "layout" as plain data.
        """
        content = self.put(
            [self._values(trace, panel, layer, direction) for panel in self.panels],
            token_labels(trace.tokens, trace.unknown),
            token_room(trace.tokens),
        )
        if step is not None:
            content["layout"]["shapes"] = [_playhead(min(max(step, 1), len(trace)))]
        return content

    def put(self, values: Sequence[PanelValues], labels: dict[str, str], room: int) -> Content:
        """Put the values of each panel between the constant parts.

        Parameters
        ----------
        values : sequence of PanelValues
            The values of each panel.
        labels : dict of str to str
            The label of each step, by its number.
        room : int
            Pixels for the labels.

        Returns
        -------
        dict
            The figure's "data" and "layout" as plain data.
        """
        steps, data, marks, marked = len(labels), [], [], []
        x = np.arange(1, steps + 1)
        for part, (z, rows, limits, gaps) in zip(self.parts["data"], values, strict=True):
            strange = ~np.isfinite(z)
            if gaps is not None:
                strange[:, gaps] = False
            marked.append(int(strange.sum()))
            if marked[-1]:
                marks.append(_strange_marks(part, z, strange, rows))
            data.append({**part, "x": x, "z": z} if rows is None else {**part, "x": x, "y": rows, "z": z})
            if limits is not None:
                low, high = limits
                data[-1] |= {"zmin": low, "zmax": high, "colorbar": part["colorbar"] | scale_ticks(low, high, z)}
        layout = self._layout(room)
        layout["annotations"] = [
            {**title, "text": f"{title['text']}  · ✕ {count:,} beyond all numbers"} if count else title
            for title, count in zip(layout["annotations"], marked, strict=True)
        ]
        for axis in self.parts["layout"].keys() & {"xaxis", "xaxis2"}:
            layout[axis] = {**layout[axis], "labelalias": labels, "range": [-0.5, steps - 0.5]}
        return {"data": [*data, *marks], "layout": layout}

    def _values(self, trace: Trace, panel: Panel, layer: int, direction: str) -> PanelValues:
        if panel.quantity is None:
            assert trace.outputs is not None
            columns, names = readout_rows(trace)
            z = trace.outputs[:, columns].T
            return PanelValues(z, [*map(markup_label, names)], panel.limits(z))
        values = trace[panel.quantity.name, layer, direction]
        return PanelValues(values.T, None, None if panel.quantity.bounded else scale_limits(panel.quantity, values))

    def _layout(self, room: int) -> dict[str, Any]:
        """The layout with so many pixels above and below for token labels."""
        layout = dict(self.parts["layout"])
        below = room if "xaxis2" in layout else GAP
        layout["margin"] = {**MARGIN, "t": TITLE + room, "b": below}
        layout["height"] += TITLE + room + below
        first, *others = layout["annotations"]
        layout["annotations"] = [{**first, "yshift": first["yshift"] + room}, *others]
        return layout


def _strange_marks(part: dict[str, Any], z: np.ndarray, strange: np.ndarray, rows: list[str] | None) -> dict[str, Any]:
    """Crosses on the cells of a heatmap that are no finite numbers; of very many, as many as one can tell apart."""
    places = np.argwhere(strange)[:MOST_MARKS]
    words = [digits(float(z[row, column])) for row, column in places]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{part['name']}, beyond all numbers",
        "xaxis": part["xaxis"],
        "yaxis": part["yaxis"],
        "x": places[:, 1] + 1,
        "y": places[:, 0] if rows is None else [rows[row] for row in places[:, 0]],
        "text": words,
        "marker": {"symbol": "x-thin", "size": 6, "line": {"color": PLAYHEAD, "width": 1.5}},
        "hovertemplate": re.sub(r"%\{z:[^}]*\}", "%{text}", part["hovertemplate"]),
    }


def _panel(trace: Trace, name: str, layer: int) -> Panel:
    if name == PREDICTION_PANEL:
        height = max(min(CLASSES, len(trace.labels)) * CLASS, LEAST)
        return Panel(None, height, is_value=trace.probabilities is None, signed=has_signs(trace))
    height = _units_height(trace[name, layer].shape[1])  # raises if there is no such quantity
    return Panel(trace.definitions[layer].by_name[name], height)


def _units_height(units: int) -> int:
    """Pixels for a heatmap of so many units: enough to see a unit, and few enough to see several panels at once."""
    return min(max(2 * units, 84), 150)


def _skeleton(panels: list[Panel]) -> Content:
    """The figure without its numbers, as plain data: heatmaps, axes, titles and colour bars."""
    inner = sum(TITLE + panel.height + GAP for panel in panels) - TITLE - GAP
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": inner,  # of the panels alone; `_layout` adds the room for titles and labels
        "showlegend": False,
        "plot_bgcolor": "rgba(0,0,0,0)",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "dragmode": "pan",
        "hovermode": "closest",
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": PLAYHEAD, "activecolor": PREDICTION},
        "annotations": [],
        "xaxis": _time_axis("top", "y"),
    }
    if len(panels) > 1:  # a single panel needs its tokens only once
        layout["xaxis2"] = _time_axis("bottom", f"y{len(panels)}") | {"matches": "x"}
    top = inner
    for k, panel in enumerate(panels):
        end = "" if k == 0 else str(k + 1)
        domain = [max(0.0, (top - panel.height) / inner), min(1.0, top / inner)]
        data.append(_heatmap(panel, f"y{end}", "x2" if k == len(panels) - 1 and k else "x", domain))
        layout[f"yaxis{end}"] = _unit_axis(panel, domain)
        layout["annotations"].append(_title(panel, domain[1]))
        top -= panel.height + GAP + TITLE
    return {"data": data, "layout": layout}


def _heatmap(panel: Panel, yaxis: str, xaxis: str, domain: list[float]) -> dict[str, Any]:
    quantity = panel.quantity
    low, high = (0.0, 1.0) if quantity is None else scale_limits(quantity, np.zeros(1))
    if quantity is None:
        name, title, row = panel.readout, "output" if panel.is_value else "probability", "%{y}"
        scale = diverging_scale(PREDICTION) if panel.signed else sequential_scale(PREDICTION)
    else:
        name, title, row, scale = quantity.name, quantity.title, "unit %{y}", quantity_scale(quantity)
    number = "%{z:.4g}" if panel.is_value else "%{z:.4f}"
    if panel.change:
        low, high = -1.0, 1.0
        scale, number = diverging_scale(PREDICTION if quantity is None else quantity.colour), number.replace(":", ":+")
        title = f"change of the {title}"
    return {
        "type": "heatmap",
        "name": name,
        "xaxis": xaxis,
        "yaxis": yaxis,
        "zmin": low,
        "zmax": high,
        "colorscale": scale,
        "hovertemplate": f"at <b>%{{x}}</b><br>{row}<br>{title} <b>{number}</b><extra></extra>",
        "colorbar": {
            "thickness": 8,
            "len": domain[1] - domain[0],
            "lenmode": "fraction",
            "y": sum(domain) / 2,
            "yanchor": "middle",
            "x": 1.0,
            "xpad": 8,
            "ypad": 0,
            "outlinewidth": 0,
            **scale_ticks(low, high, np.zeros(1)),
            "tickfont": {"size": 10},
            "ticks": "",
        },
    }


def _title(panel: Panel, y: float) -> dict[str, Any]:
    if panel.quantity is None:
        words = f"Change of the {panel.readout}" if panel.change else panel.readout.capitalize()
        text = swatch_label(PREDICTION, f"<b>{words}</b> after each step")
    else:
        text = quantity_heading(panel.quantity, change=panel.change)
    return {
        "text": text,
        "x": 0,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 13},
        "yshift": 2,
    }


def quantity_heading(quantity: Quantity, *, change: bool = False) -> str:
    """A quantity's title and symbol behind its colour, as the heading of a panel."""
    words, symbol = quantity.title[0].upper() + quantity.title[1:], quantity.symbol
    if change:
        words, symbol = f"Change of the {quantity.title}", f"Δ{symbol}"
    return swatch_label(quantity.colour, f"<b>{words}</b>  <i>{symbol}</i>")


def swatch_label(colour: str, text: str) -> str:
    """A text behind a square of a colour."""
    return f"{coloured('■', colour)} {text}"


def _unit_axis(panel: Panel, domain: list[float]) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "domain": domain,
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"size": 10},
        "fixedrange": True,
        "automargin": False,
    }
    if panel.quantity is None:
        return axis | {"type": "category", "tickfont": {"size": 11}}
    return axis | {"autorange": "reversed", "nticks": 5, "title": {"text": "unit", "font": {"size": 10}, "standoff": 4}}


def _time_axis(side: str, anchor: str) -> dict[str, Any]:
    return {
        "type": "category",
        "side": side,
        "anchor": anchor,
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": 11},
        "automargin": False,
    }


def _playhead(step: int) -> dict[str, Any]:
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": step - 1.5,
        "x1": step - 0.5,
        "y0": 0,
        "y1": 1,
        "layer": "above",
        "line": {"color": PLAYHEAD, "width": 1.5},
        "fillcolor": "rgba(0,0,0,0)",
    }
