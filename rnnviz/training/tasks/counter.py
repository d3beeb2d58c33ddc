"""Counter: read a's and then as many b's, say which symbol comes next. To know when to end, one must count."""

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
from .task import DataSource, Level, Probe, Scores, Task, entropy, frequencies

LONGEST = 12  # the most a's seen in training, unless the task's option says otherwise
WATCHED = 6  # a's in the sequence on which the network is watched
ROUND = 100  # steps between two checks


class Counter(Task):
    """The language a^n b^n for n up to 12 (Gers & Schmidhuber 2001; Weiss, Goldberg & Yahav 2018).

    Every batch holds all twelve strings, so there is nothing to split and nothing random but
    the start; what lies beyond n = 12 was never trained.
    """

    name = "counter"
    title = "Counter: when do the b's end?"
    reads = "a number of a's, then as many b's"
    predicts = "the next symbol, or the end"
    answer_due = "every step"
    examples = ("aaaaabbbbb", "aaabbbb", "aaaaaaaaaaaabbbbbbbbbbbb", "ab", "aaaaaaaaaaaaaaabbbbbbbbbbbbbbb", "aababb")
    note = (
        "Training saw every n from 1 to 12 and nothing else. While a's are read nobody can know what comes next; the "
        "answer is certain only from the first b on. An LSTM can count in one number of its cell state, a simple RNN "
        "and a GRU cannot count without bound (Weiss, Goldberg & Yahav 2018); how far each goes beyond 12 varies "
        "from seed to seed. The row of <unk>, which training never reads, is the mean of the other rows."
    )
    sources = (DataSource("made by the task", "none needed"),)
    base_recipe = Recipe(embedding=8, hidden=8, epochs=60, batch=LONGEST, learning_rate=1e-2)

    available_options = {"longest": (LONGEST, "the most a's in training")}

    def load(self, folders: dict[str, Path]) -> None:
        self.longest = self.options["longest"]
        if not 1 <= self.longest <= 100:
            raise ValueError(f"longest is {self.longest}; it must be from 1 to 100")
        self.vocabulary = Vocabulary.collect("characters", ["ab"])
        self.labels = ["a", "b", "end"]
        self.split = {
            "train": f"n = 1 to {self.longest}",
            "validation": "the same strings",
            "test": f"n = 1 to {self.longest}, and beyond it n = {self.longest + 1}, {self.longest + 2}, ... "
            "never trained",
            "how": "by length",
            "seed": None,
        }
        pairs = [self.string(n) for n in range(1, self.longest + 1)]
        inputs, targets = (pad(side) for side in zip(*pairs, strict=True))
        lengths = np.array([len(one) for one, _ in pairs])
        weights = (np.arange(len(inputs))[:, None] < lengths) / lengths.sum()
        self.all = Batch(inputs, targets, weights.astype(np.float32))
        self.chance = Level(
            1 / self.longest,
            entropy(frequencies(targets, self.all.weights, len(self.labels))),
            "To end after the first b, always, is right for n = 1 alone; the loss is that of naming each symbol as "
            "often as it follows, whatever was read.",
        )
        # After k a's, one of the strings that are still possible goes on with b, all others with a.
        possible = self.longest - np.arange(self.longest)
        unsure = sum(n * entropy(np.array([1 / n, 1 - 1 / n])) for n in possible)
        self.best = Level(
            1.0,
            float(unsure / lengths.sum()),
            "From the first b on, what has been read decides what follows; while a's are read nobody can know, which "
            "is all that is left of the loss.",
        )
        watched = min(WATCHED, self.longest)
        self.probe = Probe(
            "a" * watched + "b" * watched, self.string(watched)[1], np.full(2 * watched, 0.5 / watched, np.float32)
        )

    @property
    def length(self) -> int:
        return len(self.all.inputs)

    def tokens_per_epoch(self, batch: int) -> int:
        return ROUND * self.all.inputs.size

    @property
    def validation_tokens(self) -> int:
        return self.all.inputs.size

    def card_note(self) -> str:
        return self.note.replace(f"{LONGEST}", f"{self.longest}")

    def string(self, n: int) -> tuple[Array, Array]:
        """The ids of n a's and n b's, and for each the class number of what follows, (2 n,) each."""
        inputs = self.vocabulary.encode("a" * n + "b" * n).inputs
        following = ["a"] * (n - 1) + ["b"] * n + ["end"]
        return inputs, np.array([self.labels.index(symbol) for symbol in following])

    def steps_per_epoch(self, batch: int) -> int:
        return ROUND

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        """The same batch of all strings, whatever batch size the recipe names."""
        return (self.all for _ in range(ROUND))

    def validate(self, network: Network) -> dict[str, float]:
        logits = network.forward(self.all.inputs).logits
        assert logits is not None
        loss = float((surprisal(logits, self.all.targets) * self.all.weights).sum(dtype=np.float64))
        n = np.arange(1, self.longest + 1)
        asked = (np.arange(len(logits))[:, None] >= n) & (np.arange(len(logits))[:, None] < 2 * n)
        right = ((logits.argmax(-1) == self.all.targets) | ~asked).all(axis=0)
        return {"validation_loss": loss, "accuracy": float(np.mean(right))}

    def is_right(self, network: Network, n: int) -> bool:
        """Whether the network says b after each of the first n - 1 b's, and end after the n-th."""
        inputs, targets = self.string(n)
        (logits,) = logits_per_sequence(network, [inputs])
        return bool((logits[n:].argmax(-1) == targets[n:]).all())

    def held_out_scores(self, network: Network) -> Scores:
        right = {n: self.is_right(network, n) for n in range(1, self.longest + 1)}
        share = float(np.mean(list(right.values())))
        return {
            "metric": f"share of n = 1 to {self.longest} with every b and the end right",
            "test": share,
            "n": self.longest,
            "standard_error": None,
            "validation": share,
            "chance": 1 / self.longest,
            "chance_is": "always end after the first b",
            "baseline": {"name": "whatever n is most frequent (all are alike)", "value": 1 / self.longest},
            "right": [n for n, is_right in right.items() if is_right],
            "largest": next(n for n in count(1) if not self.is_right(network, n)) - 1,
            "counts": {state: self.counting_unit(network, state) for state in network.layers[0][0].states},
        }

    def counting_unit(self, network: Network, state: str) -> dict[str, float]:
        """The unit of a state that follows the count (a's so far minus b's so far) best, over n = 1 to 12."""
        values, counts = [], []
        for n in range(1, self.longest + 1):
            inputs, _ = self.string(n)
            values.append(network.forward(inputs).records[0][0][state])
            counts.append(np.concatenate([np.arange(1, n + 1), np.arange(n - 1, -1, -1)]))
        table = np.corrcoef(np.concatenate(values).T.astype(np.float64), np.concatenate(counts))
        with_count = table[-1, :-1]
        unit = int(np.abs(with_count).argmax())
        return {"unit": unit, "correlation": float(with_count[unit])}
