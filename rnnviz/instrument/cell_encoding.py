"""Cells as the browser reads them: equations, activations and weights."""

from __future__ import annotations

from typing import cast

import numpy as np

from ..cells import Cell, Equation
from ..cells.activations import Activation
from ..cells.definition import Definition
from .array_packing import little_endian
from .expression_schema import ExpressionData
from .schema import ActivationData, EquationData, WeightsData


def encode_equation(equation: Equation) -> EquationData:
    """An equation as the tree that its expression writes."""
    return cast(EquationData, equation.to_json())


def encode_activations(definition: Definition) -> dict[str, ActivationData]:
    """All functions that the cell's equations use, by name."""
    return {name: encode_activation(activation) for name, activation in definition.activations.items()}


def encode_activation(activation: Activation) -> ActivationData:
    """A function with its curve and its bounds."""
    return {
        "symbol": activation.symbol,
        "curve": cast(ExpressionData, activation.curve.to_json()),
        "low": finite(activation.low),
        "high": finite(activation.high),
    }


def encode_weights(cell: Cell) -> WeightsData:
    """The parameters of a cell."""
    return {
        "blocks": {name: list(blocks) for name, blocks in cell.parameter_blocks().items()},
        "arrays": {name: little_endian(array) for name, array in cell.parameters.items()},
    }


def finite(number: float) -> float | None:
    """The number, or None in place of an infinite one, which JSON does not have."""
    return number if np.isfinite(number) else None
