"""Curves of outputs that are values: they are the model's numbers, at their steps, on an axis that holds them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.errors import UnknownNameError
from rnnviz.figures import prediction_change, predictions_by_text, values_by_cell
from rnnviz.figures.value_curves import most_changed, value_edges
from rnnviz.interventions import parse

from ..value_models import value_model

TEXT = "noise(seed=1, steps=7)"
OTHER = "noise(seed=2, steps=5)"


def lines(figure) -> dict:
    """The curves by name and dash."""
    return {(line.name, line.line.dash): np.array(line.y, float) for line in figure.data if line.type == "scatter"}


def test_every_cell_has_the_curve_of_its_output():
    traces = {cell: value_model(cell).trace(TEXT) for cell in ("rnn", "lstm")}
    figure = values_by_cell(traces, "y1", step=3)
    for line in figure.data:
        cell = next(cell for cell, trace in traces.items() if trace.definition.title == line.name)
        assert np.allclose(line.y, traces[cell].outputs[:, 1])
    assert len(figure.data) == 2


def test_an_output_that_there_is_not_is_an_error():
    with pytest.raises(UnknownNameError) as caught:
        values_by_cell({"lstm": value_model().trace(TEXT)}, "y9")
    assert caught.value.name == "y9"


def test_a_what_if_draws_both_runs_of_the_outputs_that_differ_most():
    model = value_model()
    before, after = model.trace(TEXT), model.trace(TEXT, interventions=[parse("forget=1"), parse("remove@2")])
    drawn = lines(prediction_change(before, after))
    typed = [0, 2, 3, 4, 5, 6]
    change = np.abs(before.outputs[typed] - after.outputs).max(0)
    most = before.labels[int(change.argmax())]
    column = before.labels.index(most)
    assert np.allclose(drawn[most, "dot"], before.outputs[:, column])
    assert np.isnan(drawn[most, "solid"][1])
    assert np.allclose(drawn[most, "solid"][typed], after.outputs[:, column])
    assert {name for name, _ in drawn} == {before.labels[k] for k in np.argsort(-change, kind="stable")[:2]}


def test_two_texts_have_a_curve_each_with_the_name_of_the_text():
    model = value_model(outputs=1)
    first, second = model.trace(TEXT), model.trace(OTHER)
    figure = predictions_by_text(first, second)
    drawn = {line.line.dash: np.array(line.y, float) for line in figure.data}
    for dash, trace in (("dot", first), ("solid", second)):
        assert np.allclose(drawn[dash][np.isfinite(drawn[dash])], trace.outputs[:, 0])
    words = " ".join(note.text for note in figure.layout.annotations)
    assert "first sequence" in words and "second sequence" in words and "probability" not in words


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_the_axis_holds_every_value(values):
    low, high = value_edges(np.array(values))
    assert low < min(values) and max(values) < high


def test_what_is_not_finite_has_no_say():
    assert value_edges(np.array([np.nan, np.inf])) == (-1.0, 1.0)
    low, high = value_edges(np.array([np.nan, np.inf, 5.0, 6.0]))
    assert 4 < low < 5 and 6 < high < 7
    assert most_changed(np.array([[0.0, 0.0, np.nan]]), np.array([[1.0, -2.0, 0.0]])) == [1, 0, 2]
