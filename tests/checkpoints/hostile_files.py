"""Files made to cost more than they weigh: each a few kilobytes that ask for much time or memory.

`CASES` has them by name, each a function of a size, which grows what the file asks for, and the size with which it is
tried. What a case is about stands in the first line of its function.
"""

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save

from rnnviz.checkpoints.native.card_json import to_json
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from .onnx.graphs import model as graph_file
from .onnx.graphs import weights
from .written_pickles import LINEAR, Called, coded, file_parts, mentioned, rounded, tensor

RNN = {"rnn.weight_ih_l0": np.ones((3, 2), np.float32), "rnn.weight_hh_l0": np.ones((3, 3), np.float32)}


class Case(NamedTuple):
    """name: of the file. make: its bytes for a size. size: to try. code: of the error, None for a file that opens."""

    name: str
    make: Callable
    size: int
    code: str | None = None


def zipped(parts):
    """A zip of these files, by name or as pairs."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items() if isinstance(parts, dict) else parts:
            file.writestr(name, data)
    return made.getvalue()


def small_model(units=3, name="m"):
    network = Network.random("rnn", hidden=units, vocabulary=4, embedding=2, classes=2, rng=np.random.default_rng(0))
    return Model(name, network, Vocabulary("characters", tuple("abcd")), ["x", "y"])


def card(**changes):
    """The card of a small model with other entries; a value is JSON itself where it is a `Raw`."""
    about = json.loads(to_json(small_model()))
    raw = {name: value for name, value in changes.items() if isinstance(value, Raw)}
    text = json.dumps(about | {name: value for name, value in changes.items() if name not in raw})
    return "".join([text[:-1], *(f", {json.dumps(name)}: {value}" for name, value in raw.items()), "}"])


class Raw(str):
    """A text that is JSON already."""


def own_file(**changes):
    """A model's file in safetensors with another card."""
    return save(small_model().network.parameters, {"rnnviz": card(**changes)})


def own_zip(*models, folders=("", "")):
    """A zip of models with their cards, weights and cards in these folders."""
    parts = []
    for made in models:
        parts.append((f"{folders[0]}{made.name}.safetensors", save(made.network.parameters)))
        parts.append((f"{folders[1]}{made.name}.json", to_json(made)))
    return zipped(parts)


def with_header(header, data=b""):
    """A safetensors file of this header."""
    text = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(text)) + text + data


# ---- words and numbers ---------------------------------------------------------------------------------------


def blanks_in_an_activation(size):
    """An activation on a card with blanks between its words."""
    return own_file(options={"activation": "tanh" + " " * size + "!"})


def blanks_in_an_activation_of_a_pair(size):
    """The same in an own zip."""
    return zipped({"m.safetensors": save(small_model().network.parameters),
                   "m.json": card(options={"activation": "tanh" + " " * size + "!"})})  # fmt: skip


def long_name(size):
    """A name of an array that begins like an embedding's, again and again."""
    return save(RNN | {"emb" * size + ".weight": np.ones((2, 2), np.float32)})


def many_long_names(size):
    """Names of the greatest length that is read."""
    return save(RNN | {"emb" * 300 + f"{k}.weight": np.ones((2, 2), np.float32) for k in range(size)})


def many_axes(size):
    """A shape in a safetensors header with very many large sizes."""
    shape = ",".join(["9223372036854775807"] * size)
    return with_header('{"a":{"dtype":"F32","shape":[' + shape + '],"data_offsets":[0,4]}}', bytes(4))


def many_axes_in_onnx(size):
    """The same for a tensor of ONNX."""
    arrays = weights("LSTM", (2, 3), np.random.default_rng(0))
    huge = TensorProto(name="W", data_type=1, dims=[2**62] * size, raw_data=bytes(4))
    node = helper.make_node("LSTM", ["X", "W", "R"], ["Y"], hidden_size=3)
    return graph_file([node], arrays | {"W": huge}).SerializeToString()


def shape_as_a_constant(size):
    """A shape that an ONNX node reads, with very many axes."""
    arrays = weights("LSTM", (2, 3), np.random.default_rng(0))
    arrays["shape"] = np.full(size, 2**40)
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["W2"]),
        helper.make_node("LSTM", ["X", "W2", "R"], ["Y"], hidden_size=3),
    ]
    return graph_file(nodes, arrays).SerializeToString()


def empty_objects(size):
    """A configuration of Keras that is a list of empty objects."""
    return zipped({"config.json": "[" + "{}," * size + "{}]", "model.weights.h5": b""})


def empty_objects_in_metadata(size):
    """The metadata of an ONNX file, the same."""
    arrays = weights("LSTM", (2, 3), np.random.default_rng(0))
    node = helper.make_node("LSTM", ["X", "W", "R"], ["Y"], hidden_size=3)
    made = graph_file([node], arrays)
    helper.set_model_props(made, {"rnnviz": '{"a": [' + "{}," * size + "{}]}"})
    return made.SerializeToString()


def nested_lists(size):
    """A card of lists in lists."""
    return own_file(deep=Raw("[" * size + "]" * size))


# ---- work -----------------------------------------------------------------------------------------------------


def doubling_functions(size):
    """ONNX functions of which each calls the next one twice, the last of which has no nodes: no node ever comes out."""
    imports = [helper.make_opsetid("own", 1), helper.make_opsetid("", 17)]
    functions = []
    for k in range(size):
        calls = 2 if k < size - 1 else 0
        nodes = [helper.make_node(f"f{k + 1}", ["x"], [], domain="own") for _ in range(calls)]
        functions.append(helper.make_function("own", f"f{k}", ["x"], [], nodes, imports))
    node = helper.make_node("f0", ["X"], [], domain="own")
    return graph_file([node], {}, imports=imports[:1], functions=functions).SerializeToString()


def functions_with_branches(size):
    """Functions that call one another, within the branches of Ifs within Ifs."""
    imports = [helper.make_opsetid("own", 1), helper.make_opsetid("", 17)]
    functions = []
    for k in range(size):
        inner = [helper.make_node(f"f{k + 1}", ["x"], ["y"], domain="own")] if k < size - 1 else []
        for _ in range(14):
            body = helper.make_graph(inner, "b", [], [])
            inner = [helper.make_node("If", ["x"], ["y"], then_branch=body)]
        functions.append(helper.make_function("own", f"f{k}", ["x"], ["y"], inner, imports))
    node = helper.make_node("f0", ["X"], ["Y"], domain="own")
    return graph_file([node], {}, imports=imports[:1], functions=functions).SerializeToString()


def additions_over_a_chain(size):
    """Very many sums of the ends of two long chains of nodes that change nothing."""
    arrays = weights("LSTM", (2, 3), np.random.default_rng(0))
    nodes = [helper.make_node("LSTM", ["X", "W", "R", "B"], ["c0"], hidden_size=3)]
    nodes += [helper.make_node("Identity", [f"c{k}"], [f"c{k + 1}"]) for k in range(600)]
    nodes += [helper.make_node("Add", ["c600", "c600"], [f"s{k}"]) for k in range(size)]
    return graph_file(nodes, arrays).SerializeToString()


def nodes_on_one_weight(size):
    """Recurrent nodes that share one weight of half precision."""
    arrays = weights("LSTM", (256, 256), np.random.default_rng(0), dtype=np.float16)
    nodes = [helper.make_node("LSTM", ["X", "W", "R"], [f"Y{k}"], hidden_size=256) for k in range(size)]
    return graph_file(nodes, arrays, outputs=["Y0"]).SerializeToString()


def coupled_nodes_on_one_weight(size):
    """Recurrent nodes with coupled gates, each of which needs the weights changed."""
    arrays = weights("LSTM", (256, 256), np.random.default_rng(0))
    nodes = [helper.make_node("LSTM", ["X", "W", "R"], [f"Y{k}"], hidden_size=256, input_forget=1) for k in range(size)]
    return graph_file(nodes, arrays, outputs=["Y0"]).SerializeToString()


def empty_nodes(size):
    """An ONNX graph of very many empty nodes: two bytes each in the file."""
    return b"\x08\x08:" + _varint(2 * size) + b"\x0a\x00" * size


def _varint(number):
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def keras_file(layers, names, units=4, inputs=4):
    """A .keras file of LSTM layers; layers: names in the configuration, names: of layers whose weights there are."""
    import h5py

    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        for k in range(names):
            group = file.create_group(f"layers/lstm{f'_{k}' if k else ''}/cell/vars")
            for place, shape in enumerate([(inputs, 4 * units), (units, 4 * units), (4 * units,)]):
                group.create_dataset(str(place), data=np.zeros(shape, np.float32))
            file[f"layers/lstm{f'_{k}' if k else ''}"].require_group("vars").attrs["name"] = f"lstm{k}"
    listed = [
        {"class_name": "LSTM", "config": {"name": name, "units": units, "return_sequences": True}} for name in layers
    ]
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": listed}}
    parts = {"config.json": json.dumps(config), "metadata.json": '{"keras_version": "3.0.0"}'}
    return zipped(parts | {"model.weights.h5": made.getvalue()})


def one_keras_layer_named_often(size):
    """A configuration that names one layer again and again."""
    return keras_file(["lstm0"] * size, 1, 256, 256)


def keras_layers(size):
    """A model of many layers, all of which there are."""
    return keras_file([f"lstm{k}" for k in range(size)], size)


def keras_layers_without_weights(size):
    """A model of very many layers that only pass on their input, below one that is recurrent."""
    listed = [{"class_name": "Dropout", "config": {"name": f"d{k}"}} for k in range(size)]
    with zipfile.ZipFile(io.BytesIO(keras_file(["lstm0"], 1))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    config = json.loads(parts["config.json"])
    config["config"]["layers"] = [*listed, *config["config"]["layers"], *listed]
    return zipped(parts | {"config.json": json.dumps(config)})


def groups_with_long_lists(size):
    """An HDF5 file of groups that each list thousands of names."""
    import h5py

    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        for k in range(size):
            file.create_group(f"g{k}").attrs["weight_names"] = np.array(["x"] * 4000, dtype=h5py.string_dtype())
    return made.getvalue()


def stacked_layers(size):
    """A state dict of very many layers."""
    arrays = {}
    for k in range(size):
        arrays |= {f"rnn.weight_ih_l{k}": np.zeros((16, 4), np.float32)}
        arrays |= {f"rnn.weight_hh_l{k}": np.zeros((16, 4), np.float32)}
        arrays |= {f"rnn.bias_{side}_l{k}": np.zeros(16, np.float32) for side in ("ih", "hh")}
    return save(arrays)


def stacks_beside_tables(size):
    """Recurrent stacks beside thousands of tables, each of which could be the embedding of any of them."""
    arrays = {}
    for k in range(size):
        name = "".join("abcdefghij"[int(digit)] for digit in f"{k:02}")
        arrays |= {f"{name}.weight_ih": np.ones((3, 2), np.float32), f"{name}.weight_hh": np.ones((3, 1), np.float32)}
    return save(arrays | {f"emb{k}.weight": np.ones((2, 2), np.float32) for k in range(47 * size)})


def many_steps_of_a_pickle(size):
    """A pickle of very many values that come to nothing."""
    return b"\x80\x02" + b"N0" * size + b"N."


def huge_numbers(size):
    """A card with a whole number of very many digits."""
    return own_file(seconds=Raw("1" + "0" * size))


def numbers_that_are_none(size):
    """A card with a number that is none."""
    return own_file(seconds=Raw("NaN"))


def half_a_letter(size):
    """A title with half a letter, on a card that says so within its JSON."""
    return own_file(title=Raw('"a\\ud800b"'))


def many_keras_models_in_models(size):
    """A configuration of models within models."""
    config = {"class_name": "Dense", "config": {"name": "x"}}
    for _ in range(size):
        config = {"class_name": "Sequential", "config": {"name": "x" * 900, "layers": [config]}}
    with zipfile.ZipFile(io.BytesIO(keras_file(["lstm0"], 1))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    return zipped(parts | {"config.json": json.dumps(config)})


def shape_with_a_zero(size):
    """A safetensors shape of no numbers at all, with very many other sizes."""
    shape = ",".join(["0", *["9223372036854775807"] * size])
    return with_header('{"a":{"dtype":"F32","shape":[' + shape + '],"data_offsets":[0,0]}}')


def split_into_many(size):
    """A node with very many outputs, each of which is a weight of a concatenation."""
    arrays = weights("LSTM", (2, 3), np.random.default_rng(0))
    arrays["long"] = np.zeros(size, np.float32)
    names = [f"p{k}" for k in range(size)]
    nodes = [
        helper.make_node("Split", ["long"], names, axis=0),
        helper.make_node("Concat", names, ["W2"], axis=0),
        helper.make_node("LSTM", ["X", "W2", "R"], ["Y"], hidden_size=3),
    ]
    return graph_file(nodes, arrays).SerializeToString()


def both_directions_of_both_directions(size):
    """A Bidirectional of a Bidirectional and so on, each of which reads the next one forwards and backwards."""
    layer = {"class_name": "LSTM", "config": {"name": "x", "units": 4}}
    for _ in range(size):
        layer = {"class_name": "Bidirectional", "config": {"name": "b", "layer": layer}}
    with zipfile.ZipFile(io.BytesIO(keras_file(["lstm0"], 1))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [layer]}}
    return zipped(parts | {"config.json": json.dumps(config)})


def histories_in_a_row(size):
    """A node of a Keras graph that mentions very many tensors, one list for all of them."""
    listed = [{"class_name": "LSTM", "config": {"name": "lstm0", "units": 4}, "inbound_nodes": [["a", 0, 0] * size]}]
    with zipfile.ZipFile(io.BytesIO(keras_file(["lstm0"], 1))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    config = {"class_name": "Functional", "config": {"name": "s", "layers": listed}}
    return zipped(parts | {"config.json": json.dumps(config)})


def large_fills(size):
    """A function that fills a shape from a large tensor, called again and again."""
    imports = [helper.make_opsetid("own", 1), helper.make_opsetid("", 17)]
    fill = numpy_helper.from_array(np.zeros(2_000_000, np.float32), "fill")
    nodes = [
        helper.make_node("ConstantOfShape", ["s"], ["h"], value=fill),
        helper.make_node("LSTM", ["x", "W", "R", "", "", "h", "h"], ["y"], hidden_size=3),
    ]
    arrays = weights("LSTM", (2, 3), np.random.default_rng(0))
    nodes[1].input[1:3] = ["w", "r"]
    function = helper.make_function("own", "f", ["x", "w", "r", "s"], ["y"], nodes, imports)
    calls = [helper.make_node("f", ["X", "W", "R", "S"], [f"Y{k}"], domain="own") for k in range(size)]
    made = graph_file(calls, arrays, ["X", "S"], ["Y0"], imports=imports[:1], functions=[function])
    return made.SerializeToString()


def empty_nodes_behind_a_group(size):
    """Empty nodes behind a part of an outdated kind, which a parser passes over."""
    nodes = b":" + _varint(2 * size) + b"\x0a\x00" * size
    return b"\x08\x08" + b"\xfb\x3e\xfc\x3e" + nodes


def empty_nodes_before_damage(size):
    """Empty nodes before bytes that are no part of a message."""
    return b"\x08\x08:" + _varint(2 * size) + b"\x0a\x00" * size + b"\x07"


def very_many_tokens(size):
    """An embedding of very many rows, each of which would become a token; zeros take no room in a zip."""
    made = io.BytesIO()
    np.savez_compressed(made, **RNN | {"rnn.weight_ih_l0": np.ones((3, 1), np.float32)},
                        **{"embedding.weight": np.zeros((size, 1), np.float32)})  # fmt: skip
    return made.getvalue()


def tables_in_two_precisions(size):
    """Stacks in double precision beside one large table in single precision, which all of them could read."""
    arrays = {}
    for k in range(size):
        name = "".join("abcdefghij"[int(digit)] for digit in f"{k:02}")
        arrays |= {f"{name}.weight_ih": np.ones((3, 64)), f"{name}.weight_hh": np.ones((3, 1))}
    made = io.BytesIO()
    rows = 300_000 if size > 20 else 30
    np.savez_compressed(made, **arrays, **{"embedding.weight": np.zeros((rows, 64), np.float32)})
    return made.getvalue()


def cards_of_many_items(size):
    """Models with cards that each hold nearly as much as one may."""
    extra = Raw("[" + "[]," * (400_000 if size > 2 else 10) + "[]]")
    weights = save(small_model().network.parameters)
    return zipped([part for k in range(size) for part in ((f"{k}.safetensors", weights), (f"{k}.json", card(x=extra)))])


def one_layer_listed_often(size):
    """An HDF5 file that lists one layer of many arrays again and again."""
    import h5py

    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        for k in range(size // 10):
            file.create_dataset(f"l/l{k}/kernel:0", data=np.zeros((2, 2), np.float32))
        file.attrs["layer_names"] = np.array([b"l"] * size)
    return made.getvalue()


def many_texts(size):
    """An npz file of very many texts."""
    made = io.BytesIO()
    np.savez_compressed(made, **RNN, **{f"t{k}": np.array("x") for k in range(size)})
    return made.getvalue()


def values_of_functions(size):
    """A function of a node with very many outputs, called again and again."""
    imports = [helper.make_opsetid("own", 1), helper.make_opsetid("", 17)]
    node = helper.make_node("Split", ["x"], [f"v{k}" for k in range(1000)])
    function = helper.make_function("own", "f", ["x"], ["v0"], [node], imports)
    calls = [helper.make_node("f", ["X"], [f"Y{k}"], domain="own") for k in range(size)]
    return graph_file(calls, {}, imports=imports[:1], functions=[function]).SerializeToString()


def deep_mentions(size):
    """A node of a Keras graph whose mentions of tensors are within lists within lists."""
    node = [["a", 0, 0] for _ in range(size)]
    for _ in range(150):
        node = [node]
    listed = [{"class_name": "LSTM", "config": {"name": "lstm0", "units": 4}, "inbound_nodes": [node]}]
    with zipfile.ZipFile(io.BytesIO(keras_file(["lstm0"], 1))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    config = {"class_name": "Functional", "config": {"name": "s", "layers": listed}}
    return zipped(parts | {"config.json": json.dumps(config)})


def layers_beside_arrays(size):
    """Numbered layers, and beside them very many arrays that could stand between any two of them."""
    arrays = {}
    for k in range(size // 5):
        arrays |= {
            f"rnn{k}.weight_ih_l0": np.ones((2, 2), np.float32),
            f"rnn{k}.weight_hh_l0": np.ones((2, 2), np.float32),
        }
    return save(arrays | {f"norm{k}.weight": np.ones(2, np.float32) for k in range(size)})


def joint_matrices(size):
    """Very many linear layers, each of which looks like the cell of a tutorial."""
    return save({f"net{k}.i2h.weight": np.ones((2, 4), np.float32) for k in range(size)})


def states_beside_stacks(size):
    """Several layers, and very many arrays that could be the states that one of them starts from."""
    arrays = {}
    for k in range(90):
        for name, array in RNN.items():
            arrays[f"net{chr(97 + k % 26)}{chr(97 + k // 26)}.{name}"] = array
    return save(arrays | {f"x{k}.h0": np.ones((1, 1, 3), np.float32) for k in range(size)})


# ---- foreign objects, words, and weights in other forms ----------------------------------------------------------


def objects_that_share_a_list(size):
    """A pickle of very many objects of a stranger's class, each with the same long list."""
    shared = b"](" + b"N" * 1000 + b"eq\0" + b"0"
    one = b"cstranger\nThing\n)\x81}X\1\0\0\0ah\0sb"
    return b"\x80\x02" + shared + b"](" + one * size + b"e."


def objects_in_objects(size):
    """A pickle of objects of a stranger's class within each other."""
    return b"\x80\x02" + b"cstranger\nThing\nq\0" + b"h\0(" * size + b"h\0)R" + b"tR" * size + b"."


def words_under_many_names(size):
    """A pickle with one long vocabulary under very many names."""
    words = b"](" + b"".join(b"X\6\0\0\0%06d" % k for k in range(5000)) + b"eq\xc8" + b"0"
    named = b"".join(b"X\5\0\0\0v%04dh\xc8" % k for k in range(size))
    arrays = pickle.dumps(RNN, 2)[2:-1]
    return b"\x80\x02" + words + b"}(X\1\0\0\0a" + arrays + named + b"u."


def numbers_in_json(size):
    """A JSON file of very many numbers."""
    return b'{"a": [[' + b"0," * size + b"0]]}"


def arrays_in_json(size):
    """A JSON file of very many arrays, beside a recurrent layer."""
    lists = {name: array.tolist() for name, array in RNN.items()}
    return json.dumps(lists | {f"a{k}": [[0.5]] for k in range(size)}).encode()


def quantised_nodes_on_one_weight(size):
    """Quantised nodes that share one weight, each of which has to be multiplied out."""
    arrays = {"W": np.ones((1, 128, 512), np.int8), "R": np.ones((1, 128, 512), np.int8), "s": np.ones(1, np.float32)}
    places = ["X", "W", "R", "", "", "", "", "", "s", "", "s", ""]
    nodes = [
        helper.make_node("DynamicQuantizeLSTM", places, [f"Y{k}"], domain="com.microsoft", hidden_size=128)
        for k in range(size)
    ]
    imports = [helper.make_opsetid("com.microsoft", 1)]
    return graph_file(nodes, arrays, outputs=["Y0"], imports=imports).SerializeToString()


# ---- packed weights, configurations, and words of text layers ---------------------------------------------------

ROUNDED = {"rnn.weight_ih_l0": rounded("0", (12, 5)), "rnn.weight_hh_l0": rounded("0", (12, 3), size=60)}


def torch_file(root, **storages):
    """A PyTorch file of this root; the storage 0 has 60 bytes, 1 is of 60 numbers."""
    return zipped(file_parts(root, s0=bytes(range(60)), s1=bytes(240), **storages))


def rounded_tensors_of_one_number(size):
    """A quantised weight whose integers are one byte, read again and again."""
    return torch_file(ROUNDED | {"rnn.weight_ih_l0": rounded("0", (12, size), size=1)})


def packed_layers(size):
    """Very many packed layers, of each of which it has to be found out whether it is one of both directions."""
    weights = rounded("0", (12, 3), size=60)
    entry = {"weight_ih": weights, "weight_hh": weights, "bias_ih": tensor("1", (12,), size=60)}
    return torch_file({
        f"r{k}._all_weight_values.{place}.param.{name}": value
        for k in range(size) for place in range(2) for name, value in entry.items()
    })  # fmt: skip


def packed_in_itself(size):
    """Packed weights whose weight and bias are themselves, in a stranger's object, again and again."""
    own = mentioned("torch.ScriptObject") + b")Rq\5" + b"(h\5h\5t" + coded(LINEAR) + b"\x86b"
    return torch_file(ROUNDED | {f"z{k}": Called("stranger.Thing", (), {"a": own}) for k in range(size)})


def one_configuration_often(size):
    """A configuration of omegaconf with very many entries, at very many places."""
    entries = b"".join(coded(f"a{k}") + b"N" for k in range(10 * size))
    configuration = mentioned("omegaconf.DictConfig") + b")Rq\5}(" + entries + b"ub"
    return torch_file(ROUNDED | {"z": [configuration, *[b"h\5"] * size]})


def deep_configuration(size):
    """A configuration of omegaconf in a configuration, and so on."""
    node = mentioned("omegaconf.DictConfig") + b")R}" + coded("_content")
    return torch_file(ROUNDED | {"z": node * size + b"N" + b"sb" * size})


def text_layer_file(listed=(), assets=None):
    """A Keras file with other layers before its own, and parts of text layers."""
    with zipfile.ZipFile(io.BytesIO(keras_file(["lstm0"], 1))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    config = json.loads(parts["config.json"])
    config["config"]["layers"] = [*listed, *config["config"]["layers"]]
    return zipped(parts | {"config.json": json.dumps(config)} | (assets or {}))


def many_words_of_a_text_layer(size):
    """A vocabulary of very many words beside the configuration."""
    return text_layer_file(assets={"assets/_text/vocabulary.txt": "\n".join(map(str, range(size)))})


def empty_words_of_a_text_layer(size):
    """A vocabulary that is line ends alone, which take no room in a zip."""
    return text_layer_file(assets={"assets/_text/vocabulary.txt": "\n" * size})


def vocabularies_of_many_text_layers(size):
    """Vocabularies that are each short enough."""
    words = "\n" * 600_000 if size > 3 else ""
    return text_layer_file(assets={f"assets/_text{k}/vocabulary.txt": words for k in range(size)})


def words_within_a_lookup(size):
    """A vocabulary of lists in lists."""
    deep: list = []
    for _ in range(size):
        deep = [deep]
    return text_layer_file([{"class_name": "StringLookup", "config": {"name": "s", "vocabulary": deep}}])


def one_vocabulary_for_many_stacks(size):
    """Stacks that could all read one embedding with any of many lists of words."""
    rows = 40_000 if size > 20 else 30
    words = json.dumps([str(k) for k in range(rows)])
    arrays = {"embedding.weight": np.zeros((rows, 2), np.float32)}
    for k in range(size):
        name = "".join("abcdefghij"[int(digit)] for digit in f"{k:03}")
        arrays |= {f"{name}.weight_ih": np.ones((3, 2), np.float32), f"{name}.weight_hh": np.ones((3, 3), np.float32)}
    return save(arrays, {f"words{k}": words for k in range(12)})


CASES = {
    "rounded_tensors_of_one_number": Case("x.pt", rounded_tensors_of_one_number, 10**9, "unpacked"),
    "packed_layers": Case("x.pt", packed_layers, 90),
    "packed_in_itself": Case("x.pt", packed_in_itself, 1000),
    "one_configuration_often": Case("x.pt", one_configuration_often, 15_000),
    "deep_configuration": Case("x.pt", deep_configuration, 100_000),
    "many_words_of_a_text_layer": Case("x.keras", many_words_of_a_text_layer, 1_000_000),
    "empty_words_of_a_text_layer": Case("x.keras", empty_words_of_a_text_layer, 150_000_000),
    "vocabularies_of_many_text_layers": Case("x.keras", vocabularies_of_many_text_layers, 8, "work"),
    "words_within_a_lookup": Case("x.keras", words_within_a_lookup, 60),
    "one_vocabulary_for_many_stacks": Case("x.safetensors", one_vocabulary_for_many_stacks, 90),
    "layers_beside_arrays": Case("x.safetensors", layers_beside_arrays, 3500, "work"),
    "joint_matrices": Case("x.safetensors", joint_matrices, 4900, "work"),
    "states_beside_stacks": Case("x.safetensors", states_beside_stacks, 4500),
    "objects_that_share_a_list": Case("x.pt", objects_that_share_a_list, 5000, "pickle"),
    "objects_in_objects": Case("x.pt", objects_in_objects, 100_000, "code"),
    "words_under_many_names": Case("x.pt", words_under_many_names, 5000, "pickle"),
    "numbers_in_json": Case("x.json", numbers_in_json, 2_000_000, "json_items"),
    "arrays_in_json": Case("x.json", arrays_in_json, 6000, "arrays"),
    "quantised_nodes_on_one_weight": Case("x.onnx", quantised_nodes_on_one_weight, 300, "unpacked"),
    "blanks_in_an_activation": Case("x.safetensors", blanks_in_an_activation, 5000, "card"),
    "blanks_in_an_activation_of_a_pair": Case("x.zip", blanks_in_an_activation_of_a_pair, 5000, "card"),
    "long_name": Case("x.safetensors", long_name, 60_000, "json_key"),
    "many_long_names": Case("x.safetensors", many_long_names, 3000),
    "many_axes": Case("x.safetensors", many_axes, 40_000, "header"),
    "many_axes_in_onnx": Case("x.onnx", many_axes_in_onnx, 40_000, "shape"),
    "shape_as_a_constant": Case("x.onnx", shape_as_a_constant, 100_000, "constants"),
    "empty_objects": Case("x.keras", empty_objects, 20_000_000, "json_bytes"),
    "empty_objects_in_metadata": Case("x.onnx", empty_objects_in_metadata, 10_000_000, "json_bytes"),
    "objects_within_the_bytes": Case("x.keras", empty_objects, 2_600_000, "json_items"),
    "nested_lists": Case("x.safetensors", nested_lists, 100_000, "json_depth"),
    "doubling_functions": Case("x.onnx", doubling_functions, 24, "nodes"),
    "functions_with_branches": Case("x.onnx", functions_with_branches, 38, "recursion"),
    "additions_over_a_chain": Case("x.onnx", additions_over_a_chain, 8000),
    "nodes_on_one_weight": Case("x.onnx", nodes_on_one_weight, 200, "unpacked"),
    "coupled_nodes_on_one_weight": Case("x.onnx", coupled_nodes_on_one_weight, 200, "unpacked"),
    "empty_nodes": Case("x.onnx", empty_nodes, 5_000_000, "work"),
    "one_keras_layer_named_often": Case("x.keras", one_keras_layer_named_often, 600, "unpacked"),
    "keras_layers": Case("x.keras", keras_layers, 500),
    "keras_layers_without_weights": Case("x.keras", keras_layers_without_weights, 20_000),
    "groups_with_long_lists": Case("x.h5", groups_with_long_lists, 300, "work"),
    "stacked_layers": Case("x.safetensors", stacked_layers, 1000),
    "stacks_beside_tables": Case("x.safetensors", stacks_beside_tables, 100),
    "both_directions_of_both_directions": Case("x.keras", both_directions_of_both_directions, 40, "nodes"),
    "histories_in_a_row": Case("x.keras", histories_in_a_row, 100_000),
    "deep_mentions": Case("x.keras", deep_mentions, 100_000),
    "values_of_functions": Case("x.onnx", values_of_functions, 1900, "work"),
    "large_fills": Case("x.onnx", large_fills, 900, "constants"),
    "tables_in_two_precisions": Case("x.npz", tables_in_two_precisions, 90),
    "cards_of_many_items": Case("x.zip", cards_of_many_items, 12, "work"),
    "one_layer_listed_often": Case("x.h5", one_layer_listed_often, 40_000, "no_recurrent_layer"),
    "many_texts": Case("x.npz", many_texts, 4000),
    "empty_nodes_behind_a_group": Case("x.onnx", empty_nodes_behind_a_group, 5_000_000, "work"),
    "empty_nodes_before_damage": Case("x.onnx", empty_nodes_before_damage, 5_000_000, "work"),
    "very_many_tokens": Case("x.npz", very_many_tokens, 20_000_000, "rows"),
    "many_steps_of_a_pickle": Case("x.pt", many_steps_of_a_pickle, 5_000_000, "pickle"),
    "huge_numbers": Case("x.safetensors", huge_numbers, 400, "json_digits"),
    "numbers_that_are_none": Case("x.safetensors", numbers_that_are_none, 1, "json_number"),
    "half_a_letter": Case("x.safetensors", half_a_letter, 1, "json_text"),
    "many_keras_models_in_models": Case("x.keras", many_keras_models_in_models, 15, "name"),
    "shape_with_a_zero": Case("x.safetensors", shape_with_a_zero, 40_000, "header"),
    "split_into_many": Case("x.onnx", split_into_many, 20_000, "work"),
}
