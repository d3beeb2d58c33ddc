"""Every figure over values that are infinite or not a number: no axis fails, and every such cell has a cross."""

import json

import numpy as np
import pytest

from rnnviz import figures
from rnnviz.analysis import attribution, gradient_by_layers, gradient_flow, reach
from rnnviz.analysis.linalg.singular_values import largest_singular_values
from rnnviz.cells import CELLS
from rnnviz.errors import NotFiniteError
from rnnviz.instrument.saved_page import SHOWN_STEPS, saved_page, static_table
from rnnviz.interventions import Remove, Zero
from rnnviz.training.history import History
from rnnviz.training.tasks.task import Level

from ..strange_networks import strange_tasks

TASKS = strange_tasks()
MODELS = {model.name: (model, task.text) for task in TASKS.values() for model in task.models.values()}
every_model = pytest.mark.parametrize("name", MODELS)
STRANGE = [0.5, np.inf, np.nan, 3e38]

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def drawn(figure):
    """The figure's JSON, which has neither NaN nor infinity outside its packed arrays."""
    content = json.loads(json.dumps(figure.to_dict(), allow_nan=False, default=lambda number: number.item()))
    assert content["data"]
    return content


def crosses(content):
    return sum(len(part["text"]) for part in content["data"] if part["type"] == "scatter" and "beyond" in part["name"])


def strange_values(trace):
    """How many values of the states, the gates and the prediction are infinite or not a number."""
    shown = [trace[quantity.name] for quantity in trace.definition.display_order]
    shown += [] if trace.probabilities is None else [trace.probabilities]
    return sum(int((~np.isfinite(values)).sum()) for values in shown)


@every_model
def test_the_heatmaps_of_a_run_and_of_its_changes_cross_what_is_no_number(name):
    model, text = MODELS[name]
    trace = model.trace(text)
    template = figures.HeatmapTemplate(trace)
    content = template.fill(trace)
    drawn(figures.PlainFigure(content))
    assert crosses(content) == strange_values(trace)
    figures.heatmaps(trace)  # with Plotly's own checks
    changed = model.trace(text, interventions=[Zero(1), Remove(1)])
    for which in ("before", "after", "difference"):
        content = drawn(figures.what_if_heatmaps.ready(trace, changed, which))
        if which != "difference":
            assert crosses(content) == strange_values(trace if which == "before" else changed)
    if trace.probabilities is not None:
        drawn(figures.prediction_change.ready(trace, changed))
        drawn(figures.predictions_by_text.ready(trace, model.trace(text[: len(text) // 2])))
        drawn(figures.predictions_by_cell.ready({trace.cell: trace}, trace.labels[0]))
        drawn(figures.prediction_curves.ready({trace.cell: trace}, trace.labels[0]))


@every_model
def test_gradients_of_a_run_are_drawn(name):
    model, text = MODELS[name]
    trace = model.trace(text)
    tokens, unknown = trace.tokens, trace.unknown
    flow = gradient_flow(trace)
    drawn(figures.gradient_map.ready(trace.cell, flow.norms, tokens, unknown))
    drawn(figures.reach_curve.ready({trace.cell: reach(trace)}, tokens, unknown, to=len(trace)))
    drawn(figures.singular_value_curves.ready({trace.cell: flow.largest_singular_values}, tokens, unknown))
    gradient = gradient_by_layers(trace, len(trace))
    norms = {place: gradient.norm(*place) for place in gradient.states}
    drawn(figures.layer_gradient_map.ready(norms, gradient.input_norm, tokens, unknown, to=len(trace)))
    for step in range(1, len(trace) + 1):
        flow.extremes(step)


@every_model
def test_weights_and_attributions_of_a_model_are_drawn(name):
    model, text = MODELS[name]
    for figure in (figures.weight_maps, figures.gate_biases, figures.weight_spectrum, figures.eigenvalue_chart):
        drawn(figure.ready(model))
    trace = model.trace(text)
    if trace.probabilities is None:
        return
    for method in ("swap", "integrated gradients", "gradient"):
        try:
            result = attribution(trace, method=method)
        except NotFiniteError:
            continue
        drawn(figures.attribution_bars.ready(result.values, trace.tokens, label=result.label, step=len(trace)))


@every_model
def test_a_saved_page_and_a_notebook_show_a_run(name):
    model, text = MODELS[name]
    trace = model.trace(text)
    assert saved_page(trace, model)
    table = static_table(trace)
    assert "nan" not in table and ("no prediction" in table) == bool(
        trace.probabilities is not None and np.isnan(trace.probabilities[:SHOWN_STEPS]).any()
    )


@pytest.mark.parametrize("values", [STRANGE, [np.nan] * 4, [np.inf] * 4, [-np.inf, 0.0, np.nan, 1e308]])
def test_charts_of_arrays_live_with_what_is_no_number(values):
    curve, tokens = np.array(values), list("abcd")
    square = np.where(np.tril(np.ones((4, 4))) > 0, curve[:, None], 0.0)
    gate = CELLS["lstm"].define().by_name["forget"]
    for figure in (
        figures.attribution_bars.ready(curve, tokens, label="x", step=4),
        figures.reach_curve.ready({"lstm": np.abs(curve)}, tokens, to=4),
        figures.singular_value_curves.ready({"lstm": np.abs(curve)}, tokens),
        figures.gradient_map.ready("lstm", np.abs(square), tokens),
        figures.memory_map.ready(square, gate, 0, tokens),
        figures.kept_chart.ready(np.clip(np.abs(curve), 0, 1), np.arange(4), gate, unit=1),
        figures.difference_curves.ready({"lstm": np.abs(curve)}, tokens),
        figures.gradient_routes.ready("lstm", *[np.abs(curve)] * 3, tokens, to=4),
    ):
        drawn(figure)


@pytest.mark.parametrize("last", STRANGE)
def test_curves_of_a_training_that_explodes_are_drawn(last):
    checks = [{"step": step, "validation_loss": value, "accuracy": value} for step, value in ((0, 0.5), (2, last))]
    run = figures.RunCurve("x", "rnn", History([1.0, last], [1.0, last], checks), clip=1.0)
    for figure in (
        figures.loss_curves.ready([run], Level(0.5, 1.1, ""), Level(1.0, 0.0, "")),
        figures.accuracy_curves.ready([run], Level(0.5, 1.1, ""), Level(1.0, 0.0, "")),
        figures.norm_curves.ready([run]),
    ):
        drawn(figure)


def test_a_matrix_with_an_infinite_element_has_an_infinite_singular_value_and_one_with_nan_none():
    matrices = np.random.default_rng(0).normal(size=(5, 80, 80))
    matrices[1, 2, 3], matrices[2, 4, 5], matrices[3, 0, 0] = np.inf, np.nan, -np.inf
    for some in (matrices, matrices[:, :6, :6]):
        usual = np.linalg.norm(some[[0, 4]], 2, axis=(1, 2))
        found = largest_singular_values(some)
        np.testing.assert_allclose(found[[0, 4]], usual, rtol=1e-7)
        assert found[1] == np.inf and np.isnan(found[2]) and found[3] == np.inf
