"""Interventions that do not fit are refused with the reason, or left out of a prepared text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import gradient_by_layers, gradient_flow, input_gradient
from rnnviz.cells import RNN, Edit
from rnnviz.errors import ArgumentError, InterventionError
from rnnviz.interventions import Freeze, Hold, Remove, Swap, Zero

from ..raising import raises
from ..strategies import seeds
from .drawn import UNITS, draw_model, insides, the_same


@pytest.mark.parametrize(
    ("listed", "fields"),
    [
        ([Hold("forget", 1.5)], {"code": "out_of_range"}),
        ([Hold("forget", -0.1)], {"code": "out_of_range"}),
        ([Hold("forget", float("nan"))], {"code": "out_of_range"}),
        ([Hold("cell", float("inf"))], {"code": "out_of_range"}),
        ([Hold("update", 1)], {"code": "unknown_quantity"}),
        ([Hold("input_vector", 1)], {"code": "input"}),
        ([Zero(state="forget")], {"code": "unknown_state"}),
        ([Zero(4)], {"code": "unknown_unit", "unit": 4}),
        ([Zero(-1)], {"code": "unknown_unit", "unit": -1}),
        ([Zero(())], {"code": "no_unit"}),
        ([Zero(1, 6)], {"code": "unknown_step", "step": 6}),
        ([Zero(1, (2, 9))], {"code": "unknown_step", "step": 9}),
        ([Zero(1, (0, 2))], {"code": "unknown_step", "step": 0}),
        ([Zero(1, (3, 2))], {"code": "reversed_steps"}),
        ([Zero(1, layer=2)], {"code": "unknown_layer"}),
        ([Zero(1, layer=-1)], {"code": "unknown_layer"}),
        ([Zero(1, direction="sideways")], {"code": "unknown_direction"}),
        ([Swap(6, "a")], {"code": "unknown_step", "step": 6}),
        ([Remove(0)], {"code": "unknown_step", "step": 0}),
        ([Swap(2, "ab")], {"code": "not_one_token", "step": 2}),
        ([Swap(2, "")], {"code": "invalid_token", "step": 2}),
        ([Swap(2, "a"), Remove(2)], {"code": "repeated_step", "intervention": Remove(2), "step": 2}),
        ([Remove(step) for step in range(1, 6)], {"code": "nothing_left"}),
        ([Remove(2), Zero(1, 2)], {"code": "removed_steps", "intervention": Zero(1, 2)}),
        (
            [Hold("forget", 1), Hold("forget", 0, 2, (3, 4))],
            {"code": "contradiction", "other": Hold("forget", 1), "step": 3, "unit": 2},
        ),
        ([Zero(1), Freeze((0, 1), 2)], {"code": "contradiction", "other": Zero(1), "step": 2, "unit": 1}),
        ([Hold("cell", 1, 0, 5), Zero(0)], {"code": "contradiction", "intervention": Zero(0), "step": 5, "unit": 0}),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(listed, fields):
    fields = {"intervention": listed[-1], **fields} if fields["code"] != "nothing_left" else fields
    with raises(InterventionError, **fields) as refusal:
        draw_model().trace("abcde", interventions=listed)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("listed", "kept", "codes"),
    [
        ([], [], []),
        ([Zero(1)], [Zero(1)], []),
        ([Zero(1), Hold("forget", 2), Swap(2, "x")], [Zero(1), Swap(2, "x")], ["out_of_range"]),
        ([Zero(1), Freeze(1, 2), Zero(9), Zero(2)], [Zero(1), Zero(2)], ["contradiction", "unknown_unit"]),
        ([Remove(step) for step in range(1, 6)], [Remove(step) for step in range(1, 5)], ["nothing_left"]),
    ],
)
def test_a_prepared_text_leaves_out_what_does_not_fit(listed, kept, codes):
    model = draw_model()
    prepared = model.prepare("abcde", listed, skip_invalid=True)
    assert prepared.typed.tokens == [*"abcde"]
    assert prepared.interventions == tuple(kept)
    assert [error.code for error in prepared.rejected] == codes
    the_same(model.run(prepared), model.trace("abcde", interventions=kept))
    assert model.run(prepared).interventions == tuple(kept)


def test_what_agrees_is_no_contradiction():
    model = draw_model()
    both = model.trace(
        "abc", interventions=[Zero(1), Hold("hidden", 0, (1, 2)), Zero(1), Zero(1, direction="backward")]
    )
    assert (both["hidden"][:, [1, 2]] == 0).all() and (both["cell"][:, 1] == 0).all()


def test_a_range_is_that_of_the_cells_options():
    relu = draw_model(RNN, {"activation": "relu"})
    assert (relu.trace("ab", interventions=[Hold("hidden", 7)])["hidden"] == 7).all()
    with raises(InterventionError, code="out_of_range", intervention=Hold("hidden", -1)):
        relu.trace("ab", interventions=[Hold("hidden", -1)])
    with raises(InterventionError, code="out_of_range", intervention=Hold("hidden", 7)):
        draw_model(RNN).trace("ab", interventions=[Hold("hidden", 7)])


def test_the_end_mark_stays():
    model = rnnviz.load("names-lstm")
    the_same(model.trace("Adam", interventions=[Remove(4)]), model.trace("Ada"))
    for one in (Remove(4), Swap(4, "x")):
        with raises(InterventionError, code="end_mark", intervention=one, step=4):
            model.trace("Ada", interventions=[one])
    with raises(InterventionError, code="nothing_left"):
        model.trace("Ada", interventions=[Remove(1), Remove(2), Remove(3)])


def test_gradients_of_a_held_run_are_refused_and_those_of_another_text_are_not():
    model = draw_model()
    held = model.trace("abc", interventions=[Hold("forget", 1)])
    for call in (gradient_flow, gradient_by_layers, lambda trace: input_gradient(trace, 0)):
        with raises(InterventionError, code="no_gradient", intervention=Hold("forget", 1)):
            call(held)
    swapped = model.trace("abc", interventions=[Swap(2, "x")])
    np.testing.assert_array_equal(gradient_flow(swapped).norms, gradient_flow(model.trace("axc")).norms)
    cell = model.network.layers[0][0]
    record = cell.forward(np.zeros((2, 3)), edits=[Edit("forget", slice(None), 1.0, 0, 2)])
    with raises(ArgumentError, code="edited"):
        cell.backward(record, np.zeros((2, UNITS)))


@given(data=st.data(), seed=seeds)
def test_what_is_left_out_is_what_does_not_fit_those_before_it(data, seed):
    model = draw_model(seed=seed)
    inside = insides(model.definition, 6)  # of a text that is one step shorter
    token = st.builds(Remove, st.integers(0, 6)) | st.builds(Swap, st.integers(0, 6), st.sampled_from(["x", "xy"]))
    listed = data.draw(st.lists(inside | token, max_size=8))
    prepared = model.prepare("abcde", listed, skip_invalid=True)
    kept, codes = [], []
    for intervention in listed:
        try:
            model.prepare("abcde", [*kept, intervention])
        except InterventionError as error:
            codes.append(error.code)
        else:
            kept.append(intervention)
    assert prepared.interventions == tuple(kept) and [error.code for error in prepared.rejected] == codes
    the_same(model.run(prepared), model.trace("abcde", interventions=kept[::-1]))
