"""Where else in the corpus the units are on that are on in a span of a text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from ....atlas.bit_planes import LEVELS
from ....atlas.span_contexts import SpanContext, span_contexts
from ....atlas.unit_planes import UnitPlanes, unit_planes
from ....errors import LimitError
from ....number_format import short_number, with_minus_signs
from ....text.read_words import read_words
from ....text.tokens import visible
from ....trace import Trace
from ....wording import counted
from ...shared import link_parameters, text_box
from ...shared.long_work import Progress, cached, stoppable
from ...shared.markdown import plain
from ...shared.session_keys import PATTERN_TEXT
from .coloured_contexts import spans_html
from .unit_choice import UnitChoice

SHOWN, AMONG = 20, 100  # spans that are shown, and the best ones from which they are chosen
OPENING_LENGTH = 3  # tokens of the span that is chosen at first
AROUND = {"characters": (36, 20), "others": (12, 8)}  # tokens that are shown before and after


@dataclass(frozen=True)
class Pattern:
    """A span of a text, and the units that are on at all of its tokens.

    Parameters
    ----------
    first, last : int
        The first and the last step, counted from 0.
    level : float
        The quantile of a unit's values above which it is on.
    around : bool
        Whether the units must be off just before and just after.
    units : tuple of int
        The units that are looked for.
    """

    first: int
    last: int
    level: float
    around: bool
    units: tuple[int, ...]

    @property
    def length(self) -> int:
        """How many tokens the span has."""
        return self.last - self.first + 1


def show(choice: UnitChoice) -> None:
    """Show the text, the span and its units, and the spans of the corpus that are most like it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = text_box.text_box(choice.task, compact=True)
    prepared = text_box.prepare(choice.model, text)
    if prepared is None:
        return
    trace = choice.model.run(prepared)
    text_box.report_overflow(trace)
    with stoppable():
        try:
            planes = _planes(choice)
        except LimitError as error:
            st.info(plain(str(error)), icon=":material/library_books:")
            return
        left, right = st.columns([1, 1.6], gap="large")
        with left:
            pattern = _choose(choice, planes, trace)
        with right:
            _matches(choice, planes, trace, pattern)


def _planes(choice: UnitChoice) -> UnitPlanes:
    """Which units are on where, computed once for all sessions."""
    model, atlas, name = choice.model, choice.atlas, choice.quantity.name
    key = ("unit planes", atlas.fingerprint, name, choice.layer, choice.direction)
    progress = Progress("Reading the corpus again.", key)

    def work() -> UnitPlanes:
        return unit_planes(atlas, model.network, name, **choice.place, progress=progress)

    found = cached(model.network, key, work)
    progress.end()
    return found


def _choose(choice: UnitChoice, planes: UnitPlanes, trace: Trace) -> Pattern:
    """The controls: what counts as on, the span, and the units that are on there."""
    name = choice.quantity.name
    values = trace[name, choice.layer, choice.direction]
    level_choice, around_choice = link_parameters.pattern_level(LEVELS), link_parameters.PATTERN_AROUND
    level_key, around_key = level_choice.restore(), around_choice.restore()
    level, around = level_choice.value, around_choice.value
    on = values.astype(np.float16) > planes.thresholds[LEVELS.index(level)]
    first, last = _span(choice, trace, on)
    st.segmented_control(
        "A unit is on when its value is among its highest", LEVELS, required=True, key=level_key,
        format_func=lambda k: f"{100 * (1 - k):.0f}\u00a0%",
        help="Of all values that the unit has over the corpus; if more of them are the highest one, all of these. Each "
        "unit has its own threshold, shown beside its number.",
    )  # fmt: skip
    st.checkbox(
        "Only units that are off just before and after the span", key=around_key,
        help="Finds the units that are about just this span, and leaves out those that have been on for longer.",
    )  # fmt: skip
    level_choice.save()
    around_choice.save()
    found = choice.atlas.units_on(values, first, last, name, **choice.place, level=level, around=around, planes=planes)
    units = _units(choice, found, planes.thresholds[LEVELS.index(level)])
    return Pattern(first, last, level, around, units)


def _span(choice: UnitChoice, trace: Trace, on: np.ndarray) -> tuple[int, int]:
    """The slider over the tokens; the first and the last step, counted from 0."""
    steps = len(trace)
    parameter = link_parameters.pattern_span(choice.task, opening_span(on, OPENING_LENGTH))
    key = parameter.restore()
    first, last = (min(step, steps) for step in parameter.value)
    if st.session_state.get(PATTERN_TEXT) != trace.tokens:  # the browser begins a slider over other tokens anew
        parameter.set((first, last))
        st.session_state[PATTERN_TEXT] = trace.tokens
    if steps > 1:
        word = read_words(choice.model.vocabulary).token
        st.select_slider(
            f"Span, from {word} to {word}", list(range(1, steps + 1)), (1, steps), key=key,
            format_func=lambda step: plain(f"{step} · {visible(trace.tokens[step - 1])}"),
        )  # fmt: skip
    parameter.save()
    return first - 1, last - 1


def opening_span(on: np.ndarray, longest: int) -> tuple[int, int]:
    """The span in which the most units are on throughout, counted from 1; a shorter one if there is none.

    on: (T, U).
    """
    for length in range(min(longest, len(on)), 0, -1):
        counts = [int(on[k : k + length].all(0).sum()) for k in range(len(on) - length + 1)]
        first = int(np.argmax(counts))
        if counts[first]:
            return first + 1, first + length
    return 1, 1


def _units(choice: UnitChoice, found: list[int], thresholds: np.ndarray) -> tuple[int, ...]:
    """The units that are on, of which some can be left out."""
    left_out = link_parameters.pattern_without(choice.task)
    left_out.restore()
    key = "pattern-units"
    st.session_state[key] = [unit for unit in found if unit not in left_out.value]

    def change() -> None:
        left_out.set(tuple(sorted((set(left_out.value) | set(found)) - set(st.session_state[key]))))

    if found:
        st.pills(
            "Units that are on throughout the span", found, selection_mode="multi", key=key, wrap=True,
            format_func=lambda unit: with_minus_signs(f"{unit}: above {short_number(float(thresholds[unit]))}"),
            on_change=change,
            help="Each unit with the threshold above which it is on. Switch a unit off to leave it out of the search.",
        )  # fmt: skip
    left_out.save()
    return tuple(st.session_state[key])


def _matches(choice: UnitChoice, planes: UnitPlanes, trace: Trace, pattern: Pattern) -> None:
    """The spans of the corpus, those with the most units in common first."""
    if not pattern.units:
        st.info(
            "No unit is on at every step of this span. Choose a shorter span, or let more values count as on.",
            icon=":material/filter_alt_off:",
        )
        return
    model, atlas, quantity = choice.model, choice.atlas, choice.quantity
    before, after = AROUND["characters" if atlas.corpus.kind == "characters" else "others"]
    key = (
        "matches", atlas.fingerprint, quantity.name, choice.layer, choice.direction, pattern.length, pattern.level,
        pattern.around, pattern.units,
    )  # fmt: skip

    def work() -> tuple[pd.DataFrame, list[SpanContext]]:
        frame = atlas.match(
            pattern.units, pattern.length, AMONG, quantity.name, **choice.place, level=pattern.level,
            around=pattern.around, planes=planes,
        )  # fmt: skip
        frame = _spread_over_texts(frame) if atlas.corpus.documents > 1 else frame.head(SHOWN)
        contexts = span_contexts(
            atlas, planes, frame["position"].to_numpy(), pattern.length, pattern.units, pattern.level,
            before=before, after=after,
        )  # fmt: skip
        return frame, contexts

    frame, contexts = cached(model.network, key, work)
    words, count = read_words(model.vocabulary), len(pattern.units)
    own = _own(choice, planes, trace, pattern, before, after)
    spaced, several = atlas.corpus.kind != "characters", atlas.corpus.documents > 1
    st.markdown("**Your text**")
    st.html(spans_html([own], [f"{count} of {count}"], [""], quantity, count, spaced))
    st.markdown(f"**Where the same {'unit is' if count == 1 else 'units are'} on in the corpus**")
    if not len(frame):
        st.markdown("Nowhere.")
        return
    st.caption(
        f"Of all spans of {counted(pattern.length, words.token)}, those with more of these units on come first, then "
        f"those with fewer others{', one for each text if there are enough' if several else ''}. The colour is the "
        f"share of these units that are on at a {words.token}."
    )
    shares = [f"{common} of {count}" for common in frame["common"]]
    notes = [_note(row.others, row.document, atlas.corpus.documents) for row in frame.itertuples()]
    st.html(spans_html(contexts, shares, notes, quantity, count, spaced))


def _spread_over_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """The spans that are shown, in their order: the best of each text, then the others."""
    repeats = frame["document"].duplicated()
    chosen = [*frame.index[~repeats], *frame.index[repeats]][:SHOWN]
    return frame.loc[sorted(chosen)]


def _note(others: int, document: int, documents: int) -> str:
    """What stands below the count of a match."""
    where = f" · text {document + 1}" if documents > 1 else ""
    return f"{counted(int(others), 'other') if others else 'no others'}{where}"


def _own(
    choice: UnitChoice, planes: UnitPlanes, trace: Trace, pattern: Pattern, before: int, after: int
) -> SpanContext:
    """The span of the text itself, with what stands around it."""
    low, high = max(pattern.first - before, 0), min(pattern.last + 1 + after, len(trace))
    values = trace[choice.quantity.name, choice.layer, choice.direction][low:high].astype(np.float16)
    on = values > planes.thresholds[LEVELS.index(pattern.level)]
    return SpanContext(
        list(trace.tokens[low:high]), on[:, list(pattern.units)].sum(1), pattern.first - low, pattern.last - low
    )
