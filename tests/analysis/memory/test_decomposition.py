"""The terms of a memory add up to the memory, to the last digits, and those of a logit to the logit."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import contributions, contributions_over_time, kept_by_gate, memory_of, memory_shares
from rnnviz.analysis.selection import reading_order
from rnnviz.cells import CELLS, GRU, LSTM, RNN
from rnnviz.cells.published.peephole_lstm import PeepholeLSTM
from rnnviz.errors import ArgumentError, UnknownQuantityError
from rnnviz.network import Network

from ...raising import raises
from ...tied_lstm import TiedLSTM
from ..random_runs import runs

GRUS = [(GRU, {"reset": r, "update": u}) for r in ("after", "before") for u in ("keeps", "writes")]
UNUSUAL = [
    (GRU, {"reset": "after", "update": "keeps", "gates": "sigmoid within 2", "activation": "softplus"}),
    (LSTM, {"activation": "softsign", "squash": "elu(0.7)"}),
    (LSTM, {"gates": "sigmoid within 2", "squash": "linear"}),
    (PeepholeLSTM, {"squash": "softsign within 1"}),
]
GATED = [*GRUS, (LSTM, {}), (TiedLSTM, {}), (CELLS["lstmp"], {}), *UNUSUAL]
every_gated_cell = pytest.mark.parametrize(
    ("kind", "options"), GATED, ids=["-".join([kind.name, *options.values()]) for kind, options in GATED]
)
EXACT = {"rtol": 0, "atol": 1e-10}


def by_hand(run):
    """Shares (T, T, H) and the initial state's (T, H) of the run in reading order, from each cell's own formula."""
    where = (run.layer, run.direction)
    gates = {name: run.trace[(name, *where)][run.along] for name in run.trace.definition.by_name}
    if "forget" in gates:
        state, keep, written = "cell", gates["forget"], gates["input"] * gates["candidate"]
    else:
        keep = gates["update"] if run.trace.options["update"] == "keeps" else 1 - gates["update"]
        state, written = "hidden", (1 - keep) * gates["candidate"]
    steps, size = keep.shape
    shares, initial = np.zeros((steps, steps, size)), np.zeros((steps, size))
    for t in range(steps):
        initial[t] = np.prod(keep[: t + 1], axis=0) * run.trace.initial[(state, *where)]
        for k in range(t + 1):
            shares[t, k] = np.prod(keep[k + 1 : t + 1], axis=0) * written[k]
    return state, shares, initial


@every_gated_cell
@given(data=st.data())
def test_the_shares_add_up_to_the_state(kind, options, data):
    run = data.draw(runs(kind, options, longest=12))
    where, steps = (run.layer, run.direction), len(run.trace)
    state, shares, initial = by_hand(run)
    for t, step in enumerate(range(1, steps + 1)[run.along]):
        result = memory_of(run.trace, step, *where)
        assert (result.state, result.gate) == (state, "update" if kind is GRU else "forget")
        np.testing.assert_allclose(
            result.by_step.sum(0) + result.initial, run.trace[(state, *where)][step - 1], **EXACT
        )
        np.testing.assert_allclose(result.total, run.trace[(state, *where)][step - 1], **EXACT)
        np.testing.assert_allclose(result.by_step[run.along], shares[t], **EXACT)
        np.testing.assert_allclose(result.initial, initial[t], **EXACT)
    last = range(1, steps + 1)[run.along][-1]
    np.testing.assert_array_equal(
        memory_of(run.trace, None, *where).by_step, memory_of(run.trace, last, *where).by_step
    )


@every_gated_cell
@settings(max_examples=12)
@given(data=st.data())
def test_memory_shares_by_step_written_and_step_read(kind, options, data):
    run = data.draw(runs(kind, options, longest=9))
    where = (run.layer, run.direction)
    _, shares, _ = by_hand(run)
    shares = shares[run.along, run.along]
    for unit in range(run.cell.hidden_size):
        np.testing.assert_allclose(memory_shares(run.trace, unit, *where), shares[:, :, unit], **EXACT)
    np.testing.assert_allclose(memory_shares(run.trace, None, *where), np.abs(shares).sum(2), **EXACT)


@every_gated_cell
@settings(max_examples=12)
@given(data=st.data())
def test_what_the_gate_keeps_is_a_geometric_mean(kind, options, data):
    run = data.draw(runs(kind, options, longest=9))
    where = (run.layer, run.direction)
    kept = kept_by_gate(run.trace, *where)
    gate = run.trace[(kept.gate, *where)][reading_order(run.direction)]
    keep = (1 - gate if options.get("update") == "writes" else gate)[1:]  # the first step has nothing to keep
    assert sorted(kept.order) == list(range(run.cell.hidden_size))
    assert (np.diff(kept.shares[kept.order]) <= 0).all()
    if not len(keep):
        assert (kept.shares == 1).all() and np.isinf(kept.half_life).all()
        return
    # At this rate as much is left in the end, and half after the half-life.
    np.testing.assert_allclose(kept.shares ** len(keep), keep.prod(0), rtol=1e-9)
    np.testing.assert_allclose(kept.shares**kept.half_life, 0.5, rtol=1e-9)


def test_what_the_gate_keeps_at_its_ends():
    trace = replace(rnnviz.load("counter-lstm").trace("aab"), network=None)
    gates = trace["forget"]
    gates[:] = 0.5
    gates[:, 1] = 1  # keeps all, always
    gates[1, 2] = 0  # gives up all, once
    gates[0] = 0.1  # before the first step there was nothing to give up
    gates[:, 3] = [0.1, 0.25, 1]
    kept = kept_by_gate(trace)
    np.testing.assert_allclose(kept.shares[:4], [0.5, 1, 0, 0.5])
    np.testing.assert_allclose(kept.half_life[:4], [1, np.inf, 0, 1])
    assert kept.order[[0, -1]].tolist() == [1, 2]
    gates[:, 3] = [0.1, -0.25, 1]  # for a gate that can be negative, the size counts
    np.testing.assert_allclose(kept_by_gate(trace).shares[3], 0.5)


def test_a_gate_below_the_smallest_float32_keeps_its_share():
    model = rnnviz.load("counter-lstm")
    arrays = dict(model.network.parameters)
    size = model.network.hidden_size
    arrays["rnn.bias_ih_l0"] = np.full(4 * size, -120, np.float32)  # shuts all gates, and the hidden state is 0
    trace = replace(model, network=Network.from_parameters(arrays, "lstm")).trace("aab")
    assert (trace["forget"] == 0).all()
    forget, x = slice(size, 2 * size), trace["input_vector"].astype(np.float64)
    sums = x[1:] @ arrays["rnn.weight_ih_l0"][forget].T - 120 + arrays["rnn.bias_hh_l0"][forget]
    np.testing.assert_allclose(np.log(kept_by_gate(trace).shares), sums.mean(0), rtol=1e-6)
    assert (kept_by_gate(replace(trace, network=None)).shares == 0).all()


def test_the_recall_lstm_remembers_what_was_written_first():
    model = rnnviz.load("recall-lstm")
    trace = model.trace(model.card["examples"][0])
    result = memory_of(trace)
    np.testing.assert_allclose(result.total, trace["cell"][-1], atol=1e-5)  # the network is in float32
    units = kept_by_gate(trace)
    slowest = units.order[:3]
    assert np.abs(result.by_step[0, slowest]).sum() > 10 * np.abs(result.by_step[0, units.order[-3:]]).sum()


@pytest.mark.parametrize("activation", RNN.choices["activation"])
def test_the_simple_rnn_has_no_such_sum(activation):
    model = rnnviz.load("names-rnn").with_options(activation=activation)
    trace = model.trace("Ada")
    for call in (
        memory_of,
        memory_shares,
        kept_by_gate,
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
    with raises(UnknownQuantityError, code="layer"):
        memory_of(trace, layer=2)
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    again = rnnviz.Trace.load(file)
    np.testing.assert_array_equal(memory_of(again).by_step, memory_of(trace).by_step)
