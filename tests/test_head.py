"""Heads: what a readout reads, layers below it and the activation of its outputs, against PyTorch and differences."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import ablation, attribution, contributions
from rnnviz.analysis.effects.unit_effects import unit_effects
from rnnviz.checkpoints.native.card_json import from_json, to_json
from rnnviz.errors import ArgumentError, ArrayError, UnknownNameError
from rnnviz.model import Model
from rnnviz.network import READINGS, Head, HeadLayer, Network
from rnnviz.text.tokens import Vocabulary
from rnnviz.trace import Trace

from .raising import raises

ACTIVATIONS = ("softmax", "sigmoid", "linear", "relu", "tanh")
MERGES = ("concat", "sum", "mul", "ave")
heads = st.fixed_dictionaries(
    {
        "reading": st.sampled_from([*READINGS]),
        "activation": st.sampled_from(ACTIVATIONS),
        "inner": st.lists(st.sampled_from(["linear", "relu", "tanh", "sigmoid"]), max_size=2),
        "merge": st.sampled_from(MERGES),
        "bidirectional": st.booleans(),
        "layers": st.integers(1, 2),
        "seed": st.integers(0, 999),
    }
)


def built(reading, activation, inner, merge, bidirectional, layers, seed, dtype=np.float64):
    """A model that reads vectors of 3 numbers and has 2 outputs, with a head of the given kind."""
    rng = np.random.default_rng(seed)
    width = 4 * (2 if bidirectional and merge == "concat" else 1)
    parts, size = [], width
    for name in inner:
        parts.append(HeadLayer(rng.normal(size=(5, size)).astype(dtype), rng.normal(size=5).astype(dtype), name))
        size = 5
    plain = Network.random("gru", hidden=4, embedding=3, bidirectional=bidirectional, rng=rng, dtype=dtype)
    cells = [plain.layers[0]]
    if layers == 2:
        above = Network.random("gru", hidden=4, embedding=width, bidirectional=bidirectional, rng=rng, dtype=dtype)
        cells.append(above.layers[0])
    weight, bias = rng.normal(size=(2, size)).astype(dtype), rng.normal(size=2).astype(dtype)
    network = Network(
        cells,
        None,
        weight,
        bias,
        plain.directions_by_layer * layers,
        merge,
        None,
        Head(activation, reading, tuple(parts)),
    )
    return Model("m", network, Vocabulary("numbers", vector_size=3), ["low", "high"])


def states_of(model, x):
    """The top layer's hidden states by direction, in the order of the text."""
    trace = model.trace(x)
    return [trace["hidden", trace.layers - 1, d] for d in trace.directions_by_layer[-1]], trace


@given(heads, st.integers(1, 6))
def test_the_answer_is_what_pytorch_makes_of_the_whole_sequence(kind, steps):
    """Pooled over the whole sequence at once, and then through the layers: the last row of the outputs."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of this test")
    model = built(**kind)
    hidden, trace = states_of(model, np.random.default_rng(kind["seed"]).normal(size=(steps, 3)))
    merge, tensors = kind["merge"], [torch.from_numpy(states.copy()) for states in hidden]

    def merged(parts):
        if len(parts) == 1:
            return parts[0]
        both = torch.stack(parts)
        return (
            torch.cat(parts, -1)
            if merge == "concat"
            else {"sum": both.sum, "ave": both.mean, "mul": both.prod}[merge](0)
        )

    match kind["reading"]:
        case "last states":
            read = merged([states[0 if k == 1 else -1] for k, states in enumerate(tensors)])
        case "sum":
            read = merged(tensors).sum(0)
        case "mean":
            read = merged(tensors).mean(0)
        case "max":
            read = merged(tensors).max(0).values
        case _:
            read = merged([states[-1] for states in tensors])
    functions = {"linear": lambda z: z, "relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    for layer in model.head.layers:
        read = functions[layer.activation](torch.from_numpy(layer.weight) @ read + torch.from_numpy(layer.bias))
    logits = torch.from_numpy(model.network.readout_weight) @ read + torch.from_numpy(model.network.readout_bias)
    expected = {"softmax": lambda z: torch.softmax(z, -1), **functions}[kind["activation"]](logits)
    np.testing.assert_allclose(trace.answer, expected.numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(trace.logits[-1], logits.numpy(), rtol=1e-9, atol=1e-12)


@given(heads, st.integers(1, 5))
def test_each_row_is_the_answer_to_the_text_that_ends_there(kind, steps):
    model = built(**(kind | {"bidirectional": False}))
    x = np.random.default_rng(1).normal(size=(steps + 2, 3))
    np.testing.assert_allclose(model.trace(x).outputs[steps - 1], model.trace(x[:steps]).answer, rtol=1e-9, atol=1e-12)


@given(heads)
def test_gradients_are_the_slopes_of_the_loss(kind):
    """By every parameter and input, against central differences, away from the corners of relu and of a maximum."""
    model = built(**(kind | {"inner": [name for name in kind["inner"] if name != "relu"]}))
    network, rng = model.network, np.random.default_rng(7)
    x, weights = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))

    def loss(inputs):
        return float((network.forward(inputs).logits * weights).sum())

    grads = network.backward(network.forward(x), weights.copy())
    for name, array in [*network.parameters.items(), ("inputs", x)]:
        place = tuple(rng.integers(0, size) for size in array.shape)
        old, step = array[place], 1e-6
        array[place] = old + step
        high = loss(x)
        array[place] = old - step
        low = loss(x)
        array[place] = old
        assert grads[name][place] == pytest.approx((high - low) / (2 * step), rel=1e-4, abs=1e-7), name


@given(heads)
def test_it_is_saved_and_loaded(kind):
    model = built(**kind, dtype=np.float32)
    again = from_json(to_json(model), model.network.parameters)
    assert again.head.to_json() == model.head.to_json()
    x = np.ones((3, 3))
    np.testing.assert_array_equal(again.trace(x).outputs, model.trace(x).outputs)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_trace_keeps_its_outputs(activation, tmp_path):
    trace = built("mean", activation, [], "concat", True, 1, 0).trace(np.ones((3, 3)))
    trace.save(tmp_path / "trace.npz")
    again = Trace.load(tmp_path / "trace.npz")
    for name in ("logits", "outputs", "answer"):
        np.testing.assert_array_equal(getattr(again, name), getattr(trace, name))
    assert again.head == trace.head and (again.probabilities is None) == (activation != "softmax")


def test_only_softmax_gives_probabilities():
    model = rnnviz.load("reviews-lstm")
    assert model.head == Head() and model.trace("good").probabilities.sum() == pytest.approx(1)
    for activation in ("sigmoid", "linear"):
        trace = model.with_head(activation=activation).trace("good")
        assert trace.probabilities is None
        assert trace.outputs.shape == (1, 2)
    np.testing.assert_array_equal(trace.outputs, trace.logits)


def test_heads_that_do_not_exist_are_refused():
    with raises(UnknownNameError, kind="reading", name="all", allowed=tuple(READINGS)):
        Head(reading="all")
    with raises(UnknownNameError, kind="activation", name="swish"):
        Head("swish")
    with raises(UnknownNameError, kind="array", name="head.0.weight"):
        Head.from_json({"layers": ["relu"]}, {})
    network = Network.random("rnn", hidden=4, embedding=3, classes=2, rng=np.random.default_rng(0))
    layer = HeadLayer(np.zeros((5, 3), np.float32), np.zeros(5, np.float32))
    with raises(ArrayError, name="head.0.weight", shape=(5, 3)):
        replace(network, head=Head(layers=(layer,)))


def test_effects_of_units_add_up_through_a_head_that_is_linear():
    """Of one output that reads the mean over time: what the units add, and the bias, is the output."""
    model = built("mean", "linear", [], "concat", False, 1, 3)
    x = np.random.default_rng(3).normal(size=(5, 3))
    trace, effects = model.trace(x), unit_effects(model.trace(x))
    assert effects.values.sum() + model.network.readout_bias[0] == pytest.approx(trace.answer[0], rel=1e-5)
    assert effects.label == "low" and "output" in effects.measure


@pytest.mark.parametrize("method", ["swap", "gradient", "integrated gradients"])
def test_attribution_is_about_the_output_where_there_are_no_probabilities(method):
    model = built("sum", "linear", [], "concat", False, 1, 4)
    x = np.random.default_rng(4).normal(size=(4, 3))
    result = attribution(model.trace(x), "high", method)
    assert result.margin == pytest.approx(float(model.trace(x).answer[1]), rel=1e-6)
    assert result.probabilities is None
    if method == "swap":
        without = x.copy()
        without[2] = 0
        change = model.trace(x).answer[1] - model.trace(without).answer[1]
        assert result.values[2] == pytest.approx(change, rel=1e-6, abs=1e-9)


def test_ablation_says_which_value_changes():
    model = built("mean", "linear", ["tanh"], "concat", False, 1, 5)
    x = np.random.default_rng(5).normal(size=(4, 3))
    table = ablation(model, x)
    first = table.iloc[0]
    assert first.change == pytest.approx(table.change.max())
    assert first.output == pytest.approx(model.trace(x).answer[model.labels.index(first.label)])


def test_contributions_need_a_readout_of_the_step_itself():
    with raises(ArgumentError, code="indirect_head"):
        contributions(built("mean", "softmax", [], "concat", False, 1, 0).trace(np.ones((3, 3))), "low")
