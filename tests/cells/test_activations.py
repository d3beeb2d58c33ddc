"""Activations: their names, values and slopes, against ONNX Runtime, PyTorch and finite differences."""

import math

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from rnnviz.cells.activations import ACTIVATION_KINDS, LINEAR, Activation, activation
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


@pytest.mark.parametrize("text", ["", "Swish", "tanh(", "tanh within", "tanhwithin 3"])
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
    """The slope, computed from the value, is that of the curve, away from its corners; no value leaves the bounds."""
    step, y = 1e-6, one(SUMS)
    numeric = (one(SUMS + step) - one(SUMS - step)) / (2 * step)
    to_corner = np.min([np.full_like(SUMS, np.inf), *(np.abs(SUMS - corner) for corner in corners(one))], axis=0)
    smooth = to_corner > 1.5 * step
    np.testing.assert_allclose(one.slope(y)[smooth], numeric[smooth], rtol=1e-5, atol=1e-6, err_msg=one.name)
    assert one.low - 1e-12 <= y.min() and y.max() <= one.high + 1e-12
    assert not one.bounded or math.isfinite(one.low)
    single = one(SUMS.astype(np.float32))
    assert single.dtype == one.slope(single).dtype == np.float32
    smooth = to_corner > 1e-5  # which float32 can tell apart
    np.testing.assert_allclose(one.slope(single)[smooth], one.slope(y)[smooth], atol=2e-4, err_msg=one.name)


def test_where_sums_are_clipped_nothing_depends_on_them():
    for kind in ACTIVATION_KINDS:
        one = activation(f"{kind} within 1.5")
        y, beyond = one(SUMS), np.abs(SUMS) > 1.5
        assert (one.slope(y)[beyond] == 0).all()
        np.testing.assert_array_equal(y[SUMS > 1.5], one(np.array([1.5]))[0])


def test_values_are_those_of_torch():
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of this test")
    f, z = torch.nn.functional, torch.from_numpy(SUMS)
    theirs = {
        "elu(0.7)": f.elu(z, 0.7),
        "leaky_relu(0.2)": f.leaky_relu(z, 0.2),
        "softplus": f.softplus(z),
        "softsign": f.softsign(z),
        "hard_sigmoid(0.16666666666666666, 0.5)": f.hardsigmoid(z),
        "linear within 1": f.hardtanh(z),
        "sigmoid": torch.sigmoid(z),
    }
    for name, values in theirs.items():
        np.testing.assert_allclose(activation(name)(SUMS), values.numpy(), rtol=1e-10, atol=1e-12, err_msg=name)


def test_equations_use_latex_commands_where_there_are_any():
    assert activation("sigmoid").latex_of(r"\left(a + b\right)") == r"\sigma\left(a + b\right)"
    assert activation("tanh").latex_of("c") == r"\tanh\left(c\right)"
    assert activation("elu within 2").latex_of("c") == r"\f{elu(1) within 2}\left(c\right)"
    assert LINEAR.latex_of(r"\left(a + \left(b\right)\right)") == r"a + \left(b\right)"
    assert LINEAR.latex_of("c") == "c"
