"""The gradient along one watched sequence, against PyTorch's autograd and against finite differences."""

import numpy as np
import pytest

from rnnviz.network import Network
from rnnviz.training import Probe
from rnnviz.training.loss import cross_entropy, state_gradient_norms

torch = pytest.importorskip("torch")

MODULES = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}
STEPS, WIDTH, HIDDEN, CLASSES = 7, 3, 5, 4


def example(cell, layers, vocabulary=6):
    rng = np.random.default_rng(3)
    network = Network.random(
        cell,
        hidden=HIDDEN,
        vocabulary=vocabulary or None,
        embedding=WIDTH,
        classes=CLASSES,
        layers=layers,
        rng=rng,
        dtype=np.float64,
    )
    inputs = rng.integers(vocabulary, size=STEPS) if vocabulary else rng.standard_normal((STEPS, WIDTH))
    weights = rng.random(STEPS)
    return network, inputs, Probe("", rng.integers(CLASSES, size=STEPS), weights / weights.sum())


def torchs(network, inputs, probe):
    """The same by autograd: every state that is passed on is a tensor of its own, so each has its own gradient."""
    cells = []
    for layer in network.layers:
        module = MODULES[network.cell_name](layer[0].input_size, HIDDEN).double()
        module.load_state_dict({name: torch.tensor(array) for name, array in layer[0].parameters.items()})
        cells.append(module)
    states = [(torch.zeros(1, HIDDEN, dtype=torch.float64),) * (1 + (network.cell_name == "lstm")) for _ in cells]
    layer_states = [[] for _ in cells]
    loss = 0.0
    for t in range(STEPS):
        x = inputs[t] if network.embedding is None else network.embedding[inputs[t]]
        x = torch.tensor(x)[None]
        for k, cell in enumerate(cells):
            new = cell(x, states[k] if network.cell_name == "lstm" else states[k][0])
            new = new if isinstance(new, tuple) else (new,)
            states[k] = tuple(s.clone().requires_grad_() for s in new)
            for s in states[k]:
                s.retain_grad()
            layer_states[k].append(states[k])
            x = states[k][0]
        logits = x @ torch.tensor(network.readout_weight).T + torch.tensor(network.readout_bias)
        each = torch.nn.functional.cross_entropy(logits, torch.tensor(probe.targets[t : t + 1]))
        loss = loss + probe.weights[t] * each
    loss.backward()
    names = ("hidden", "cell")[: len(states[0])]
    norms = {
        name: np.array(
            [[0.0 if s[i].grad is None else float(s[i].grad.norm()) for s in layer] for layer in layer_states]
        )
        for i, name in enumerate(names)
    }
    return float(loss.detach()), norms


@pytest.mark.parametrize("vocabulary", [6, 0])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_norms_are_those_of_autograd(cell, layers, vocabulary):
    network, inputs, probe = example(cell, layers, vocabulary)
    loss, norms = state_gradient_norms(network, inputs, probe.targets, probe.weights)
    expected, theirs = torchs(network, inputs, probe)
    assert loss == pytest.approx(expected, rel=1e-12)
    assert norms.keys() == theirs.keys()
    for state, values in norms.items():
        assert values.shape == (layers, STEPS)
        np.testing.assert_allclose(values, theirs[state], atol=1e-12)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_norms_are_those_of_finite_differences(cell):
    """The states after step t are moved a little, and the rest of the sequence is read from there."""
    network, inputs, probe = example(cell, 1)
    _, norms = state_gradient_norms(network, inputs, probe.targets, probe.weights)

    def rest(states, t):
        logits = network.forward(inputs[t + 1 :], [[states]]).logits
        return cross_entropy(logits[:, None], probe.targets[t + 1 :, None], probe.weights[t + 1 :, None])[0]

    t = 2
    final = network.forward(inputs[: t + 1]).final[0][0]
    for state in final:
        gradient = np.zeros(HIDDEN)
        for i in range(HIDDEN):
            up, down = ({**final, state: final[state] + s * 1e-6 * np.eye(HIDDEN)[i]} for s in (1, -1))
            gradient[i] = (rest(up, t) - rest(down, t)) / 2e-6
        if state == "hidden":  # the readout looks at it as well
            logits = (final["hidden"] @ network.readout_weight.T + network.readout_bias)[None, None]
            one = np.s_[t : t + 1, None]
            gradient += cross_entropy(logits, probe.targets[one], probe.weights[one])[1][0, 0] @ network.readout_weight
        assert norms[state][0, t] == pytest.approx(np.linalg.norm(gradient), rel=1e-6)
