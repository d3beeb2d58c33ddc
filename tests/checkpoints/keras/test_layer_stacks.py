"""Keras's layers as stacks: the states of every kind, way and merge are Keras's own."""

import numpy as np
import pytest

import rnnviz
from rnnviz.checkpoints.conversion import convert_stack
from rnnviz.checkpoints.keras.layer import Layer
from rnnviz.checkpoints.keras.layer_order import ordered_layers
from rnnviz.checkpoints.keras.layer_stacks import stacks_from_layers
from rnnviz.checkpoints.keras.live_layers import live_layers
from rnnviz.checkpoints.stack import SourceArray
from rnnviz.errors import ArgumentError, DamagedFileError, DtypeError, FileError, UnsupportedFileError

from ...raising import raises
from ..keras_models import BOTH, drawn, outputs, package_of, sequence, sequential
from ..stack_runs import read_out, run

SEQ = {"return_sequences": True}
F, B = ("forward",), ("backward",)
# By name: the layers, each layer's ways, and whether Keras hands the top's outputs on last step first.
CHAINS = {
    "simple rnn": (lambda L: [L.SimpleRNN(4, **SEQ)], [F], False),
    "relu": (lambda L: [L.SimpleRNN(4, activation="relu", **SEQ)], [F], False),
    "gru after": (lambda L: [L.GRU(4, reset_after=True, **SEQ)], [F], False),
    "gru before": (lambda L: [L.GRU(4, reset_after=False, **SEQ)], [F], False),
    "lstm": (lambda L: [L.LSTM(4, **SEQ)], [F], False),
    "no bias": (lambda L: [L.LSTM(4, use_bias=False, **SEQ)], [F], False),
    "gru after, no bias": (lambda L: [L.GRU(4, use_bias=False, **SEQ)], [F], False),
    "gru before, no bias": (lambda L: [L.GRU(4, use_bias=False, reset_after=False, **SEQ)], [F], False),
    "sizes": (lambda L: [L.LSTM(5, **SEQ), L.Dropout(0.5), L.LSTM(2, **SEQ)], [F, F], False),
    "back": (lambda L: [L.LSTM(4, go_backwards=True, **SEQ)], [B], True),
    "back, on": (lambda L: [L.GRU(4, go_backwards=True, **SEQ), L.GRU(3, **SEQ)], [B, B], True),
    "back, back": (lambda L: [L.GRU(4, go_backwards=True, **SEQ), L.GRU(3, go_backwards=True, **SEQ)], [B, F], False),
    "both": (lambda L: [L.Bidirectional(L.LSTM(4, **SEQ))], [F + B], False),
    "both, on": (lambda L: [L.Bidirectional(L.GRU(4, **SEQ)), L.GRU(3, **SEQ)], [F + B, F], False),
    "both twice": (
        lambda L: [L.Bidirectional(L.GRU(2, **SEQ)), L.Bidirectional(L.GRU(3, **SEQ))],
        [F + B, F + B],
        False,
    ),
    "on, both": (lambda L: [L.SimpleRNN(4, **SEQ), L.Bidirectional(L.SimpleRNN(3, **SEQ))], [F, F + B], False),
    "sum": (lambda L: [L.Bidirectional(L.LSTM(4, **SEQ), merge_mode="sum"), L.LSTM(3, **SEQ)], [F + B, F], False),
    "mul": (lambda L: [L.Bidirectional(L.LSTM(4, **SEQ), merge_mode="mul"), L.LSTM(3, **SEQ)], [F + B, F], False),
    "ave": (lambda L: [L.Bidirectional(L.LSTM(4, **SEQ), merge_mode="ave"), L.LSTM(3, **SEQ)], [F + B, F], False),
    "back, both, on": (
        lambda L: [L.LSTM(4, go_backwards=True, **SEQ), L.Bidirectional(L.LSTM(3, **SEQ)), L.LSTM(2, **SEQ)],
        [B, F + B, B],
        True,
    ),
    "both, swapped": (
        lambda L: [
            L.Bidirectional(L.GRU(4, go_backwards=True, **SEQ), backward_layer=L.GRU(4, **SEQ)),
            L.GRU(3, **SEQ),
        ],
        [F + B, B],
        True,
    ),
    "both, swapped, both": (
        lambda L: [
            L.Bidirectional(L.GRU(4, go_backwards=True, **SEQ), backward_layer=L.GRU(4, **SEQ)),
            L.Bidirectional(L.GRU(3, **SEQ)),
            L.GRU(2, go_backwards=True, **SEQ),
        ],
        [F + B, F + B, F],
        False,
    ),
    "swapped sum": (
        lambda L: [
            L.Bidirectional(L.GRU(4, go_backwards=True, **SEQ), backward_layer=L.GRU(4, **SEQ), merge_mode="sum"),
            L.GRU(3, **SEQ),
        ],
        [F + B, B],
        True,
    ),
    "lstm, gru": (lambda L: [L.LSTM(4, **SEQ), L.GRU(3, **SEQ)], [F, F], False),
    "gru before, rnn, back": (
        lambda L: [
            L.GRU(4, reset_after=False, **SEQ),
            L.Dropout(0.5),
            L.SimpleRNN(3, go_backwards=True, **SEQ),
            L.Bidirectional(L.LSTM(2, **SEQ)),
        ],
        [F, B, F + B],
        True,
    ),
    "other activation": (lambda L: [L.LSTM(4, **SEQ), L.LSTM(3, activation="relu", **SEQ)], [F, F], False),
    "cell": (lambda L: [L.RNN(L.LSTMCell(4), **SEQ)], [F], False),
    "cells": (lambda L: [L.RNN([L.GRUCell(4), L.GRUCell(3), L.GRUCell(2)], **SEQ)], [F, F, F], False),
    "cells, back": (
        lambda L: [L.RNN([L.GRUCell(4), L.GRUCell(3)], go_backwards=True, **SEQ), L.GRU(2, **SEQ)],
        [B, B, B],
        True,
    ),
    "cell, both": (lambda L: [L.Bidirectional(L.RNN(L.SimpleRNNCell(4), **SEQ))], [F + B], False),
}
# Keras 2 builds slowly; what it does otherwise than Keras 3 is here.
OLDER = ["gru after", "gru before", "back, back", "back, both, on", "both, swapped, both", "mul", "cells, back"]


def holds(stack, model, ways, turned, x):
    """The stack's states are what the model's layers hand on, and its readout says what the model's does."""
    assert [tuple(layer) for layer in stack.layers] == ways
    _, top = run(stack, x)
    found = outputs(model, x)
    last = next(layer.name for layer in reversed(model.layers) if layer.name not in stack.readouts)
    expected = found[last][::-1] if turned else found[last]
    if turned and len(ways[-1]) == 2 and stack.merge == "concat":  # Keras has its forward layer first, ours stands last
        expected = np.hstack(np.split(expected, 2, axis=1)[::-1])
    np.testing.assert_allclose(top, expected, rtol=0, atol=1e-5)
    assert top.shape[1] == stack.width
    if stack.readouts:
        (name,) = stack.readouts
        expected = found[name][::-1] if turned else found[name]
        np.testing.assert_allclose(read_out(stack, top), expected, rtol=0, atol=1e-5)


@pytest.mark.peers
@pytest.mark.parametrize(
    ("package", "chain"), [("keras", chain) for chain in CHAINS] + [("tf_keras", chain) for chain in OLDER]
)
def test_states_are_keras_own(package, chain):
    make, ways, turned = CHAINS[chain]
    model = sequential(package, lambda L: [*make(L), L.TimeDistributed(L.Dense(3), name="says")])
    (stack,) = stacks_from_layers(live_layers(model))
    assert list(stack.readouts) == ["says"]
    holds(stack, model, ways, turned, sequence())
    assert not stack.assumed


@pytest.mark.peers
@BOTH
def test_a_layer_alone(package):
    model = sequential(package, lambda L: [L.GRU(4, name="one", **SEQ)])
    (stack,) = stacks_from_layers(live_layers(model.layers[-1]))
    assert (stack.name, stack.cell, stack.input_size, stack.hidden_size()) == ("one", "gru", 3, 4)
    holds(stack, model, [F], False, sequence())


@pytest.mark.peers
def test_where_the_merge_changes_or_something_stands_between_a_stack_ends():
    def make(L):
        return [
            L.LSTM(4, name="a", **SEQ),
            L.LSTM(4, name="b", **SEQ),
            L.LSTM(4, activation="relu", name="c", **SEQ),
            L.GRU(4, name="d", **SEQ),
            L.GRU(4, reset_after=False, name="e", **SEQ),
            L.Bidirectional(L.LSTM(2, **SEQ), merge_mode="sum", name="f"),
            L.Bidirectional(L.LSTM(2, **SEQ), merge_mode="concat", name="g"),
            L.Dense(4, name="h"),
            L.LSTM(2, name="i"),
        ]

    found = stacks_from_layers(live_layers(sequential("keras", make)))
    assert [stack.name for stack in found] == ["a to f", "g", "i"]
    assert [stack.merge for stack in found] == ["sum", "concat", "concat"]
    assert found[0].cells == ("lstm", "lstm", "lstm", "gru", "gru", "lstm")
    assert found[0].runs == ((0, "lstm"), (2, "lstm"), (3, "gru"), (4, "gru"), (5, "lstm"))
    assert [found[0].setting(name).value for name in ("reset_l3", "reset_l4")] == ["after", "before"]
    assert any("'g'" in note and "'f' (Bidirectional)" in note for note in (*found[1].notes, *found[1].left_out))


@pytest.mark.peers
def test_layers_of_two_classes_in_a_file_without_connections_are_joined_by_choice(tmp_path):
    model = sequential("keras", lambda L: [L.LSTM(4, **SEQ), L.GRU(5, **SEQ), L.TimeDistributed(L.Dense(2))])
    model.save_weights(tmp_path / "m.weights.h5")
    opened = rnnviz.checkpoint(tmp_path / "m.weights.h5")
    assert {stack.cell for stack in opened.stacks} == {"lstm", "gru"} and all(stack.left_out for stack in opened.stacks)
    for stack in opened.stacks:
        (value,) = stack.alternatives
        joined = opened.model(stack.name, layers=value)
        assert joined.network.cell_name == "lstm-gru" and not joined.card.get("left_out")
        states = joined.trace(sequence())["hidden", 1]
        np.testing.assert_allclose(states, outputs(model, sequence())[model.layers[1].name], rtol=0, atol=1e-5)


@pytest.mark.peers
@BOTH
def test_merge_none_stands_side_by_side_and_says_so(package):
    keras = package_of(package)
    start = keras.Input((6, 3))
    two = keras.layers.Bidirectional(keras.layers.LSTM(4, **SEQ), merge_mode=None, name="two")(start)
    model = drawn(keras.Model(start, two))
    (stack,) = stacks_from_layers(live_layers(model))
    assert stack.merge == "concat" and any("concatenated" in note for note in (*stack.notes, *stack.left_out))
    (states,), top = run(stack, sequence())
    one, other = (
        np.asarray(part if not hasattr(part, "detach") else part.detach())[0] for part in model(sequence()[None])
    )
    np.testing.assert_allclose(states["forward"], one, rtol=0, atol=1e-5)
    np.testing.assert_allclose(states["backward"], other, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(top, np.hstack([states["forward"], states["backward"]]))


@pytest.mark.peers
@BOTH
def test_an_encoder_and_a_decoder_as_a_graph(package):
    keras = package_of(package)
    L = keras.layers
    inner_start = keras.Input((None, 5))
    inner = keras.Model(inner_start, L.GRU(4, name="core", **SEQ)(L.Dropout(0.1)(inner_start)), name="inner")
    source, target = keras.Input((6,), name="source"), keras.Input((6,), name="target")
    shared = L.Embedding(9, 3, name="words")
    _, h = L.GRU(5, return_state=True, name="encoder", **SEQ)(L.SpatialDropout1D(0.2)(shared(source)))
    out = L.GRU(5, name="decoder", **SEQ)(shared(target), initial_state=h)
    out = L.Dense(7, activation="sigmoid", name="says")(L.Dropout(0.1)(inner(out)))
    layers = live_layers(drawn(keras.Model([source, target], out)))
    encoder, decoder = stacks_from_layers(layers)
    assert (encoder.name, decoder.name) == ("encoder", "decoder to inner/core")
    for stack in (encoder, decoder):
        assert stack.setting("embedding").value == "words" and stack.setting("embedding").basis == "stated"
        assert stack.embeddings["words"].array.shape == (9, 3)
    assert encoder.setting("readout").value == "none" and not encoder.readouts
    assert decoder.setting("readout").value == "says"
    assert any("states of encoder" in note for note in (*decoder.notes, *decoder.left_out))
    assert decoder.readouts["says"].activation == "sigmoid"
    assert any("'decoder'" in note and "'inner/core'" in note for note in (*decoder.notes, *decoder.left_out))


@pytest.mark.peers
@BOTH
def test_what_is_no_embedding_and_what_is_pooled(package):
    def make(L):
        return [
            L.Embedding(9, 3, name="words"),
            L.Conv1D(3, 2, padding="same", name="between"),
            L.LSTM(4, name="rnn", **SEQ),
            L.GlobalMaxPooling1D(name="pool"),
            L.Dense(4, name="says"),
        ]

    (stack,) = stacks_from_layers(live_layers(sequential(package, make, inputs=0)))
    assert stack.setting("embedding").value == "none" and list(stack.embeddings) == ["words"]
    assert stack.setting("readout").value == "says" and stack.readouts["says"].reading == "max"
    assert any("'between' (Conv1D)" in note for note in (*stack.notes, *stack.left_out))


@pytest.mark.peers
@BOTH
def test_what_cannot_be_computed_is_refused_in_a_sentence(package):
    model = sequential(package, lambda L: [L.LSTM(4, activation="swish", name="odd")])
    with raises(UnsupportedFileError, code="unsupported_layer", part="odd"):
        stacks_from_layers(live_layers(model))
    model = sequential(package, lambda L: [L.LSTM(4, activation="swish", name="odd", **SEQ), L.LSTM(4, name="fine")])
    (stack,) = stacks_from_layers(live_layers(model))
    assert stack.name == "fine" and any("'odd'" in note for note in (*stack.notes, *stack.left_out))
    model = sequential(package, lambda L: [L.Dense(4), L.Flatten()])
    with raises(UnsupportedFileError, code="no_recurrent_layer"):
        stacks_from_layers(live_layers(model))


@pytest.mark.peers
@BOTH
def test_a_class_of_somebodys_own_is_not_taken_for_keras(package):
    keras = package_of(package)

    class LSTM(keras.layers.LSTM):
        pass

    model = sequential(package, lambda L: [LSTM(4, name="mine")])
    (stack,) = stacks_from_layers(live_layers(model))
    with raises(UnsupportedFileError, code="unsupported_layer"):
        convert_stack(stack)
    assert convert_stack(stack, {"cell": "LSTM"}).network.cell_name == "lstm"
    with raises(UnsupportedFileError, code="unsupported_layer", part="mine"):
        stacks_from_layers(live_layers(model.layers[-1]))


@pytest.mark.peers
@BOTH
def test_a_model_of_somebodys_own_is_taken_in_the_order_of_its_layers(package):
    keras = package_of(package)

    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.words = keras.layers.Embedding(9, 3)
            self.core = keras.layers.Bidirectional(keras.layers.GRU(4, **SEQ))
            self.says = keras.layers.Dense(2)

        def call(self, x):
            return self.says(self.core(self.words(x)))

    model = Mine()
    model(np.zeros((1, 6), np.int32))
    (stack,) = stacks_from_layers(live_layers(model))
    assert stack.cell == "gru" and list(stack.layers[0]) == ["forward", "backward"]
    assert {stack.setting(name).basis for name in ("embedding", "readout")} == {"assumed"}
    assert stack.width == 8 and stack.readouts[stack.setting("readout").value].weight.array.shape == (2, 8)


@pytest.mark.peers
def test_what_is_no_layer_and_what_has_no_weights():
    keras = package_of("keras")
    with raises(DtypeError, dtype="dict"):
        live_layers({})
    with raises(ArgumentError, code="no_weights"):
        live_layers(keras.layers.LSTM(4, name="new"))


def source(name, *shape):
    array = np.random.default_rng(len(name)).standard_normal(shape).astype(np.float32)
    return SourceArray(name, array, shape, "float32")


def lstm(kernel=(3, 16), recurrent=(4, 16), bias=(16,), kind="LSTM", config=None):
    arrays = {"kernel": source("kernel", *kernel), "recurrent_kernel": source("recurrent_kernel", *recurrent)}
    if bias is not None:
        arrays["bias"] = source("bias", *bias)
    return Layer("one", kind, config, arrays)


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (lstm(recurrent=(5, 16)), "contradiction"),
        (lstm(kernel=(3, 12)), "contradiction"),
        (lstm(bias=(12,)), "contradiction"),
        (lstm(kernel=(0, 16)), "contradiction"),
        (lstm(config={"units": 7}), "contradiction"),
        (lstm(config={"use_bias": False}), "contradiction"),
        (lstm(kind="CuDNNLSTM"), "contradiction"),
        (lstm(kind="CuDNNLSTM", bias=None), "missing_array"),
        (Layer("one", "LSTM"), "missing_array"),
        (Layer("one", "LSTM", None, {"kernel": source("kernel", 3, 16)}), "missing_array"),
    ],
)
def test_shapes_that_contradict_each_other(layer, code):
    with raises(DamagedFileError, code=code, part="one"):
        stacks_from_layers([layer])


def test_a_bias_that_contradicts_reset_after():
    arrays = {"kernel": source("kernel", 3, 12), "recurrent_kernel": source("r", 4, 12), "bias": source("b", 12)}
    layer = Layer("one", "GRU", {"reset_after": True}, arrays)
    with raises(FileError, code="unsupported_layer", part="one"):
        stacks_from_layers([layer])


@pytest.mark.parametrize(
    ("version", "config", "gates", "reset"),
    [
        ("2.2.4", None, ("hard_sigmoid(0.2, 0.5)", "assumed"), ("before", "assumed")),
        ("2.2.4-tf", None, ("sigmoid", "assumed"), ("after", "assumed")),
        ("2.3.1", None, ("sigmoid", "assumed"), ("after", "assumed")),
        ("", None, ("sigmoid", "assumed"), ("after", "assumed")),
        (
            "2.1.0",
            {"recurrent_activation": "hard_sigmoid"},
            ("hard_sigmoid(0.2, 0.5)", "stated"),
            ("before", "assumed"),
        ),
        (
            "3.1.0",
            {"recurrent_activation": "hard_sigmoid", "reset_after": True},
            ("hard_sigmoid(0.16666667, 0.5)", "stated"),
            ("after", "stated"),
        ),
        ("", {"recurrent_activation": "hard_sigmoid"}, ("hard_sigmoid(0.2, 0.5)", "assumed"), ("before", "assumed")),
    ],
)
def test_what_version_and_configuration_say(version, config, gates, reset):
    arrays = {"kernel": source("kernel", 3, 12), "recurrent_kernel": source("r", 4, 12)}
    (stack,) = stacks_from_layers([Layer("one", "GRU", config, arrays, version=version)])
    assert (stack.setting("gates").value, stack.setting("gates").basis) == gates
    assert (stack.setting("reset").value, stack.setting("reset").basis) == reset
    for setting in stack.settings:
        assert setting.value in setting.choices and setting.reason.endswith(".")


def test_facts_fixed_by_format_and_shapes():
    arrays = {"kernel": source("kernel", 3, 12), "recurrent_kernel": source("r", 4, 12)}
    for bias, reset in (((12,), "before"), ((2, 12), "after"), ((24,), "after")):
        (stack,) = stacks_from_layers([Layer("one", "GRU", None, arrays | {"bias": source("b", *bias)})])
        assert (stack.setting("reset").value, stack.setting("reset").basis) == (reset, "fixed")
        assert (stack.setting("order").value, stack.setting("order").basis) == ("zrn", "fixed")
    (stack,) = stacks_from_layers([lstm()])
    assert stack.setting("order").value == "ifgo"
    assert stack.setting("squash").follows == "activation"
    assert {setting.name for setting in stack.assumed} == {"gates", "activation", "squash", "direction"}


def test_sources_keep_the_names_shapes_and_say_what_was_done():
    (stack,) = stacks_from_layers([lstm()])
    way = stack.layers[0]["forward"]
    assert (way["weight_ih"].name, way["weight_ih"].shape, way["weight_ih"].changes) == (
        "kernel",
        (3, 16),
        "transposed",
    )
    assert way["weight_ih"].array.shape == (16, 3) and way["weight_hh"].array.shape == (16, 4)
    assert "bias_hh" not in way


def test_merge_where_only_shapes_speak():
    def both(reads):
        halves = tuple(
            Layer(name, "GRU", None, {"kernel": source("k", 3, 12), "recurrent_kernel": source("r", 4, 12)})
            for name in ("f", "b")
        )
        dense = Layer("says", "Dense", None, {"kernel": source("kernel", reads, 2)})
        (stack,) = stacks_from_layers([Layer("two", "Bidirectional", halves=halves), dense])
        return stack

    assert (both(8).setting("merge").value, both(8).setting("merge").basis) == ("concat", "fixed")
    assert (both(4).setting("merge").value, both(4).setting("merge").basis) == ("sum", "assumed")
    assert set(both(4).setting("merge").choices) == {"sum", "mul", "ave"}
    assert (both(5).setting("merge").value, both(5).setting("merge").basis) == ("concat", "assumed")
    assert both(5).setting("readout").value == "none" and both(4).setting("readout").value == "says"


def test_layers_whose_sizes_do_not_fit_are_stacks_of_their_own_where_only_an_order_is_known():
    def simple(name, reads, units):
        arrays = {"kernel": source("k", reads, units), "recurrent_kernel": source("r", units, units)}
        return Layer(name, "SimpleRNN", None, arrays)

    assert [stack.name for stack in stacks_from_layers([simple("a", 3, 4), simple("b", 4, 5), simple("c", 3, 4)])] == [
        "a to b",
        "c",
    ]
    graph = [simple("a", 3, 4), simple("b", 3, 4)]
    graph[1] = Layer("b", "SimpleRNN", {}, graph[1].arrays, below=("a",))
    with raises(DamagedFileError, code="contradiction", part="b"):
        stacks_from_layers(graph)


# ---- heads --------------------------------------------------------------------------------------------------

HEADS = {
    "one value": lambda L: [L.LSTM(4), L.Dense(1)],
    "two values": lambda L: [L.GRU(4), L.Dense(2, activation="linear")],
    "several layers": lambda L: [L.LSTM(4), L.Dense(5, activation="relu"), L.Dropout(0.1), L.Dense(3), L.Softmax()],
    "last states": lambda L: [L.Bidirectional(L.LSTM(4)), L.Dense(3, activation="softmax")],
    "summed last states": lambda L: [L.Bidirectional(L.GRU(4), merge_mode="sum"), L.Dense(2, activation="sigmoid")],
    "backwards": lambda L: [L.SimpleRNN(4, go_backwards=True), L.Dense(3, activation="tanh")],
    "mean": lambda L: [L.GRU(4, **SEQ), L.GlobalAveragePooling1D(), L.Dense(3, activation="sigmoid")],
    "maximum": lambda L: [
        L.Bidirectional(L.LSTM(4, **SEQ)),
        L.GlobalMaxPooling1D(),
        L.Dense(4, activation="elu"),
        L.Dense(3),
    ],
    "norms": lambda L: [
        L.LSTM(4),
        L.BatchNormalization(),
        L.Dense(5),
        L.BatchNormalization(scale=False),
        L.Activation("relu"),
        L.BatchNormalization(center=False),
        L.Dense(2, activation="softmax"),
    ],
}


@pytest.mark.peers
@BOTH
@pytest.mark.parametrize("kind", HEADS)
def test_the_answer_is_that_of_the_model(package, kind, tmp_path):
    model = drawn(sequential(package, HEADS[kind]))
    for layer in model.layers:
        if "batch" in layer.name:  # a variance is above 0
            layer.set_weights([*layer.get_weights()[:-1], 0.5 + np.abs(layer.get_weights()[-1])])
    path = tmp_path / ("mine.keras" if package == "keras" else "mine.h5")
    model.save(path)
    x = sequence()
    expected = np.asarray(model.predict(x[None], verbose=0))[0]
    trace = rnnviz.load(path).trace(x)
    np.testing.assert_allclose(trace.answer, expected, rtol=0, atol=1e-5)
    assert (trace.probabilities is None) == (trace.head.activation != "softmax")
    assert not {setting.name for setting in rnnviz.checkpoint(path).stacks[0].assumed} & {"outputs", "reading"}


@pytest.mark.peers
@pytest.mark.parametrize(
    ("above", "words"),
    [
        (lambda L: [L.Dense(5, activation="silu"), L.Dense(2)], "silu"),
        (lambda L: [L.Conv1D(2, 2, name="mixed"), L.Dense(2)], "'mixed' (Conv1D)"),
        (lambda L: [L.Dense(5, activation="softmax"), L.Dense(2)], "softmax"),
    ],
)
def test_a_head_that_is_not_plain_is_named(above, words):
    (stack,) = stacks_from_layers(live_layers(sequential("keras", lambda L: [L.LSTM(4, name="rnn", **SEQ), *above(L)])))
    assert stack.setting("readout").value == "none"
    assert any(words in text for text in (stack.setting("readout").reason, *stack.notes, *stack.left_out))


@pytest.mark.peers
def test_where_places_are_not_known_no_head_is_taken_across_a_norm(tmp_path):
    model = sequential("keras", lambda L: [L.LSTM(4, **SEQ), L.BatchNormalization(), L.Dense(3)])
    path = tmp_path / "mine.weights.h5"
    model.save_weights(path)
    (stack,) = rnnviz.checkpoint(path).stacks
    assert stack.setting("readout").value == "none" and "batch_normalization" in stack.setting("readout").reason
    assert stack.readouts and not any("is read by" in words for words in stack.left_out)


# ---- what is said of layers that are not run ----------------------------------------------------------------


def test_what_reads_two_branches_is_named_in_both():
    arrays = {"kernel": source("k", 3, 16), "recurrent_kernel": source("r", 4, 16)}
    branches = [Layer(name, "LSTM", {}, arrays, below=()) for name in ("left", "right")]
    dropout = Layer("dropout", "Dropout", {}, below=("right",))
    joined = [Layer("both", "Concatenate", {}, below=("left", "dropout")), dropout]
    for stack, other in zip(stacks_from_layers([*branches, *joined]), ("dropout", "left"), strict=True):
        (words,) = stack.left_out
        assert "both" in words and other in words


def test_a_dense_layer_without_a_place_is_on_top_of_the_last_layer_that_it_fits():
    arrays = {"kernel": source("k", 3, 16), "recurrent_kernel": source("r", 4, 16)}
    both = [Layer(name, "LSTM", None, arrays, loose=True) for name in ("enc", "dec")]
    keyed = list(zip(("lstm", "lstm_1"), both, strict=True))
    dense = Layer("fc", "Dense", None, {"kernel": source("d", 4, 2)}, loose=True)
    assert [layer.name for layer in ordered_layers([("dense", dense), *keyed])] == ["enc", "dec", "fc"]


def test_arrays_of_an_unknown_class_have_the_names_of_their_layers():
    with raises(UnsupportedFileError, code="no_recurrent_layer") as caught:
        stacks_from_layers([Layer("conv_lstm2d", "", None, {"0": source("0", 3, 3, 2, 8)})])
    assert "conv_lstm2d" in caught.value.message


def test_a_decoder_does_not_continue_an_encoder_in_a_file_without_connections():
    arrays = {"kernel": source("k", 4, 16), "recurrent_kernel": source("r", 4, 16)}
    for names, count in {("enc", "dec"): 2, ("lstm", "lstm_1"): 1}.items():
        stacks = stacks_from_layers([Layer(name, "LSTM", None, arrays, loose=True) for name in names])
        assert len(stacks) == count
        assert count == 1 or all("starts from" in stack.left_out[0] for stack in stacks)


def test_a_layer_of_an_unknown_class_may_be_between_the_states_and_a_dense_layer():
    lstm = Layer(
        "lstm", "LSTM", None, {"kernel": source("k", 3, 16), "recurrent_kernel": source("r", 4, 16)}, loose=True
    )
    dense = Layer("fc", "Dense", None, {"kernel": source("d", 4, 2)}, loose=True)
    attention = Layer("attention", "", None, {"0": source("0", 4, 1)}, loose=True)
    for layers, readout in (([lstm, dense], "fc"), ([lstm, dense, attention], "none")):
        (stack,) = stacks_from_layers(layers)
        assert stack.setting("readout").value == readout
