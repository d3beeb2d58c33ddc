"""Figures of weights: the numbers are the model's, one scale serves all, and outliers are counted."""

import numpy as np
import plotly.io
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz import Model
from rnnviz.analysis import weights_by_gate
from rnnviz.cells.definition import FORGET
from rnnviz.colours import diverging_scale
from rnnviz.errors import ArgumentError, UnknownNameError
from rnnviz.figures import gate_biases, weight_maps
from rnnviz.figures.matrix_heatmaps import BLOCKS, LARGE, GateMatrices, gate_matrices, largest_of_blocks

from ..raising import raises
from ..strategies import CHARACTERS, draw_network, seeds
from ..tied_lstm import TiedLSTM
from .agreement import agree, no_markup_but_our_own

NAMES = ["names-rnn", "names-gru", "names-lstm"]


def small(cell="lstm", **sizes):
    return Model("<b>small</b>", draw_network(cell, **sizes), CHARACTERS, ["a", "b", "c", "d"])


@pytest.fixture(scope="module")
def large():
    return small(hidden=404, embedding=201, layers=2)


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_is_valid_and_the_same_for_a_page(name):
    model = rnnviz.load(name)
    assert agree(weight_maps, model) and agree(weight_maps, model, limit=0.5) and agree(gate_biases, model)


def test_large_figures_are_valid_too_and_light(large):
    assert agree(weight_maps, large, 1) and agree(gate_biases, large)
    figure = weight_maps.ready(large, 1)
    assert len(plotly.io.to_json(figure)) < 1e6


# ---- matrices -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_maps_are_the_weights_in_the_order_of_the_cells_rows(name):
    model = rnnviz.load(name)
    cell = model.network.layers[0][0]
    maps = weight_maps(model).data
    assert [part.name for part in maps] == [row for row in cell.rows for _ in range(2)]
    np.testing.assert_array_equal(np.concatenate([part.z for part in maps[::2]]), cell.weight_ih)
    np.testing.assert_array_equal(np.concatenate([part.z for part in maps[1::2]]), cell.weight_hh)
    for part in maps:
        assert (part.x0, part.dx, part.y0, part.dy) == (0, 1, 0, 1)
        assert [list(stop) for stop in part.colorscale] == diverging_scale(cell.definition.by_name[part.name].colour)


@pytest.mark.parametrize(("layer", "direction"), [(0, "forward"), (0, "backward"), (1, "forward"), (1, "backward")])
def test_the_maps_are_of_the_layer_and_direction_asked_for(layer, direction):
    model = small("gru", layers=2, bidirectional=True)
    maps = weight_maps(model, layer, direction)
    np.testing.assert_array_equal(maps.data[1].z, weights_by_gate(model.network.cell(layer, direction))[0].recurrent)
    titles = {maps.layout[name].title.text for name in maps.layout if name.startswith("xaxis")} - {None}
    assert titles == {"layer below" if layer else "input", "old hidden state"}
    with raises(UnknownNameError, kind="layer"):
        weight_maps(model, 2)


@pytest.mark.parametrize("name", NAMES)
def test_one_scale_symmetric_about_zero_serves_all_and_is_stated(name):
    figure = weight_maps(rnnviz.load(name))
    (edge,) = {part.zmax for part in figure.data}
    assert {part.zmin for part in figure.data} == {-edge}
    values = np.abs(np.concatenate([np.ravel(part.z) for part in figure.data]))
    text = figure.layout.annotations[0].text
    assert f"from −{edge:g} to {edge:g}" in text
    assert (values <= edge).mean() >= 0.995
    outside = (values > edge).sum()
    assert f"Beyond the scale: {outside} of {values.size:,}, the largest {values.max():.3g} in size" in text
    bars = [part.colorbar for part in figure.data if part.showscale is not False]
    assert len(bars) == len(figure.data) / 2
    for bar in bars:
        assert bar.tickvals == (-edge, 0, edge) and bar.ticktext == (f"≤−{edge:g}", "0", f"≥{edge:g}")


def test_a_limit_can_be_given_to_compare_two_models():
    figures = [weight_maps(rnnviz.load(name), limit=5) for name in ("names-gru", "reviews-gru")]
    assert {part.zmax for figure in figures for part in figure.data} == {5}
    assert not any("Beyond" in figure.layout.annotations[0].text for figure in figures)
    assert figures[0].data[1].colorbar.ticktext == ("−5", "0", "5")
    for bad in (0, -1, np.inf, np.nan):
        with raises(ArgumentError, name="limit"):
            weight_maps(small(), limit=bad)


def test_a_new_cell_is_drawn_with_the_titles_that_it_gives_itself():
    figure = weight_maps(small(TiedLSTM.name))
    assert [part.name for part in figure.data[::2]] == ["input", "candidate", "output"]
    text = " ".join(note.text for note in figure.layout.annotations)
    assert "Input gate" in text and "W<sub>hg</sub>" in text and "Forget" not in text
    assert agree(gate_biases, small(TiedLSTM.name))


def test_a_gate_without_recurrent_weights_or_bias_has_no_picture_of_them():
    alone = weight_maps(small("mingru"))
    assert [part.meta["weights"] for part in alone.data] == ["i", "i"] and agree(weight_maps, small("mingru"))
    assert all(part.colorbar.len for part in alone.data)
    product = small("mlstm")
    assert [part.meta["weights"] for part in weight_maps(product).data] == ["i", "h"] * 5
    captions = [note.text for note in weight_maps(product).layout.annotations]
    assert "W<sub>hm</sub> old hidden state" in captions and "W<sub>hf</sub> intermediate state" in captions
    assert [bars.name for bars in gate_biases(product).data] == [
        f"{row}, bias" for row in product.network.layers[0][0].rows if row != "intermediate_state"
    ]


def test_zeros_have_a_scale_as_well():
    model = small("rnn")
    for array in model.network.parameters.values():
        array[...] = 0
    assert weight_maps(model).data[0].zmax == 1
    assert gate_biases(model).layout.yaxis.range == (-1, 1)
    model.network.layers[0][0].weight_hh[0, 0] = -0.3
    assert weight_maps(model).data[0].zmax == pytest.approx(0.3)


# ---- blocks ---------------------------------------------------------------------------------------


@given(seed=seeds, rows=st.integers(1, 450), columns=st.integers(1, 450))
def test_each_block_is_the_number_of_it_that_is_largest_in_size(seed, rows, columns):
    matrix = np.random.default_rng(seed).integers(-1000, 1000, (rows, columns)).astype(np.float32)
    blocks = largest_of_blocks(matrix)
    assert all(size <= LARGE for size in blocks.values.shape)
    for size, block, drawn in zip(matrix.shape, blocks[1:], blocks.values.shape, strict=True):
        assert (block == 1) == (size <= LARGE) and drawn == -(-size // block)
        assert block == 1 or drawn <= BLOCKS
    assert np.abs(blocks.values).max() == np.abs(matrix).max()
    for r, c in {(0, 0), (len(blocks.values) - 1, blocks.values.shape[1] - 1)}:
        block = matrix[r * blocks.rows : (r + 1) * blocks.rows, c * blocks.columns : (c + 1) * blocks.columns]
        assert blocks.values[r, c] in block and abs(blocks.values[r, c]) == np.abs(block).max()


def test_blocks_of_large_matrices_are_explained(large):
    figure = weight_maps(large)
    assert "a block of 4 × 2 and 4 × 4" in figure.layout.annotations[0].text
    left, right = figure.data[:2]
    assert (left.dx, left.dy, right.dx, right.dy) == (2, 4, 4, 4)
    assert "the next 3" in right.hovertemplate and "largest of the block" in right.hovertemplate
    assert figure.layout.xaxis2.range == (-2, 402) and figure.layout.yaxis2.range == (402, -2)
    assert "block" not in weight_maps(small()).layout.annotations[0].text
    assert "of 4 neighbouring units" in gate_biases(large).layout.annotations[0].text


def test_numbers_beyond_the_scale_are_counted_among_all_not_only_those_drawn():
    matrix = np.full((256, 256), 0.125, np.float32)
    matrix[:2, :2] = [[7, -8], [7, 7]]
    figure = gate_matrices([GateMatrices(FORGET, matrix, matrix)])
    assert figure["data"][0]["zmax"] == pytest.approx(0.15)
    assert "Beyond the scale: 8 of 131,072, the largest 8 in size" in figure["layout"]["annotations"][0]["text"]
    assert figure["data"][0]["z"][0, 0] == -8


# ---- biases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_bars_are_the_biases_as_the_cell_adds_them(name):
    model = rnnviz.load(name)
    figure = gate_biases(model)
    expected = [
        (gate.gate, *pair) for gate in weights_by_gate(model.network.layers[0][0]) for pair in gate.biases.items()
    ]
    assert len(figure.data) == len(expected)
    edge = figure.layout.yaxis.range[1]
    for bars, (gate, what, values) in zip(figure.data, expected, strict=True):
        np.testing.assert_array_equal(bars.y, values)
        assert bars.name == f"{gate.name}, {what}" and bars.marker.color == gate.colour
        assert figure.layout[bars.yaxis.replace("y", "yaxis")].range == (-edge, edge) and np.abs(values).max() <= edge
        mean = f"mean {values.mean(dtype=np.float64):.3g}".replace("-", "−")
        assert any(gate.title in note.text.lower() and mean in note.text for note in figure.layout.annotations)
    assert any("recurrent bias" in note.text for note in figure.layout.annotations) == (name == "names-gru")
    assert {shape.y0 for shape in figure.layout.shapes} == {0}, "a line at zero in each row"


def test_nothing_becomes_markup():
    for figure in (weight_maps(small()), gate_biases(small("gru"))):
        assert no_markup_but_our_own(figure)
