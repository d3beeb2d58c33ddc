"""Weights that are not where a recurrent node has them: integers times a scale, arrays that only names tell, inputs."""

import io

import numpy as np
import pytest
from onnx import helper

from rnnviz.checkpoints import open_bytes, open_file, open_files
from rnnviz.errors import UnsupportedFileError

from ...raising import raises
from ..case_files import TOLERANCE, opened, states
from .graphs import model, same_as_runtime, theirs, weights

KIND = "onnx_without_recurrent_nodes"


def rng():
    return np.random.default_rng(0)


def inputs(draw, *shape):
    return draw.normal(size=shape).astype(np.float32)


def bytes_of(made):
    return made.SerializeToString()


# ---- arrays that only names tell ----------------------------------------------------------------------------


def test_a_cell_in_a_loop():
    checkpoint, right = opened(KIND, "o_lstmcell_loop")
    assert np.abs(states(checkpoint.model(), right["x"]) - right["y"]).max() < TOLERANCE
    (stack,) = checkpoint.stacks
    assert {setting.basis for setting in stack.settings} == {"assumed"} and len(stack.notes) == 1


def unrolled(arrays):
    """A graph of products and tanh with these arrays."""
    nodes = [helper.make_node("MatMul", ["X", "M"], ["a"]), helper.make_node("Tanh", ["a"], ["b"])]
    return bytes_of(model(nodes, arrays | {"M": np.eye(2, dtype=np.float32)}, outputs=("b",)))


@pytest.mark.parametrize("gates", [1, 3, 4])
def test_cells_by_their_names(gates):
    torch = pytest.importorskip("torch")
    kind = {1: torch.nn.RNN, 3: torch.nn.GRU, 4: torch.nn.LSTM}[gates]
    module = kind(3, 4, bidirectional=True)
    x = rng().normal(size=(6, 3)).astype(np.float32)
    arrays = {}
    for name, value in module.state_dict().items():
        way = "bwd" if name.endswith("_reverse") else "fwd"
        arrays[f"lstm_{way}.cell.{name.partition('_l0')[0]}"] = value.numpy()
    found = open_bytes("m.onnx", unrolled(arrays))
    right = module(torch.tensor(x)[:, None])[0].detach().numpy()[:, 0]
    assert np.abs(states(found.model(), x) - right).max() < 1e-5


def test_two_cells_and_what_is_around_them():
    arrays = {
        "m.encoder.weight_ih": np.ones((9, 2)), "m.encoder.weight_hh": np.ones((9, 3)),
        "m.decoder.weight_ih": np.ones((9, 2)), "m.decoder.weight_hh": np.ones((9, 3)), "m.out.weight": np.ones((5, 3)),
    }  # fmt: skip
    found = open_bytes("m.onnx", unrolled({name: array.astype(np.float32) for name, array in arrays.items()}))
    assert [stack.name for stack in found.stacks] == ["m.encoder", "m.decoder"]
    assert any("m.out.weight" in stack.readouts for stack in found.stacks)


def around_a_cell(below, above):
    """A graph of one step of a simple RNN. below: what its input goes through. above: what its state goes through."""
    shapes = {"cell.weight_ih": (4, 3), "cell.weight_hh": (4, 4), "out.weight": (5, 4), "emb.weight": (9, 3)}
    arrays = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
    nodes = [
        helper.make_node("Gather", ["emb.weight", "ids"], ["e"]), *below,
        helper.make_node("Gemm", ["x" if below else "e", "cell.weight_ih"], ["a"], transB=1),
        helper.make_node("Gemm", ["h", "cell.weight_hh"], ["b"], transB=1),
        helper.make_node("Add", ["a", "b"], ["c"]), helper.make_node("Tanh", ["c"], ["s"]), *above,
        helper.make_node("Gemm", ["t" if above else "s", "out.weight"], ["y"], transB=1),
    ]  # fmt: skip
    (stack,) = open_bytes("m.onnx", bytes_of(model(nodes, arrays | {"M": np.eye(4)}, outputs=("y",)))).stacks
    return {name: stack.setting(name).value for name in ("embedding", "readout")}


def test_the_graph_says_what_is_directly_around_a_cell_that_is_written_out():
    squeeze = helper.make_node("Squeeze", ["e"], ["x"])
    attention = [helper.make_node("Concat", ["s", "ctx"], ["u"]), helper.make_node("MatMul", ["u", "M"], ["t"])]
    product = helper.make_node("Mul", ["e", "e"], ["x"])
    direct = {"embedding": "emb.weight", "readout": "out.weight"}
    assert around_a_cell([], []) == around_a_cell([squeeze], []) == direct
    assert around_a_cell([product], attention) == {"embedding": "none", "readout": "none"}


@pytest.mark.parametrize(
    "arrays", [{}, {"cell.weight_ih": np.ones((4, 2), np.float32)}, {"a.weight_ih": np.ones((3, 2), np.int64)}]
)
def test_names_that_are_no_layer_are_refused_as_before(arrays):
    with raises(UnsupportedFileError, code="unrolled", file="m.onnx"):
        open_bytes("m.onnx", unrolled(arrays))


# ---- integers times a scale -----------------------------------------------------------------------------------


def test_a_quantised_network():
    checkpoint, right = opened(KIND, "o_int8")
    model = checkpoint.model()
    assert np.abs(states(model, right["ids"]) - right["y_float"]).max() < 0.01
    probabilities = model.trace(right["ids"]).probabilities
    assert np.abs(probabilities - right["out_int8"]).max() < 0.001
    assert checkpoint.stacks[0].left_out
    changed = {array.target: array.changes for array in checkpoint.convert().arrays}
    assert all("integers times" in changed[name] for name in ("rnn.weight_hh_l0", "embedding.weight", "readout.weight"))


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("per_column", [False, True])
@pytest.mark.parametrize("kind", [np.int8, np.uint8])
def test_quantised_nodes_are_their_scaled_weights(kind, per_column, directions):
    sizes, draw = {"W": 3, "R": 4}, rng()
    stored, plain = {}, {}
    for letter, inner in sizes.items():
        low, high = (-100, 100) if kind == np.int8 else (0, 200)
        integers = draw.integers(low, high, (directions, inner, 16)).astype(kind)
        scale = (draw.random((directions, 16) if per_column else directions) * 0.01).astype(np.float32)
        zero = (np.full(scale.shape, 0 if kind == np.int8 else 100)).astype(kind)
        stored |= {letter: integers, f"{letter}s": scale, f"{letter}z": zero}
        wide = (directions, 1, -1)
        plain[letter] = ((integers.astype(float) - zero.reshape(wide)) * scale.reshape(wide)).swapaxes(1, 2)
    bias = draw.normal(size=(directions, 32)).astype(np.float32)
    way = "bidirectional" if directions == 2 else "forward"
    node = helper.make_node(
        "DynamicQuantizeLSTM", ["X", "W", "R", "B", "", "", "", "", "Ws", "Wz", "Rs", "Rz"], ["Y", "Y_h"],
        domain="com.microsoft", hidden_size=4, direction=way,
    )  # fmt: skip
    imports = [helper.make_opsetid("com.microsoft", 1)]
    made = model([node], stored | {"B": bias}, outputs=("Y",), imports=imports)
    (stack,) = open_bytes("m.onnx", bytes_of(made)).stacks
    arrays = {name: array.astype(np.float32) for name, array in plain.items()} | {"B": bias}
    same = helper.make_node("LSTM", ["X", "W", "R", "B"], ["Y", "Y_h", "Y_c"], hidden_size=4, direction=way)
    same_as_runtime(stack, model([same], arrays, outputs=("Y", "Y_h", "Y_c")), inputs(draw, 5, 1, 3))
    if kind == np.int8 and not per_column:  # the runtime itself rounds what it reads
        x = inputs(draw, 5, 1, 3)
        rounded = theirs(made, {"X": x})["Y"]
        exact = theirs(model([same], arrays, outputs=("Y",)), {"X": x})["Y"]
        assert np.abs(rounded - exact).max() < 0.05


def test_quantised_nodes_without_a_scale_are_refused():
    node = helper.make_node("DynamicQuantizeLSTM", ["X", "W", "R"], ["Y"], domain="com.microsoft", hidden_size=4)
    stored = {"W": np.ones((1, 3, 16), np.int8), "R": np.ones((1, 4, 16), np.int8)}
    imports = [helper.make_opsetid("com.microsoft", 1)]
    with raises(UnsupportedFileError, file="m.onnx"):
        open_bytes("m.onnx", bytes_of(model([node], stored, outputs=("Y",), imports=imports)))


# ---- weights that the graph takes as inputs -------------------------------------------------------------------


def without_weights():
    """An LSTM whose weights are inputs of the graph, these, and the same LSTM with its weights inside."""
    arrays = weights("LSTM", (2, 3), rng())
    node = helper.make_node("LSTM", ["X", *arrays], ["Y", "Y_h", "Y_c"], hidden_size=3)
    outputs = ("Y", "Y_h", "Y_c")
    taking = model([node], {}, inputs=("X", *arrays), outputs=outputs)
    return bytes_of(taking), arrays, model([node], arrays, outputs=outputs)


def npz(arrays):
    made = io.BytesIO()
    np.savez(made, **arrays)
    return made.getvalue()


def test_weights_beside_a_graph_that_takes_them(tmp_path):
    from safetensors.numpy import save

    data, arrays, whole = without_weights()
    (tmp_path / "m.onnx").write_bytes(data)
    with raises(UnsupportedFileError, code="weights", file="m.onnx") as caught:
        open_file(tmp_path / "m.onnx")
    assert "npz" in str(caught.value)
    (tmp_path / "m.npz").write_bytes(npz(arrays))
    found = [open_file(tmp_path / "m.onnx")]
    for name, given in {"w.npz": npz(arrays), "w.safetensors": save(arrays)}.items():
        found += [open_files({"m.onnx": data, name: given}), open_files({name: given, "m.onnx": data})]
    for checkpoint in found:
        assert checkpoint.name == "m.onnx"
        same_as_runtime(checkpoint.stacks[0], whole, inputs(rng(), 5, 1, 2))


def test_weights_beside_a_graph_that_has_its_own_are_another_model():
    _, arrays, whole = without_weights()
    with raises(UnsupportedFileError, code="several_models"):
        open_files({"m.onnx": bytes_of(whole), "w.npz": npz(arrays)})
