"""Charts on the page. The parts of heatmaps that do not depend on the values are made once for all sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from ...figures import HeatmapTemplate, PlainFigure
from ...figures.trace_heatmaps import PREDICTION_PANEL
from ...instrument.saved_page import trace_text
from ...interventions import describe
from ...trace import Trace
from .long_work import cached

CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    # Where chart_pictures.js cannot be fetched, the button saves this.
    "toImageButtonOptions": {"format": "png", "scale": 3},
}


def chart(
    figure: PlainFigure,
    words: str,
    key: str,
    on_click: Callable[[], None] | None = None,
    *,
    traces: Iterable[Trace] = (),
) -> None:
    """Show a figure.

    words: a description for screen readers, whose first sentence is the title of a saved picture. on_click: called
    after a click on a point. traces: the runs that are drawn, which the picture names.
    """
    figure = figure.described(**_picture_words(words, key, list(traces)))
    if on_click is None:
        st.plotly_chart(figure, key=f"chart-{key}", config=CONFIG, alt=words)
    else:
        st.plotly_chart(
            figure, key=f"chart-{key}", config=CONFIG, alt=words, on_select=on_click, selection_mode="points"
        )


def _picture_words(words: str, key: str, traces: Sequence[Trace]) -> dict[str, str]:
    """What chart_pictures.js writes on a picture of a chart."""
    changes = [describe(change, *trace.definitions) for trace in traces for change in trace.interventions]
    unchanged = [trace for trace in traces if not trace.interventions]
    return {
        "title": words.split(". ")[0].removesuffix("."),
        "model": ", ".join(dict.fromkeys(trace.model for trace in traces)),
        "text": "” and “".join(dict.fromkeys(trace_text(trace) for trace in unchanged or traces)),
        "changes": "; ".join(dict.fromkeys(changes)),
        "runs": " ".join(trace.fingerprint for trace in traces),
        "name": key,
    }


def heatmaps(
    trace: Trace,
    quantities: Sequence[str] | None = None,
    *,
    layer: int = 0,
    direction: str = "forward",
    key: str = "heatmaps",
) -> None:
    """Show the stacked heatmaps of some quantities, or of all."""
    names = None if quantities is None else tuple(quantities)
    content = _template(names, trace, layer).fill(trace, layer=layer, direction=direction)
    chart(PlainFigure(content), _heatmaps_in_words(trace, names, layer), key, traces=[trace])


def _heatmaps_in_words(trace: Trace, names: Sequence[str] | None, layer: int) -> str:
    definition = trace.definitions[layer]
    shown = [q.name for q in definition.display_order] if names is None else names
    titles = [definition.by_name[n].title for n in shown if n in definition.by_name]
    if trace.outputs is not None and (names is None or PREDICTION_PANEL in names):
        titles = ["output" if trace.probabilities is None else "prediction", *titles]
    series = ", ".join(titles)
    return f"Heatmaps over time, units along y: {series}. The instrument’s table has the values at the current step."


def _kind(trace: Trace, layer: int) -> tuple[object, ...]:
    """What two traces must share to use the same template."""
    sizes = [trace[name, layer].shape[1] for name in trace.definitions[layer].by_name]
    kind = trace.cell_kinds[layer]
    return (kind.name, *kind.options.items(), trace.head.activation, *sizes, *trace.labels)


def _template(names: tuple[str, ...] | None, trace: Trace, layer: int) -> HeatmapTemplate:
    """The template, kept for the network: a stranger's labels are in it, and go with the model."""
    key = ("heatmap template", *_kind(trace, layer), names)
    return cached(trace.network, key, lambda: HeatmapTemplate(trace, quantities=names, layer=layer))
