"""What networks answer that give values and no probabilities: their outputs after each step, as curves of numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..analysis.asked_steps import asked_steps
from ..cells.activations import Array
from ..cells.cell_kind import cell_title
from ..trace import Trace
from .aligned_runs import LOOKS, AlignedRuns, pair_of_lines, placed_pair
from .chart_parts import (
    UNASKED,
    EndLabel,
    Part,
    chart_axis,
    chart_layout,
    coloured,
    end_labels,
    faint_where_unasked,
    heading,
    label_room,
    styled_line,
    vertical_line,
)
from .curves_over_text import HEIGHT, curves_by_cell, token_chart
from .plain_figure import Content, figure
from .token_labels import markup_label

AIR = 0.06  # of the axis beyond the values
LEFT = 52  # pixels for the numbers of the axis
MOST_OUTPUTS = 2  # in the chart of two runs


@figure
def values_by_cell(traces: Mapping[str, Trace], label: str, *, step: int | None = None) -> Content:
    """Draw the value of one output after each step, for the traces of several cells on the same text.

    Where a model was not trained to answer, its points are faint.

    Parameters
    ----------
    traces : mapping of str to Trace
        By cell, runs of the same text.
    label : str
        The name of an output of all models.
    step : int, optional
        A step to mark with a faint line, counted from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each cell.

    Raises
    ------
    UnknownNameError
        If a model has no such output.
    ArrayError
        If the traces differ in length.
    """
    tables = {cell: trace.outputs for cell, trace in traces.items()}
    lines, ends = curves_by_cell(traces, tables, label, "output", "after %{x}<br>output <b>%{y:.4g}</b>")
    edges = value_edges(*(line["y"] for line in lines))
    data = [faint_where_unasked(line, asked_steps(trace)) for line, trace in zip(lines, traces.values(), strict=True)]
    first, room = next(iter(traces.values())), label_room([cell_title(cell) for cell in traces])
    has_faint = not all(asked_steps(trace).all() for trace in traces.values())
    content = token_chart(first.tokens, first.unknown, left=LEFT, right=room, top=46 if has_faint else 30)
    content["yaxis"] = value_axis(edges)
    words = f"{output_words(first, label)} after each step" + (f"<br>{UNASKED}" if has_faint else "")
    content["annotations"] += [heading(words), *end_labels(ends, edges, HEIGHT)]
    if step is not None:
        content["shapes"] = [vertical_line(step - 1)]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


def aligned_values(runs: AlignedRuns, steps_axis: Part, room: int, names: tuple[str, str]) -> Content:
    """The outputs of two runs that differ most at any step, as curves.

    steps_axis: the horizontal axis. room: pixels for its labels. names: of the two runs. Both must have a readout of
    the same outputs.
    """
    before, after = runs.before, runs.after
    assert before.outputs is not None and after.outputs is not None
    old, new = placed_pair(runs, before.outputs.astype(np.float64), after.outputs.astype(np.float64))
    asked = placed_pair(runs, asked_steps(before), asked_steps(after))
    columns = most_changed(old, new)[:MOST_OUTPUTS]
    edges = value_edges(old[:, columns], new[:, columns])
    single = len(before.labels) == 1  # its curves have the names of the runs, not that of the output
    right = label_room(names if single else [markup_label(before.labels[k]) for k in columns])
    has_faint = not all(each.all() for each in asked)
    content = chart_layout(HEIGHT, left=LEFT, right=right, top=62 if has_faint else 46, bottom=room + 4)
    content["xaxis"], content["yaxis"] = steps_axis, value_axis(edges)
    x, data, ends = np.arange(1, runs.steps + 1), [], []
    for k, look in zip(columns, LOOKS, strict=False):
        label = markup_label(before.labels[k])
        for name, y, answers, style in pair_of_lines(names, (old[:, k], new[:, k]), asked, look):
            hover = f"step %{{x:d}}, {name}<br>output <b>%{{y:.4g}}</b>"
            line = styled_line(style, label, x, y, hover, connectgaps=True)
            data.append(faint_where_unasked(line, answers))
            if len(there := np.flatnonzero(np.isfinite(y))):
                at_end = f"{coloured(style.glyph, style.colour)} {name if single else label}"
                ends.append(EndLabel(at_end, int(there[-1]), float(y[there[-1]])))
    several = len(before.labels) > len(columns)
    words = f"the {len(columns)} outputs that differ most" if several else "output"
    words += f" after each step<br>dotted, hollow: {names[0]}; filled: {names[1]}"
    words += f"<br>{UNASKED}" if has_faint else ""
    content["annotations"] += [heading(words), *end_labels(ends, edges, HEIGHT)]
    return {"data": data[::-1], "layout": content}


def most_changed(old: Array, new: Array) -> list[int]:
    """The columns of two tables (N, C) of outputs, those first that differ most in any row."""
    with np.errstate(invalid="ignore"):  # inf - inf
        change = np.nan_to_num(np.abs(new - old), nan=0.0).max(axis=0, initial=0.0)
    return np.argsort(-change, kind="stable").tolist()


def value_edges(*values: Array) -> tuple[float, float]:
    """The ends of an axis that holds all finite values, with some air, and 0 where it is near."""
    drawn = np.concatenate([np.ravel(each)[np.isfinite(np.ravel(each))] for each in values])
    if not len(drawn):
        return -1.0, 1.0
    low, high = float(drawn.min()), float(drawn.max())
    spread = high - low or abs(high) or 1.0
    if 0 < low < spread:
        low = 0.0
    if -spread < high < 0:
        high = 0.0
    return low - AIR * spread, high + AIR * spread


def value_axis(edges: tuple[float, float]) -> Part:
    """The axis of values, with few numbers and a line at zero."""
    return chart_axis(range=[*edges], nticks=5, zeroline=True, zerolinewidth=1)


def output_words(trace: Trace, label: str) -> str:
    """How a chart names an output: by its label where there are several."""
    return f"output <b>{markup_label(label)}</b>" if len(trace.labels) > 1 else "output"
