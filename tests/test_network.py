"""The network: how layers, directions, embedding and readout are put together, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.analysis import ablation, contributions, gradient_by_layers
from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.errors import ArgumentError, ArrayError, DtypeError, NotFiniteError, UnknownNameError, UnknownQuantityError
from rnnviz.model import Model
from rnnviz.network import Masks, Network, softmax
from rnnviz.network.merging import MERGES
from rnnviz.text.tokens import Vocabulary

from .raising import raises
from .strategies import draw_network, seeds

rng = np.random.default_rng(7)


def random(cell="lstm", **sizes):
    sizes = {"hidden": 4, "vocabulary": 6, "embedding": 3, "classes": 2, **sizes}
    return Network.random(cell, rng=np.random.default_rng(3), **sizes)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@given(layers=st.integers(1, 3), both=st.booleans(), seed=seeds)
def test_parameters_rebuild_the_network(cell, layers, both, seed):
    network = draw_network(cell, layers=layers, bidirectional=both, seed=seed)
    again = Network.from_parameters(network.parameters, cell)
    ids = np.random.default_rng(seed).integers(0, len(network.embedding), 7)
    np.testing.assert_array_equal(again.forward(ids).logits, network.forward(ids).logits)


def test_layers_read_the_layer_below_and_the_readout_reads_the_top():
    network = random(layers=2, bidirectional=True)
    run = network.forward(np.array([1, 2, 3, 4]))
    below, above = run.records
    both = np.concatenate([below[0]["hidden"], below[1]["hidden"][::-1]], axis=1)
    np.testing.assert_array_equal(above[0]["input_vector"], both)
    np.testing.assert_array_equal(above[1]["input_vector"], both[::-1])
    top = np.concatenate([above[0]["hidden"], above[1]["hidden"][::-1]], axis=1)
    np.testing.assert_allclose(run.logits, top @ network.readout_weight.T + network.readout_bias, rtol=1e-6)


@given(seed=seeds)
def test_a_batch_is_its_sequences(seed):
    network = draw_network("gru", layers=2, seed=seed)
    ids = np.random.default_rng(seed).integers(0, 6, (5, 3))
    together = network.forward(ids).logits
    for b in range(3):
        np.testing.assert_allclose(together[:, b], network.forward(ids[:, b]).logits, rtol=1e-5, atol=1e-6)


def test_dropout_masks_act_forward_and_backward():
    network = random("gru", dtype=np.float64)
    ids = rng.integers(0, 6, (4, 2))
    masks = Masks(rng.integers(0, 2, (4, 2, 3)) * 2.0, rng.integers(0, 2, (4, 2, 4)) * 2.0)
    d_logits = rng.standard_normal((4, 2, 2))
    grads = network.backward(network.forward(ids, masks=masks), d_logits, masks)
    for name, array in network.parameters.items():
        for k in list(np.ndindex(array.shape))[:: max(1, array.size // 5)]:
            kept, losses = array[k], []
            for step in (1e-6, -1e-6):
                array[k] = kept + step
                losses.append((d_logits * network.forward(ids, masks=masks).logits).sum())
            array[k] = kept
            assert grads[name][k] == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-5, abs=1e-7), name


@given(st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=6))
def test_probabilities_are_positive_and_add_up_to_one(logits):
    probabilities = softmax(np.array(logits))
    assert (probabilities >= 0).all()
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities[np.argmax(logits)] == probabilities.max()


@given(layers=st.integers(1, 3), both=st.booleans(), seed=seeds)
def test_all_cells_of_a_converted_network_are_converted(layers, both, seed):
    network = draw_network("gru", layers=layers, bidirectional=both, seed=seed, dtype=np.float64)
    other = network.with_options(update="writes")
    assert {cell.options["update"] for layer in other.layers for cell in layer} == {"writes"}
    assert other.embedding is network.embedding and other.readout_weight is network.readout_weight
    ids = np.random.default_rng(seed).integers(0, len(network.embedding), 7)
    np.testing.assert_allclose(other.forward(ids).logits, network.forward(ids).logits, rtol=0, atol=1e-12)
    for name, array in other.with_options(update="keeps").parameters.items():
        np.testing.assert_array_equal(array, network.parameters[name])


def test_a_network_takes_no_option_that_its_cell_lacks():
    with raises(UnknownNameError, kind="option", name="update"):
        random().with_options(update="writes")


@pytest.mark.parametrize(
    ("change", "error", "fields"),
    [
        ({"rnn.weight_ih_l0": None}, UnknownNameError, {"code": "missing", "name": "rnn.weight_ih_l0"}),
        ({"rnn.weight_hh_l0": None}, UnknownNameError, {"code": "missing", "name": "rnn.weight_hh_l0"}),
        ({"rnn.weight_ih_l1": None}, UnknownNameError, {"code": "unused", "name": "rnn.weight_hh_l1"}),
        ({"rnn.weight_hr_l0": (2, 4)}, UnknownNameError, {"code": "unused", "name": "rnn.weight_hr_l0"}),
        ({"rnn.weight_ih_l1": (16, 5)}, ArgumentError, {"code": "input_size", "value": 5, "allowed": 4}),
        ({"rnn.weight_hh_l1": (15, 4)}, ArrayError, {"name": "weight_hh", "shape": (15, 4), "expected": (16, 4)}),
        ({"embedding.weight": (6, 4)}, ArrayError, {"name": "embedding.weight", "shape": (6, 4), "expected": "(V, 3)"}),
        ({"embedding.weight": (6,)}, ArrayError, {"name": "embedding.weight", "shape": (6,), "expected": 2}),
        ({"readout.weight": (2, 5)}, ArrayError, {"name": "readout.weight", "shape": (2, 5), "expected": "(C, 4)"}),
        ({"readout.bias": (3,)}, ArrayError, {"name": "readout.bias", "shape": (3,), "expected": (2,)}),
        ({"readout.weight": None}, ArrayError, {"code": "no_readout_weight", "name": "readout.bias"}),
    ],
)
def test_arrays_that_make_no_network(change, error, fields):
    arrays = random(layers=2).parameters
    for name, shape in change.items():
        if shape is None:
            del arrays[name]
        else:
            arrays[name] = np.ones(shape, np.float32)
    with raises(error, **fields) as caught:
        Network.from_parameters(arrays, "lstm")
    assert "rnn.weight_hh_l1" not in change or "rnn.*_l1" in str(caught.value)  # which layer's


def test_arrays_that_are_not_finite_numbers_of_one_dtype():
    for name in random().parameters:
        arrays = random().parameters
        with raises(NotFiniteError) as caught:
            Network.from_parameters(arrays | {name: np.full_like(arrays[name], np.nan)}, "lstm")
        assert name.removeprefix("rnn.").removesuffix("_l0") == caught.value.name
        with raises(DtypeError, code="mixed_dtypes"):
            Network.from_parameters(arrays | {name: arrays[name].astype(np.float64)}, "lstm")


def test_cells_that_do_not_belong_together():
    make = np.random.default_rng(0)
    with raises(ArgumentError, code="mixed_cells", value=1):
        Network([[LSTM.random(3, 4, make)], [LSTM.random(4, 4, make), GRU.random(4, 4, make)]])
    with raises(ArgumentError, code="mixed_cells", value=0):
        Network([[GRU.random(3, 4, make), GRU.random(3, 4, make, reset="before")]])
    with raises(ArgumentError, code="dtypes", value=["float32", "float64"]):
        Network([[GRU.random(3, 4, make)], [GRU.random(4, 4, make, dtype=np.float64)]])
    with raises(ArgumentError, code="hidden_sizes", value=[4, 5]):
        Network([[LSTM.random(3, 4, make), LSTM.random(3, 5, make)]])
    with raises(ArgumentError, code="input_size", value=4, allowed=8):
        Network([[LSTM.random(3, 4, make)] * 2, [LSTM.random(4, 5, make)]])
    with raises(ArgumentError, code="layers", value=[3]):
        Network([[LSTM.random(3, 4, make)] * 3])
    with raises(ArgumentError, code="layers", value=[]):
        Network([])
    with raises(UnknownNameError, kind="merge", name="add", allowed=("concat", "sum", "mul", "ave")):
        Network([[LSTM.random(3, 4, make)] * 2], merge="add")
    with raises(ArgumentError, code="directions", name="directions_by_layer"):
        Network([[LSTM.random(3, 4, make)]], directions_by_layer=(("forward", "backward"),))
    with raises(UnknownNameError, kind="cell", name="lstn"):
        Network.from_parameters({}, "lstn")


@pytest.mark.parametrize(
    ("ids", "error", "fields"),
    [
        (np.array([0, 6]), ArgumentError, {"value": (0, 6), "allowed": 6}),
        (np.array([-1, 2]), ArgumentError, {"value": (-1, 2), "allowed": 6}),
        (np.array([0.0, 1.0]), ArrayError, {"code": "token_ids", "shape": (2,)}),
        (np.zeros(0, int), ArrayError, {"code": "token_ids", "shape": (0,)}),
        (np.zeros((1, 1, 1), int), ArrayError, {"code": "token_ids", "shape": (1, 1, 1)}),
        ([1, 2], ArrayError, {"code": "token_ids", "shape": (2,)}),
    ],
)
def test_token_ids_that_the_embedding_lacks(ids, error, fields):
    with raises(error, name="tokens", **fields):
        random().forward(ids)


def test_initial_states_for_other_layers():
    network = random(layers=2)
    states = network.forward(np.array([1, 2])).final
    with raises(ArgumentError, code="layers", name="initial", value=[1], allowed=[1, 1]):
        network.forward(np.array([3]), states[:1])


def test_initial_states_continue_a_run():
    network = random(layers=2)
    ids = np.array([1, 2, 3, 4, 5])
    first = network.forward(ids[:2])
    np.testing.assert_allclose(
        network.forward(ids[2:], first.final).logits, network.forward(ids).logits[2:], rtol=1e-6, atol=1e-7
    )


# ---- layers of different sizes and directions ----------------------------------------------------------------


def mixed(merge="concat", dtype=np.float64, cell=LSTM, seed=0):
    """Both directions with 4 units, then backward alone with 3, then forward with 5, and a readout of 2 classes."""
    make = np.random.default_rng(seed)
    wide = 8 if merge == "concat" else 4
    sizes = [(3, 4), (3, 4)], [(wide, 3)], [(3, 5)]
    layers = [[cell.random(*size, make, dtype) for size in layer] for layer in sizes]
    directions = (("forward", "backward"), ("backward",), ("forward",))
    return Network(layers, None, make.standard_normal((2, 5)).astype(dtype), None, directions, merge)


def test_layers_of_different_sizes_and_directions_are_the_cells_one_above_another():
    network, x = mixed(), np.random.default_rng(1).standard_normal((6, 3))
    (one, other), (second,), (third,) = network.layers
    both = np.concatenate([one.forward(x)["hidden"], other.forward(x[::-1])["hidden"][::-1]], axis=1)
    back = second.forward(both[::-1])["hidden"][::-1]
    top = third.forward(back)["hidden"]
    run = network.forward(x)
    assert np.array_equal(run.top, top)
    assert np.array_equal(run.logits, top @ network.readout_weight.T)
    assert [network.output_size(k) for k in range(3)] == [8, 3, 5]
    assert network.layer_summary == "layer 0 forward and backward, layer 1 backward, layer 2 forward"
    assert (
        network.has_layer(1, "backward") and not network.has_layer(1, "forward") and not network.has_layer(3, "forward")
    )
    with raises(UnknownNameError, kind="layer", name="1, forward"):
        network.cell(1, "forward")


@pytest.mark.parametrize(
    ("merge", "join"),
    [("sum", np.add), ("mul", np.multiply), ("ave", lambda a, b: (a + b) / 2)],
)
def test_two_directions_are_merged(merge, join):
    network, x = mixed(merge), np.random.default_rng(1).standard_normal((6, 3))
    run = network.forward(x)
    forward, backward = run.records[0]
    assert np.array_equal(run.records[1][0].x[::-1, :, 0], join(forward["hidden"], backward["hidden"][::-1]))


@pytest.mark.parametrize("merge", MERGES)
@pytest.mark.parametrize("cell", [RNN, GRU, LSTM])
def test_gradients_of_mixed_layers_against_finite_differences(cell, merge):
    network, make = mixed(merge, cell=cell), np.random.default_rng(2)
    x, weights = make.standard_normal((5, 3)), make.standard_normal((5, 2))
    run = network.forward(x)
    grads = network.backward(run, weights)
    for name, array in {**network.parameters, "inputs": x}.items():
        place = tuple(make.integers(size) for size in array.shape)
        before, losses = array[place], []
        for nudge in (1e-6, -1e-6):
            array[place] = before + nudge
            losses.append((network.forward(x).logits * weights).sum())
        array[place] = before
        assert grads[name][place] == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-6, abs=1e-8), name


@pytest.mark.parametrize("merge", MERGES)
def test_mixed_layers_are_built_again_from_their_arrays(merge):
    network, x = mixed(merge), np.random.default_rng(1).standard_normal((6, 3))
    again = Network.from_parameters(network.parameters, "lstm", merge=merge)
    assert again.directions_by_layer == network.directions_by_layer
    assert np.array_equal(again.forward(x).logits, network.forward(x).logits)


def test_a_network_starts_from_its_own_states_unless_others_are_given():
    make, network = np.random.default_rng(3), mixed()
    x = make.standard_normal((6, 3))
    start = [
        [{state: make.standard_normal(cell.hidden_size) for state in cell.states} for cell in layer]
        for layer in network.layers
    ]
    own = replace(network, initial=start)
    assert np.array_equal(own.forward(x).logits, network.forward(x, start).logits)
    assert not np.array_equal(own.forward(x).logits, network.forward(x).logits)
    batch = own.forward(np.repeat(x[:, None], 2, axis=1)).logits
    np.testing.assert_allclose(batch[:, 1], own.forward(x).logits, rtol=1e-12)
    again = Network.from_parameters(own.parameters, "lstm")
    assert np.array_equal(again.forward(x).logits, own.forward(x).logits)
    with raises(ArrayError, name="initial cell", shape=(2,), expected=(4,)):
        replace(network, initial=[[{"cell": np.zeros(2)}, {}], [{}], [{}]])
    with raises(ArgumentError, code="layers", name="initial"):
        replace(network, initial=[[{}]])


def test_a_trace_of_mixed_layers_holds_each_of_them():
    model = Model("mixed", mixed(), Vocabulary("numbers", vector_size=3), ["a", "b"])
    x = np.random.default_rng(1).standard_normal((6, 3))
    trace = model.trace(x)
    assert trace.directions_by_layer == (("forward", "backward"), ("backward",), ("forward",))
    assert [trace.units(k) for k in range(3)] == [4, 3, 5]
    assert trace["hidden", 1] is trace["hidden", 1, "backward"]
    assert np.array_equal(trace["hidden", 1], model.network.forward(x).records[1][0]["hidden"][::-1])
    with raises(UnknownQuantityError, code="layer", name="hidden"):
        trace["hidden", 1, "forward"]
    gradients = gradient_by_layers(trace)
    assert gradients.states[1, "backward"].shape == (6, 5, 6)
    grads = [model.network.backward(model.network.forward(x), d)["inputs"] for d in _last_steps(trace)]
    through = np.einsum("ci,tid->tcd", model.network.readout_weight, gradients.inputs)
    np.testing.assert_allclose(through, np.stack(grads, axis=1), rtol=1e-10, atol=1e-12)
    for label in ("a", "b"):
        parts = contributions(trace, label)
        total = parts.by_step.sum() + parts.initial + parts.unexplained + parts.bias
        assert total == pytest.approx(parts.logit, rel=1e-10)
    assert len(ablation(model, x, layer=1, direction="backward")) == 3


def _last_steps(trace):
    """Gradients by the logits, one for each label's logit after the last step."""
    for label in range(len(trace.labels)):
        d = np.zeros((len(trace), len(trace.labels)))
        d[-1, label] = 1
        yield d
