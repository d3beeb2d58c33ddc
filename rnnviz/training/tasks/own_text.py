"""Own text: read a text of the user's character by character, predict the next character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import regex

from ...cells.activations import Array
from ...errors import InputError
from ...network import Network
from ...text.decoding import LEAST, check_length
from ...text.tokens import UNKNOWN, Vocabulary, normalise, split, visible
from ..recipe import Recipe
from ..slices import Slices, finish
from .data_source import DataSource
from .running_text import (
    BEST,
    CONTEXT_FREE,
    RunningText,
    evaluate_in_slices,
    next_character_probe,
    split_in_order,
)
from .task import Level, Scores, check_range

MAX_CHARACTERS = 250  # in the vocabulary; rarer ones are read as <unk>
STREAMS = 16  # pieces that a held-out text is cut into, each read from a zero state
VALIDATION_LIMIT = 20_000  # characters of the validation text that a check reads
TEST_LIMIT = 100_000  # characters of the test text that the score is measured on
TRAINING_CHARACTERS = 2_000_000  # that the default recipe reads in all its epochs together
MAX_EPOCHS = 30


class OwnText(RunningText):
    """A text of the user's, split in order into 80 : 10 : 10."""

    name = "own"
    title = "Own text: which character comes next?"
    reads = "the characters of your own text"
    examples: tuple[str, ...] = ()  # lines of the text itself, once there is one
    note = (
        "Training, validation and test text follow one another in the file, so a text that changes along the way is "
        "harder than its beginning suggests. Nats are natural logarithms; divide by 0.693 for bits."
    )
    sources = (DataSource("a text uploaded by the user", "unknown"),)
    base_recipe = Recipe(embedding=32, hidden=64, epochs=10, batch=32, learning_rate=5e-3)
    available_options = {"length": (50, "characters between two updates; gradients reach back no further")}
    needs_text = True

    def load(self, folders: dict[str, Path]) -> None:
        assert self.text is not None
        check_range("length", self.length, 1)
        check_length(self.text)
        # A string can hold half a surrogate pair, which no file can.
        text = unicodedata.normalize("NFC", self.text.encode("utf-8", "replace").decode("utf-8"))
        characters, ids = index_characters(text)
        if len(ids) < LEAST // 4:  # most of the code points are accents
            message = (
                f"The text has only {len(ids)} characters, counting letters with their accents; that is too short."
            )
            raise InputError(message, code="too_short")
        counts = np.bincount(split_in_order(ids)[0], minlength=len(characters))
        frequent = [k for k in np.argsort(-counts, kind="stable")[:MAX_CHARACTERS] if counts[k]]
        if len(frequent) < 2:
            message = "The text repeats a single character, so there is nothing to learn."
            raise InputError(message, code="nothing_to_learn")
        self.vocabulary = Vocabulary("characters", (UNKNOWN, *sorted(characters[k] for k in frequent)))
        self.labels = [visible(token) for token in self.vocabulary.tokens]
        id_of = {token: k for k, token in enumerate(self.vocabulary.tokens)}
        ids = np.array([id_of.get(character, 0) for character in characters])[ids].astype(np.int32)  # up to 5 million
        self.train, self.validation, self.test = split_in_order(ids)
        self.split = self.describe_split("text")
        # A character that training never reads, as <unk> may be, would have an infinite surprisal.
        counts = np.maximum(np.bincount(self.train, minlength=len(self.vocabulary)), 1)
        self.frequencies = counts / counts.sum()
        self.most_frequent = int(counts.argmax())
        self.chance = Level(
            *self.blind_scores(self.validation),
            f"The best strategy without reading is to always answer {self.labels[self.most_frequent]}, the most "
            "frequent character. The loss is that of predicting each character with its frequency in training.",
        )
        self.best = BEST
        held_out = "".join(self.vocabulary.tokens[k] if k else "\ufffd" for k in self.validation[:500])
        self.probe = next_character_probe(self.vocabulary, held_out if len(held_out.strip()) > 1 else text)
        self.examples = tuple(example_lines(held_out)) or (self.probe.text,)
        self.text = None  # the ids hold all of it

    @property
    def length(self) -> int:
        """T, the number of steps in a batch."""
        return self.options["length"]

    def tokens_per_epoch(self, batch: int) -> int:
        rows, length = self.row_layout(batch)
        return self.steps_per_epoch(batch) * rows * length

    @property
    def validation_tokens(self) -> int:
        """How many tokens `validate` reads."""
        return min(len(self.validation), VALIDATION_LIMIT)

    def recipe(self, cell: str) -> Recipe:
        """The default recipe, with fewer epochs for a longer text."""
        epochs = TRAINING_CHARACTERS // len(self.train)
        return replace(super().recipe(cell), epochs=max(1, min(MAX_EPOCHS, epochs)))

    def row_layout(self, batch: int) -> tuple[int, int]:
        """The number of rows, fewer than `batch` for a short text, and the number of steps in a batch."""
        length = min(self.length, len(self.train) - 1)
        return max(1, min(batch, (len(self.train) - 1) // length)), length

    def validate(self, network: Network) -> dict[str, float]:
        return finish(self.validate_in_slices(network))

    def validate_in_slices(self, network: Network) -> Slices[dict[str, float]]:
        losses, accuracy = yield from evaluate_in_slices(network, self.validation[:VALIDATION_LIMIT], STREAMS)
        return {"validation_loss": float(losses.mean()), "accuracy": accuracy}

    def blind_scores(self, ids: Array) -> tuple[float, float]:
        """The accuracy of always answering the most frequent character, and the loss of the characters' frequencies."""
        return float((ids == self.most_frequent).mean()), float(-np.log(self.frequencies[ids]).mean())

    def held_out_scores(self, network: Network) -> Scores:
        return finish(self.held_out_scores_in_slices(network))

    def held_out_scores_in_slices(self, network: Network) -> Slices[Scores]:
        test = self.test[:TEST_LIMIT]
        losses, accuracy = yield from evaluate_in_slices(network, test, STREAMS)
        chance = self.blind_scores(test)[1]
        return {
            "metric": "nats per character",
            "test": float(losses.mean()),
            "n": len(test),
            "standard_error": None,
            "validation": (yield from self.validate_in_slices(network))["validation_loss"],
            "accuracy": accuracy,
            "chance": chance,
            "chance_is": CONTEXT_FREE,
            "baseline": {"name": "the characters' frequencies in the training text", "value": chance},
            "measured": f"on {STREAMS} equal pieces of the test text, each read from a zero state",
        }


def example_lines(text: str) -> Iterator[str]:
    """The first lines of a text that hold a few words, cut short."""
    lines = (line.strip() for line in text.split("\n"))
    return islice((line[:80] for line in lines if len(line) > 20), 5)


def index_characters(text: str) -> tuple[list[str], Array]:
    """The different characters of a text, as vocabularies spell them, and the index of each of its characters, (T,).

    A character is a grapheme cluster (see `rnnviz.text.tokens`). Where every code point is one by itself, as in most
    texts, NumPy does in a moment what takes seconds otherwise.
    """
    if all(stands_alone(point) for point in set(text)):
        points, ids = np.unique(np.frombuffer(text.encode("utf-32-le"), np.uint32), return_inverse=True)
        return [chr(point) for point in points], ids
    index: dict[str, int] = {}
    ids = np.fromiter((index.setdefault(piece, len(index)) for piece in split("characters", text)), np.int64)
    spelled: dict[str, int] = {}
    merged = np.array([spelled.setdefault(normalise("characters", piece), len(spelled)) for piece in index])
    return list(spelled), merged[ids]


def stands_alone(point: str) -> bool:
    """Whether a code point is a character by itself, whatever its neighbours are."""
    return len(regex.findall(r"\X", f"a{point}{point}a")) == 4
