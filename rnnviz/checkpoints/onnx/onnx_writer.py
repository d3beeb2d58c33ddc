"""A model as an ONNX file that any runtime can run, and back, bit for bit.

One node a layer, between the embedding's Gather and the readout's MatMul, Add and Softmax. Weights are only put in
another order, so nothing is rounded. What ONNX has no words for (vocabulary, labels, card) is in the file's metadata.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ... import __version__
from ...cells import CELLS, Cell
from ...cells.activations import Array
from ...limits import DEFAULT_LIMITS, Limits
from ...model import Model
from ...network import Network
from ...network.parameter_names import name_suffix
from .. import onnx as reading
from ..gate_orders import LETTERS, blocks
from ..native import model_files
from ..native.card_checks import tidy
from .node_activations import attributes, parsed
from .recurrent_nodes import OPTIONS, ORDER
from .tensor_data import words

OPSET, IR = 17, 8  # of 2022: old enough for most runtimes, and Softmax and the recurrent nodes as they still are
NODES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM", "peephole": "LSTM"}
DIRECTIONS = {("forward",): "forward", ("backward",): "reverse", ("forward", "backward"): "bidirectional"}


def dump(model: Model) -> bytes:
    """The model as an ONNX file.

    It reads `ids` (T, B), or `vectors` (T, B, D) where the model has no embedding, and gives the states of every layer
    as `layer_0`, `layer_1`, ..., (T, directions, B, H), and with a readout `logits` and `probabilities`, (T, B, C).

    Raises ValueError if ONNX has no node for the cell or no words for one of its options.
    """
    from onnx import TensorProto, helper, numpy_helper

    network = model.network
    if network.cell_name not in NODES:
        raise ValueError(f"ONNX has no node for the cell {model.definition.title}; it has RNN, GRU and LSTM.")
    number = helper.np_dtype_to_tensor_dtype(network.dtype)
    nodes: list[Any] = []
    arrays: dict[str, Array] = {}
    outputs: list[Any] = []

    def add(op: str, inputs: list[str], output: str, **more: Any) -> str:
        nodes.append(helper.make_node(op, inputs, [output], name=output, **more))
        return output

    def gives(name: str, *shape: str | int) -> None:
        outputs.append(helper.make_tensor_value_info(name, number, shape))

    if network.embedding is not None:
        given = helper.make_tensor_value_info("ids", TensorProto.INT64, ["steps", "batch"])
        arrays["embedding.weight"] = network.embedding
        top = add("Gather", ["embedding.weight", "ids"], "vectors", axis=0)
    else:
        given = helper.make_tensor_value_info("vectors", number, ["steps", "batch", network.input_size])
        top = "vectors"
    arrays["side_by_side"] = np.array([0, 0, -1])
    if network.merge == "sum":
        arrays["directions"] = np.array([1])
    if network.initial is not None:
        arrays |= {"one": np.array([1]), "batch_axis": np.array([1]), "after": np.array([2])}
        given_shape = add("Shape", [given.name], "given_shape")
        batch = add("Slice", [given_shape, "batch_axis", "after"], "batch_size")
        add("Concat", ["one", batch, "one"], "every_sequence", axis=0)
    for k, layer in enumerate(network.layers):
        cells, output = dict(zip(network.directions_by_layer[k], layer, strict=True)), f"layer_{k}"
        held = {f"{output}.{letter}": array for letter, array in _inputs(cells.values()).items()}
        arrays |= held
        starts = {f"{output}.{state}0": array for state, array in _starts(network, k).items()}
        arrays |= starts
        states = [add("Expand", [name, "every_sequence"], f"{name}.each") for name in starts]
        weights, peepholes = ([name for name in held if name.endswith(".P") == last] for last in (False, True))
        if peepholes and not states:
            states = ["", ""]
        lengths = [""] if states else []
        inputs = [top, *weights, *lengths, *states, *peepholes]
        add(NODES[network.cell_name], inputs, output, **_attributes(cells))
        gives(output, "steps", len(cells), "batch", layer[0].hidden_size)
        if len(cells) == 2 and network.merge != "concat":
            top = _merged(add, output, network.merge)
        else:
            turned = add("Transpose", [output], f"{output}.turned", perm=[0, 2, 1, 3])
            top = add("Reshape", [turned, "side_by_side"], f"{output}.joined")
    if network.readout_weight is not None:
        arrays["readout.weight"] = network.readout_weight.T
        logits = add("MatMul", [top, "readout.weight"], "logits" if network.readout_bias is None else "readout.sums")
        if network.readout_bias is not None:
            arrays["readout.bias"] = network.readout_bias
            logits = add("Add", [logits, "readout.bias"], "logits")
        add("Softmax", [logits], "probabilities", axis=-1)
        for name in ("logits", "probabilities"):
            gives(name, "steps", "batch", len(model.labels))
    stored = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "rnnviz", [given], outputs, stored)
    made = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name="rnnviz",
        producer_version=__version__,
    )
    helper.set_model_props(made, {model_files.KEY: model_files.to_json(model)})
    return bytes(made.SerializeToString())


def restore(
    name: str, data: bytes, beside: Mapping[str, bytes] = reading.NOTHING, limits: Limits = DEFAULT_LIMITS
) -> Model | None:
    """The model that `dump` wrote, or None if somebody else wrote the file. Raises ValueError as `onnx.read` does."""
    said = {entry.key: entry.value for entry in reading.parsed(name, data, limits).metadata_props}
    if model_files.KEY not in said:
        return None
    about = words(said[model_files.KEY])
    found, _, _ = reading.read(name, data, beside, limits)
    if len(found) != 1:
        raise ValueError(f"{name} is said to be from rnnviz, but holds {len(found)} stacks of layers, not one.")
    (stack,) = found
    parameters: dict[str, Array] = {}
    for source in stack.embeddings.values():
        parameters["embedding.weight"] = source.array
    for readout in stack.readouts.values():
        parameters["readout.weight"] = readout.weight.array
        if readout.bias is not None:
            parameters["readout.bias"] = readout.bias.array
    try:
        options = json.loads(about)["options"]
        for k, layer in enumerate(stack.layers):
            for way, arrays in layer.items():
                cell = _cell(stack.cell, {name: source.array for name, source in arrays.items()}, options)
                parameters |= {f"rnn.{name}{name_suffix(k, way)}": array for name, array in cell.parameters.items()}
        for (k, way, state), source in stack.initial.items():
            parameters[f"initial.{state}{name_suffix(k, way)}"] = source.array
        model = model_files.from_json(about, parameters)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError(f"{name} is not a model that rnnviz can read: {error}") from error
    return replace(model, card=tidy(model.card))


def _cell(name: str, arrays: Mapping[str, Array], options: Mapping[str, str]) -> Cell:
    """A cell under its own options, from arrays as an ONNX node has them."""
    kind, order = CELLS[name], blocks(name, ORDER[NODES[name]])
    given: dict[str, Any] = dict(options) | _usual(kind)
    for array, held in arrays.items():
        # A peephole's weights are not stacked as the gates' rows are, and come in our order.
        given[array] = held if array == "weight_peephole" else _blocks(held, len(order))[order].reshape(held.shape)
    return kind(**given).with_options(**options)


def _usual(kind: type[Cell]) -> dict[str, str]:
    """A cell's options of notation as ONNX writes it: all as they are by default."""
    return {option: kind.choices[option][0] for option in kind.notation}


def _blocks(array: Array, count: int) -> Array:
    """Rows in blocks of gates, (G, H, ...)."""
    return array.reshape(count, -1, *array.shape[1:])


# ---- what stands around a node --------------------------------------------------------------------------

REDUCES = {"sum": "ReduceSum", "ave": "ReduceMean", "mul": "ReduceProd"}


def _merged(add: Callable[..., str], output: str, merge: str) -> str:
    """Two directions, (T, 2, B, H), joined unit by unit, (T, B, H)."""
    if merge == "sum":  # whose axes moved from the attributes to the inputs before the others'
        return add("ReduceSum", [output, "directions"], f"{output}.joined", keepdims=0)
    return add(REDUCES[merge], [output], f"{output}.joined", axes=[1], keepdims=0)


def _starts(network: Network, layer: int) -> dict[str, Array]:
    """The states that a layer starts from, (directions, 1, H), by the letters of a node's inputs; zeros if unsaid."""
    if network.initial is None:
        return {}
    cells, given = network.layers[layer], network.initial[layer]
    return {
        state[0]: np.stack(
            [
                states.get(state, np.zeros(cell.hidden_size, cell.dtype))
                for cell, states in zip(cells, given, strict=True)
            ]
        )[:, None]
        for state in cells[0].states
    }


# ---- a layer as a node -------------------------------------------------------------------------------


def _inputs(cells: Iterable[Cell]) -> dict[str, Array]:
    """The arrays of a node by ONNX's letters, directions along the first axis."""
    found: dict[str, list[Array]] = {"W": [], "R": [], "B": [], "P": []}
    for cell in cells:
        order = [cell.rows.index(LETTERS[letter]) for letter in ORDER[NODES[cell.name]]]
        theirs = {
            name: array if name == "weight_peephole" else _blocks(array, len(order))[order].reshape(array.shape)
            for name, array in cell.with_options(**_usual(type(cell))).parameters.items()
        }
        found["W"].append(theirs["weight_ih"])
        found["R"].append(theirs["weight_hh"])
        found["B"].append(np.concatenate([theirs["bias_ih"], theirs["bias_hh"]]))
        if "weight_peephole" in theirs:
            i, f, o = np.split(theirs["weight_peephole"], 3)
            found["P"].append(np.concatenate([i, o, f]))
    return {letter: np.stack(arrays) for letter, arrays in found.items() if arrays}


def _attributes(cells: Mapping[str, Cell]) -> dict[str, Any]:
    """What a node says beside its arrays; cells: by direction, under the same options."""
    cell = next(iter(cells.values()))
    found: dict[str, Any] = {"hidden_size": cell.hidden_size, "direction": DIRECTIONS[tuple(cells)]}
    usual = OPTIONS[NODES[cell.name]]
    chosen = {option: cell.options.get(option, default) for option, default in usual.items()}
    bounds = {option: parsed(text)[2] for option, text in chosen.items()}
    if len(sums := {bound for option, bound in bounds.items() if option != "squash"}) > 1 or bounds.get("squash"):
        raise ValueError(
            "ONNX bounds the sums of all gates alike, and the cell state not at all; this model has "
            + ", ".join(f"{option} {text}" for option, text in chosen.items())
        )
    if (bound := next(iter(sums))) is not None:
        found["clip"] = bound
    if chosen != usual:
        found |= attributes([*chosen.values()] * len(cells))
    if "reset" in cell.options:
        found["linear_before_reset"] = int(cell.options["reset"] == "after")
    return found
