"""Expressions: any tree is written, stored, evaluated and differentiated as its formula says."""

import json
from dataclasses import dataclass, field
from xml.etree import ElementTree
from zlib import crc32

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.cells.activations import activation
from rnnviz.cells.applied_activation import Apply
from rnnviz.cells.expressions import Complement, Expression, Number, Product, Quotient, Sum, Value, from_json
from rnnviz.cells.layer_norm import LayerNorm
from rnnviz.cells.primitives import exp, log1p, magnitude, maximum, minimum, primitive, sign
from rnnviz.cells.shorthand import weighted_sum
from rnnviz.cells.weight_nodes import Bias, Diagonal, Matrix
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
    number = st.sampled_from([-1.5, -1.0, 0.25, 2.0])
    return st.one_of(
        st.builds(lambda a, b: a / (1 + magnitude(b)), inner, inner),
        st.builds(lambda number, a: number / (2 + exp(a)), number, inner),
        st.builds(lambda a, b, number: number * a - b + number, inner, inner, number),
        st.builds(lambda name, a: primitive(name, minimum(a, 2)), st.sampled_from(["exp", "expm1", "tanh"]), inner),
        st.builds(lambda name, a, b: primitive(name, a, b), st.sampled_from(["max", "min"]), inner, inner | number),
        st.builds(lambda a, b: log1p(magnitude(a)) * sign(b), inner, inner),
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


@given(trees)
def test_mathml_is_well_formed_and_names_all_that_is_read(tree):
    class Marked(Plain):
        def quantity(self, name):
            return f"<mi>{name}</mi>"

        subscript = quantity

    mathml = tree.mathml(Marked())
    markup = ElementTree.fromstring(f"<math>{mathml}</math>")
    assert {element.tag for element in markup.iter()} <= {"math", "mi", "mn", "mo", "mrow", "msub", "mfrac"}
    for node in tree.walk():
        if isinstance(node, Value):
            assert node.mathml(Marked()) in mathml


def test_operators_write_what_the_formula_says():
    f, c, i, g, z, h, n = (Value(x) for x in ("forget", "cell", "input", "candidate", "update", "hidden", "n"))
    plain = Plain()
    assert (f * c.before + i * g).latex(plain) == r"forget_t \odot cell_{t-1} + input_t \odot candidate_t"
    assert ((1 - z) * n + z * h.before).latex(plain) == r"(1 - update_t) \odot n_t + update_t \odot hidden_{t-1}"
    assert f + i + g == Sum((f, i, g)) and f * i * g == Product((f, i, g))
    assert (f * (i + g)).latex(plain) == r"forget_t \odot \left(input_t + candidate_t\right)"
    assert (0.5 * f * i + 1 - z).latex(plain) == r"0.5 \cdot forget_t \odot input_t + 1 - 1 \cdot update_t"
    assert (f / (1 + magnitude(i))).latex(plain) == r"\frac{forget_t}{1 + \vert input_t\vert }"
    assert maximum(f, -2).latex(plain) == r"\operatorname{max}\left(forget_t,-2\right)"
    assert 2 - f == Sum((Number(2), Product((Number(-1), f)))) and 1 - f == Complement(f) and f - 2 == f + -2
    assert 2 / f == Quotient(Number(2), f) and f / 2 == Quotient(f, Number(2)) and -f == -1 * f
    assert weighted_sum("f").latex(plain) == r"W_{if}\,input_vector_t + b_{if} + W_{hf}\,hidden_{t-1} + b_{hf}"


def test_unknown_kinds_and_fields_are_refused():
    good = Value("cell").to_json()
    for bad in ({}, {"kind": "value"}, {**good, "kind": "call"}, {**good, "more": 1}):
        with raises(ValueError, code="expression"):
            from_json(bad)


def test_every_kind_of_node_is_drawn_here():
    assert set(Expression.kinds) == {
        "apply", "bias", "complement", "diagonal", "layer_norm", "matrix", "number", "primitive", "product", "quotient",
        "sum", "value",
    }  # fmt: skip
