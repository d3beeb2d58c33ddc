"""Cells with equations drawn at random: their compiled steps, against the equations themselves."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rnnviz.cells import CELLS, Cell, input_sum, weighted_sum
from rnnviz.cells.activations import activation
from rnnviz.cells.applied_activation import Apply
from rnnviz.cells.expressions import Complement, Product, Sum, Value
from rnnviz.cells.layer_norm import LayerNorm
from rnnviz.cells.primitives import exp, magnitude, maximum, minimum
from rnnviz.cells.weight_nodes import Bias, Diagonal, Matrix

from .test_step_source import cases, check_backward, check_forward, draw

FURTHER = ("quotient", "larger", "power", "number")
FUNCTIONS = [activation(name) for name in ("sigmoid", "tanh", "linear", "softplus", "softsign", "elu(0.7) within 2")]


@st.composite
def expressions(draw, known, states, block, depth):
    """A tree of what a step has computed, old states, and weights of the quantity that it computes."""

    def inner():
        return draw(expressions(known, states, block, depth - 1))

    def some(least):
        return tuple(inner() for _ in range(draw(st.integers(least, 3))))

    kinds = ("value", "sum", "product", "complement", "apply", "bias", "diagonal", "matrix", "norm", *FURTHER)
    kind = draw(st.sampled_from(kinds))
    if depth == 0 or kind == "value":
        return draw(st.sampled_from([*map(Value, known), *(Value(state).before for state in states)]))
    makers = {
        "sum": lambda: Sum(some(2)),
        "product": lambda: Product(some(2)),
        "complement": lambda: Complement(inner()),
        "apply": lambda: Apply(draw(st.sampled_from(FUNCTIONS)), inner()),
        "bias": lambda: Bias("bias_hh", block),
        "diagonal": lambda: Diagonal("weight_u", block, inner()),
        "matrix": lambda: Matrix("weight_v", block, inner()),
        "norm": lambda: LayerNorm("scale", block, inner()),
        "quotient": lambda: inner() / (1 + magnitude(inner())),
        "larger": lambda: maximum(inner(), inner()),
        "power": lambda: exp(minimum(inner(), 0.5)),
        "number": lambda: draw(st.sampled_from([0.5 * inner(), inner() - 0.25, -inner(), 2 - inner(), inner() / 2])),
    }
    return makers[kind]()


@st.composite
def random_cells(draw):
    """A cell of up to four quantities, in any order; those that read the input have all forms."""
    names = draw(st.permutations(["alpha", "beta", "gamma", "hidden"][4 - draw(st.integers(1, 4)) :]))
    states = ["hidden", *(name for name in names if name != "hidden" and draw(st.booleans()))]
    readers = {draw(st.sampled_from(names)), *(name for name in names if draw(st.booleans()))}
    equations = {}
    for k, name in enumerate(names):
        further = expressions(names[:k], states, name, 2)
        if name not in readers:
            equations[Value(name)] = draw(further)
            continue
        right = draw(st.sampled_from([weighted_sum(name), input_sum(name)]))
        right = draw(st.sampled_from([right, right + draw(further)]))
        right = draw(st.sampled_from([right, Apply(draw(st.sampled_from(FUNCTIONS)), right)]))
        equations[Value(name)] = draw(st.sampled_from([right, right + draw(further), right * draw(further)]))
    kind = type("Drawn", (Cell,), {"name": "drawn", "title": "Drawn", "equations": equations, "offered": False})
    del CELLS["drawn"]
    return kind


@settings(max_examples=150)
@given(kind=random_cells(), case=cases)
def test_steps_follow_the_equations(kind, case):
    """Both directions, away from numbers that overflow."""
    with np.errstate(all="ignore"):
        cell, x, initial, *_ = draw(kind, {}, case, np.float64)
        record = cell.forward(x, initial)
        assume(all(np.abs(record[name]).max() < 1e4 for name in cell.definition.by_name))
        check_forward(kind, {}, case, np.float64)
        check_backward(kind, {}, case, np.float64)
