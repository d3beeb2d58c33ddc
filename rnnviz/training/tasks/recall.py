"""Recall: read one symbol, then many that mean nothing, then a question mark, and say the first symbol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...network import Network
from ...text.tokens import Vocabulary
from ..batches import Batch
from ..loss import surprisal
from ..recipe import Recipe
from .task import DataSource, Level, Probe, Scores, Task, binomial_error

SYMBOLS, DISTRACTORS, QUERY = "ABCDEFGH", "abcdefgh", "?"
ROUND = 100  # steps between two checks
HELD_OUT = 1000  # sequences for each delay that is scored
DELAYS = (1, 5, 10, 20, 30, 40, 80, 160)  # that are scored, beside the longest one of training, which is validated
LEARNED, CHECKS = 0.999, 10  # training ends when so many checks in a row were at least so good


class Recall(Task):
    """One symbol must be held through k distractors (after the latch problem of Bengio, Simard & Frasconi 1994).

    Training shows only long delays, from `shortest` to `longest`, and the loss looks at the
    answer to the query alone: a gradient that vanishes over so many steps teaches nothing.
    """

    name = "recall"
    title = "Recall: what was the first symbol?"
    reads = "one of A to H, then k of a to h, then a question mark"
    predicts = "the first symbol"
    answer_due = "at the query"
    examples = (
        "Cbhaegfdcabhgedfacbhedgafcbhgeadfcbhe?",
        "Ehgfa?",
        "Fabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh?",
        "Gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?",
    )
    note = (
        "With delays of 30 to 40 alone the simple RNN stays at chance, because its gradient vanishes on the long way "
        "back, not because it could not hold a symbol: trained on delays of 1 to 40, where the short ones teach it "
        "first, it learns the same task, only several times slower. The gated cells start with a bias towards keeping "
        "what they hold. Delays below 30 were never trained, and very short ones are answered less surely. The row of "
        "<unk>, which training never reads, is the mean of the other rows."
    )
    sources = (DataSource("made by the task", "none needed"),)
    base_recipe = Recipe(embedding=16, hidden=32, epochs=40, learning_rate=3e-3, final_rate=1.0)
    cell_changes = {"gru": {"keep_bias": 1.0}, "lstm": {"keep_bias": 3.0}}
    available_options = {
        "shortest": (30, "the shortest delay in training"),
        "longest": (40, "the longest delay in training"),
    }

    def load(self, folders: dict[str, Path]) -> None:
        shortest, longest = self.options["shortest"], self.options["longest"]
        if not 0 < shortest <= longest:
            raise ValueError(f"delays from {shortest} to {longest} make no sense; name 0 < shortest <= longest")
        self.delays = sorted({*DELAYS, longest})
        self.vocabulary = Vocabulary.collect("characters", [SYMBOLS + DISTRACTORS + QUERY])
        self.labels = list(SYMBOLS)
        self.split = {
            "train": f"made anew for every step, delays {shortest} to {longest}",
            "validation": f"{HELD_OUT} sequences with a delay of {longest}, seed 1",
            "test": f"{HELD_OUT} sequences for each delay of {', '.join(map(str, self.delays))}, seed 2",
            "how": "random sequences; each of the eight symbols is equally likely",
            "seed": "as given for each part",
        }
        known = self.vocabulary.tokens.index
        self.symbols, self.distractors = (np.array([known(c) for c in part]) for part in (SYMBOLS, DISTRACTORS))
        self.query = known(QUERY)
        self.held_out = self.sequences(np.full(HELD_OUT, longest), np.random.default_rng(1))
        symbols = len(SYMBOLS)
        self.chance = Level(1 / symbols, float(np.log(symbols)), "One of eight symbols, all equally likely.")
        self.best = Level(1.0, 0.0, "The first symbol is the answer, and it has been read.")
        inputs, chosen = self.sequences(np.full(1, longest), np.random.default_rng(3))
        last = np.zeros(longest + 2, np.float32)
        last[-1] = 1
        text = "".join(self.vocabulary.tokens[k] for k in inputs[:, 0])
        self.probe = Probe(text, np.full(longest + 2, chosen[0]), last)

    @property
    def length(self) -> int:
        return self.options["longest"] + 2

    @property
    def validation_tokens(self) -> int:
        return HELD_OUT * self.length

    def card_note(self) -> str:
        shortest, longest = self.options["shortest"], self.options["longest"]
        if self.options == {name: default for name, (default, _) in self.available_options.items()}:
            return self.note
        return (
            f"Training showed delays from {shortest} to {longest} and no others. Short delays teach what to hold, and "
            "long ones how long: with long ones alone the gradient of a simple RNN vanishes on its way back. The row "
            "of <unk>, which training never reads, is the mean of the other rows."
        )

    def sequences(self, delays: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Random sequences with the delays given (B,): ids (T, B), padded at the end, and the answers (B,)."""
        chosen = rng.integers(len(SYMBOLS), size=len(delays))
        inputs = self.distractors[rng.integers(len(DISTRACTORS), size=(delays.max() + 2, len(delays)))]
        inputs[0] = self.symbols[chosen]
        inputs[delays + 1, np.arange(len(delays))] = self.query
        return inputs, chosen

    def steps_per_epoch(self, batch: int) -> int:
        return ROUND

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        for _ in range(ROUND):
            delays = rng.integers(self.options["shortest"], self.options["longest"] + 1, size=batch)
            inputs, chosen = self.sequences(delays, rng)
            asked = np.arange(len(inputs))[:, None] == delays + 1
            yield Batch(inputs, np.broadcast_to(chosen, inputs.shape), (asked / batch).astype(np.float32))

    def validate(self, network: Network) -> dict[str, float]:
        inputs, chosen = self.held_out
        logits = network.forward(inputs).logits
        assert logits is not None
        loss = surprisal(logits[-1], chosen).mean(dtype=np.float64)
        return {"validation_loss": float(loss), "accuracy": float((logits[-1].argmax(-1) == chosen).mean())}

    def is_learned(self, curve: list[dict[str, float]]) -> bool:
        """Ten checks in a row at 99.9 % or more."""
        return len(curve) >= CHECKS and all(entry["accuracy"] >= LEARNED for entry in curve[-CHECKS:])

    def held_out_scores(self, network: Network) -> Scores:
        longest = self.options["longest"]
        by_delay = {k: self.accuracy(network, k) for k in self.delays}
        return {
            "metric": f"accuracy at the query after {longest} distractors",
            "test": by_delay[longest],
            "n": HELD_OUT,
            "standard_error": binomial_error(by_delay[longest], HELD_OUT),
            "validation": self.validate(network)["accuracy"],
            "chance": 1 / len(SYMBOLS),
            "chance_is": "one of eight symbols",
            "baseline": {"name": "one of eight symbols, blindly", "value": 1 / len(SYMBOLS)},
            "by_delay": [{"delay": k, "n": HELD_OUT, "accuracy": share} for k, share in by_delay.items()],
        }

    def accuracy(self, network: Network, delay: int, seed: int = 2) -> float:
        """How often the answer is right after so many distractors, over 1,000 fresh sequences."""
        inputs, chosen = self.sequences(np.full(HELD_OUT, delay), np.random.default_rng([seed, delay]))
        logits = network.forward(inputs).logits
        assert logits is not None
        return float((logits[-1].argmax(-1) == chosen).mean())
