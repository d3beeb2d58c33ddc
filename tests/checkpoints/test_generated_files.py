"""Files that Hypothesis makes: valid containers of every format whose words, numbers and parts are any."""

import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper
from safetensors.numpy import save

from rnnviz.checkpoints import FORMATS, open_bytes
from rnnviz.errors import RnnvizError

from .damaged_files import flipped
from .hostile_files import CASES, RNN, card, own_file, small_model, with_header, zipped
from .onnx.graphs import model as graph_file
from .onnx.graphs import weights

h5py = pytest.importorskip("h5py")
WORDS = ["LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "Sequential", "Functional", "Dense", "Embedding",
         "Dropout", "TimeDistributed", "lstm0", "x", "", "tanh", "hard_sigmoid", "sum", "float32", "F32", "BF16",
         "weight_ih_l0", "sigmoid within 3", "a/b", "..", "\u202e", "\U0001f600" * 40, "w" * 1001]  # fmt: skip
NUMBERS = [0, 1, -1, 2, 3, 4, 10**99, 2**63, -(2**63), 0.5, -1e308, True, False, None]
words = st.sampled_from(WORDS) | st.text(max_size=6)
values = st.recursive(
    st.sampled_from(NUMBERS) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def tried(name, data):
    """Opens a file, makes its models and describes it; anything but a sentence fails."""
    try:
        found = open_bytes(name, data)
        str(found)
        for stack in found.stacks:
            found.model(stack.name)
    except RnnvizError as error:
        assert "\n" not in error.message and len(error.message) < 2500
        assert error.message.isprintable() or "\u202e" in error.message or error.code


ENTRIES = ["format", "name", "cell", "options", "vocabulary", "labels", "merge", "longest", "scores", "training",
           "data", "seeds", "examples", "title"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(ENTRIES), values, min_size=1))
def test_cards_of_any_words(changes):
    tried("x.safetensors", own_file(**changes))
    weights = own_file()
    tried("x.zip", zipped({"m.safetensors": weights, "m.json": card(**changes)}))


keras_values = st.recursive(
    values,
    lambda inner: st.fixed_dictionaries(
        {"class_name": st.sampled_from(WORDS[:12]), "config": st.fixed_dictionaries({}, optional={
            "name": words, "layers": st.lists(inner, max_size=3), "layer": inner, "units": st.sampled_from(NUMBERS),
            "activation": values, "recurrent_activation": values, "merge_mode": values, "reset_after": values,
            "go_backwards": values, "cell": inner, "input_layers": values, "output_layers": values, "use_bias": values,
        })},
        optional={"name": words, "inbound_nodes": values, "module": values, "registered_name": values},
    ),
    max_leaves=8,
)  # fmt: skip


def keras_weights():
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        for name in ("lstm", "gru", "simple_rnn", "dense", "embedding"):
            group = file.create_group(f"layers/{name}/cell/vars")
            for place, shape in enumerate([(2, 12), (3, 12), (12,)]):
                group.create_dataset(str(place), data=np.ones(shape, np.float32))
    return made.getvalue()


WEIGHTS = keras_weights()


@given(keras_values)
def test_configurations_of_any_words(config):
    text = json.dumps(config)
    tried("x.keras", zipped({"config.json": text, "model.weights.h5": WEIGHTS}))
    made = io.BytesIO(WEIGHTS)
    with h5py.File(made, "r+") as file:
        file.attrs["model_config"] = np.bytes_(text.encode())
    tried("x.h5", made.getvalue())


@given(st.dictionaries(words, values, max_size=4), st.binary(max_size=64))
def test_headers_of_safetensors_of_any_words(header, data):
    tried("x.safetensors", with_header(json.dumps(header), data))


@given(st.lists(st.tuples(words, st.sampled_from([".npy", ".json", ".safetensors", "/data.pkl", "/version", ""]),
                          st.binary(max_size=40)), max_size=6),
       st.sampled_from(["x.zip", "x.npz", "x.pt", "x.keras"]))  # fmt: skip
def test_zips_of_any_names(entries, name):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for word, end, data in {f"{word}{end}": (word, end, data) for word, end, data in entries}.values():
            file.writestr(f"{word}{end}"[:60] or "x", data)
    tried(name, made.getvalue())


@given(st.lists(st.tuples(st.sampled_from(["LSTM", "GRU", "Concat", "Split", "Identity", "ConstantOfShape", "Expand",
                                           "Gather", "Slice", "Reshape", "Add", "MatMul", "Transpose", "If", "f"]),
                          st.lists(st.integers(0, 7), max_size=4), st.integers(0, 3)), min_size=1, max_size=8),
       st.lists(st.sampled_from([0, 1, -1, 2, 3, 12, 2**40, 2**62, -(2**62)]), max_size=5))  # fmt: skip
@settings(max_examples=60)
def test_graphs_of_any_nodes(nodes, numbers):
    """Values are numbered; the first ones are in the file."""
    rng = np.random.default_rng(0)
    arrays = {f"v{k}": array for k, array in enumerate(weights("LSTM", (2, 3), rng).values())}
    arrays |= {"v3": np.array(numbers, np.int64), "v4": np.array(1.0, np.float32)}
    made = []
    for place, (op, inputs, attribute) in enumerate(nodes):
        more = [{}, {"hidden_size": 3}, {"axis": -1}, {"direction": "bidirectional"}][attribute]
        given_values = [f"v{k}" for k in inputs]
        domain = "own" if op == "f" else ""
        made.append(helper.make_node(op, given_values, [f"v{5 + place}", f"u{place}"], domain=domain, **more))
    imports = [helper.make_opsetid("own", 1), helper.make_opsetid("", 17)]
    function = helper.make_function("own", "f", ["x"], ["y"], [helper.make_node("LSTM", ["x"], ["y"])], imports)
    tried("x.onnx", graph_file(made, arrays, imports=imports[:1], functions=[function]).SerializeToString())


@pytest.mark.parametrize("name", CASES)
def test_files_that_ask_for_much_and_are_damaged(name):
    """Bytes changed in small files of every kind of trouble."""
    case = CASES[name]
    data = case.make(2)
    for seed, damaged in enumerate(flipped(data, len(name), 40)):
        tried(case.name, damaged)
        tried(case.name, data[: len(data) * seed // 40])


@given(st.binary(max_size=60), st.sampled_from([format.suffixes[0] for format in FORMATS]))
def test_models_with_any_bytes_behind_them(rest, suffix):
    tried(f"x{suffix}", own_file() + rest)
    tried(f"x{suffix}", zipped({f"m{suffix}": own_file() + rest, "m.json": card()}))


def test_arrays_beside_a_card_of_another_network():
    parameters = small_model().network.parameters
    for name in parameters:
        for changed in ({}, {name: np.zeros((2, 2, 2), np.float32)}, {name: np.zeros(0, np.float32)}):
            arrays = {key: array for key, array in parameters.items() if key != name} | changed

            tried("x.safetensors", save(arrays | RNN, {"rnnviz": card()}))
