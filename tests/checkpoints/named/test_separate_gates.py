"""Layers whose gates have arrays of their own, and TensorFlow 1's, which have one for all."""

import numpy as np
import pytest

from rnnviz.checkpoints.conversion import convert_stack
from rnnviz.checkpoints.named.array_stacks import stacks_from_arrays
from rnnviz.errors import DamagedFileError
from tests.raising import raises

D, H = 3, 4
GATES = {"lstm": "ifgo", "gru": "rzn"}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


rng = np.random.default_rng(0)


def drawn(*shape):
    return rng.standard_normal(shape).astype(np.float32) / 2


def states(kind, w, u, b, x):
    """The hidden states of a textbook's cell: by gate w (H, D), u (H, H) and b (H,)."""
    h, c, found = np.zeros(H), np.zeros(H), []
    for one in x:
        z = {gate: w[gate] @ one + u[gate] @ h + b[gate] for gate in GATES[kind]}
        if kind == "lstm":
            c = sigmoid(z["f"]) * c + sigmoid(z["i"]) * np.tanh(z["g"])
            h = sigmoid(z["o"]) * np.tanh(c)
        else:
            r, keep = sigmoid(z["r"]), sigmoid(z["z"])
            h = (1 - keep) * np.tanh(w["n"] @ one + u["n"] @ (r * h) + b["n"]) + keep * h
        found.append(h)
    return np.array(found)


# By way of writing: names of an input's matrix, a state's and a bias, {} for the gate; the candidate's letter; and
# whether matrices stand on the right of what they multiply.
WRITTEN = {
    "d2l lstm": ("lstm", "W_x{}", "W_h{}", "b_{}", "c", True),
    "d2l gru": ("gru", "W_x{}", "W_h{}", "b_{}", "h", True),
    "textbook lstm": ("lstm", "cell.W_{}", "cell.U_{}", "cell.b_{}", "c", False),
    "textbook gru": ("gru", "W{}", "U{}", "b{}", "h", False),
    "PyTorch's formulas": ("lstm", "rnn.W_i{}", "rnn.W_h{}", "rnn.b_i{}", "g", False),
    "linear layers": ("gru", "gru.W_{}.weight", "gru.U_{}.weight", "gru.W_{}.bias", "n", False),
    "flax lstm": ("lstm", "cell/i{}/kernel", "cell/h{}/kernel", "cell/h{}/bias", "g", True),
}


@pytest.mark.parametrize("code", WRITTEN)
@pytest.mark.parametrize("inputs", [D, H])
def test_states_are_those_of_the_code(code, inputs):
    kind, reads, recalls, bias, candidate, right = WRITTEN[code]
    letters = {gate: candidate if gate in "gn" else gate for gate in GATES[kind]}
    w, u = ({gate: drawn(H, size) for gate in letters} for size in (inputs, H))
    b = {gate: drawn(H) for gate in letters}
    arrays = {}
    for gate, letter in letters.items():
        arrays[reads.format(letter)] = w[gate].T if right else w[gate]
        arrays[recalls.format(letter)] = u[gate].T if right else u[gate]
        arrays[bias.format(letter)] = b[gate]
    (stack,) = stacks_from_arrays(arrays)
    assert stack.cell == kind
    assert stack.array_names == set(arrays)
    assert (stack.setting("order").value, stack.setting("order").basis) == (GATES[kind], "fixed")
    assert (stack.setting("orientation") is None) == (inputs == D or reads.endswith(("weight", "kernel")))
    x = drawn(6, inputs)
    ours = convert_stack(stack).network.forward(x).top
    np.testing.assert_allclose(ours, states(kind, w, u, b, x), rtol=0, atol=1e-5)
    if stack.setting("orientation") is not None:
        other = {"rows": "columns", "columns": "rows"}[stack.setting("orientation").value]
        turned = convert_stack(stack, {"orientation": other}).network.layers[0][0]
        np.testing.assert_array_equal(turned.weight_hh[:H], convert_stack(stack).network.layers[0][0].weight_hh[:H].T)


IN_WORDS = {
    "lstm": (
        {"i": "input", "f": "forget", "g": "cell", "o": "output"},
        {"i": "in", "f": "forget", "g": "new", "o": "out"},
    ),
    "gru": ({"r": "reset", "z": "update", "n": "new"}, {"r": "reset", "z": "update", "n": "candidate"}),
}
# What multiplies the input, and what the hidden state.
SIDES = [
    ("cell.W_{}.weight", "cell.U_{}.weight"), ("lstm.{}_gate.x.weight", "lstm.{}_gate.h.weight"),
    ("x_{}.weight", "h_{}.weight"), ("rnn.linear_{}_x.weight", "rnn.linear_{}_h.weight"),
    ("w_{}.kernel", "u_{}.kernel"),
]  # fmt: skip


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize(("kind", "which"), [("lstm", 0), ("lstm", 1), ("gru", 0), ("gru", 1)])
def test_gates_in_words_with_a_matrix_for_each_side(kind, which, sides):
    """Never [x; h] in one: a matrix for the input would be split into one for a smaller input and the state."""
    words = IN_WORDS[kind][which]
    w, u = ({gate: drawn(H, size) for gate in words} for size in (D, H))
    b = {gate: drawn(H) for gate in words}
    arrays = {}
    for gate, word in words.items():
        for template, matrix in zip(sides, (w[gate], u[gate]), strict=True):
            arrays[template.format(word)] = matrix.T if template.endswith("kernel") else matrix
        arrays[sides[0].format(word).rpartition(".")[0] + ".bias"] = b[gate]
    (stack,) = stacks_from_arrays(arrays)
    assert (stack.cell, stack.input_size, stack.array_names) == (kind, D, set(arrays))
    x = drawn(6, D)
    ours = convert_stack(stack).network.forward(x).top
    np.testing.assert_allclose(ours, states(kind, w, u, b, x), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "name", ["lstm.linear", "lstm.cell.gates", "model.lstm_cell.ifgo", "rnn.cell.W", "cell.all_gates"]
)
def test_one_linear_layer_for_all_gates_of_an_lstm(name):
    w, u, b = drawn(4 * H, D), drawn(4 * H, H), drawn(4 * H)
    arrays = {f"{name}.weight": np.hstack([w, u]), f"{name}.bias": b, "fc.weight": drawn(2, H)}
    (stack,) = stacks_from_arrays(arrays)
    parts = (dict(zip("ifgo", np.split(one, 4), strict=True)) for one in (w, u, b))
    x = drawn(6, D)
    np.testing.assert_allclose(
        convert_stack(stack).network.forward(x).top, states("lstm", *parts, x), rtol=0, atol=1e-5
    )
    assert stack.setting("joining").basis == "assumed"
    beside = {f"{name.rpartition('.')[0]}.U.weight": u}  # then the other one is for the input alone
    assert all(other.setting("joining") is None for other in stacks_from_arrays(arrays | beside))


def test_a_gate_that_is_missing_or_of_another_size_makes_no_layer():
    arrays = {f"{side}_{gate}": drawn(H, H) for side in "WU" for gate in "ifoc"}
    assert len(stacks_from_arrays(arrays)) == 1
    with raises(DamagedFileError, code="missing_gate", part="U_f"):
        stacks_from_arrays({name: array for name, array in arrays.items() if name != "U_f"})
    for other in (drawn(H, H + 1), drawn(H)):
        with raises(DamagedFileError, code="contradiction", part="U_f"):
            stacks_from_arrays(arrays | {"U_f": other})


@pytest.mark.parametrize("added", ["1", "0"])
def test_a_basic_lstm_cell_of_tensorflow_1(added):
    kernel, bias = drawn(D + H, 4 * H), drawn(4 * H)
    head = "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/"
    arrays = {f"{head}kernel:0": kernel, f"{head}bias:0": bias, "softmax_w": drawn(H, 9)}
    (stack,) = stacks_from_arrays(arrays)
    assert stack.setting("order").basis == "fixed"
    assert [setting.name for setting in stack.assumed] == ["forget_bias", "activation", "direction"]
    assert stack.array_names == {f"{head}kernel:0", f"{head}bias:0"}
    w, u, b = ({gate: part.T for gate, part in zip("igfo", np.split(one, 4, axis=-1), strict=True)}
               for one in (kernel[:D], kernel[D:], bias))  # fmt: skip
    b["f"] = b["f"] + np.float32(added)
    x = drawn(6, D)
    ours = convert_stack(stack, {"forget_bias": added}).network.forward(x).top
    np.testing.assert_allclose(ours, states("lstm", w, u, b, x), rtol=0, atol=1e-5)
    assert "1 added to the forget gate’s" in convert_stack(stack).arrays[2].changes


def test_two_such_cells_one_above_the_other_are_one_stack():
    arrays = {}
    for k, inputs in enumerate((D, H)):
        head = f"rnn/multi_rnn_cell/cell_{k}/basic_lstm_cell/"
        arrays |= {f"{head}kernel": drawn(inputs + H, 4 * H), f"{head}bias": drawn(4 * H)}
    (stack,) = stacks_from_arrays(arrays)
    assert len(convert_stack(stack).network.layers) == 2


def test_a_dense_layer_is_no_such_cell():
    assert stacks_from_arrays({"dense/kernel": drawn(D + H, 4 * H), "dense/bias": drawn(4 * H)}) == ()
    assert stacks_from_arrays({"lstm_cell/kernel": drawn(H, 4 * H), "lstm_cell/bias": drawn(4 * H)}) == ()


@pytest.mark.parametrize(
    ("present", "absent"),
    [
        (("update_gate", "candidate"), "reset"), (("cell.reset_gate", "cell.new_gate"), "update"),
        (("linear_reset", "linear_update"), "candidate"), (("forget_gate", "input_gate", "output_gate"), "candidate"),
        (("lin_forget", "lin_cell", "lin_output"), "input"),
    ],
)  # fmt: skip
def test_a_missing_gate_is_named_in_words(present, absent):
    arrays = {
        f"{name}.{what}": drawn(*shape) for name in present for what, shape in (("weight", (H, H + D)), ("bias", (H,)))
    }
    with raises(DamagedFileError, code="missing_gate", part=absent):
        stacks_from_arrays(arrays)


def test_two_gates_without_a_candidate():
    with raises(DamagedFileError, code="missing_gate", part="candidate"):
        stacks_from_arrays({"W_z": drawn(H, H + D), "W_r": drawn(H, H + D), "b_z": drawn(H), "b_r": drawn(H)})


def test_what_is_left_of_a_gru_without_a_matrix_is_no_simple_rnn():
    """W_xh and W_hh are a textbook's names of a simple RNN, and of a GRU's candidate."""
    arrays = {f"W_x{gate}": drawn(D, H) for gate in "rzh"} | {f"W_h{gate}": drawn(H, H) for gate in "zh"}
    with raises(DamagedFileError, code="missing_gate", part="W_hr"):
        stacks_from_arrays(arrays | {f"b_{gate}": drawn(H) for gate in "rzh"})
