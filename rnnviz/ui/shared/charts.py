"""Charts on the page. The parts of heatmaps that do not depend on the values are made once for all sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from ...figures import HeatmapTemplate, PlainFigure
from ...trace import Trace

Which = TypeVar("Which", bound=str)

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}


def chart(figure: PlainFigure, words: str, key: str, on_click: Callable[[], None] | None = None) -> None:
    """Show a figure. words: a description for screen readers; on_click: called after a click on a point."""
    if on_click is None:
        st.plotly_chart(figure, key=f"chart-{key}", config=CONFIG, alt=words)
    else:
        st.plotly_chart(
            figure, key=f"chart-{key}", config=CONFIG, alt=words, on_select=on_click, selection_mode="points"
        )


def heatmaps(
    trace: Trace,
    quantities: Sequence[str] | None = None,
    *,
    layer: int = 0,
    direction: str = "forward",
    key: str = "heatmaps",
) -> None:
    """Show the stacked heatmaps of some quantities, or of all, with the instrument's playhead."""
    names = None if quantities is None else tuple(quantities)
    content = _template((*_kind(trace, layer), names), trace, layer).fill(trace, layer=layer, direction=direction)
    with st.container(key=key if key.startswith("heatmaps") else f"heatmaps-{key}"):
        chart(PlainFigure(content), _heatmaps_in_words(trace, names), key)


def side_by_side(
    trace: Trace, titles: Mapping[Which, str], figure: Callable[[Which], PlainFigure], names: Sequence[str], key: str
) -> None:
    """Show stacks of the same heatmaps in columns, with the instrument's playhead; titles and figures by name.

    names: the quantities that are shown; key: a key of these charts.
    """
    shown = [trace.definition.by_name[name].title for name in names if name in trace.definition.by_name]
    for column, (which, title) in zip(st.columns(len(titles), gap="small"), titles.items(), strict=True):
        with column, st.container(key=f"heatmaps-{key}-{which}"):
            st.markdown(f"**{title}**")
            words = f"{title}: heatmaps over time of {', '.join(shown) or 'the prediction'}."
            chart(figure(which), words, f"{key}-{which}")


def _heatmaps_in_words(trace: Trace, names: Sequence[str] | None) -> str:
    titles = [trace.definition.by_name[n].title for n in names or () if n in trace.definition.by_name]
    series = ", ".join(titles or [q.title for q in trace.definition.display_order])
    return f"Heatmaps over time, units along y: {series}. The instrument’s table has the values at the current step."


def _kind(trace: Trace, layer: int) -> tuple[object, ...]:
    """What two traces must share to use the same template."""
    sizes = [trace[name, layer].shape[1] for name in trace.definition.by_name]
    return (trace.cell, *trace.options.items(), *sizes, *trace.labels)


@st.cache_resource(show_spinner=False, max_entries=128)
def _template(kind: tuple[object, ...], _trace: Trace, _layer: int) -> HeatmapTemplate:
    names = kind[-1]
    assert names is None or isinstance(names, tuple)
    return HeatmapTemplate(_trace, quantities=names, layer=_layer)
