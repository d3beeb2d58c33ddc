"""Own text: read a text that somebody brings, character by character, and say which character comes next."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import regex

from ...cells.activations import Array
from ...network import Network, States
from ...text.decoding import LEAST, check_length
from ...text.tokens import UNKNOWN, Vocabulary, normalise, split, visible
from ..batches import Batch
from ..loss import surprisal
from ..recipe import Recipe
from .shakespeare import UNKNOWN_BEST, next_character_probe, rows
from .task import DataSource, Level, Scores, Task

MOST = 250  # characters that get a row of their own; rarer ones are read as <unk>
STREAMS = 16  # pieces that a held-out text is cut into, each read from an empty state
CHECKED = 20_000  # characters, at most, of the held-out text that a check reads
SCORED = 100_000  # and that the score is measured on
USUAL = 2_000_000  # characters that the usual recipe reads in all, over so many epochs as that takes


class OwnText(Task):
    """A text cut in order into 80 : 10 : 10, read as `Shakespeare` is.

    The training text lies in as many rows as a batch has, fewer if it is too short for so many; every row is
    read from its beginning to its end, the states handed over from batch to batch, and the gradients cut there.
    """

    name = "own"
    title = "Own text: which character comes next?"
    reads = "the characters of a text of your own"
    predicts = "the next character"
    answer_due = "every step"
    examples: tuple[str, ...] = ()  # lines of the text itself, once it is there
    note = (
        "Training text, validation text and test text follow one another in the file, so a text that changes on its "
        "way is harder than it seems from its beginning. Nats are natural logarithms; divide by 0.693 for bits."
    )
    sources = (DataSource("a text that the user brought", "unknown"),)
    base_recipe = Recipe(embedding=32, hidden=64, epochs=10, batch=32, learning_rate=5e-3)
    available_options = {"length": (50, "characters between two updates; gradients reach back no further")}
    needs_text = True

    def load(self, folders: dict[str, Path]) -> None:
        assert self.text is not None
        if self.length < 1:
            raise ValueError(f"length is {self.length}; it must be at least 1")
        check_length(self.text)
        # Half a surrogate pair, which a string can hold, fits into no file.
        whole = unicodedata.normalize("NFC", self.text.encode("utf-8", "replace").decode("utf-8"))
        pieces, ids = numbered(whole)
        if len(ids) < LEAST // 4:  # heaps of accents
            raise ValueError(f"The text has {len(ids)} characters as a person counts them; that is too short.")
        cuts = [0, int(0.8 * len(ids)), int(0.9 * len(ids)), len(ids)]
        counts = np.bincount(ids[: cuts[1]], minlength=len(pieces))
        kept = [k for k in np.argsort(-counts, kind="stable")[:MOST] if counts[k]]
        if len(kept) < 2:
            raise ValueError("The text repeats a single character: there is nothing to learn.")
        self.vocabulary = Vocabulary("characters", (UNKNOWN, *sorted(pieces[k] for k in kept)))
        self.labels = [visible(token) for token in self.vocabulary.tokens]
        known = {token: k for k, token in enumerate(self.vocabulary.tokens)}
        ids = np.array([known.get(piece, 0) for piece in pieces])[ids].astype(np.int32)  # of up to five million
        self.train, self.validation, self.test = (ids[a:b] for a, b in pairwise(cuts))
        self.split = {
            "train": len(self.train),
            "validation": len(self.validation),
            "test": len(self.test),
            "how": "characters, in the order of the text, 80 : 10 : 10",
            "seed": None,
        }
        # A character that training never reads, as <unk> may be, would be an infinite surprise.
        counts = np.maximum(np.bincount(self.train, minlength=len(self.vocabulary)), 1)
        self.shares = counts / counts.sum()
        self.often = int(counts.argmax())
        self.chance = Level(
            *self.guessed(self.validation),
            f"Whoever reads nothing does best by always saying {self.labels[self.often]}, the most frequent character; "
            "the loss is that of naming each as often as it stands in the training text.",
        )
        self.best = Level(None, None, UNKNOWN_BEST)
        begins = "".join(self.vocabulary.tokens[k] if k else "\ufffd" for k in self.validation[:500])
        self.probe = next_character_probe(self.vocabulary, begins if len(begins.strip()) > 1 else whole)
        self.examples = tuple(excerpts(begins)) or (self.probe.text,)
        self.text = None  # it is all in the ids now

    @property
    def length(self) -> int:
        return self.options["length"]

    def tokens_per_epoch(self, batch: int) -> int:
        count, length = self.layout(batch)
        return self.steps_per_epoch(batch) * count * length

    @property
    def validation_tokens(self) -> int:
        return min(len(self.validation), CHECKED)

    def recipe(self, cell: str) -> Recipe:
        """The usual recipe, with fewer epochs for a longer text."""
        return replace(super().recipe(cell), epochs=max(1, min(30, USUAL // len(self.train))))

    def layout(self, batch: int) -> tuple[int, int]:
        """Into how many rows the training text is laid for a batch of so many, and how many steps one update reads."""
        length = min(self.length, len(self.train) - 1)
        return max(1, min(batch, (len(self.train) - 1) // length)), length

    def steps_per_epoch(self, batch: int) -> int:
        count, length = self.layout(batch)
        return (len(self.train) - 1) // count // length

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        count, length = self.layout(batch)
        inputs, targets = rows(self.train, count)
        weights = np.full((length, count), 1 / (length * count), np.float32)
        for k in range(self.steps_per_epoch(batch)):
            part = slice(k * length, (k + 1) * length)
            yield Batch(inputs[part], targets[part], weights, continues=k > 0)

    def validate(self, network: Network) -> dict[str, float]:
        loss, accuracy = self.read(network, self.validation[:CHECKED])
        return {"validation_loss": loss, "accuracy": accuracy}

    def selection_key(self, validation: dict[str, float]) -> tuple[float, ...]:
        return (-validation["validation_loss"],)

    def read(self, network: Network, ids: Array) -> tuple[float, float]:
        """Nats per character, and the share of characters foretold, in a held-out text."""
        inputs, targets = rows(ids, STREAMS)
        states: States | None = None
        lost, right = 0.0, 0
        for start in range(0, len(inputs), 100):
            part = slice(start, start + 100)
            run = network.forward(inputs[part], states)
            states = run.final
            assert run.logits is not None
            lost += float(surprisal(run.logits, targets[part]).sum(dtype=np.float64))
            right += int((run.logits.argmax(-1) == targets[part]).sum())
        return lost / targets.size, right / targets.size

    def guessed(self, ids: Array) -> tuple[float, float]:
        """What always saying the most frequent character is right about, and the nats of the training text's shares."""
        return float((ids == self.often).mean()), float(-np.log(self.shares[ids]).mean())

    def held_out_scores(self, network: Network) -> Scores:
        test = self.test[:SCORED]
        loss, accuracy = self.read(network, test)
        chance = self.guessed(test)[1]
        return {
            "metric": "nats per character",
            "test": loss,
            "n": len(test),
            "standard_error": None,
            "validation": self.validate(network)["validation_loss"],
            "accuracy": accuracy,
            "chance": chance,
            "chance_is": "the share of each character in the training text, whatever stands before",
            "baseline": {"name": "the share of each character in the training text", "value": chance},
            "measured": f"on {STREAMS} equal pieces of the test text, each read from an empty state",
        }


def excerpts(text: str) -> Iterator[str]:
    """The first lines of a text, cut short, that hold a few words."""
    lines = (line.strip() for line in text.split("\n"))
    return islice((line[:80] for line in lines if len(line) > 20), 5)


def numbered(text: str) -> tuple[list[str], Array]:
    """The different characters of a text, as vocabularies spell them, and for each place the number of its own, (T,).

    A character is what a person counts as one (see `tokens`). Where every code point is one by itself, as in
    most texts, NumPy does in a moment what takes seconds otherwise.
    """
    if all(stands_alone(point) for point in set(text)):
        points, ids = np.unique(np.frombuffer(text.encode("utf-32-le"), np.uint32), return_inverse=True)
        return [chr(point) for point in points], ids
    numbers: dict[str, int] = {}
    ids = np.fromiter((numbers.setdefault(piece, len(numbers)) for piece in split("characters", text)), np.int64)
    spelled: dict[str, int] = {}
    same = np.array([spelled.setdefault(normalise("characters", piece), len(spelled)) for piece in numbers])
    return list(spelled), same[ids]


def stands_alone(point: str) -> bool:
    """Whether a code point is a character by itself whatever stands beside it."""
    return len(regex.findall(r"\X", f"a{point}{point}a")) == 4
