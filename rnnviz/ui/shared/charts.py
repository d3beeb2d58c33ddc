"""A trace's heatmaps as a chart on the page, from parts that are put together once for all sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from ...figures.heatmaps import Template
from ...figures.plain_figure import Ready
from ...trace import Trace

Which = TypeVar("Which", bound=str)

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}


def chart(figure: Ready, words: str, key: str, picked: Callable[[], None] | None = None) -> None:
    """A figure; `words` say what it shows to who cannot see it. picked: called when a point of it was clicked."""
    if picked is None:
        st.plotly_chart(figure, key=f"chart-{key}", config=CONFIG, alt=words)
    else:
        st.plotly_chart(figure, key=f"chart-{key}", config=CONFIG, alt=words, on_select=picked, selection_mode="points")


def heatmaps(
    trace: Trace,
    quantities: Sequence[str] | None = None,
    *,
    layer: int = 0,
    direction: str = "forward",
    key: str = "heatmaps",
) -> None:
    """The stacked heatmaps of some quantities (all of them if left out), under the instrument's playhead."""
    names = None if quantities is None else tuple(quantities)
    content = _template((*_kind(trace, layer), names), trace, layer).fill(trace, layer=layer, direction=direction)
    with st.container(key=key if key.startswith("heatmaps") else f"heatmaps-{key}"):
        chart(Ready(content), _described(trace, names), key)


def side_by_side(
    trace: Trace, titles: Mapping[Which, str], figure: Callable[[Which], Ready], names: Sequence[str], key: str
) -> None:
    """Stacks of the same heatmaps in columns, under the instrument's playhead: titles and figures by name.

    names: of the quantities that are shown; key: what tells these charts from others.
    """
    shown = [trace.definition.by_name[name].title for name in names if name in trace.definition.by_name]
    for column, (which, title) in zip(st.columns(len(titles), gap="small"), titles.items(), strict=True):
        with column, st.container(key=f"heatmaps-{key}-{which}"):
            st.markdown(f"**{title}**")
            words = f"{title}: heatmaps over time of {', '.join(shown) or 'what the model says'}."
            chart(figure(which), words, f"{key}-{which}")


def _described(trace: Trace, names: Sequence[str] | None) -> str:
    shown = [trace.definition.by_name[n].title for n in names or () if n in trace.definition.by_name]
    listed = ", ".join(shown or [q.title for q in trace.definition.display_order])
    return f"Heatmaps over time, units along y: {listed}. The instrument’s table holds the numbers of the chosen step."


def _kind(trace: Trace, layer: int) -> tuple[object, ...]:
    """What two traces must share to be shown by the same figure."""
    sizes = (trace.units(layer), trace["input_vector", layer].shape[1])
    return (trace.cell, *trace.options.items(), *sizes, *trace.labels)


@st.cache_resource(show_spinner=False, max_entries=128)
def _template(kind: tuple[object, ...], _trace: Trace, _layer: int) -> Template:
    names = kind[-1]
    assert names is None or isinstance(names, tuple)
    return Template(_trace, quantities=names, layer=_layer)
