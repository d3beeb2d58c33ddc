"""Activations: their names, values and slopes, against ONNX Runtime, PyTorch and finite differences."""

import math

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.cells.activations import ACTIVATION_KINDS, LINEAR, LONGEST, RELU, SIGMOID, TANH, Activation, activation
from rnnviz.cells.gate_activations import GateActivations, slope_from_value
from rnnviz.cells.step_source import compiled
from rnnviz.errors import ArgumentError, UnknownNameError

from ..raising import raises
from ..strategies import activations

EVERY_KIND = pytest.mark.parametrize("kind", ACTIVATION_KINDS)
SUMS = np.linspace(-6, 6, 481)

finite = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def any_numbers(draw):
    """An activation with parameters and a clip from all that floats can be."""
    kind = draw(st.sampled_from([*ACTIVATION_KINDS]))
    count = len(ACTIVATION_KINDS[kind].defaults)
    numbers = [draw(finite) + 0.0 for _ in range(count)]
    if ACTIVATION_KINDS[kind].positive:
        numbers[0] = abs(numbers[0])
    return Activation(kind, tuple(numbers), draw(st.none() | finite.filter(lambda x: x > 0)))


@given(any_numbers())
def test_a_name_determines_the_activation(one):
    again = activation(one.name)
    assert again == one and again.name == one.name
    loose = one.name.replace(",", " , ").replace("(", " ( ").replace(" within ", "  within  ")
    assert activation(f" {loose} ") == one


@EVERY_KIND
def test_what_is_left_out_is_the_default(kind):
    one = activation(kind)
    assert one.parameters == ACTIVATION_KINDS[kind].defaults and one.within is None
    assert activation(f"{kind} within 2").parameters == ACTIVATION_KINDS[kind].defaults


def test_the_defaults_are_those_of_onnx():
    """Of the operators of these names (HardSigmoid, LeakyRelu, Elu, ThresholdedRelu). ONNX Runtime takes 0 for the
    threshold, and for both numbers of Affine and ScaledTanh, if a file leaves them out."""
    names = {kind: activation(kind).name for kind in ACTIVATION_KINDS}
    assert names["hard_sigmoid"] == "hard_sigmoid(0.2, 0.5)"
    assert names["leaky_relu"] == "leaky_relu(0.01)"
    assert (names["elu"], names["thresholded_relu"]) == ("elu(1)", "thresholded_relu(1)")
    assert activation("hard_sigmoid(0.3)").name == "hard_sigmoid(0.3, 0.5)"


@pytest.mark.parametrize(
    "text",
    ["", "Swish", "tanh(", "tanh within", "tanhwithin 3", "tanh)", "elu(1)(2)", "elu((1))", "elu(1) 2",
     "tanh within 1 2", "tanh within 1 within 2", "tanh" + " " * LONGEST, "tanh" + " " * 10**6 + "!", "(" * 10**6,
     "within " * 10**5],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_names_that_are_not_activations(text):
    with raises(UnknownNameError, kind="activation", name=text, allowed=tuple(ACTIVATION_KINDS)):
        activation(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tanh(1)", "too_many"),
        ("hard_sigmoid(1, 2, 3)", "too_many"),
        ("elu(nan)", "not_finite"),
        ("elu(inf)", "not_finite"),
        ("elu(a)", "not_finite"),
        ("tanh within x", "not_finite"),
        ("tanh within 0", "clip"),
        ("tanh within -1", "clip"),
        ("tanh within inf", "clip"),
        ("leaky_relu(-0.1)", "not_monotone"),
        ("elu(-1)", "not_monotone"),
        ("thresholded_relu(-1)", "not_monotone"),
    ],
)
def test_parameters_that_an_activation_cannot_have(text, code):
    with raises(ArgumentError, code=code, name="activation", value=text):
        activation(text)


@st.composite
def onnx_cases(draw):
    """An activation that ONNX has, its name there, and its numbers as attributes."""
    one = draw(activations.filter(lambda one: one.kind != "linear"))
    name = "".join(part.capitalize() for part in one.kind.split("_"))
    named = {f"activation_{which}": [number] for which, number in zip(("alpha", "beta"), one.parameters, strict=False)}
    return one, name, named | ({"clip": one.within} if one.within else {})


@given(onnx_cases())
def test_values_are_those_of_onnx_runtime(case):
    """Through a simple network that passes on its input unchanged."""
    one, name, attributes = case
    node = helper.make_node("RNN", ["X", "W", "R"], ["Y"], hidden_size=1, activations=[name], **attributes)
    arrays = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("X", "W", "R", "Y")]
    graph = helper.make_graph([node], "one", arrays[:3], arrays[3:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    z = SUMS.astype(np.float32)
    weights = {"W": np.ones((1, 1, 1), np.float32), "R": np.zeros((1, 1, 1), np.float32)}
    (theirs,) = session.run(None, {"X": z[None, :, None], **weights})
    ours = one(z)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs.ravel(), rtol=1e-5, atol=1e-5, err_msg=one.name)


def corners(one):
    """The sums at which the curve of an activation has a corner or a jump."""
    a, b = (*one.parameters, 0, 0)[:2]
    own = {
        "relu": [0],
        "leaky_relu": [0],
        "thresholded_relu": [a],
        "hard_sigmoid": [-b / a, (1 - b) / a] if a else [],
        "elu": [] if a == 1 else [0],
    }.get(one.kind, [])
    return own if one.within is None else [*(z for z in own if abs(z) < one.within), -one.within, one.within]


@given(activations)
def test_slopes_and_bounds_follow_the_values(one):
    """The slope is that of the values, away from their corners; no value leaves the bounds."""
    step, y = 1e-6, one(SUMS)
    numeric = (one(SUMS + step) - one(SUMS - step)) / (2 * step)
    to_corner = np.min([np.full_like(SUMS, np.inf), *(np.abs(SUMS - corner) for corner in corners(one))], axis=0)
    smooth = to_corner > 1.5 * step
    np.testing.assert_allclose(one.slope(SUMS)[smooth], numeric[smooth], rtol=1e-5, atol=1e-6, err_msg=one.name)
    assert one.low - 1e-12 <= y.min() and y.max() <= one.high + 1e-12
    assert not one.bounded or math.isfinite(one.low)
    single = SUMS.astype(np.float32)
    assert one(single).dtype == one.slope(single).dtype == np.float32
    smooth = to_corner > 1e-5  # which float32 can tell apart
    np.testing.assert_allclose(one(single)[smooth], y[smooth], rtol=1e-6, atol=1e-6, err_msg=one.name)
    np.testing.assert_allclose(one.slope(single)[smooth], one.slope(SUMS)[smooth], rtol=1e-6, atol=1e-6)


@given(activations)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_sums_neither_overflow_nor_give_nan(dtype, one):
    """Up to the largest numbers that the dtype has, apart from a product with the parameters."""
    far = np.sqrt(np.finfo(dtype).max)
    z = np.array([-far, -1e4, -1000, -90, -20, -1e-4, -np.finfo(dtype).tiny, 0, 1e-30, 20, 90, 1000, 1e4, far], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y, slope = one(z), one.slope(z)
    assert np.isfinite(y).all() and np.isfinite(slope).all()
    assert (np.diff(y) >= 0).all()
    assert (slope >= 0).all() and slope.max() <= max([1, *one.parameters]) ** 2


@given(activations)
def test_compiled_curves_are_the_trees(one):
    """Value and slope of the lines that a curve is compiled to, against the curve node by node."""
    of, known = Sum(SUMS), {}
    np.testing.assert_array_equal(one(SUMS), one.curve.evaluate(of, known))
    one.curve.pull_back(of, of, np.ones_like(SUMS), known)
    np.testing.assert_array_equal(one.slope(SUMS), of.slope)


class Sum:
    """A sum to evaluate curves on, which adds up the gradients by it."""

    def __init__(self, z):
        self.z, self.slope = z, np.zeros_like(z)

    def value(self, name, before):
        assert (name, before) == ("z", False)
        return self.z

    def add_value(self, name, before, gradient):
        self.slope += gradient


@pytest.mark.parametrize("one", [SIGMOID, TANH])
def test_slopes_from_values_are_those_of_the_curve(one):
    """What gates take in place of the derived slope, in all forms: of whole blocks, of one array, and in source."""
    y, derived = one(SUMS), one.slope(SUMS)
    gates = GateActivations([(one, len(SUMS))], np.dtype(float))
    applied = SUMS[:, None].copy()
    gates.apply(applied)
    np.testing.assert_array_equal(applied[:, 0], y)
    np.testing.assert_allclose(gates.slope(y[:, None])[:, 0], derived, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(slope_from_value(one, y), derived, rtol=1e-9, atol=1e-15)


def test_where_sums_are_clipped_nothing_depends_on_them():
    for kind in ACTIVATION_KINDS:
        one = activation(f"{kind} within 1.5")
        y, beyond = one(SUMS), np.abs(SUMS) >= 1.5
        assert (one.slope(SUMS)[beyond] == 0).all()
        np.testing.assert_array_equal(y[SUMS > 1.5], one(np.array([1.5]))[0])


def test_values_and_slopes_are_those_of_torch():
    """At the corners as well."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of this test")
    f, z = torch.nn.functional, torch.from_numpy(SUMS).requires_grad_()
    theirs = {
        "relu": f.relu(z),
        "elu(0.7)": f.elu(z, 0.7),
        "leaky_relu(0.2)": f.leaky_relu(z, 0.2),
        "thresholded_relu(1)": f.threshold(z, 1, 0),
        "softplus": f.softplus(z),
        "softsign": f.softsign(z),
        "hard_sigmoid(0.16666666666666666, 0.5)": f.hardsigmoid(z),
        "linear within 1": f.hardtanh(z),
        "sigmoid": torch.sigmoid(z),
        "tanh": torch.tanh(z),
    }
    for name, values in theirs.items():
        (slope,) = torch.autograd.grad(values.sum(), z)
        one = activation(name)
        np.testing.assert_allclose(one(SUMS), values.detach().numpy(), rtol=1e-10, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(one.slope(SUMS), slope.numpy(), rtol=1e-7, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("sigmoid within 1", (0, 1)),
        ("tanh", (-1, 1)),
        ("relu", (0, math.inf)),
        ("relu within 3", (0, 3)),
        ("affine(-2, 1)", (-math.inf, math.inf)),
        ("affine(0, 3)", (3, 3)),
        ("leaky_relu(0)", (0, math.inf)),
        ("leaky_relu(0.5) within 2", (-1, 2)),
        ("thresholded_relu(2)", (0, math.inf)),
        ("scaled_tanh(-1.5, 2)", (-1.5, 1.5)),
        ("hard_sigmoid(-0.2, 0.5)", (0, 1)),
        ("elu(0.7)", (-0.7, math.inf)),
        ("softsign", (-1, 1)),
        ("softplus", (0, math.inf)),
        ("linear", (-math.inf, math.inf)),
        ("linear within 1.5", (-1.5, 1.5)),
    ],
)
def test_bounds_are_the_values_at_both_ends(name, bounds):
    assert activation(name).bounds == bounds


def test_bounds_of_ranges():
    assert RELU.range(-math.inf, 3) == (0, 3) and RELU.range(2, math.inf) == (2, math.inf)
    assert LINEAR.range(-math.inf, 2) == (-math.inf, 2)
    assert activation("affine(-2, 1)").range(0, 3) == (-5, 1)


@pytest.mark.parametrize(
    ("name", "curve"),
    [
        ("affine(-0.5, -1)", "−0.5 · z − 1"),
        ("leaky_relu(0.1)", "max(z, 0) + 0.1 · min(0, z)"),
        ("thresholded_relu(2)", "max(z, 0) · max(sign(z − 2), 0)"),
        ("scaled_tanh(2, 1)", "2 · tanh(z)"),
        ("hard_sigmoid", "0.2 · z + 0.5, clipped to the range from 0 to 1"),
        ("elu(0.7)", "max(z, 0) + 0.7 · (exp(min(0, z)) − 1)"),
        ("softsign", "z / (1 + |z|)"),
        ("softplus", "max(z, 0) + ln(1 + exp(−|z|))"),
    ],
)
def test_explanations_show_the_curve(name, curve):
    assert curve in activation(name).explanation


def test_familiar_activations_have_no_explanation():
    assert not any(activation(name).explanation for name in ("sigmoid", "tanh", "relu", "linear"))
    assert "−2 to 2" in activation("linear within 2").explanation


def test_no_cache_keeps_the_words_of_every_file():
    """A file can name as many activations as it likes."""
    for k in range(1000):
        activation(f"leaky_relu({k})")
    assert activation.cache_info().currsize < 1000


def test_errors_do_not_repeat_a_long_text():
    with raises(UnknownNameError) as caught:
        activation("x" * 10**6)
    assert len(caught.value.message) < 500


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_a_cell_computes_the_same_after_any_number_of_activations(kind):
    """Activations are kept for a while only: an equal one that was made later is the same activation."""
    x = np.random.default_rng(1).standard_normal((5, 3))

    def computed():
        compiled.cache_clear()
        cell = kind.random(3, 4, np.random.default_rng(0), np.float64)
        record = cell.forward(x)
        return {"hidden": record["hidden"], **cell.backward(record, np.ones((5, 4)))}

    before = computed()
    activation.cache_clear()
    after = computed()
    assert before.keys() == after.keys()
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array, err_msg=name)
