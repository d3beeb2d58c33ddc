"""Cross-entropy, against PyTorch's and against finite differences."""

import numpy as np
import pytest

from rnnviz.training.loss import cross_entropy, surprisal


def example(seed=0, steps=4, batch=3, classes=5):
    rng = np.random.default_rng(seed)
    logits = 3 * rng.standard_normal((steps, batch, classes))
    weights = rng.random((steps, batch)) * (rng.random((steps, batch)) < 0.7)
    return logits, rng.integers(classes, size=(steps, batch)), weights / weights.sum()


def test_loss_and_gradient_are_torchs():
    torch = pytest.importorskip("torch")
    logits, targets, weights = example()
    loss, gradient = cross_entropy(logits, targets, weights)
    tensor = torch.tensor(logits, requires_grad=True)
    each = torch.nn.functional.cross_entropy(tensor.flatten(0, 1), torch.tensor(targets).flatten(), reduction="none")
    expected = (each * torch.tensor(weights).flatten()).sum()
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), atol=1e-14)
    np.testing.assert_allclose(surprisal(logits, targets).ravel(), each.detach().numpy(), rtol=1e-12)


def test_gradient_is_that_of_finite_differences():
    logits, targets, weights = example(1)
    _, gradient = cross_entropy(logits, targets, weights)
    for place in np.ndindex(*logits.shape):
        nudge = np.zeros_like(logits)
        nudge[place] = 1e-6
        up, down = (cross_entropy(logits + s * nudge, targets, weights)[0] for s in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / 2e-6, abs=1e-8)


def test_steps_of_weight_zero_do_not_count():
    logits, targets, weights = example(2)
    loss, gradient = cross_entropy(logits, targets, weights)
    assert (gradient[weights == 0] == 0).all()
    other = np.where(weights == 0, 0, targets)
    assert cross_entropy(logits, other, weights)[0] == loss


def test_huge_logits_do_not_overflow():
    logits = np.array([[[1e4, -1e4, 0.0]]], np.float32)
    loss, gradient = cross_entropy(logits, np.array([[0]]), np.ones((1, 1), np.float32))
    assert loss == 0
    assert np.isfinite(gradient).all()
