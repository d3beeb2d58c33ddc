"""Interventions that make no sense are refused with the reason."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import gradient_by_layers, gradient_flow, input_gradient
from rnnviz.cells import RNN, Edit
from rnnviz.interventions import Freeze, Hold, Remove, Swap, Zero

from .drawn import UNITS, draw_model, the_same


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        (
            [Hold("forget", 1.5)],
            "“forget=1.5” is not possible: the forget gate lies between 0 and 1, and 1.5 does not.",
        ),
        ([Hold("forget", -0.1)], "the forget gate lies between 0 and 1"),
        ([Hold("forget", float("nan"))], "the forget gate lies between 0 and 1"),
        ([Hold("cell", float("inf"))], "the cell state is a finite number"),
        ([Hold("update", 1)], "the LSTM has no 'update'; it has forget, input, candidate, cell, output, hidden."),
        ([Hold("input_vector", 1)], "what is read can only be swapped or removed."),
        ([Zero(state="forget")], "the LSTM has no state 'forget'; it has hidden, cell."),
        ([Zero(4)], "there is no unit 4; the layer has units 0 to 3."),
        ([Zero(-1)], "there is no unit -1"),
        ([Zero(())], "it names no unit."),
        ([Zero(1, 6)], "there is no step 6; the text has steps 1 to 5."),
        ([Zero(1, (2, 9))], "there is no step 9; the text has steps 1 to 5."),
        ([Zero(1, (0, 2))], "there is no step 0;"),
        ([Zero(1, (3, 2))], "step 3 does not come before step 2."),
        ([Zero(1, layer=2)], "there is no layer 2; the network has 2, counted from 0."),
        ([Zero(1, layer=-1)], "there is no layer -1"),
        ([Zero(1, direction="sideways")], "the network does not read sideways."),
        ([Swap(6, "a")], "there is no step 6; the text has steps 1 to 5."),
        ([Remove(0)], "there is no step 0;"),
        ([Swap(2, "ab")], "'ab' is not one token."),
        ([Swap(2, "")], "There is nothing to read"),
        (
            [Swap(2, "a"), Remove(2)],
            "“remove@2” is not possible: another intervention swaps or removes step 2 already.",
        ),
        ([Remove(step) for step in range(1, 6)], "With every token removed there is nothing left to read."),
        ([Remove(2), Zero(1, 2)], "nothing is left of its steps, because another intervention removes them."),
        (
            [Hold("forget", 1), Hold("forget", 0, 2, (3, 4))],
            "“forget=1” and “forget.2@3-4=0” contradict each other about the forget gate of unit 2 at step 3.",
        ),
        ([Zero(1), Freeze((0, 1), 2)], "contradict each other about the hidden state of unit 1 at step 2."),
        ([Hold("cell", 1, 0, 5), Zero(0)], "contradict each other about the cell state of unit 0 at step 5."),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(listed, words):
    with pytest.raises(ValueError) as refusal:
        draw_model().trace("abcde", interventions=listed)
    assert words in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_what_agrees_is_no_contradiction():
    model = draw_model()
    both = model.trace(
        "abc", interventions=[Zero(1), Hold("hidden", 0, (1, 2)), Zero(1), Zero(1, direction="backward")]
    )
    assert (both["hidden"][:, [1, 2]] == 0).all() and (both["cell"][:, 1] == 0).all()


def test_a_range_is_that_of_the_cells_options():
    relu = draw_model(RNN, {"activation": "relu"})
    assert (relu.trace("ab", interventions=[Hold("hidden", 7)])["hidden"] == 7).all()
    with pytest.raises(ValueError, match="the hidden state is a finite number of at least 0, and -1 does not"):
        relu.trace("ab", interventions=[Hold("hidden", -1)])
    with pytest.raises(ValueError, match="lies between -1 and 1, and 7 does not"):
        draw_model(RNN).trace("ab", interventions=[Hold("hidden", 7)])


def test_the_end_mark_stays():
    model = rnnviz.load("names-lstm")
    the_same(model.trace("Adam", interventions=[Remove(4)]), model.trace("Ada"))
    for one in (Remove(4), Swap(4, "x")):
        with pytest.raises(ValueError, match="step 4 is the end mark, which every text has"):
            model.trace("Ada", interventions=[one])
    with pytest.raises(ValueError, match="nothing left to read"):
        model.trace("Ada", interventions=[Remove(1), Remove(2), Remove(3)])


def test_gradients_of_a_held_run_are_refused_and_those_of_another_text_are_not():
    model = draw_model()
    held = model.trace("abc", interventions=[Hold("forget", 1)])
    for call in (gradient_flow, gradient_by_layers, lambda trace: input_gradient(trace, 0)):
        with pytest.raises(ValueError, match="this run has interventions inside it"):
            call(held)
    swapped = model.trace("abc", interventions=[Swap(2, "x")])
    np.testing.assert_array_equal(gradient_flow(swapped).norms, gradient_flow(model.trace("axc")).norms)
    cell = model.network.layers[0][0]
    record = cell.forward(np.zeros((2, 3)), edits=[Edit("forget", slice(None), 1.0, 0, 2)])
    with pytest.raises(ValueError, match="no way back"):
        cell.backward(record, np.zeros((2, UNITS)))
