"""The cost of a cell, against the sizes of real arrays and multiplications that are counted one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.analysis import cost
from rnnviz.cells import CELLS
from rnnviz.errors import ArgumentError, UnknownNameError

from ..raising import raises
from ..strategies import Case, draw_run
from ..tied_lstm import TiedLSTM

CHOICES = [
    ("rnn", {"activation": "tanh"}),
    ("rnn", {"activation": "relu"}),
    *(("gru", {"reset": reset, "update": update}) for reset in ("after", "before") for update in ("keeps", "writes")),
    ("lstm", {}),
    (TiedLSTM.name, {}),
    ("peephole", {}),
    ("lstmp", {}),
]
EVERY_CELL = pytest.mark.parametrize(
    ("name", "options"), CHOICES, ids=["-".join([name, *options.values()]) for name, options in CHOICES]
)
sizes = st.integers(1, 9)


class Number(float):
    """A number that counts how often it, or any other, is multiplied by another Number."""

    multiplied = 0

    def __mul__(self, other):
        Number.multiplied += isinstance(other, Number)
        return Number(float(self) * float(other))

    def __add__(self, other):
        return Number(float(self) + float(other))

    __radd__ = __add__

    def __rsub__(self, other):
        return Number(float(other) - float(self))


def numbers(array):
    elements = np.empty(array.shape, object)
    for k in np.ndindex(array.shape):
        elements[k] = Number(array[k])
    return elements


def through(function, vector):
    return numbers(function(vector.astype(float)))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def slow_step(cell, x, h, c):
    """One step by the textbook, a multiplication at a time: the new hidden state."""
    weight_ih, weight_hh, bias_ih, bias_hh, *more = (
        dict(zip(rows, np.split(numbers(array), len(rows)), strict=True))
        for array, rows in zip(cell.parameters.values(), cell.parameter_blocks().values(), strict=True)
    )

    def from_x(row):
        return weight_ih[row] @ x + bias_ih[row]

    def from_h(row, state=h):
        return weight_hh[row] @ state + bias_hh[row]

    if cell.name == "rnn":
        squash = np.tanh if cell.options["activation"] == "tanh" else lambda z: np.maximum(z, 0)
        return through(squash, from_x("hidden") + from_h("hidden"))
    if cell.name == "gru":
        r, z = (through(sigmoid, from_x(row) + from_h(row)) for row in ("reset", "update"))
        after = cell.options["reset"] == "after"
        recalled = r * from_h("candidate") if after else from_h("candidate", r * h)
        n = through(np.tanh, from_x("candidate") + recalled)
        return (1 - z) * n + z * h if cell.options["update"] == "keeps" else z * n + (1 - z) * h

    def gate(row, state):
        seen = [vector[row] * state for vector in more] if cell.name == "peephole" else []
        return through(sigmoid, sum(seen, start=from_x(row) + from_h(row)))

    i, g = gate("input", c), through(np.tanh, from_x("candidate") + from_h("candidate"))
    c = (1 - i if cell.name == TiedLSTM.name else gate("forget", c)) * c + i * g
    let_out = gate("output", c) * (c if cell.name == TiedLSTM.name else through(np.tanh, c))
    return more[0]["hidden"] @ let_out if cell.name == "lstmp" else let_out


@EVERY_CELL
@given(inputs=sizes, hidden=sizes)
def test_parameters_are_the_sizes_of_the_arrays(name, options, inputs, hidden):
    cell = CELLS[name].random(inputs, hidden, np.random.default_rng(0), **options)
    counts = cost(name, inputs, hidden, **options)
    assert counts.weights == sum(array.size for key, array in cell.parameters.items() if key.startswith("weight"))
    assert counts.biases == cell.bias_ih.size + cell.bias_hh.size
    assert counts.parameters == sum(array.size for array in cell.parameters.values())


@EVERY_CELL
@given(inputs=sizes, hidden=sizes)
def test_multiply_adds_are_those_of_a_step_done_one_by_one(name, options, inputs, hidden):
    cell, x, initial = draw_run(CELLS[name], options, Case(1, None, inputs, hidden, 3))
    state = {name: numbers(array) for name, array in initial.items()}
    Number.multiplied = 0
    h = slow_step(cell, numbers(x[0]), state["hidden"], state.get("cell"))
    counts = cost(name, inputs, hidden, cell.lengths, **options)
    assert Number.multiplied == counts.weights + counts.elementwise
    assert Number.multiplied == counts.multiply_adds
    np.testing.assert_allclose(h.astype(float), cell.forward(x, initial)["hidden"][0], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(("name", "blocks", "products"), [("rnn", 1, 0), ("gru", 3, 3), ("lstm", 4, 3)])
def test_the_three_cells_by_hand(name, blocks, products):
    assert cost(name, 10, 20) == (blocks * 20 * 30, 2 * blocks * 20, products * 20)


def test_invalid_arguments_are_refused():
    with raises(UnknownNameError, kind="cell", name="elman"):
        cost("elman", 2, 3)
    with raises(ArgumentError, name="input_size", value=0):
        cost("rnn", 0, 3)
    with raises(ArgumentError, name="hidden_size", value=-1):
        cost("rnn", 3, -1)
    with raises(UnknownNameError, kind="option", name="reset"):
        cost("lstm", 2, 3, reset="after")
