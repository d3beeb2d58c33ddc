"""Files as people have them, in `cases/`: layers beyond what PyTorch's names say, with the right states beside."""

from pathlib import Path

import numpy as np
import pytest

from rnnviz.checkpoints import open_file
from rnnviz.errors import DamagedFileError, UnsupportedFileError
from tests.raising import raises

CASES = Path(__file__).parent / "cases"

# By case: the file, and by a stack's name the expected array that its top layer gives for the expected input.
RIGHT = {
    "bias_with_an_axis_of_one/min_char_rnn": ("m.npz", {"the network": "y"}),
    "bias_with_an_axis_of_one/row_bias_rnn": ("m.npz", {"the network": "y"}),
    "reparametrised_weights/pruned": ("m.pt", {"the network": "y"}),
    "reparametrised_weights/weightnorm_old": ("m.pt", {"rnn": "y"}),
    "more_arrays_in_the_cell/mlx_gru": ("model.safetensors", {"gru": "y"}),
    "more_arrays_in_the_cell/peephole_gates": ("m.pt", {"cell": "y"}),
    "learned_initial_states/init1": ("m.pt", {"rnn": "y"}),
    "learned_initial_states/init2": ("m.pt", {"rnn": "y"}),
    "direction_and_merge_cannot_be_said/ds2_sum": ("deepspeech.pth", {"rnns.0.rnn": "y0"}),
    "direction_and_merge_cannot_be_said/fwbw3": ("m.pt", {"rnn": "y"}),
    "joint_matrices/coursera_lstm": ("m.npz", {"the network": "y"}),
    "joint_matrices/tf1_gru": ("m.npz", {"rnn/gru_cell": "y"}),
    "joint_matrices/tf1_old": ("m.npz", {"RNN/basic_lstm_cell": "y"}),
    "joint_matrices/tutorial_i2h": ("char-rnn-classification.pt", {"the network": "y"}),
    "layers_of_several_cells/lstm_then_gru": ("m.keras", {"lower to upper": "y"}),
    "layers_joined_across_something/siamese": ("m.pt", {"lstm1": "y1", "lstm2": "y2"}),
    "linear_taken_for_embedding/speaker_linear": ("m.pt", {"lstm": "y"}),
}
# By case: the file, its stacks, and a word of what it says is not run.
APART = {
    "layers_joined_across_something/bn_between": ("m.pt", ["lstm1", "lstm2"], "bn1"),
    "layers_joined_across_something/k_ae": ("m.weights.h5", ["e", "dd"], "repeat_vector"),
    "layers_joined_across_something/stanza_highway": (
        "tagger.pt", ["taggerlstm.lstm.0", "taggerlstm.lstm.1"], "taggerlstm.highway.0 and taggerlstm.gate.0",
    ),
}  # fmt: skip


def expected(case):
    return dict(np.load(CASES / case / "expected.npz"))


@pytest.mark.parametrize("case", RIGHT)
def test_states_are_those_of_the_program_that_wrote_the_file(case):
    file, answers = RIGHT[case]
    opened, arrays = open_file(CASES / case / file), expected(case)
    for stack, answer in answers.items():
        network = opened.model(stack).network
        states = network.forward(arrays["x"].astype(network.dtype)).top
        np.testing.assert_allclose(states, arrays[answer], rtol=0, atol=1e-5)


@pytest.mark.parametrize("case", APART)
def test_layers_with_something_between_them_stand_apart_and_say_so(case):
    file, names, between = APART[case]
    opened = open_file(CASES / case / file)
    assert [stack.name for stack in opened.stacks] == names
    for stack in opened.stacks:
        assert any(between in sentence for sentence in stack.left_out)
        assert opened.model(stack.name).card["left_out"] == list(stack.left_out)
        assert stack.setting("layers").basis == "assumed"
        joined = opened.model(stack.name, layers="all")
        assert len(joined.network.layers) == len(names)


def test_a_layer_norm_inside_the_cell_is_refused_by_name():
    folder = CASES / "more_arrays_in_the_cell/ln_lstm"
    with raises(UnsupportedFileError, code="cell", part="layers.0.cell.layernorm_i.weight"):
        open_file(folder / "m.pt")


def test_a_missing_gate_is_named():
    with raises(DamagedFileError, code="missing_gate", part="W_xo"):
        open_file(CASES / "incomplete_layer/missing_gate/m.npz")


def test_a_matrix_with_a_bias_is_the_readout_whatever_its_name():
    (stack,) = open_file(CASES / "linear_taken_for_embedding/speaker_linear/m.pt").stacks
    assert (stack.setting("embedding").value, stack.setting("readout").value) == ("none", "embedding.weight")


def test_attributes_name_the_layers_of_a_subclassed_keras_model_and_no_guess_is_told_as_a_fact():
    stacks = open_file(CASES / "guess_told_as_fact/k_subclassed_model/m.weights.h5").stacks
    assert {stack.name for stack in stacks} == {"enc", "dec"}
    for stack in stacks:
        assert stack.notes == ()
        assert any("keeps no connections" in sentence for sentence in stack.left_out)
        assert {"direction", "embedding", "readout"} <= {setting.name for setting in stack.assumed}


def test_layers_that_only_their_order_joins_can_be_parted():
    opened = open_file(CASES / "layers_joined_across_something/k_ae/m.weights.h5")
    whole = opened.model("e", layers="all").network
    assert (len(whole.layers), whole.input_size) == (2, 6)
    assert opened.model("dd").network.input_size == 5
