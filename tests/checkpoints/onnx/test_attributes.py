"""What an ONNX node can say beyond the usual: every activation with its constants, clip, coupled gates, peepholes."""

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.checkpoints.onnx.onnx_file import read_stacks
from rnnviz.checkpoints.onnx.onnx_writer import to_onnx
from rnnviz.errors import UnsupportedFileError
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ...raising import raises
from ...strategies import seeds
from .graphs import DIRECTIONS, close, file_of, one_node, only, restored, run, same_as_runtime, theirs, value, weights

# By ONNX's name: ours, how many constants it takes (alpha, beta), and what they are where they are left out.
ACTIVATIONS = {
    "Sigmoid": ("sigmoid", 0, ""),
    "Tanh": ("tanh", 0, ""),
    "Relu": ("relu", 0, ""),
    "Softsign": ("softsign", 0, ""),
    "Softplus": ("softplus", 0, ""),
    "HardSigmoid": ("hard_sigmoid", 2, "(0.2, 0.5)"),
    "LeakyRelu": ("leaky_relu", 1, "(0.01)"),
    "Elu": ("elu", 1, "(1)"),
    "ThresholdedRelu": ("thresholded_relu", 1, "(1)"),
    "ScaledTanh": ("scaled_tanh", 2, "(1, 1)"),
    "Affine": ("affine", 2, "(1, 0)"),
}
GUESSED = ("ThresholdedRelu", "ScaledTanh", "Affine")  # ONNX Runtime takes 0 where the standard has other constants
COUNTS = {"RNN": ["activation"], "GRU": ["gates", "activation"], "LSTM": ["gates", "activation", "squash"]}
CONSTANTS = {"0.25": 0.25, "0.3": np.float32(0.3), "1": 1.0, "0.7": np.float32(0.7)}


@st.composite
def chosen(draw, op):
    """Activations of a direction, with their constants as a node lists them and as we write them."""
    names, texts, numbers = [], [], ([], [])
    for _ in COUNTS[op]:
        theirs_ = draw(st.sampled_from(sorted(ACTIVATIONS)))
        ours, count, _ = ACTIVATIONS[theirs_]
        # A thresholded relu jumps: at the threshold itself, where saturated gates may lead, runtimes differ.
        numbers_ = ["0.3", "0.7"] if theirs_ == "ThresholdedRelu" else sorted(CONSTANTS)
        picked = [draw(st.sampled_from(numbers_)) for _ in range(count)]
        for place, text in enumerate(picked):
            numbers[place].append(float(CONSTANTS[text]))
        names.append(theirs_)
        texts.append(ours + (f"({', '.join(picked)})" if picked else ""))
    return names, texts, numbers


@pytest.mark.parametrize("op", COUNTS)
@given(
    data=st.data(),
    direction=st.sampled_from(sorted(DIRECTIONS)),
    reset=st.integers(0, 1),
    peepholes=st.booleans(),
    clip=st.sampled_from([None, 0.5, 2.0]),
    seed=seeds,
)
def test_activations_clip_and_peepholes_are_those_of_onnx_runtime(op, data, direction, reset, peepholes, clip, seed):
    names, texts, numbers = data.draw(chosen(op))
    rng = np.random.default_rng(seed)
    ways = DIRECTIONS[direction]
    arrays = weights(op, (2, 3), rng, len(ways), peepholes and op == "LSTM")
    for array in arrays.values():
        array *= 0.5  # some activations grow without bound, and 1e-5 is relative
    more = {"linear_before_reset": reset} if op == "GRU" else {}
    more |= {} if clip is None else {"clip": clip}
    for which, given_ in zip(("activation_alpha", "activation_beta"), numbers, strict=True):
        more |= {which: given_ * len(ways)} if given_ else {}
    made = one_node(
        op,
        arrays,
        outputs=("Y", "Y_h", "Y_c") if op == "LSTM" else ("Y", "Y_h"),
        hidden_size=3,
        direction=direction,
        activations=names * len(ways),
        **more,
    )
    stack = only(made)
    within = {None: "", 0.5: " within 0.5", 2.0: " within 2"}[clip]
    for option, text in zip(COUNTS[op], texts, strict=True):
        assert value(stack, option) == text + ("" if option == "squash" else within)
    assert stack.cell == ("peephole" if "P" in arrays else op.lower())
    assert [setting.name for setting in stack.assumed] == (["squash"] if clip and op == "LSTM" else [])
    same_as_runtime(stack, made, rng.standard_normal((4, 2, 2)).astype(np.float32))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_constants_that_are_left_out_are_the_standards(name):
    rng = np.random.default_rng(0)
    ours, _, usual = ACTIVATIONS[name]
    made = one_node("RNN", weights("RNN", (2, 3), rng), hidden_size=3, activations=[name])
    stack = only(made)
    assert value(stack, "activation") == ours + usual
    if name in GUESSED:
        assert name in stack.notes[0] and len(stack.notes) == 1
    else:
        assert stack.notes == ()
        same_as_runtime(stack, made, rng.standard_normal((4, 2, 2)).astype(np.float32))


def test_constants_too_many_are_handed_out_in_order_and_told():
    rng = np.random.default_rng(0)
    more = {"activations": ["Sigmoid", "LeakyRelu", "Elu"], "activation_alpha": [0.25, 0.5, 0.75]}
    made = one_node("LSTM", weights("LSTM", (2, 3), rng), hidden_size=3, **more)
    stack = only(made)
    assert (value(stack, "activation"), value(stack, "squash")) == ("leaky_relu(0.25)", "elu(0.5)")
    assert "3 alpha and 0 beta values" in stack.notes[0]
    same_as_runtime(stack, made, rng.standard_normal((4, 2, 2)).astype(np.float32))


@given(
    gates=st.sampled_from(["Sigmoid", "HardSigmoid"]),
    both=st.booleans(),
    peepholes=st.booleans(),
    clip=st.booleans(),
    seed=seeds,
)
def test_coupled_gates_are_a_forget_gate_of_negated_rows(gates, both, peepholes, clip, seed):
    rng = np.random.default_rng(seed)
    direction = "bidirectional" if both else "forward"
    arrays = weights("LSTM", (2, 3), rng, 1 + both, peepholes)
    more = {"activations": [gates, "Tanh", "Tanh"] * (1 + both)} | ({"clip": 1.5} if clip else {})
    made = one_node("LSTM", arrays, hidden_size=3, direction=direction, input_forget=1, **more)
    stack = only(made)
    assert "input_forget" in stack.notes[0]
    found = stack.layers[0]["forward"]
    i, _, f, _ = np.split(found["weight_ih"].array, 4)
    np.testing.assert_array_equal(f, -i)
    assert "negated input rows" in found["weight_ih"].changes
    x = rng.standard_normal((4, 2, 2)).astype(np.float32)
    ours = run(stack, x)
    for k, way in enumerate(stack.layers[0]):
        close(ours[0, way, "hidden"], theirs(made, {"X": x})["Y"][:, k])


def test_peepholes_come_in_our_order():
    arrays = weights("LSTM", (2, 3), np.random.default_rng(0), peepholes=True)
    source = only(one_node("LSTM", arrays, hidden_size=3)).layers[0]["forward"]["weight_peephole"]
    i, o, f = np.split(arrays["P"][0], 3)
    np.testing.assert_array_equal(source.array, np.concatenate([i, f, o]))


# ---- written -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "peephole"])
@given(
    gates=st.sampled_from(["sigmoid", "hard_sigmoid", "hard_sigmoid(0.3, 0.4)", "softsign"]),
    activation=st.sampled_from(["tanh", "relu", "linear", "leaky_relu(0.1)", "scaled_tanh(0.5, 0.75)", "elu"]),
    squash=st.sampled_from(["tanh", "softsign", "linear", "thresholded_relu(0.3)"]),
    within=st.sampled_from(["", " within 0.75"]),
    both=st.booleans(),
    seed=seeds,
)
def test_options_are_written_as_attributes(name, gates, activation, squash, within, both, seed):
    wanted = {"activation": activation + within}
    wanted |= {"gates": gates + within} if name != "rnn" else {}
    wanted |= {"squash": squash} if name in ("lstm", "peephole") else {}
    rng = np.random.default_rng(seed)
    network = Network.random(name, hidden=3, embedding=2, bidirectional=both, layers=2, rng=rng, options=wanted)
    model = Model("drawn", network, Vocabulary("numbers", vector_size=2), [])
    data = to_onnx(model)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    x = rng.standard_normal((5, 2, 2)).astype(np.float32)
    found = theirs(onnx.load_from_string(data), {"vectors": x})
    for k, records in enumerate(network.forward(x).records):
        for way, record in enumerate(records):
            close(record["hidden"][:: -1 if way else 1], found[f"layer_{k}"][:, way])
    back = restored(data)
    assert back.network.cell_name == name
    assert back.network.layers[0][0].options == network.layers[0][0].options
    for key, array in network.parameters.items():
        assert back.network.parameters[key].tobytes() == array.tobytes()
    (stack,), _, _ = read_stacks(file_of(data))
    said = {option: text for option, text in network.layers[0][0].options.items() if "linear" not in text}
    assert {option: value(stack, option) for option in said} == said


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("lstm", {"gates": "sigmoid within 1"}),
        ("lstm", {"squash": "tanh within 1"}),
        ("gru", {"gates": "sigmoid within 1", "activation": "tanh within 2"}),
    ],
)
def test_bounds_that_a_node_cannot_have_are_refused(name, options):
    network = Network.random(name, hidden=3, embedding=2, rng=np.random.default_rng(0), options=options)
    with raises(UnsupportedFileError, code="activation"):
        to_onnx(Model("drawn", network, Vocabulary("numbers", vector_size=2), []))
