"""A recipe: the sizes, the budget and the hyperparameters of a training run."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from ..errors import ArgumentError, UnknownNameError
from ..network import Network
from .initialisation import INITIALISATIONS, initialise_recurrent

POSITIVE = ("embedding", "hidden", "layers", "epochs", "batch", "learning_rate")
NOT_NEGATIVE = ("clip", "truncate", "solved", "patience", "final_rate", "recurrent_scale", "embedding_scale")
DROPOUT = ("dropout_inputs", "dropout_top")


def _field(default: Any, help: str, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"help": help, "choices": choices})


@dataclass(frozen=True)
class Recipe:
    """Sizes, budget and hyperparameters of one training run.

    Each field is an option of the command line. Its metadata has a line of help ("help") and, for a word, the allowed
    words ("choices").

    Parameters
    ----------
    embedding : int, default 16
        D, the size of a token's vector, above 0. Not used by networks that read vectors.
    hidden : int, default 32
        H, the number of units, above 0.
    layers : int, default 1
        Number of recurrent layers, above 0.
    epochs : int, default 10
        Passes over the training split, above 0; for generated data, rounds of 100 steps.
    batch : int, default 64
        Sequences in a training step, above 0.
    learning_rate : float, default 3e-3
        Adam's step size at the start, above 0.
    final_rate : float, default 0.02
        Share of the learning rate that is left at the end; it falls linearly.
    clip : float or None, default 1.0
        Largest norm of the gradient [1]_. 0 or None turns clipping off.
    embedding_scale : float, default 1.0
        Standard deviation of the initial embedding.
    dropout_inputs, dropout_top : float, default 0.0
        Share of the embedding's values, and of the readout's inputs, that training drops, in [0, 1) [2]_.
    keep_bias : float, default 0.0
        Added to the initial bias of the gate that keeps the memory: an LSTM's forget gate, a GRU's update gate [3]_.
    recurrent : {"uniform", "orthogonal", "scaled", "identity"}, default "uniform"
        How the recurrent matrix is initialised [4]_ [5]_.
    recurrent_scale : float, default 1.0
        Factor of the initial recurrent matrix.
    truncate : int, default 0
        Steps after which back-propagation through time is cut off [6]_. 0 does not truncate.
    solved : int, default 0
        Stop after this many consecutive checks at the best possible accuracy. 0 does not stop.
    patience : int, default 0
        Stop after this many epochs without a better validation score. 0 does not stop.

    Raises
    ------
    ArgumentError
        If a value is out of range; `name` is the field.
    UnknownNameError
        If there is no such initialisation.

    References
    ----------
    .. [1] R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
    .. [2] N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014.
    .. [3] R. Jozefowicz, W. Zaremba and I. Sutskever, "An empirical exploration of recurrent network architectures",
       ICML 2015.
    .. [4] A. M. Saxe, J. L. McClelland and S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
       linear neural networks", ICLR 2014 (orthogonal).
    .. [5] Q. V. Le, N. Jaitly and G. E. Hinton, "A simple way to initialize recurrent networks of rectified linear
       units", 2015 (identity).
    .. [6] R. J. Williams and J. Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
       trajectories", Neural Computation 2(4), 1990.

    Examples
    --------
    >>> Recipe(learning_rate=0.004, final_rate=0.5).learning_rate_at(step=50, steps=100)
    0.003
    """

    embedding: int = _field(16, "size D of a token's vector")
    hidden: int = _field(32, "number H of units in a layer")
    layers: int = _field(1, "recurrent layers, stacked")
    epochs: int = _field(10, "passes over the training split; for generated data, rounds of 100 steps")
    batch: int = _field(64, "sequences in a training step")
    learning_rate: float = _field(3e-3, "Adam's step size at the start")
    final_rate: float = _field(0.02, "share of the learning rate that is left at the end; it falls linearly")
    clip: float = _field(
        1.0,
        "largest norm of the gradient over all parameters; a longer gradient is scaled down to it, so that one "
        "exploding gradient cannot undo what was learned; 0 turns clipping off",
    )
    embedding_scale: float = _field(1.0, "standard deviation of the initial embedding")
    dropout_inputs: float = _field(0.0, "share of the embedding's values that training drops")
    dropout_top: float = _field(0.0, "share of the readout's inputs that training drops")
    keep_bias: float = _field(0.0, "added to the initial bias of the gate that keeps the memory, if the cell has one")
    recurrent: str = _field(
        "uniform",
        "how the recurrent matrix is initialised: uniform (small random numbers, as in PyTorch), orthogonal (a "
        "rotation: before tanh nothing fades or grows at first), scaled (normal numbers / sqrt(H)) or identity (each "
        "unit is connected to itself alone); in a gated cell this applies to each gate's block",
        INITIALISATIONS,
    )
    recurrent_scale: float = _field(
        1.0, "the initial recurrent matrix is scaled by this: below 1 the past fades, above 1 it may grow"
    )
    truncate: int = _field(
        0,
        "steps that a gradient reaches back in longer sequences, while the states are carried on: shorter is cheaper "
        "and limits explosions, but what lies further back cannot be learned; 0 goes back to the beginning",
    )
    solved: int = _field(
        0,
        "stop after this many consecutive checks within a thousandth of the best possible accuracy; 0 does not stop",
    )
    patience: int = _field(0, "stop after this many epochs without a better validation score; 0 does not stop")

    def __post_init__(self) -> None:
        if self.clip is None:
            object.__setattr__(self, "clip", 0.0)  # two recipes without clipping are equal
        for name in POSITIVE:
            self._check(name, 0 < getattr(self, name) < np.inf, "above zero", "(0, inf)")
        for name in NOT_NEGATIVE:
            self._check(name, 0 <= getattr(self, name) < np.inf, "zero or above", "[0, inf)")
        self._check("keep_bias", bool(np.isfinite(self.keep_bias)), "a finite number", "(-inf, inf)")
        if self.recurrent not in INITIALISATIONS:
            raise UnknownNameError(
                f"recurrent is {self.recurrent!r}; it must be one of {', '.join(INITIALISATIONS)}.",
                kind="initialisation",
                name=self.recurrent,
                allowed=INITIALISATIONS,
            )
        for name in DROPOUT:
            self._check(name, 0 <= getattr(self, name) < 1, "at least 0 and below 1", "[0, 1)")

    def _check(self, name: str, is_valid: bool, range_in_words: str, allowed: str) -> None:
        if not is_valid:
            value = getattr(self, name)
            message = f"{name} is {value}; it must be {range_in_words}."
            raise ArgumentError(message, code="out_of_range", name=name, value=value, allowed=allowed)

    @classmethod
    def field_names(cls) -> list[str]:
        """Return the names of all fields.

        Returns
        -------
        list of str
            In the order of their declaration.
        """
        return [f.name for f in fields(cls)]

    def initial_network(
        self,
        cell: str,
        vocabulary: int,
        classes: int,
        rng: np.random.Generator,
        options: dict[str, str],
        vector_size: int = 1,
    ) -> Network:
        """Return a network of these sizes with random parameters.

        A cell that begins by keeping its memory lets gradients reach far back from the first step on; that is why
        `keep_bias` is added to the bias of its keeping gate.

        Parameters
        ----------
        cell : str
            Name of the cell: "rnn", "gru", "lstm" or another in `rnnviz.cells.CELLS`.
        vocabulary : int
            Number of tokens V. With 0 the network reads vectors, without an embedding.
        classes : int
            Number of classes C of the readout.
        rng : numpy.random.Generator
            Source of all random numbers.
        options : dict of str to str
            Options of the cell.
        vector_size : int, default 1
            D of a network that reads vectors.

        Returns
        -------
        Network
            In float32.
        """
        network = Network.random(
            cell,
            hidden=self.hidden,
            vocabulary=vocabulary or None,
            embedding=self.embedding if vocabulary else vector_size,
            classes=classes,
            layers=self.layers,
            embedding_scale=self.embedding_scale,
            rng=rng,
            options=options,
        )
        initialise_recurrent(network, self.recurrent, self.recurrent_scale, rng)
        for layer in network.layers:
            for layer_cell in layer:
                if layer_cell.memory_gate is not None:
                    layer_cell.bias_ih[layer_cell.row(layer_cell.memory_gate)] += self.keep_bias
        return network

    def learning_rate_at(self, step: int, steps: int) -> float:
        """Return the learning rate of a step.

        Parameters
        ----------
        step : int
            Steps taken before it, 0 or more.
        steps : int
            Steps of the whole training.

        Returns
        -------
        float
            It falls linearly from `learning_rate` towards `learning_rate * final_rate`.
        """
        return self.learning_rate * (1 - (1 - self.final_rate) * step / steps)
