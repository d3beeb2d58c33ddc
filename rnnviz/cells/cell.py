"""What every recurrent cell shares: its checks, and the loops forward and backward through time.

Inside, arrays are feature-first, (T, H, B): the sums of a step are then `W @ h`, as in the formula, and every gate is
one contiguous block of rows. Outside, time is the first axis and the batch the second, (T, H) or (T, B, H).

In comments, dx is the gradient of the loss with respect to x, a_f the sum that gate f activates, and * the product unit
by unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import ArgumentError, ArrayError, UnknownNameError
from .activations import Array
from .array_checks import check_array, check_numbers
from .cell_parameters import CellParameters
from .cell_registry import CELLS
from .edits import Edit, edit_steps
from .input_sums import input_sums
from .parameter_gradients import ParameterGradients
from .parameter_pass import collect_gradients
from .record import NamedArrays, Record, flat
from .step_plan import HIDDEN_BEFORE
from .step_source import Steps, compiled

MANY = 2**14  # sums of a step from which on going through fewer numbers saves more time than fewer calls do


class Cell(CellParameters):
    """A recurrent cell: its definition, its parameters, and one step forward and backward.

    A subclass states `name`, `title` and `equations`, and everything else follows from these; a cell with options or
    phases of its own states `rows`, and its equations in `define`. A class of the same name takes the place of the one
    before. The weights have the names and the layout of PyTorch: G blocks of H rows, in the order of `rows`. All arrays
    are float32 or all float64.

    Parameters
    ----------
    weight_ih : ndarray of shape (G*H, D)
        The input weights.
    weight_hh : ndarray of shape (G*H, H), optional
        The recurrent weights, unless the cell has none.
    bias_ih, bias_hh : ndarray of shape (G*H,) or None, default None
        The biases; zeros if left out.
    **options : str or ndarray
        Options of the cell by name, those left out with their defaults; and the further parameters that its equations
        name, zeros if left out.

    Attributes
    ----------
    name : str
        The name of the cell in code and files.
    title : str
        Its name on pages.
    reference : str
        Authors and year of the publication, for lists of cells.
    summary : str
        A sentence on what is special about the cell, for lists of cells.
    equations : mapping of Value to Expression, or sequence of Equation
        The equations in the order of computation, written with the handles that `quantities` makes.
    symbols : mapping of Value to str
        Symbols of quantities, in place of those that are known by their names or derived.
    descriptions : mapping of Value to str
        Sentences on quantities, in place of those that are known by their names or derived.
    sizes : mapping of Value to str
        Letters of the sizes of quantities that do not have H values: `{h: "P"}`.
    rows : tuple of str
        The quantity that each block of the weights' rows computes.
    choices : dict of str to tuple of str
        The options that pages offer, with their values, the default first.
    activations : dict of str to str
        The options that take the name of any activation, with their defaults.
    notation : tuple of str
        The options that change how the cell is written, but not what it can compute.

    Raises
    ------
    ArrayError
        If shapes contradict each other.
    NotFiniteError
        If a parameter holds NaN or infinite values.
    DtypeError
        If a parameter is not float32 or float64, or dtypes differ.
    UnknownNameError
        If the cell does not have an option.
    ArgumentError
        If an option does not have a value.

    Examples
    --------
    >>> import numpy as np
    >>> from rnnviz.cells import GRU
    >>> cell = GRU.random(3, 5, np.random.default_rng(0))
    >>> record = cell.forward(np.zeros((7, 3), np.float32))
    >>> record["update"].shape
    (7, 5)
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "equations" in cls.__dict__:
            cls._derive()
        if "name" in cls.__dict__:
            CELLS[cls.name] = cls

    # ---- one step ---------------------------------------------------------------------

    def step(self, z: Array, before: NamedArrays, now: NamedArrays) -> None:
        """Compute one step forward.

        Parameters
        ----------
        z : ndarray of shape (G*H, B)
            The input's part of the sums, W_ih x + `input_bias`; becomes the activated gates, in place.
        before : dict of str to ndarray of shape (H, B)
            The states before the step.
        now : dict of str to ndarray of shape (H, B)
            A gate's part of z, or where to write a new value. A value that others are computed from is looked up here
            once it is complete (see `edits`).
        """
        self._steps.forward(self, z, before, now)

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        """Compute one step backward.

        Parameters
        ----------
        z : ndarray of shape (G*H, B)
            The activated gates, as `step` left them.
        before : dict of str to ndarray of shape (H, B)
            The states before the step.
        now : dict of str to ndarray of shape (H, B)
            The values of the step.
        d : dict of str to ndarray of shape (H, B)
            The gradient of the loss by the states after the step; becomes, in place, that by the states before it.
        dz : ndarray of shape (G*H, B)
            Receives the gradient by the sums.
        """
        self._steps.backward(self, z, before, now, d, dz)

    @cached_property
    def _steps(self) -> Steps:
        return compiled(self.definition, self.rows)

    def parameter_gradients(self, record: Record, dz: Array, gradients: NamedArrays) -> NamedArrays:
        """Compute the gradients of all parameters but weight_ih.

        Parameters
        ----------
        record : Record
            The run.
        dz : ndarray of shape (G*H, T*B)
            The gradients by the sums.
        gradients : dict of str to ndarray of shape (T, H, B)
            The gradients by the quantities of `StepPlan.kept_gradients`, by their names there.

        Returns
        -------
        dict of str to ndarray
            The gradients by the name of the parameter.
        """
        plan, env = self.plan, ParameterGradients(self, record)
        # dW_hh = sum over t of da_t h_{t-1}^T, where the sum takes W_hh h_{t-1} as it is
        for rows in plan.direct_runs:
            env.add("weight_hh", rows, dz[self.place("weight_ih", rows)] @ env.known(HIDDEN_BEFORE).T)
        # db = sum over t of da_t
        sums = dz.sum(1)
        for parameter, rows in plan.bias_runs:
            env.add(parameter, rows, sums[self.place("weight_ih", rows)].copy())
        # What is multiplied, put through a matrix or normalised first
        for name, expression in plan.with_parameters:
            d = dz[self.row(name)] if name in plan.activated else flat(gradients[plan.kept_gradients[name]])
            collect_gradients(expression, env, d)
        return env.gradients

    # ---- through time -----------------------------------------------------------------

    def forward(
        self,
        x: Array,
        initial: Mapping[str, Array] | None = None,
        edits: Sequence[Edit] = (),
        ids: Array | None = None,
    ) -> Record:
        """Run over a sequence.

        Parameters
        ----------
        x : ndarray of shape (T, D) or (T, B, D)
            The input.
        initial : mapping of str to ndarray of shape (H,) or (B, H), optional
            The states to start from; zeros where left out.
        edits : sequence of Edit, default ()
            Values put in place of the cell's own; everything after them is computed from them.
        ids : ndarray of int of shape (T, B), optional
            What the vectors of a batch stand for, numbers of at least 0: where two are equal, so are the vectors. The
            product W_ih x is then computed once for each number if that saves time, and may differ in its last bits
            from one without ids.

        Returns
        -------
        Record
            Everything that the run computed.

        Raises
        ------
        ArrayError
            If a shape does not fit, the input is not finite, or ids are not numbers of at least 0.
        DtypeError
            If a dtype is not that of the weights.
        UnknownNameError
            If the cell does not have an initial state.
        """
        inputs, batched = self._check_input(x, ids)
        steps, _, batch = inputs.shape
        start = self.initial_states(initial, batch, batched)
        sizes = {name: self.lengths[size] for name, size in self.plan.apart.items()}
        values = {name: np.empty((steps, size, batch), self.dtype) for name, size in sizes.items()}
        for state in self.states:
            values[state] = np.empty((steps + 1, self.units(state), batch), self.dtype)
            values[state][0] = start[state]
        bias, (step, many, _) = self.input_bias(), self._steps
        given: tuple[Array | None, ...] = ()
        if batched:
            weight, columns = self.weight_ih, steps * batch
            if self.plan.halved and len(bias) * batch >= MANY and columns >= self.input_size + self.hidden_size:
                step, weight, bias = many, self._halved("weight_ih", weight), self._halved("weight_ih", bias)
                given = (self._halved("weight_hh", self.weight_hh) if self.plan.joint else None,)
            z = input_sums(weight, bias, inputs, ids)
        else:
            # One product of two matrices is much faster than a matrix times T vectors.
            z = (x @ self.weight_ih.T)[:, :, None]
            z += bias[:, None]
        before = {state: values[state][0] for state in self.states}
        by_step = self.step_values(z, values)
        for z_t, now in zip(z, edit_steps(by_step, before, edits) if edits else by_step, strict=True):
            step(self, z_t, before, now, *given)
            before = now
        return Record(self, inputs, z, values, batched, bool(edits))

    def _halved(self, layout: str, array: Array) -> Array:
        """A copy of an array laid out as a parameter, with the rows of `StepPlan.halved` halved."""
        array = array.copy()
        for row in self.plan.halved:
            if row in self.plan.blocks(layout):
                array[self.place(layout, [row])] *= 0.5
        return array

    def backward(self, record: Record, d_hidden: Array, d_states: Mapping[str, Array] | None = None) -> NamedArrays:
        """Compute exact gradients by back-propagation through time.

        Parameters
        ----------
        record : Record
            A run without edits.
        d_hidden : ndarray of the shape of record["hidden"]
            The gradient of a loss by the hidden state of every step; zero where the loss does not depend on it.
        d_states : mapping of str to ndarray, optional
            The same for other states ("cell"), if the loss depends on them directly.

        Returns
        -------
        dict of str to ndarray
            The gradients of the parameters by name, of "x", and of the initial states as "initial_hidden".

        Raises
        ------
        ArgumentError
            If the run has edits.
        ArrayError
            If a gradient does not have the shape of its state.
        DtypeError
            If a gradient is not an array of floats.
        UnknownNameError
            If the cell does not have a state.

        References
        ----------
        Werbos, P. J. (1990). Backpropagation through time: what it does and how to do it. Proceedings of the IEEE 78.
        """
        if record.edited:
            raise ArgumentError(
                "A run with edits has no gradients: where a value was set, it depends on nothing.",
                code="edited", name="record",
            )  # fmt: skip
        enters = {s: self._check_gradient(record, s, g) for s, g in {"hidden": d_hidden, **(d_states or {})}.items()}
        d = {s: np.zeros(record.values[s].shape[1:], self.dtype) for s in self.states}
        dz = np.empty_like(record.z)
        shape = (len(record), record.x.shape[2])
        kept = {
            name: np.empty((shape[0], self.units(of), shape[1]), self.dtype)
            for of, name in self.plan.kept_gradients.items()
        }
        by_step, step_back = list(self.step_values(record.z, record.values | kept)), self._steps.backward
        for t in reversed(range(len(record))):
            for state, gradient in enters.items():
                d[state] += gradient[t]
            before = {state: record.values[state][t] for state in self.states}
            step_back(self, record.z[t], before, by_step[t], d, dz[t])
        dz = flat(dz)
        x = record.x.swapaxes(1, 2).reshape(-1, self.input_size)
        # dx_t = W_ih^T da_t
        d_x = (dz.T @ self.weight_ih).reshape(len(record), -1, self.input_size)
        others = self.parameter_gradients(record, dz, kept)
        return {
            "weight_ih": dz @ x,  # dW_ih = sum over t of da_t x_t^T
            **{name: others[name] for name in self.parameter_names() if name != "weight_ih"},
            "x": d_x if record.batched else d_x[:, 0],
            **{f"initial_{s}": record.time_major(d[s]) for s in self.states},
        }

    def __getstate__(self) -> dict[str, Any]:
        """What a copy in another process needs: its steps are written and compiled anew there."""
        return {name: value for name, value in vars(self).items() if name != "_steps"}

    def step_values(self, z: Array, values: NamedArrays) -> Iterator[NamedArrays]:
        """Go through the values of a run step by step.

        Parameters
        ----------
        z : ndarray of shape (T, G*H, B)
            The gates, as in `Record.z`.
        values : dict of str to ndarray
            Other values, as in `Record.values`.

        Yields
        ------
        dict of str to ndarray of shape (H, B)
            Views of everything that one step computes, by name.
        """
        arrays = {gate: z[:, self.row(gate)] for gate in self.plan.activated}
        arrays |= {name: array[1:] if name in self.states else array for name, array in values.items()}
        return (dict(zip(arrays, row, strict=False)) for row in zip(*arrays.values(), strict=True))

    # ---- checks -------------------------------------------------------------------------

    def initial_states(self, initial: Mapping[str, Array] | None, batch: int, batched: bool) -> NamedArrays:
        """Check the states to start from and fill in zeros.

        Parameters
        ----------
        initial : mapping of str to ndarray of shape (H,) or (B, H), or None
            The states that are given.
        batch : int
            B, the number of sequences.
        batched : bool
            Whether the input has a batch axis.

        Returns
        -------
        dict of str to ndarray of shape (H, B)
            All states of the cell.

        Raises
        ------
        ArrayError
            If a state has another shape, or is not finite.
        DtypeError
            If a dtype is not that of the weights.
        UnknownNameError
            If the cell does not have a state.
        """
        self._check_states(initial or {})
        states = {state: np.zeros((self.units(state), batch), self.dtype) for state in self.states}
        for state, array in (initial or {}).items():
            name, units = f"initial {state}", self.units(state)
            expected = (batch, units) if batched else (units,)
            check_array(name, array)
            if array.shape != expected:
                raise ArrayError(
                    f"{name} has shape {array.shape}; expected {expected}.",
                    code="shape", name=name, shape=array.shape, expected=expected,
                )  # fmt: skip
            check_numbers(name, array, self.dtype)
            states[state] = array.T if batched else array[:, None]
        return states

    def _check_input(self, x: Array, ids: Array | None) -> tuple[Array, bool]:
        """The input in the layout of the steps, (T, D, B), and whether it has a batch axis."""
        check_array("x", x)
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size or x.size == 0:
            expected = f"(T, {self.input_size}) or (T, B, {self.input_size})"
            raise ArrayError(
                f"x has shape {x.shape}; expected {expected} with at least one step.",
                code="shape", name="x", shape=x.shape, expected=expected,
            )  # fmt: skip
        check_numbers("x", x, self.dtype)
        if ids is not None and (x.shape[:2] != ids.shape or x.ndim == 2 or ids.dtype.kind not in "iu" or ids.min() < 0):
            raise ArrayError(
                f"ids has shape {ids.shape} and dtype {ids.dtype}; expected numbers of at least 0 for x of {x.shape}.",
                code="ids", name="ids", shape=ids.shape, expected=x.shape[:-1],
            )  # fmt: skip
        return (x.swapaxes(1, 2), True) if x.ndim == 3 else (x[:, :, None], False)

    def _check_gradient(self, record: Record, state: str, gradient: Array) -> Array:
        """A gradient by a state in the layout of the steps, (T, H, B)."""
        self._check_states([state])
        name = f"the gradient by {state}"
        check_array(name, gradient)
        expected = record[state].shape
        if gradient.shape != expected:
            raise ArrayError(
                f"{name} has shape {gradient.shape}; expected {expected}.",
                code="shape", name=name, shape=gradient.shape, expected=expected,
            )  # fmt: skip
        return gradient.swapaxes(1, 2) if record.batched else gradient[:, :, None]

    def _check_states(self, names: Iterable[str]) -> None:
        """Raise UnknownNameError for a state that the cell does not have."""
        for name in names:
            if name not in self.states:
                raise UnknownNameError(
                    f"{self.title} has no state {name!r}; its states: {', '.join(self.states)}.",
                    code="unknown", kind="state", name=name, allowed=self.states,
                )  # fmt: skip
