"""ONNX files built for tests, what ONNX Runtime computes by them, and stacks run by our own cells."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from rnnviz.cells import CELLS
from rnnviz.checkpoints import File
from rnnviz.checkpoints.gate_orders import block_places
from rnnviz.checkpoints.onnx.onnx_file import OnnxFile, read_stacks
from rnnviz.limits import DEFAULT_LIMITS

ROWS = {"RNN": 1, "GRU": 3, "LSTM": 4}
DIRECTIONS = {"forward": ["forward"], "reverse": ["backward"], "bidirectional": ["forward", "backward"]}
# What the options of activations are where a cell does not have them yet or nobody chose.
USUAL = {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"}
STARTS = {"hidden": 5, "cell": 6}
onnxruntime.set_default_logger_severity(4)


def weights(op, sizes, rng, directions=1, peepholes=False, dtype=np.float32):
    """W, R, B and perhaps P of a node, large enough to bend its gates. sizes: inputs and hidden units."""
    inputs, hidden = sizes
    rows = ROWS[op] * hidden
    shapes = {"W": (rows, inputs), "R": (rows, hidden), "B": (2 * rows,)} | ({"P": (3 * hidden,)} if peepholes else {})
    return {name: (0.6 * rng.standard_normal((directions, *shape))).astype(dtype) for name, shape in shapes.items()}


def stored(arrays):
    return [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]


def model(nodes, arrays, inputs=("X",), outputs=("Y",), opset=17, kinds=None, **more):
    """An ONNX file. arrays: kept in it, as they are or as TensorProto. kinds: of inputs that are not float, by name."""
    kinds = kinds or {}
    values = [
        [helper.make_tensor_value_info(name, kinds.get(name, TensorProto.FLOAT), None) for name in names]
        for names in (inputs, outputs)
    ]
    kept = stored({k: v for k, v in arrays.items() if isinstance(v, np.ndarray)})
    kept += [v for v in arrays.values() if not isinstance(v, np.ndarray)]
    graph = helper.make_graph(nodes, "made", *values, kept)
    imports = [helper.make_opsetid("", opset), *more.pop("imports", [])]
    return helper.make_model(graph, opset_imports=imports, ir_version=8, **more)


def one_node(op, arrays, inputs=("X",), more_inputs=(), outputs=("Y",), **attributes):
    """A file of one node "rnn/OP"; its inputs are named as ONNX names them, and those that are not there left out."""
    names = ["X", "W", "R", "B", "lens", "h0", "c0", "P"]
    given = [name if name in arrays or name in (*inputs, *more_inputs) else "" for name in names]
    while not given[-1]:
        given.pop()
    node = helper.make_node(op, given, list(outputs), name=f"/rnn/{op}", **attributes)
    return model([node], arrays, (*inputs, *more_inputs), [name for name in outputs if name])


def file_of(data, beside=None, limits=DEFAULT_LIMITS, name="made.onnx"):
    """A file with these bytes."""
    return File(name, data, beside or {}, limits)


def read(made, beside=None, **more):
    """The stacks and notes of a file."""
    found, notes, words = read_stacks(file_of(made.SerializeToString(), beside, **more))
    assert words.startswith("ONNX")
    return found, notes


def restored(data):
    """The model that rnnviz wrote into a file, None if another program wrote it."""
    return next(iter(OnnxFile().open(file_of(data)).models.values()), None)


def only(made, beside=None):
    (stack,), notes = read(made, beside)
    assert notes == ()
    return stack


def value(stack, name):
    setting = stack.setting(name)
    return None if setting is None else setting.value


def theirs(made, feeds):
    """What ONNX Runtime computes, by the names of the outputs."""
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds), strict=True))


def cell(stack, layer, way):
    """One of our cells with a stack's weights and options."""
    sources = stack.layers[layer][way]
    stack = stack.run_of(layer, {})[0]
    kind = CELLS[stack.cell]
    order = block_places(stack.cell, value(stack, "order"))
    arrays = {}
    for name, source in sources.items():
        array = arrays[name] = source.array
        if name != "weight_peephole":  # which is in our order already
            arrays[name] = array.reshape(len(order), -1, *array.shape[1:])[order].reshape(array.shape)
    settings = {setting.name: setting.value for setting in stack.settings}
    options = {name: settings[name] for name in kind.resolve_options({}) if name in settings}
    for name, usual in USUAL.items():  # what the cell cannot choose must be what it does anyway
        assert name in options or settings.get(name, usual) == usual
    return kind(**arrays, **options)


def run(stack, x):
    """States by layer, direction and name, (T, B, H), in the order of the text; x (T, B, D)."""
    found, top = {}, x[: stack.max_steps]
    for k, layer in enumerate(stack.layers):
        hidden = []
        for way in layer:
            along = slice(None) if way == "forward" else slice(None, None, -1)
            start = {
                state: np.repeat(source.array[None], x.shape[1], axis=0)
                for (layer_, way_, state), source in stack.initial.items()
                if (layer_, way_) == (k, way)
            }
            record = cell(stack, k, way).forward(np.ascontiguousarray(top[along]), start)
            for state in record.cell.states:
                found[k, way, state] = record[state][along]
            hidden.append(found[k, way, "hidden"])
        merges = {
            "concat": lambda h: np.concatenate(h, -1),
            "sum": sum,
            "mul": lambda h: h[0] * h[1],
            "ave": lambda h: sum(h) / 2,
        }
        top = hidden[0] if len(hidden) == 1 else merges[stack.merge](hidden)
    return found | {"top": top}


def close(ours, their):
    np.testing.assert_allclose(ours, their, rtol=1e-5, atol=1e-5)


def same_as_runtime(stack, made, x, outputs=("Y", "Y_h", "Y_c")):
    """Holds a stack of one layer to what ONNX Runtime computes: every step's state, and the last states."""
    found = theirs(made, {"X": x})
    ours = run(stack, x)
    for k, way in enumerate(stack.layers[0]):
        hidden = ours[0, way, "hidden"]
        close(hidden, found[outputs[0]][: len(hidden), k])
        last = -1 if way == "forward" else 0
        for output, state in zip(outputs[1:], ("hidden", "cell"), strict=False):
            if output in found:
                close(ours[0, way, state][last], found[output][k])
