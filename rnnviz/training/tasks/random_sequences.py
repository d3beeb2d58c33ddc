"""What adding, parity and brackets share: random sequences, as many as are wanted, of a length that is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from ...cells.activations import Array
from ...network import Network
from ..batches import Batch
from ..loss import surprisal
from .task import DataSource, Level, Probe, Scores, Task, entropy

ROUND = 100  # steps between two checks
HELD_OUT = 500  # sequences that are validated on, and as many for each length that is scored
LONGER = (1, 2, 4)  # how many times as long as in training the scored sequences are


class RandomSequences(Task):
    """A task whose sequences are drawn anew for every step, all of them of one length."""

    sources = (DataSource("made by the task", "none needed"),)
    answer_at_end: ClassVar[bool] = False  # whether the last step alone is asked; else every step is

    def draw(self, count: int, length: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Random sequences: inputs (T, B), or (T, B, D) if they are numbers, and the right answers (T, B)."""
        raise NotImplementedError

    def shares(self, length: int) -> Array:
        """(C,): how often each answer is the right one, exactly, over all that `draw` can draw of this length."""
        raise NotImplementedError

    def text_of(self, inputs: Array) -> str:
        """One sequence, (T,) or (T, D), as somebody would type it."""
        raise NotImplementedError

    def prepare(self) -> None:
        """To be called once the vocabulary, the labels and the options are there."""
        shortest = 2 if self.answer_at_end else 1
        if self.length < shortest:
            raise ValueError(f"length is {self.length}; it must be at least {shortest}")
        self.held_out = self.draw(HELD_OUT, self.length, np.random.default_rng(1))
        self.split = {
            "train": f"made anew for every step, {self.length} steps long",
            "validation": f"{HELD_OUT} sequences of {self.length} steps, seed 1",
            "test": f"{HELD_OUT} sequences for each length, seed 2",
            "how": "random sequences",
            "seed": "as given for each part",
        }
        shares = self.shares(self.length)
        often = self.labels[int(shares.argmax())]
        self.chance = Level(
            float(shares.max()),
            entropy(shares),
            f"Whoever reads nothing does best by always saying {often}, the most frequent answer; the loss is that of "
            "naming every answer as often as it is right.",
        )
        self.best = Level(1.0, 0.0, "What has been read decides every answer.")
        inputs, targets = self.draw(1, self.length, np.random.default_rng(3))
        self.probe = Probe(self.text_of(inputs[:, 0]), targets[:, 0], self.weights(self.length, 1)[:, 0])

    @property
    def length(self) -> int:
        return self.options["length"]

    @property
    def validation_tokens(self) -> int:
        return HELD_OUT * self.length

    def weights(self, length: int, batch: int) -> Array:
        """(T, B): how much each answer counts in the loss."""
        asked = np.zeros((length, batch), np.float32)
        asked[-1 if self.answer_at_end else 0 :] = 1
        return asked / asked.sum()

    def steps_per_epoch(self, batch: int) -> int:
        return ROUND

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        weights = self.weights(self.length, batch)
        for _ in range(ROUND):
            yield Batch(*self.draw(batch, self.length, rng), weights)

    def validate(self, network: Network) -> dict[str, float]:
        inputs, targets = self.held_out
        loss, right = self.answered(network, inputs, targets)
        return {"validation_loss": float(loss.mean(dtype=np.float64)), "accuracy": float(right.mean())}

    def answered(self, network: Network, inputs: Array, targets: Array) -> tuple[Array, Array]:
        """The surprise (A, B) at every answer that is asked for, and whether it is right (A, B)."""
        logits = network.forward(inputs).logits
        assert logits is not None
        asked = np.s_[-1:] if self.answer_at_end else np.s_[:]
        return surprisal(logits[asked], targets[asked]), logits[asked].argmax(-1) == targets[asked]

    def held_out_scores(self, network: Network) -> Scores:
        by_length = []
        for times in LONGER:
            length = times * self.length
            drawn = self.draw(HELD_OUT, length, np.random.default_rng([2, length]))
            each = self.answered(network, *drawn)[1].mean(axis=0)  # answers within one sequence hang together
            error = each.std(ddof=1) / np.sqrt(HELD_OUT)
            by_length.append(
                {"length": length, "n": HELD_OUT, "accuracy": float(each.mean()), "standard_error": float(error)}
            )
        often = self.labels[int(self.shares(self.length).argmax())]
        return {
            "metric": f"share of right answers, sequences of {self.length} steps",
            "test": by_length[0]["accuracy"],
            "n": HELD_OUT,
            "standard_error": by_length[0]["standard_error"],
            "validation": self.validate(network)["accuracy"],
            "chance": self.chance.accuracy,
            "chance_is": f"always {often}",
            "baseline": {"name": f"always {often}", "value": self.chance.accuracy},
            "by_length": by_length,
        }
