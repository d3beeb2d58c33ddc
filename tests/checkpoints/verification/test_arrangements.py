"""Verify tries directions, layers, merging and initial states, and does not accuse arrays that are right."""

import numpy as np
import pytest

from rnnviz.checkpoints import ExamplePair, verify
from rnnviz.checkpoints.named.array_stacks import stacks_from_arrays

from ..torch_models import torch

D, H, T = 6, 5, 9


def arrays_of(**modules):
    return {
        f"{name}.{key}": value.detach().numpy()
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }


def found(arrays, x, y, stack=0, **overrides):
    with torch.no_grad():
        output = np.ascontiguousarray(y.numpy())
    return verify(stacks_from_arrays(arrays)[stack], ExamplePair(x.numpy(), output), overrides)


def drawn(kind="LSTM", inputs=D, **more):
    torch.manual_seed(4)
    return getattr(torch.nn, kind)(inputs, H, **more).requires_grad_(False), torch.randn(T, inputs)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_the_other_direction(kind):
    layer, x = drawn(kind)
    report = found(arrays_of(layer=layer), x, layer(x.flip(0))[0].flip(0))
    assert report.corrections[0].overrides == {"direction": "backward"}
    assert (report.location.cause, report.location.arrays) == ("setting", ())


def test_summed_directions():
    layer, x = drawn("GRU", bidirectional=True)
    both = layer(x)[0]
    report = found(arrays_of(layer=layer), x, both[:, :H] + both[:, H:])
    assert report.corrections[0].overrides == {"merge": "sum"}
    assert (report.location.cause, report.location.arrays) == ("setting", ())


def test_two_towers_that_were_joined():
    first, x = drawn("LSTM", H)
    second = torch.nn.LSTM(H, H).requires_grad_(False)
    arrays = arrays_of(lstm1=first, lstm2=second)
    report = found(arrays, x, second(x)[0])
    assert report.corrections[0].overrides == {"layers": "lstm2"}
    assert (report.location.cause, report.location.arrays) == ("setting", ())


def test_initial_states_of_the_file():
    layer, x = drawn("GRU")
    start = torch.randn(1, H)
    arrays = arrays_of(layer=layer) | {"h0": start.numpy()}
    report = found(arrays, x, layer(x)[0])
    assert report.corrections[0].overrides == {"initial": "zeros"}
    report = found(arrays, x, layer(x, start)[0], initial="zeros")
    assert report.corrections[0].overrides == {"initial": "file"}


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("both", [False, True])
def test_initial_states_that_no_file_has(kind, both):
    layer, x = drawn(kind, bidirectional=both)
    start = torch.randn(1 + both, H)
    start = (start, torch.randn(1 + both, H)) if kind == "LSTM" else start
    report = found(arrays_of(layer=layer), x, layer(x, start)[0])
    assert (report.location.cause, report.location.arrays) == ("other_start", ())


def test_a_wrong_array_is_still_named():
    layer, x = drawn("LSTM")
    arrays = arrays_of(layer=layer)
    right = layer(x)[0]
    arrays["layer.bias_ih_l0"] = arrays["layer.bias_ih_l0"] + 0.3
    report = found(arrays, x, right)
    assert report.location.cause == "start"
    assert "layer.bias_ih_l0" in report.location.arrays
