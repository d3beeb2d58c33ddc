"""A model as an ONNX file that any runtime can run, and back, bit for bit.

One node per layer, between the embedding's Gather and the readout's MatMul, Add and Softmax. Weights are only
reordered, so nothing is rounded. What ONNX cannot express (vocabulary, labels, card) is in the file's metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ... import __version__
from ...cells import Cell, cell_class
from ...cells.activations import Array
from ...cells.cell_kind import CellKinds
from ...errors import DamagedFileError, RnnvizError, UnknownNameError, UnsupportedFileError
from ...model import Model
from ...network import READINGS, Network
from ...network.parameter_names import name_suffix
from ..gate_orders import LETTERS
from ..io.opening_budget import OpeningBudget
from ..native.card_checks import checked_card
from ..native.card_json import KEY, model_from_card, parse_card, to_json, unknown_cell
from ..native.model_files import not_a_model
from ..stack import Stack
from .node_activations import activation_attributes, parse_activation
from .node_form import NodeForm, node_form
from .recurrent_nodes import OPTIONS, ORDER

OPSET, IR = 17, 8  # of 2022: old enough for most runtimes, and Softmax and the recurrent nodes as they still are
PEEPHOLES, PEEPHOLE_ORDER, PEEPHOLES_READ = (
    "weight_peephole",
    "iof",
    "ifo",
)  # stacked unlike the gates; as `recurrent_nodes` reads them
OUTPUTS = {
    "linear": "Identity",
    "sigmoid": "Sigmoid",
    "relu": "Relu",
    "tanh": "Tanh",
    "softsign": "Softsign",
    "softplus": "Softplus",
}
DIRECTIONS = {("forward",): "forward", ("backward",): "reverse", ("forward", "backward"): "bidirectional"}


def to_onnx(model: Model) -> bytes:
    """The model as an ONNX file.

    Its inputs are `ids` (T, B), or `vectors` (T, B, D) where the model has no embedding. Its outputs are the states of
    every layer as `layer_0`, `layer_1`, ..., (T, directions, B, H), and with a readout `logits` and `probabilities`, or
    `outputs` where they are no probabilities, (T, B, C).

    Raises UnsupportedFileError if ONNX has no node for the cell (code "cell") or cannot express one of its options, and
    with code "head" if the head reads more than the step itself, has layers, or an activation not in `OUTPUTS`.
    """
    from onnx import TensorProto, helper, numpy_helper

    network = model.network
    forms = check_nodes(network)
    _check_head(network)
    number = helper.np_dtype_to_tensor_dtype(network.dtype)
    nodes: list[Any] = []
    arrays: dict[str, Array] = {}
    outputs: list[Any] = []

    def add(op: str, inputs: list[str], output: str, **more: Any) -> str:
        nodes.append(helper.make_node(op, inputs, [output], name=output, **more))
        return output

    def add_output(name: str, *shape: str | int) -> None:
        outputs.append(helper.make_tensor_value_info(name, number, shape))

    if network.embedding is not None:
        given = helper.make_tensor_value_info("ids", TensorProto.INT64, ["steps", "batch"])
        arrays["embedding.weight"] = network.embedding
        top = add("Gather", ["embedding.weight", "ids"], "vectors", axis=0)
    else:
        given = helper.make_tensor_value_info("vectors", number, ["steps", "batch", network.input_size])
        top = "vectors"
    arrays["concatenated"] = np.array([0, 0, -1])
    if network.merge == "sum":
        arrays["directions"] = np.array([1])
    if network.initial is not None:
        arrays |= {"one": np.array([1]), "batch_axis": np.array([1]), "after": np.array([2])}
        given_shape = add("Shape", [given.name], "given_shape")
        batch = add("Slice", [given_shape, "batch_axis", "after"], "batch_size")
        add("Concat", ["one", batch, "one"], "every_sequence", axis=0)
    for k, (layer, form) in enumerate(zip(network.layers, forms, strict=True)):
        cells, output = dict(zip(network.directions_by_layer[k], layer, strict=True)), f"layer_{k}"
        stored = {f"{output}.{letter}": array for letter, array in _inputs(cells.values(), form.op).items()}
        arrays |= stored
        starts = {f"{output}.{state}0": array for state, array in _starts(network, k).items()}
        arrays |= starts
        states = [add("Expand", [name, "every_sequence"], f"{name}.each") for name in starts]
        weights, peepholes = ([name for name in stored if name.endswith(".P") == last] for last in (False, True))
        if peepholes and not states:
            states = ["", ""]
        lengths = [""] if states else []
        inputs = [top, *weights, *lengths, *states, *peepholes]
        add(form.op, inputs, output, **_attributes(cells, form))
        add_output(output, "steps", len(cells), "batch", layer[0].hidden_size)
        if len(cells) == 2 and network.merge != "concat":
            top = _merged(add, output, network.merge)
        else:
            transposed = add("Transpose", [output], f"{output}.transposed", perm=[0, 2, 1, 3])
            top = add("Reshape", [transposed, "concatenated"], f"{output}.joined")
    if network.readout_weight is not None:
        arrays["readout.weight"] = network.readout_weight.T
        logits = add("MatMul", [top, "readout.weight"], "logits" if network.readout_bias is None else "readout.sums")
        if network.readout_bias is not None:
            arrays["readout.bias"] = network.readout_bias
            logits = add("Add", [logits, "readout.bias"], "logits")
        if model.head.is_distribution:
            add("Softmax", [logits], "probabilities", axis=-1)
        else:
            add(OUTPUTS[model.head.activation], [logits], "outputs")
        for name in ("logits", "probabilities" if model.head.is_distribution else "outputs"):
            add_output(name, "steps", "batch", len(model.labels))
    tensors = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "rnnviz", [given], outputs, tensors)
    proto = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name="rnnviz",
        producer_version=__version__,
    )
    helper.set_model_props(proto, {KEY: to_json(model)})
    return bytes(proto.SerializeToString())


def _check_head(network: Network) -> None:
    head = network.head
    if network.readout_weight is None or (
        network.reads_directly and (head.is_distribution or head.activation in OUTPUTS)
    ):
        return
    what = "has layers" if head.layers else f"reads {READINGS[head.reading]}"
    if network.reads_directly:
        what = f"applies {head.activation}"
    raise UnsupportedFileError(
        f"As ONNX, a head can be saved that applies softmax, {', '.join(OUTPUTS)} to what it reads at every step; this "
        f"one {what}. Save the model as safetensors or npz.",
        code="head",
    )


def model_from_stacks(name: str, card: str, stacks: Sequence[Stack], budget: OpeningBudget | None = None) -> Model:
    """The model that `to_onnx` wrote, from its card and the stacks in the file. budget: of its opening.

    Raises FileError, code "card", if they do not fit each other.
    """
    if len(stacks) != 1:
        raise DamagedFileError(
            f"{name} should be from rnnviz, but has {len(stacks)} stacks of layers instead of one.",
            code="card", file=name,
        )  # fmt: skip
    (stack,) = stacks
    parameters: dict[str, Array] = {}
    for source in stack.embeddings.values():
        parameters["embedding.weight"] = source.array
    for readout in stack.readouts.values():
        parameters["readout.weight"] = readout.weight.array
        if readout.bias is not None:
            parameters["readout.bias"] = readout.bias.array
    try:
        about = parse_card(card, budget)
        kinds = CellKinds.from_json(about, len(stack.layers))
        for k, directions in enumerate(stack.layers):
            for direction, sources in directions.items():
                arrays = {key: source.array for key, source in sources.items()}
                cell = _cell(cell_class(kinds[k].name), arrays, kinds[k].options)
                parameters |= {f"rnn.{key}{name_suffix(k, direction)}": array for key, array in cell.parameters.items()}
        for (k, direction, state), source in stack.initial.items():
            parameters[f"initial.{state}{name_suffix(k, direction)}"] = source.array
        model = model_from_card(about, parameters)
    except UnknownNameError as error:
        raise not_a_model(name, unknown_cell(error) if error.kind == "cell" else error) from error
    except (RnnvizError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise not_a_model(name, error) from error
    return replace(model, card=checked_card(model.card))


def _cell(kind: type[Cell], arrays: Mapping[str, Array], options: Mapping[str, str]) -> Cell:
    """A cell under its own options, from arrays in the layout of an ONNX node."""
    given: dict[str, Any] = dict(options) | _onnx_notation(kind)
    form = node_form(kind.define(**given))
    assert form is not None, f"{kind.title} is written to no ONNX file"
    for parameter, blocks in kind.parameter_blocks().items():
        letters = PEEPHOLES_READ if parameter == PEEPHOLES else ORDER[form.op]
        by_name = dict(
            zip((LETTERS[letter] for letter in letters), np.split(arrays[parameter], len(letters)), strict=True)
        )
        given[parameter] = np.concatenate([by_name[block] for block in blocks])
    return kind(**given).with_options(**options)


def check_nodes(network: Network) -> list[NodeForm]:
    """How ONNX has the cell of each layer.

    Raises UnsupportedFileError if it has no node for one (code "cell") or cannot express one of its options.
    """
    forms = []
    for cell in (layer[0] for layer in network.layers):
        form = node_form(cell.define(**cell.options | _onnx_notation(type(cell))))
        if form is None:
            raise UnsupportedFileError(
                f"ONNX has no node for the cell {cell.title}; it has RNN, GRU and LSTM.", code="cell", part=cell.name
            )
        _attributes({"forward": cell}, form)
        forms.append(form)
    return forms


def _onnx_notation(kind: type[Cell]) -> dict[str, str]:
    """A cell's options of notation as in ONNX: the default of each."""
    return {option: kind.choices[option][0] for option in kind.notation}


# ---- what surrounds a node ------------------------------------------------------------------------------

REDUCES = {"sum": "ReduceSum", "ave": "ReduceMean", "mul": "ReduceProd"}


def _merged(add: Callable[..., str], output: str, merge: str) -> str:
    """Two directions, (T, 2, B, H), merged unit by unit, (T, B, H)."""
    if merge == "sum":  # its axes became an input in an earlier version than the others'
        return add("ReduceSum", [output, "directions"], f"{output}.joined", keepdims=0)
    return add(REDUCES[merge], [output], f"{output}.joined", axes=[1], keepdims=0)


def _starts(network: Network, layer: int) -> dict[str, Array]:
    """The initial states of a layer, (directions, 1, H), by the letters of a node's inputs; zeros where not given."""
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


def _inputs(cells: Iterable[Cell], op: str) -> dict[str, Array]:
    """The arrays of a node by ONNX's letters, directions along the first axis."""
    by_letter: dict[str, list[Array]] = {"W": [], "R": [], "B": [], "P": []}
    for cell in cells:
        plain = cell.with_options(**_onnx_notation(type(cell)))
        by_letter["W"].append(_stacked(plain, "weight_ih", ORDER[op]))
        by_letter["R"].append(_stacked(plain, "weight_hh", ORDER[op]))
        by_letter["B"].append(np.concatenate([_stacked(plain, name, ORDER[op]) for name in ("bias_ih", "bias_hh")]))
        if PEEPHOLES in plain.parameters:
            by_letter["P"].append(_stacked(plain, PEEPHOLES, PEEPHOLE_ORDER))
    return {letter: np.stack(arrays) for letter, arrays in by_letter.items() if arrays}


def _stacked(cell: Cell, parameter: str, order: str) -> Array:
    """A parameter's rows in ONNX's order; zeros for a gate that has none, because it is coupled to another."""
    blocks = cell.parameter_blocks()[parameter]
    empty = np.zeros_like(cell.rows_of(parameter, blocks[0]))
    names = [LETTERS[letter] for letter in order]
    return np.concatenate([cell.rows_of(parameter, name) if name in blocks else empty for name in names])


def _attributes(cells: Mapping[str, Cell], form: NodeForm) -> dict[str, Any]:
    """A node's attributes. cells: by direction, under the same options."""
    cell = next(iter(cells.values()))
    attributes: dict[str, Any] = {"hidden_size": cell.hidden_size, "direction": DIRECTIONS[tuple(cells)]}
    defaults = OPTIONS[form.op]
    chosen = {option: form.options[option] for option in defaults}
    bounds = {option: parse_activation(text)[2] for option, text in chosen.items()}
    if len(sums := {bound for option, bound in bounds.items() if option != "squash"}) > 1 or bounds.get("squash"):
        raise UnsupportedFileError(
            "ONNX bounds the sums of all gates alike, and the cell state not at all; this model has "
            + ", ".join(f"{option} {text}" for option, text in chosen.items()),
            code="activation",
        )
    if (bound := next(iter(sums))) is not None:
        attributes["clip"] = bound
    if chosen != defaults:
        attributes |= activation_attributes([*chosen.values()] * len(cells))
    if "reset" in form.options:
        attributes["linear_before_reset"] = int(form.options["reset"] == "after")
    if form.coupled:
        attributes["input_forget"] = 1
    return attributes
