"""Recall: read one symbol, then distractors, then a question mark, and answer with the first symbol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError
from ...network import Network
from ...text.tokens import Vocabulary
from ..batches import Batch
from ..loss import surprisal
from ..recipe import Recipe
from ..slices import Slices, finish, logits_in_slices
from .data_source import GENERATED
from .shares import binomial_error
from .task import STEPS_PER_ROUND, UNREAD_UNKNOWN, Level, Probe, Scores, Task

SYMBOLS, DISTRACTORS, QUERY = "ABCDEFGH", "abcdefgh", "?"
HELD_OUT = 1000  # sequences for each delay that is scored
SCORED_DELAYS = (1, 5, 10, 20, 30, 40, 80, 160)  # and the longest one of training
LEARNED, LEARNED_CHECKS = 0.999, 10  # training ends after so many consecutive checks with at least this accuracy


class Recall(Task):
    """One symbol must be remembered over k distractors.

    Training shows long delays only, from `shortest` to `longest`, and the loss counts only the answer at the question
    mark: a gradient that vanishes over so many steps teaches nothing.

    References
    ----------
    Y. Bengio, P. Simard and P. Frasconi, "Learning long-term dependencies with gradient descent is difficult", IEEE
    Transactions on Neural Networks 5(2), 1994 (the latch problem).
    """

    name = "recall"
    title = "Recall: what was the first symbol?"
    reads = "a letter from A to H, then k letters from a to h, then a question mark"
    predicts = "the first symbol"
    answer_due = "at the question mark"
    examples = (
        "Cbhaegfdcabhgedfacbhedgafcbhgeadfcbhe?",
        "Ehgfa?",
        "Fabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh?",
        "Gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?",
    )
    note = (
        "Trained on delays of 30 to 40 alone, the simple RNN stays at chance. What vanishes over so many steps is its "
        "gradient, and not its capacity: trained on delays of 1 to 40 it learns the same task, only several times more "
        "slowly than the gated cells. These start with a bias towards keeping their memory. Delays below 30 were never "
        "trained, and very short ones are answered less reliably. "
        f"{UNREAD_UNKNOWN}"
    )
    sources = (GENERATED,)
    seeds = 5
    items = "sequences"
    base_recipe = Recipe(embedding=16, hidden=32, epochs=40, learning_rate=3e-3, final_rate=1.0)
    cell_changes = {"gru": {"keep_bias": 1.0}, "lstm": {"keep_bias": 3.0}}
    available_options = {
        "shortest": (30, "shortest delay in training"),
        "longest": (40, "longest delay in training"),
    }

    def load(self, folders: dict[str, Path]) -> None:
        shortest, longest = self.options["shortest"], self.options["longest"]
        if not 0 < shortest <= longest:
            raise ArgumentError(
                f"shortest is {shortest} and longest is {longest}; they must satisfy 0 < shortest <= longest.",
                code="contradiction",
                name="shortest",
                value=shortest,
                allowed=(1, longest),
            )
        self.delays = sorted({*SCORED_DELAYS, longest})
        self.vocabulary = Vocabulary.collect("characters", [SYMBOLS + DISTRACTORS + QUERY])
        self.labels = list(SYMBOLS)
        self.split = {
            "train": f"generated anew for every step, delays {shortest} to {longest}",
            "validation": f"{HELD_OUT} sequences with a delay of {longest}, seed 1",
            "test": f"{HELD_OUT} sequences for each delay of {', '.join(map(str, self.delays))}, seed 2",
            "how": "random sequences; each of the eight symbols is equally likely",
            "seed": "as given for each part",
        }
        id_of = self.vocabulary.tokens.index
        self.symbol_ids, self.distractor_ids = (np.array([id_of(c) for c in part]) for part in (SYMBOLS, DISTRACTORS))
        self.query_id = id_of(QUERY)
        self.validation_data = self.draw(np.full(HELD_OUT, longest), np.random.default_rng(1))
        symbols = len(SYMBOLS)
        self.chance = Level(1 / symbols, float(np.log(symbols)), "One of eight symbols, all equally likely.")
        self.best = Level(1.0, 0.0, "The answer is the first symbol, which has been read.")
        inputs, answers = self.draw(np.full(1, longest), np.random.default_rng(3))
        last = np.zeros(longest + 2, np.float32)
        last[-1] = 1
        text = "".join(self.vocabulary.tokens[k] for k in inputs[:, 0])
        self.probe = Probe(text, np.full(longest + 2, answers[0]), last)

    @property
    def length(self) -> int:
        """T, the number of steps of a sequence with the longest delay."""
        return self.options["longest"] + 2

    @property
    def validation_tokens(self) -> int:
        """How many tokens `validate` reads."""
        return HELD_OUT * self.length

    def card_note(self) -> str:
        shortest, longest = self.options["shortest"], self.options["longest"]
        if self.options == {name: default for name, (default, _) in self.available_options.items()}:
            return self.note
        return (
            f"Training used delays from {shortest} to {longest} and no others. Short delays teach what to remember, "
            "and long ones for how long: with long ones alone the gradient of a simple RNN vanishes. "
            f"{UNREAD_UNKNOWN}"
        )

    def draw(self, delays: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Random sequences with given delays (B,): ids (T, B), padded at the end, and the answers (B,)."""
        answers = rng.integers(len(SYMBOLS), size=len(delays))
        inputs = self.distractor_ids[rng.integers(len(DISTRACTORS), size=(delays.max() + 2, len(delays)))]
        inputs[0] = self.symbol_ids[answers]
        inputs[delays + 1, np.arange(len(delays))] = self.query_id
        return inputs, answers

    def steps_per_epoch(self, batch: int) -> int:
        return STEPS_PER_ROUND

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        for _ in range(STEPS_PER_ROUND):
            delays = rng.integers(self.options["shortest"], self.options["longest"] + 1, size=batch)
            inputs, answers = self.draw(delays, rng)
            is_query = np.arange(len(inputs))[:, None] == delays + 1
            yield Batch(inputs, np.broadcast_to(answers, inputs.shape), (is_query / batch).astype(np.float32))

    def validate(self, network: Network) -> dict[str, float]:
        return finish(self.validate_in_slices(network))

    def validate_in_slices(self, network: Network) -> Slices[dict[str, float]]:
        inputs, answers = self.validation_data
        logits = yield from logits_in_slices(network, inputs)
        loss = surprisal(logits[-1], answers).mean(dtype=np.float64)
        return {"validation_loss": float(loss), "accuracy": float((logits[-1].argmax(-1) == answers).mean())}

    def is_learned(self, curve: list[dict[str, float]]) -> bool:
        """Whether the last ten checks reached at least 99.9 %."""
        last = curve[-LEARNED_CHECKS:]
        return len(last) == LEARNED_CHECKS and all(entry["accuracy"] >= LEARNED for entry in last)

    def held_out_scores(self, network: Network) -> Scores:
        return finish(self.held_out_scores_in_slices(network))

    def held_out_scores_in_slices(self, network: Network) -> Slices[Scores]:
        longest = self.options["longest"]
        by_delay: dict[int, float] = {}
        for delay in self.delays:
            if by_delay:
                yield
            by_delay[delay] = float((yield from self.are_right_in_slices(network, delay)).mean())
        return {
            "metric": f"accuracy at the question mark after {longest} distractors",
            "test": by_delay[longest],
            "n": HELD_OUT,
            "standard_error": binomial_error(by_delay[longest], HELD_OUT),
            "validation": (yield from self.validate_in_slices(network))["accuracy"],
            "chance": 1 / len(SYMBOLS),
            "chance_is": "one of eight symbols, at random",
            "baseline": {"name": "one of eight symbols, at random", "value": 1 / len(SYMBOLS)},
            "by_delay": [{"delay": delay, "n": HELD_OUT, "accuracy": share} for delay, share in by_delay.items()],
        }

    def item_results(self, network: Network) -> Array:
        return self.are_right(network, self.options["longest"])

    def accuracy(self, network: Network, delay: int, seed: int = 2) -> float:
        """The accuracy after a delay, over 1,000 new sequences."""
        return float(self.are_right(network, delay, seed).mean())

    def are_right(self, network: Network, delay: int, seed: int = 2) -> Array:
        """Which of 1,000 new sequences with a delay are answered right, (N,)."""
        return finish(self.are_right_in_slices(network, delay, seed))

    def are_right_in_slices(self, network: Network, delay: int, seed: int = 2) -> Slices[Array]:
        """As `are_right`, with breaks."""
        inputs, answers = self.draw(np.full(HELD_OUT, delay), np.random.default_rng([seed, delay]))
        logits = yield from logits_in_slices(network, inputs)
        is_right: Array = logits[-1].argmax(-1) == answers
        return is_right
