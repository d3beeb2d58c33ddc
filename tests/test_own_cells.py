"""Cells that are equations alone, in everything that takes a cell: traces, training, files, analyses and figures."""

import warnings

import numpy as np
import pytest

import rnnviz
from rnnviz import Model, analysis, figures
from rnnviz.cells import CELLS
from rnnviz.checkpoints.native.model_files import load_pair, save_pair
from rnnviz.errors import ArgumentError
from rnnviz.instrument.payload_encoding import payload
from rnnviz.training import Trainer
from rnnviz.training.initialisation import initialise_recurrent

from .raising import raises
from .strategies import CHARACTERS, PUBLISHED, draw_network
from .tied_lstm import TiedLSTM
from .training.echo_task import Echo
from .training.test_trainer import finished

OWN = (TiedLSTM.name, *PUBLISHED)
EACH = pytest.mark.parametrize("cell", OWN)
LABELS = ["a", "b", "c", "d"]
TEXT = "a film"


def draw_model(cell, seed=0, **sizes):
    return Model("own", draw_network(cell, seed=seed, **sizes), CHARACTERS, LABELS)


@EACH
def test_it_traces(cell):
    model = draw_model(cell, layers=2, bidirectional=True)
    trace = model.trace(TEXT)
    assert set(trace.to_frame().quantity) == {"input_vector", *(q.name for q in CELLS[cell].define().quantities)}


@EACH
def test_it_trains(cell):
    trainer = finished(Trainer(Echo(), cell))
    losses = [entry["validation_loss"] for entry in trainer.curve]
    assert losses[-1] < losses[0] < 2
    # Units of an IndRNN see only themselves, and half of them are silent at first.
    assert trainer.curve[-1]["accuracy"] > 0.5


@EACH
@pytest.mark.parametrize("suffix", ["safetensors", "npz"])
def test_it_is_saved_and_loaded(cell, suffix, tmp_path):
    model, path = draw_model(cell, layers=2, bidirectional=True), tmp_path / f"own.{suffix}"
    rnnviz.save(model, path)
    loaded = rnnviz.load(path)
    assert loaded.network.cell_name == cell
    for name, array in model.network.parameters.items():
        np.testing.assert_array_equal(loaded.network.parameters[name], array)
    np.testing.assert_array_equal(loaded.trace(TEXT).probabilities, model.trace(TEXT).probabilities)
    save_pair(model, tmp_path / "pair")
    np.testing.assert_array_equal(load_pair(tmp_path / "pair").trace(TEXT)["hidden"], model.trace(TEXT)["hidden"])


@EACH
def test_all_analyses_take_it(cell):
    model = draw_model(cell, layers=2)
    trace = model.trace(TEXT)
    jacobians = analysis.hidden_jacobians(trace, 1)
    assert np.isfinite(jacobians).all()
    for layer in (0, 1):
        flow = analysis.gradient_flow(trace, layer)
        assert np.isfinite(analysis.step_jacobians(trace, layer)).all()
        assert flow is not None and np.isfinite(analysis.reach(trace, layer)).all()
    analysis.gradient_by_layers(trace)
    gradient, _ = analysis.input_gradient(trace, "a")
    assert np.isfinite(gradient).all()
    assert len(analysis.ablation(model, TEXT, 1)) > 0
    assert analysis.cost(cell, 3, 5).parameters == sum(a.size for a in model.network.layers[0][0].parameters.values())
    top = model.network.cell(1, "forward")
    for spectrum, weights in zip(analysis.spectra(top), analysis.weights_by_gate(top), strict=True):
        assert spectrum.gate == weights.gate and weights.recurrent.shape == (5, top.units("hidden"))
    assert analysis.weight_statistics(model.network, by_gate=True).elements.sum() == sum(
        array.size for array in model.network.parameters.values()
    )
    assert analysis.compare_models(model, draw_model(cell, 1, layers=2)).same_cell
    for experiment in analysis.experiments(trace.definition):
        model.trace(TEXT, interventions=[experiment.intervention])
    if analysis.gated_state(trace.definition) is not None:
        memory = analysis.memory_of(trace, layer=1)
        total = memory.by_step.sum(0) + memory.initial
        np.testing.assert_allclose(total, trace[memory.state, 1][-1], rtol=1e-5, atol=1e-6)
        analysis.kept_by_gate(trace, 1)


@EACH
def test_figures_show_it(cell):
    model = draw_model(cell)
    trace = model.trace(TEXT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = [
            figures.heatmaps(trace),
            figures.weight_maps(model),
            figures.gate_biases(model),
            figures.weight_spectrum(model, matrix="input"),
            figures.reach_curve({cell: analysis.reach(trace)}, trace.tokens),
        ]
        for recurrent in (figures.weight_spectrum, figures.eigenvalue_chart):
            if cell == "mingru":
                with raises(ArgumentError, code="no_recurrent_weights", value="mingru"):
                    recurrent(model)
            else:
                drawn.append(recurrent(model))
    assert all(len(figure.data) for figure in drawn)
    assert payload(trace, model)


@EACH
@pytest.mark.parametrize("kind", ["orthogonal", "identity"])
def test_its_recurrent_matrices_can_be_drawn_again(cell, kind):
    network = draw_network(cell)
    blocks = CELLS[cell].parameter_blocks().get("weight_hh", ())
    initialise_recurrent(network, kind, 1.0, np.random.default_rng(0))
    for block in blocks:
        matrix = network.cell(0, "forward").rows_of("weight_hh", block)
        np.testing.assert_allclose(matrix.T @ matrix, np.eye(matrix.shape[1]), atol=1e-6)


def test_a_diagonal_is_a_recurrent_matrix_and_none_is_zeros():
    (only,) = analysis.weights_by_gate(draw_network("indrnn").cell(0, "forward"))
    np.testing.assert_array_equal(only.recurrent, np.diag(draw_network("indrnn").cell(0, "forward").weight_u))
    assert not any(gate.recurrent.any() for gate in analysis.weights_by_gate(draw_network("mingru").cell(0, "forward")))
