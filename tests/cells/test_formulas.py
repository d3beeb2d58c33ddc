"""What a run records, against the formulas written out once more, one sequence and one step at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.cells import CELLS, GRU, LSTM, RNN
from rnnviz.cells.expressions import Value

from ..strategies import cases, draw_run
from .variants import EVERY_VARIANT


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def by_formula(cell, x, states):
    """Every quantity of every step of one sequence x (T, D), each (T, H), by the textbook."""
    size = cell.hidden_size
    blocks = {
        name: [array[k * size : (k + 1) * size] for k in range(len(cell.rows))]
        for name, array in cell.parameters.items()
    }
    states, steps = dict(states), []
    for x_t in x:
        h = states["hidden"]
        from_x = [w @ x_t + b for w, b in zip(blocks["weight_ih"], blocks["bias_ih"], strict=True)]
        from_h = [w @ h + b for w, b in zip(blocks["weight_hh"], blocks["bias_hh"], strict=True)]
        if isinstance(cell, LSTM):
            i, f, g, o = (a + b for a, b in zip(from_x, from_h, strict=True))
            now = {"input": sigmoid(i), "forget": sigmoid(f), "candidate": np.tanh(g), "output": sigmoid(o)}
            now["cell"] = now["forget"] * states["cell"] + now["input"] * now["candidate"]
            now["hidden"] = now["output"] * np.tanh(now["cell"])
        elif isinstance(cell, GRU):
            now = {"reset": sigmoid(from_x[0] + from_h[0]), "update": sigmoid(from_x[1] + from_h[1])}
            if cell.options["reset"] == "after":
                recalled = now["reset"] * from_h[2]
            else:
                recalled = blocks["weight_hh"][2] @ (now["reset"] * h) + blocks["bias_hh"][2]
            now["candidate"] = np.tanh(from_x[2] + recalled)
            kept = now["update"] if cell.options["update"] == "keeps" else 1 - now["update"]
            now["hidden"] = (1 - kept) * now["candidate"] + kept * h
        else:
            z = from_x[0] + from_h[0]
            now = {"hidden": np.tanh(z) if cell.options["activation"] == "tanh" else np.maximum(z, 0)}
        now["input_vector"] = x_t
        steps.append(now)
        states = {name: now[name] for name in states}
    return {name: np.stack([now[name] for now in steps]) for name in steps[0]}


@EVERY_VARIANT
@given(case=cases)
def test_every_recorded_quantity_follows_its_formula(kind, options, case):
    cell, x, initial = draw_run(kind, options, case)
    record = cell.forward(x, initial)
    assert len(record) == case.steps
    for b in range(case.batch or 1):
        one = (lambda a: a) if case.batch is None else (lambda a, b=b: a[..., b, :])
        expected = by_formula(cell, one(x), {s: one(a) for s, a in initial.items()})
        assert expected.keys() == cell.definition.by_name.keys()
        for name, values in expected.items():
            np.testing.assert_allclose(one(record[name]), values, rtol=1e-11, atol=1e-12, err_msg=name)


@EVERY_VARIANT
@given(case=cases)
def test_values_stay_within_the_bounds_that_the_definition_states(kind, options, case):
    cell, x, initial = draw_run(kind, options, case)
    record = cell.forward(100 * x, initial if kind is not GRU else None)  # a GRU keeps any state it is given
    for quantity in cell.definition.quantities:
        assert quantity.low <= record[quantity.name].min()
        assert record[quantity.name].max() <= quantity.high


@EVERY_VARIANT
@given(case=cases, where=st.floats(0, 1))
def test_two_runs_that_pass_on_the_state_are_one_run(kind, options, case, where):
    cell, x, initial = draw_run(kind, options, case)
    cut = max(1, min(case.steps - 1, round(where * case.steps)))
    whole = cell.forward(x, initial)
    parts = [cell.forward(x[:cut], initial)]
    if cut < case.steps:
        parts.append(cell.forward(x[cut:], parts[0].final))
    for name in cell.definition.by_name:
        np.testing.assert_allclose(
            np.concatenate([part[name] for part in parts]), whole[name], rtol=1e-12, atol=1e-13, err_msg=name
        )
    for state, last in whole.final.items():
        np.testing.assert_array_equal(last, whole[state][-1])
        np.testing.assert_array_equal(whole.initial[state], initial[state])


@EVERY_VARIANT
@given(case=cases)
def test_leaving_out_biases_means_zeros(kind, options, case):
    cell, x, initial = draw_run(kind, options, case)
    cell.bias_ih[...] = cell.bias_hh[...] = 0
    bare = kind(cell.weight_ih, cell.weight_hh, **options)
    np.testing.assert_array_equal(bare.forward(x, initial)["hidden"], cell.forward(x, initial)["hidden"])


@EVERY_VARIANT
@given(case=cases)
def test_a_run_changes_nothing_that_it_was_given(kind, options, case):
    cell, x, initial = draw_run(kind, options, case)
    given_arrays = [x, *initial.values(), *cell.parameters.values()]
    copies = [array.copy() for array in given_arrays]
    record = cell.forward(x, initial)
    recorded = {name: record[name].copy() for name in cell.definition.by_name}
    d_hidden = np.ones_like(record["hidden"])
    cell.backward(record, d_hidden)
    for array, copy in zip(given_arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    for name, copy in recorded.items():
        np.testing.assert_array_equal(record[name], copy)
    assert (d_hidden == 1).all()


def test_the_two_placements_of_the_reset_gate_differ():
    from ..strategies import Case

    cell, x, _ = draw_run(GRU, {"reset": "after"}, Case(3, None, 2, 4, 1))
    other = GRU(*cell.parameters.values(), reset="before")
    assert np.abs(cell.forward(x)["hidden"] - other.forward(x)["hidden"]).max() > 1e-3


def names_in(expression):
    return {node.name for node in expression.walk() if isinstance(node, Value)}


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_definitions_are_complete(kind):
    """Everything a page shows is there: what each phase computes, symbols for all that equations mention."""
    assert CELLS[kind.name] is kind
    for values in [{}, *({option: v} for option, known in kind.choices.items() for v in known)]:
        definition = kind.define(**values)
        names = [q.name for q in definition.quantities]
        assert [name for phase in definition.phases[1:] for name in phase.computes] == names
        assert definition.states[0] == "hidden"
        assert set(kind.rows) <= set(names)
        for phase in definition.phases:
            assert phase.description.endswith(".")
            for equation in phase.equations:
                latex = equation.latex(definition.notation({"hidden": "#56B4E9"}))
                assert latex.count("{") == latex.count("}") and latex.count("(") == latex.count(")")
                assert (r"\textcolor{#56B4E9}{h}" in latex) == (
                    "hidden" in {equation.target, *names_in(equation.right)}
                )
        for quantity in definition.quantities:
            assert quantity.symbol
            assert quantity.description.endswith(".")
