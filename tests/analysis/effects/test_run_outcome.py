"""What a what-if changed, in words."""

import re

import pytest

import rnnviz
from rnnviz.analysis import difference, run_outcome
from rnnviz.interventions import Hold, Remove, Swap

NAMES, COUNTER = rnnviz.load("names-lstm"), rnnviz.load("counter-lstm")


@pytest.mark.parametrize("model", ["names-lstm", "names-gru", "reviews-lstm", "recall-lstm", "counter-lstm"])
@pytest.mark.parametrize("text", ["aabb", "Mariana", "not a good film", "Cab?"])
def test_the_sentences_have_the_labels_and_shares_of_the_two_runs(model, text):
    known = rnnviz.load(model)
    gate = next(q.name for q in known.definition.quantities if q.role == "gate")
    tokens = known.trace(text).tokens
    others = [[Swap(2, tokens[0])], [Remove(1)]] if len(tokens) > 1 else []
    for interventions in ([Hold(gate, 1)], [Hold(gate, 0)], *others):
        trace, unchanged = known.trace(text, interventions=interventions), known.trace(text)
        end = run_outcome(trace).end.replace("\xa0", " ")
        ends = [run.probabilities[-1] for run in (trace, unchanged)]
        labels = [known.labels[int(row.argmax())] for row in ends]
        shares = [round(100 * float(row.max())) for row in ends]
        numbers = [int(number) for number in re.findall(r"(\d+) %", end)]
        assert f"ends on {labels[0]} (" in end.replace("“", "").replace("”", "")
        assert ("instead of " in end and labels[1] in end) if labels[0] != labels[1] else "still" in end
        if shares[0] != shares[1] and "over" not in end and "under" not in end:
            assert numbers == shares


def test_the_step_where_the_predictions_first_differ_is_that_of_the_difference():
    for text, interventions in (
        ("Mariana", [Hold("forget", 1)]),
        ("Mariana", [Remove(2)]),
        ("Schmidt", [Swap(1, "L")]),
    ):
        trace = NAMES.trace(text, interventions=interventions)
        found = difference(NAMES.trace(text), trace).first
        first = run_outcome(trace).first
        if found is None or found == len(NAMES.trace(text)):
            assert first == ""
        else:
            assert f"step {found} (“{NAMES.trace(text).tokens[found - 1]}”)" in first
            assert "not trained to answer" in first
    assert "not trained" not in run_outcome(COUNTER.trace("aaabbb", interventions=[Hold("input", 0)])).first


def test_without_interventions_there_is_nothing_to_say():
    assert str(run_outcome(NAMES.trace("Ada"))) == ""
    assert NAMES.trace("Ada").unchanged is None
