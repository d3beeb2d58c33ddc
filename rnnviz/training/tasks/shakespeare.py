"""Shakespeare: read plays character by character, predict the next character."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...network import Network
from ...text.tokens import Vocabulary, visible
from ..baselines import NGrams
from ..recipe import Recipe
from ..slices import Slices, finish
from .data_source import DataSource
from .running_text import (
    BEST,
    CONTEXT_FREE,
    RunningText,
    evaluate_in_slices,
    evaluate_pieces,
    next_character_probe,
    split_in_order,
)
from .task import UNREAD_UNKNOWN, Level, Scores

STEPS = 100  # characters between two updates; gradients reach back no further
STREAMS = 64  # pieces that a held-out text is cut into, each read from a zero state
LONGEST_CONTEXT = 8  # of the n-grams that the networks are compared with


class Shakespeare(RunningText):
    """Tiny Shakespeare: 1.1 million characters of plays."""

    name = "shakespeare"
    title = "Shakespeare: which character comes next?"
    reads = "characters"
    examples = (
        "ROMEO: what light through yonder window breaks?",
        "KING RICHARD III:\nA horse! a horse! my kingdom for a horse!",
        "To be, or not to be: that is the question",
        "First Citizen:\nBefore we proceed any further, hear me speak.",
        "Now is the winter of our discontent",
    )
    note = (
        "The test text, the last tenth of the file, is harder than the validation text before it: compare scores on "
        "the same part only. Nats are natural logarithms; divide by 0.693 for bits. "
        f"{UNREAD_UNKNOWN}"
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
    seeds = 3
    items = "pieces of the text"
    base_recipe = Recipe(embedding=32, hidden=128, epochs=25, learning_rate=1e-2, patience=5)

    def load(self, folders: dict[str, Path]) -> None:
        text = (folders["tinyshakespeare"] / "input.txt").read_text(encoding="utf-8")
        train, validation, test = split_in_order(text)
        self.vocabulary = Vocabulary.collect("characters", [train])
        self.labels = [visible(token) for token in self.vocabulary.tokens]
        self.train, self.validation, self.test = (self.vocabulary.encode(t).inputs for t in (train, validation, test))
        self.split = self.describe_split("file")
        counts = np.maximum(np.bincount(self.train, minlength=len(self.vocabulary)), 1)
        chance_loss = -np.log(counts / counts.sum())[self.validation].mean()
        self.chance = Level(
            None, float(chance_loss), "Predicting each character with its frequency in the training text."
        )
        self.best = BEST
        self.probe = next_character_probe(self.vocabulary, validation)

    @property
    def length(self) -> int:
        """T, the number of steps in a batch."""
        return STEPS

    def tokens_per_epoch(self, batch: int) -> int:
        return len(self.train)

    @property
    def validation_tokens(self) -> int:
        """How many tokens `validate` reads."""
        return len(self.validation)

    def validate(self, network: Network) -> dict[str, float]:
        return finish(self.validate_in_slices(network))

    def validate_in_slices(self, network: Network) -> Slices[dict[str, float]]:
        losses, _ = yield from evaluate_in_slices(network, self.validation, STREAMS)
        return {"validation_loss": float(losses.mean())}

    def held_out_scores(self, network: Network) -> Scores:
        return finish(self.held_out_scores_in_slices(network))

    def held_out_scores_in_slices(self, network: Network) -> Slices[Scores]:
        by_context, test_by_context = self.n_grams
        context = int(np.argmin(by_context))
        losses, _ = yield from evaluate_in_slices(network, self.test, STREAMS)
        return {
            "metric": "nats per character",
            "test": float(losses.mean()),
            "n": len(self.test) - STREAMS,
            "standard_error": float(losses.std(ddof=1) / np.sqrt(STREAMS)),
            "validation": (yield from self.validate_in_slices(network))["validation_loss"],
            "chance": test_by_context[0],
            "chance_is": CONTEXT_FREE,
            "chance_validation": by_context[0],
            "baseline": {
                "name": f"interpolated {context + 1}-grams (Witten-Bell), order chosen on validation",
                "value": test_by_context[context],
                "validation": by_context[context],
            },
            "measured": f"on {STREAMS} equal pieces of the held-out text, each read from a zero state; the standard "
            "error is that of the pieces' mean",
        }

    def item_results(self, network: Network) -> Array:
        return evaluate_pieces(network, self.test, STREAMS)[0]

    @cached_property
    def n_grams(self) -> tuple[list[float], list[float]]:
        """The surprisals of validation and test text under n-grams, by the length of the context."""
        model = NGrams(self.train, len(self.vocabulary), LONGEST_CONTEXT)
        return model.mean_surprisals(self.validation), model.mean_surprisals(self.test)
