"""Stacks among named arrays: what names and shapes mean, and what they must not be taken for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.checkpoints.conversion import convert_stack
from rnnviz.checkpoints.named.array_stacks import stacks_from_arrays
from rnnviz.errors import LimitError

from ...raising import raises

rng = np.random.default_rng(0)


def of(shapes):
    return {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


def layer(prefix="", inputs=3, hidden=4, gates=3, end="_l0"):
    """A layer with PyTorch's names."""
    rows = gates * hidden
    shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, hidden), "bias_ih": (rows,), "bias_hh": (rows,)}
    return of({f"{prefix}{name}{end}": shape for name, shape in shapes.items()})


def only(arrays):
    (stack,) = stacks_from_arrays(arrays)
    return stack


def value(stack, setting):
    return stack.setting(setting).value


# ---- names -------------------------------------------------------------------------------------------------

HAND_WRITTEN = {
    "g2p": ({"enc_w_ih": (12, 3), "enc_w_hh": (12, 4), "enc_b_ih": (12,), "enc_b_hh": (12,)}, "enc", "gru"),
    "short": ({"W": (16, 3), "U": (16, 4), "b": (16,)}, "the network", "lstm"),
    "lstm W R b": ({"lstm/W": (16, 3), "lstm/R": (16, 4), "lstm/b": (16,)}, "lstm", "lstm"),
    "W_x, W_h": ({"W_x": (4, 3), "W_h": (4, 4), "b": (4,)}, "the network", "rnn"),
    "x W": ({"W_xh": (3, 4), "W_hh": (4, 4), "b_h": (4,)}, "the network", "rnn"),
    "min-char-rnn": ({"Wxh": (4, 3), "Whh": (4, 4), "bh": (4, )}, "the network", "rnn"),
    "keras": ({"a/kernel:0": (3, 12), "a/recurrent_kernel:0": (4, 12), "a/bias:0": (2, 12)}, "a", "gru"),
    "linear layers": ({"i2h.weight": (4, 3), "i2h.bias": (4,), "h2h.weight": (4, 4)}, "the network", "rnn"),
    "x2h": ({"cell.x2h.weight": (12, 3), "cell.h2h.weight": (12, 4), "cell.x2h.bias": (12,)}, "cell", "gru"),
    "linear_x": ({"c.linear_x.weight": (16, 3), "c.linear_h.weight": (16, 4), "c.linear_x.bias": (16,)}, "c", "lstm"),
    "fc_ih": ({"r.fc_ih.weight": (12, 3), "r.fc_hh.weight": (12, 4), "r.fc_ih.bias": (12,)}, "r", "gru"),
    "W and U": ({"cell.W.weight": (16, 3), "cell.U.weight": (16, 4), "cell.W.bias": (16,)}, "cell", "lstm"),
    "quantizable": ({"l.cell.igates.weight": (16, 3), "l.cell.hgates.weight": (16, 4), "l.cell.igates.bias": (16,)},
                    "l.cell", "lstm"),
    "dense": ({"c/i2h/kernel": (3, 16), "c/h2h/kernel": (4, 16), "c/h2h/bias": (16,)}, "c", "lstm"),
}  # fmt: skip


@pytest.mark.parametrize("code", HAND_WRITTEN)
def test_names_of_frameworks_and_of_code_written_by_hand(code):
    shapes, name, cell = HAND_WRITTEN[code]
    stack = only(of(shapes))
    assert (stack.name, stack.cell, stack.input_size, stack.hidden_size()) == (name, cell, 3, 4)
    assert stack.array_names == set(shapes)


NO_STACK = {
    "attention": {"attn.W": (4, 4), "attn.U": (4, 4), "attn.b": (4,)},
    "additive attention": {"attention.W_h.weight": (4, 4), "attention.W_x.weight": (4, 4), "attention.W_h.bias": (4,)},
    "no bias, nobody's": {"ffn1.W": (16, 4), "ffn1.U": (16, 4)},
    "gated layer": {"block.w": (16, 4), "block.u": (16, 4)},
    "factors": {"layer.u": (9, 2), "layer.w": (2, 5), "layer.b": (5,)},
    "convolution": {"conv.w": (8, 3, 3), "conv.b": (8,), "conv.u": (8, 8)},
    "dense": {"dense.kernel": (3, 16), "dense.bias": (16,)},
    "transformer": {"h.attn.in_proj_weight": (12, 4), "h.attn.out_proj.weight": (4, 4), "h.linear1.weight": (8, 4)},
    "norms": {"norm.weight": (4,), "norm.bias": (4,), "r": (4, 4), "b": (4,)},
    "nobody's": {"w": (5, 7), "u": (7, 5), "b": (5,)},
    "nothing": {},
}


@pytest.mark.parametrize("what", NO_STACK)
def test_what_is_no_recurrent_layer_is_not_taken_for_one(what):
    assert stacks_from_arrays(of(NO_STACK[what])) == ()


def test_such_names_do_not_disturb_a_layer_beside_them():
    arrays = layer("rnn.") | of(NO_STACK["attention"]) | of(NO_STACK["gated layer"]) | of({"w": (2, 2), "b": (2,)})
    assert only(arrays).name == "rnn"


def test_numbers_and_directions_in_names():
    arrays = {}
    for way in ("forward", "backward"):
        arrays |= of({f"{way}_layer_{k}.{name}": shape for k, inputs in enumerate((3, 8)) for name, shape in
                      {"weight_ih": (16, inputs), "weight_hh": (16, 4), "bias_ih": (16,)}.items()})  # fmt: skip
    stack = only(arrays)
    assert [tuple(ways) for ways in stack.layers] == [("forward", "backward")] * 2
    assert stack.layers[1]["backward"]["weight_ih"].name == "backward_layer_1.weight_ih"
    assert stack.array_names == set(arrays)


def test_a_chain_of_numbered_cells_is_one_stack_and_says_so():
    arrays = layer("cells.0.", 3, 4, end="") | layer("cells.1.", 4, 5, end="") | layer("cells.2.", 5, 2, end="")
    stack = only(arrays)
    assert [stack.hidden_size(k) for k in range(3)] == [4, 5, 2]
    setting = stack.setting("layers")
    assert (setting.value, setting.basis) == ("all", "assumed")
    assert list(setting.choices) == ["all", "cells.0", "cells.1", "cells.2"]


@pytest.mark.parametrize("gates", [3, 4])
def test_numbered_cells_that_do_not_fit_are_stacks_of_their_own(gates):
    found = stacks_from_arrays(layer("cells.0.", 3, 4, end="") | layer("cells.1.", 3, 4, gates, end=""))
    assert [stack.name for stack in found] == ["cells.0", "cells.1"]


def test_two_names_for_one_thing_do_not_hide_each_other():
    """Dropout of weights (AWD-LSTM) saves the trained ones as "raw", and beside them those that it last left."""
    arrays = layer("rnns.0.module.")
    raw = of({"rnns.0.weight_hh_l0_raw": (12, 4)})
    for both in (arrays | raw, raw | arrays):
        stack = only(both)
        assert stack.name == "rnns.0"
        assert stack.layers[0]["forward"]["weight_hh"].name == "rnns.0.weight_hh_l0_raw"


def test_names_of_stacks_are_short_and_never_alike():
    found = stacks_from_arrays(layer("module.rnn.") | layer("rnn.", 5, 2) | layer("module.model.dec."))
    assert [stack.name for stack in found] == ["module.rnn", "rnn", "dec"]


@pytest.mark.parametrize("name", ["a" * 10_000 + ".weight_ih", "weight_ih_l" + "9" * 5000, "x.weight_ih_l٣"])
def test_names_that_are_no_names(name):
    assert stacks_from_arrays({name: np.zeros((4, 4), np.float32)}) == ()


def test_a_file_of_very_many_layers_is_refused():
    arrays = {}
    for k in range(150):
        arrays |= layer(f"expert{'abcdefghij'[k % 10]}{'abcdefghijklmno'[k // 10]}.")
    with raises(LimitError, code="stacks", limit=100, actual=150):
        stacks_from_arrays(arrays)


def test_one_stack_that_cannot_be_run_is_a_note_on_the_others():
    arrays = layer("good.") | layer("bad.") | of({"bad.weight_hr_l0": (2, 4)})
    stack = only(arrays)
    assert stack.name == "good"
    assert "bad.weight_hr_l0" in stack.notes[-1]


# ---- settings -------------------------------------------------------------------------------------------------


def test_what_pytorch_fixes_is_not_assumed_and_what_nobody_says_is():
    assert [(f.name, f.value) for f in only(layer()).settings] == [
        ("order", "rzn"),
        ("reset", "after"),
        ("update", "keeps"),
        ("direction", "forward"),
    ]
    assert only(layer()).assumed == ()
    assert [f.name for f in only(layer(gates=1)).assumed] == ["activation"]
    strange = only(of(HAND_WRITTEN["g2p"][0]))
    assert [f.name for f in strange.assumed] == ["order", "reset", "update", "gates", "activation", "direction"]


def test_kerass_reset_gate_shows_in_its_biases():
    shapes = {"kernel": (3, 12), "recurrent_kernel": (4, 12), "bias": (2, 12)}
    two, one = only(of(shapes)), only(of(shapes | {"bias": (12,)}))
    assert (value(two, "order"), value(two, "reset"), two.setting("reset").basis) == ("zrn", "after", "fixed")
    assert (value(one, "reset"), one.setting("reset").basis) == ("before", "assumed")


def test_square_matrices_of_nobody_can_be_turned():
    arrays = of({"W": (4, 4), "U": (4, 4), "b": (4,)})
    stack = only(arrays)
    assert (value(stack, "orientation"), stack.setting("orientation").basis) == ("rows", "assumed")
    cell = convert_stack(stack, {"orientation": "columns"}).network.layers[0][0]
    np.testing.assert_array_equal(cell.weight_ih, arrays["W"].T)
    np.testing.assert_array_equal(cell.weight_hh, arrays["U"].T)
    assert only(of({"W": (4, 3), "U": (4, 4), "b": (4,)})).setting("orientation") is None


@given(st.integers(1, 5), st.integers(1, 5), st.sampled_from([1, 3, 4]))
def test_layers_that_lie_on_their_side_are_turned(inputs, hidden, gates):
    rows = gates * hidden
    arrays = of({"kernel": (inputs, rows), "recurrent_kernel": (hidden, rows), "bias": (rows,)})
    way = only(arrays).layers[0]["forward"]
    np.testing.assert_array_equal(way["weight_ih"].array, arrays["kernel"].T)
    np.testing.assert_array_equal(way["weight_hh"].array, arrays["recurrent_kernel"].T)
    assert way["weight_ih"].changes == way["weight_hh"].changes == "transposed"


# ---- around ------------------------------------------------------------------------------------------------

# What stands around a layer "rnn" of 3 inputs and 4 units: arrays, then what is taken for embedding and readout.
AROUND = {
    "usual": ({"embedding.weight": (9, 3), "fc.weight": (5, 4), "fc.bias": (5,)}, "embedding.weight", "fc.weight"),
    "word_language_model": ({"encoder.weight": (9, 3), "decoder.weight": (9, 4)}, "encoder.weight", "decoder.weight"),
    "a model called char_rnn": ({"char_rnn.fc.weight": (5, 4), "char_rnn.lut.weight": (9, 3)},
                                "char_rnn.lut.weight", "char_rnn.fc.weight"),
    "a readout as wide as the inputs": ({"char_rnn.fc.weight": (4, 3)}, "none", None),
    "two on top": ({"fc1.weight": (6, 4), "fc2.weight": (5, 6)}, None, "none"),
    "two on top, one square": ({"fc1.weight": (4, 4), "fc2.weight": (5, 4)}, None, "none"),
    "two heads": ({"policy_head.weight": (5, 4), "value_head.weight": (1, 4)}, None, "policy_head.weight"),
    "attention on top": ({"attn.out_proj.weight": (4, 4), "fc.weight": (5, 8)}, None, "none"),
    "a norm on top": ({"fc.weight": (5, 4), "ln.weight": (4,), "ln.bias": (4,)}, None, "none"),
    "a linear layer below": ({"emb.weight": (9, 6), "in_proj.weight": (3, 6)}, None, None),
    "a linear layer below of the same width": ({"emb.weight": (9, 3), "in_proj.weight": (3, 3)}, "none", None),
    "positions": ({"pos_embedding.weight": (50, 3)}, "none", None),
    "tied": ({"embedding.weight": (9, 3), "decoder_embedding.weight": (9, 4)}, "embedding.weight", "none"),
    "Why": ({"Why": (5, 4), "by": (5, )}, None, "Why"),
    "W_hy": ({"W_hy": (5, 4), "b_y": (5,)}, None, "W_hy"),
    "keras": ({"emb/embeddings:0": (9, 3), "out/kernel:0": (4, 5), "out/bias:0": (5,)}, "emb/embeddings:0",
              "out/kernel:0"),
}  # fmt: skip


@pytest.mark.parametrize("what", AROUND)
def test_what_stands_below_and_on_top(what):
    shapes, embedding, readout = AROUND[what]
    arrays = layer("rnn.") | of(shapes)
    stack = only(arrays)
    for name, expected in (("embedding", embedding), ("readout", readout)):
        setting = stack.setting(name)
        assert (None if setting is None else setting.value) == expected, setting
        assert setting is None or setting.basis == "assumed"
    network = convert_stack(stack).network
    if embedding not in (None, "none"):
        np.testing.assert_array_equal(network.embedding, arrays[embedding])
    if readout not in (None, "none"):
        bias = [array for name, array in arrays.items() if name.rsplit(".")[0] not in ("rnn",) and array.shape == (5,)]
        turn = -1 if "kernel" in readout else 1
        np.testing.assert_array_equal(network.readout_weight, arrays[readout].transpose((0, 1)[::turn]))
        assert (network.readout_bias is not None) == bool(bias)


def test_arrays_among_a_layers_own_that_are_not_used_are_told():
    arrays = layer("rnn.") | of({"rnn.gamma": (4,), "rnn.fc.weight": (5, 4)})
    assert any("rnn.gamma" in sentence for sentence in only(arrays).left_out)


@pytest.mark.parametrize("turn", [1, -1])
def test_what_belongs_to_a_decoder_is_not_given_to_the_encoder_whatever_comes_first(turn):
    arrays = layer("enc.") | layer("dec.") | of({"fc.weight": (5, 4), "dec_emb": (7, 3)})
    found = {stack.name: stack for stack in stacks_from_arrays(dict(list(arrays.items())[::turn]))}
    assert (value(found["enc"], "readout"), value(found["dec"], "readout")) == ("none", "fc.weight")
    assert (value(found["enc"], "embedding"), value(found["dec"], "embedding")) == ("none", "dec_emb")
    assert "dec_emb" in found["enc"].setting("embedding").reason


def test_an_embedding_may_serve_two_stacks():
    found = stacks_from_arrays(layer("enc.") | layer("dec.") | of({"shared_embedding.weight": (7, 3)}))
    assert [value(stack, "embedding") for stack in found] == ["shared_embedding.weight"] * 2


@pytest.mark.parametrize("words", [("f", "b"), ("left", "right"), ("l2r", "r2l"), ("positive", "negative")])
def test_layers_called_after_their_directions_are_both_directions_of_one(words):
    arrays = {}
    for word in words:
        arrays |= {f"gru_{word}.weight_ih_l0": np.ones((9, 2)), f"gru_{word}.weight_hh_l0": np.ones((9, 3))}
    assert list(only(arrays).layers[0]) == ["forward", "backward"]
