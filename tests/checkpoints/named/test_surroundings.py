"""What stands around and between stacks of named arrays, and what is said of it."""

import numpy as np
import pytest

from rnnviz.checkpoints.head_settings import with_head_settings
from rnnviz.checkpoints.named.array_stacks import stacks_from_arrays

D, H = 3, 4


def of(shapes):
    rng = np.random.default_rng(0)
    return {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


def lstm(name, inputs=D, hidden=H, both=False, cell=False):
    ends = ("",) if cell else ("_l0", "_l0_reverse") if both else ("_l0",)
    shapes = {"weight_ih": (4 * hidden, inputs), "weight_hh": (4 * hidden, hidden)}
    return {f"{name}.{part}{end}": shape for end in ends for part, shape in shapes.items()}


def linear(name, rows, columns):
    return {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}


def norm(name, size):
    return {f"{name}.{part}": (size,) for part in ("weight", "bias", "running_mean", "running_var")}


def stacks(*shapes):
    return stacks_from_arrays(of({name: shape for part in shapes for name, shape in part.items()}))


def value(stack, setting):
    return stack.setting(setting).value


def test_what_dropout_of_weights_left_is_neither_between_layers_nor_a_doubt():
    dropped = {}
    for k, inputs in enumerate((D, H)):
        layer = lstm(f"rnns.{k}.module", inputs)
        dropped |= layer | {f"rnns.{k}.weight_hh_l0_raw": layer[f"rnns.{k}.module.weight_hh_l0"]}
    (stack,) = stacks(dropped)
    assert len(stack.layers) == 2 and stack.left_out == ()
    assert all("_raw" in one["forward"]["weight_hh"].name for one in stack.layers)


def test_a_norm_after_all_layers_is_not_said_to_stand_between_them():
    """As deepspeech.pytorch has them: the norm of the second layer is between, that of the readout is not."""
    below, _ = stacks(
        lstm("rnns.0.rnn"), norm("rnns.1.norm", H), lstm("rnns.1.rnn", H), norm("fc.0", H), linear("fc.1", 2, H)
    )
    (words,) = below.left_out
    assert "rnns.1.norm" in words and "fc.0" not in words
    below, _ = stacks(lstm("lstm1"), lstm("lstm2", H), norm("bn1", H), linear("out", 2, H))
    assert "bn1" in below.left_out[0]


def test_a_number_above_the_layers_is_not_theirs():
    below, *_ = stacks(
        lstm("enc.0.birnn0", both=True), linear("enc.0.bt0", D, 2 * H), lstm("enc.0.birnn1", both=True),
        linear("enc.0.bt1", D, 2 * H),
    )  # fmt: skip
    (words,) = below.left_out
    assert "bt0" in words and "bt1" not in words


@pytest.mark.parametrize(
    "between",
    [{"encoder.convolutions.0.conv.weight": (D, D, 5)}, linear("attn_combine", D, 2 * H), linear("emb2rnn", D, 7)],
)
def test_what_stands_between_embedding_and_first_layer(between):
    (stack,) = stacks({"embedding.weight": (9, D)}, between, lstm("encoder.lstm"))
    assert value(stack, "embedding") == "none" and "embedding.weight" in stack.embeddings
    (stack,) = stacks({"embedding.weight": (9, D)}, lstm("encoder.lstm"))
    assert value(stack, "embedding") == "embedding.weight"


@pytest.mark.parametrize(
    ("follows", "readout"), [(norm("head.1", 5), "none"), (norm("head.1", H), "none"), ({}, "head.0.weight")]
)
def test_a_norm_of_the_outputs_follows_a_layer_that_is_no_readout(follows, readout):
    (stack,) = stacks(lstm("lstm"), linear("head.0", 5, H), follows)
    assert value(stack, "readout") == readout


def test_a_norm_of_another_module_says_nothing_of_the_readout():
    """A picture's network before the recurrent layer may have norms of any size."""
    (stack,) = stacks(norm("cnn.1", H), norm("cnn.4", 5), lstm("lstm"), linear("fc", 5, H))
    assert value(stack, "readout") == "fc.weight"


@pytest.mark.parametrize("name", ["concat", "attn.linear_out", "decoder.attention.output_proj"])
def test_a_layer_that_joins_states_with_a_context_is_before_the_readout(name):
    """As in Luong's attention: the readout reads what it gives, not the states."""
    (stack,) = stacks(lstm("decoder.rnn"), linear(name, H, 2 * H), linear("out", 9, H))
    assert value(stack, "readout") == "none" and "out.weight" in stack.readouts


def test_a_crf_over_the_outputs_is_named():
    parts = lstm("lstm"), linear("hidden2tag", 5, H)
    (stack,) = stacks(*parts, {"crf.transitions": (5, 5), "crf.start_transitions": (5,)})
    assert any("crf.transitions" in words for words in stack.left_out)
    (stack,) = stacks(*parts, {"attention.weight": (5, 5)})
    assert stack.left_out == ()


@pytest.mark.parametrize(("rows", "outputs", "activation"), [(0, H, "linear"), (H, H, "softmax"), (0, 5, "softmax")])
def test_as_many_outputs_as_units_are_values_unless_they_are_words(rows, outputs, activation):
    table = {"embedding.weight": (rows, D)} if rows else {}
    (stack,) = stacks(table, lstm("lstm"), linear("linear", outputs, H))
    assert value(with_head_settings(stack), "outputs") == activation


def test_a_textbook_s_letters():
    (stack,) = stacks({"U": (H, 9), "V": (9, H), "W": (H, H), "b": (H,), "c": (9,)})
    assert value(stack, "readout") == "V"
    assert [array.name for array in stack.readouts["V"].arrays] == ["V", "c"]


def test_an_initial_state_of_both_kinds_one_above_the_other():
    arrays = of(lstm("lstm")) | {"init_state": np.arange(2.0 * H).reshape(2, H).astype(np.float32)}
    (stack,) = stacks_from_arrays(arrays)
    assert [stack.initial[0, "forward", state].array[0] for state in ("hidden", "cell")] == [0, H]
    assert value(stack, "initial") == "file"
