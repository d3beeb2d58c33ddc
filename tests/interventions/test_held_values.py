"""What is held stays held, and everything else follows from it by the cell's own formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import memory_of
from rnnviz.cells import GRU, RNN
from rnnviz.cells.activations import activation
from rnnviz.errors import InterventionError
from rnnviz.interventions import Freeze, Hold, Remove, Swap, Zero, format_all, parse_all
from rnnviz.network import softmax

from ..strategies import seeds
from ..tied_lstm import TiedLSTM
from .drawn import draw_model, every_cell, insides, the_same


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def by_formula(cell, x_t, before, put):
    """Every quantity of one step by its formula; `put` receives each as soon as it is computed, and may change it."""
    now, h = {"input_vector": x_t}, before["hidden"]
    w_x, w_h = (np.split(getattr(cell, f"weight_{part}"), len(cell.rows)) for part in ("ih", "hh"))
    b_x, b_h = (np.split(getattr(cell, f"bias_{part}"), len(cell.rows)) for part in ("ih", "hh"))
    from_x = {row: w @ x_t + b for row, w, b in zip(cell.rows, w_x, b_x, strict=True)}
    from_h = {row: w @ h + b for row, w, b in zip(cell.rows, w_h, b_h, strict=True)}

    def compute(name, value):
        now[name] = put(name, value, before)

    if isinstance(cell, GRU):
        for gate in ("reset", "update"):
            compute(gate, sigmoid(from_x[gate] + from_h[gate]))
        if cell.options["reset"] == "after":
            recalled = now["reset"] * from_h["candidate"]
        else:
            recalled = w_h[2] @ (now["reset"] * h) + b_h[2]
        compute("candidate", np.tanh(from_x["candidate"] + recalled))
        keep = now["update"] if cell.options["update"] == "keeps" else 1 - now["update"]
        compute("hidden", (1 - keep) * now["candidate"] + keep * h)
    elif isinstance(cell, RNN):
        total = from_x["hidden"] + from_h["hidden"]
        compute("hidden", np.maximum(total, 0) if cell.options["activation"] == "relu" else np.tanh(total))
    else:
        chosen = {option: activation(name) for option, name in cell.options.items()}
        gates, proposal = chosen.get("gates", sigmoid), chosen.get("activation", np.tanh)
        looks = np.split(getattr(cell, "weight_peephole", np.zeros(3 * len(h))), 3)
        peepholes = dict(zip(("input", "forget", "output"), looks, strict=True))
        for row in (row for row in cell.rows if row not in ("candidate", "output")):
            compute(row, gates(from_x[row] + from_h[row] + peepholes[row] * before["cell"]))
        compute("candidate", proposal(from_x["candidate"] + from_h["candidate"]))
        if isinstance(cell, TiedLSTM):
            compute("forget", 1 - now["input"])
        compute("cell", now["forget"] * before["cell"] + now["input"] * now["candidate"])
        compute("output", gates(from_x["output"] + from_h["output"] + peepholes["output"] * now["cell"]))
        squash = (lambda c: c) if isinstance(cell, TiedLSTM) else chosen.get("squash", np.tanh)
        compute("hidden", now["output"] * squash(now["cell"]))
    return now


def quantities_of(one, states):
    if isinstance(one, Hold):
        return (one.quantity,)
    return states if one.state is None else (one.state,)


def check_against_formulas(trace, listed, steps):
    """Every recorded number of every layer and direction, and the readout, recomputed from the textbook."""
    network, removed = trace.network, {one.step for one in listed if isinstance(one, Remove)}
    numbers = [step for step in range(1, steps + 1) if step not in removed]
    tops = [trace["input_vector"]] * len(trace.directions)
    for k, cells in enumerate(network.layers):
        for d, cell in zip(trace.directions, cells, strict=True):
            np.testing.assert_array_equal(trace["input_vector", k, d], tops[0] if k == 0 else np.hstack(tops))
            before = {state: trace.initial[state, k, d] for state in cell.states}
            for row in range(len(trace)) if d == "forward" else reversed(range(len(trace))):
                at_work = [
                    one for one in listed
                    if isinstance(one, Hold | Zero | Freeze) and (one.layer, one.direction) == (k, d)
                    and (one.steps is None or one.steps[0] <= numbers[row] <= one.steps[1])
                ]  # fmt: skip

                def put(name, value, before, at_work=at_work, states=cell.states):
                    for one in at_work:
                        if name in quantities_of(one, states):
                            where = slice(None) if one.units is None else list(one.units)
                            new = before[name] if isinstance(one, Freeze) else getattr(one, "value", 0.0)
                            value = value.copy()
                            value[where] = new[where] if isinstance(one, Freeze) else new
                    return value

                now = by_formula(cell, trace["input_vector", k, d][row], before, put)
                for name, values in now.items():
                    np.testing.assert_allclose(trace[name, k, d][row], values, rtol=1e-9, atol=1e-11, err_msg=name)
                before = {state: now[state] for state in cell.states}
        tops = [trace["hidden", k, d] for d in trace.directions]
    logits = np.hstack(tops) @ network.readout_weight.T + network.readout_bias
    np.testing.assert_allclose(trace.probabilities, softmax(logits), rtol=1e-8)


@every_cell
@settings(max_examples=25)
@given(data=st.data(), seed=seeds)
def test_what_is_set_is_set_and_all_else_follows_by_formula(kind, options, data, seed):
    model = draw_model(kind, options, seed)
    text = data.draw(st.text("abcdefgh", min_size=1, max_size=6))
    listed = data.draw(st.lists(insides(model.definition, len(text)), max_size=3))
    if data.draw(st.booleans()) and len(text) > 1:
        listed.append(Remove(data.draw(st.integers(1, len(text)))))
    try:
        trace = model.trace(text, interventions=listed)
    except InterventionError as error:  # two that were drawn contradict each other, or one loses all of its steps
        assert error.code in ("contradiction", "removed_steps")
        return
    assert trace.interventions == tuple(listed)
    check_against_formulas(trace, listed, len(text))
    the_same(trace, model.trace(text, interventions=listed[::-1]))  # their order means nothing
    the_same(trace, model.trace(text, interventions=parse_all(format_all(listed))))


@every_cell
@given(data=st.data(), seed=seeds)
@settings(max_examples=6)
def test_an_empty_list_gives_the_same_arrays(kind, options, data, seed):
    model = draw_model(kind, options, seed, data.draw(st.sampled_from([np.float32, np.float64])))
    text = data.draw(st.text("abcdefgh", min_size=1, max_size=8))
    plain = model.trace(text)
    assert plain.interventions == () and not plain.has_held_values
    the_same(plain, model.trace(text, interventions=[]))
    # And so does a run that goes through the edits without any: they add nothing of their own.
    the_same(plain, model.trace(text, interventions=[Swap(1, text[0])]))


@pytest.mark.parametrize("name", rnnviz.models())
def test_bundled_models_are_untouched_before_the_first_intervention(name):
    model = rnnviz.load(name)
    text = model.card["examples"][0]
    plain = model.trace(text)
    changed = model.trace(text, interventions=[Hold("hidden", 0, 1, 3)])
    assert changed["hidden"][2, 1] == 0 and plain["hidden"][2, 1] != 0
    for key, array in plain.values.items():
        np.testing.assert_array_equal(array[:2], changed.values[key][:2])
    np.testing.assert_array_equal(plain.probabilities[:2], changed.probabilities[:2])
    passed_on = model.network.parameters["rnn.weight_hh_l0"].any()  # not where the cell state alone goes on
    assert passed_on == (plain.probabilities[3:] != changed.probabilities[3:]).any()


def test_experiments_of_the_textbook():
    model = rnnviz.load("names-lstm")
    never_forget = model.trace("Schmidhuber", interventions=[Hold("forget", 1)])
    assert (never_forget["forget"] == 1).all()
    written = np.cumsum(never_forget["input"] * never_forget["candidate"], axis=0)
    np.testing.assert_allclose(never_forget["cell"], written, rtol=1e-4, atol=1e-5)
    never_write = model.trace("Schmidhuber", interventions=[Hold("input", 0)])
    assert (never_write["cell"] == 0).all() and (never_write["hidden"] == 0).all()
    forget_at = model.trace("Schmidhuber", interventions=[Hold("forget", 0, steps=4)])
    fresh = forget_at["input"][3] * forget_at["candidate"][3]
    np.testing.assert_allclose(forget_at["cell"][3], fresh, rtol=1e-6, atol=1e-7)
    gru = rnnviz.load("names-gru")
    opened = gru.trace("Ada", interventions=[Hold("reset", 1)])
    cell = gru.network.layers[0][0]
    n = cell.row("candidate")
    before = np.vstack([np.zeros(64, np.float32), opened["hidden"][:-1]])
    total = opened["input_vector"] @ cell.weight_ih[n].T + cell.bias_ih[n] + before @ cell.weight_hh[n].T
    np.testing.assert_allclose(opened["candidate"], np.tanh(total + cell.bias_hh[n]), atol=1e-5)


def test_a_cell_state_set_at_a_step_shows_in_that_steps_hidden_state():
    model = draw_model(layers=1, bidirectional=False)
    trace = model.trace("abcd", interventions=[Hold("cell", 2.5, (0, 2), 2)])
    assert trace["cell"][1, [0, 2]].tolist() == [2.5, 2.5]
    np.testing.assert_allclose(trace["hidden"][1], trace["output"][1] * np.tanh(trace["cell"][1]), rtol=1e-12)


def test_a_frozen_unit_keeps_what_it_had():
    model = draw_model(layers=1)
    plain, trace = (model.trace("abcdef", interventions=i) for i in ([], [Freeze(1, (3, 5))]))
    for state in ("hidden", "cell"):
        assert (trace[state][2:5, 1] == plain[state][1, 1]).all()
        assert trace[state][5, 1] != trace[state][4, 1]
    back = model.trace("abcdef", interventions=[Freeze(1, (3, 5), direction="backward")])
    assert (back["cell", 0, "backward"][2:5, 1] == plain["cell", 0, "backward"][5, 1]).all()


@every_cell
@settings(max_examples=10)
@given(data=st.data(), seed=seeds)
def test_a_memory_under_interventions_adds_up_too(kind, options, data, seed):
    if kind is RNN:
        return
    model = draw_model(kind, options, seed)
    text = data.draw(st.text("abcdefgh", min_size=1, max_size=6))
    listed = data.draw(st.lists(insides(model.definition, len(text)), max_size=2))
    try:
        trace = model.trace(text, interventions=listed)
    except ValueError:
        return
    state = "hidden" if kind is GRU else "cell"
    for layer, direction in ((0, "forward"), (1, "backward")):
        for step in range(1, len(text) + 1):
            memory = memory_of(trace, step, layer, direction)
            np.testing.assert_allclose(memory.total, trace[state, layer, direction][step - 1], rtol=0, atol=1e-10)


def test_a_memory_that_was_set_by_hand_was_written_there():
    trace = draw_model().trace("abcd", interventions=[Hold("cell", 2, 1, 2), Freeze(3, (2, 4))])
    tokens = memory_of(trace, 3).by_step
    assert tokens[0, 1] == 0 and tokens[1, 1] == pytest.approx(2 * trace["forget"][2, 1])
    assert tokens[1:, 3].tolist() == [0, 0, 0] and tokens[0, 3] == pytest.approx(trace["cell"][0, 3])
