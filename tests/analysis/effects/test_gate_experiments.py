"""Ready-made experiments: they follow from the equations, and do what they say."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import experiments, forgetting_intervention
from rnnviz.cells import CELLS
from rnnviz.interventions import Hold, Zero

TEXT = "Schmidhuber"


def by_title(cell: str, **options: str) -> dict[str, object]:
    return {each.title: each.intervention for each in experiments(CELLS[cell].define(**options))}


def test_an_lstm_has_a_gate_for_each():
    assert by_title("lstm") == {
        "Never forget: no forget gate": Hold("forget", 1.0),
        "Never write": Hold("input", 0.0),
        "Always forget": Hold("forget", 0.0),
        "Output always open": Hold("output", 1.0),
    }


@pytest.mark.parametrize(("update", "keep"), [("keeps", 1.0), ("writes", 0.0)])
def test_a_gru_has_one_gate_for_both(update, keep):
    assert by_title("gru", update=update) == {
        "Never forget, never write": Hold("update", keep),
        "Always forget": Hold("update", 1 - keep),
        "Reset always open": Hold("reset", 1.0),
    }


def test_a_simple_network_has_no_gate_to_hold():
    assert experiments(CELLS["rnn"].define()) == []
    assert forgetting_intervention(CELLS["rnn"].define(), 3) == Zero(steps=(3, 3))


def run(model: rnnviz.Model, title: str) -> rnnviz.Trace:
    return model.trace(
        TEXT, interventions=[by_title(model.network.cell_name, **model.network.layers[0][0].options)[title]]
    )


def test_never_forget_adds_up_all_that_is_written():
    trace = run(rnnviz.load("names-lstm"), "Never forget: no forget gate")
    written = np.cumsum(trace["input"].astype(np.float64) * trace["candidate"], axis=0)
    np.testing.assert_allclose(trace["cell"], written, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "title", "state"), [("lstm", "Never write", "cell"), ("gru", "Never forget, never write", "hidden")]
)
def test_never_write_leaves_the_memory_empty(name, title, state):
    assert not run(rnnviz.load(f"names-{name}"), title)[state].any()


@pytest.mark.parametrize(("name", "options"), [("lstm", {}), ("gru", {}), ("gru", {"update": "writes"})])
def test_always_forget_holds_what_the_last_step_wrote(name, options):
    trace = run(rnnviz.load(f"names-{name}").with_options(**options), "Always forget")
    alone = trace["candidate"] if name == "gru" else trace["input"] * trace["candidate"]
    np.testing.assert_allclose(trace["hidden" if name == "gru" else "cell"], alone, atol=1e-6)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_forgetting_at_a_step_makes_what_comes_after_blind_to_what_came_before(name):
    """Through the memory, that is: the hidden state of an LSTM still passes on what the output gate showed."""
    model = rnnviz.load(f"names-{name}")
    forgotten = model.trace(TEXT, interventions=[forgetting_intervention(model.definition, 4)])
    untouched = model.trace(TEXT)
    state = model.definition.states[-1]
    np.testing.assert_array_equal(forgotten[state][:3], untouched[state][:3])
    if name == "rnn":
        assert not forgotten["hidden"][3].any()
    elif name == "gru":
        np.testing.assert_allclose(forgotten["hidden"][3], forgotten["candidate"][3], atol=1e-6)
    else:
        np.testing.assert_allclose(forgotten["cell"][3], (forgotten["input"] * forgotten["candidate"])[3], atol=1e-6)
