"""Cells with any activations, clipped sums and peepholes: against ONNX Runtime, and back against finite differences."""

import numpy as np
import onnxruntime
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.cells.published.peephole_lstm import PeepholeLSTM
from rnnviz.errors import ArrayError, DtypeError, UnknownNameError
from rnnviz.network import Network

from ..raising import raises
from ..strategies import UNUSUAL, UNUSUAL_IDS, Case, activations, cases, draw_cell, draw_run, seeds
from .test_gradients import slopes
from .test_onnx import ORDER, STATES, batches

KINDS = (RNN, GRU, LSTM, PeepholeLSTM)
EVERY_UNUSUAL = pytest.mark.parametrize(("kind", "options"), UNUSUAL, ids=UNUSUAL_IDS)


def onnx_name(one):
    return "".join(part.capitalize() for part in one.kind.split("_"))


@st.composite
def onnx_cells(draw):
    """A kind of cell, its options, and the attributes of an ONNX node that mean the same.

    ONNX Runtime clips the sums of gates and candidates, and not what goes into the LSTM's squash.
    """
    kind = draw(st.sampled_from(KINDS))
    plain = activations.filter(lambda one: one.kind != "linear" and one.within is None)
    chosen = {option: draw(plain) for option in kind.activations}
    attributes = {
        "activations": [onnx_name(one) for one in chosen.values()],
        "activation_alpha": [one.parameters[0] for one in chosen.values() if len(one.parameters) > 0],
        "activation_beta": [one.parameters[1] for one in chosen.values() if len(one.parameters) > 1],
    }
    clip = draw(st.none() | st.sampled_from([0.5, 1.0, 2.5]))
    if clip is not None:
        attributes["clip"] = clip
    cut = "" if clip is None else f" within {clip:g}"
    options = {option: one.name + cut * (option != "squash") for option, one in chosen.items()}
    if kind is GRU:
        options["reset"] = draw(st.sampled_from(["after", "before"]))
        attributes["linear_before_reset"] = int(options["reset"] == "after")
    return kind, options, {name: value for name, value in attributes.items() if value != []}


@settings(max_examples=60)
@given(case=batches, drawn=onnx_cells())
def test_forward_is_that_of_onnx_runtime(case, drawn):
    """Activations with alpha and beta for every gate, clip, peepholes, and both placements of the GRU's reset gate.

    The steps are few, since values that nothing bounds soon outgrow float32.
    """
    kind, options, attributes = drawn
    case = Case(min(case.steps, 4), case.batch, case.inputs, case.hidden, case.seed)
    cell, x, initial = draw_run(kind, options, case, np.float32)
    theirs = LSTM if kind is PeepholeLSTM else kind
    starts = [f"initial_{STATES[state]}" for state in cell.states]
    names = ["X", "W", "R", "B", "", *starts]

    def stacked(array, order=ORDER[theirs], rows=kind.rows):
        blocks = dict(zip(rows, np.split(array, len(rows)), strict=True))
        return np.concatenate([blocks[gate] for gate in order])

    feeds = {
        "X": x,
        "W": stacked(cell.weight_ih)[None],
        "R": stacked(cell.weight_hh)[None],
        "B": np.concatenate([stacked(cell.bias_ih), stacked(cell.bias_hh)])[None],
        **{f"initial_{STATES[state]}": array[None] for state, array in initial.items()},
    }
    if kind is PeepholeLSTM:
        names.append("P")
        order, rows = ("input", "output", "forget"), kind.extra_blocks()["weight_peephole"]
        feeds["P"] = stacked(cell.weight_peephole, order, rows)[None]
    ends = ["Y", *(f"Y_{STATES[state]}" for state in cell.states)]
    node = helper.make_node(theirs.__name__, names, ends, hidden_size=case.hidden, **attributes)
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names if name]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ends]
    graph = helper.make_graph([node], "one_cell", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    states, *last = session.run(None, feeds)
    assume(np.isfinite(last).all())  # its softplus overflows where the cell's does not
    record = cell.forward(x, initial)
    size = max(1.0, *(np.abs(record[state]).max() for state in cell.states))
    np.testing.assert_allclose(record["hidden"] / size, states[:, 0] / size, rtol=1e-4, atol=2e-5)
    for state, end in zip(cell.states, last, strict=True):
        np.testing.assert_allclose(record.final[state] / size, end[0] / size, rtol=1e-4, atol=2e-5)


@st.composite
def any_cells(draw):
    kind = draw(st.sampled_from(KINDS))
    options = {name: draw(st.sampled_from(known)) for name, known in kind.choices.items()}
    return kind, options | {option: draw(activations).name for option in kind.activations}


@settings(max_examples=60)
@given(case=cases, drawn=any_cells(), looks=seeds)
def test_gradients_are_the_slopes_of_the_loss(case, drawn, looks):
    """Of every parameter, the inputs and the initial states; the loss looks at all states."""
    kind, options = drawn
    case = Case(min(case.steps, 3), case.batch, min(case.inputs, 2), min(case.hidden, 3), case.seed)
    cell, x, initial = draw_run(kind, options, case)
    rng = np.random.default_rng(looks)
    seen = {s: rng.standard_normal((case.steps, *case.shape(case.hidden))) for s in cell.states}

    def loss():
        record = cell.forward(x, initial)
        return sum((weights * record[s]).sum() for s, weights in seen.items())

    grads = cell.backward(cell.forward(x, initial), seen["hidden"], {s: w for s, w in seen.items() if s != "hidden"})
    arrays = {**cell.parameters, "x": x, **{f"initial_{s}": array for s, array in initial.items()}}
    assert grads.keys() == arrays.keys()
    for name, array in arrays.items():
        assert grads[name].shape == array.shape
        size = max(1.0, np.abs(grads[name]).max())
        np.testing.assert_allclose(grads[name] / size, slopes(loss, array) / size, rtol=1e-5, atol=1e-6, err_msg=name)


@EVERY_UNUSUAL
@given(case=cases)
@settings(max_examples=10)
def test_what_holds_for_every_cell_holds_for_these(kind, options, case):
    """Bounds, states handed over, biases left out, float32, and a network's arrays there and back."""
    cell, x, initial = draw_run(kind, options, case)
    record = cell.forward(20 * x)
    for quantity in cell.definition.quantities:
        assert quantity.low <= record[quantity.name].min() and record[quantity.name].max() <= quantity.high
    whole = cell.forward(x, initial)
    if case.steps > 1:
        parts = [cell.forward(x[:1], initial)]
        parts.append(cell.forward(x[1:], parts[0].final))
        for name in cell.definition.by_name:
            both = np.concatenate([part[name] for part in parts])
            np.testing.assert_allclose(both, whole[name], rtol=1e-10, atol=1e-12, err_msg=name)
    network = Network([[cell]])
    again = Network.from_parameters(network.parameters, kind.name, cell.options)
    np.testing.assert_array_equal(again.forward(x, [[initial]]).top, whole["hidden"])
    single = cell.from_parameters([array.astype(np.float32) for array in cell.parameters.values()], cell.options)
    low = single.forward(x.astype(np.float32), {s: a.astype(np.float32) for s, a in initial.items()})
    assert all(low[name].dtype == np.float32 for name in cell.definition.by_name)
    grads = single.backward(low, np.ones_like(low["hidden"]))
    assert all(gradient.dtype == np.float32 for gradient in grads.values())


@given(case=cases)
def test_an_lstm_without_weights_in_its_peepholes_is_an_lstm(case):
    cell, x, initial = draw_run(LSTM, {}, case)
    record, other = cell.forward(x, initial), PeepholeLSTM(*cell.parameters.values())
    assert (other.weight_peephole == 0).all() and other.weight_peephole.shape == (3 * case.hidden,)
    other_record = other.forward(x, initial)
    d_hidden = np.ones_like(record["hidden"])
    one, two = cell.backward(record, d_hidden), other.backward(other_record, d_hidden)
    for name in cell.definition.by_name:
        np.testing.assert_allclose(other_record[name], record[name], rtol=1e-12, atol=1e-14, err_msg=name)
    for name, gradient in one.items():
        np.testing.assert_allclose(two[name], gradient, rtol=1e-10, atol=1e-12, err_msg=name)


def test_wrong_peepholes_are_refused():
    cell = draw_cell(PeepholeLSTM, {}, Case(1, None, 2, 4, 0), np.float32)
    weights = cell.parameters | {"weight_peephole": np.ones(16, np.float32)}
    with raises(ArrayError, name="weight_peephole", shape=(16,), expected=(12,)):
        PeepholeLSTM(**weights)
    with raises(DtypeError, name="weight_peephole", dtype="float64"):
        PeepholeLSTM(**weights | {"weight_peephole": np.ones(12)})
    arrays = {f"rnn.{name}_l0": array for name, array in cell.parameters.items()}
    with raises(UnknownNameError, kind="array", name="rnn.weight_peephole_l0"):
        Network.from_parameters(arrays, "lstm")


def test_options_are_stored_by_their_full_names_in_the_cells_order():
    options = {"activation": " softsign ", "gates": "hard_sigmoid", "reset": "before"}
    cell = GRU.random(2, 3, np.random.default_rng(0), **options)
    assert list(cell.options.items()) == [
        ("reset", "before"), ("update", "keeps"), ("gates", "hard_sigmoid(0.2, 0.5)"), ("activation", "softsign"),
    ]  # fmt: skip
    changed = cell.with_options(gates="sigmoid")
    assert changed.options["gates"] == "sigmoid" and changed.options["activation"] == "softsign"


def test_bounds_and_words_follow_the_activation():
    def of(kind, **options):
        return kind.define(**options).by_name

    hard = of(LSTM, gates="hard_sigmoid", squash="softsign")
    assert (hard["forget"].low, hard["forget"].high, hard["hidden"].low, hard["hidden"].high) == (0, 1, -1, 1)
    open_ended = of(LSTM, activation="softplus", squash="relu")
    assert open_ended["candidate"].description.endswith("of at least 0.")
    assert (open_ended["hidden"].low, open_ended["hidden"].high) == (0, np.inf)
    assert (of(GRU, activation="relu")["hidden"].low, of(GRU, gates="relu")["hidden"].low) == (0, -np.inf)
    assert of(GRU, activation="linear within 2")["hidden"].high == 2
    definition = LSTM.define(gates="hard_sigmoid within 2")
    phase = definition.phases[1]
    assert "hard σ of z is 0.2 · z + 0.5" in phase.description and "−2 to 2" in phase.description
    assert (
        phase.equations[0]
        .latex(LSTM.define(gates="hard_sigmoid within 2").notation())
        .startswith(r"f_t = \mathrm{clipped}\,\mathrm{hard}\,\sigma\left(")
    )
