"""The contributions of a logit add up to the logit, to the last digits, and what is unexplained is reported."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import contributions, contributions_over_time
from rnnviz.cells import GRU
from rnnviz.cells.activations import activation
from rnnviz.errors import ArgumentError, UnknownNameError
from rnnviz.network import softmax

from ...raising import raises
from ..random_runs import runs
from .test_decomposition import EXACT, every_gated_cell


@every_gated_cell
@pytest.mark.parametrize("squash", ["separate", "shared"])
@settings(max_examples=15)
@given(data=st.data())
def test_contributions_unexplained_rest_and_bias_make_up_the_logit(squash, kind, options, data):
    trace = data.draw(runs(kind, options, longest=9)).trace
    network, step = trace.network, data.draw(st.integers(1, len(trace)))
    top = np.concatenate([trace["hidden", trace.layers - 1, d][step - 1] for d in trace.directions])
    logits = network.readout_weight @ top + network.readout_bias
    np.testing.assert_allclose(softmax(logits), trace.probabilities[step - 1], rtol=1e-9)
    for number, label in enumerate(trace.labels):
        result = contributions(trace, label, step, squash)
        total = result.by_step.sum() + result.initial + result.unexplained + result.bias
        assert total == pytest.approx(result.logit, abs=1e-10)
        assert result.logit == pytest.approx(logits[number], abs=1e-10)
        assert (result.label, result.bias) == (label, network.readout_bias[number])
        if kind is GRU or squash == "shared":
            assert result.unexplained == pytest.approx(0, abs=1e-10)
        else:
            fixed = "tanh" if kind.name == "lstmp" else "linear"
            let_out = activation(trace.options.get("squash", fixed))
            cells = network.layers[-1]
            rest = np.concatenate([
                cell.parameters.get("weight_hr", np.eye(cell.hidden_size))
                @ (
                    trace["output", trace.layers - 1, d][step - 1]
                    * (let_out(trace["cell", trace.layers - 1, d][step - 1])
                       - trace["cell", trace.layers - 1, d][step - 1])
                )
                for cell, d in zip(cells, trace.directions, strict=True)
            ])  # fmt: skip
            assert result.unexplained == pytest.approx(network.readout_weight[number] @ rest, abs=1e-10)


@every_gated_cell
@pytest.mark.parametrize("squash", ["separate", "shared"])
@settings(max_examples=10)
@given(data=st.data())
def test_the_shares_of_every_step_are_the_contributions_to_each(squash, kind, options, data):
    trace = data.draw(runs(kind, options, longest=9)).trace
    network, label = trace.network, data.draw(st.sampled_from(trace.labels))
    number, result = trace.labels.index(label), contributions_over_time(trace, label, squash)
    top = np.concatenate([trace["hidden", trace.layers - 1, d] for d in trace.directions], axis=1)
    logits = top @ network.readout_weight[number] + network.readout_bias[number]
    np.testing.assert_allclose(result.logit, logits, **EXACT)
    total = result.by_step.sum(1) + result.initial + result.unexplained + result.bias
    np.testing.assert_allclose(total, result.logit, **EXACT)
    if len(trace.directions) == 1:
        assert (result.by_step[~np.tri(len(trace), dtype=bool)] == 0).all()
    for step in range(1, len(trace) + 1):
        one = contributions(trace, number, step, squash)
        assert (result.label, result.bias) == (one.label, one.bias)
        np.testing.assert_allclose(result.by_step[step - 1], one.by_step, **EXACT)
        for name in ("initial", "unexplained", "logit"):
            assert getattr(result, name)[step - 1] == pytest.approx(getattr(one, name), abs=1e-10)


def test_shares_where_an_intervention_set_or_froze_the_memory():
    """A state that was overridden counts as written at that step, and nothing before it has a share."""
    model = rnnviz.load("recall-lstm")
    put = [rnnviz.interventions.Hold("cell", 0.5, steps=3), rnnviz.interventions.Freeze(None, (5, 6), state="cell")]
    trace = model.trace(model.card["examples"][0], interventions=put)
    result = contributions_over_time(trace, 1)
    np.testing.assert_allclose(
        result.by_step.sum(1) + result.initial + result.unexplained + result.bias, result.logit, **EXACT
    )
    assert (result.by_step[2:, :2] == 0).all() and (result.by_step[2:, 2] != 0).any()
    assert (result.by_step[4:, 4:6] == 0).all()  # frozen: nothing was written there
    for step in (2, 3, 6, len(trace)):
        np.testing.assert_allclose(result.by_step[step - 1], contributions(trace, 1, step).by_step, **EXACT)


def test_invalid_arguments_are_refused():
    trace = rnnviz.load("names-gru").trace("Ada")
    for call in (contributions, contributions_over_time):
        with raises(UnknownNameError, kind="output", name="Klingon"):
            call(trace, "Klingon")
        with raises(ArgumentError, name="squash", value="gone"):
            call(trace, 0, squash="gone")
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    for call in (contributions, contributions_over_time):
        with raises(ArgumentError, code="no_network", name="trace"):
            call(rnnviz.Trace.load(file), 0)
        file.seek(0)
