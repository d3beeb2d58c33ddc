"""The gradient of a batch, whole and truncated, against PyTorch with its states detached."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.network import Masks, Network
from rnnviz.training import Trainer
from rnnviz.training.batches import Batch
from rnnviz.training.loss import loss_and_gradients

from .echo_task import Echo

torch = pytest.importorskip("torch")

MODULES = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
STEPS, BATCH, TOKENS, WIDTH, HIDDEN, CLASSES = 11, 3, 5, 4, 6, 4


def example(cell, layers=2):
    rng = np.random.default_rng(7)
    network = Network.random(
        cell,
        hidden=HIDDEN,
        vocabulary=TOKENS,
        embedding=WIDTH,
        classes=CLASSES,
        layers=layers,
        rng=rng,
        dtype=np.float64,
    )
    weights = rng.random((STEPS, BATCH))
    batch = Batch(
        rng.integers(TOKENS, size=(STEPS, BATCH)), rng.integers(CLASSES, size=(STEPS, BATCH)), weights / weights.sum()
    )
    masks = Masks(2.0 * (rng.random((STEPS, BATCH, WIDTH)) < 0.5), 2.0 * (rng.random((STEPS, BATCH, HIDDEN)) < 0.5))
    return network, batch, masks


def torchs(network, batch, masks, truncate):
    """Loss and gradients of the same in PyTorch, the states detached every `truncate` steps."""
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in network.parameters.items()}
    module = MODULES[network.cell_name](WIDTH, HIDDEN, len(network.layers)).double()
    names = [name for name, _ in module.named_parameters()]
    states, loss, length = None, 0.0, truncate or STEPS
    for start in range(0, STEPS, length):
        part = slice(start, start + length)
        x = leaves["embedding.weight"][torch.tensor(batch.inputs[part])] * torch.tensor(masks.inputs[part])
        if states is None:
            zeros = torch.zeros(len(network.layers), BATCH, HIDDEN, dtype=torch.float64)
            states = (zeros, zeros) if network.cell_name == "lstm" else zeros
        states = tuple(s.detach() for s in states) if isinstance(states, tuple) else states.detach()
        top, states = torch.func.functional_call(module, {n: leaves[f"rnn.{n}"] for n in names}, (x, states))
        logits = (top * torch.tensor(masks.top[part])) @ leaves["readout.weight"].T + leaves["readout.bias"]
        each = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), torch.tensor(batch.targets[part]).flatten(), reduction="none"
        )
        loss = loss + (each * torch.tensor(batch.weights[part]).flatten()).sum()
    loss.backward()
    return float(loss.detach()), {name: leaf.grad.numpy() for name, leaf in leaves.items()}


@pytest.mark.parametrize("truncate", [0, 1, 4, 10, 11, 50])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_gradients_are_torchs(cell, truncate):
    network, batch, masks = example(cell)
    loss, gradients, _ = loss_and_gradients(network, batch, None, masks, truncate)
    expected, theirs = torchs(network, batch, masks, truncate if truncate < STEPS else 0)
    assert loss == pytest.approx(expected, rel=1e-12)
    assert gradients.keys() == theirs.keys()
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, theirs[name], atol=1e-12, err_msg=name)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_truncation_changes_the_gradient_and_nothing_else(cell):
    network, batch, masks = example(cell)
    whole, cut = (loss_and_gradients(network, batch, None, masks, truncate) for truncate in (0, 3))
    assert whole[0] == pytest.approx(cut[0], rel=1e-12)
    for layer, other in zip(whole[2], cut[2], strict=True):
        for state, values in layer[0].items():
            np.testing.assert_allclose(values, other[0][state], atol=1e-12)
    assert not np.allclose(whole[1]["rnn.weight_hh_l0"], cut[1]["rnn.weight_hh_l0"])


def test_a_segment_without_scored_answers_adds_nothing():
    network, batch, masks = example("lstm")
    weights = np.zeros_like(batch.weights)
    weights[-1] = 1 / BATCH
    _, gradients, _ = loss_and_gradients(network, replace(batch, weights=weights), None, masks, 3)
    _, theirs = torchs(network, replace(batch, weights=weights), masks, 3)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, theirs[name], atol=1e-12, err_msg=name)


def test_a_recipe_truncates_what_the_trainer_trains():
    """Echo asks for the token before: with one step to look back over the states alone, it is learned worse."""
    whole, cut = (Trainer(Echo(), "rnn", replace(Echo.base_recipe, truncate=truncate)) for truncate in (0, 1))
    for trainer in (whole, cut):
        for _ in trainer.run():
            pass
    assert whole.curve[-1]["validation_loss"] < 0.8 * cut.curve[-1]["validation_loss"]
