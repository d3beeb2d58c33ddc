"""Expressions: any tree is written, stored, evaluated and differentiated as its formula says."""

import json
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.cells.activations import activation
from rnnviz.cells.expressions import (
    Apply,
    Bias,
    Complement,
    Diagonal,
    Expression,
    Matrix,
    Product,
    Sum,
    Value,
    from_json,
)
from rnnviz.cells.layer_norm import LayerNorm
from rnnviz.cells.shorthand import weighted_sum
from tests.raising import raises

H = 3
NAMES = ("forget", "input", "hidden", "cell")
SMOOTH = [activation(name) for name in ("sigmoid", "tanh", "softplus", "linear")]


@dataclass
class Numbers:
    """An environment in which every name has its own random numbers; it also collects gradients."""

    batch: tuple[int, ...] = (2,)
    nudge: dict = field(default_factory=dict)  # what is added to a place, for finite differences
    unit_axis: int = -1
    gradients: dict = field(default_factory=dict)

    def _drawn(self, key, shape):
        rng = np.random.default_rng(crc32(repr(key).encode()))
        return rng.normal(size=shape) + self.nudge.get(key, 0.0)

    def value(self, name, before):
        return self._drawn(("value", name, before), (*self.batch, H))

    def parameter(self, name, block):
        return self._drawn((name, block), (H, H) if name.startswith("weight_h") or name == "weight_ih" else (H,))

    def times(self, matrix, vectors):
        return vectors @ matrix.T

    def outer(self, left, right):
        return left.reshape(-1, H).T @ right.reshape(-1, H)

    def spread(self, vector):
        return np.broadcast_to(vector, (*self.batch, H))

    def total(self, vectors):
        return vectors.reshape(-1, H).sum(0)

    def add_value(self, name, before, gradient):
        key = ("value", name, before)
        self.gradients[key] = self.gradients.get(key, 0) + gradient

    def add_parameter(self, name, block, gradient):
        self.gradients[name, block] = self.gradients.get((name, block), 0) + gradient


class Plain:
    """Names as they are."""

    def quantity(self, name):
        return name

    subscript = quantity

    def function(self, chosen):
        return chosen.plain_name if chosen.kind != "linear" else ""


values = st.builds(Value, st.sampled_from(NAMES), st.booleans())
names = st.sampled_from(NAMES)
leaves = values | st.builds(Bias, st.just("bias_ih"), names)


def grown(inner):
    """Trees with one more level on top of trees from `inner`."""
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Sum, several),
        st.builds(Product, several),
        st.builds(Complement, inner),
        st.builds(Apply, st.sampled_from(SMOOTH), inner),
        st.builds(Matrix, st.sampled_from(["weight_ih", "weight_hh"]), names, inner),
        st.builds(Diagonal, st.just("peephole"), names, inner),
        st.builds(LayerNorm, st.just("scale"), names, inner),
    )


trees = st.recursive(leaves, grown, max_leaves=6)


@given(trees)
def test_json_brings_back_an_equal_expression(tree):
    assert from_json(json.loads(json.dumps(tree.to_json()))) == tree


@given(trees)
def test_units_first_or_last_give_the_same_values(tree):
    class First(Numbers):
        """The same numbers with units along the first axis."""

        def value(self, name, before):
            return super().value(name, before).T

        def times(self, matrix, vectors):
            return matrix @ vectors

        def spread(self, vector):
            return np.broadcast_to(vector[:, None], (H, *self.batch))

    last, first = tree.evaluate(Numbers()), tree.evaluate(First(unit_axis=0))
    np.testing.assert_allclose(first.T, last, rtol=1e-9, atol=1e-9)


@given(trees, st.integers(0, 2**20))
def test_reverse_mode_against_finite_differences(tree, seed):
    """The derivative along a random direction in all that the tree reads at once."""
    env, cache = Numbers(), {}
    tree.evaluate(env, cache)
    weight = np.random.default_rng(seed).normal(size=(2, H))
    tree.pull_back(env, env, weight, cache)
    rng, step = np.random.default_rng(seed + 1), 1e-6
    direction = {key: rng.normal(size=np.shape(gradient)) for key, gradient in env.gradients.items()}
    ends = [
        (weight * tree.evaluate(Numbers(nudge={key: sign * step * d for key, d in direction.items()}))).sum()
        for sign in (1, -1)
    ]
    numeric = (ends[0] - ends[1]) / (2 * step)
    exact = sum((direction[key] * gradient).sum() for key, gradient in env.gradients.items())
    scale = 1 + sum(np.abs(direction[key] * gradient).sum() for key, gradient in env.gradients.items())
    assert abs(numeric - exact) <= 1e-5 * scale


@given(trees)
def test_latex_has_matching_brackets_and_names_all_that_is_read(tree):
    latex = tree.latex(Plain())
    assert latex.count("(") == latex.count(")") and latex.count(r"\left") == latex.count(r"\right")
    for node in tree.walk():
        if isinstance(node, Value):
            assert node.latex(Plain()) in latex


def test_operators_write_what_the_formula_says():
    f, c, i, g, z, h, n = (Value(x) for x in ("forget", "cell", "input", "candidate", "update", "hidden", "n"))
    plain = Plain()
    assert (f * c.before + i * g).latex(plain) == r"forget_t \odot cell_{t-1} + input_t \odot candidate_t"
    assert ((1 - z) * n + z * h.before).latex(plain) == r"(1 - update_t) \odot n_t + update_t \odot hidden_{t-1}"
    assert f + i + g == Sum((f, i, g)) and f * i * g == Product((f, i, g))
    assert (f * (i + g)).latex(plain) == r"forget_t \odot \left(input_t + candidate_t\right)"
    assert weighted_sum("f").latex(plain) == r"W_{if}\,input_vector_t + b_{if} + W_{hf}\,hidden_{t-1} + b_{hf}"


def test_unknown_kinds_and_fields_are_refused():
    good = Value("cell").to_json()
    for bad in ({}, {"kind": "value"}, {**good, "kind": "call"}, {**good, "more": 1}):
        with raises(ValueError, code="expression"):
            from_json(bad)


def test_every_kind_of_node_is_drawn_here():
    assert set(Expression.kinds) == {
        "apply", "bias", "complement", "diagonal", "layer_norm", "matrix", "product", "sum", "value",
    }  # fmt: skip
