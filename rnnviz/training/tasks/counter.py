"""Counter: read a's and then as many b's, predict the next symbol. To know when the b's end, one must count."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...network import Network
from ...text.tokens import Vocabulary
from ..batches import Batch, logits_per_sequence, pad
from ..loss import surprisal
from ..recipe import Recipe
from .data_source import GENERATED
from .shares import class_frequencies, entropy
from .task import STEPS_PER_ROUND, UNREAD_UNKNOWN, Level, Probe, Scores, Task, check_range

LONGEST = 12  # the default for the most a's in training
MAX_LONGEST = 100
PROBE_LENGTH = 6  # a's


class Counter(Task):
    """The language a^n b^n for n up to 12.

    Every batch holds all twelve strings, so there is nothing to split, and nothing is random but the initial
    parameters. Strings with n above 12 are never trained.

    References
    ----------
    .. [1] F. A. Gers and J. Schmidhuber, "LSTM recurrent networks learn simple context-free and context-sensitive
       languages", IEEE Transactions on Neural Networks 12(6), 2001.
    .. [2] G. Weiss, Y. Goldberg and E. Yahav, "On the practical computational power of finite precision RNNs for
       language recognition", ACL 2018.
    """

    name = "counter"
    title = "Counter: when do the b's end?"
    reads = "some a's, then as many b's"
    predicts = "the next symbol, or the end"
    answer_due = "at every step"
    examples = ("aaaaabbbbb", "aaabbbb", "aaaaaaaaaaaabbbbbbbbbbbb", "ab", "aaaaaaaaaaaaaaabbbbbbbbbbbbbbb", "aababb")
    note = (
        "Training saw every n from 1 to 12 and nothing else. While a's are read, the next symbol is uncertain; from "
        "the first b on it is certain. An LSTM can count in one unit of its cell state; a simple RNN and a GRU cannot "
        "count without bound (Weiss, Goldberg & Yahav 2018). How far an LSTM goes beyond 12 varies from seed to seed. "
        f"{UNREAD_UNKNOWN}"
    )
    sources = (GENERATED,)
    seeds = 5
    items = "lengths"
    base_recipe = Recipe(embedding=8, hidden=8, epochs=60, batch=LONGEST, learning_rate=1e-2)
    available_options = {"longest": (LONGEST, "largest number of a's in training")}

    def load(self, folders: dict[str, Path]) -> None:
        self.longest = longest = self.options["longest"]
        check_range("longest", longest, 1, MAX_LONGEST)
        self.vocabulary = Vocabulary.collect("characters", ["ab"])
        self.labels = ["a", "b", "end"]
        self.split = {
            "train": f"n = 1 to {longest}",
            "validation": "the same strings",
            "test": f"n = 1 to {longest}, and n = {longest + 1}, {longest + 2}, ..., which were never trained",
            "how": "by length",
            "seed": None,
        }
        pairs = [self.sequence(n) for n in range(1, longest + 1)]
        inputs, targets = (pad(side) for side in zip(*pairs, strict=True))
        lengths = np.array([len(ids) for ids, _ in pairs])
        weights = (np.arange(len(inputs))[:, None] < lengths) / lengths.sum()
        self.all_strings = Batch(inputs, targets, weights.astype(np.float32))
        self.chance = Level(
            1 / longest,
            entropy(class_frequencies(targets, self.all_strings.weights, len(self.labels))),
            "Always ending after the first b is right for n = 1 only. The loss is that of predicting each symbol with "
            "its frequency.",
        )
        # After k a's, one of the strings that are still possible continues with b, all others with a.
        possible = longest - np.arange(longest)
        uncertainty = sum(n * entropy(np.array([1 / n, 1 - 1 / n])) for n in possible)
        self.best = Level(
            1.0,
            float(uncertainty / lengths.sum()),
            "From the first b on, the next symbol follows from what has been read. While a's are read it is uncertain, "
            "and this uncertainty is the whole remaining loss.",
        )
        n = min(PROBE_LENGTH, longest)
        self.probe = Probe(self.string(n), self.sequence(n)[1], np.full(2 * n, 0.5 / n, np.float32))

    @property
    def length(self) -> int:
        """T, the number of steps of the longest string."""
        return len(self.all_strings.inputs)

    def tokens_per_epoch(self, batch: int) -> int:
        return STEPS_PER_ROUND * self.all_strings.inputs.size

    @property
    def validation_tokens(self) -> int:
        """How many tokens `validate` reads."""
        return self.all_strings.inputs.size

    def card_note(self) -> str:
        return self.note.replace(f"{LONGEST}", f"{self.longest}")

    def string(self, n: int) -> str:
        """The string of n a's and n b's."""
        return "a" * n + "b" * n

    def sample_texts(self, count: int, factor: int = 1) -> list[str]:
        return [self.string(n) for n in range(1, factor * self.longest + 1)]

    def sequence(self, n: int) -> tuple[Array, Array]:
        """The ids of n a's and n b's, and for each the class number of the next symbol, (2 n,) each."""
        inputs = self.vocabulary.encode(self.string(n)).inputs
        next_symbols = ["a"] * (n - 1) + ["b"] * n + ["end"]
        return inputs, np.array([self.labels.index(symbol) for symbol in next_symbols])

    def steps_per_epoch(self, batch: int) -> int:
        return STEPS_PER_ROUND

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        """The batch of all strings again and again, whatever batch size the recipe names."""
        return (self.all_strings for _ in range(STEPS_PER_ROUND))

    def validate(self, network: Network) -> dict[str, float]:
        logits = network.forward(self.all_strings.inputs).logits
        assert logits is not None
        targets, weights = self.all_strings.targets, self.all_strings.weights
        loss = float((surprisal(logits, targets) * weights).sum(dtype=np.float64))
        n, steps = np.arange(1, self.longest + 1), np.arange(len(logits))[:, None]
        is_certain = (steps >= n) & (steps < 2 * n)
        is_right = ((logits.argmax(-1) == targets) | ~is_certain).all(axis=0)
        return {"validation_loss": loss, "accuracy": float(np.mean(is_right))}

    def is_right(self, network: Network, n: int) -> bool:
        """Whether the network predicts b after each of the first n - 1 b's, and the end after the n-th."""
        inputs, targets = self.sequence(n)
        (logits,) = logits_per_sequence(network, [inputs])
        return bool((logits[n:].argmax(-1) == targets[n:]).all())

    def held_out_scores(self, network: Network) -> Scores:
        right = {n: self.is_right(network, n) for n in range(1, self.longest + 1)}
        share = float(np.mean(list(right.values())))
        return {
            "metric": f"share of n = 1 to {self.longest} with every b and the end correct",
            "test": share,
            "n": self.longest,
            "standard_error": None,
            "validation": share,
            "chance": 1 / self.longest,
            "chance_is": "always ending after the first b",
            "baseline": {"name": "always the most frequent n (all are equally frequent)", "value": 1 / self.longest},
            "right": [n for n, is_right in right.items() if is_right],
            "largest": next(n for n in count(1) if not self.is_right(network, n)) - 1,
            "counts": {state: self.counting_unit(network, state) for state in network.layers[0][0].states},
        }

    def item_results(self, network: Network) -> Array:
        return np.array([self.is_right(network, n) for n in range(1, self.longest + 1)])

    def ends(self, network: Network, longest: int = 100) -> list[int | None]:
        """Return after how many b's a network first predicts the end, for 1 to `longest` a's.

        Parameters
        ----------
        network : Network
            A network for this task.
        longest : int, default 100
            The most a's, N.

        Returns
        -------
        list of int or None
            One entry for each n from 1 to N; n would be right. None if the end does not come within 2 N b's.
        """
        numbers, steps = np.arange(1, longest + 1), np.arange(3 * longest)[:, None]
        a, b = self.vocabulary.encode("ab").inputs
        logits = network.forward(np.where(steps < numbers, a, b)).logits
        assert logits is not None
        read = steps + 1 - numbers  # b's, (T, N)
        is_end = (logits.argmax(-1) == self.labels.index("end")) & (read >= 1) & (read <= 2 * longest)
        return [int(read[column.argmax(), k]) if column.any() else None for k, column in enumerate(is_end.T)]

    def counting_unit(self, network: Network, state: str) -> dict[str, float]:
        """The unit of a state that best follows the count, a's minus b's so far, over all training strings."""
        values, counts = [], []
        for n in range(1, self.longest + 1):
            inputs, _ = self.sequence(n)
            values.append(network.forward(inputs).records[0][0][state])
            counts.append(np.concatenate([np.arange(1, n + 1), np.arange(n - 1, -1, -1)]))
        correlations = np.corrcoef(np.concatenate(values).T.astype(np.float64), np.concatenate(counts))
        with_count = correlations[-1, :-1]
        unit = int(np.abs(with_count).argmax())
        return {"unit": unit, "correlation": float(with_count[unit])}
