"""Recurrent nodes joined into stacks: through what exporters put between them, with what stands below and on top."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, load_from_string

from rnnviz.cells import LSTM
from rnnviz.cells.cell_kind import CellKind
from rnnviz.checkpoints import open_bytes
from rnnviz.checkpoints.conversion import convert_stack
from rnnviz.errors import FileError
from rnnviz.limits import Limits

from ...raising import raises
from ...strategies import seeds
from .graphs import DIRECTIONS, close, model, one_node, only, read, run, theirs, value, weights

IDS = {"ids": TensorProto.INT64}


def renamed(arrays, k):
    return {f"{name}{k}": array for name, array in arrays.items()}


def layer(op, k, given, output, arrays, **attributes):
    """One recurrent node that reads `given`; its arrays are added to `arrays`."""
    size, hidden = attributes.pop("sizes")
    ways = len(DIRECTIONS[attributes.get("direction", "forward")])
    arrays |= renamed(weights(op, (size, hidden), np.random.default_rng(k), ways), k)
    names = [f"{letter}{k}" for letter in "WRB"]
    return helper.make_node(op, [given, *names], [output], name=f"/net/rnn/{op}_{k}", hidden_size=hidden, **attributes)


JOINING = {
    "squeezed": [("Squeeze", ["Y0", "one"], ["T0"], {})],
    "reshaped": [("Reshape", ["Y0", "shape"], ["T0"], {})],
    "turned there and back": [
        ("Squeeze", ["Y0", "one"], ["a"], {}),
        ("Transpose", ["a"], ["b"], {"perm": [1, 0, 2]}),
        ("Dropout", ["b"], ["c"], {}),
        ("Cast", ["c"], ["d"], {"to": 1}),
        ("Identity", ["d"], ["e"], {}),
        ("Transpose", ["e"], ["T0"], {"perm": [1, 0, 2]}),
    ],
}


@pytest.mark.parametrize("how", JOINING)
def test_layers_are_one_stack_through_nodes_that_only_turn_arrays(how):
    arrays = {"one": np.array([1]), "shape": np.array([0, 0, -1]) if how != "reshaped" else np.array([5, 2, 4])}
    nodes = [layer("LSTM", 0, "X", "Y0", arrays, sizes=(3, 4))]
    nodes += [helper.make_node(op, given, made, **more) for op, given, made, more in JOINING[how]]
    nodes += [layer("LSTM", 1, "T0", "Y", arrays, sizes=(4, 2), direction="reverse")]
    made = model(nodes, arrays)
    stack = only(made)
    assert [[*ways] for ways in stack.layers] == [["forward"], ["backward"]]
    assert [stack.hidden_size(k) for k in range(2)] == [4, 2]
    assert stack.name == "net.rnn"
    x = np.random.default_rng(9).standard_normal((5, 2, 3)).astype(np.float32)
    close(run(stack, x)["top"], theirs(made, {"X": x})["Y"][:, 0])


MERGES = {
    "concat": [("Transpose", ["Y0"], ["a"], {"perm": [0, 2, 1, 3]}), ("Reshape", ["a", "shape"], ["T0"], {})],
    "sum": [("ReduceSum", ["Y0", "one"], ["T0"], {"keepdims": 0})],
    "ave": [("ReduceMean", ["Y0"], ["T0"], {"keepdims": 0, "axes": [1]})],
    "mul": [
        ("Split", ["Y0"], ["a", "b"], {"axis": 1}),
        ("Squeeze", ["a", "one"], ["c"], {}),
        ("Squeeze", ["b", "one"], ["d"], {}),
        ("Mul", ["c", "d"], ["T0"], {}),
    ],
}


@pytest.mark.parametrize("merge", MERGES)
def test_two_directions_are_merged_as_the_graph_does(merge):
    arrays = {"one": np.array([1]), "shape": np.array([0, 0, -1])}
    nodes = [layer("GRU", 0, "X", "Y0", arrays, sizes=(3, 4), direction="bidirectional")]
    nodes += [helper.make_node(op, given, made, **more) for op, given, made, more in MERGES[merge]]
    nodes += [layer("GRU", 1, "T0", "Y", arrays, sizes=(8 if merge == "concat" else 4, 2))]
    made = model(nodes, arrays)
    stack = only(made)
    assert stack.merge == merge
    assert [[*ways] for ways in stack.layers] == [["forward", "backward"], ["forward"]]
    x = np.random.default_rng(9).standard_normal((5, 2, 3)).astype(np.float32)
    close(run(stack, x)["top"], theirs(made, {"X": x})["Y"][:, 0])


@pytest.mark.parametrize(("op", "merge"), [("Concat", "concat"), ("Add", "sum")])
def test_two_nodes_that_read_the_same_both_ways_are_one_layer(op, merge):
    arrays = {"one": np.array([1])}
    nodes = [
        layer("RNN", 0, "X", "F", arrays, sizes=(3, 4)),
        layer("RNN", 1, "X", "G", arrays, sizes=(3, 4), direction="reverse"),
        helper.make_node("Squeeze", ["F", "one"], ["f"]),
        helper.make_node("Squeeze", ["G", "one"], ["g"]),
        helper.make_node(op, ["f", "g"], ["Y"], **({"axis": -1} if op == "Concat" else {})),
    ]
    made = model(nodes, arrays)
    stack = only(made)
    assert ([[*ways] for ways in stack.layers], stack.merge) == ([["forward", "backward"]], merge)
    x = np.random.default_rng(9).standard_normal((5, 2, 3)).astype(np.float32)
    close(run(stack, x)["top"], theirs(made, {"X": x})["Y"])


def two(between, op="LSTM", second="LSTM", size=4, **more):
    """Two recurrent nodes with other nodes in between."""
    arrays = {"one": np.array([1])}
    nodes = [layer(op, 0, "X", "Y0", arrays, sizes=(3, 4)), helper.make_node("Squeeze", ["Y0", "one"], ["S"]), *between]
    nodes += [layer(second, 1, "T" if between else "S", "Y", arrays, sizes=(size, 2), **more)]
    return model(nodes, arrays)


@pytest.mark.parametrize(("op", "second"), [("LSTM", "GRU"), ("GRU", "RNN"), ("RNN", "LSTM")])
def test_nodes_of_different_cells_that_read_each_other_are_one_stack(op, second):
    made = two([], op=op, second=second)
    stack = only(made)
    assert stack.cells == (op.lower(), second.lower()) and not stack.left_out
    x = np.random.default_rng(9).standard_normal((5, 2, 3)).astype(np.float32)
    close(run(stack, x)["top"], theirs(made, {"X": x})["Y"][:, 0])


def test_nodes_of_one_cell_with_other_activations_are_one_stack_with_settings_of_their_own():
    made = two([], activations=["Sigmoid", "Relu", "Tanh"])
    stack = only(made)
    assert [stack.setting(name).value for name in ("activation_l0", "activation_l1")] == ["tanh", "relu"]
    x = np.random.default_rng(9).standard_normal((5, 2, 3)).astype(np.float32)
    close(run(stack, x)["top"], theirs(made, {"X": x})["Y"][:, 0])
    changed = convert_stack(stack, {"activation_l1": "tanh"}).network
    assert changed.cell_kinds[1] == CellKind("lstm", LSTM.resolve_options({}))


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (two([helper.make_node("Relu", ["S"], ["T"])]), "Relu"),
    ],
)
def test_what_is_no_single_stack_is_two_and_told_why(made, says):
    (first, second), notes = read(made)
    assert (first.name, second.name, notes) == ("net.rnn", "net.rnn (2)", ())
    assert first.notes == ()
    assert says in second.left_out[0]


def test_two_layers_that_read_the_same_one_are_stacks_of_their_own():
    arrays = {"one": np.array([1])}
    nodes = [layer("GRU", 0, "X", "Y0", arrays, sizes=(3, 4)), helper.make_node("Squeeze", ["Y0", "one"], ["S"])]
    nodes += [layer("GRU", k, "S", f"Y{k}", arrays, sizes=(4, 2)) for k in (1, 2)]
    stacks, _ = read(model(nodes, arrays, outputs=("Y1", "Y2")))
    assert [len(stack.layers) for stack in stacks] == [1, 1, 1]
    assert all("read the same layer" in stack.left_out[0] for stack in stacks[1:])


# ---- embedding and readout -----------------------------------------------------------------------------


@pytest.mark.parametrize("top", ["MatMul", "Gemm", "Gemm turned"])
def test_embedding_and_readout_are_found(top):
    rng = np.random.default_rng(0)
    arrays = {"table": rng.standard_normal((7, 3)).astype("f"), "bias": rng.standard_normal(5).astype("f")}
    arrays |= {"one": np.array([1]), "last": np.array(-1)}
    weight = rng.standard_normal((5, 4)).astype("f")
    arrays["weight"] = weight if top == "Gemm turned" else weight.T
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"], name="/emb/Gather"),
        layer("GRU", 0, "x", "Y0", arrays, sizes=(3, 4)),
        helper.make_node("Squeeze", ["Y0", "one"], ["S"]),
    ]
    if top == "MatMul":
        nodes.append(helper.make_node("MatMul", ["S", "weight"], ["sums"], name="/head/MatMul"))
        nodes.append(helper.make_node("Add", ["bias", "sums"], ["logits"]))
    else:
        nodes.append(helper.make_node("Gather", ["S", "last"], ["end"], axis=0))
        turned = {"transB": 1} if top == "Gemm turned" else {}
        nodes.append(helper.make_node("Gemm", ["end", "weight", "bias"], ["logits"], name="/head/Gemm", **turned))
    nodes.append(helper.make_node("Softmax", ["logits"], ["p"]))
    made = model(nodes, arrays, ("ids",), ("logits", "p"), kinds=IDS)
    stack = only(made)
    assert stack.notes == ()
    assert (value(stack, "embedding"), value(stack, "readout")) == ("table", "head")
    assert all("none" in stack.setting(name).choices for name in ("embedding", "readout"))
    readout = stack.readouts["head"]
    np.testing.assert_array_equal(readout.weight.array, weight)
    ids = rng.integers(0, 7, (6, 2))
    ours = run(stack, stack.embeddings["table"].array[ids])["top"] @ readout.weight.array.T + readout.bias.array
    close(ours if top == "MatMul" else ours[-1], theirs(made, {"ids": ids})["logits"])


def test_what_is_done_to_inputs_is_told_and_what_is_done_to_sums_is_run():
    rng = np.random.default_rng(0)
    arrays = {"scale": np.array(2, "f"), "weight": rng.standard_normal((4, 1)).astype("f"), "one": np.array([1])}
    nodes = [
        helper.make_node("Mul", ["X", "scale"], ["x"]),
        layer("GRU", 0, "x", "Y0", arrays, sizes=(3, 4)),
        helper.make_node("Squeeze", ["Y0", "one"], ["S"]),
        helper.make_node("MatMul", ["S", "weight"], ["sums"], name="says"),
        helper.make_node("Sigmoid", ["sums"], ["Y"]),
    ]
    stack = only(model(nodes, arrays))
    assert stack.embeddings == {}
    assert [*stack.readouts] == ["says"]
    assert value(stack, "embedding") == "none"
    (about_inputs,) = stack.left_out
    assert "Mul" in about_inputs
    assert stack.readouts["says"].activation == "sigmoid"


# ---- graphs in graphs ----------------------------------------------------------------------------------


def branch(name, k, arrays):
    """A branch of an If that holds a GRU of its own."""
    node = layer("GRU", k, "X", f"Y{k}", arrays, sizes=(3, 4))
    return helper.make_graph([node], name, [], [helper.make_tensor_value_info(f"Y{k}", TensorProto.FLOAT, None)])


def test_branches_are_searched_and_what_stands_in_both_is_shown_once():
    for other in (0, 1):
        arrays = {}
        either = {"then_branch": branch("a", 0, arrays), "else_branch": branch("b", other, arrays)}
        nodes = [
            helper.make_node("If", ["which"], ["Y0"], **either),
            helper.make_node("Squeeze", ["Y0", "one"], ["S"]),
            helper.make_node("MatMul", ["S", "weight"], ["Y"], name="head"),
        ]
        arrays |= {"one": np.array([1]), "weight": np.ones((4, 2), "f")}
        stacks, notes = read(model(nodes, arrays, ("X", "which"), kinds={"which": TensorProto.BOOL}))
        assert [[*stack.readouts] for stack in stacks] == [["head"]] * (1 + other)
        assert len(notes) == 1 - other


def test_local_functions_are_searched_with_what_they_are_given():
    arrays = weights("GRU", (3, 4), np.random.default_rng(0))
    node = helper.make_node("GRU", ["x", "w", "r", "b"], ["y"], name="rnn/GRU", hidden_size=4)
    node.attribute.add(name="linear_before_reset", ref_attr_name="after", type=2)
    function = helper.make_function(
        "own", "Block", ["x", "w", "r", "b"], ["y"], [node], [helper.make_opsetid("", 17)], ["after"]
    )
    call = helper.make_node("Block", ["X", "W", "R", "B"], ["Y"], domain="own", after=1)
    made = model([call], arrays, imports=[helper.make_opsetid("own", 1)], functions=[function])
    stack = only(made)
    assert value(stack, "reset") == "after"
    x = np.random.default_rng(9).standard_normal((5, 2, 3)).astype(np.float32)
    close(run(stack, x)["top"], theirs(made, {"X": x})["Y"][:, 0])


@pytest.mark.parametrize("deep", [True, False])
def test_functions_that_call_each_other_without_end_are_refused(deep):
    """One that calls itself, and forty that each call the one before twice."""
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    if deep:
        bodies = {"f0": [helper.make_node("f0", ["x"], ["y"], domain="own")]}
    else:
        bodies = {"f0": [helper.make_node("Relu", ["x"], ["y"])]}
        for k in range(1, 40):
            calls = [("x", "m"), ("m", "y")]
            bodies[f"f{k}"] = [helper.make_node(f"f{k - 1}", [a], [b], domain="own") for a, b in calls]
    functions = [helper.make_function("own", name, ["x"], ["y"], nodes, imports) for name, nodes in bodies.items()]
    call = helper.make_node([*bodies][-1], ["X"], ["Y"], domain="own")
    made = model([call], {}, imports=imports[1:], functions=functions)
    with raises(FileError, code="recursion" if deep else "nodes"):
        read(made, limits=Limits(nodes=1000))


def test_a_graph_that_runs_in_circles_ends():
    nodes = [
        helper.make_node("Identity", ["b"], ["a"]),
        helper.make_node("Concat", ["a", "a"], ["b"], axis=0),
        helper.make_node("GRU", ["Y", "a", "b", "b"], ["Y"], hidden_size=4),
    ]
    with raises(FileError, code="weights", part="W"):
        read(model(nodes, {}))
    arrays = {}
    rings = [layer("GRU", k, f"Y{1 - k}", f"Y{k}", arrays, sizes=(4, 4)) for k in (0, 1)]
    stacks, _ = read(model(rings, arrays, outputs=("Y0",)))
    assert sum(len(stack.layers) for stack in stacks) == 2


def test_long_chains_of_nodes_are_followed_or_given_up_but_never_break():
    arrays = weights("GRU", (3, 4), np.random.default_rng(0))
    chain = [helper.make_node("Identity", [f"W{k}" if k else "W"], [f"W{k + 1}"]) for k in range(3000)]
    node = helper.make_node("GRU", ["X", "W3000", "R", "B"], ["Y"], hidden_size=4)
    with raises(FileError, code="weights", part="W"):
        read(model([*chain, node], arrays))


# ---- PyTorch's exporter --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@settings(max_examples=4)
@given(layers=st.integers(1, 2), both=st.booleans(), first=st.booleans(), biased=st.booleans(), seed=seeds)
def test_what_pytorch_exports_is_understood(kind, layers, both, first, biased, seed):
    torch = pytest.importorskip("torch")
    torch.manual_seed(seed)

    class Tagger(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(11, 3)
            more = {"bidirectional": both, "batch_first": first, "bias": biased}
            self.rnn = getattr(torch.nn, kind)(3, 4, layers, **more)
            self.head = torch.nn.Linear(8 if both else 4, 5)

        def forward(self, ids):
            return self.head(self.rnn(self.embedding(ids))[0])

    tagger = Tagger().eval()
    ids = torch.randint(0, 11, (2, 6) if first else (6, 2))
    made = exported(torch, tagger, ids)
    stack = only(made)
    assert (stack.cell, stack.name, len(stack.layers), stack.notes) == (kind.lower(), "rnn", layers, ())
    assert (stack.assumed, stack.initial) == ((), {})
    assert value(stack, "reset") == ("after" if kind == "GRU" else None)
    assert (value(stack, "embedding"), value(stack, "readout")) == ("embedding.weight", "head")
    table, readout = stack.embeddings["embedding.weight"].array, stack.readouts["head"]
    np.testing.assert_array_equal(table, tagger.embedding.weight.detach().numpy())
    for_us = table[ids.numpy().T if first else ids.numpy()]
    ours = run(stack, for_us)["top"] @ readout.weight.array.T + readout.bias.array
    with torch.no_grad():
        close(ours.swapaxes(0, 1) if first else ours, tagger(ids).numpy())


def exported(torch, module, *inputs):
    """A module as its exporter writes it that needs nothing but PyTorch and onnx."""
    import io
    import warnings

    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that there is a newer one, and that a batch size was fixed
        torch.onnx.export(module, inputs, file, dynamo=False)
    return load_from_string(file.getvalue())


def test_a_file_of_one_node_has_a_name():
    made = one_node("GRU", weights("GRU", (2, 3), np.random.default_rng(0)), hidden_size=3)
    made.graph.node[0].name = ""
    assert only(made).name == "gru"


# ---- heads ----------------------------------------------------------------------------------------------------

# By way of reading states (T, 1, 2 H), both directions side by side, in PyTorch: what the head is said to read.
HEADS = {
    "last step": (lambda y: y[-1], "last step"),
    "last of each direction": (lambda y: cat([y[-1, :, :4], y[0, :, 4:]]), "last states"),
    "mean": (lambda y: y.mean(0), "mean"),
    "first step": (lambda y: y[0], None),
    "some step": (lambda y: y[2], None),
    "mean beside maximum": (lambda y: cat([y.mean(0)[:, :4], y.max(0)[0][:, :4]]), None),
    "after an activation": (lambda y: y[-1].relu(), None),
}


def cat(parts):
    import torch

    return torch.cat(parts, -1)


@pytest.mark.parametrize("how", HEADS)
def test_a_head_answers_as_its_network_or_is_none(how):
    torch = pytest.importorskip("torch")
    reads, reading = HEADS[how]
    torch.manual_seed(0)
    rnn, fc = torch.nn.GRU(3, 4, bidirectional=True), torch.nn.Linear(8, 1)
    tagger = torch.nn.ModuleList([rnn, fc])
    tagger.forward = lambda x: fc(reads(rnn(x)[0]))
    x = torch.randn(6, 1, 3)
    found = open_bytes("m.onnx", exported(torch, tagger, x).SerializeToString())
    (stack,) = found.stacks
    if reading is None:
        assert stack.readouts == {} and any("go on to" in words for words in stack.left_out)
        return
    right = tagger(x).detach().numpy()[0]
    assert next(iter(stack.readouts.values())).reading == reading
    np.testing.assert_allclose(found.model().trace(x.numpy()[:, 0]).answer, right, rtol=0, atol=1e-5)


def test_the_weights_of_an_attention_are_not_the_end_of_a_network():
    torch = pytest.importorskip("torch")
    rnn, scores, fc = torch.nn.LSTM(3, 4), torch.nn.Linear(4, 1), torch.nn.Linear(4, 2)
    tagger = torch.nn.ModuleList([rnn, scores, fc])

    def forward(x):
        y = rnn(x)[0]
        return fc((torch.softmax(scores(y), 0) * y).sum(0))

    tagger.forward = forward
    (stack,) = open_bytes("m.onnx", exported(torch, tagger, torch.randn(6, 1, 3)).SerializeToString()).stacks
    assert any("Softmax" in words for words in stack.left_out)
