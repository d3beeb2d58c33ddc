"""Live modules of PyTorch: they say what their state dict leaves open."""

import numpy as np
import pytest
from hypothesis import given, settings

import rnnviz
from rnnviz.errors import DtypeError, UnknownNameError, UnsupportedFileError
from rnnviz.text.tokens import Vocabulary

from ..raising import raises
from .torch_models import Reader, modules, says, states, torch, wide


@settings(max_examples=20)
@given(modules())
def test_a_module_becomes_a_model_that_computes_the_same(module):
    model = rnnviz.from_torch(module)
    x = np.random.default_rng(0).standard_normal((6, module.input_size))
    module = wide(module)
    ours = model.network.forward(x.astype(model.network.dtype)).top
    np.testing.assert_allclose(ours, states(module, x), rtol=1e-5, atol=1e-5)


def test_a_network_with_words_for_what_it_reads_and_says():
    reader = Reader("rnn", nonlinearity="relu")
    vocabulary = Vocabulary("characters", tuple("abcdefg"))
    model = rnnviz.from_torch(reader, name="mine", vocabulary=vocabulary, labels=["x", "y", "z"])
    assert (model.name, model.labels) == ("mine", ["x", "y", "z"])
    assert model.card["understood"]["Activation"] == "relu"
    trace = model.trace("face")
    expected = torch.softmax(torch.as_tensor(says(reader, [5, 0, 2, 4])), -1).numpy()
    np.testing.assert_allclose(trace.probabilities, expected, rtol=0, atol=1e-5)


def test_the_weights_are_copied():
    module = torch.nn.GRU(2, 3)
    model = rnnviz.from_torch(module)
    before = model.network.layers[0][0].weight_hh.copy()
    with torch.no_grad():
        module.weight_hh_l0 += 1
    np.testing.assert_array_equal(model.network.layers[0][0].weight_hh, before)


@pytest.mark.parametrize("wrapped", [False, True])
def test_each_of_several_rnns_says_its_own_activation(wrapped):
    """Also where two of them would be called the same, and under the name of a wrapper."""
    inner = torch.nn.ModuleDict({"rnn": torch.nn.RNN(2, 3, nonlinearity="relu")})
    module = torch.nn.ModuleDict({"module": inner, "rnn" if wrapped else "other": torch.nn.RNN(2, 3)})
    first, second = ("module.rnn", "rnn") if wrapped else ("rnn", "other")
    assert rnnviz.from_torch(module, stack=first).network.layers[0][0].options["activation"] == "relu"
    assert rnnviz.from_torch(module, stack=second).network.layers[0][0].options["activation"] == "tanh"


def test_cells_in_a_list_are_one_stack_unless_they_compute_differently():
    cells = torch.nn.ModuleList(
        [torch.nn.RNNCell(2, 3, nonlinearity="relu"), torch.nn.RNNCell(3, 3, nonlinearity="relu")]
    )
    model = rnnviz.from_torch(cells)
    assert len(model.network.layers) == 2
    cells[1].nonlinearity = "tanh"
    with raises(UnsupportedFileError, code="mixed_activations"):
        rnnviz.from_torch(cells)


def test_a_weight_that_a_parametrization_computes():
    module = torch.nn.utils.parametrizations.weight_norm(torch.nn.GRU(2, 3), "weight_hh_l0")
    with torch.no_grad():
        module.parametrizations.weight_hh_l0.original0.mul_(2)
    x = np.ones((4, 2), np.float32)
    ours = rnnviz.from_torch(module).network.forward(x).top
    np.testing.assert_allclose(ours, states(module, x), rtol=0, atol=1e-5)


def test_what_is_no_module_or_has_no_recurrent_layer():
    with raises(DtypeError, name="module", dtype="dict"):
        rnnviz.from_torch({})
    with raises(UnsupportedFileError, code="no_recurrent_layer"):
        rnnviz.from_torch(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU()))
    with raises(UnknownNameError, kind="setting", name="colour", allowed=("order", "reset", "update", "direction")):
        rnnviz.from_torch(torch.nn.GRU(2, 3), colour="red")


def test_a_module_under_weight_normalisation_is_run_whole():
    torch.manual_seed(0)
    module = torch.nn.LSTM(3, 4)
    torch.nn.utils.parametrizations.weight_norm(module, "weight_hh_l0")
    x = torch.randn(5, 3)
    model = rnnviz.from_torch(module)
    assert "left_out" not in model.card
    with torch.no_grad():
        expected = module(x)[0].numpy()
    np.testing.assert_allclose(model.network.forward(x.numpy()).top, expected, rtol=0, atol=1e-6)
