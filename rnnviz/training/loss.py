"""Cross-entropy: how surprised a network is by the right answers, and in which direction it should change."""

from __future__ import annotations

import numpy as np

from ..cells.activations import Array


def log_softmax(logits: Array) -> Array:
    """Logarithms of the probabilities, (..., C) from logits (..., C), without overflow."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


def surprisal(logits: Array, targets: Array) -> Array:
    """-log p(target) in nats, (...) from logits (..., C) and class numbers (...)."""
    return -np.take_along_axis(log_softmax(logits), targets[..., None], axis=-1)[..., 0]


def cross_entropy(logits: Array, targets: Array, weights: Array) -> tuple[float, Array]:
    """The weighted sum of surprises in nats, and its gradient by the logits.

    logits: (T, B, C). targets: (T, B) class numbers. weights: (T, B), 0 where the loss does
    not look (padding, steps that are not asked); to get a mean they must add up to 1.
    """
    gradient = log_softmax(logits)
    chosen = np.take_along_axis(gradient, targets[..., None], axis=-1)
    loss = -float((weights * chosen[..., 0]).sum(dtype=np.float64))
    np.exp(gradient, out=gradient)
    np.put_along_axis(gradient, targets[..., None], np.exp(chosen) - 1, axis=-1)
    gradient *= weights[..., None]
    return loss, gradient
