"""Cells whose quantities have different numbers of units: shapes, gradients, and sizes that clash."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.cells import CELLS, Cell, quantities, relu, sigmoid, tanh, weighted_sum
from rnnviz.cells.expressions import Number, Value
from rnnviz.cells.weight_nodes import Bias, Diagonal, Matrix
from rnnviz.errors import ArgumentError, ArrayError
from rnnviz.network import Network

from ..raising import raises
from ..strategies import Case, cases, seeds
from .test_gradients import slopes

f, g, m, h = quantities("forget candidate memory hidden")
x = Value("input_vector")


class Bottleneck(Cell):
    """Three sizes: gates of H values, a memory of M, and a hidden state of P. Blocks of weight_ih are unequal."""

    name, title = "bottleneck", "Bottleneck"
    equations = {
        f: sigmoid(weighted_sum(f)),
        g: tanh(weighted_sum(g)),
        m: Diagonal("decay", m, m.before) + Matrix("weight_write", m, f * g) + Matrix("weight_ih", m, x),
        h: tanh(Matrix("weight_read", h, relu(m)) + Bias("bias_read", h) + h.before),
    }
    sizes = {m: "M", h: "P"}


del CELLS[Bottleneck.name]  # of this file alone
LENGTHS = st.fixed_dictionaries({"M": st.integers(1, 4), "P": st.integers(1, 4)})


def draw(case, lengths):
    rng = case.rng
    cell = Bottleneck.random(case.inputs, case.hidden, rng, np.float64, lengths)
    for array in cell.parameters.values():
        array[...] = 0.6 * rng.standard_normal(array.shape)
    sequence = rng.standard_normal((case.steps, *case.shape(case.inputs)))
    return cell, sequence, {s: rng.standard_normal(case.shape(cell.units(s))) for s in cell.states}


def test_shapes_follow_from_the_sizes():
    lengths = {"M": 4, "P": 2}
    assert Bottleneck.parameter_shapes(3, 5, lengths) == {
        "weight_ih": (14, 3), "weight_hh": (10, 2), "bias_ih": (10,), "bias_hh": (10,),
        "decay": (4,), "weight_write": (4, 5), "weight_read": (2, 4), "bias_read": (2,),
    }  # fmt: skip
    cell = Bottleneck.random(3, 5, np.random.default_rng(0), lengths=lengths)
    assert cell.lengths == {"D": 3, "H": 5, **lengths}
    assert {name: cell.units(name) for name in cell.definition.by_name} == {
        "input_vector": 3, "forget": 5, "candidate": 5, "memory": 4, "hidden": 2
    }  # fmt: skip
    assert Bottleneck.random(3, 5, np.random.default_rng(0)).lengths == {"D": 3, "H": 5, "M": 2, "P": 2}


@given(case=cases, lengths=LENGTHS, looks=seeds)
@settings(max_examples=20)
def test_gradients_are_the_slopes_of_the_loss(case, lengths, looks):
    cell, sequence, initial = draw(Case(min(case.steps, 4), case.batch, 2, min(case.hidden, 3), case.seed), lengths)
    rng = np.random.default_rng(looks)
    seen = {s: rng.standard_normal((len(sequence), *array.shape)) for s, array in initial.items()}

    def loss():
        record = cell.forward(sequence, initial)
        return sum((weights * record[s]).sum() for s, weights in seen.items())

    grads = cell.backward(cell.forward(sequence, initial), seen["hidden"], {"memory": seen["memory"]})
    arrays = {**cell.parameters, "x": sequence, **{f"initial_{s}": array for s, array in initial.items()}}
    assert grads.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_allclose(grads[name], slopes(loss, array), rtol=1e-5, atol=1e-6, err_msg=name)


@given(case=cases, lengths=LENGTHS, layers=st.integers(1, 3), both=st.booleans())
def test_a_network_of_them_is_built_again_from_its_parameters(case, lengths, layers, both):
    CELLS[Bottleneck.name] = Bottleneck
    try:
        network = Network.random(
            Bottleneck.name, hidden=case.hidden, embedding=case.inputs, classes=3, layers=layers, bidirectional=both,
            rng=case.rng, dtype=np.float64, lengths=lengths,
        )  # fmt: skip
        assert network.output_size(layers - 1) == lengths["P"] * (1 + both)
        again = Network.from_parameters(network.parameters, Bottleneck.name)
    finally:
        del CELLS[Bottleneck.name]
    sequence = case.rng.standard_normal((case.steps, *case.shape(case.inputs)))
    run = again.forward(sequence)
    np.testing.assert_array_equal(run.logits, network.forward(sequence).logits)
    grads = again.backward(run, np.ones_like(run.logits))
    assert {name: grads[name].shape for name in network.parameters} == {
        name: array.shape for name, array in network.parameters.items()
    }


@pytest.mark.parametrize(
    ("name", "shape", "blamed", "expected"),
    [
        ("weight_hh", (10, 3), "weight_read", (3, 4)),  # another P than weight_read has
        ("weight_hh", (9, 2), "weight_hh", (10, 2)),
        ("weight_ih", (13, 3), "decay", (3,)),  # another M
        ("weight_ih", (10, 3), "weight_ih", "(14, D)"),  # no room for M
        ("weight_write", (4, 6), "weight_write", (4, 5)),
        ("weight_read", (2, 3), "weight_read", (2, 4)),
        ("decay", (5,), "decay", (4,)),
    ],
)
def test_arrays_of_other_sizes_are_refused(name, shape, blamed, expected):
    arrays = Bottleneck.random(3, 5, np.random.default_rng(0), lengths={"M": 4, "P": 2}).parameters
    with raises(ArrayError, code="shape", name=blamed, expected=expected):
        Bottleneck(**arrays | {name: np.ones(shape, np.float32)})


@pytest.mark.parametrize(
    ("equations", "sizes"),
    [
        ({f: sigmoid(weighted_sum(f)), h: f * h.before}, {h: "P"}),  # a product of two sizes
        ({f: sigmoid(weighted_sum(f)), h: tanh(f)}, {h: "P"}),  # of another size than what it is
        ({h: tanh(weighted_sum(h) + Diagonal("decay", h, m)), m: relu(h)}, {m: "M"}),
        (
            {m: tanh(weighted_sum(m)), g: tanh(weighted_sum(g, recurrent=m)), h: g},
            {m: "M"},
        ),  # one matrix, two sizes of columns
        ({g: tanh(weighted_sum(g)), m: Number(2), h: g * m}, {}),  # a number for a vector
        ({h: tanh(weighted_sum(h)) + Matrix("weight_v", h, Number(2))}, {}),
    ],
    ids=["product", "target", "diagonal", "columns", "number", "matrix-of-number"],
)
def test_sizes_that_clash_are_reported(equations, sizes):
    with raises(ArgumentError, code="invalid_equation", value="clash"):
        type("Clash", (Cell,), {"name": "clash", "title": "Clash", "equations": equations, "sizes": sizes})
    assert "clash" not in CELLS


def test_initial_states_have_the_sizes_of_their_quantities():
    cell = Bottleneck.random(3, 5, np.random.default_rng(0), lengths={"M": 4, "P": 2})
    sequence = np.zeros((2, 3), np.float32)
    with raises(ArrayError, name="initial hidden", shape=(5,), expected=(2,)):
        cell.forward(sequence, {"hidden": np.zeros(5, np.float32)})
    with raises(ArrayError, name="the gradient by memory", shape=(2, 2), expected=(2, 4)):
        cell.backward(cell.forward(sequence), np.zeros((2, 2), np.float32), {"memory": np.zeros((2, 2), np.float32)})
