"""The parameters and options of a cell: how they are made, drawn at random, copied and looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, ClassVar, Self

import numpy as np

from ..errors import UnknownNameError
from .activations import Array
from .array_checks import check_parameters
from .definition import Definition
from .derived_definition import ByHandle, Equations, derived_definition, rows_of
from .gate_activations import GateActivations
from .layer_norm import LayerNorm
from .options import resolve_options
from .sizes import INPUT_SIZE, UNITS, ParameterLayout, all_lengths, parameter_layouts
from .step_plan import STANDARD_PARAMETERS, parameter_blocks, step_plan


class CellParameters:
    """What a cell is made of, apart from how it computes: see `Cell`."""

    name: ClassVar[str]
    title: ClassVar[str]
    reference: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    rows: ClassVar[tuple[str, ...]]
    choices: ClassVar[dict[str, tuple[str, ...]]] = {}
    activations: ClassVar[dict[str, str]] = {}
    notation: ClassVar[tuple[str, ...]] = ()
    equations: ClassVar[Equations]
    symbols: ClassVar[ByHandle] = {}
    descriptions: ClassVar[ByHandle] = {}
    sizes: ClassVar[ByHandle] = {}

    weight_ih: Array
    weight_hh: Array
    bias_ih: Array
    bias_hh: Array
    options: dict[str, str]
    states: tuple[str, ...]
    _derived: ClassVar[Definition]
    _default: ClassVar[Definition]

    def __init__(
        self,
        weight_ih: Array,
        weight_hh: Array | None = None,
        bias_ih: Array | None = None,
        bias_hh: Array | None = None,
        **options: Any,
    ) -> None:
        blocks = self.parameter_blocks()
        arrays = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias_ih": bias_ih, "bias_hh": bias_hh}
        arrays = {name: array for name, array in arrays.items() if array is not None or name in blocks}
        arrays |= {name: options.pop(name, None) for name in blocks if name not in arrays}
        self.options = self.resolve_options(options)
        self.definition = self.define(**self.options)
        self.states = self.definition.states
        for name in arrays:
            if name not in blocks:
                raise UnknownNameError(
                    f"{self.title} has no parameter {name}; it has {', '.join(blocks)}.",
                    code="unknown_parameter", kind="parameter", name=name, allowed=tuple(blocks),
                )  # fmt: skip
        layouts = self.layouts()
        self.lengths = check_parameters(self.title, layouts, arrays)
        self.input_size, self.hidden_size = self.lengths[INPUT_SIZE], self.lengths[UNITS]
        self.dtype = weight_ih.dtype
        for name, array in arrays.items():
            if array is None:
                array = np.full(layouts[name].shape(self.lengths), float(name in self._gains()), self.dtype)
            setattr(self, name, array)
        self.plan = step_plan(self.definition, self.rows)
        early = self.plan.early if self.plan.is_smooth else ()
        together = [(self.plan.applied(row).function, self.units(row)) for row in early]
        self.gate_activations = GateActivations(together, self.dtype)

    @property
    def parameters(self) -> dict[str, Array]:
        """The arrays by name; those in use, not copies."""
        return {name: getattr(self, name) for name in self.parameter_names()}

    @property
    def matrix_size(self) -> int:
        """The number of elements of all matrices: the multiply-adds that they take in a step."""
        return sum(array.size for array in self.parameters.values() if array.ndim == 2)

    @classmethod
    def parameter_names(cls) -> tuple[str, ...]:
        """List the names of the parameters.

        Returns
        -------
        tuple of str
            The names, PyTorch's four first.
        """
        return tuple(cls.parameter_blocks())

    @classmethod
    def parameter_blocks(cls) -> dict[str, tuple[str, ...]]:
        """List the parameters with what their rows compute.

        Returns
        -------
        dict of str to tuple of str
            The parameters that the equations name, each with the quantities that its blocks of H rows belong to.
        """
        return parameter_blocks(cls._default_definition(), cls.rows)

    @classmethod
    def extra_blocks(cls) -> dict[str, tuple[str, ...]]:
        """List the parameters that RNN, GRU and LSTM do not have.

        Returns
        -------
        dict of str to tuple of str
            As of `parameter_blocks`.
        """
        return {name: blocks for name, blocks in cls.parameter_blocks().items() if name not in STANDARD_PARAMETERS}

    def units(self, name: str) -> int:
        """Look up how many values a quantity has.

        Parameters
        ----------
        name : str
            The name of the quantity.

        Returns
        -------
        int
            H, unless the quantity has a size of its own; D for the input vector.
        """
        return self.lengths[self.definition.sizes[name]]

    @classmethod
    def layouts(cls) -> dict[str, ParameterLayout]:
        """List the parameters with their shapes in letters.

        Returns
        -------
        dict of str to ParameterLayout
            The layouts by name.
        """
        definition = cls._default_definition()
        return parameter_layouts(definition.equations, cls.parameter_blocks(), definition.sizes)

    @classmethod
    def parameter_shapes(
        cls, input_size: int, hidden_size: int, lengths: Mapping[str, int] | None = None
    ) -> dict[str, tuple[int, ...]]:
        """Work out the shapes of the parameters.

        Parameters
        ----------
        input_size : int
            D, the size of the input.
        hidden_size : int
            H, the number of units.
        lengths : mapping of str to int, optional
            The numbers of units of the cell's own sizes; half of H where left out.

        Returns
        -------
        dict of str to tuple of int
            The shapes by name.
        """
        numbers = all_lengths(cls._default_definition().sizes, input_size, hidden_size, lengths)
        return {name: layout.shape(numbers) for name, layout in cls.layouts().items()}

    @classmethod
    def _default_definition(cls) -> Definition:
        """The definition without options, made once: the parameters do not depend on options."""
        if "_default" not in cls.__dict__:
            cls._default = cls.define()
        return cls._default

    @classmethod
    def _gains(cls) -> set[str]:
        """The parameters that scale normalised vectors: ones, unless they are given."""
        nodes = (node for right in cls._default_definition().equations.values() for node in right.walk())
        return {node.parameter for node in nodes if isinstance(node, LayerNorm)}

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
        return cls(**dict(zip(cls.parameter_names(), parameters, strict=False)), **options)  # type: ignore[arg-type]

    @classmethod
    def random(
        cls,
        input_size: int,
        hidden_size: int,
        rng: np.random.Generator,
        dtype: Any = np.float32,
        lengths: Mapping[str, int] | None = None,
        **options: str,
    ) -> Self:
        """Draw a cell as PyTorch initialises it, from U(-1/sqrt(H), 1/sqrt(H)); the scales of layer norm are ones.

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
        lengths : mapping of str to int, optional
            The numbers of units of the cell's own sizes; half of H where left out.
        **options : str
            Options of the cell.

        Returns
        -------
        Cell
            The cell.
        """
        bound, gains = hidden_size**-0.5, cls._gains()
        shapes = cls.parameter_shapes(input_size, hidden_size, lengths)
        drawn = [
            np.ones(shape, dtype) if name in gains else rng.uniform(-bound, bound, shape).astype(dtype)
            for name, shape in shapes.items()
        ]
        return cls.from_parameters(drawn, options)

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
            Its rows.
        """
        return self.place("weight_ih", [name])

    def place(self, parameter: str, blocks: Sequence[str]) -> slice:
        """Find neighbouring blocks of rows in a parameter.

        Parameters
        ----------
        parameter : str
            The name of the parameter.
        blocks : sequence of str
            The quantities that the blocks belong to.

        Returns
        -------
        slice
            The rows of all of them.
        """
        return slice(self._places[parameter, blocks[0]].start, self._places[parameter, blocks[-1]].stop)

    @cached_property
    def _places(self) -> dict[tuple[str, str], slice]:
        """The rows of every block, by the name of the parameter and of the quantity."""
        places: dict[tuple[str, str], slice] = {}
        for parameter, blocks in self.parameter_blocks().items():
            starts = accumulate(map(self.units, blocks), initial=0)
            places |= {(parameter, block): slice(*ends) for block, ends in zip(blocks, pairwise(starts), strict=True)}
        return places

    def rows_of(self, parameter: str, block: str) -> Array:
        """Find the rows of a parameter that compute one quantity.

        Parameters
        ----------
        parameter : str
            The name of the parameter.
        block : str
            The name of the quantity.

        Returns
        -------
        ndarray of shape (H,) or (H, N)
            A view of its rows.
        """
        array: Array = getattr(self, parameter)
        return array[self.place(parameter, [block])]

    def input_bias(self) -> Array:
        """Add up the biases that join the input before the loop.

        Returns
        -------
        ndarray of shape (G*H,)
            The biases that nothing multiplies.
        """
        bias = np.zeros(len(self.weight_ih), self.dtype)
        for place, parameter, rows in self._bias_places:
            part = bias[place]
            part += getattr(self, parameter)[rows]
        return bias

    @cached_property
    def _bias_places(self) -> list[tuple[slice, str, slice]]:
        """Where to add which rows of which bias."""
        runs = self.plan.bias_runs
        return [(self.place("weight_ih", rows), name, self.place(name, rows)) for name, rows in runs]

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
            Its quantities and phases; by default those that follow from `equations`.
        """
        cls.resolve_options(options)
        return cls._derived

    @classmethod
    def _derive(cls) -> None:
        """Derive definition and rows from `equations`."""
        cls._derived = derived_definition(cls.name, cls.title, cls.equations, cls.symbols, cls.descriptions, cls.sizes)
        if "rows" not in cls.__dict__:
            cls.rows = rows_of(cls._derived.equations)
