"""What names and reviews share: texts with one label each, asked after every token and above all at the last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from ...cells.activations import Array
from ...network import Network
from ...text.tokens import TokenKind, Vocabulary
from ..batches import Batch, Split, batch_by_length, logits_per_sequence, pad, random_split
from ..loss import surprisal
from .task import Level, Probe, Scores, Task, binomial_error


class LabelledTexts(Task):
    """A task over texts with one label each.

    Half of the loss is the answer at the last token, which is the one that is scored; half is
    the mean over all tokens, so that what the network says on its way means something too.
    """

    kind: ClassVar[TokenKind]
    end: ClassVar[bool] = False
    longest: ClassVar[int | None] = None  # tokens; what lies beyond is cut
    at_least: ClassVar[int] = 2  # rarer tokens are read as <unk>, which is how <unk> gets trained

    watched: ClassVar[tuple[str, str]]  # a text on which the network is watched while it learns, and its label

    texts: list[str]
    classes: Array  # (N,) the class number of every text
    indices: Split

    def prepare(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Split the texts, collect the vocabulary from the training split alone, and read all texts with it."""
        self.texts = list(texts)
        self.labels = sorted(set(labels))
        self.classes = np.array([self.labels.index(label) for label in labels])
        self.indices = random_split(len(self.texts))
        trained = [self.texts[k] for k in self.indices.train]
        self.vocabulary = Vocabulary.collect(self.kind, trained, at_least=self.at_least, end=self.end)
        self.sequences = [self.vocabulary.encode(text, self.longest).inputs for text in self.texts]
        sizes = {part: len(getattr(self.indices, part)) for part in Split._fields}
        self.split = sizes | {"how": "numpy.random.default_rng(0).permutation, 80 : 10 : 10", "seed": 0}
        self.chance, self.best = self.guessing(), self.bound()
        reading = self.vocabulary.encode(self.watched[0], self.longest)
        label, last = self.labels.index(self.watched[1]), np.zeros(len(reading.inputs), np.float32)
        last[-1] = 1
        self.probe = Probe(self.watched[0], np.full(len(last), label), 0.5 * last + np.float32(0.5) / len(last))

    @property
    def length(self) -> int:
        return max(map(len, self.sequences))

    def tokens_per_epoch(self, batch: int) -> int:
        return sum(len(self.sequences[k]) for k in self.indices.train)

    @property
    def validation_tokens(self) -> int:
        return sum(len(self.sequences[k]) for k in self.indices.validation)

    def guessing(self) -> Level:
        """What the most frequent label of the training split reaches on the validation split, and its frequencies."""
        counts = np.bincount(self.classes[self.indices.train], minlength=len(self.labels))
        counts = np.maximum(counts, 1)  # a label that training never shows would be an infinite surprisal
        truth = self.classes[self.indices.validation]
        surprises = -np.log(counts / counts.sum())[truth]
        return Level(
            float((truth == counts.argmax()).mean()),
            float(surprises.mean()),
            f"Always to say {self.labels[int(counts.argmax())]}, the most frequent label; the loss is that of naming "
            "every label as often as it occurs in training.",
        )

    def bound(self) -> Level:
        """No answer that depends on the text alone can be right about a text that stands there with two labels."""
        found: dict[tuple[int, ...], Counter[int]] = {}
        for k in self.indices.validation:
            found.setdefault(tuple(self.sequences[k]), Counter())[int(self.classes[k])] += 1
        total = len(self.indices.validation)
        right = sum(max(labels.values()) for labels in found.values())
        if right == total:
            return Level(
                None,
                None,
                "Nobody knows: no text of the validation split contradicts another, but some are "
                "unclear to people as well.",
            )
        unsure = sum(n * np.log(labels.total() / n) for labels in found.values() for n in labels.values())
        return Level(
            right / total,
            float(unsure / total),
            "A bound that is out of reach: some texts of the validation split stand there with several labels, and "
            "nobody could be right about all of those; how far the others can be told nobody knows.",
        )

    def steps_per_epoch(self, batch: int) -> int:
        return -(-len(self.indices.train) // batch)

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        train = self.indices.train
        lengths = np.array([len(self.sequences[k]) for k in train])
        for group in batch_by_length(lengths, batch, rng):
            inputs = pad([self.sequences[k] for k in train[group]])
            steps, last = np.arange(len(inputs))[:, None], lengths[group] - 1
            every = (steps <= last) / lengths[group].sum()
            weights = (0.5 * every + 0.5 * (steps == last) / len(group)).astype(np.float32)
            targets = np.broadcast_to(self.classes[train[group]], inputs.shape)
            yield Batch(inputs, targets, weights)

    def validate(self, network: Network) -> dict[str, float]:
        last = self.final_logits(network, self.indices.validation)
        truth = self.classes[self.indices.validation]
        loss = surprisal(last, truth).mean(dtype=np.float64)
        return {"validation_loss": float(loss), "accuracy": float((last.argmax(-1) == truth).mean())}

    def final_logits(self, network: Network, which: Array) -> Array:
        """The logits (N, C) after the last token of each of the texts."""
        return np.array([logits[-1] for logits in logits_per_sequence(network, [self.sequences[k] for k in which])])

    def last_scores(self, network: Network, predicted: Array) -> Scores:
        """What every card of such a task says first.

        predicted: (N,) the classes answered at the last tokens of the test split.
        """
        truth = self.classes[self.indices.test]
        accuracy = float((predicted == truth).mean())
        most_frequent = int(np.bincount(self.classes[self.indices.train]).argmax())
        return {
            "test": accuracy,
            "n": len(truth),
            "standard_error": binomial_error(accuracy, len(truth)),
            "validation": self.validate(network)["accuracy"],
            "chance": float((truth == most_frequent).mean()),
            "chance_is": f"always {self.labels[most_frequent]}",
        }

    def parts(self) -> dict[str, tuple[list[str], Array]]:
        """The texts and their classes, by part of the split."""
        return {
            part: ([self.texts[k] for k in which], self.classes[which])
            for part, which in self.indices._asdict().items()
        }
