"""A network: tokens -> embedding -> recurrent layers -> readout. Arrays in, arrays out, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..cells import Cell, Definition, cell_class
from ..cells.activations import Array
from ..cells.cell_kind import CellKind, CellKinds
from ..cells.sizes import all_lengths
from ..errors import ArgumentError, UnknownNameError
from .assembly_checks import check_network
from .head import Head
from .parameter_names import named_arrays, named_layers
from .passes import backward_pass, forward_pass
from .run import DIRECTIONS, Edits, Masks, Run, States


@dataclass
class Network:
    """Recurrent layers between an optional embedding and an optional readout.

    Parameters
    ----------
    layers : list of list of Cell
        By layer, one cell for one direction or two for both. Layers may differ in size, cell and options.
    embedding : ndarray of shape (V, D) or None, default None
        A vector for each token; None for a network that reads vectors.
    readout_weight : ndarray of shape (C, N) or None, default None
        The weights of the outputs, N values of the top layer (or of the last layer of `head`) each; None for a network
        without outputs.
    readout_bias : ndarray of shape (C,) or None, default None
        The biases of the outputs.
    directions_by_layer : tuple of tuple of str, optional
        The directions of each layer's cells; if left out, one cell reads forward, and two read in both directions.
    merge : {"concat", "sum", "mul", "ave"}, default "concat"
        How two directions become what the layer above reads, see `merging.merge_directions`.
    initial : list of list of dict, optional
        By layer and direction, the states (H,) that a run starts from unless others are given; if left out, zeros.
    head : Head, default Head()
        What the readout reads, the layers below it, and what becomes of its sums.

    Raises
    ------
    ArrayError
        If an array has the wrong shape, or holds values that are not finite.
    DtypeError
        If an array does not hold floats, or dtypes differ.
    ArgumentError
        If layers, directions or initial states do not fit.
    UnknownNameError
        If `merge` is not one of the four.
    """

    layers: list[list[Cell]]
    embedding: Array | None = None
    readout_weight: Array | None = None
    readout_bias: Array | None = None
    directions_by_layer: tuple[tuple[str, ...], ...] = ()
    merge: str = "concat"
    initial: States | None = None
    head: Head = field(default_factory=Head)

    def __post_init__(self) -> None:
        if not self.layers or {len(layer) for layer in self.layers} - {1, 2}:
            raise ArgumentError(
                "A network has at least one layer, and each layer has one or two directions.",
                code="layers", name="layers", value=[len(layer) for layer in self.layers],
            )  # fmt: skip
        self.directions_by_layer = self.directions_by_layer or tuple(DIRECTIONS[: len(layer)] for layer in self.layers)
        check_network(self)

    @classmethod
    def from_parameters(
        cls,
        parameters: Mapping[str, Array],
        cell: str | Sequence[CellKind],
        options: Mapping[str, str] | None = None,
        merge: str = "concat",
        head: Mapping[str, Any] | None = None,
    ) -> Network:
        """Build a network from named arrays.

        Parameters
        ----------
        parameters : mapping of str to ndarray
            The arrays by PyTorch's names, as `parameters` gives them.
        cell : str or sequence of CellKind
            The name of the cell of all layers, a key of `CELLS`; or, for each layer from below, its cell and options,
            as `cell_kinds` gives them.
        options : mapping of str to str, optional
            Options of the one cell.
        merge : {"concat", "sum", "mul", "ave"}, default "concat"
            How two directions are merged.
        head : mapping, optional
            The head, as `Head.to_json` gives it.

        Returns
        -------
        Network
            The network; it uses the arrays, without copies.

        Raises
        ------
        UnknownNameError
            If the cell or an option does not exist, or an array is missing or unused.
        ArrayError
            If shapes contradict each other, or values are not finite.
        DtypeError
            If an array does not hold floats, or dtypes differ.
        ArgumentError
            If layers or options do not fit.
        """
        layers, directions, initial = named_layers(parameters, cell, options)
        table, weight, bias = map(parameters.get, ("embedding.weight", "readout.weight", "readout.bias"))
        network = cls(layers, table, weight, bias, directions, merge, initial, Head.from_json(head or {}, parameters))
        used = network.parameters
        unused = [name for name in parameters if name.startswith(("rnn.", "initial.", "head.")) and name not in used]
        if unused:
            raise UnknownNameError(
                f"The array {unused[0]!r} fits no layer or direction; there are {len(layers)} layers.",
                code="unused", kind="array", name=unused[0], allowed=tuple(used),
            )  # fmt: skip
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
        lengths: Mapping[str, int] | None = None,
    ) -> Network:
        """Draw a network as PyTorch initialises it: the embedding from N(0, 1), all else from U(-1/sqrt(H), 1/sqrt(H)).

        Parameters
        ----------
        cell : str
            The name of the cell.
        hidden : int
            H, the units of each layer and direction.
        vocabulary : int or None, default None
            V, the tokens; None for a network that reads vectors.
        embedding : int, default 1
            D, the size of the vectors.
        classes : int or None, default None
            C, the outputs; None for no readout.
        layers : int, default 1
            The number of layers.
        bidirectional : bool, default False
            Whether the layers read in both directions.
        embedding_scale : float, default 1.0
            The standard deviation of the embedding.
        rng : numpy.random.Generator
            The source of randomness.
        dtype : dtype, default float32
            The dtype of all arrays.
        options : mapping of str to str, optional
            Options of the cell.
        lengths : mapping of str to int, optional
            The numbers of units of the cell's own sizes; half of H where left out.

        Returns
        -------
        Network
            The network.
        """
        kind, directions = cell_class(cell), DIRECTIONS[: 2 if bidirectional else 1]
        width = len(directions) * all_lengths(kind.define().sizes, 1, hidden, lengths)[kind.define().sizes["hidden"]]
        below = [embedding, *[width] * (layers - 1)]
        stack = [[kind.random(n, hidden, rng, dtype, lengths, **(options or {})) for _ in directions] for n in below]
        table = weight = bias = None
        if vocabulary is not None:
            table = (embedding_scale * rng.standard_normal((vocabulary, embedding))).astype(dtype)
        if classes is not None:
            weight = rng.uniform(-(width**-0.5), width**-0.5, (classes, width)).astype(dtype)
            bias = rng.uniform(-(width**-0.5), width**-0.5, classes).astype(dtype)
        return cls(stack, table, weight, bias)

    def with_options(self, **options: str) -> Network:
        """Copy the network with its cells under other options.

        Parameters
        ----------
        **options : str
            Options of the cell by name, as for `Cell.with_options`. Where layers have several cells, each option goes
            to the layers that have it.

        Returns
        -------
        Network
            The network, with the same embedding and readout.

        Raises
        ------
        UnknownNameError
            If no layer has such an option.
        ArgumentError
            If an option does not have a value.
        """
        known = {name for kind in self.cell_kinds for name in kind.options}

        def changed(cell: Cell) -> Cell:
            return cell.with_options(
                **{name: value for name, value in options.items() if name in cell.options or name not in known}
            )

        return replace(self, layers=[[changed(cell) for cell in layer] for layer in self.layers])

    @property
    def cell_kinds(self) -> CellKinds:
        """The cell of each layer with its options, from below; both directions of a layer share them."""
        return CellKinds(CellKind(layer[0].name, layer[0].options) for layer in self.layers)

    @property
    def cell_name(self) -> str:
        """The name of the cell; of layers of several cells, the names as they follow each other: "lstm-gru"."""
        return self.cell_kinds.name

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The definition of each layer's cell, from below."""
        return tuple(layer[0].definition for layer in self.layers)

    @property
    def parameters(self) -> dict[str, Array]:
        """Every array in use, by the name it has in a PyTorch module with members embedding, rnn and readout."""
        arrays = named_arrays(self.layers, self.directions_by_layer, self.initial)
        outside = {
            "embedding.weight": self.embedding,
            "readout.weight": self.readout_weight,
            "readout.bias": self.readout_bias,
        }
        for k, layer in enumerate(self.head.layers):
            outside |= {f"head.{k}.weight": layer.weight, f"head.{k}.bias": layer.bias}
        return arrays | {name: array for name, array in outside.items() if array is not None}

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions in which any layer reads, forward first."""
        used = {direction for directions in self.directions_by_layer for direction in directions}
        return tuple(direction for direction in DIRECTIONS if direction in used)

    def has_layer(self, layer: int, direction: str) -> bool:
        """Tell whether a layer exists and reads in a direction.

        Parameters
        ----------
        layer : int
            The layer, counted from 0.
        direction : str
            The direction.

        Returns
        -------
        bool
            Whether there is a cell for both.
        """
        return 0 <= layer < len(self.layers) and direction in self.directions_by_layer[layer]

    def cell(self, layer: int, direction: str) -> Cell:
        """Find the cell of a layer and direction.

        Parameters
        ----------
        layer : int
            The layer, counted from 0.
        direction : {"forward", "backward"}
            The direction.

        Returns
        -------
        Cell
            The cell.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        if not self.has_layer(layer, direction):
            raise UnknownNameError(
                f"There is no layer {layer}, {direction}; the network has {self.layer_summary}.",
                code="unknown", kind="layer", name=f"{layer}, {direction}",
                allowed=tuple(f"{k}, {d}" for k, directions in enumerate(self.directions_by_layer) for d in directions),
            )  # fmt: skip
        return self.layers[layer][self.directions_by_layer[layer].index(direction)]

    @property
    def layer_summary(self) -> str:
        """The layers and their directions in words: "layer 0 forward and backward, layer 1 forward"."""
        return ", ".join(
            f"layer {k} {' and '.join(directions)}" for k, directions in enumerate(self.directions_by_layer)
        )

    def output_size(self, layer: int) -> int:
        """Find the size of what a layer passes on.

        Parameters
        ----------
        layer : int
            The layer, counted from 0.

        Returns
        -------
        int
            N: the size of the hidden state, or twice that for two directions side by side.
        """
        cells = self.layers[layer]
        return cells[0].units("hidden") * (len(cells) if self.merge == "concat" else 1)

    @property
    def reads_directly(self) -> bool:
        """Whether each row of the logits is a linear function of the top layer's hidden states at that step alone."""
        return self.head.reads_directly(self.directions_by_layer[-1])

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
        """The dtype of all arrays, float32 or float64."""
        return self.layers[0][0].dtype

    def forward(
        self,
        tokens: Array,
        initial: States | None = None,
        masks: Masks | None = None,
        edits: Edits | None = None,
        by_token: bool = False,
    ) -> Run:
        """Run over a sequence.

        Parameters
        ----------
        tokens : ndarray of int of shape (T,) or (T, B), or ndarray of shape (T, D) or (T, B, D)
            Token ids; vectors if there is no embedding.
        initial : list of list of dict, optional
            The states to start from, by layer and direction, as `Run.final` gives them; if left out, the network's own.
        masks : Masks or None, default None
            Dropout.
        edits : mapping of (int, str) to sequence of Edit, optional
            By layer and direction, values put in place of the cell's own, see `Cell.forward`.
        by_token : bool, default False
            Whether the first layer multiplies its input weights with each different token of a batch only once, where
            this saves time. Values may then differ in their last bits.

        Returns
        -------
        Run
            Everything that the run computed.

        Raises
        ------
        ArrayError
            If a shape does not fit, or vectors are not finite.
        DtypeError
            If the dtype of vectors or states is not that of the weights.
        ArgumentError
            If ids are outside the embedding, or the initial states are those of other layers.
        """
        return forward_pass(self, tokens, initial, masks, edits, by_token)

    def backward(self, run: Run, d_logits: Array, masks: Masks | None = None) -> dict[str, Array]:
        """Compute the gradients of a loss by every parameter.

        Parameters
        ----------
        run : Run
            A run of this network, which must have a readout.
        d_logits : ndarray of the shape of run.logits
            The gradient by the logits.
        masks : Masks or None, default None
            The dropout of the run.

        Returns
        -------
        dict of str to ndarray
            The gradients by the names in `parameters`, and that of what the first layer read as "inputs".
        """
        return backward_pass(self, run, d_logits, masks)
