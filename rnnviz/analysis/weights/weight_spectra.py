"""Spectra of a cell's weights: how far its matrices can stretch a vector, and what a repeated product does with it.

A singular value is the factor by which one product stretches one direction; the largest bounds all of them. The
eigenvalues of a square matrix say what repeating the product does, and the spectral radius, the largest modulus among
them, whether that grows in the end. For a gated cell neither is a gradient: gates are between two products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells import Cell, Quantity
from ...cells.activations import RELU, TANH, Array
from ..progress_meter import ProgressMeter, Tick
from .gate_weights import projection_matrix, weights_by_gate


@dataclass(frozen=True)
class Spectrum:
    """The spectra of one gate's matrices, with H units and D inputs, in float64.

    Parameters
    ----------
    gate : Quantity
        The gate that the rows belong to.
    input : ndarray of shape (min(H, D),)
        Singular values of the input matrix, the largest first.
    recurrent : ndarray of shape (H,)
        Singular values of the recurrent matrix, the largest first.
    eigenvalues : complex ndarray of shape (H,)
        Eigenvalues of the recurrent matrix, the largest modulus first; none if it is not square.
    recurrent_of : str, default "old hidden state"
        What the recurrent matrix is applied to; "" for a gate without one, whose values are zeros.
    """

    gate: Quantity
    input: Array
    recurrent: Array
    eigenvalues: Array
    recurrent_of: str = "old hidden state"

    @property
    def radius(self) -> float:
        """The spectral radius of the recurrent matrix: the largest modulus of an eigenvalue; NaN without any."""
        return float(np.abs(self.eigenvalues[0])) if len(self.eigenvalues) else np.nan


@dataclass(frozen=True)
class OriginStability:
    """What the recurrent matrix of a simple network says about small states.

    Parameters
    ----------
    spectral_radius : float
        The largest modulus of an eigenvalue.
    largest_singular_value : float
        The largest singular value.
    description : str
        What follows, in a few sentences.
    """

    spectral_radius: float
    largest_singular_value: float
    description: str


def spectra(cell: Cell, tick: Tick | None = None) -> tuple[Spectrum, ...]:
    """Compute the spectra of each gate's matrices.

    Where the hidden state is a projection of the units, h = W m, the recurrent matrix is W_h W, by which a gate reads
    the units of the step before.

    Parameters
    ----------
    cell : Cell
        A cell with H units.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    tuple of Spectrum
        In the order of the cell's rows. Time grows as H^3 and memory as H^2 for each gate.
    """
    listed, gates = [], weights_by_gate(cell)
    progress = ProgressMeter(tick, len(gates))
    for gate in gates:
        recurrent = gate.recurrent.astype(np.float64)
        if (matrix := projection_matrix(cell)) is not None:
            recurrent = recurrent @ matrix
        square = recurrent.shape[0] == recurrent.shape[1]
        values = np.linalg.eigvals(recurrent).astype(np.complex128) if square else np.empty(0, np.complex128)
        order = np.lexsort((-values.imag, -np.abs(values)))  # of a conjugate pair the one above the real axis first
        listed.append(
            Spectrum(
                gate.gate,
                np.linalg.svd(gate.input.astype(np.float64), compute_uv=False),
                np.linalg.svd(recurrent, compute_uv=False),
                values[order],
                gate.recurrent_of,
            )
        )
        progress.add(1)
    progress.finish()
    return tuple(listed)


def origin_stability(cell: Cell, known: Spectrum | None = None) -> OriginStability | None:
    """Say what the spectral radius means for the small states of a simple network.

    The derivative of a step by the old state is the recurrent matrix with each row times the slope of the activation.
    At a sum of zero tanh has slope 1, so without input and biases the state 0 stays where it is, and every step
    multiplies a small nudge by the matrix itself. No slope is larger than 1, so the largest singular value bounds what
    any step does, with any input [1]_.

    Parameters
    ----------
    cell : Cell
        A cell.
    known : Spectrum, optional
        The cell's spectrum, if it was computed before.

    Returns
    -------
    OriginStability or None
        None for a cell whose next state is not tanh or relu of a sum.

    References
    ----------
    .. [1] R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013,
       section 2.1.
    """
    activation = cell.definition.by_name[cell.rows[0]].activation
    if cell.rows != cell.states or activation not in (TANH, RELU):
        return None
    spectrum = known or spectra(cell)[0]
    radius, largest, name = spectrum.radius, float(spectrum.recurrent[0]), activation.name
    where = "near the state 0" if activation == TANH else "while all units are above 0"
    course, side = ("dies out in the end", "below") if radius < 1 else ("can grow from step to step", "above")
    if radius == 1:
        course, side = "neither dies out nor grows by a constant factor", "exactly"
    bound = (
        f"No step stretches any nudge, whatever it reads: the largest singular value is {_digits(largest)}, {name} is "
        "never steeper than 1, and so what a step wrote fades."
        if largest < 1
        else f"A single step can stretch a nudge at most by the largest singular value, {_digits(largest)}, because "
        f"{name} is never steeper than 1."
    )
    description = (
        f"Without input and biases, a small nudge {where} {course}: the spectral radius, {_digits(radius)}, is {side} "
        f"1. {bound}"
    )
    return OriginStability(radius, largest, description)


def _digits(value: float) -> str:
    """A value with three digits, or as many more as distinguish it from 1."""
    return next(text for digits in range(3, 18) if float(text := f"{value:.{digits}g}") != 1 or value == 1)
