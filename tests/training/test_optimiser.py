"""Adam and clipping, against PyTorch's."""

import numpy as np
import pytest

from rnnviz.training.optimiser import Adam, clip_gradients

torch = pytest.importorskip("torch")

SHAPES = {"weight": (5, 3), "bias": (5,)}


def gradients(rng, scale=1.0):
    return {name: (scale * rng.standard_normal(shape)) for name, shape in SHAPES.items()}


def test_adam_takes_the_steps_that_torch_takes():
    rng = np.random.default_rng(0)
    ours = gradients(rng)
    theirs = {name: torch.tensor(array.copy(), requires_grad=True) for name, array in ours.items()}
    mine, peer = Adam(ours), torch.optim.Adam(theirs.values(), lr=1e-2)
    for k in range(20):
        rate = 1e-2 / (1 + k)
        step_gradients = gradients(rng, scale=10.0 ** rng.integers(-6, 3))
        mine.step(step_gradients, rate)
        for group in peer.param_groups:
            group["lr"] = rate
        for name, tensor in theirs.items():
            tensor.grad = torch.from_numpy(step_gradients[name])
        peer.step()
        for name in ours:
            np.testing.assert_allclose(ours[name], theirs[name].detach().numpy(), rtol=1e-10, atol=1e-12)


def test_a_row_without_gradient_never_moves():
    table = np.ones((3, 2))
    optimiser = Adam({"table": table})
    for _ in range(3):
        optimiser.step({"table": np.array([[1.0, -1.0], [0.0, 0.0], [2.0, 0.5]])}, 0.1)
    assert (table[1] == 1).all()
    assert not (table[[0, 2]] == 1).any()


@pytest.mark.parametrize("longest", [0.5, 100.0])
def test_clipping_is_torchs(longest):
    ours = gradients(np.random.default_rng(1))
    theirs = [torch.nn.Parameter(torch.zeros(shape, dtype=torch.float64)) for shape in SHAPES.values()]
    for parameter, gradient in zip(theirs, ours.values(), strict=True):
        parameter.grad = torch.from_numpy(gradient.copy())
    norm = torch.nn.utils.clip_grad_norm_(theirs, longest)
    assert clip_gradients(ours, longest) == pytest.approx(float(norm))
    for parameter, gradient in zip(theirs, ours.values(), strict=True):
        np.testing.assert_allclose(gradient, parameter.grad.numpy(), rtol=1e-5)
