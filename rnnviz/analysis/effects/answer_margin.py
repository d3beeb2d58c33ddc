"""The margin of an answer as a function of what the network reads: of many changed texts at once, and its gradient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError
from ...interventions import cell_edits
from ...network import Edits, Head, Network, States
from ...network.readout import logits_of, without_readout
from ...trace import Trace
from ..progress_meter import ProgressMeter
from ..selection import label_column, likeliest_column, step_row
from .run_difference import steps_typed

_ELEMENTS = 2**21  # gate values and logits that one pass may hold


@dataclass(frozen=True)
class AnswerMargin:
    """How clearly a network answers one label, from its input vectors.

    The margin is the log odds: the logit of the label less that of another one, which is log(p_label / p_against), or
    less the log-sum-exp of all others, which is log(p / (1 - p)). Where the outputs are no distribution, each stands
    for itself: the margin is the output's logit, which for a sigmoid is its log odds.

    Parameters
    ----------
    network : Network
        The network, which reads vectors in place of tokens.
    inputs : ndarray of shape (S, D)
        The vectors that can matter to the answer: those of all steps, or up to `row` where every layer reads forward.
    initial : list of list of dict
        The states that the run started from.
    edits : mapping of (int, str) to sequence of Edit
        What interventions put in place of the cells' own values.
    row : int
        The step after which the answer is read, from 0.
    label : int
        The output that is asked about.
    against : int or None
        The output that it is compared with; None for all others.
    """

    network: Network
    inputs: Array
    initial: States
    edits: Edits
    row: int
    label: int
    against: int | None

    @classmethod
    def of(cls, trace: Trace, label: int | str | None, against: int | str | None, step: int | None) -> AnswerMargin:
        """Take the margin of a run's answer; `attribution` describes the arguments and errors."""
        network: Network | None = trace.network
        if network is None or network.readout_weight is None:
            raise ArgumentError(
                "An answer is attributed by running its network, with a readout, which the trace does not know.",
                code="no_network" if network is None else "no_readout",
                name="trace",
            )
        row = step_row(trace, step)
        if label is None:
            label = likeliest_column(trace, row)
        column, other = label_column(trace, label), None if against is None else label_column(trace, against)
        if column == other:
            raise ArgumentError(
                f"{trace.labels[column]!r} cannot be compared with itself; choose another label.",
                code="same_label",
                name="against",
                value=against,
            )
        steps = row + 1 if network.directions == ("forward",) else len(trace)
        edits = cell_edits(trace.interventions, trace.definitions, steps_typed(trace))
        inputs = trace["input_vector"][:steps]
        return cls(replace(network, embedding=None), inputs, trace.start, edits, row, column, other)

    def at_once(self, every_step: bool) -> int:
        """How many changed texts one pass may read, so that long texts and many labels need no more memory.

        every_step: whether the logits of every step are computed.
        """
        assert self.network.readout_weight is not None
        gates = sum(len(cell.weight_ih) for cells in self.network.layers for cell in cells)
        labels, steps = len(self.network.readout_weight), len(self.inputs)
        return max(1, _ELEMENTS // (steps * gates + (steps if every_step else 1) * labels))

    def of_logits(self, logits: Array) -> Array:
        """The margins (...,) of logits (..., C), in float64."""
        if self.against is not None:
            return logits[..., self.label].astype(np.float64) - logits[..., self.against]
        return margins(logits, np.full(logits.shape[:-1], self.label), self.network.head)

    def slope(self, logits: Array) -> Array:
        """The gradient (..., C) of the margin by the logits (..., C), in float64."""
        slope = np.zeros(logits.shape)
        if self.against is not None:
            slope[..., self.against] = -1
        elif logits.shape[-1] > 1 and self.network.head.is_distribution:
            others = logits.astype(np.float64)
            others[..., self.label] = -np.inf
            powers = np.exp(others - others.max(-1, keepdims=True))
            slope -= powers / powers.sum(-1, keepdims=True)
        slope[..., self.label] = 1
        return slope

    def values(self, texts: Array, rows: Array | None = None) -> Array:
        """The margins (B,) for input vectors (S, B, D), read after the step `row`, or each after its own of `rows`."""
        return self.of_logits(self.logits(texts, rows))

    def logits(self, texts: Array, rows: Array | None = None) -> Array:
        """The logits (B, C) for input vectors (S, B, D), read as `values` reads them."""
        run = without_readout(self.network).forward(texts, self._starts(texts.shape[1]), edits=self.edits)
        return logits_of(self.network, run.top[self.row if rows is None else rows, np.arange(texts.shape[1])])

    def logits_by_step(self, texts: Array) -> Array:
        """The logits (S, B, C) after every step, for input vectors (S, B, D)."""
        logits = self.network.forward(texts, self._starts(texts.shape[1]), edits=self.edits).logits
        assert logits is not None
        return logits

    def gradients(self, texts: Array) -> Array:
        """The gradients (S, B, D) of the margins by input vectors (S, B, D), in float64."""
        run = self.network.forward(texts, self._starts(texts.shape[1]))
        assert run.logits is not None
        d_logits = np.zeros_like(run.logits)
        d_logits[self.row] = self.slope(run.logits[self.row])
        return self.network.backward(run, d_logits)["inputs"].astype(np.float64)

    def batches(self, count: int, progress: ProgressMeter | None = None, every_step: bool = False) -> Iterator[slice]:
        """Slices that split so many changed texts into passes; each text read is a unit of progress.

        every_step: whether the logits of every step are computed.
        """
        at_once = self.at_once(every_step)
        for first in range(0, count, at_once):
            last = min(first + at_once, count)
            yield slice(first, last)
            if progress is not None:
                progress.add(last - first)

    def _starts(self, batch: int) -> States:
        return [
            [{state: np.repeat(array[None], batch, axis=0) for state, array in states.items()} for states in layer]
            for layer in self.initial
        ]


def margins(logits: Array, labels: Array, head: Head) -> Array:
    """The log odds log(p / (1 - p)) of labels (...,) by logits (..., C), in float64.

    A single logit, and any of outputs that are no distribution, is its own margin.
    """
    others = logits.astype(np.float64)
    own = np.take_along_axis(others, labels[..., None], axis=-1)
    if logits.shape[-1] > 1 and head.is_distribution:
        np.put_along_axis(others, labels[..., None], -np.inf, axis=-1)
        own = own - np.logaddexp.reduce(others, axis=-1, keepdims=True)
    return own[..., 0]
