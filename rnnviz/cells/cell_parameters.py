"""The parameters and options of a cell: how they are made, drawn at random, copied and looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

import numpy as np

from .activations import Activation, Array, activation
from .array_checks import check_parameters
from .definition import Definition
from .gate_activations import GateActivations
from .options import resolve_options


class CellParameters:
    """What a cell is made of, apart from how it computes: see `Cell`."""

    name: ClassVar[str]
    title: ClassVar[str]
    rows: ClassVar[tuple[str, ...]]
    separate_rows: ClassVar[tuple[str, ...]] = ()
    cached_values: ClassVar[tuple[str, ...]] = ()
    choices: ClassVar[dict[str, tuple[str, ...]]] = {}
    activations: ClassVar[dict[str, str]] = {}
    extra_parameters: ClassVar[dict[str, tuple[str, ...]]] = {}
    offered: ClassVar[bool] = True
    notation: ClassVar[tuple[str, ...]] = ()

    weight_ih: Array
    weight_hh: Array
    bias_ih: Array
    bias_hh: Array
    options: dict[str, str]
    states: tuple[str, ...]

    def __init__(
        self,
        weight_ih: Array,
        weight_hh: Array,
        bias_ih: Array | None = None,
        bias_hh: Array | None = None,
        *,
        extra_parameters: Mapping[str, Array | None] | None = None,
        **options: str,
    ) -> None:
        self.options = self.resolve_options(options)
        self.functions = {option: activation(self.options[option]) for option in self.activations}
        self.has_default_activations = all(
            chosen.name == self.activations[option] for option, chosen in self.functions.items()
        )
        self.definition = self.define(**self.options)
        self.states = self.definition.states
        given = extra_parameters or {}
        vectors = {"bias_ih": bias_ih, "bias_hh": bias_hh} | {name: given.get(name) for name in self.extra_parameters}
        rows_of = {name: self.extra_parameters.get(name, self.rows) for name in vectors}
        hidden = check_parameters(self.title, self.rows, weight_ih, weight_hh, vectors, rows_of)
        self.weight_ih, self.weight_hh = weight_ih, weight_hh
        for name, array in vectors.items():
            setattr(self, name, np.zeros(len(rows_of[name]) * hidden, weight_hh.dtype) if array is None else array)
        self.input_size, self.hidden_size, self.dtype = weight_ih.shape[1], hidden, weight_hh.dtype
        together = [self._activation(row) for row in self.rows if row not in self.separate_rows]
        self.gate_activations = GateActivations(together, hidden, self.dtype)

    @property
    def parameters(self) -> dict[str, Array]:
        """The arrays by name; those in use, not copies."""
        return {name: getattr(self, name) for name in self.parameter_names()}

    @classmethod
    def parameter_names(cls) -> tuple[str, ...]:
        """List the names of the parameters.

        Returns
        -------
        tuple of str
            The names, in the order of the constructor.
        """
        return ("weight_ih", "weight_hh", "bias_ih", "bias_hh", *cls.extra_parameters)

    @classmethod
    def from_parameters(cls, parameters: Iterable[Array | None], options: Mapping[str, str]) -> Self:
        """Make a cell from its parameters.

        Parameters
        ----------
        parameters : iterable of ndarray or None
            The arrays in the order of `parameter_names`; None for those left out.
        options : mapping of str to str
            Options of the cell.

        Returns
        -------
        Cell
            The cell.
        """
        return cls(*parameters, **options)  # type: ignore[arg-type]

    @classmethod
    def random(
        cls, input_size: int, hidden_size: int, rng: np.random.Generator, dtype: Any = np.float32, **options: str
    ) -> Self:
        """Draw a cell as PyTorch initialises it, from U(-1/sqrt(H), 1/sqrt(H)).

        Parameters
        ----------
        input_size : int
            D, the size of the input.
        hidden_size : int
            H, the number of units.
        rng : numpy.random.Generator
            The source of randomness.
        dtype : dtype, default float32
            The dtype of the weights.
        **options : str
            Options of the cell.

        Returns
        -------
        Cell
            The cell.
        """
        bound, rows = hidden_size**-0.5, len(cls.rows) * hidden_size
        extra = [(len(blocks) * hidden_size,) for blocks in cls.extra_parameters.values()]
        shapes = [(rows, input_size), (rows, hidden_size), (rows,), (rows,), *extra]
        arrays = [rng.uniform(-bound, bound, shape).astype(dtype) for shape in shapes]
        return cls.from_parameters(arrays, options)

    @classmethod
    def resolve_options(cls, options: Mapping[str, str]) -> dict[str, str]:
        """Fill in the defaults of options and write activations by their full names.

        Parameters
        ----------
        options : mapping of str to str
            The options that are given.

        Returns
        -------
        dict of str to str
            All options, in the order of the cell.

        Raises
        ------
        UnknownNameError
            If the cell does not have an option.
        ArgumentError
            If an option does not have a value.
        """
        return resolve_options(cls.title, cls.choices, cls.activations, options)

    @property
    def memory_gate(self) -> str | None:
        """The gate whose bias, when high, makes the cell remember; None for a cell without one."""
        return None

    def with_options(self, **options: str) -> Self:
        """Copy the cell under other options.

        Parameters
        ----------
        **options : str
            The options that change.

        Returns
        -------
        Cell
            A new cell. An option of `notation` changes how the cell is written: its weights are rewritten so that it
            computes the same states. Under any other option (the placement of the GRU's reset gate, the activation of
            the RNN) the weights stay as they are and mean something else: another cell, with other states.

        Raises
        ------
        UnknownNameError
            If the cell does not have an option.
        ArgumentError
            If an option does not have a value.
        """
        resolved = self.resolve_options(self.options | options)
        return self.from_parameters(self.rewrite_parameters(resolved).values(), resolved)

    def rewrite_parameters(self, options: Mapping[str, str]) -> dict[str, Array]:
        """Copy the parameters as the cell has them under other options.

        Parameters
        ----------
        options : mapping of str to str
            All options, as `resolve_options` gives them.

        Returns
        -------
        dict of str to ndarray
            The copies, in the order of `parameter_names`.
        """
        return {name: array.copy() for name, array in self.parameters.items()}

    def row(self, name: str) -> slice:
        """Find the rows of a gate in the weights.

        Parameters
        ----------
        name : str
            One of `rows`.

        Returns
        -------
        slice
            Its H rows.
        """
        k = self.rows.index(name)
        return slice(k * self.hidden_size, (k + 1) * self.hidden_size)

    def split(self, z: Array) -> Array:
        """View rows as blocks.

        Parameters
        ----------
        z : ndarray of shape (G*H, B)
            Rows in the order of the weights.

        Returns
        -------
        ndarray of shape (G, H, B)
            One block for each gate, in the order of `rows`.
        """
        return z.reshape(len(self.rows), self.hidden_size, -1)

    @classmethod
    def define(cls, **options: str) -> Definition:
        """Describe the cell.

        Parameters
        ----------
        **options : str
            Options of the cell; those left out have their defaults.

        Returns
        -------
        Definition
            Its quantities and phases.
        """
        raise NotImplementedError

    def _activation(self, row: str) -> Activation:
        """The activation of a gate."""
        activation = self.definition.by_name[row].activation
        assert activation is not None, f"{row} has weight rows and so needs an activation"
        return activation
