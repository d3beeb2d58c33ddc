"""Figures of two models: distances are those of the analysis, and arrays without one have words."""

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.analysis import compare_models
from rnnviz.errors import ArrayError
from rnnviz.figures import array_differences, weight_differences
from rnnviz.network import Network

from ..raising import raises
from ..strategies import CHARACTERS, draw_network
from .agreement import agree, no_markup_but_our_own


def small(cell="lstm", name="small", **sizes):
    return Model(name, draw_network(cell, **sizes), CHARACTERS, ["a", "b", "c", "d"])


def moved(model, by, name="moved"):
    """The same model with noise on its recurrent matrices."""
    rng = np.random.default_rng(1)
    arrays = {
        key: array + (by * rng.standard_normal(array.shape)).astype(array.dtype) if "weight_hh" in key else array
        for key, array in model.network.parameters.items()
    }
    return Model(name, Network.from_parameters(arrays, model.network.cell_name), model.vocabulary, model.labels)


def rows_of(figure):
    return dict(zip(figure.layout.yaxis.ticktext, figure.data[0].x, strict=True))


def words_of(figure):
    names = figure.layout.yaxis.ticktext
    return {names[int(note.y)]: note.text for note in figure.layout.annotations if note.xref == "x domain"}


def test_each_figure_is_valid_and_the_same_for_a_page():
    one = rnnviz.load("names-lstm")
    for other in (rnnviz.load("reviews-lstm"), one, moved(one, 1e-3)):
        comparison = compare_models(one, other)
        assert agree(array_differences, comparison) and agree(weight_differences, comparison)
    assert agree(array_differences, compare_models(one, rnnviz.load("shakespeare-rnn")))


def test_dots_are_the_relative_differences_and_equal_arrays_have_words():
    one = small(layers=2)
    comparison = compare_models(one, moved(one, 1e-3))
    figure = array_differences(comparison)
    rows, words, table = rows_of(figure), words_of(figure), comparison.arrays.set_index("array")
    assert len(rows) == len(table)
    for name, far in table.to_dict("index").items():
        at = rows[name.removeprefix("rnn.")]
        if far["identical"]:
            assert np.isnan(at) and words[name.removeprefix("rnn.")] == "= identical, bit for bit"
        else:
            assert at == far["relative"] and "weight_hh" in name
    np.testing.assert_array_equal(figure.data[0].customdata[:, 0], comparison.arrays.relative)
    assert any(shape.x0 == shape.x1 == np.sqrt(2) for shape in figure.layout.shapes)


def test_unrelated_arrays_of_one_size_are_where_the_line_says():
    rng = np.random.default_rng(0)
    one, other = (small(hidden=40, seed=int(rng.integers(99))) for _ in range(2))
    rows = rows_of(array_differences(compare_models(one, other)))
    assert rows["weight_hh_l0"] == pytest.approx(np.sqrt(2), rel=0.05)


def test_arrays_without_a_distance_have_words():
    words = words_of(array_differences(compare_models(small(hidden=5, name="A"), small(hidden=6, layers=2, name="B"))))
    assert words["weight_ih_l0"] == "20 × 3 against 24 × 3" and words["weight_ih_l1"] == "only in B"
    backwards = words_of(array_differences(compare_models(small(layers=2, name="B"), small(name="A"))))
    assert backwards["bias_hh_l1"] == "only in B"
    one = small("rnn")
    other = small("rnn")
    other.network.readout_bias[...] = 0
    other.network.layers[0][0].bias_ih[...] = one.network.layers[0][0].bias_ih[...] = 0
    one.network.layers[0][0].bias_ih *= -1
    figure = array_differences(compare_models(one, other))
    assert words_of(figure)["bias_ih_l0"] == "= equal"
    assert rows_of(figure)["readout.bias"] == 100, "an infinite difference is drawn at the end of the scale"


def test_without_any_distance_there_is_no_scale():
    figure = array_differences(compare_models(small(), small()))
    assert np.isnan(figure.data[0].x).all() and not figure.layout.shapes
    assert figure.layout.xaxis.showticklabels is False


def test_maps_are_the_first_less_the_second():
    one, other = rnnviz.load("names-gru"), rnnviz.load("reviews-gru")
    comparison = compare_models(one, other)
    forth, back = weight_differences(comparison), weight_differences(compare_models(other, one))
    a, b = one.network.layers[0][0], other.network.layers[0][0]
    expected = a.weight_hh.astype(np.float64) - b.weight_hh
    np.testing.assert_allclose(np.concatenate([part.z for part in forth.data[1::2]]), expected, rtol=1e-6)
    for there, again in zip(forth.data, back.data, strict=True):
        np.testing.assert_array_equal(there.z, -np.asarray(again.z))
        assert there.zmax == again.zmax
    assert "<b>names-gru</b> − <b>reviews-gru</b>" in forth.layout.annotations[0].text


def test_no_difference_is_reported():
    figure = weight_differences(compare_models(small(), small()))
    assert "No weight differs" in figure.layout.annotations[0].text
    assert not np.any(figure.data[0].z)


@pytest.mark.parametrize("other", [small("gru"), small(hidden=6), small(embedding=4)])
def test_cells_of_another_kind_or_size_are_refused(other):
    with raises(ArrayError, code="different_cells"):
        weight_differences(compare_models(small(), other))


def test_no_name_becomes_markup():
    comparison = compare_models(small(name="<b>x</b>"), small(name="<img src=x>", seed=1))
    for figure in (array_differences(comparison), weight_differences(comparison)):
        assert no_markup_but_our_own(figure)
        assert any("&lt;img" in note.text for note in figure.layout.annotations)
