"""Back-propagation through time against central finite differences, in float64 and for every cell."""

import numpy as np
import pytest
from hypothesis import given, settings

from ..strategies import Case, cases, draw_run, seeds
from ..tied_lstm import TiedLSTM
from .variants import EVERY_VARIANT, VARIANT_IDS, VARIANTS

STEP = 1e-6


def slopes(loss, array):
    """d loss / d array, one number at a time."""
    numeric = np.empty_like(array)
    for k in np.ndindex(array.shape):
        kept = array[k]
        array[k] = kept + STEP
        above = loss()
        array[k] = kept - STEP
        below = loss()
        array[k] = kept
        numeric[k] = (above - below) / (2 * STEP)
    return numeric


@pytest.mark.parametrize(("kind", "options"), [*VARIANTS, (TiedLSTM, {})], ids=[*VARIANT_IDS, "tied"])
@given(case=cases, looks=seeds)
@settings(max_examples=12)
def test_gradients_are_the_slopes_of_the_loss(kind, options, case, looks):
    """Of every parameter, the inputs and the initial states; the loss looks at all states at random steps."""
    case = Case(min(case.steps, 5), case.batch, min(case.inputs, 3), min(case.hidden, 4), case.seed)
    cell, x, initial = draw_run(kind, options, case)
    rng = np.random.default_rng(looks)
    seen = {s: rng.standard_normal((case.steps, *case.shape(case.hidden))) for s in cell.states}
    for weights in seen.values():
        weights[rng.random(case.steps) < 0.5] = 0.0

    def loss():
        record = cell.forward(x, initial)
        return sum((weights * record[s]).sum() for s, weights in seen.items())

    further = {s: weights for s, weights in seen.items() if s != "hidden"}
    grads = cell.backward(cell.forward(x, initial), seen["hidden"], further)
    arrays = {**cell.parameters, "x": x, **{f"initial_{s}": array for s, array in initial.items()}}
    assert grads.keys() == arrays.keys()
    for name, array in arrays.items():
        assert grads[name].shape == array.shape
        np.testing.assert_allclose(grads[name], slopes(loss, array), rtol=1e-5, atol=1e-7, err_msg=name)


@EVERY_VARIANT
@given(case=cases, cut=seeds)
def test_nothing_reaches_inputs_after_the_last_look(kind, options, case, cut):
    cell, x, initial = draw_run(kind, options, case)
    last = cut % case.steps
    d_hidden = np.zeros((case.steps, *case.shape(case.hidden)))
    d_hidden[last] = 1.0
    grads = cell.backward(cell.forward(x, initial), d_hidden)
    assert (grads["x"][last + 1 :] == 0).all()
    short = cell.backward(cell.forward(x[: last + 1], initial), d_hidden[: last + 1])
    for name in cell.parameters:
        np.testing.assert_allclose(grads[name], short[name], rtol=1e-9, atol=1e-12, err_msg=name)


@EVERY_VARIANT
@given(case=cases)
def test_gradients_in_float32_keep_the_dtype_and_agree_with_float64(kind, options, case):
    cell, x, initial = draw_run(kind, options, case)
    single = kind(*(a.astype(np.float32) for a in cell.parameters.values()), **options)
    double = kind(*(a.astype(np.float64) for a in single.parameters.values()), **options)
    x, initial = x.astype(np.float32), {s: a.astype(np.float32) for s, a in initial.items()}
    ours = single.backward(single.forward(x, initial), np.ones((case.steps, *case.shape(case.hidden)), np.float32))
    record = double.forward(x.astype(np.float64), {s: a.astype(np.float64) for s, a in initial.items()})
    exact = double.backward(record, np.ones((case.steps, *case.shape(case.hidden))))
    for name, gradient in ours.items():
        assert gradient.dtype == np.float32
        np.testing.assert_allclose(gradient, exact[name], rtol=1e-3, atol=1e-3 * max(1, np.abs(exact[name]).max()))
