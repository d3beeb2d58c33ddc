"""What every recurrent cell shares: its checks, and the loops forwards and backwards through time.

Inside, arrays are feature-first, (T, H, B): a step's sums are then `W @ h`, as the
formula says, and every gate is one contiguous block of rows. The public face is
time-major, (T, H) or (T, B, H).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from .activations import Activation, Array, activation
from .array_checks import check_array, check_numbers, check_parameters
from .definition import Definition
from .edits import Edit, edited
from .gate_activations import GateActivations
from .options import resolved_options
from .record import NamedArrays, Record, flat

CELLS: dict[str, type[Cell]] = {}


class Cell:
    """A recurrent cell: its definition, its weights, and one step forwards and backwards.

    Weights have PyTorch's names and layout: weight_ih (G*H, D), weight_hh (G*H, H),
    bias_ih and bias_hh (G*H,), with G blocks of H rows in the order of `rows`; a cell may have
    further ones. All but the two matrices may be left out (zeros). All are float32 or all float64.

    Raises ValueError for shapes that contradict each other and for NaN or infinite
    weights, TypeError for dtypes other than float32 and float64 or a mixture of them.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    rows: ClassVar[tuple[str, ...]]  # which quantity each block of weight rows computes
    separate_rows: ClassVar[
        tuple[str, ...]
    ] = ()  # the last rows, if their sums need gates of this step: not in the stack
    cached_values: ClassVar[tuple[str, ...]] = ()  # inner values that only the way back needs
    choices: ClassVar[dict[str, tuple[str, ...]]] = {}  # options of the cell, default first: all that a page offers
    activations: ClassVar[dict[str, str]] = {}  # options that take the name of any activation, and their defaults
    extra_parameters: ClassVar[
        dict[str, tuple[str, ...]]
    ] = {}  # vectors of weights besides, by the rows whose sums they enter
    offered: ClassVar[bool] = True  # whether pages offer it where nobody brings a model of it
    notation: ClassVar[tuple[str, ...]] = ()  # options that say how the cell is written, not what it can compute

    bias_ih: Array
    bias_hh: Array

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            CELLS[cls.name] = cls

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
            one.name == self.activations[option] for option, one in self.functions.items()
        )
        self.definition = self.define(**self.options)
        self.states = self.definition.states
        vectors = {"bias_ih": bias_ih, "bias_hh": bias_hh} | {
            name: (extra_parameters or {}).get(name) for name in self.extra_parameters
        }
        seen = {name: self.extra_parameters.get(name, self.rows) for name in vectors}
        hidden = check_parameters(self.title, self.rows, weight_ih, weight_hh, vectors, seen)
        self.weight_ih, self.weight_hh = weight_ih, weight_hh
        for name, array in vectors.items():
            setattr(self, name, np.zeros(len(seen[name]) * hidden, weight_hh.dtype) if array is None else array)
        self.input_size, self.hidden_size, self.dtype = weight_ih.shape[1], hidden, weight_hh.dtype
        together = [self._activation(row) for row in self.rows if row not in self.separate_rows]
        self.gate_activations = GateActivations(together, hidden, self.dtype)

    # ---- the weights ------------------------------------------------------------------

    @property
    def parameters(self) -> dict[str, Array]:
        """The arrays by name; the very ones in use, not copies."""
        return {name: getattr(self, name) for name in self.parameter_names()}

    @classmethod
    def parameter_names(cls) -> tuple[str, ...]:
        """What the parameters are called, in the order in which a cell is made from them."""
        return ("weight_ih", "weight_hh", "bias_ih", "bias_hh", *cls.extra_parameters)

    @classmethod
    def from_parameters(cls, parameters: Iterable[Array | None], options: Mapping[str, str]) -> Self:
        """A cell from its parameters in the order of `parameter_names`, None for those that are left out."""
        return cls(*parameters, **options)  # type: ignore[arg-type]

    @classmethod
    def random(
        cls, input_size: int, hidden_size: int, rng: np.random.Generator, dtype: Any = np.float32, **options: str
    ) -> Self:
        """A cell with weights drawn from U(-1/sqrt(H), 1/sqrt(H)), as PyTorch starts them."""
        bound, rows = hidden_size**-0.5, len(cls.rows) * hidden_size
        further = [(len(seen) * hidden_size,) for seen in cls.extra_parameters.values()]
        shapes = [(rows, input_size), (rows, hidden_size), (rows,), (rows,), *further]
        arrays = [rng.uniform(-bound, bound, shape).astype(dtype) for shape in shapes]
        return cls.from_parameters(arrays, options)

    @classmethod
    def resolve_options(cls, options: Mapping[str, str]) -> dict[str, str]:
        """Options with defaults filled in and activations by their full names, in the cell's order.

        Raises ValueError for one that the cell does not have.
        """
        return resolved_options(cls.title, cls.choices, cls.activations, options)

    @property
    def memory_gate(self) -> str | None:
        """The gate whose bias, when high, makes the cell remember; None for a cell that has none.

        Raises ValueError if the cell's options turn that gate's meaning round.
        """
        return None

    def with_options(self, **options: str) -> Self:
        """This cell under other options, as a new one; what is left out stays as it is.

        An option of `notation` changes how the cell is written: its weights are rewritten so that it
        computes the same states. Under any other option (the placement of the GRU's reset gate, the
        RNN's activation) the weights stay as they are and mean something else: another cell, whose
        states differ. Raises ValueError for an option that the cell does not have.
        """
        chosen = self.resolve_options(self.options | options)
        return self.from_parameters(self.rewrite_parameters(chosen).values(), chosen)

    def rewrite_parameters(self, options: Mapping[str, str]) -> dict[str, Array]:
        """Copies of the parameters, in their order, as the cell has them under other (resolved) options."""
        return {name: array.copy() for name, array in self.parameters.items()}

    def row(self, name: str) -> slice:
        """Where the rows of one gate stand in the weights."""
        k = self.rows.index(name)
        return slice(k * self.hidden_size, (k + 1) * self.hidden_size)

    def split(self, z: Array) -> Array:
        """(G*H, B) seen as (G, H, B): one block for each gate, in the order of `rows`."""
        return z.reshape(len(self.rows), self.hidden_size, -1)

    # ---- what a cell must say ---------------------------------------------------------

    @classmethod
    def define(cls, **options: str) -> Definition:
        """The cell's quantities and phases, for the options given (its defaults where left out)."""
        raise NotImplementedError

    def step(self, z: Array, before: NamedArrays, now: NamedArrays) -> None:
        """One step forwards. z (G*H, B) holds the input's share of the sums and becomes the activated
        gates, in place. now[name], (H, B), is a gate's part of z, or where to write a new value. A value
        that others are computed from is looked up in `now` once it is complete: see `edits`."""
        raise NotImplementedError

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        """One step backwards; z, before and now are as `step` left them. `d` holds the loss's gradient
        by the states after the step and becomes, in place, that by the states before it; dz (G*H, B)
        receives that by the sums."""
        raise NotImplementedError

    def input_bias(self) -> Array:
        """The biases (G*H,) that can be added before the loop, since nothing multiplies them."""
        return self.bias_ih + self.bias_hh

    def recurrent_gradients(self, record: Record, dz: Array) -> tuple[Array, Array]:
        """Gradients of weight_hh and bias_hh, from those of the sums, dz (G*H, T*B)."""
        return dz @ flat(record.before("hidden")).T, dz.sum(1)

    def extra_gradients(self, record: Record, dz: Array) -> NamedArrays:
        """Gradients of the parameters that only this cell has, from those of the sums, dz (G*H, T*B)."""
        return {}

    # ---- through time -----------------------------------------------------------------

    def forward(self, x: Array, initial: Mapping[str, Array] | None = None, edits: Sequence[Edit] = ()) -> Record:
        """Run over x, (T, D) or (T, B, D), from `initial` states, (H,) or (B, H), or from zeros.

        edits: values put in place of the cell's own; everything after them is computed from them.
        Raises ValueError if a shape does not fit or x is not finite, TypeError if the
        dtype is not that of the weights.
        """
        inputs, batched = self._check_input(x)
        steps, _, batch = inputs.shape
        start = self.initial_states(initial, batch, batched)
        shape = (self.hidden_size, batch)
        inner = [q.name for q in self.definition.quantities if q.name not in (*self.rows, *self.states)]
        values = {name: np.empty((steps, *shape), self.dtype) for name in (*inner, *self.cached_values)}
        for state in self.states:
            values[state] = np.empty((steps + 1, *shape), self.dtype)
            values[state][0] = start[state]
        # Without a batch, one product of two matrices is much faster than a matrix times T vectors.
        z = self.weight_ih @ inputs if batched else (x @ self.weight_ih.T)[:, :, None]
        z += np.repeat(self.input_bias()[:, None], batch, axis=1)
        before = {state: values[state][0] for state in self.states}
        by_step = self.step_values(z, values)
        for z_t, now in zip(z, edited(by_step, before, edits) if edits else by_step, strict=True):
            self.step(z_t, before, now)
            before = now
        return Record(self, inputs, z, values, batched, bool(edits))

    def backward(self, record: Record, d_hidden: Array, d_states: Mapping[str, Array] | None = None) -> NamedArrays:
        """Exact back-propagation through time (Werbos 1990).

        d_hidden, shaped like record["hidden"]: the gradient of a loss by the hidden state of
        every step, zero where the loss does not look. d_states: the same for further states
        ("cell"), if the loss looks at them too.

        Returns gradients named as the parameters, x, and initial_<state>.
        Raises ValueError if a gradient is not shaped like the state it belongs to, and for a run with edits.
        """
        if record.edited:
            raise ValueError("a run with edits has no way back: where a value was set, it depends on nothing")
        enters = {s: self._check_gradient(record, s, g) for s, g in {"hidden": d_hidden, **(d_states or {})}.items()}
        d = {s: np.zeros(record.values[s].shape[1:], self.dtype) for s in self.states}
        dz = np.empty_like(record.z)
        by_step = list(self.step_values(record.z, record.values))
        for t in reversed(range(len(record))):
            for state, gradient in enters.items():
                d[state] += gradient[t]
            before = {state: record.values[state][t] for state in self.states}
            self.step_back(record.z[t], before, by_step[t], d, dz[t])
        dz = flat(dz)
        x = record.x.swapaxes(1, 2).reshape(-1, self.input_size)
        d_x = (dz.T @ self.weight_ih).reshape(len(record), -1, self.input_size)
        d_weight_hh, d_bias_hh = self.recurrent_gradients(record, dz)
        return {
            "weight_ih": dz @ x,
            "weight_hh": d_weight_hh,
            "bias_ih": dz.sum(1),
            "bias_hh": d_bias_hh,
            **self.extra_gradients(record, dz),
            "x": d_x if record.batched else d_x[:, 0],
            **{f"initial_{s}": record.time_major(d[s]) for s in self.states},
        }

    def step_values(self, z: Array, values: NamedArrays) -> Iterator[NamedArrays]:
        """For every step: what it computes, by name, (H, B) each."""
        arrays = {gate: z[:, self.row(gate)] for gate in self.rows}
        arrays |= {name: array[1:] if name in self.states else array for name, array in values.items()}
        return (dict(zip(arrays, row, strict=False)) for row in zip(*arrays.values(), strict=True))

    # ---- checks -------------------------------------------------------------------------

    def _activation(self, row: str) -> Activation:
        activation = self.definition.by_name[row].activation
        assert activation is not None, f"{row} has weight rows and so needs an activation"
        return activation

    def _check_input(self, x: Array) -> tuple[Array, bool]:
        check_array("x", x)
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size or x.size == 0:
            d = self.input_size
            raise ValueError(f"x has shape {x.shape}; expected (T, {d}) or (T, B, {d}) with at least one step")
        check_numbers("x", x, self.dtype)
        return (x.swapaxes(1, 2), True) if x.ndim == 3 else (x[:, :, None], False)

    def initial_states(self, initial: Mapping[str, Array] | None, batch: int, batched: bool) -> NamedArrays:
        """The states (H, B) to start from, zeros where none is given."""
        self._check_states(initial or {})
        expected = (batch, self.hidden_size) if batched else (self.hidden_size,)
        found = {state: np.zeros((self.hidden_size, batch), self.dtype) for state in self.states}
        for state, array in (initial or {}).items():
            check_array(f"initial {state}", array)
            if array.shape != expected:
                raise ValueError(f"initial {state} has shape {array.shape}; expected {expected}")
            check_numbers(f"initial {state}", array, self.dtype)
            found[state] = array.T if batched else array[:, None]
        return found

    def _check_gradient(self, record: Record, state: str, gradient: Array) -> Array:
        self._check_states([state])
        check_array(f"the gradient by {state}", gradient)
        expected = record[state].shape
        if gradient.shape != expected:
            raise ValueError(f"the gradient by {state} has shape {gradient.shape}; expected {expected}")
        return gradient.swapaxes(1, 2) if record.batched else gradient[:, :, None]

    def _check_states(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.states:
                raise ValueError(f"{self.title} has no state {name!r}; its states: {', '.join(self.states)}")
