"""A cell's equations as `rnnviz.cells.expressions` writes them in JSON, declared for `schema`."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict


class ValueData(TypedDict):
    """A quantity at a step.

    Attributes
    ----------
    kind : str
        "value".
    name : str
        The name of the quantity.
    is_before : bool
        Whether it is a state as the step found it.
    """

    kind: Literal["value"]
    name: str
    is_before: bool


class BiasData(TypedDict):
    """A bias.

    Attributes
    ----------
    kind : str
        "bias".
    parameter : str
        The name of the parameter.
    block : str
        The quantity whose rows of the parameter are meant.
    """

    kind: Literal["bias"]
    parameter: str
    block: str


class MatrixData(TypedDict):
    """A weight matrix applied to a vector.

    Attributes
    ----------
    kind : str
        "matrix".
    parameter : str
        The name of the parameter.
    block : str
        The quantity whose rows of the parameter are meant.
    of : ExpressionData
        The vector.
    """

    kind: Literal["matrix"]
    parameter: str
    block: str
    of: ExpressionData


class DiagonalData(TypedDict):
    """A vector of weights times a vector, unit by unit.

    Attributes
    ----------
    kind : str
        "diagonal".
    parameter : str
        The name of the parameter.
    block : str
        The quantity whose rows of the parameter are meant.
    of : ExpressionData
        The vector.
    """

    kind: Literal["diagonal"]
    parameter: str
    block: str
    of: ExpressionData


class SumData(TypedDict):
    """A sum.

    Attributes
    ----------
    kind : str
        "sum".
    terms : list of ExpressionData
        What is added.
    """

    kind: Literal["sum"]
    terms: list[ExpressionData]


class ProductData(TypedDict):
    """A product, unit by unit.

    Attributes
    ----------
    kind : str
        "product".
    factors : list of ExpressionData
        What is multiplied.
    """

    kind: Literal["product"]
    factors: list[ExpressionData]


class QuotientData(TypedDict):
    """A quotient, unit by unit.

    Attributes
    ----------
    kind : str
        "quotient".
    dividend : ExpressionData
        What is divided.
    divisor : ExpressionData
        What it is divided by.
    """

    kind: Literal["quotient"]
    dividend: ExpressionData
    divisor: ExpressionData


class NumberData(TypedDict):
    """A number that is the same in all units.

    Attributes
    ----------
    kind : str
        "number".
    value : float
        The number.
    """

    kind: Literal["number"]
    value: float


class PrimitiveData(TypedDict):
    """A function of `rnnviz.cells.primitives`, unit by unit.

    Attributes
    ----------
    kind : str
        "primitive".
    name : str
        The name of the function in JavaScript's Math.
    arguments : list of ExpressionData
        What it is a function of.
    """

    kind: Literal["primitive"]
    name: Literal["exp", "expm1", "log1p", "tanh", "abs", "sign", "max", "min"]
    arguments: list[ExpressionData]


class ComplementData(TypedDict):
    """One minus an expression.

    Attributes
    ----------
    kind : str
        "complement".
    of : ExpressionData
        The expression.
    """

    kind: Literal["complement"]
    of: ExpressionData


class ApplyData(TypedDict):
    """An activation of an expression.

    Attributes
    ----------
    kind : str
        "apply".
    function : str
        The name of the activation.
    of : ExpressionData
        The expression.
    """

    kind: Literal["apply"]
    function: str
    of: ExpressionData


class LayerNormData(TypedDict):
    """A vector without its mean over the units, divided by their standard deviation and scaled by weights.

    Attributes
    ----------
    kind : str
        "layer_norm".
    parameter : str
        The name of the parameter.
    block : str
        The quantity whose rows of the parameter are meant.
    of : ExpressionData
        The vector.
    epsilon : float
        What is added to the variance.
    """

    kind: Literal["layer_norm"]
    parameter: str
    block: str
    of: ExpressionData
    epsilon: float


# The trees of rnnviz.cells.expressions.
ExpressionData: TypeAlias = (
    ValueData
    | BiasData
    | MatrixData
    | DiagonalData
    | SumData
    | ProductData
    | QuotientData
    | NumberData
    | PrimitiveData
    | ComplementData
    | ApplyData
    | LayerNormData
)


class EquationData(TypedDict):
    """An equation.

    Attributes
    ----------
    target : str
        The name of the quantity that is computed.
    right : ExpressionData
        The right side.
    """

    target: str
    right: ExpressionData
