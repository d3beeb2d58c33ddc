"""Cells that are more than PyTorch's: peepholes, joint matrices, further biases, lists without names."""

import numpy as np
import pytest

from rnnviz.checkpoints.conversion import convert_stack
from rnnviz.checkpoints.named.array_stacks import stacks_from_arrays
from rnnviz.checkpoints.named.published_layers import unknown_cell
from rnnviz.errors import DamagedFileError, UnsupportedFileError
from tests.raising import raises

from .written_cells import gru, light_gru, lstm, rnn

D, H, P, T = 6, 5, 3, 9
rng = np.random.default_rng(3)


def drawn(*shape):
    return rng.standard_normal(shape).astype(np.float32) / 2


X = drawn(T, D)
W, U, B, PEEPHOLES = drawn(4 * H, D), drawn(4 * H, H), drawn(4 * H), drawn(3, H)
GW, GU, GB, GN = drawn(3 * H, D), drawn(3 * H, H), drawn(3 * H), drawn(H)
RW, RU, RB = drawn(H, D), drawn(H, H), drawn(H)
MIDDLE = drawn(H, D), drawn(H, H)
LW, LU = drawn(2 * H, D), drawn(2 * H, H)
IW, IU = drawn(H, D), drawn(H)


def ordered(array, order, of="ifgo"):
    """An array whose gates i, f, g, o, or others, are in another order."""
    blocks = dict(zip(of, np.split(array, len(of)), strict=True))
    return np.concatenate([blocks[gate] for gate in order])


def side_by_side(first, second):
    return np.concatenate([first, second], axis=1)


KERNEL = np.concatenate([ordered(W, "igfo").T, ordered(U, "igfo").T])
BIAS = ordered(B, "igfo")
GATES = np.concatenate([GW[: 2 * H].T, GU[: 2 * H].T])
CANDIDATE = np.concatenate([GW[2 * H :].T, GU[2 * H :].T])
W4, U4, B4 = (dict(zip("ifgo", np.split(array, 4), strict=True)) for array in (W, U, B))
W3, U3, B3 = (dict(zip("rzn", np.split(array, 3), strict=True)) for array in (GW, GU, GB))
PLAIN = lstm(W, U, B, X)
RIGHT = {"lstm.weight_ih": W, "lstm.weight_hh": U, "lstm.bias": B}
SEEN = lstm(W, U, B, X, PEEPHOLES)
FORGOTTEN = lstm(W, U, B, X, added=1)
PROJECTION, PU = drawn(P, H), drawn(4 * H, P)
FOUR = {"i": "input", "f": "forget", "g": "cell", "o": "output"}
THREE = {"r": "reset", "z": "update", "n": "candidate"}


def peepholes(*names):
    return RIGHT | dict(zip((f"lstm.{name}" for name in names), PEEPHOLES, strict=True)), SEEN, {}


def basic(kernel, bias, states=FORGOTTEN):
    return {kernel: KERNEL, bias: BIAS}, states, {}


def numbered(*arrays):
    return {f"arr_{k}": array for k, array in enumerate(arrays)}


# By case: arrays, the right states, and overrides of what no file says.
CASES = {
    "peepholes w_ci": peepholes("w_ci", "w_cf", "w_co"),
    "peepholes p_i": peepholes("p_i", "p_f", "p_o"),
    "peepholes peephole_i": peepholes("peephole_i", "peephole_f", "peephole_o"),
    "peepholes by words": peepholes("input_peephole", "forget_peephole", "output_peephole"),
    "peepholes in one": (RIGHT | {"lstm.weight_peephole": PEEPHOLES.reshape(-1)}, SEEN, {}),
    "TensorFlow's peepholes": (
        {"rnn/lstm_cell/kernel": KERNEL, "rnn/lstm_cell/bias": BIAS}
        | {f"rnn/lstm_cell/w_{gate}_diag": weight for gate, weight in zip("ifo", PEEPHOLES, strict=True)},
        lstm(W, U, B, X, PEEPHOLES, added=1),
        {},
    ),
    "TensorFlow's projection": (
        {
            "rnn/lstm_cell/kernel": np.concatenate([ordered(W, "igfo").T, ordered(PU, "igfo").T]),
            "rnn/lstm_cell/bias": BIAS,
            "rnn/lstm_cell/projection/kernel": PROJECTION.T,
        },
        lstm(W, PU, B, X, added=1, projection=PROJECTION),
        {},
    ),
    "multiplicative, OpenAI": (
        {
            "rnn0/wx": ordered(W, "ifog").T, "rnn0/wh": ordered(U, "ifog").T, "rnn0/b": ordered(B, "ifog"),
            "rnn0/wmx": MIDDLE[0].T, "rnn0/wmh": MIDDLE[1].T,
        },
        lstm(W, U, B, X, middle=MIDDLE),
        {},
    ),
    "multiplicative, Apex": (
        {"r.w_ih": W, "r.w_hh": U, "r.b_ih": B, "r.w_mih": MIDDLE[0], "r.w_mhh": MIDDLE[1]},
        lstm(W, U, B, X, middle=MIDDLE),
        {},
    ),
    "MLX": ({"gru.Wx": GW, "gru.Wh": GU, "gru.b": GB, "gru.bhn": GN}, gru(GW, GU, GB, X, GN), {}),
    "Equinox": (
        {"cell.weight_ih": GW, "cell.weight_hh": GU, "cell.bias": GB, "cell.bias_n": GN}, gru(GW, GU, GB, X, GN), {},
    ),
    "light GRU": ({"rnn.0.w.weight": LW, "rnn.0.u.weight": LU}, light_gru(LW, LU, 0, X), {}),
    "IndRNN": (
        {"cell.weight_ih": IW, "cell.weight_hh": IU, "cell.bias": RB},
        rnn(IW, np.diag(IU), RB, X, lambda z: np.maximum(z, 0)),
        {},
    ),
    "basic_lstm_cell": basic("rnn/basic_lstm_cell/weights", "rnn/basic_lstm_cell/biases"),
    "BasicLSTMCell/Linear": basic("RNN/Cell0/BasicLSTMCell/Linear/Matrix", "RNN/Cell0/BasicLSTMCell/Linear/Bias"),
    "lstm_block_cell": basic("rnn/lstm_block_cell/kernel", "rnn/lstm_block_cell/bias"),
    "lstm_fused_cell": basic("lstm_fused_cell/kernel:0", "lstm_fused_cell/bias:0"),
    "LSTMCell/W_0": basic("RNN/LSTMCell/W_0", "RNN/LSTMCell/B"),
    "Haiku": basic("net/~/lstm/linear/w", "net/~/lstm/linear/b"),
    "Haiku, with a dot": basic("lstm/linear.w", "lstm/linear.b"),
    "Sonnet": basic("lstm/w_gates", "lstm/b_gates"),
    "cudnn_compatible": basic("rnn/cudnn_compatible_lstm_cell/kernel", "rnn/cudnn_compatible_lstm_cell/bias", PLAIN),
    "Sonnet 2": ({"lstm/w_i": W.T, "lstm/w_h": U.T, "lstm/b": B}, PLAIN, {}),
    "Haiku's GRU": (
        {"gru/w_i": ordered(GW, "zrn", "rzn").T, "gru/w_h": ordered(GU, "zrn", "rzn").T}
        | {"gru/b": ordered(GB, "zrn", "rzn")},
        gru(GW, GU, GB, X, after=False, keeps=False),
        {},
    ),
    "gru_cell": (
        {
            "rnn/gru_cell/gates/kernel": GATES, "rnn/gru_cell/gates/bias": GB[: 2 * H],
            "rnn/gru_cell/candidate/kernel": CANDIDATE, "rnn/gru_cell/candidate/bias": GB[2 * H :],
        },
        gru(GW, GU, GB, X, after=False),
        {},
    ),
    "gru_block_cell": (
        {"g/w_ru": GATES, "g/b_ru": GB[: 2 * H], "g/w_c": CANDIDATE, "g/b_c": GB[2 * H :]},
        gru(GW, GU, GB, X, after=False),
        {},
    ),
    "basic_rnn_cell": (
        {"rnn/basic_rnn_cell/kernel": np.concatenate([RW.T, RU.T]), "rnn/basic_rnn_cell/bias": RB},
        rnn(RW, RU, RB, X),
        {},
    ),
    "Haiku's VanillaRNN": (
        {f"vanilla_rnn/{name}_to_hidden/w": array.T for name, array in (("input", RW), ("hidden", RU))}
        | {"vanilla_rnn/input_to_hidden/b": RB},
        rnn(RW, RU, RB, X, lambda z: np.maximum(z, 0)),
        {},
    ),
    "Wax, Waa": (
        {"Wax": RW, "Waa": RU, "Wya": drawn(2, H), "ba": RB[:, None], "by": drawn(2, 1)}, rnn(RW, RU, RB, X), {},
    ),
    "U, V, W": ({"U": RW, "V": drawn(7, H), "W": RU}, rnn(RW, RU, 0, X), {}),
    "W_f on [h; x]": (
        {f"W_{gate}": side_by_side(U4[gate], W4[gate]) for gate in "ifgo"} | {f"b_{g}": B4[g][:, None] for g in "ifgo"},
        PLAIN,
        {},
    ),
    "W_f on [x; h], columns": (
        {f"W_{gate}": side_by_side(W4[gate], U4[gate]).T for gate in "ifgo"} | {f"b_{g}": B4[g][None] for g in "ifgo"},
        PLAIN,
        {"joining": "xh"},
    ),
    "forget_gate.weight": (
        {f"cell.{word}_gate.weight": side_by_side(W4[gate], U4[gate]) for gate, word in FOUR.items()}
        | {f"cell.{word}_gate.bias": B4[gate] for gate, word in FOUR.items()},
        PLAIN,
        {},
    ),
    "reset_gate.weight": (
        {f"cell.{word}_gate.weight": side_by_side(W3[gate], U3[gate]) for gate, word in THREE.items()}
        | {f"cell.{word}_gate.bias": B3[gate] for gate, word in THREE.items()},
        gru(GW, GU, GB, X, after=False, keeps=False),
        {},
    ),
    "i2h": ({"i2h.weight": side_by_side(RW, RU), "i2h.bias": RB}, rnn(RW, RU, RB, X), {"activation": "tanh"}),
    "one linear layer": ({"lstm.linear.weight": side_by_side(W, U), "lstm.linear.bias": B}, PLAIN, {}),
    "WLSTM": (
        {"WLSTM": np.concatenate([ordered(B, "ifog")[None], ordered(W, "ifog").T, ordered(U, "ifog").T])}, PLAIN, {},
    ),
    "d2l's list": (numbered(*(part for gate in "ifog" for part in (W4[gate].T, U4[gate].T, B4[gate]))), PLAIN, {}),
    "d2l's list of a GRU": (
        numbered(*(part for gate in "zrn" for part in (W3[gate].T, U3[gate].T, B3[gate])), drawn(H, 2), drawn(2)),
        gru(GW, GU, GB, X, after=False),
        {},
    ),
    "d2l's list of an RNN": (numbered(RW.T, RU.T, RB, drawn(H, 2), drawn(2)), rnn(RW, RU, RB, X), {}),
    "Keras's list": (numbered(W.T, U.T, B), PLAIN, {}),
    "PyTorch's list": (numbered(W, U, B, 0 * B), PLAIN, {}),
    "bias (1, 1, N)": ({"Wxh": RW, "Whh": RU, "bh": RB[None, None]}, rnn(RW, RU, RB, X), {}),
    "MXNet": (
        {f"l_{d}0_{side}_weight": array for d in "lr" for side, array in (("i2h", W), ("h2h", U))}
        | {f"l_{d}0_i2h_bias": B for d in "lr"},
        np.concatenate([PLAIN, lstm(W, U, B, X[::-1])[::-1]], axis=1),
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_states_are_those_of_the_formula_and_all_that_names_leave_open_is_assumed(case):
    arrays, states, overrides = CASES[case]
    (stack,) = stacks_from_arrays({name: np.asarray(array, np.float32) for name, array in arrays.items()})
    network = convert_stack(stack, overrides).network
    np.testing.assert_allclose(network.forward(X.astype(network.dtype)).top, states, rtol=2e-5, atol=2e-5)
    for name in overrides:
        assert stack.setting(name).basis == "assumed"
    assert stack.setting("direction").basis == "assumed"


LENGTHS = {key: np.abs(drawn(size)) for key, size in (("gx", 4 * H), ("gh", 4 * H), ("gmx", H), ("gmh", H))}


def test_weight_normalisation_of_a_multiplicative_lstm_is_undone():
    scaled = [
        array / np.linalg.norm(array, axis=1, keepdims=True) * length[:, None]
        for array, length in zip((W, U, *MIDDLE), LENGTHS.values(), strict=True)
    ]
    arrays = {"m/wx": W.T, "m/wh": U.T, "m/b": B, "m/wmx": MIDDLE[0].T, "m/wmh": MIDDLE[1].T}
    (stack,) = stacks_from_arrays(arrays | {f"m/{key}": length for key, length in LENGTHS.items()})
    states = convert_stack(stack, {"order": "mifgo"}).network.forward(X).top
    np.testing.assert_allclose(states, lstm(scaled[0], scaled[1], B, X, middle=scaled[2:]), rtol=0, atol=1e-5)


def test_the_batch_norm_of_a_light_gru_is_part_of_its_weights():
    scale, offset, mean, variance = (np.abs(drawn(2 * H)) + 0.1 for _ in range(4))
    arrays = {"rnn.0.w.weight": LW, "rnn.0.u.weight": LU, "rnn.0.norm.weight": scale, "rnn.0.norm.bias": offset}
    arrays |= {"rnn.0.norm.running_mean": mean, "rnn.0.norm.running_var": variance}
    (stack,) = stacks_from_arrays(arrays)
    factor = scale / np.sqrt(variance + 1e-5)
    states = convert_stack(stack).network.forward(X).top
    np.testing.assert_allclose(
        states, light_gru(LW * factor[:, None], LU, offset - mean * factor, X), rtol=1e-5, atol=1e-5
    )
    assert any("relu" in sentence for sentence in stack.left_out)


REFUSED = {
    "norm of all gates": RIGHT | {"lstm.ln_i.weight": drawn(4 * H), "lstm.ln_h.weight": drawn(4 * H)},
    "norm at the root": {"weight_ih": W, "weight_hh": U, "bias": B, "ln_ih.weight": drawn(4 * H)},
    "norm of each gate": {f"c.W_x{g}.weight": W4[g] for g in "ifgo"}
    | {f"c.W_h{g}.weight": U4[g] for g in "ifgo"}
    | {f"c.ln_{g}.weight": drawn(H) for g in "ifgo"},
    "norm of the state": {"cell.weight_ih": RW, "cell.weight_hh": RU, "cell.ln.weight": drawn(H)},
    "batch norm": RIGHT | {"lstm.bn_ih.running_mean": drawn(4 * H), "lstm.bn_ih.weight": drawn(4 * H)},
    "whole peepholes": RIGHT | {"lstm.w_ci.weight": drawn(H, H)},
    "peepholes and projection": {
        "rnn/lstm_cell/kernel": np.concatenate([ordered(W, "igfo").T, ordered(PU, "igfo").T]),
        "rnn/lstm_cell/bias": BIAS,
        "rnn/lstm_cell/projection/kernel": PROJECTION.T,
        "rnn/lstm_cell/w_i_diag": PEEPHOLES[0],
    },
    "half of a multiplicative one": RIGHT | {"lstm.w_mih": MIDDLE[0]},
}


@pytest.mark.parametrize("case", REFUSED)
def test_cells_that_are_not_run_are_refused_by_name(case):
    with raises(UnsupportedFileError, code="cell") as caught:
        stacks_from_arrays(REFUSED[case])
    assert caught.value.part in REFUSED[case]


@pytest.mark.parametrize(
    ("names", "cell"),
    [
        (["layers.0.mixer.A_log", "layers.0.mixer.dt_proj.weight"], "Mamba"),
        (["blocks.0.att.time_decay"], "RWKV"),
        (["rnn_lst.0.weight", "rnn_lst.0.weight_c"], "an SRU"),
        (["qrnn.layers.0.linear.weight"], "a QRNN"),
        (["rnn.to_hidden_and_gate.weight"], "a minGRU"),
        (["fc.weight", "conv.weight"], None),
    ],
)
def test_networks_of_other_kinds_are_known_by_their_names(names, cell):
    assert unknown_cell({name: np.ones(2) for name in names}) == cell


MISSING = {
    "W_xo": {f"W_x{g}": W4[g] for g in "ifg"} | {f"W_h{g}": U4[g] for g in "ifgo"},
    "U_f": {f"W_{g}": W4[g] for g in "ifgo"} | {f"U_{g}": U4[g] for g in "igo"} | {f"b_{g}": B4[g] for g in "ifgo"},
    "Wo": {f"W{g}": side_by_side(U4[g], W4[g]) for g in "ifg"},
    "output": {f"{FOUR[g]}_gate.weight": side_by_side(W4[g], U4[g]) for g in "ifg"},
    "lstm.weight_hh_l0": {"lstm.weight_ih_l0": W, "lstm.bias_ih_l0": B},
}


@pytest.mark.parametrize("part", MISSING)
def test_a_missing_array_is_named(part):
    with raises(DamagedFileError, part=part):
        stacks_from_arrays(MISSING[part])


def test_a_missing_bias_is_zero_and_said():
    arrays = {f"W_x{g}": W4[g] for g in "ifgo"} | {f"W_h{g}": U4[g] for g in "ifgo"} | {f"b_{g}": B4[g] for g in "ifg"}
    (stack,) = stacks_from_arrays(arrays)
    assert "o" in stack.left_out[0]
