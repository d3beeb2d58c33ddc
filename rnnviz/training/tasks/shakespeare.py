"""Shakespeare: read plays character by character, say which character comes next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...network import Network, States
from ...text.tokens import Vocabulary, visible
from ..baselines import NGrams
from ..batches import Batch
from ..loss import surprisal
from ..recipe import Recipe
from .task import DataSource, Level, Probe, Scores, Task

STEPS = 100  # characters between two updates; gradients reach back no further
STREAMS = 64  # pieces that a held-out text is cut into, each read from an empty state
WATCHED = 60  # characters of the text on which a network is watched
UNKNOWN_BEST = "Nobody knows how much of the next character the text before it decides."
LONGEST_CONTEXT = 8  # of the n-grams that the networks are measured against


class Shakespeare(Task):
    """Tiny Shakespeare: 1.1 million characters of plays, cut in order into 80 : 10 : 10.

    The training text lies in as many rows as a batch has; every row is read from its beginning
    to its end, the states handed over from batch to batch, and the gradients cut there.
    """

    name = "shakespeare"
    title = "Shakespeare: which character comes next?"
    reads = "characters"
    predicts = "the next character"
    answer_due = "every step"
    examples = (
        "ROMEO: what light through yonder window breaks?",
        "KING RICHARD III:\nA horse! a horse! my kingdom for a horse!",
        "To be, or not to be: that is the question",
        "First Citizen:\nBefore we proceed any further, hear me speak.",
        "Now is the winter of our discontent",
    )
    note = (
        "The test text, the last tenth of the file, is harder than the validation text before it: compare numbers "
        "only on the same part. Nats are natural logarithms; divide by 0.693 for bits. The row of <unk>, which "
        "training never reads, is the mean of all other rows."
    )
    sources = (
        DataSource(
            "Tiny Shakespeare",
            "public domain (the text); MIT (the collection)",
            "A. Karpathy, char-rnn, 2015",
            "https://github.com/karpathy/char-rnn, data/tinyshakespeare",
            "tinyshakespeare",
        ),
    )
    base_recipe = Recipe(embedding=32, hidden=128, epochs=25, learning_rate=1e-2, patience=5)

    def load(self, folders: dict[str, Path]) -> None:
        text = (folders["tinyshakespeare"] / "input.txt").read_text(encoding="utf-8")
        cuts = [0, int(0.8 * len(text)), int(0.9 * len(text)), len(text)]
        train, validation, test = (text[a:b] for a, b in pairwise(cuts))
        self.vocabulary = Vocabulary.collect("characters", [train])
        self.labels = [visible(token) for token in self.vocabulary.tokens]
        self.train, self.validation, self.test = (self.vocabulary.encode(t).inputs for t in (train, validation, test))
        self.split = {
            "train": len(self.train),
            "validation": len(self.validation),
            "test": len(self.test),
            "how": "characters, in the order of the file, 80 : 10 : 10",
            "seed": None,
        }
        counts = np.maximum(np.bincount(self.train, minlength=len(self.vocabulary)), 1)
        guessed = -np.log(counts / counts.sum())[self.validation].mean()
        self.chance = Level(None, float(guessed), "Each character as often as in the training text, whatever was read.")
        self.best = Level(None, None, UNKNOWN_BEST)
        self.probe = next_character_probe(self.vocabulary, validation)

    @property
    def length(self) -> int:
        return STEPS

    def tokens_per_epoch(self, batch: int) -> int:
        return len(self.train)

    @property
    def validation_tokens(self) -> int:
        return len(self.validation)

    def steps_per_epoch(self, batch: int) -> int:
        return (len(self.train) - 1) // batch // STEPS

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        inputs, targets = rows(self.train, batch)
        weights = np.full((STEPS, batch), 1 / (STEPS * batch), np.float32)
        for k in range(self.steps_per_epoch(batch)):
            part = slice(k * STEPS, (k + 1) * STEPS)
            yield Batch(inputs[part], targets[part], weights, continues=k > 0)

    def validate(self, network: Network) -> dict[str, float]:
        return {"validation_loss": nats_per_character(network, self.validation)}

    def selection_key(self, validation: dict[str, float]) -> tuple[float, ...]:
        return (-validation["validation_loss"],)

    def held_out_scores(self, network: Network) -> Scores:
        symbols = len(self.vocabulary)
        counted = NGrams(self.train, symbols, LONGEST_CONTEXT)
        by_context = counted.mean_surprisals(self.validation)
        context = int(np.argmin(by_context))
        test_by_context = counted.mean_surprisals(self.test)
        return {
            "metric": "nats per character",
            "test": nats_per_character(network, self.test),
            "n": len(self.test) - STREAMS,
            "standard_error": None,
            "validation": nats_per_character(network, self.validation),
            "chance": test_by_context[0],
            "chance_is": "the share of each character in the training text, whatever stands before",
            "chance_validation": by_context[0],
            "baseline": {
                "name": f"interpolated {context + 1}-grams (Witten-Bell), order chosen on validation",
                "value": test_by_context[context],
                "validation": by_context[context],
            },
            "measured": f"on {STREAMS} equal pieces of the held-out text, each read from an empty state",
        }


def next_character_probe(vocabulary: Vocabulary, text: str) -> Probe:
    """The beginning of a text, asked for the next character at every step. Raises ValueError if it is blank."""
    reading = vocabulary.encode(text.lstrip(), WATCHED + 1)
    steps = len(reading.tokens) - 1
    return Probe("".join(reading.tokens[:-1]), reading.inputs[1:], np.full(steps, 1 / steps, np.float32))


def rows(ids: Array, count: int) -> tuple[Array, Array]:
    """A text as `count` rows side by side, (T, count), and for each character the one that follows it."""
    length = (len(ids) - 1) // count
    return ids[: length * count].reshape(count, length).T, ids[1 : length * count + 1].reshape(count, length).T


def nats_per_character(network: Network, ids: Array) -> float:
    """How surprised a network is by a text: the mean of -log p(next character)."""
    inputs, targets = rows(ids, STREAMS)
    states: States | None = None
    total = 0.0
    for k in range(0, len(inputs), STEPS):
        run = network.forward(inputs[k : k + STEPS], states)
        states = run.final
        assert run.logits is not None
        total += surprisal(run.logits, targets[k : k + STEPS]).sum(dtype=np.float64)
    return float(total / targets.size)
