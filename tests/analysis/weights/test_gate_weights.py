"""The weights gate by gate: the arrays themselves, biases as the cell adds them, and statistics against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import weight_statistics, weights_by_gate
from rnnviz.analysis.weights.gate_weights import cells_of, euclidean_norm
from rnnviz.cells import CELLS, GRU
from rnnviz.cells.published.peephole_lstm import PeepholeLSTM
from rnnviz.network import Network

from ...strategies import VARIANT_IDS, VARIANTS, cases, draw_cell, draw_network
from ...tied_lstm import TiedLSTM

EVERY = [*VARIANTS, (TiedLSTM, {}), (CELLS["lstmp"], {})]
EVERY_ID = [*VARIANT_IDS, "tied", "lstmp"]


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@given(case=cases)
def test_the_gates_put_together_are_the_cell(kind, options, case):
    cell = draw_cell(kind, options, case)
    gates = weights_by_gate(cell)
    assert [gate.gate for gate in gates] == [cell.definition.by_name[row] for row in cell.rows]
    np.testing.assert_array_equal(np.concatenate([gate.input for gate in gates]), cell.weight_ih)
    np.testing.assert_array_equal(np.concatenate([gate.recurrent for gate in gates]), cell.weight_hh)
    assert all(np.shares_memory(gate.input, cell.weight_ih) for gate in gates)
    bias = [gate.bias if gate.recurrent_bias is None else gate.bias + gate.recurrent_bias for gate in gates]
    np.testing.assert_array_equal(np.concatenate(bias), cell.bias_ih + cell.bias_hh)


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@given(case=cases)
def test_only_a_bias_that_a_gate_multiplies_is_separate(kind, options, case):
    cell = draw_cell(kind, options, case)
    separate = [gate.gate.name for gate in weights_by_gate(cell) if gate.recurrent_bias is not None]
    assert separate == (["candidate"] if kind is GRU and options["reset"] == "after" else [])


@pytest.mark.parametrize(
    ("cell", "options", "seen"),
    [
        ("lstm", {}, ["old hidden state"] * 4),
        ("gru", {"reset": "after"}, ["old hidden state"] * 3),
        ("gru", {"reset": "before"}, ["old hidden state", "old hidden state", "r ⊙ old h"]),
        ("mgu", {}, ["old hidden state", "f ⊙ old h"]),
        ("mlstm", {}, ["old hidden state", *["intermediate state"] * 4]),
        ("indrnn", {}, ["old hidden state"]),
        ("mingru", {}, ["", ""]),
    ],
)
def test_recurrent_weights_are_of_what_they_multiply(cell, options, seen):
    cell = CELLS[cell].random(2, 3, np.random.default_rng(0), **options)
    assert [gate.recurrent_of for gate in weights_by_gate(cell)] == seen


def test_a_recurrent_bias_of_zeros_is_separate_too():
    zeros = np.zeros(3)
    cell = GRU(np.ones((3, 1)), np.ones((3, 1)), zeros + 1, zeros)
    assert weights_by_gate(cell)[2].biases == {"bias": 1.0, "recurrent bias": 0.0}


def test_the_cell_is_left_unchanged():
    cell = draw_network("gru").layers[0][0]
    before = {name: array.copy() for name, array in cell.parameters.items()}
    weights_by_gate(cell)
    for name, array in cell.parameters.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_further_parameter_is_split_where_each_of_its_blocks_belongs_to_a_gate():
    cell = PeepholeLSTM.random(2, 3, np.random.default_rng(0))
    cell.weight_peephole = np.arange(9, dtype=np.float32)
    more = {gate.gate.name: {key: array.tolist() for key, array in gate.more.items()} for gate in weights_by_gate(cell)}
    assert more == {
        "input": {"weight_peephole": [0, 1, 2]},
        "forget": {"weight_peephole": [3, 4, 5]},
        "candidate": {},
        "output": {"weight_peephole": [6, 7, 8]},
    }
    table = weight_statistics(Network([[cell]]), by_gate=True)
    assert table[table.array == "rnn.weight_peephole_l0"].gate.tolist() == ["input", "forget", "output"]
    normalised = CELLS["lnlstm"].random(2, 3, np.random.default_rng(0))
    table = weight_statistics(Network([[normalised]]), by_gate=True)
    assert table[table.array == "rnn.norm_ih_l0"].gate.tolist() == list(normalised.rows)
    assert table[table.array == "rnn.norm_cell_l0"].gate.tolist() == [""], "of the hidden state, which is no gate"


def test_every_cell_comes_with_its_layer_and_direction():
    network = draw_network("gru", layers=2, bidirectional=True)
    listed = [(layer, direction) for layer, direction, _ in cells_of(network)]
    assert listed == [(0, "forward"), (0, "backward"), (1, "forward"), (1, "backward")]
    assert all(cell is network.cell(layer, direction) for layer, direction, cell in cells_of(network))


# ---- statistics -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by_gate", [False, True])
def test_statistics_are_those_of_the_arrays(by_gate):
    network = draw_network("gru", layers=2, bidirectional=True)
    network.layers[1][1].weight_hh[1:3] = 0
    table = weight_statistics(network, by_gate=by_gate)
    assert table.elements.sum() == sum(array.size for array in network.parameters.values())
    for name, array in network.parameters.items():
        mine = table[table.array == name]
        split = by_gate and name.startswith("rnn.")
        blocks = np.split(array, 3) if split else [array]
        assert mine.gate.tolist() == (["reset", "update", "candidate"] if split else [""])
        for row, block in zip(mine.to_dict("records"), blocks, strict=True):
            exact = block.astype(np.float64)
            assert row["shape"] == block.shape and row["largest"] == np.abs(block).max() and row["finite"]
            expected = [np.linalg.norm(exact), exact.mean(), exact.std(), (block == 0).mean()]
            actual = [row["norm"], row["mean"], row["std"], row["zeros"]]
            np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-15)


def test_values_that_are_not_finite_are_reported():
    network = draw_network("rnn")
    network.layers[0][0].weight_hh[0, 0] = np.nan
    assert weight_statistics(network).set_index("array").finite.to_dict() == {
        name: name != "rnn.weight_hh_l0" for name in network.parameters
    }


@given(power=st.integers(-300, 300))
def test_a_norm_does_not_lose_large_and_small_numbers(power):
    assert euclidean_norm(np.array([3.0, -4.0]) * 10.0**power) == pytest.approx(5 * 10.0**power)
    assert euclidean_norm(np.zeros(2)) == 0


def test_the_bundled_models_count_their_parameters():
    model = rnnviz.load("names-lstm")
    assert weight_statistics(model.network).elements.sum() == model.card["architecture"]["parameters"]
