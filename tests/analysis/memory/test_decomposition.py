"""The terms of a memory add up to the memory, to the last digits, and those of a logit to the logit."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import contributions, contributions_over_time, gated_state, half_life, memory_of, memory_shares
from rnnviz.analysis.selection import reading_order
from rnnviz.cells import GRU, LSTM, RNN, Definition, Phase
from rnnviz.cells.activations import activation
from rnnviz.cells.definition import CELL, HIDDEN
from rnnviz.cells.peephole import PeepholeLSTM
from rnnviz.errors import ArgumentError, UnknownNameError
from rnnviz.network import softmax

from ...coupled_lstm import CoupledLSTM
from ...raising import raises
from ..random_runs import runs

GRUS = [(GRU, {"reset": r, "update": u}) for r in ("after", "before") for u in ("keeps", "writes")]
UNUSUAL = [
    (GRU, {"reset": "after", "update": "keeps", "gates": "sigmoid within 2", "activation": "softplus"}),
    (LSTM, {"activation": "softsign", "squash": "elu(0.7)"}),
    (LSTM, {"gates": "sigmoid within 2", "squash": "linear"}),
    (PeepholeLSTM, {"squash": "softsign within 1"}),
]
GATED = [*GRUS, (LSTM, {}), (CoupledLSTM, {}), *UNUSUAL]
every_gated_cell = pytest.mark.parametrize(
    ("kind", "options"), GATED, ids=["-".join([kind.name, *options.values()]) for kind, options in GATED]
)
EXACT = {"rtol": 0, "atol": 1e-10}


def by_hand(run):
    """Shares (T, T, H) and the initial state's (T, H) of the run in reading order, from each cell's own formula."""
    where = (run.layer, run.direction)
    gates = {name: run.trace[(name, *where)][run.along] for name in run.trace.definition.by_name}
    if "forget" in gates:
        state, kept, written = "cell", gates["forget"], gates["input"] * gates["candidate"]
    else:
        kept = gates["update"] if run.trace.options["update"] == "keeps" else 1 - gates["update"]
        state, written = "hidden", (1 - kept) * gates["candidate"]
    steps, size = kept.shape
    shares, initial = np.zeros((steps, steps, size)), np.zeros((steps, size))
    for t in range(steps):
        initial[t] = np.prod(kept[: t + 1], axis=0) * run.trace.initial[(state, *where)]
        for k in range(t + 1):
            shares[t, k] = np.prod(kept[k + 1 : t + 1], axis=0) * written[k]
    return state, shares, initial


@every_gated_cell
@given(data=st.data())
def test_the_shares_add_up_to_the_state(kind, options, data):
    run = data.draw(runs(kind, options, longest=12))
    where, steps = (run.layer, run.direction), len(run.trace)
    state, shares, initial = by_hand(run)
    for t, step in enumerate(range(1, steps + 1)[run.along]):
        found = memory_of(run.trace, step, *where)
        assert (found.state, found.gate) == (state, "update" if kind is GRU else "forget")
        np.testing.assert_allclose(found.by_step.sum(0) + found.initial, run.trace[(state, *where)][step - 1], **EXACT)
        np.testing.assert_allclose(found.total, run.trace[(state, *where)][step - 1], **EXACT)
        np.testing.assert_allclose(found.by_step[run.along], shares[t], **EXACT)
        np.testing.assert_allclose(found.initial, initial[t], **EXACT)
    last = range(1, steps + 1)[run.along][-1]
    np.testing.assert_array_equal(
        memory_of(run.trace, None, *where).by_step, memory_of(run.trace, last, *where).by_step
    )


@every_gated_cell
@settings(max_examples=12)
@given(data=st.data())
def test_written_at_against_read_at(kind, options, data):
    run = data.draw(runs(kind, options, longest=9))
    where = (run.layer, run.direction)
    _, shares, _ = by_hand(run)
    shares = shares[run.along, run.along]
    for unit in range(run.trace.hidden_size):
        np.testing.assert_allclose(memory_shares(run.trace, unit, *where), shares[:, :, unit], **EXACT)
    np.testing.assert_allclose(memory_shares(run.trace, None, *where), np.abs(shares).sum(2), **EXACT)


@every_gated_cell
@pytest.mark.parametrize("squash", ["separate", "shared"])
@settings(max_examples=15)
@given(data=st.data())
def test_shares_unexplained_rest_and_bias_make_up_the_logit(squash, kind, options, data):
    trace = data.draw(runs(kind, options, longest=9)).trace
    network, step = trace.network, data.draw(st.integers(1, len(trace)))
    top = np.concatenate([trace["hidden", trace.layers - 1, d][step - 1] for d in trace.directions])
    logits = network.readout_weight @ top + network.readout_bias
    np.testing.assert_allclose(softmax(logits), trace.probabilities[step - 1], rtol=1e-9)
    for number, label in enumerate(trace.labels):
        found = contributions(trace, label, step, squash)
        total = found.by_step.sum() + found.initial + found.unexplained + found.bias
        assert total == pytest.approx(found.logit, abs=1e-10)
        assert found.logit == pytest.approx(logits[number], abs=1e-10)
        assert (found.label, found.bias) == (label, network.readout_bias[number])
        if kind is GRU or squash == "shared":
            assert found.unexplained == pytest.approx(0, abs=1e-10)
        else:
            let_out = activation(trace.options.get("squash", "tanh"))
            rest = np.concatenate([
                trace["output", trace.layers - 1, d][step - 1]
                * (let_out(trace["cell", trace.layers - 1, d][step - 1]) - trace["cell", trace.layers - 1, d][step - 1])
                for d in trace.directions
            ])  # fmt: skip
            assert found.unexplained == pytest.approx(network.readout_weight[number] @ rest, abs=1e-10)


@every_gated_cell
@pytest.mark.parametrize("squash", ["separate", "shared"])
@settings(max_examples=10)
@given(data=st.data())
def test_the_shares_of_every_step_are_the_contributions_to_each(squash, kind, options, data):
    trace = data.draw(runs(kind, options, longest=9)).trace
    network, label = trace.network, data.draw(st.sampled_from(trace.labels))
    number, found = trace.labels.index(label), contributions_over_time(trace, label, squash)
    top = np.concatenate([trace["hidden", trace.layers - 1, d] for d in trace.directions], axis=1)
    logits = top @ network.readout_weight[number] + network.readout_bias[number]
    np.testing.assert_allclose(found.logit, logits, **EXACT)
    total = found.by_step.sum(1) + found.initial + found.unexplained + found.bias
    np.testing.assert_allclose(total, found.logit, **EXACT)
    if len(trace.directions) == 1:
        assert (found.by_step[~np.tri(len(trace), dtype=bool)] == 0).all()
    for step in range(1, len(trace) + 1):
        one = contributions(trace, number, step, squash)
        assert (found.label, found.bias) == (one.label, one.bias)
        np.testing.assert_allclose(found.by_step[step - 1], one.by_step, **EXACT)
        for name in ("initial", "unexplained", "logit"):
            assert getattr(found, name)[step - 1] == pytest.approx(getattr(one, name), abs=1e-10)


def test_shares_where_an_intervention_set_or_froze_the_memory():
    """A state that was overridden counts as written at that step, and nothing before it has a share."""
    model = rnnviz.load("recall-lstm")
    put = [rnnviz.interventions.Hold("cell", 0.5, steps=3), rnnviz.interventions.Freeze(None, (5, 6), state="cell")]
    trace = model.trace(model.card["examples"][0], interventions=put)
    found = contributions_over_time(trace, 1)
    np.testing.assert_allclose(
        found.by_step.sum(1) + found.initial + found.unexplained + found.bias, found.logit, **EXACT
    )
    assert (found.by_step[2:, :2] == 0).all() and (found.by_step[2:, 2] != 0).any()
    assert (found.by_step[4:, 4:6] == 0).all()  # frozen: nothing was written there
    for step in (2, 3, 6, len(trace)):
        np.testing.assert_allclose(found.by_step[step - 1], contributions(trace, 1, step).by_step, **EXACT)


@every_gated_cell
@settings(max_examples=12)
@given(data=st.data())
def test_half_lives_are_of_the_mean_share_kept(kind, options, data):
    run = data.draw(runs(kind, options, longest=9))
    where = (run.layer, run.direction)
    found = half_life(run.trace, *where)
    gate = run.trace[(found.gate, *where)][reading_order(run.direction)]
    kept = (1 - gate if options.get("update") == "writes" else gate)[1:]  # the first step has nothing to keep
    if not len(kept):
        assert np.isinf(found.steps).all()
        return
    # After that many steps of the mean share, half is left.
    np.testing.assert_allclose(np.exp(np.log(kept).mean(0)) ** found.steps, 0.5, rtol=1e-9)
    assert sorted(found.order) == list(range(run.trace.hidden_size))
    assert (np.diff(found.steps[found.order]) <= 0).all()


def test_half_lives_at_their_ends():
    trace = rnnviz.load("counter-lstm").trace("aab")
    gates = trace["forget"]
    gates[:] = 0.5
    gates[:, 1] = 1  # keeps all, always
    gates[1, 2] = 0  # gives up all, once
    gates[0] = 0.1  # before the first step there was nothing to give up
    gates[:, 3] = [0.1, 0.25, 1]  # half at every step, on average
    steps = half_life(trace).steps
    assert steps[1] == np.inf and steps[2] == 0
    np.testing.assert_allclose(steps[[0, 3]], 1)
    assert half_life(trace).order[[0, -1]].tolist() == [1, 2]
    gates[:, 3] = [0.1, -0.25, 1]  # for a gate that can be negative, the size counts
    np.testing.assert_allclose(half_life(trace).steps[3], 1)


def test_the_recall_lstm_remembers_what_was_written_first():
    model = rnnviz.load("recall-lstm")
    trace = model.trace(model.card["examples"][0])
    found = memory_of(trace)
    np.testing.assert_allclose(found.total, trace["cell"][-1], atol=1e-5)  # the network is in float32
    units = half_life(trace)
    slowest = units.order[:3]
    assert np.abs(found.by_step[0, slowest]).sum() > 10 * np.abs(found.by_step[0, units.order[-3:]]).sum()


@pytest.mark.parametrize("activation", RNN.choices["activation"])
def test_the_simple_rnn_has_no_such_sum(activation):
    model = rnnviz.load("names-rnn").with_options(activation=activation)
    trace = model.trace("Ada")
    for call in (
        memory_of,
        memory_shares,
        half_life,
        lambda t: contributions(t, 0),
        lambda t: contributions_over_time(t, 0),
    ):
        with raises(ArgumentError, code="no_gated_state", name="trace", value="rnn"):
            call(trace)


def test_invalid_arguments_are_refused():
    trace = rnnviz.load("names-gru").trace("Ada")
    with raises(ArgumentError, code="unknown_step", value=9, allowed=(1, 4)):
        memory_of(trace, 9)
    with raises(ArgumentError, code="unknown_unit", value=64, allowed=(0, 63)):
        memory_shares(trace, 64)
    with raises(UnknownNameError, kind="output", name="Klingon"):
        contributions(trace, "Klingon")
    with raises(ArgumentError, name="squash", value="gone"):
        contributions(trace, 0, squash="gone")
    with pytest.raises(KeyError):
        memory_of(trace, layer=2)
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    again = rnnviz.Trace.load(file)
    np.testing.assert_array_equal(memory_of(again).by_step, memory_of(trace).by_step)
    for call in (contributions, contributions_over_time):
        with raises(ArgumentError, code="no_network", name="trace"):
            call(again, 0)


@pytest.mark.parametrize(
    "equation",
    [
        r"\q{cell}_t = \tanh\left(\q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t\right)",
        r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} \odot \q{cell}_{t-1} + \q{input}_t",
        r"\q{cell}_t = \q{forget}_t \odot \q{hidden}_{t-1} + \q{input}_t",
        r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} - \q{input}_t",
        r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t \odot \q{cell}_{t-1}",
        r"\q{cell}_t = \q{cell}_{t-1} + \q{input}_t",
        r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1}",
        r"\q{hidden}_t = \q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t",
    ],
)
def test_equations_of_other_forms_have_no_gated_state(equation):
    phase = Phase("only", "Only", ("cell",), (equation,), "All at once.")
    assert gated_state(Definition("other", "Other", (CELL, HIDDEN), (phase,))) is None
