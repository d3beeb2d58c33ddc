"""What equations are written with: handles of quantities, the usual sums, and activations by their names."""

from __future__ import annotations

from .activations import RELU, SIGMOID, TANH
from .applied_activation import Apply
from .expressions import Expression, Sum, Value
from .weight_nodes import Bias, Matrix


def quantities(names: str) -> tuple[Value, ...]:
    """Make handles of quantities, with which equations are written.

    Parameters
    ----------
    names : str
        The names, separated by spaces.

    Returns
    -------
    tuple of Value
        One for each name; `c.before` is the state c as the step found it.

    Examples
    --------
    >>> f, c = quantities("forget cell")
    >>> f * c.before
    Product(factors=(Value(name='forget', is_before=False), Value(name='cell', is_before=True)))
    """
    return tuple(map(Value, names.split()))


def input_sum(block: str | Value) -> Sum:
    """Write W_i x_t + b_i, with PyTorch's names.

    Parameters
    ----------
    block : str or Value
        The quantity whose rows of the parameters are meant.

    Returns
    -------
    Sum
        The two terms.
    """
    return Sum((Matrix("weight_ih", block, Value("input_vector")), Bias("bias_ih", block)))


def weighted_sum(block: str | Value, *further: Expression, recurrent: Expression | None = None) -> Sum:
    """Write W_i x_t + b_i + W_h h_{t-1} + b_h, with PyTorch's names.

    Parameters
    ----------
    block : str or Value
        The quantity whose rows of the parameters are meant.
    *further : Expression
        Further terms.
    recurrent : Expression, optional
        What W_h is applied to; the old hidden state if left out.

    Returns
    -------
    Sum
        The four terms and the further ones.
    """
    recalled = Value("hidden").before if recurrent is None else recurrent
    return Sum((*input_sum(block).terms, Matrix("weight_hh", block, recalled), Bias("bias_hh", block), *further))


def sigmoid(of: Expression) -> Apply:
    """Write the sigmoid of an expression.

    Parameters
    ----------
    of : Expression
        The expression.

    Returns
    -------
    Apply
        Its sigmoid, between 0 and 1.
    """
    return Apply(SIGMOID, of)


def tanh(of: Expression) -> Apply:
    """Write the hyperbolic tangent of an expression.

    Parameters
    ----------
    of : Expression
        The expression.

    Returns
    -------
    Apply
        Its hyperbolic tangent, between -1 and 1.
    """
    return Apply(TANH, of)


def relu(of: Expression) -> Apply:
    """Write an expression with zeros in place of negative values.

    Parameters
    ----------
    of : Expression
        The expression.

    Returns
    -------
    Apply
        The larger of 0 and the expression.
    """
    return Apply(RELU, of)
