"""Spectra of a cell's weights: how far its matrices can stretch a vector, and what a recurrence does with it for long.

A singular value is a factor by which one direction is stretched in one product; the largest bounds all of them. The
eigenvalues of a square matrix say what repeating the product does, and the spectral radius, the largest modulus among
them, whether that grows in the end. For a gated cell neither is a gradient: there, gates stand between two products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells import Cell, Quantity
from ...cells.activations import RELU, TANH, Array
from .gate_weights import gates_of


@dataclass(frozen=True)
class Spectrum:
    """The spectra of one gate's matrices, H units reading D numbers, in float64.

    gate: whose rows these are. input: (min(H, D),) and recurrent: (H,), singular values, the largest first.
    eigenvalues: (H,) complex, of the recurrent matrix, the largest modulus first.
    """

    gate: Quantity
    input: Array
    recurrent: Array
    eigenvalues: Array

    @property
    def radius(self) -> float:
        """The spectral radius of the recurrent matrix: the largest modulus of an eigenvalue."""
        return float(np.abs(self.eigenvalues[0]))


@dataclass(frozen=True)
class AtOrigin:
    """What the recurrent matrix of a simple network says of its state around zero.

    radius: its spectral radius. largest: its largest singular value. says: what follows, in a few sentences.
    """

    radius: float
    largest: float
    says: str


def spectra(cell: Cell) -> tuple[Spectrum, ...]:
    """The spectra of each gate, in the order of the cell's rows. Time and memory grow as H^3 and H^2 for each gate."""
    found = []
    for one in gates_of(cell):
        recurrent = one.recurrent.astype(np.float64)
        values = np.linalg.eigvals(recurrent).astype(np.complex128)
        order = np.lexsort((-values.imag, -np.abs(values)))  # of a conjugate pair the one above the real axis first
        found.append(
            Spectrum(
                one.gate,
                np.linalg.svd(one.input.astype(np.float64), compute_uv=False),
                np.linalg.svd(recurrent, compute_uv=False),
                values[order],
            )
        )
    return tuple(found)


def at_origin(cell: Cell, known: Spectrum | None = None) -> AtOrigin | None:
    """What the spectral radius says of a simple network; None for a cell whose next state is no tanh or relu of a sum.

    The derivative of a step by the old state is the recurrent matrix with each row times the slope of the activation.
    At a sum of zero tanh has slope 1, so without input and biases the state 0 stays where it is and a small nudge is
    multiplied with the matrix itself at every step. Nowhere is a slope larger than 1 (Pascanu et al. 2013), so the
    largest singular value bounds what any step does, with any input.
    known: the cell's spectrum, if it was computed before.
    """
    activation = cell.definition.by_name[cell.rows[0]].activation
    if cell.rows != cell.states or activation not in (TANH, RELU):
        return None
    spectrum = known or spectra(cell)[0]
    radius, largest, name = spectrum.radius, float(spectrum.recurrent[0]), activation.name
    where = "near the state 0" if activation is TANH else "while all units are above 0"
    course, side = ("dies out in the end", "below") if radius < 1 else ("can grow from step to step", "above")
    if radius == 1:
        course, side = "neither dies out nor grows by a constant factor", "exactly"
    course = f"Without input and biases, a small nudge {where} {course}"
    bound = (
        f"No step stretches any nudge, whatever it reads: the largest singular value is {_said(largest)}, {name} is "
        "never steeper than 1, and so what a step wrote fades."
        if largest < 1
        else f"A single step can stretch a nudge {_said(largest)} times, the largest singular value, but not more: "
        f"{name} is never steeper than 1."
    )
    says = f"{course}: the spectral radius, {_said(radius)}, is {side} 1. {bound}"
    return AtOrigin(radius, largest, says)


def _said(value: float) -> str:
    """Three digits, or as many more as tell the value from 1."""
    return next(text for digits in range(3, 18) if float(text := f"{value:.{digits}g}") != 1 or value == 1)
