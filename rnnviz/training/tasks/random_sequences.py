"""Tasks over random sequences of a chosen length: adding, parity and brackets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from ...cells.activations import Array
from ...network import Network
from ..batches import Batch
from ..loss import surprisal
from ..slices import Slices, finish, logits_in_slices
from .data_source import GENERATED
from .shares import entropy
from .task import STEPS_PER_ROUND, Level, Probe, Scores, Task, check_range

HELD_OUT = 500  # sequences for validation, and for each length that is scored
LENGTH_FACTORS = (1, 2, 4)  # lengths of the scored sequences, as multiples of the training length


class RandomSequences(Task):
    """A task whose sequences are drawn anew for every step, all of one length."""

    sources = (GENERATED,)
    answer_at_end: ClassVar[bool] = False  # whether only the last step is scored, or every step

    def draw(self, count: int, length: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw sequences.

        Parameters
        ----------
        count : int
            B, the number of sequences.
        length : int
            T, the number of steps.
        rng : numpy.random.Generator
            Source of all random numbers.

        Returns
        -------
        inputs : ndarray of shape (T, B) or (T, B, D)
            Token ids, or vectors.
        targets : ndarray of int of shape (T, B)
            Class numbers of the right answers.
        """
        raise NotImplementedError

    def answer_frequencies(self, length: int) -> Array:
        """Return how often each answer is right, exactly, over everything that `draw` can draw.

        Parameters
        ----------
        length : int
            T, the number of steps.

        Returns
        -------
        ndarray of shape (C,)
            Shares that add up to 1.
        """
        raise NotImplementedError

    def text_of(self, inputs: Array) -> str:
        """Return one sequence as it would be typed.

        Parameters
        ----------
        inputs : ndarray of shape (T,) or (T, D)
            Token ids, or vectors.

        Returns
        -------
        str
            What the vocabulary reads as `inputs`.
        """
        return "".join(self.vocabulary.tokens[k] for k in inputs)

    def prepare(self) -> None:
        """Set the attributes that follow from the vocabulary, the labels and the options."""
        check_range("length", self.length, 2 if self.answer_at_end else 1)
        self.validation_data = self.draw(HELD_OUT, self.length, np.random.default_rng(1))
        self.split = {
            "train": f"generated anew for every step, {self.length} steps long",
            "validation": f"{HELD_OUT} sequences of {self.length} steps, seed 1",
            "test": f"{HELD_OUT} sequences for each length, seed 2",
            "how": "random sequences",
            "seed": "as given for each part",
        }
        frequencies = self.answer_frequencies(self.length)
        self.most_frequent = self.labels[int(frequencies.argmax())]
        self.chance = Level(
            float(frequencies.max()),
            entropy(frequencies),
            f"The best strategy without reading is to always answer {self.most_frequent}, the most frequent answer. "
            "The loss is that of predicting each answer with its frequency.",
        )
        self.best = Level(1.0, 0.0, "Every answer follows from what has been read.")
        inputs, targets = self.draw(1, self.length, np.random.default_rng(3))
        self.probe = Probe(self.text_of(inputs[:, 0]), targets[:, 0], self.answer_weights(self.length, 1)[:, 0])

    def sample_texts(self, count: int, factor: int = 1) -> list[str]:
        inputs, _ = self.draw(count, factor * self.length, np.random.default_rng(4))
        return [self.text_of(inputs[:, k]) for k in range(count)]

    @property
    def length(self) -> int:
        """T, the number of steps of a training sequence."""
        return self.options["length"]

    @property
    def validation_tokens(self) -> int:
        """How many tokens `validate` reads."""
        return HELD_OUT * self.length

    def answer_weights(self, length: int, batch: int) -> Array:
        """How much each answer counts in the loss, (T, B)."""
        weights = np.zeros((length, batch), np.float32)
        weights[-1 if self.answer_at_end else 0 :] = 1
        return weights / weights.sum()

    def steps_per_epoch(self, batch: int) -> int:
        return STEPS_PER_ROUND

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        weights = self.answer_weights(self.length, batch)
        for _ in range(STEPS_PER_ROUND):
            yield Batch(*self.draw(batch, self.length, rng), weights)

    def validate(self, network: Network) -> dict[str, float]:
        return finish(self.validate_in_slices(network))

    def validate_in_slices(self, network: Network) -> Slices[dict[str, float]]:
        inputs, targets = self.validation_data
        loss, is_right = self.results(targets, (yield from logits_in_slices(network, inputs)))
        return {"validation_loss": float(loss.mean(dtype=np.float64)), "accuracy": float(is_right.mean())}

    def results(self, targets: Array, logits: Array) -> tuple[Array, Array]:
        """The surprisal (A, B) at every answer that counts, and whether it is right (A, B)."""
        counted = np.s_[-1:] if self.answer_at_end else np.s_[:]
        return surprisal(logits[counted], targets[counted]), logits[counted].argmax(-1) == targets[counted]

    def held_out_scores(self, network: Network) -> Scores:
        return finish(self.held_out_scores_in_slices(network))

    def held_out_scores_in_slices(self, network: Network) -> Slices[Scores]:
        by_length: list[dict[str, Any]] = []
        for factor in LENGTH_FACTORS:
            if by_length:
                yield
            length = factor * self.length
            inputs, targets = self.draw(HELD_OUT, length, np.random.default_rng([2, length]))
            # Answers within one sequence are not independent: the error is that of the sequences' means.
            accuracies = self.results(targets, (yield from logits_in_slices(network, inputs)))[1].mean(axis=0)
            error = accuracies.std(ddof=1) / np.sqrt(HELD_OUT)
            by_length.append(
                {"length": length, "n": HELD_OUT, "accuracy": float(accuracies.mean()), "standard_error": float(error)}
            )
        blind = f"always {self.most_frequent}"
        return {
            "metric": f"share of correct answers, sequences of {self.length} steps",
            "test": by_length[0]["accuracy"],
            "n": HELD_OUT,
            "standard_error": by_length[0]["standard_error"],
            "validation": (yield from self.validate_in_slices(network))["accuracy"],
            "chance": self.chance.accuracy,
            "chance_is": blind,
            "baseline": {"name": blind, "value": self.chance.accuracy},
            "by_length": by_length,
        }
