"""The trained cells of a task over one text, and where they say different things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from ....cells import CELLS
from ....figures.text_comparison import disagreeing
from ....model import Model
from ....text.tokens import visible
from ....trace import Trace
from ...shared import catalogue
from ...shared.catalogue import Task
from ...shared.link_state import plain
from ...shared.long_work import kept
from ...shared.subject import Case
from ...shared.text_box import TOKENS


@dataclass(frozen=True)
class Runs:
    """Models and traces by cell, in the textbook's order. left_out: titles of trained cells that do not fit beside."""

    models: dict[str, Model]
    traces: dict[str, Trace]
    left_out: list[str]

    @property
    def speaking(self) -> dict[str, Trace]:
        """The traces with a readout."""
        return {cell: trace for cell, trace in self.traces.items() if trace.probabilities is not None}


def trained(case: Case) -> Case:
    """The case itself, or that of the task's first trained cell where the chosen one has not been trained."""
    cells = trained_cells(case.task)
    if case.trace.cell in cells or not cells:
        return case
    model = catalogue.model(case.task, cells[0])
    trace = model.trace(case.text, limit=TOKENS)
    st.caption(
        f":material/info: The {plain(CELLS[case.trace.cell].title)} has not been trained for this task and is not "
        f"compared: what is trained stands below, the {plain(CELLS[cells[0]].title)} in the strip."
    )
    return replace(case, model=model, trace=trace, layer=0, direction=trace.directions_by_layer[0][0])


def trained_cells(task: Task) -> list[str]:
    """The cells of a task that somebody has trained, in the textbook's order."""
    return [cell for cell in task.cells if cell in task.models]


def read_by_all(case: Case) -> Runs:
    """Every trained cell's run of the text, of those with the chosen one's vocabulary, labels and layers."""
    models = {
        cell: case.model if cell == case.trace.cell else catalogue.model(case.task, cell)
        for cell in trained_cells(case.task)
    }
    beside = {cell: model for cell, model in models.items() if _fits(model, case)}
    traces = {
        cell: case.trace if cell == case.trace.cell else model.trace(case.text, limit=TOKENS)
        for cell, model in beside.items()
    }
    return Runs(beside, traces, [CELLS[cell].title for cell in models if cell not in beside])


def _fits(model: Model, case: Case) -> bool:
    return (
        model.vocabulary == case.model.vocabulary
        and model.labels == case.model.labels
        and model.network.has_layer(*case.where)
    )


def telling(task: Task) -> str:
    """The task's first example after which its trained cells do not all say the same; its first if they always do."""
    cells = trained_cells(task)
    if len(cells) < 2:
        return task.examples[0]
    models = [catalogue.model(task, cell) for cell in cells]

    def work() -> str:
        for text in task.examples:
            try:
                traces = {model.name: model.trace(text, limit=TOKENS) for model in models}
                if (steps := disagreeing(traces)) and steps[-1] == len(next(iter(traces.values()))):
                    return text
            except ValueError:  # an example that one of them cannot read, or models that say nothing
                continue
        return task.examples[0]

    return kept(models[0].network, ("telling", *task.examples, *(model.name for model in models)), work)


def first_disagreement(case: Case, traces: Mapping[str, Trace]) -> str:
    """Where the cells first say different things, and whether they still do in the end, in plain Markdown."""
    if len(traces) < 2:
        return "Only one cell has been trained for this task: there is nobody to disagree with."
    steps = disagreeing(traces)
    everybody = listed([f"the {CELLS[cell].title}" for cell in traces])
    total = len(case.trace)
    if not steps:
        return (
            f"{plain(everybody[0].upper() + everybody[1:])} agree after every step. In the end {_says(traces, total)}."
        )
    first = f"They first disagree at {plain(case.named(steps[0]))}: {_says(traces, steps[0])}."
    if steps == [total]:
        return f"{first} That is the last step."
    count = f" They do at {len(steps)} of {total} steps." if len(steps) > 1 else " It is the only step where they do."
    return f"{first}{count} In the end {_says(traces, total)}."


def _says(traces: Mapping[str, Trace], step: int) -> str:
    """Who says what after a step: the cells that say the same together."""
    groups: dict[str, list[tuple[str, float]]] = {}
    for cell, trace in traces.items():
        assert trace.probabilities is not None
        said = trace.probabilities[step - 1]
        groups.setdefault(trace.labels[int(said.argmax())], []).append((CELLS[cell].title, float(said.max())))
    if len(groups) == 1:
        label, who = next(iter(groups.items()))
        return f"all say **{plain(visible(label))}** ({', '.join(f'{title} {sure:.1%}' for title, sure in who)})"
    return "; ".join(
        f"{plain(listed([title for title, _ in who]))} {'says' if len(who) == 1 else 'say'} "
        f"**{plain(visible(label))}** ({', '.join(f'{sure:.1%}' for _, sure in who)})"
        for label, who in groups.items()
    )


def listed(words: list[str]) -> str:
    """Words in a row: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
