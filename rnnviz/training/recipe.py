"""A recipe: every number that one must choose before a network is trained."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from ..network import Network
from .initialisation import INITIALISATIONS, initialise_recurrent


def _field(default: Any, help: str, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"help": help, "choices": choices})


@dataclass(frozen=True)
class Recipe:
    """Sizes, budget and hyperparameters of one training run. Each field is an option of the command line,
    and says in its metadata what it is for ("help") and, for a word, which words there are ("choices").

    Raises ValueError if a number makes no sense.
    """

    embedding: int = _field(16, "D, numbers in the vector of a token")
    hidden: int = _field(32, "H, numbers in the hidden state")
    layers: int = _field(1, "recurrent layers, one above the other")
    epochs: int = _field(10, "passes over the training split; for made data, rounds of 100 steps")
    batch: int = _field(64, "sequences in one step of training")
    learning_rate: float = _field(3e-3, "step size of Adam at the start")
    final_rate: float = _field(0.02, "share of the learning rate left at the end, reached in a straight line")
    clip: float = _field(
        1.0,
        "longest gradient that is followed as it is, as a norm over all parameters; longer ones are shortened, so that "
        "one exploding gradient cannot undo what was learned; 0 shortens none",
    )
    embedding_scale: float = _field(1.0, "standard deviation of the embedding at the start")
    dropout_inputs: float = _field(0.0, "share of the embedding's numbers dropped in training")
    dropout_top: float = _field(0.0, "share of the numbers that the readout sees dropped in training")
    keep_bias: float = _field(
        0.0, "added at the start to the bias of the gate that keeps the memory, if the cell has one"
    )
    recurrent: str = _field(
        "uniform",
        "how the recurrent matrix starts: uniform (small random numbers, PyTorch's way), orthogonal (a rotation: "
        "nothing fades or grows at first), scaled (normal numbers / sqrt(H)) or identity (each unit hears itself); "
        "of a gated cell, each gate's block",
        INITIALISATIONS,
    )
    recurrent_scale: float = _field(
        1.0, "the recurrent matrix is multiplied by it at the start: below 1 the past fades, above 1 it may grow"
    )
    truncate: int = _field(
        0,
        "steps that a gradient reaches back in a longer sequence, the states carried on: shorter is cheaper and cannot "
        "explode as far, but what lies further back is not learned from; 0 goes back to the beginning",
    )
    solved: int = _field(
        0,
        "stop after so many checks in a row at the best possible accuracy, or a thousandth short of it; 0 never does",
    )
    patience: int = _field(0, "stop after so many epochs without a better validation score; 0 never does")

    def __post_init__(self) -> None:
        if self.clip is None:
            object.__setattr__(self, "clip", 0.0)  # None says "off" as well, and is kept as the number that does
        for name in ("embedding", "hidden", "layers", "epochs", "batch", "learning_rate"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above zero")
        for name in ("clip", "truncate", "solved", "patience", "final_rate", "recurrent_scale", "embedding_scale"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be zero or above")
        if not np.isfinite(self.keep_bias):
            raise ValueError(f"keep_bias is {self.keep_bias}; it must be a finite number")
        if self.recurrent not in INITIALISATIONS:
            raise ValueError(f"recurrent is {self.recurrent!r}; known are {', '.join(INITIALISATIONS)}")
        for name in ("dropout_inputs", "dropout_top"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 0 and below 1")

    @classmethod
    def field_names(cls) -> list[str]:
        return [f.name for f in fields(cls)]

    def initial_network(
        self,
        cell: str,
        vocabulary: int,
        classes: int,
        rng: np.random.Generator,
        options: dict[str, str],
        numbers: int = 1,
    ) -> Network:
        """A fresh network of these sizes, with `keep_bias` added where the cell says that it helps to remember.

        vocabulary: its tokens; with none the network reads vectors of `numbers` numbers as they are, without an
        embedding, and the recipe's `embedding` says nothing.

        A cell that begins by keeping what it has lets gradients reach far back from the first
        step on (Gers, Schmidhuber & Cummins 2000; Jozefowicz, Zaremba & Sutskever 2015).
        """
        network = Network.random(
            cell,
            hidden=self.hidden,
            vocabulary=vocabulary or None,
            embedding=self.embedding if vocabulary else numbers,
            classes=classes,
            layers=self.layers,
            embedding_scale=self.embedding_scale,
            rng=rng,
            options=options,
        )
        initialise_recurrent(network, self.recurrent, self.recurrent_scale, rng)
        for layer in network.layers:
            for one in layer:
                if one.memory_gate is not None:
                    one.bias_ih[one.row(one.memory_gate)] += self.keep_bias
        return network

    def learning_rate_at(self, step: int, steps: int) -> float:
        """The learning rate of one step of `steps`, counted from 0."""
        return self.learning_rate * (1 - (1 - self.final_rate) * step / steps)
