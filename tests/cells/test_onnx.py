"""The cells against ONNX: ONNX Runtime, which computes these operators in float32 alone, and ONNX's own
reference in float64, both placements of the GRU's reset gate included."""

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.network import Network

from ..strategies import Case, draw_cell, seeds
from .variants import EVERY_VARIANT, VARIANT_IDS, VARIANTS, keeping

# How ONNX stacks the gates, and what it calls the states.
ORDER = {
    RNN: ("hidden",),
    GRU: ("update", "reset", "candidate"),
    LSTM: ("input", "output", "forget", "candidate"),
}
STATES = {"hidden": "h", "cell": "c"}


def graph(kind, options, cells, directions, dtype):
    """An ONNX model of one node."""
    element = TensorProto.FLOAT if dtype is np.float32 else TensorProto.DOUBLE
    more = {}
    if kind is RNN:
        more["activations"] = [{"tanh": "Tanh", "relu": "Relu"}[options["activation"]]] * len(cells)
    if kind is GRU:
        more["linear_before_reset"] = int(options["reset"] == "after")
    starts = [f"initial_{STATES[state]}" for state in cells[0].states]
    ends = ["Y", *(f"Y_{STATES[state]}" for state in cells[0].states)]
    node = helper.make_node(
        kind.__name__,
        ["X", "W", "R", "B", "", *starts],
        ends,
        hidden_size=cells[0].hidden_size,
        direction=directions,
        **more,
    )
    inputs = [helper.make_tensor_value_info(name, element, None) for name in ("X", "W", "R", "B", *starts)]
    outputs = [helper.make_tensor_value_info(name, element, None) for name in ends]
    built = helper.make_graph([node], "one_cell", inputs, outputs)
    return helper.make_model(built, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


def feeds(kind, cells, x, initial):
    """The arrays of the node: gates in ONNX's order, an axis for the directions, always a batch axis."""

    def stacked(cell, name):
        array = keeping(cell.parameters, cell.options)[name]
        return np.concatenate([array[cell.row(gate)] for gate in ORDER[kind]])

    arrays = {
        "X": x,
        "W": np.stack([stacked(cell, "weight_ih") for cell in cells]),
        "R": np.stack([stacked(cell, "weight_hh") for cell in cells]),
        "B": np.stack([np.concatenate([stacked(c, "bias_ih"), stacked(c, "bias_hh")]) for c in cells]),
    }
    return arrays | {
        f"initial_{STATES[state]}": np.stack([states[state] for states in initial]) for state in cells[0].states
    }


def draw(kind, options, case, count, dtype):
    rng = case.rng
    cells = [draw_cell(kind, options, case, dtype, rng) for _ in range(count)]
    x = rng.standard_normal((case.steps, case.batch, case.inputs)).astype(dtype)
    shape = (case.batch, case.hidden)
    initial = [{s: (0.5 * rng.standard_normal(shape)).astype(dtype) for s in cells[0].states} for _ in cells]
    return cells, x, initial


batches = st.builds(
    Case,
    steps=st.integers(1, 9),
    batch=st.integers(1, 4),
    inputs=st.integers(1, 5),
    hidden=st.integers(1, 6),
    seed=seeds,
)


@EVERY_VARIANT
@pytest.mark.parametrize("directions", ["forward", "reverse", "bidirectional"])
@given(case=batches)
def test_forward_is_that_of_onnx_runtime(kind, options, directions, case):
    cells, x, initial = draw(kind, options, case, 2 if directions == "bidirectional" else 1, np.float32)
    model = graph(kind, options, cells, directions, np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    theirs, *last = session.run(None, feeds(kind, cells, x, initial))  # (T, directions, B, H)
    if directions == "bidirectional":
        run = Network([cells]).forward(x, [initial])
        ours, final = run.top, run.final[0]
        theirs = theirs.transpose(0, 2, 1, 3).reshape(ours.shape)
    else:
        along = slice(None) if directions == "forward" else slice(None, None, -1)
        record = cells[0].forward(x[along], initial[0])
        ours, final, theirs = record["hidden"][along], [record.final], theirs[:, 0]
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    for state, their in zip(cells[0].states, last, strict=True):
        np.testing.assert_allclose(np.stack([f[state] for f in final]), their, rtol=1e-5, atol=1e-5)


# The reference does not know relu.
IN_REFERENCE = [(v, i) for v, i in zip(VARIANTS, VARIANT_IDS, strict=True) if i != "rnn-relu"]


@pytest.mark.parametrize(("kind", "options"), [v for v, _ in IN_REFERENCE], ids=[i for _, i in IN_REFERENCE])
@given(case=batches)
def test_forward_is_that_of_the_onnx_reference_in_float64(kind, options, case):
    cells, x, initial = draw(kind, options, case, 1, np.float64)
    model = graph(kind, options, cells, "forward", np.float64)
    theirs = ReferenceEvaluator(model).run(None, feeds(kind, cells, x, initial))[0]
    np.testing.assert_allclose(cells[0].forward(x, initial[0])["hidden"], theirs[:, 0], rtol=1e-10, atol=1e-10)
