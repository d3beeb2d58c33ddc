"""A cell under other options: another notation computes the same states, any other option is another cell."""

import numpy as np
import pytest
from hypothesis import given

from rnnviz.cells import CELLS, GRU, LSTM, RNN
from rnnviz.cells.expressions import Value
from rnnviz.errors import ArgumentError

from ..raising import raises
from ..strategies import Case, cases, draw_run, seeds
from .variants import EVERY_VARIANT

BOTH_RESETS = pytest.mark.parametrize("reset", ["after", "before"])
OTHER = {"keeps": "writes", "writes": "keeps"}


@BOTH_RESETS
@pytest.mark.parametrize("update", ["keeps", "writes"])
@given(case=cases)
def test_the_other_convention_of_the_update_gate_computes_the_same_states(reset, update, case):
    cell, x, initial = draw_run(GRU, {"reset": reset, "update": update}, case)
    other = cell.with_options(update=OTHER[update])
    assert other.options == GRU.resolve_options({"reset": reset, "update": OTHER[update]})
    one, two = cell.forward(x, initial), other.forward(x, initial)
    for name in ("reset", "candidate", "hidden"):
        np.testing.assert_allclose(two[name], one[name], rtol=0, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(two["update"], 1 - one["update"], rtol=0, atol=1e-12)


@BOTH_RESETS
@given(case=cases, looks=seeds)
def test_gradients_of_the_update_rows_change_their_sign_and_no_others(reset, case, looks):
    cell, x, initial = draw_run(GRU, {"reset": reset}, case)
    other = cell.with_options(update="writes")
    d_hidden = np.random.default_rng(looks).standard_normal((case.steps, *case.shape(case.hidden)))
    one, two = (c.backward(c.forward(x, initial), d_hidden) for c in (cell, other))
    for name in cell.parameters:
        one[name][cell.row("update")] *= -1
    for name, gradient in one.items():
        np.testing.assert_allclose(two[name], gradient, rtol=1e-9, atol=1e-11, err_msg=name)


@EVERY_VARIANT
@given(case=cases)
def test_there_and_back_gives_the_same_arrays(kind, options, case):
    cell, x, initial = draw_run(kind, options, case)
    elsewhere = {name: next(v for v in known if v != cell.options[name]) for name, known in kind.choices.items()}
    again = cell.with_options(**elsewhere).with_options(**cell.options)
    assert again.options == cell.options
    for name, array in cell.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], array)
    np.testing.assert_array_equal(again.forward(x, initial)["hidden"], cell.forward(x, initial)["hidden"])


@EVERY_VARIANT
def test_a_converted_cell_has_arrays_of_its_own(kind, options):
    cell, _, _ = draw_run(kind, options, Case(1, None, 2, 3, 0))
    before = {name: array.copy() for name, array in cell.parameters.items()}
    for array in cell.with_options().parameters.values():
        array[...] = 7
    for name, array in cell.parameters.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize(("kind", "other"), [(GRU, {"reset": "before"}), (RNN, {"activation": "relu"})])
def test_other_options_leave_the_weights_and_change_the_states(kind, other):
    cell, x, _ = draw_run(kind, {}, Case(5, None, 3, 4, 1))
    changed = cell.with_options(**other)
    for name, array in cell.parameters.items():
        np.testing.assert_array_equal(changed.parameters[name], array)
    assert np.abs(changed.forward(x)["hidden"] - cell.forward(x)["hidden"]).max() > 1e-3


def test_both_options_of_a_gru_change_at_once():
    cell, x, _ = draw_run(GRU, {}, Case(5, None, 3, 4, 1))
    both = cell.with_options(reset="before", update="writes")
    expected = cell.with_options(reset="before").forward(x)["hidden"]
    np.testing.assert_allclose(both.forward(x)["hidden"], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", CELLS.values(), ids=CELLS)
def test_notation_names_existing_options(kind):
    assert set(kind.notation) <= set(kind.choices)


def test_descriptions_and_equations_follow_the_convention_of_the_update_gate():
    keeps, writes = GRU.define(), GRU.define(update="writes")
    z, n, h = Value("update"), Value("candidate"), Value("hidden").before
    assert keeps.equations["hidden"] == (1 - z) * n + z * h
    assert writes.equations["hidden"] == z * n + (1 - z) * h
    assert "1 keeps it, 0 replaces it" in keeps.by_name["update"].description
    assert "1 replaces it by the candidate, 0 keeps it" in writes.by_name["update"].description
    update = {d: next(p for p in d.phases if p.name == "update").description for d in (keeps, writes)}
    assert "kept" in update[keeps] and "replaced" in update[writes]
    same = [p for p in keeps.phases if p.name not in ("update", "blend")]
    assert same == [p for p in writes.phases if p.name not in ("update", "blend")]


def test_the_memory_gate():
    rng = np.random.default_rng(0)
    assert RNN.random(2, 3, rng).memory_gate is None
    assert LSTM.random(2, 3, rng).memory_gate == "forget"
    assert GRU.random(2, 3, rng, reset="before").memory_gate == "update"
    with raises(ArgumentError, code="no_memory_gate", name="update", value="writes"):
        GRU.random(2, 3, rng, update="writes").memory_gate  # noqa: B018
