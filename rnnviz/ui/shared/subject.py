"""What a page's question is asked about, and where one stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import streamlit as st

from ...model import Model
from ...text.tokens import visible
from ...text.vectors import FEW
from ...trace import Trace
from . import catalogue, what_if
from .catalogue import Task
from .instrument import Rows, instrument, reported_position
from .position import place

STRIP = ("tokens", "transport")
JACOBIANS = 2**25  # numbers in the Jacobians of all steps: 256 steps of an LSTM with 128 units take half of them


@dataclass(frozen=True)
class Case:
    """A text, the model that read it, and the layer and direction that are looked at. trace: its run, unchanged."""

    task: Task
    text: str
    model: Model
    trace: Trace
    layer: int
    direction: str

    @property
    def where(self) -> tuple[int, str]:
        """What analyses and figures take."""
        return self.layer, self.direction

    @property
    def read(self) -> tuple[str, ...]:
        """What tells this input from all others, whichever of the task's models reads it: for keys of what is kept."""
        if self.task.width is None:
            return tuple(self.trace.tokens)
        return (blake2b(self.trace["input_vector", 0, self.trace.directions[0]].tobytes()).hexdigest(),)

    def rivals(self) -> dict[str, Model]:
        """The models of the task by cell that have this layer and direction, the chosen one among them."""
        cell = self.trace.cell
        names = [name for name in self.task.cells if name in self.task.models or name == cell]
        models = {name: self.model if name == cell else catalogue.model(self.task, name) for name in names}
        return {name: model for name, model in models.items() if model.network.has_layer(*self.where)}

    def named(self, step: int) -> str:
        """A step (counted from 1) with its token: step 3 (“h”). A long vector has no other name than its step's."""
        if (self.task.width or 0) > FEW:
            return f"step {step}"
        return f"step {step} (“{visible(self.trace.tokens[step - 1])}”)"


def too_large(traces: Iterable[Trace], layer: int) -> bool:
    """Whether the Jacobians of all steps would be too much for a server that others share; if so, that is said."""
    for trace in traces:
        states = len(trace.definition.states) * trace.units(layer)
        if len(trace) * states**2 > JACOBIANS:
            most = JACOBIANS // states**2
            st.info(
                f"A layer of {trace.units(layer)} units hands on {states} numbers at each step, and the gradients "
                f"between all {len(trace)} steps would fill this server. Up to {most} steps of it are followed here: "
                "shorten the text. In Python, rnnviz.analysis.gradient_flow has no such limit.",
                icon=":material/straighten:",
            )
            return True
    return False


def standing(trace: Trace, layer: int = 0) -> tuple[int, int]:
    """Step (counted from 1) and unit of a layer: where the browser came to rest, or what was picked since."""
    state = st.session_state
    step, unit = place(trace, layer=layer)
    told = reported_position(trace, layer)
    if told is not None:
        step = told[0]
        if told != state.get("told"):
            state["told"], state["unit"] = told, told[1]
    return step, min(int(state.setdefault("unit", unit)), trace.units(layer) - 1)


def strip(
    case: Case,
    trace: Trace | None = None,
    rows: Mapping[str, Rows] | None = None,
    editable: bool = False,
    now: str = "now",
) -> None:
    """The tokens and the transport: moving through time. The page's figures follow once one rests."""
    trace = trace or case.trace
    step, unit = standing(trace, case.layer)
    instrument(
        trace,
        case.model,
        *case.where,
        step=step,
        unit=unit,
        text=case.text,
        usual_text=case.task.examples[0],
        views=(*STRIP, *(["whatif"] if editable else [])),
        rows=rows,
        follow=True,
        editable=editable,
        now=now,
        asked=what_if.asked,
    )


def choose_unit(unit: int) -> None:
    """Stand at another unit: the browser goes there."""
    st.session_state["unit"] = unit
