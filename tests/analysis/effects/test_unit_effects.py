"""The effects of units are what the lead of the answer would lose without them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz import Model
from rnnviz.analysis import ablation, unit_effects
from rnnviz.analysis.effects import silenced_units
from rnnviz.analysis.effects.unit_effects import DIRECT, FIRST_ORDER, LEAD, OUTPUT, SIZE, direct_effects
from rnnviz.interventions import Hold, Zero
from rnnviz.network import SUFFIXES, Network
from rnnviz.network.merging import MERGES, merge_directions
from rnnviz.network.run import reverse_if_backward
from tests.analysis.random_runs import EVERY, EVERY_ID, runs
from tests.strategies import CHARACTERS, draw_network


def lead_above(trace, layer, hidden):
    """The lead of the answer, from the hidden states of a layer's directions as they are passed on."""
    network = trace.network
    top = merge_directions(hidden, network.merge)
    for k in range(layer + 1, trace.layers):
        parts = []
        for direction, cell in zip(network.directions_by_layer[k], network.layers[k], strict=True):
            start = {state: trace.initial[state, k, direction] for state in cell.states}
            record = cell.forward(reverse_if_backward(top, direction), start)
            parts.append(reverse_if_backward(record["hidden"], direction))
        top = merge_directions(parts, network.merge)
    logits = network.readout_weight @ top[-1]
    answer = trace.probabilities[-1].argmax()
    return logits[answer] - np.delete(logits, answer).mean()


def scaled(trace, layer, direction, unit, factor):
    """The hidden states that a layer passes on, with those of one unit scaled, or what is projected into them."""
    hidden = {d: trace["hidden", layer, d].copy() for d in trace.directions_by_layer[layer]}
    if trace.cell == "lstmp":
        projection = trace.network.cell(layer, direction).weight_hr
        hidden[direction] += (factor - 1) * np.outer(
            trace["cell_output", layer, direction][:, unit], projection[:, unit]
        )
    else:
        hidden[direction][:, unit] *= factor
    return list(hidden.values())


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=15)
@given(data=st.data())
def test_an_effect_is_the_slope_of_the_lead_by_the_size_of_what_a_unit_passes_on(kind, options, data):
    run = data.draw(runs(kind, options))
    trace, place = run.trace, (run.layer, run.direction)
    effects = direct_effects(trace, *place)
    measure = DIRECT if run.layer == trace.layers - 1 else FIRST_ORDER
    assert effects.measure == measure.format(what=LEAD)
    small = 1e-5
    assert len(effects.values) == run.cell.hidden_size
    for unit in range(run.cell.hidden_size):
        up, down = (lead_above(trace, run.layer, scaled(trace, *place, unit, 1 + e)) for e in (small, -small))
        assert effects.values[unit] == pytest.approx((up - down) / (2 * small), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("merge", MERGES)
@pytest.mark.parametrize("direction", SUFFIXES)
def test_in_the_last_layer_it_is_exactly_what_the_lead_loses_without_the_unit(merge, direction):
    rng = np.random.default_rng(0)
    network = Network.random(
        "gru", hidden=5, vocabulary=len(CHARACTERS), embedding=3, bidirectional=True, rng=rng, dtype=np.float64
    )
    size = 10 if merge == "concat" else 5
    network = replace(network, merge=merge, readout_weight=rng.normal(size=(3, size)))
    trace = Model("both", network, CHARACTERS, ["a", "b", "c"]).trace("abca")
    effects = direct_effects(trace, 0, direction)
    whole = lead_above(trace, 0, scaled(trace, 0, direction, 0, 1))
    for unit, value in enumerate(effects.values):
        without = lead_above(trace, 0, scaled(trace, 0, direction, unit, 0))
        assert value == pytest.approx(whole - without, rel=1e-5, abs=1e-7)
    assert effects.strongest == np.abs(effects.values).argmax()
    assert effects.label == trace.labels[trace.probabilities[-1].argmax()]


def test_a_held_gate_leaves_the_direct_contribution():
    model = rnnviz.load("names-lstm")
    trace = model.trace("Li", interventions=[Hold("forget", 1)])
    effects = direct_effects(trace)
    whole = lead_above(trace, 0, [trace["hidden"]])
    assert effects.measure == DIRECT.format(what=LEAD) and effects.values.sum() == pytest.approx(whole, rel=1e-4)


def test_without_a_readout_or_a_gradient_it_is_the_size_of_the_hidden_state():
    silent = Model("silent", draw_network(classes=None), CHARACTERS, [])
    deep = Model("deep", draw_network(layers=2), CHARACTERS, ["a", "b", "c", "d"])
    held = deep.trace("abc", interventions=[Hold("forget", 1)])
    forgotten = replace(deep.trace("abc"), network=None)
    for trace in (silent.trace("abc"), held, forgotten):
        effects = direct_effects(trace)
        size = np.sqrt(np.mean(trace["hidden"].astype(float) ** 2, axis=0))
        np.testing.assert_allclose(effects.values, size, rtol=1e-6)
        assert (effects.label, effects.measure) == ("", SIZE)


def test_a_single_output_has_no_others_to_be_compared_with():
    network = draw_network(classes=1)
    trace = Model("one", network, CHARACTERS, ["sum"]).trace("abc")
    contributions = network.readout_weight[0] * trace["hidden"][-1]
    effects = direct_effects(trace)
    np.testing.assert_allclose(effects.values, contributions, rtol=1e-6)
    assert effects.measure == DIRECT.format(what=OUTPUT)


@pytest.mark.parametrize(
    ("name", "text"), [("names-lstm", "Schmidhuber"), ("names-gru", "Li"), ("counter-rnn", "aabb")]
)
def test_an_effect_is_what_the_lead_loses_when_the_unit_is_silenced(name, text):
    model = rnnviz.load(name)
    trace = model.trace(text)
    effects = unit_effects(trace)
    answer = int(trace.probabilities[-1].argmax())
    last = silenced_units.silenced_steps(trace, 0)

    def lead(run):
        logits = np.log(run.probabilities[-1].astype(float))
        return logits[answer] - np.delete(logits, answer).mean()

    for unit in range(trace.units()):
        without = model.trace(text, interventions=[Zero(unit, (len(trace) - last + 1, len(trace)))])
        assert effects.values[unit] == pytest.approx(lead(trace) - lead(without), abs=2e-4)
    assert effects.label == trace.labels[answer]


def test_in_a_short_text_a_unit_is_silenced_at_every_step_as_ablation_does():
    model = rnnviz.load("names-gru")
    effects, table = unit_effects(model.trace("Li")), ablation(model, "Li")
    assert "last" not in effects.measure
    top = table["unit"][table["change"] > 0.5 * table["change"].max()]
    assert set(top) & set(np.argsort(-np.abs(effects.values))[:6])


def test_the_work_is_bounded_whatever_the_length_of_the_text():
    model = rnnviz.load("shakespeare-lstm")
    short, long = (silenced_units.silenced_steps(model.trace("To be " * count), 0) for count in (3, 30))
    assert short == long >= 1
    units, rows = 128, 4 * 128
    assert long * units * rows <= silenced_units.GATE_VALUES


def test_a_lower_layer_is_silenced_through_the_layers_above():
    model = Model("deep", draw_network(layers=2), CHARACTERS, ["a", "b", "c", "d"])
    trace = model.trace("abc")
    effects = unit_effects(trace, 0)
    answer = int(trace.probabilities[-1].argmax())
    for unit in range(trace.units()):
        runs_of = [trace, model.trace("abc", interventions=[Zero(unit)])]
        logits = [np.log(run.probabilities[-1].astype(float)) for run in runs_of]
        leads = [row[answer] - np.delete(row, answer).mean() for row in logits]
        assert effects.values[unit] == pytest.approx(leads[0] - leads[1], abs=1e-5)


def test_the_order_of_units_is_closer_to_that_of_ablation_than_by_the_direct_contribution(monkeypatch):
    def ranks(values):
        return np.argsort(np.argsort(np.abs(values)))

    texts = {"names": ("Kowalczyk", "Papadopoulos"), "reviews": ("the plot is terrible but the acting was good " * 2,)}
    agreement = []
    for task, cell in ((task, cell) for task in texts for cell in ("rnn", "gru", "lstm")):
        for text in texts[task]:
            trace = rnnviz.load(f"{task}-{cell}").trace(text)
            measured = [direct_effects(trace).values, unit_effects(trace).values]
            with monkeypatch.context() as patch:
                patch.setattr(silenced_units, "GATE_VALUES", 10**9)
                whole = unit_effects(trace).values
            agreement.append([np.corrcoef(ranks(values), ranks(whole))[0, 1] for values in measured])
    direct, silenced = np.mean(agreement, axis=0)
    assert silenced > 0.8 > direct
