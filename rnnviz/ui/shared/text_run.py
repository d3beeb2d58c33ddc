"""A text as one model reads it, with the layer and the direction that are shown, and the position in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import streamlit as st

from ...analysis import unit_effects
from ...cells import Definition
from ...errors import LimitError
from ...instrument.run_notes import run_notes
from ...instrument.settings_schema import ComparisonData
from ...interventions import Intervention, PreparedText, prepare_text
from ...model import Model
from ...text.read_words import ReadWords, read_words
from ...text.tokens import visible
from ...text.vectors import FEW
from ...trace import Trace
from . import catalogue, position, what_if, work_limits
from .catalogue import TaskModels
from .instrument import TokenValues, instrument, reported_position
from .markdown import plain
from .session_keys import REPORTED, UNIT

TRANSPORT = ("tokens", "transport")


@dataclass(frozen=True)
class TextRun:
    """A text, the model that read it, its trace without any change, and the layer and direction that are shown."""

    task: TaskModels
    text: str
    model: Model
    prepared: PreparedText
    trace: Trace
    layer: int
    direction: str

    @property
    def location(self) -> tuple[int, str]:
        """Layer and direction, as analyses and figures take them."""
        return self.layer, self.direction

    @property
    def words(self) -> ReadWords:
        """The words for what the model reads."""
        return read_words(self.model.vocabulary)

    @property
    def definition(self) -> Definition:
        """The definition of the layer's cell."""
        return self.trace.definitions[self.layer]

    @property
    def input_key(self) -> tuple[str, ...]:
        """A key of the input, the same for all of the task's models."""
        if self.task.vector_size is None:
            return tuple(self.trace.tokens)
        return (blake2b(self.trace["input_vector", 0, self.trace.directions[0]].tobytes()).hexdigest(),)

    def models_by_cell(self) -> dict[str, Model]:
        """The task's models that have this layer and direction, by cell; the chosen one is among them."""
        chosen = self.trace.cell
        cells = [cell for cell in self.task.cells if cell in self.task.models or cell == chosen]
        models = {cell: self.model if cell == chosen else catalogue.model(self.task, cell) for cell in cells}
        return {cell: model for cell, model in models.items() if model.network.has_layer(*self.location)}

    def prepare_changed(self, interventions: Iterable[Intervention]) -> PreparedText:
        """The same text with interventions; those that are impossible here are left out."""
        model = self.model
        return prepare_text(self.prepared.typed, interventions, model.vocabulary, model.network, skip_invalid=True)

    def step_label(self, step: int) -> str:
        """A step, counted from 1, with its token: step 3 (“h”). A long vector has no short label."""
        if (self.task.vector_size or 0) > FEW:
            return f"step {step}"
        return f"step {step} (“{visible(self.trace.tokens[step - 1])}”)"


def exceeds_memory(run: TextRun) -> bool:
    """Whether the gradients between all steps of the run are too much work; a message then says so."""
    try:
        work_limits.check_gradients(run.model.network, *run.location, len(run.trace))
    except LimitError as error:
        st.info(plain(str(error)), icon=":material/straighten:")
        return True
    return False


def current_position(trace: Trace, layer: int = 0, direction: str = "forward") -> tuple[int, int]:
    """The current step, counted from 1, and unit of a layer: the chosen one, or the one with the largest effect."""
    step, unit = chosen_position(trace, layer)
    return step, unit_effects(trace, layer, direction).strongest if unit is None else unit


def chosen_position(trace: Trace, layer: int = 0) -> tuple[int, int | None]:
    """The step that the browser reported last, and the unit that was reported or chosen last, None if none was."""
    state = st.session_state
    step, unit = position.from_link(trace, layer=layer)
    reported = reported_position(trace, layer)
    if reported is not None:
        step = reported[0]
        if reported != state.get(REPORTED):
            state[REPORTED] = reported
            if reported[1] is not None:
                state[UNIT] = reported[1]
    if unit is not None:
        state.setdefault(UNIT, unit)
    return step, min(int(state[UNIT]), trace.units(layer) - 1) if UNIT in state else None


def choose_unit(unit: int) -> None:
    """Choose another unit; the browser follows."""
    st.session_state[UNIT] = unit


def transport(
    run: TextRun,
    trace: Trace | None = None,
    runs: Mapping[str, tuple[Trace, Model]] | None = None,
    comparison: ComparisonData | None = None,
    token_values: Mapping[str, TokenValues] | None = None,
    editable: bool = False,
    value_word: str = "now",
) -> None:
    """The tokens and the transport, which move through time. The page's figures follow when they stop.

    runs: those that slots show under the same step, by name. comparison: how the run compares with the only one there.
    """
    trace = trace or run.trace
    step, unit = chosen_position(trace, run.layer)
    instrument(
        trace,
        run.model,
        *run.location,
        step=step,
        unit=unit,
        text=run.text,
        default_text=run.task.examples[0],
        views=(*TRANSPORT, *(["whatif"] if editable else [])),
        token_values=token_values,
        follow=True,
        editable=editable,
        value_word=value_word,
        notes=run_notes(trace),
        on_request=what_if.apply_requested,
        runs=runs,
        comparison=comparison,
    )
