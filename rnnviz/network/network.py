"""A network: tokens -> embedding -> recurrent layers -> readout. Arrays in, arrays out, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..cells import CELLS, Cell, Record
from ..cells.activations import Array
from .assembly_checks import check
from .merging import merge_directions, split_gradient
from .parameter_names import name_suffix, named_arrays, named_layers
from .run import DIRECTIONS, Edits, Masks, Run, States, reverse_if_backward


@dataclass
class Network:
    """Recurrent layers between an optional embedding and an optional readout.

    embedding: (V, D). layers: by layer, one cell for one direction, two for both; layers may differ in size.
    directions_by_layer: the directions of each layer's cells; if left out, one cell reads forward and two read both
    directions. merge: how two directions become what the layer above reads, see `merging.merge_directions`. initial:
    the states that a run starts from unless others are given; zeros for None. readout_weight: (C, N), N as the top
    layer passes on; readout_bias: (C,).
    """

    layers: list[list[Cell]]
    embedding: Array | None = None
    readout_weight: Array | None = None
    readout_bias: Array | None = None
    directions_by_layer: tuple[tuple[str, ...], ...] = ()
    merge: str = "concat"
    initial: States | None = None
    cell_name: str = field(init=False)

    def __post_init__(self) -> None:
        if not self.layers or {len(layer) for layer in self.layers} - {1, 2}:
            raise ValueError("a network has at least one layer, and each layer one or two directions")
        self.cell_name = self.layers[0][0].name
        self.directions_by_layer = self.directions_by_layer or tuple(DIRECTIONS[: len(layer)] for layer in self.layers)
        check(self)

    @classmethod
    def from_parameters(
        cls, parameters: Mapping[str, Array], cell: str, options: Mapping[str, str] | None = None, merge: str = "concat"
    ) -> Network:
        """Build from arrays with PyTorch's names (see `parameters`).

        Raises ValueError for an unknown cell, a missing array, or shapes that contradict each other.
        """
        layers, directions, initial = named_layers(parameters, cell, options or {})
        table, weight, bias = map(parameters.get, ("embedding.weight", "readout.weight", "readout.bias"))
        network = cls(layers, table, weight, bias, directions, merge, initial)
        unread = [n for n in parameters if n.startswith(("rnn.", "initial.")) and n not in network.parameters]
        if unread:
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

    def with_options(self, **options: str) -> Network:
        """This network with its cells under other options (see `Cell.with_options`)."""
        return replace(self, layers=[[cell.with_options(**options) for cell in layer] for layer in self.layers])

    @property
    def parameters(self) -> dict[str, Array]:
        """Every array in use, by the name it has in a PyTorch module with members embedding, rnn and readout."""
        found = named_arrays(self.layers, self.directions_by_layer, self.initial)
        outside = {
            "embedding.weight": self.embedding,
            "readout.weight": self.readout_weight,
            "readout.bias": self.readout_bias,
        }
        return found | {name: array for name, array in outside.items() if array is not None}

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions in which any layer reads, forward first."""
        return tuple(
            direction
            for direction in DIRECTIONS
            if any(direction in directions for directions in self.directions_by_layer)
        )

    def has_layer(self, layer: int, direction: str) -> bool:
        """Whether there is such a layer and it reads in that direction."""
        return 0 <= layer < len(self.layers) and direction in self.directions_by_layer[layer]

    def cell(self, layer: int, direction: str) -> Cell:
        """The cell of one layer and direction. Raises ValueError if there is none."""
        if not self.has_layer(layer, direction):
            raise ValueError(f"there is no layer {layer}, {direction}; the network has {self.layer_summary}")
        return self.layers[layer][self.directions_by_layer[layer].index(direction)]

    @property
    def layer_summary(self) -> str:
        """The layers and their directions in words: "layer 0 forward and backward, layer 1 forward"."""
        return ", ".join(
            f"layer {k} {' and '.join(directions)}" for k, directions in enumerate(self.directions_by_layer)
        )

    def output_size(self, layer: int) -> int:
        """How many numbers a layer hands on at each step."""
        cells = self.layers[layer]
        return cells[0].hidden_size * (len(cells) if self.merge == "concat" else 1)

    @property
    def input_size(self) -> int:
        """D, the length of the vectors that the first layer reads."""
        return self.layers[0][0].input_size

    @property
    def hidden_size(self) -> int:
        """H of the first layer; `cell(layer, direction).hidden_size` for others."""
        return self.layers[0][0].hidden_size

    @property
    def dtype(self) -> np.dtype:
        return self.layers[0][0].dtype

    def forward(
        self, tokens: Array, initial: States | None = None, masks: Masks | None = None, edits: Edits | None = None
    ) -> Run:
        """Run over token ids, (T,) or (T, B), or over vectors, (T, D) or (T, B, D), if there is no embedding.

        initial: states by layer and direction, as `Run.final` gives them; the network's own if left out.
        edits: see `Cell.forward`.
        Raises ValueError for ids outside the embedding and for shapes that do not fit.
        """
        inputs = tokens if self.embedding is None else self._embedded(tokens, self.embedding)
        if initial is not None and [len(layer) for layer in initial] != [len(layer) for layer in self.layers]:
            raise ValueError(
                f"initial has states for {[len(layer) for layer in initial]} directions by layer; "
                f"expected {[len(layer) for layer in self.layers]}"
            )
        starts = initial or self._own_initial(inputs)
        top = inputs if masks is None else inputs * masks.inputs
        records: list[list[Record]] = []
        for k, layer in enumerate(self.layers):
            runs = []
            for j, (direction, cell) in enumerate(zip(self.directions_by_layer[k], layer, strict=True)):
                x, start = reverse_if_backward(top, direction), starts[k][j] if starts else None
                runs.append(cell.forward(x, start, (edits or {}).get((k, direction), ())))
            records.append(runs)
            top = merge_directions(self._hidden(k, runs), self.merge)
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
            d_below = np.zeros((), self.dtype)
            d_by_direction = split_gradient(d_top, self._hidden(k, run.records[k]), self.merge)
            for direction, record, d_hidden in zip(
                self.directions_by_layer[k], run.records[k], d_by_direction, strict=True
            ):
                found = record.cell.backward(record, reverse_if_backward(d_hidden, direction))
                d_below = d_below + reverse_if_backward(found["x"], direction)
                for name in record.cell.parameters:
                    grads[f"rnn.{name}{name_suffix(k, direction)}"] = found[name]
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

    def _hidden(self, layer: int, records: Sequence[Record]) -> list[Array]:
        """The hidden states of a layer's directions in the order of the text."""
        return [
            reverse_if_backward(record["hidden"], direction)
            for direction, record in zip(self.directions_by_layer[layer], records, strict=True)
        ]

    def _own_initial(self, inputs: Array) -> States | None:
        """The network's own initial states, for every sequence of a batch."""
        if self.initial is None or inputs.ndim == 2:
            return self.initial
        batch = inputs.shape[1]
        return [
            [{state: np.repeat(array[None], batch, axis=0) for state, array in states.items()} for states in layer]
            for layer in self.initial
        ]
