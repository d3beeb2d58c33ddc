"""Tasks that predict the next character of one long text: Shakespeare and the user's own text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from ...cells.activations import Array
from ...network import Network, States
from ...text.tokens import Vocabulary
from ..batches import Batch
from ..loss import surprisal
from ..slices import Slices, finish
from .task import Level, Probe, Task

PROBE_CHARACTERS = 60
EVALUATION_STEPS = 100  # read at a time, to bound the memory
CONTEXT_FREE = "each character's frequency in the training text, regardless of context"
BEST = Level(None, None, "Unknown: nobody knows how far a text determines its next character.")


class RunningText(Task):
    """A text split in order into 80 : 10 : 10.

    The training text is cut into as many rows as a batch has. Every row is read from its beginning to its end: the
    states are carried over from batch to batch, and the gradients are cut there.
    """

    predicts = "the next character"
    answer_due = "at every step"

    train: Array
    validation: Array
    test: Array

    def row_layout(self, batch: int) -> tuple[int, int]:
        """The number of rows B and the number of steps T in a batch."""
        return batch, self.length

    def steps_per_epoch(self, batch: int) -> int:
        rows, length = self.row_layout(batch)
        return (len(self.train) - 1) // rows // length

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        rows, length = self.row_layout(batch)
        inputs, targets = text_rows(self.train, rows)
        weights = np.full((length, rows), 1 / (length * rows), np.float32)
        for k in range(self.steps_per_epoch(batch)):
            part = slice(k * length, (k + 1) * length)
            yield Batch(inputs[part], targets[part], weights, continues=k > 0)

    def selection_key(self, validation: dict[str, float]) -> tuple[float, ...]:
        return (-validation["validation_loss"],)

    def describe_split(self, source: str) -> dict[str, Any]:
        """The card's entry for the split. source: "file" or "text"."""
        return {
            "train": len(self.train),
            "validation": len(self.validation),
            "test": len(self.test),
            "how": f"characters, in the order of the {source}, 80 : 10 : 10",
            "seed": None,
        }


def split_in_order(sequence: Any) -> list[Any]:
    """A text, or its ids, cut 80 : 10 : 10."""
    size = len(sequence)
    return [sequence[a:b] for a, b in pairwise([0, int(0.8 * size), int(0.9 * size), size])]


def next_character_probe(vocabulary: Vocabulary, text: str) -> Probe:
    """The beginning of a text, with the next character as the target of every step."""
    encoding = vocabulary.encode(text.lstrip(), PROBE_CHARACTERS + 1)
    steps = len(encoding.tokens) - 1
    return Probe("".join(encoding.tokens[:-1]), encoding.inputs[1:], np.full(steps, 1 / steps, np.float32))


def text_rows(ids: Array, count: int) -> tuple[Array, Array]:
    """A text as `count` rows side by side, (T, count), and for each character the next one."""
    length = (len(ids) - 1) // count
    return ids[: length * count].reshape(count, length).T, ids[1 : length * count + 1].reshape(count, length).T


def evaluate_pieces(network: Network, ids: Array, streams: int) -> tuple[Array, float]:
    """The nats per character of each piece (streams,), and the accuracy on the whole text."""
    return finish(evaluate_in_slices(network, ids, streams))


def evaluate_in_slices(network: Network, ids: Array, streams: int) -> Slices[tuple[Array, float]]:
    """As `evaluate_pieces`, with a break after every EVALUATION_STEPS."""
    inputs, targets = text_rows(ids, streams)
    states: States | None = None
    totals, right = np.zeros(streams), 0
    for start in range(0, len(inputs), EVALUATION_STEPS):
        if start:
            yield
        part = slice(start, start + EVALUATION_STEPS)
        run = network.forward(inputs[part], states)
        states = run.final
        assert run.logits is not None
        totals += surprisal(run.logits, targets[part]).sum(axis=0, dtype=np.float64)
        right += int((run.logits.argmax(-1) == targets[part]).sum())
    return totals / len(targets), right / targets.size
