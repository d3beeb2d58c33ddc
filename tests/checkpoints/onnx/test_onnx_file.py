"""Single recurrent nodes of ONNX files, against ONNX Runtime, and files that are refused with the reason."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from rnnviz.checkpoints.onnx.onnx_file import OnnxFile, read_stacks
from rnnviz.errors import DamagedFileError, FileError, LimitError, NotFiniteError, UnsupportedFileError
from rnnviz.limits import Limits

from ...raising import raises
from ...strategies import seeds
from .graphs import DIRECTIONS, ROWS, file_of, model, one_node, only, read, run, same_as_runtime, theirs, value, weights

OPS = sorted(ROWS)


def ends(op):
    return ("Y", "Y_h", "Y_c") if op == "LSTM" else ("Y", "Y_h")


def inputs(rng, steps, batch, size):
    return rng.standard_normal((steps, batch, size)).astype(np.float32)


@pytest.mark.parametrize("op", OPS)
@given(
    direction=st.sampled_from(sorted(DIRECTIONS)),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 5)),
    steps=st.integers(1, 6),
    batch=st.integers(1, 3),
    biased=st.booleans(),
    starts=st.booleans(),
    choice=st.integers(0, 1),
    shorter=st.booleans(),
    seed=seeds,
)
def test_states_are_those_of_onnx_runtime(op, direction, sizes, steps, batch, biased, starts, choice, shorter, seed):
    rng = np.random.default_rng(seed)
    ways = DIRECTIONS[direction]
    arrays = weights(op, sizes, rng, len(ways))
    if not biased:
        del arrays["B"]
    if starts:
        for name in ("h0", "c0")[: 2 if op == "LSTM" else 1]:
            arrays[name] = np.repeat(rng.uniform(-1, 1, (len(ways), 1, sizes[1])).astype(np.float32), batch, axis=1)
    if shorter:
        arrays["lens"] = np.full(batch, max(steps - 1, 1), np.int32)
    more = {"GRU": {"linear_before_reset": choice}, "RNN": {"activations": [["Tanh", "Relu"][choice]] * len(ways)}}
    made = one_node(op, arrays, outputs=ends(op), hidden_size=sizes[1], direction=direction, **more.get(op, {}))
    stack = only(made)
    assert (stack.cell, stack.name, [*stack.layers[0]]) == (op.lower(), "rnn", ways)
    assert (stack.input_size, stack.hidden_size(), stack.width) == (*sizes, sizes[1] * len(ways))
    assert stack.max_steps == (max(steps - 1, 1) if shorter else None)
    assert value(stack, "order") == {"RNN": "h", "GRU": "zrn", "LSTM": "iofg"}[op]
    assert stack.assumed == ()
    same_as_runtime(stack, made, inputs(rng, steps, batch, sizes[0]))


@pytest.mark.parametrize(
    ("given", "says", "how"), [({}, "before", "fixed"), ({"linear_before_reset": 1}, "after", "stated")]
)
def test_the_placement_of_the_reset_gate_is_the_nodes_or_the_standards(given, says, how):
    made = one_node("GRU", weights("GRU", (2, 3), np.random.default_rng(0)), hidden_size=3, **given)
    setting = only(made).setting("reset")
    assert (setting.value, setting.basis) == (says, how)


def test_with_the_batch_first_states_to_start_from_are_turned():
    rng = np.random.default_rng(0)
    arrays = weights("LSTM", (2, 3), rng, 2)
    starts = {name: rng.standard_normal((2, 1, 3)).astype(np.float32) for name in ("h0", "c0")}
    turned = {name: array.swapaxes(0, 1) for name, array in starts.items()}
    one, other = (
        only(one_node("LSTM", arrays | given, hidden_size=3, direction="bidirectional", layout=layout))
        for layout, given in enumerate((starts, turned))
    )
    assert one.initial.keys() == other.initial.keys() == {(0, w, s) for w in one.layers[0] for s in ("hidden", "cell")}
    for key, source in one.initial.items():
        np.testing.assert_array_equal(source.array, other.initial[key].array)
    np.testing.assert_array_equal(one.initial[0, "backward", "cell"].array, starts["c0"][1, 0])


# ---- how weights are kept and prepared ---------------------------------------------------------------

KEPT = {
    "float16": (TensorProto.FLOAT16, np.float16),
    "float32": (TensorProto.FLOAT, np.float32),
    "float64": (TensorProto.DOUBLE, np.float64),
}


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("kind", [*KEPT, "bfloat16"])
def test_weights_of_every_precision_come_exactly(kind, raw):
    arrays = weights("GRU", (2, 3), np.random.default_rng(0))
    held = {}
    for name, array in arrays.items():
        if kind == "bfloat16":
            bits = (array.view(np.uint32) >> 16).astype(np.uint16)
            arrays[name] = (bits.astype(np.uint32) << 16).view(np.float32)
            element, numbers = TensorProto.BFLOAT16, arrays[name]
        else:
            element, dtype = KEPT[kind]
            numbers = arrays[name] = array.astype(dtype)
            bits = numbers
        held[name] = helper.make_tensor(name, element, array.shape, bits.tobytes() if raw else numbers.ravel(), raw=raw)
    found = only(one_node("GRU", held, hidden_size=3)).layers[0]["forward"]
    source = found["weight_ih"]
    np.testing.assert_array_equal(source.array, arrays["W"][0])
    assert source.array.dtype == (np.float64 if kind == "float64" else np.float32)
    assert (source.name, source.dtype, source.shape) == ("W", kind, (1, 9, 2))
    np.testing.assert_array_equal(found["bias_hh"].array, arrays["B"][0, 9:])


def prepared(rng):
    """An LSTM whose arrays are PyTorch's, put into ONNX's order by nodes, as exporters leave them without folding."""
    w, r, b, c = (0.6 * rng.standard_normal(shape).astype(np.float32) for shape in ((12, 2), (12, 3), (12,), (12,)))
    arrays = {"w": w, "r_t": r.T, "b": b, "c": c, "zero": np.array([0]), "axis": np.array([0])}
    nodes = [helper.make_node("Transpose", ["r_t"], ["r"], perm=[1, 0])]
    for name in ("w", "r", "b", "c"):
        for k, block in enumerate((0, 3, 1, 2)):
            start, end = f"{name}{k}_start", f"{name}{k}_end"
            nodes.append(helper.make_node("Constant", [], [start], value_ints=[3 * block]))
            nodes.append(helper.make_node("Constant", [], [end], value_ints=[3 * block + 3]))
            nodes.append(helper.make_node("Slice", [name, start, end, "axis"], [f"{name}{k}"]))
        nodes.append(helper.make_node("Concat", [f"{name}{k}" for k in range(4)], [f"{name}_put"], axis=0))
    nodes.append(helper.make_node("Concat", ["b_put", "c_put"], ["both"], axis=0))
    for name, put in {"W": "w_put", "R": "r_put", "B": "both"}.items():
        nodes.append(helper.make_node("Unsqueeze", [put, "zero"], [f"{name}_wide"]))
        nodes.append(helper.make_node("Identity", [f"{name}_wide"], [name]))
    nodes.append(helper.make_node("LSTM", ["X", "W", "R", "B"], ["Y", "Y_h", "Y_c"], name="rnn/LSTM", hidden_size=3))
    return model(nodes, arrays, outputs=("Y", "Y_h", "Y_c"))


def test_weights_that_nodes_cut_turn_and_join_are_computed():
    rng = np.random.default_rng(0)
    made = prepared(rng)
    stack = only(made)
    same_as_runtime(stack, made, inputs(rng, 5, 2, 2))
    found = stack.layers[0]["forward"]
    assert {name: source.name for name, source in found.items()} == {
        "weight_ih": "w",
        "weight_hh": "r_t",
        "bias_ih": "b + c",
        "bias_hh": "b + c",
    }
    assert found["weight_hh"].changes == "transposed, cut, joined"


def test_weights_behind_casts_splits_and_whole_numbers_are_computed():
    rng = np.random.default_rng(0)
    whole = rng.integers(-100, 100, (1, 3, 2)).astype(np.int8)
    arrays = {
        "q": whole, "scale": np.array(0.01, np.float32), "point": np.array(3, np.int8),
        "half": rng.standard_normal((3, 3)).astype(np.float16), "shape": np.array([1, 3, -1]),
        "two": rng.standard_normal((2, 6)).astype(np.float32), "sizes": np.array([1, 1]),
    }  # fmt: skip
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "scale", "point"], ["W"]),
        helper.make_node("Cast", ["half"], ["single"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["single", "shape"], ["R"]),
        helper.make_node("Split", ["two", "sizes"], ["unused", "B"], axis=0),
        helper.make_node("RNN", ["X", "W", "R", "B"], ["Y"], hidden_size=3),
    ]
    made = model(nodes, arrays)
    same_as_runtime(only(made), made, inputs(rng, 4, 1, 2))


def outside(location="weights.bin", offset=None, length=None, missing=False):
    """A GRU whose W is kept in another file."""
    arrays = weights("GRU", (2, 3), np.random.default_rng(0))
    tensor = TensorProto(name="W", dims=(1, 9, 2), data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    for key, entry in {"location": location, "offset": offset, "length": length}.items():
        if entry is not None:
            tensor.external_data.add(key=key, value=str(entry))
    data = b"\0" * 4 + arrays["W"].tobytes()
    return one_node("GRU", arrays | {"W": tensor}, hidden_size=3), {} if missing else {"weights.bin": data}, arrays["W"]


@pytest.mark.parametrize("location", ["weights.bin", "./weights.bin"])
def test_weights_are_found_in_the_file_next_to_it(location):
    made, beside, array = outside(location, 4, 72)
    np.testing.assert_array_equal(only(made, beside).layers[0]["forward"]["weight_ih"].array, array[0])
    assert OnnxFile().companions(file_of(made.SerializeToString())) == ("weights.bin",)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"missing": True}, "missing"),
        ({"offset": 8}, "size"),
        ({"offset": 8, "length": 72}, "external"),
        ({"offset": -4, "length": 72}, "external"),
        ({"offset": "x"}, "external"),
        *(({"location": way}, "outside") for way in
          ("/etc/passwd", "../weights.bin", "a/../../b", "C:\\weights", "\\\\server\\b", "..", "", "sub/weights.bin")),
    ],
)  # fmt: skip
def test_a_file_next_to_it_that_is_missing_wrong_or_elsewhere_is_refused(given, code):
    made, beside, _ = outside(**given)
    with raises(FileError, code=code, file="made.onnx"):
        read(made, beside)


# ---- states and lengths ------------------------------------------------------------------------------


def test_states_made_by_the_size_of_the_batch_are_zeros():
    rng = np.random.default_rng(0)
    arrays = weights("LSTM", (2, 3), rng) | {
        "one": np.array([1]),
        "three": np.array([3]),
        "h1": np.zeros((1, 1, 3), "f"),
    }
    nodes = [
        helper.make_node("Shape", ["X"], ["batch"], start=1, end=2),
        helper.make_node("Concat", ["one", "batch", "three"], ["sizes"], axis=0),
        helper.make_node("ConstantOfShape", ["sizes"], ["c0"]),
        helper.make_node("Expand", ["h1", "sizes"], ["h0"]),
        helper.make_node("LSTM", ["X", "W", "R", "B", "", "h0", "c0"], ["Y", "Y_h", "Y_c"], hidden_size=3),
    ]
    made = model(nodes, arrays, outputs=("Y", "Y_h", "Y_c"))
    stack = only(made)
    assert stack.initial == {}
    assert stack.assumed == ()
    same_as_runtime(stack, made, inputs(rng, 3, 2, 2))


def test_a_learned_state_repeated_for_the_batch_is_found():
    rng = np.random.default_rng(0)
    arrays = weights("GRU", (2, 3), rng) | {"one": np.array([1]), "three": np.array([3])}
    arrays["learned"] = rng.standard_normal((1, 1, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Shape", ["X"], ["batch"], start=1, end=2),
        helper.make_node("Concat", ["one", "batch", "three"], ["sizes"], axis=0),
        helper.make_node("Expand", ["learned", "sizes"], ["h0"]),
        helper.make_node("GRU", ["X", "W", "R", "B", "", "h0"], ["Y", "Y_h"], hidden_size=3),
    ]
    made = model(nodes, arrays, outputs=("Y", "Y_h"))
    stack = only(made)
    assert stack.initial[0, "forward", "hidden"].name == "learned"
    same_as_runtime(stack, made, inputs(rng, 3, 2, 2))


def test_states_and_lengths_from_outside_are_told():
    arrays = weights("LSTM", (2, 3), np.random.default_rng(0))
    stack = only(one_node("LSTM", arrays, more_inputs=("lens", "h0"), hidden_size=3))
    (setting,) = stack.assumed
    assert (setting.name, setting.value) == ("initial", "zeros")
    assert "h0" in setting.reason
    assert "'lens'" in stack.notes[0]


def test_sequences_of_several_lengths_and_states_are_told():
    arrays = weights("GRU", (2, 3), np.random.default_rng(0))
    arrays |= {"lens": np.array([2, 3], np.int32), "h0": np.arange(6, dtype=np.float32).reshape(1, 2, 3)}
    stack = only(one_node("GRU", arrays, hidden_size=3))
    assert stack.max_steps is None
    np.testing.assert_array_equal(stack.initial[0, "forward", "hidden"].array, [0, 1, 2])
    assert [("another hidden state" in note, "[2, 3] steps" in note) for note in stack.notes] == [
        (True, False),
        (False, True),
    ]


# ---- what is refused ---------------------------------------------------------------------------------


def changed(op="LSTM", drop=(), more_inputs=(), **given):
    """A sound node but for what is said."""
    arrays = {k: v for k, v in weights(op, (2, 3), np.random.default_rng(0)).items() if k not in drop}
    attributes = {"hidden_size": 3} | {k: v for k, v in given.items() if k.islower()}
    arrays |= {k: v for k, v in given.items() if not k.islower()}
    return one_node(op, arrays, more_inputs=more_inputs, **{k: v for k, v in attributes.items() if v is not None})


@pytest.mark.parametrize(
    ("made", "code", "part"),
    [
        (changed(hidden_size=4), "shape", "W"),
        (changed(hidden_size=-1), "size", ""),
        (changed(hidden_size=None, R=np.zeros((12, 3), "f")), "shape", ""),
        (changed(direction="bidirectional"), "shape", "W"),
        (changed(direction="sideways"), "direction", ""),
        (changed(B=np.zeros((1, 12), "f")), "shape", "B"),
        (changed(R=np.zeros((1, 9, 3), "f")), "shape", "R"),
        (changed(W=np.zeros((1, 12, 0), "f")), "empty", ""),
        (changed(W=np.zeros((1, 12, 2), int)), "dtype", "W"),
        (changed(W=np.zeros((1, 12, 2))), "dtype", ""),
        (changed(drop=["W"], more_inputs=["W"]), "weights", "W"),
        (changed(drop=["R"]), "weights", "R"),
        (changed(activations=["Tanh"]), "activation", ""),
        (changed(activations=["Tanh", "Swish", "Tanh"]), "activation", ""),
        (changed("RNN", direction="bidirectional", activations=["Tanh", "Relu"],
                 W=np.zeros((2, 3, 2), "f"), R=np.zeros((2, 3, 3), "f"), B=np.zeros((2, 6), "f")), "activation", ""),
        (changed(clip=-1.0), "clip", ""),
        (changed(clip="much"), "attribute", ""),
        (changed("RNN", activations=["LeakyRelu"], activation_alpha=[float("nan")]), "activation", ""),
        (changed(input_forget=1, activations=["Softsign", "Tanh", "Tanh"]), "input_forget", ""),
    ],
)  # fmt: skip
def test_a_node_that_contradicts_itself_is_refused_with_the_reason(made, code, part):
    with raises(UnsupportedFileError, code=code, part=part, file="made.onnx") as caught:
        read(made)
    assert caught.value.message.startswith("made.onnx ") and caught.value.message.endswith(".")


def test_hidden_size_is_read_off_the_weights_where_it_is_missing():
    stack = only(changed(hidden_size=None))
    assert stack.hidden_size() == 3
    assert "hidden_size" in stack.notes[0]


def test_weights_that_are_not_numbers_are_left_to_the_cell_which_names_them():
    stack = only(changed(W=np.full((1, 12, 2), np.nan, "f")))
    with raises(NotFiniteError, name="weight_ih", count=24):
        run(stack, np.zeros((1, 1, 2), np.float32))


def test_what_cannot_be_read_is_passed_over_where_another_can():
    rng = np.random.default_rng(0)
    arrays = weights("GRU", (2, 3), rng)
    nodes = [
        helper.make_node("GRU", ["X", "W", "R", "B"], ["Y"], name="good", hidden_size=3),
        helper.make_node("GRU", ["X", "W", "R", "B"], ["Z"], name="bad", hidden_size=5),
    ]
    (stack,), notes = read(model(nodes, arrays, outputs=("Y", "Z")))
    assert stack.name == "good"
    assert len(notes) == 1
    assert "'bad'" in notes[0]


def dense(*ops):
    """A graph of other nodes, some of them products of matrices."""
    nodes, top = [], "X"
    for k, op in enumerate(ops):
        nodes.append(helper.make_node(op, [top, "M"] if op == "MatMul" else [top], [f"v{k}"]))
        top = f"v{k}"
    return model(nodes, {"M": np.eye(2, dtype=np.float32)}, outputs=(top,))


@pytest.mark.parametrize(
    ("made", "code", "counts"),
    [
        (dense("MatMul", "MatMul", "Softmax", "MatMul"), "transformer", "3 MatMul, 1 Softmax"),
        (dense("MatMul", "Tanh", "MatMul", "Tanh"), "unrolled", "2 MatMul, 2 Tanh"),
        (dense("Relu", "Relu"), "no_recurrent_layer", "2 Relu"),
    ],
)
def test_a_graph_without_recurrent_nodes_is_told_what_it_holds(made, code, counts):
    with raises(UnsupportedFileError, code=code, file="made.onnx") as caught:
        read(made)
    assert counts in caught.value.message


@pytest.mark.parametrize("data", [b"", b"not a model", b"\x00" * 100, b"PK\x03\x04" + b"x" * 50, b"\x89HDF\r\n\x1a\n"])
def test_other_files_are_no_onnx_file(data):
    with raises(DamagedFileError, code="onnx", file="a.onnx"):
        read_stacks(file_of(data, name="a.onnx"))


def test_limits_hold_on_file_arrays_and_unpacked_size():
    made = changed()
    size = len(made.SerializeToString())
    with raises(LimitError, code="file", actual=size):
        read(made, limits=Limits(file=size - 1))
    with raises(LimitError, code="arrays", limit=2):
        read(made, limits=Limits(arrays=2))
    with raises(LimitError, code="unpacked"):
        read(made, limits=Limits(unpacked=300))
    assert read(made, limits=Limits(file=size, arrays=3, unpacked=4 * 12 * (2 + 3 + 2)))[0]


def test_small_nodes_cannot_make_large_arrays():
    bombs = [
        [helper.make_node("Expand", ["w", "huge"], ["W"])],
        [helper.make_node("ConstantOfShape", ["huge"], ["W"])],
        [helper.make_node("Gather", ["wide", "many"], ["W"])],
        [helper.make_node("Concat", [f"w{k}"] * 2, [f"w{k + 1}"], axis=0) for k in range(40)]
        + [helper.make_node("Identity", ["w40"], ["W"])],
    ]
    arrays = {k: v for k, v in weights("RNN", (2, 3), np.random.default_rng(0)).items() if k != "W"}
    arrays |= {
        "w": np.ones(1, "f"),
        "w0": np.ones(8, "f"),
        "huge": np.array([10**6, 10**6]),
        "wide": np.ones((1, 1000), "f"),
    }
    arrays |= {"many": np.zeros(10**4, np.int64)}
    for nodes in bombs:
        last = helper.make_node("RNN", ["X", "W", "R", "B"], ["Y"], hidden_size=3)
        with raises(LimitError, code="unpacked"):
            read(model([*nodes, last], arrays), limits=Limits(unpacked=10**6))


def test_the_runtime_pads_what_is_beyond_the_length():
    """What `max_steps` leaves out is no state: ONNX Runtime writes zeros there."""
    rng = np.random.default_rng(0)
    made = one_node("GRU", weights("GRU", (2, 3), rng) | {"lens": np.array([2], np.int32)}, hidden_size=3)
    assert not theirs(made, {"X": inputs(rng, 5, 1, 2)})["Y"][2:].any()
