"""Calibration on answers whose confidence is known."""

import numpy as np
import pytest

from rnnviz.training.calibration import calibration


def logits_of(*confidences):
    """The logits of two classes, of which the first has these probabilities."""
    p = np.array(confidences)
    return np.log(np.stack([p, 1 - p], axis=1))


def test_by_hand():
    found = calibration(logits_of(0.95, 0.95, 0.65, 0.65, 0.62), np.array([0, 1, 0, 0, 1]))
    high, low = abs(0.95 - 0.5), abs((0.65 + 0.65 + 0.62) / 3 - 2 / 3)
    assert found["error"] == pytest.approx((2 * high + 3 * low) / 5)
    assert found["confident_when_right"] == pytest.approx((0.95 + 0.65 + 0.65) / 3)
    assert found["confident_when_wrong"] == pytest.approx((0.95 + 0.62) / 2)
    assert [(b["n"], b["accuracy"]) for b in found["bins"]] == [(3, pytest.approx(2 / 3)), (2, 0.5)]


def test_certain_and_always_right():
    found = calibration(np.array([[50.0, 0.0], [0.0, 50.0]]), np.array([0, 1]))
    assert found["error"] == pytest.approx(0, abs=1e-12)
    assert found["confident_when_wrong"] is None


def test_honest_confidence_has_a_small_error_and_boasting_a_large_one():
    rng = np.random.default_rng(0)
    p = rng.uniform(0.5, 1, 20000)
    truth = (rng.random(20000) >= p).astype(int)
    assert calibration(logits_of(*p), truth)["error"] < 0.02
    assert calibration(3 * logits_of(*p), truth)["error"] > 0.1
