"""A network: tokens -> embedding -> recurrent layers -> readout. Arrays in, arrays out, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .cells import CELLS, Cell, Edit, Record
from .cells.activations import Array
from .cells.checks import check_array, check_numbers

DIRECTIONS = ("forward", "backward")
SUFFIXES = {"forward": "", "backward": "_reverse"}

States = list[list[dict[str, Array]]]  # by layer and direction
Edits = Mapping[tuple[int, str], Sequence[Edit]]  # by layer and direction


@dataclass
class Run:
    """What one run through a network recorded.

    inputs: what the first layer read, (T, D) or (T, B, D). records: by layer and direction;
    those of the backward direction are in the order in which it read, last token first.
    logits: (T, C) or (T, B, C), None without a readout.
    """

    ids: Array
    inputs: Array
    records: list[list[Record]]
    top: Array
    logits: Array | None

    @property
    def final(self) -> States:
        """The states after the last step read: the `initial` of a run that goes on from here."""
        return [[record.final for record in layer] for layer in self.records]


@dataclass
class Masks:
    """Dropout for one training run: factors for the inputs (T, B, D) and for the readout's (T, B, H)."""

    inputs: Array
    top: Array


@dataclass
class Network:
    """Recurrent layers between an optional embedding and an optional readout.

    embedding: (V, D). layers: by layer, one cell for one direction, two for both.
    readout_weight: (C, directions * H), readout_bias: (C,).
    """

    layers: list[list[Cell]]
    embedding: Array | None = None
    readout_weight: Array | None = None
    readout_bias: Array | None = None
    cell_name: str = field(init=False)

    def __post_init__(self) -> None:
        if {len(layer) for layer in self.layers} not in ({1}, {2}):
            raise ValueError("a network has at least one layer, and each layer the same one or two directions")
        self.cell_name = self.layers[0][0].name
        self._check()

    @classmethod
    def from_parameters(
        cls, parameters: Mapping[str, Array], cell: str, options: Mapping[str, str] | None = None
    ) -> Network:
        """Build from arrays with PyTorch's names (see `parameters`).

        Raises ValueError for an unknown cell, a missing array, or shapes that contradict each other.
        """
        if cell not in CELLS:
            raise ValueError(f"there is no cell {cell!r}; known are {', '.join(CELLS)}")
        layers: list[list[Cell]] = []
        while f"rnn.weight_ih_l{len(layers)}" in parameters:
            k, directions = len(layers), []
            for direction in DIRECTIONS:
                end = f"_l{k}{SUFFIXES[direction]}"
                if f"rnn.weight_ih{end}" in parameters:
                    directions.append(_cell(CELLS[cell], parameters, end, options or {}))
            layers.append(directions)
        if not layers:
            raise ValueError("the arrays hold no recurrent layer: 'rnn.weight_ih_l0' is missing")
        network = cls(layers, *map(parameters.get, ("embedding.weight", "readout.weight", "readout.bias")))
        if unread := [name for name in parameters if name.startswith("rnn.") and name not in network.parameters]:
            raise ValueError(
                f"the arrays hold {unread[0]!r}, which fits no layer or direction; layers found: {len(layers)}"
            )
        return network

    @classmethod
    def random(
        cls,
        cell: str,
        *,
        hidden: int,
        vocabulary: int | None = None,
        embedding: int = 1,
        classes: int | None = None,
        layers: int = 1,
        bidirectional: bool = False,
        embedding_scale: float = 1.0,
        rng: np.random.Generator,
        dtype: Any = np.float32,
        options: Mapping[str, str] | None = None,
    ) -> Network:
        """A fresh network, started as PyTorch starts it: embedding N(0, scale), all else U(-1/sqrt(H), 1/sqrt(H)).

        Without a vocabulary it reads vectors of `embedding` numbers; without classes it has no readout.
        """
        width = hidden * (2 if bidirectional else 1)
        stack = [
            [
                CELLS[cell].random(embedding if k == 0 else width, hidden, rng, dtype, **(options or {}))
                for _ in DIRECTIONS[: 2 if bidirectional else 1]
            ]
            for k in range(layers)
        ]
        table = weight = bias = None
        if vocabulary is not None:
            table = (embedding_scale * rng.standard_normal((vocabulary, embedding))).astype(dtype)
        if classes is not None:
            weight = rng.uniform(-(width**-0.5), width**-0.5, (classes, width)).astype(dtype)
            bias = rng.uniform(-(width**-0.5), width**-0.5, classes).astype(dtype)
        return cls(stack, table, weight, bias)

    def converted(self, **options: str) -> Network:
        """This network with its cells under other options (see `Cell.converted`); it shares embedding and readout."""
        return replace(self, layers=[[cell.converted(**options) for cell in layer] for layer in self.layers])

    @property
    def parameters(self) -> dict[str, Array]:
        """Every array in use, by the name it has in a PyTorch module with members embedding, rnn and readout."""
        found = {
            f"rnn.{name}_l{k}{SUFFIXES[direction]}": array
            for k, layer in enumerate(self.layers)
            for direction, cell in zip(DIRECTIONS, layer, strict=False)
            for name, array in cell.parameters.items()
        }
        outside = {
            "embedding.weight": self.embedding,
            "readout.weight": self.readout_weight,
            "readout.bias": self.readout_bias,
        }
        return found | {name: array for name, array in outside.items() if array is not None}

    @property
    def directions(self) -> tuple[str, ...]:
        return DIRECTIONS[: len(self.layers[0])]

    @property
    def input_size(self) -> int:
        """D, the length of the vectors that the first layer reads."""
        return self.layers[0][0].input_size

    @property
    def hidden_size(self) -> int:
        return self.layers[0][0].hidden_size

    @property
    def dtype(self) -> np.dtype:
        return self.layers[0][0].dtype

    def forward(
        self, tokens: Array, initial: States | None = None, masks: Masks | None = None, edits: Edits | None = None
    ) -> Run:
        """Run over token ids, (T,) or (T, B), or over vectors, (T, D) or (T, B, D), if there is no embedding.

        initial: states by layer and direction, as `Run.final` gives them. edits: see `Cell.forward`.
        Raises ValueError for ids outside the embedding and for shapes that do not fit.
        """
        inputs = tokens if self.embedding is None else self._embedded(tokens, self.embedding)
        if initial is not None and [len(layer) for layer in initial] != [len(layer) for layer in self.layers]:
            raise ValueError(
                f"initial has states for {[len(layer) for layer in initial]} directions by layer; "
                f"expected {[len(layer) for layer in self.layers]}"
            )
        top = inputs if masks is None else inputs * masks.inputs
        records: list[list[Record]] = []
        for k, layer in enumerate(self.layers):
            runs = []
            for j, (way, cell) in enumerate(zip(DIRECTIONS, layer, strict=False)):
                x, start = top if way == "forward" else top[::-1], initial[k][j] if initial else None
                runs.append(cell.forward(x, start, (edits or {}).get((k, way), ())))
            records.append(runs)
            top = joined([run["hidden"] for run in runs])
        if masks is not None:
            top = top * masks.top
        logits = None
        if self.readout_weight is not None:
            logits = top @ self.readout_weight.T
            if self.readout_bias is not None:
                logits += self.readout_bias
        return Run(tokens, inputs, records, top, logits)

    def backward(self, run: Run, d_logits: Array, masks: Masks | None = None) -> dict[str, Array]:
        """Gradients of every parameter, by name, and of the inputs ("inputs"), from those of the logits."""
        assert self.readout_weight is not None, "a network without readout has no logits to start from"
        axes = tuple(range(d_logits.ndim - 1))
        grads = {"readout.weight": np.tensordot(d_logits, run.top, axes=(axes, axes))}
        if self.readout_bias is not None:
            grads["readout.bias"] = d_logits.sum(axes)
        d_top = d_logits @ self.readout_weight
        if masks is not None:
            d_top *= masks.top
        for k in reversed(range(len(self.layers))):
            size, d_below = self.hidden_size, np.zeros((), self.dtype)
            for j, (way, record) in enumerate(zip(DIRECTIONS, run.records[k], strict=False)):
                d_hidden = d_top[..., j * size : (j + 1) * size]
                found = record.cell.backward(record, d_hidden if way == "forward" else d_hidden[::-1])
                d_below = d_below + (found["x"] if way == "forward" else found["x"][::-1])
                for name in record.cell.parameters:
                    grads[f"rnn.{name}_l{k}{SUFFIXES[way]}"] = found[name]
            d_top = d_below
        if masks is not None:
            d_top = d_top * masks.inputs
        grads["inputs"] = d_top
        if self.embedding is not None:
            table = np.zeros_like(self.embedding)
            # One number at a time: NumPy adds single numbers four times as fast as whole rows.
            places = run.ids[..., None] * table.shape[1] + np.arange(table.shape[1])
            np.add.at(table.reshape(-1), places.reshape(-1), d_top.reshape(-1))
            grads["embedding.weight"] = table
        return grads

    def _embedded(self, ids: Array, table: Array) -> Array:
        shape, dtype = np.shape(ids), getattr(ids, "dtype", type(ids).__name__)
        if not isinstance(ids, np.ndarray) or ids.dtype.kind not in "iu" or ids.ndim not in (1, 2) or ids.size == 0:
            raise ValueError(
                f"token ids have shape {shape} and are {dtype}; expected integers (T,) or (T, B), at least one"
            )
        if not 0 <= ids.min() <= ids.max() < len(table):
            raise ValueError(f"token ids run from {ids.min()} to {ids.max()}; the embedding has {len(table)} rows")
        return table[ids]

    def _check(self) -> None:
        outside = {
            "embedding.weight": (self.embedding, 2),
            "readout.weight": (self.readout_weight, 2),
            "readout.bias": (self.readout_bias, 1),
        }
        for name, (array, axes) in outside.items():
            if array is None:
                continue
            check_array(name, array)
            if array.ndim != axes:
                raise ValueError(f"{name} has shape {array.shape}; expected {axes} axes")
            check_numbers(name, array, self.dtype)
        kinds = {(type(cell), *cell.options.values(), str(cell.dtype)) for layer in self.layers for cell in layer}
        if len(kinds) > 1:
            raise ValueError("all layers of a network have one kind of cell, with the same options and dtype")
        if len({cell.hidden_size for layer in self.layers for cell in layer}) > 1:
            raise ValueError("all layers of a network have one hidden size")
        width = self.hidden_size * len(self.directions)
        for k, layer in enumerate(self.layers):
            below = width if k else self.input_size
            for cell in layer:
                if cell.input_size != below:
                    raise ValueError(f"layer {k} reads vectors of {cell.input_size}; expected {below}")
        if self.embedding is not None and self.embedding.shape[1:] != (self.input_size,):
            raise ValueError(
                f"embedding.weight has shape {self.embedding.shape}; the first layer expects (V, {self.input_size})"
            )
        if self.readout_weight is not None and self.readout_weight.shape[1:] != (width,):
            raise ValueError(f"readout.weight has shape {self.readout_weight.shape}; expected (C, {width})")
        if self.readout_bias is not None:
            if self.readout_weight is None:
                raise ValueError(f"readout.bias has shape {self.readout_bias.shape}, but there is no readout.weight")
            if self.readout_bias.shape != self.readout_weight.shape[:1]:
                classes = self.readout_weight.shape[0]
                raise ValueError(f"readout.bias has shape {self.readout_bias.shape}; expected ({classes},)")


def joined(hidden: Sequence[Array]) -> Array:
    """The hidden states of a layer's directions in the order of the text, side by side: (..., directions * H)."""
    return hidden[0] if len(hidden) == 1 else np.concatenate([hidden[0], hidden[1][::-1]], axis=-1)


def softmax(logits: Array) -> Array:
    """Probabilities (..., C) from logits (..., C)."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _cell(kind: type[Cell], parameters: Mapping[str, Array], end: str, options: Mapping[str, str]) -> Cell:
    weights = [f"rnn.weight_ih{end}", f"rnn.weight_hh{end}"]
    if missing := [name for name in weights if name not in parameters]:
        raise ValueError(f"the arrays lack {missing[0]!r}")
    arrays = [parameters.get(f"rnn.{name}{end}") for name in kind.names()]
    try:
        return kind.of(arrays, options)
    except (TypeError, ValueError) as error:
        raise type(error)(f"among the arrays rnn.*{end}, {error}") from error
