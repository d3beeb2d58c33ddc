"""The weights gate by gate: the arrays themselves, biases as the cell adds them up, and statistics against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import cell_of, gates_of, statistics
from rnnviz.analysis.weights.gate_weights import norm
from rnnviz.cells import GRU
from rnnviz.network import Network

from ..coupled_lstm import CoupledLSTM
from ..strategies import VARIANT_IDS, VARIANTS, cases, draw_cell, draw_network

EVERY = [*VARIANTS, (CoupledLSTM, {})]
EVERY_ID = [*VARIANT_IDS, "coupled"]


class Peeping(CoupledLSTM):
    """A cell with a fifth parameter, which has a number for every row, and a sixth, which has not."""

    weight_peephole, scale = None, None

    @property
    def parameters(self):
        found = super().parameters
        return found if self.scale is None else found | {"weight_peephole": self.weight_peephole, "scale": self.scale}


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@given(case=cases)
def test_the_gates_put_together_are_the_cell(kind, options, case):
    cell = draw_cell(kind, options, case)
    gates = gates_of(cell)
    assert [one.gate for one in gates] == [cell.definition.by_name[row] for row in cell.rows]
    np.testing.assert_array_equal(np.concatenate([one.input for one in gates]), cell.weight_ih)
    np.testing.assert_array_equal(np.concatenate([one.recurrent for one in gates]), cell.weight_hh)
    assert all(np.shares_memory(one.input, cell.weight_ih) for one in gates)
    bias = [one.bias if one.recurrent_bias is None else one.bias + one.recurrent_bias for one in gates]
    np.testing.assert_array_equal(np.concatenate(bias), cell.bias_ih + cell.bias_hh)


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@given(case=cases)
def test_only_a_bias_that_a_gate_is_multiplied_with_stands_apart(kind, options, case):
    cell = draw_cell(kind, options, case)
    apart = [one.gate.name for one in gates_of(cell) if one.recurrent_bias is not None]
    assert apart == (["candidate"] if kind is GRU and options["reset"] == "after" else [])


def test_a_recurrent_bias_of_zeros_stands_apart_all_the_same():
    zeros = np.zeros(3)
    cell = GRU(np.ones((3, 1)), np.ones((3, 1)), zeros + 1, zeros)
    assert gates_of(cell)[2].biases == {"bias": 1.0, "recurrent bias": 0.0}


def test_asking_leaves_the_cell_as_it_was():
    cell = draw_network("gru").layers[0][0]
    before = {name: array.copy() for name, array in cell.parameters.items()}
    gates_of(cell)
    for name, array in cell.parameters.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_further_parameter_is_taken_apart_where_it_has_rows_for_every_gate():
    cell = Peeping.random(2, 3, np.random.default_rng(0))
    cell.weight_peephole, cell.scale = np.arange(9, dtype=np.float32), np.ones(2, np.float32)
    gates = gates_of(cell)
    assert [one.more["weight_peephole"].tolist() for one in gates] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert all(list(one.more) == ["weight_peephole"] for one in gates)
    table = statistics(Network([[cell]]), by_gate=True)
    assert table[table.array == "rnn.weight_peephole_l0"].gate.tolist() == ["input", "candidate", "output"]
    assert table[table.array == "rnn.scale_l0"].gate.tolist() == [""]


def test_each_layer_and_direction_is_found():
    network = draw_network("gru", layers=2, bidirectional=True)
    for layer, cells in enumerate(network.layers):
        for direction, cell in zip(("forward", "backward"), cells, strict=True):
            assert cell_of(network, layer, direction) is cell
    with pytest.raises(ValueError, match="no layer 2"):
        cell_of(network, 2)
    with pytest.raises(ValueError, match="no layer -1"):
        cell_of(network, -1)
    with pytest.raises(ValueError, match="'backward'"):
        cell_of(draw_network("gru"), 0, "backward")


# ---- statistics -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by_gate", [False, True])
def test_statistics_are_those_of_the_arrays(by_gate):
    network = draw_network("gru", layers=2, bidirectional=True)
    network.layers[1][1].weight_hh[1:3] = 0
    table = statistics(network, by_gate=by_gate)
    assert table.numbers.sum() == sum(array.size for array in network.parameters.values())
    for name, array in network.parameters.items():
        mine = table[table.array == name]
        split = by_gate and name.startswith("rnn.")
        blocks = np.split(array, 3) if split else [array]
        assert mine.gate.tolist() == (["reset", "update", "candidate"] if split else [""])
        for row, block in zip(mine.to_dict("records"), blocks, strict=True):
            exact = block.astype(np.float64)
            assert row["shape"] == block.shape and row["largest"] == np.abs(block).max() and row["finite"]
            expected = [np.linalg.norm(exact), exact.mean(), exact.std(), (block == 0).mean()]
            found = [row["norm"], row["mean"], row["std"], row["zeros"]]
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_numbers_that_are_none_are_told_of():
    network = draw_network("rnn")
    network.layers[0][0].weight_hh[0, 0] = np.nan
    assert statistics(network).set_index("array").finite.to_dict() == {
        name: name != "rnn.weight_hh_l0" for name in network.parameters
    }


@given(power=st.integers(-300, 300))
def test_a_norm_does_not_lose_large_and_small_numbers(power):
    assert norm(np.array([3.0, -4.0]) * 10.0**power) == pytest.approx(5 * 10.0**power)
    assert norm(np.zeros(2)) == 0


def test_the_bundled_models_count_their_parameters():
    model = rnnviz.load("names-lstm")
    assert statistics(model.network).numbers.sum() == model.card["architecture"]["parameters"]
