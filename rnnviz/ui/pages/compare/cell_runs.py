"""The trained cells of a task over one text, and where their predictions differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ....analysis.asked_steps import EVERY_STEP
from ....cells import Definition
from ....cells.cell_kind import cell_title
from ....figures import disagreeing_steps
from ....figures.text_comparison import jointly_asked
from ....model import Model
from ....network import predicted
from ....number_format import short_number
from ....text.tokens import visible
from ....trace import Trace
from ...shared import catalogue
from ...shared.catalogue import TaskModels
from ...shared.instrument import slot
from ...shared.long_work import cached
from ...shared.markdown import percent, plain, series
from ...shared.text_box import TOKENS
from ...shared.text_run import TextRun


@dataclass(frozen=True)
class CellRuns:
    """Models and traces by cell, in the textbook's order.

    main: the cell whose run the transport plays. left_out: titles of trained cells that do not fit. layer: the one that
    is shown.
    """

    main: str
    models: dict[str, Model]
    traces: dict[str, Trace]
    left_out: list[str]
    layer: int

    def definition(self, cell: str) -> Definition:
        """The definition of the layer's cell in one of the runs."""
        return self.traces[cell].definitions[self.layer]

    @property
    def with_readout(self) -> dict[str, Trace]:
        """The traces of models with a readout; those that answer as the main one does, with labels or with values."""
        values = self.traces[self.main].probabilities is None
        return {
            cell: trace
            for cell, trace in self.traces.items()
            if trace.outputs is not None and (trace.probabilities is None) == values
        }

    @property
    def beside(self) -> dict[str, tuple[Trace, Model]]:
        """The runs beside the main one."""
        return {cell: (trace, self.models[cell]) for cell, trace in self.traces.items() if cell != self.main}

    def heatmaps(self, cell: str, quantities: Sequence[str]) -> None:
        """Show heatmaps of one of the cells, without the choices of rows, which are once on the page."""
        run = {} if cell == self.main else {"run": cell}
        st.html(slot("heatmaps", quantities=",".join(quantities), choices="none", **run))


def trained_cells(task: TaskModels) -> list[str]:
    """The cells of a task for which there is a trained model, in the textbook's order."""
    return [cell for cell in task.cells if cell in task.models]


def with_trained_cell(run: TextRun) -> TextRun:
    """The run itself or, if its cell is not trained, that of the task's first trained cell."""
    cells = trained_cells(run.task)
    if run.trace.cell in cells or not cells:
        return run
    st.caption(
        f":material/info: The {plain(cell_title(run.trace.cell))} is not trained for this task, so it is not compared."
    )
    model = catalogue.model(run.task, cells[0])
    prepared = model.prepare(run.text, limit=TOKENS)
    trace = model.run(prepared)
    direction = trace.directions_by_layer[0][0]
    return replace(run, model=model, prepared=prepared, trace=trace, layer=0, direction=direction)


def run_all_cells(run: TextRun) -> CellRuns:
    """The text through every trained cell with the vocabulary, labels and layers of the chosen one."""
    models = {
        cell: run.model if cell == run.trace.cell else catalogue.model(run.task, cell)
        for cell in trained_cells(run.task)
    }
    comparable = {cell: model for cell, model in models.items() if _is_comparable(model, run)}
    traces = {
        cell: run.trace if cell == run.trace.cell else model.trace(run.text, limit=TOKENS)
        for cell, model in comparable.items()
    }
    return CellRuns(
        run.trace.cell, comparable, traces, [cell_title(cell) for cell in models if cell not in comparable], run.layer
    )


def _is_comparable(model: Model, run: TextRun) -> bool:
    return (
        model.vocabulary == run.model.vocabulary
        and model.labels == run.model.labels
        and model.network.has_layer(*run.location)
    )


def first_disagreeing_example(task: TaskModels) -> str:
    """The task's first example at whose end its trained cells disagree; its first example if there is none."""
    cells = trained_cells(task)
    if len(cells) < 2:
        return task.examples[0]
    models = [catalogue.model(task, cell) for cell in cells]

    def work() -> str:
        for text in task.examples:
            try:
                traces = {model.name: model.trace(text, limit=TOKENS) for model in models}
                if (steps := disagreeing_steps(traces)) and steps[-1] == len(next(iter(traces.values()))):
                    return text
            except ValueError:  # a model cannot read this example, or has no readout
                continue
        return task.examples[0]

    return cached(models[0].network, ("disagreeing example", *task.examples, *(model.name for model in models)), work)


def disagreement(run: TextRun, traces: Mapping[str, Trace]) -> str:
    """Where the answers of the cells first differ and what they are in the end, in Markdown."""
    if len(traces) < 2:
        return "Only one cell is trained for this task, so there is nothing to compare."
    steps, asked = disagreeing_steps(traces), np.flatnonzero(jointly_asked(traces)) + 1
    total = len(run.trace)
    if len(asked) == total:
        return _along_the_text(run, traces, steps)
    when = series(sorted({str(trace.card.get("asked", "")) for trace in traces.values()} - {"", EVERY_STEP}))
    if not len(asked):
        return f"These models are trained to answer {plain(when)}, which this text lacks."
    if len(asked) == 1:
        words = (
            f"{'The answers differ' if steps else 'All give the same answer'}: {predictions(traces, int(asked[0]))}."
        )
    else:
        where = f", first at {plain(run.step_label(steps[0]))}" if steps else ""
        last = int(asked[-1])
        words = (
            f"The answers differ at {len(steps)} of {len(asked)} steps{where}. The last: {predictions(traces, last)}."
        )
    return f"{words} The models are trained to answer {plain(when)}; anywhere else, their outputs are no answers."


def _along_the_text(run: TextRun, traces: Mapping[str, Trace], steps: list[int]) -> str:
    """The same for models that are asked at every step."""
    total = len(run.trace)
    end = f"At the end: {predictions(traces, total)}."
    if not steps:
        cells = series([f"the {cell_title(cell)}" for cell in traces])
        return f"{plain(cells[0].upper() + cells[1:])} agree at every step. {end}"
    first = f"They first disagree at {plain(run.step_label(steps[0]))}: {predictions(traces, steps[0])}."
    if steps == [total]:
        return f"{first} This is the last step."
    count = f"They disagree at {len(steps)} of {total} steps." if len(steps) > 1 else "They agree at all other steps."
    return f"{first} {count} {end}"


def values_at_end(traces: Mapping[str, Trace], label: str) -> str:
    """The last value of an output in every cell, in Markdown."""
    values = []
    for cell, trace in traces.items():
        assert trace.outputs is not None
        value = short_number(float(trace.outputs[-1, trace.labels.index(label)]))
        values.append(f"**{value}** ({plain(cell_title(cell))})" if len(traces) > 1 else f"**{value}**")
    several = len(next(iter(traces.values())).labels) > 1
    name = f"The output {plain(visible(label))}" if several else "The output"
    return f"{name} at the end: {series(values)}."


def predictions(traces: Mapping[str, Trace], step: int) -> str:
    """The predictions after a step, in Markdown; cells with the same prediction are named together."""
    groups: dict[str, list[tuple[str, float]]] = {}
    for cell, trace in traces.items():
        assert trace.probabilities is not None
        label, probability = predicted(trace.labels, trace.probabilities[step - 1])
        groups.setdefault(label, []).append((cell_title(cell), probability))
    return "; ".join(
        f"**{plain(visible(label))}** "
        f"({', '.join(f'{plain(title)} {percent(probability)}' for title, probability in cells)})"
        for label, cells in groups.items()
    )
