"""Tasks over texts with one label each: names and reviews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from ...cells.activations import Array
from ...network import Network
from ...text.tokens import TokenKind, Vocabulary
from ..batches import Batch, Split, batch_by_length, logits_per_sequence, pad, random_split
from ..calibration import calibration
from ..loss import surprisal
from .shares import binomial_error
from .task import Level, Probe, Scores, Task


class LabelledTexts(Task):
    """A task over texts with one label each.

    Half of the loss is that of the answer at the last token, the one that is scored; the other half is the mean over
    all tokens, so that the answers before the end mean something too.
    """

    token_kind: ClassVar[TokenKind]
    has_end_mark: ClassVar[bool] = False
    seeds = 5
    max_tokens: ClassVar[int | None] = None  # longer texts are cut
    min_count: ClassVar[int] = 2  # rarer tokens are read as <unk>, which is how <unk> gets trained

    probe_example: ClassVar[tuple[str, str]]  # text and label

    texts: list[str]
    classes: Array  # (N,) class numbers of all texts
    indices: Split

    def prepare(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Split the texts, collect the vocabulary from the training split alone, and encode all texts."""
        self.texts = list(texts)
        self.labels = sorted(set(labels))
        self.classes = np.array([self.labels.index(label) for label in labels])
        self.indices = random_split(len(self.texts))
        training_texts = [self.texts[k] for k in self.indices.train]
        self.vocabulary = Vocabulary.collect(
            self.token_kind, training_texts, at_least=self.min_count, end=self.has_end_mark
        )
        self.sequences = [self.vocabulary.encode(text, self.max_tokens).inputs for text in self.texts]
        sizes = {part: len(getattr(self.indices, part)) for part in Split._fields}
        self.split = sizes | {"how": "numpy.random.default_rng(0).permutation, 80 : 10 : 10", "seed": 0}
        self.chance, self.best = self.chance_level(), self.best_level()
        text, label = self.probe_example
        steps = len(self.vocabulary.encode(text, self.max_tokens).inputs)
        last = np.zeros(steps, np.float32)
        last[-1] = 1
        self.probe = Probe(text, np.full(steps, self.labels.index(label)), 0.5 * last + np.float32(0.5) / steps)

    @property
    def length(self) -> int:
        """T, the number of tokens of the longest text."""
        return max(map(len, self.sequences))

    def tokens_per_epoch(self, batch: int) -> int:
        return sum(len(self.sequences[k]) for k in self.indices.train)

    @property
    def validation_tokens(self) -> int:
        """How many tokens `validate` reads."""
        return sum(len(self.sequences[k]) for k in self.indices.validation)

    @property
    def most_frequent(self) -> int:
        """The most frequent class of the training split."""
        return int(np.bincount(self.classes[self.indices.train], minlength=len(self.labels)).argmax())

    def chance_level(self) -> Level:
        """What the most frequent label of the training split, and the labels' frequencies, reach on validation."""
        counts = np.bincount(self.classes[self.indices.train], minlength=len(self.labels))
        counts = np.maximum(counts, 1)  # a label that training never shows would have an infinite surprisal
        truth = self.classes[self.indices.validation]
        surprisals = -np.log(counts / counts.sum())[truth]
        return Level(
            float((truth == self.most_frequent).mean()),
            float(surprisals.mean()),
            f"Always answering {self.labels[self.most_frequent]}, the most frequent label in training. The loss is "
            "that of predicting each label with its frequency in training.",
        )

    def best_level(self) -> Level:
        """The bound set by texts with several labels, of which no function of the text can get all right."""
        labels_by_text: dict[tuple[int, ...], Counter[int]] = {}
        for k in self.indices.validation:
            labels_by_text.setdefault(tuple(self.sequences[k]), Counter())[int(self.classes[k])] += 1
        total = len(self.indices.validation)
        right = sum(max(labels.values()) for labels in labels_by_text.values())
        if right == total:
            return Level(
                None,
                None,
                "Unknown: no two texts of the validation split contradict each other, but some are unclear even to "
                "people.",
            )
        uncertainty = sum(n * np.log(labels.total() / n) for labels in labels_by_text.values() for n in labels.values())
        return Level(
            right / total,
            float(uncertainty / total),
            "An upper bound; the true one is unknown. Some texts of the validation split occur with several labels, "
            "and no network can be right about all of those.",
        )

    def steps_per_epoch(self, batch: int) -> int:
        return -(-len(self.indices.train) // batch)

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        train = self.indices.train
        lengths = np.array([len(self.sequences[k]) for k in train])
        for group in batch_by_length(lengths, batch, rng):
            inputs = pad([self.sequences[k] for k in train[group]])
            steps, last = np.arange(len(inputs))[:, None], lengths[group] - 1
            each = (steps <= last) / lengths[group].sum()
            weights = (0.5 * each + 0.5 * (steps == last) / len(group)).astype(np.float32)
            targets = np.broadcast_to(self.classes[train[group]], inputs.shape)
            yield Batch(inputs, targets, weights)

    def validate(self, network: Network) -> dict[str, float]:
        logits = self.final_logits(network, self.indices.validation)
        truth = self.classes[self.indices.validation]
        loss = surprisal(logits, truth).mean(dtype=np.float64)
        return {"validation_loss": float(loss), "accuracy": float((logits.argmax(-1) == truth).mean())}

    def final_logits(self, network: Network, indices: Array) -> Array:
        """The logits (N, C) after the last token of each of these texts."""
        return np.array([logits[-1] for logits in logits_per_sequence(network, [self.sequences[k] for k in indices])])

    def item_results(self, network: Network) -> Array:
        test = self.indices.test
        return self.final_logits(network, test).argmax(-1) == self.classes[test]

    def common_scores(self, network: Network, logits: Array) -> Scores:
        """The first entries of every card's scores, from the logits (N, C) at the ends of the test texts."""
        truth, predicted = self.classes[self.indices.test], logits.argmax(-1)
        accuracy = float((predicted == truth).mean())
        return {
            "test": accuracy,
            "n": len(truth),
            "standard_error": binomial_error(accuracy, len(truth)),
            "validation": self.validate(network)["accuracy"],
            "chance": float((truth == self.most_frequent).mean()),
            "chance_is": f"always {self.labels[self.most_frequent]}, the most frequent label in training",
            "by_label": {
                label: {"n": int((truth == c).sum()), "recall": float((predicted[truth == c] == c).mean())}
                for c, label in enumerate(self.labels)
            },
            "calibration": calibration(logits, truth),
        }

    def texts_by_part(self) -> dict[str, tuple[list[str], Array]]:
        """The texts and their classes, by part of the split."""
        return {
            part: ([self.texts[k] for k in indices], self.classes[indices])
            for part, indices in self.indices._asdict().items()
        }
