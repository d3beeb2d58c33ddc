"""Figures of spectra: the numbers of the analysis, none lost beside the largest, and the circle is the unit circle."""

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.analysis import spectra
from rnnviz.errors import ArgumentError, UnknownNameError
from rnnviz.figures import eigenvalue_chart, weight_spectrum

from ..raising import raises
from ..strategies import CHARACTERS, draw_network
from ..tied_lstm import TiedLSTM
from .agreement import agree, no_markup_but_our_own

NAMES = ["names-rnn", "names-gru", "names-lstm", "recall-rnn", "counter-lstm"]


def small(cell="rnn", **sizes):
    return Model("small", draw_network(cell, **sizes), CHARACTERS, ["a", "b", "c", "d"])


def of_recurrent(matrix):
    """A simple network with this recurrent matrix."""
    model = small(hidden=len(matrix))
    model.network.layers[0][0].weight_hh[...] = matrix
    return model


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_is_valid_and_the_same_for_a_page(name):
    model = rnnviz.load(name)
    known = spectra(model.network.layers[0][0])
    assert agree(weight_spectrum, model, known=known) and agree(weight_spectrum, model, matrix="input", known=known)
    assert agree(eigenvalue_chart, model, known=known)
    assert no_markup_but_our_own(weight_spectrum(model)) and no_markup_but_our_own(eigenvalue_chart(model))


@pytest.mark.parametrize("matrix", ["recurrent", "input"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", TiedLSTM.name])
def test_the_curves_are_the_singular_values(cell, matrix):
    model = small(cell)
    curves = {line.name: line for line in weight_spectrum(model, matrix=matrix).data}
    listed = spectra(model.network.layers[0][0])
    assert len(curves) == len(listed)
    for spectrum in listed:
        line = curves[spectrum.gate.title]
        np.testing.assert_array_equal(line.y, getattr(spectrum, matrix))
        np.testing.assert_array_equal(line.customdata, getattr(spectrum, matrix))
        assert list(line.x) == list(range(1, len(line.y) + 1)) and line.line.color == spectrum.gate.colour
    for part in ("dash", "symbol"):
        assert len({str(line.line.dash if part == "dash" else line.marker.symbol) for line in curves.values()}) == len(
            listed
        )


def test_of_the_layer_and_direction_asked_for():
    model = small("gru", layers=2, bidirectional=True)
    spectrum = spectra(model.network.cell(1, "backward"))[0]
    np.testing.assert_array_equal(weight_spectrum(model, 1, "backward").data[-1].y, spectrum.recurrent)
    np.testing.assert_array_equal(eigenvalue_chart(model, 1, "backward").data[0].x, spectrum.eigenvalues.real)
    for figure in (weight_spectrum, eigenvalue_chart):
        with raises(UnknownNameError, kind="layer"):
            figure(model, 2)
    with raises(ArgumentError, name="matrix", value="hidden"):
        weight_spectrum(model, matrix="hidden")


@pytest.mark.parametrize(
    "diagonal", [[3.0, 2.0], [1.0, 1.0], [1.2, 0.9], [500.0, 0.002], [1e30, 1e29], [1e-20, 1e-21], [0.5]]
)
def test_every_value_is_within_the_axis_with_a_tick_at_least(diagonal):
    figure = weight_spectrum(of_recurrent(np.diag(diagonal)))
    low, high = figure.layout.yaxis.range
    powers = np.log10(figure.data[0].y)
    assert low < powers.min() and powers.max() < high
    assert len(figure.layout.yaxis.tickvals) == len(figure.layout.yaxis.ticktext) >= 1
    assert all(low <= np.log10(tick) <= high for tick in figure.layout.yaxis.tickvals)
    marked = [shape for shape in figure.layout.shapes if shape.y0 == 1]
    assert bool(marked) == (low <= 0 <= high)


def test_negligible_values_are_hollow_at_the_floor_and_keep_their_numbers():
    figure = weight_spectrum(of_recurrent(np.diag([20.0, 3.0, 1e-9, 0.0])))
    (line,) = figure.data
    assert list(line.y) == [20, 3, 1e-4, 1e-4]
    np.testing.assert_allclose(line.customdata, [20, 3, 1e-9, 0])
    assert [symbol.endswith("-open") for symbol in line.marker.symbol] == [False, False, True, True]
    assert figure.layout.yaxis.ticktext[0] == "≤10<sup>−4</sup>"
    assert len(set(figure.layout.yaxis.tickvals)) == len(figure.layout.yaxis.tickvals)


def test_a_matrix_of_zeros_is_drawn_at_the_floor():
    model = of_recurrent(np.zeros((3, 3)))
    assert agree(weight_spectrum, model) and agree(eigenvalue_chart, model)
    assert all(symbol.endswith("-open") for symbol in weight_spectrum(model).data[0].marker.symbol)


@pytest.mark.parametrize("name", NAMES)
def test_eigenvalues_are_on_one_scale_with_the_unit_circle(name):
    model = rnnviz.load(name)
    figure = eigenvalue_chart(model)
    edges = {figure.layout[axis].range for axis in figure.layout if axis[1:5] == "axis"}
    ((low, high),) = edges
    assert low == -high
    circles = [shape for shape in figure.layout.shapes if shape.type == "circle"]
    assert len(circles) == len(figure.data)
    assert {(shape.x0, shape.x1, shape.y0, shape.y1) for shape in circles} == {(-1, 1, -1, 1)}
    text = " ".join(note.text for note in figure.layout.annotations)
    for spectrum, points in zip(spectra(model.network.layers[0][0]), figure.data, strict=True):
        np.testing.assert_array_equal(np.asarray(points.x) + 1j * np.asarray(points.y), spectrum.eigenvalues)
        np.testing.assert_array_equal(points.customdata, np.abs(spectrum.eigenvalues))
        assert np.abs(spectrum.eigenvalues).max() <= high and points.marker.color == spectrum.gate.colour
        assert f"spectral radius {spectrum.radius:.3g}" in text
        assert figure.layout[f"yaxis{points.yaxis[1:]}"].scaleanchor == points.xaxis, "a circle is round"


def test_some_of_the_gates_keep_the_scale_of_all():
    model = rnnviz.load("names-lstm")
    (points,) = eigenvalue_chart(model, gates=["candidate"]).data
    assert points.name == "candidate"
    for gate in ("input", "forget"):
        assert eigenvalue_chart(model, gates=[gate]).layout.xaxis.range == eigenvalue_chart(model).layout.xaxis.range
    with raises(UnknownNameError, kind="gate", name="reset"):
        eigenvalue_chart(model, gates=["reset"])
