"""A cell that states nothing but its equations: what follows from them, and what is wrong with invalid ones."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.cells import CELLS, Cell, Equation, Phase, quantities, relu, sigmoid, tanh, weighted_sum
from rnnviz.cells.bounds import bounds_of
from rnnviz.cells.definition import CELL, FORGET, HIDDEN, INPUT
from rnnviz.cells.layer_norm import LayerNorm
from rnnviz.cells.shorthand import input_sum
from rnnviz.cells.weight_nodes import Bias, Diagonal, Matrix
from rnnviz.errors import ArgumentError, UnknownNameError

from ..raising import raises
from ..strategies import UNUSUAL, UNUSUAL_IDS
from ..tied_lstm import TiedLSTM
from .variants import VARIANT_IDS, VARIANTS

i, f, g, c, h = quantities("input forget candidate cell hidden")
m, gain, missing = quantities("memory gain missing")


@pytest.fixture
def known():
    """Cells that a test adds are forgotten after it."""
    before = dict(CELLS)
    yield CELLS
    CELLS.clear()
    CELLS.update(before)


def test_quantities_that_cells_share_are_known_by_name():
    by_name = TiedLSTM.define().by_name
    for known in (CELL, FORGET, INPUT, HIDDEN):
        quantity = by_name[known.name]
        assert (quantity.symbol, quantity.title) == (known.symbol, known.title)
        assert (quantity.role, quantity.description) == (known.role, known.description)
    assert by_name["forget"].activation is None and by_name["input"].activation.kind == "sigmoid"
    assert TiedLSTM.rows == ("input", "candidate", "output")
    assert TiedLSTM.define().states == ("hidden", "cell")
    assert [phase.name for phase in TiedLSTM.define().phases] == ["join", *TiedLSTM.define().equations]


def test_other_quantities_are_what_their_equations_make_them(known):
    class Own(Cell):
        name, title = "own", "Own"
        equations = {
            gain: sigmoid(weighted_sum(gain)),
            missing: weighted_sum(missing),
            m: gain * m.before + (1 - gain) * tanh(missing),
            h: relu(m),
        }
        symbols = {gain: "k"}
        descriptions = {m: "Remembers."}

    by_name = Own.define().by_name
    roles = {"gain": "gate", "missing": "candidate", "memory": "state", "hidden": "state"}
    assert {name: by_name[name].role for name in roles} == roles
    # One letter, unless another quantity has it: "h" is known, "m" goes to the first that asks.
    assert {name: by_name[name].symbol for name in roles} == {
        "gain": "k", "missing": "m", "memory": "me", "hidden": "h"
    }  # fmt: skip
    assert (by_name["memory"].description, by_name["gain"].title) == ("Remembers.", "gain gate")
    assert len({q.colour for q in Own.define().quantities}) == 4
    assert by_name["missing"].activation.kind == "linear"
    limits = {name: (by_name[name].low, by_name[name].high) for name in roles}
    assert limits["memory"] == (-1, 1) and limits["hidden"] == (0, 1) and limits["gain"] == (0, 1)
    assert Own.parameter_shapes(2, 3) == {"weight_ih": (6, 2), "weight_hh": (6, 3), "bias_ih": (6,), "bias_hh": (6,)}
    with raises(UnknownNameError, kind="option", name="reset"):
        Own.define(reset="after")


def test_handles_are_as_good_as_names():
    assert Matrix("weight_ih", i, h) == Matrix("weight_ih", "input", h)
    assert Bias("bias_ih", i) == Bias("bias_ih", "input")
    assert Diagonal("weight_u", i, h) == Diagonal("weight_u", "input", h)
    assert LayerNorm("scale", i, h, 1e-3) == LayerNorm("scale", "input", h, 1e-3)
    assert weighted_sum(i) == weighted_sum("input") and input_sum(i) == input_sum("input")


def test_a_class_of_the_same_name_takes_the_place_of_the_one_before(known):
    def define(symbol):
        class Notebook(Cell):
            name, title = "notebook", "Notebook"
            equations = {h: tanh(weighted_sum(h))} if symbol == "h" else {g: tanh(weighted_sum(g)), h: relu(g)}

        return Notebook

    first = define("h")
    assert CELLS["notebook"] is first and first.rows == ("hidden",)
    second = define("g")
    assert CELLS["notebook"] is second and second.rows == ("candidate",)
    record = second.random(2, 3, np.random.default_rng(0)).forward(np.ones((4, 2), np.float32))
    np.testing.assert_array_equal(record["hidden"], np.maximum(record["candidate"], 0))


@pytest.mark.parametrize(
    ("equations", "target"),
    [
        ({h: tanh(weighted_sum(h) + missing)}, "hidden"),  # a name that does not exist
        ({h: tanh(weighted_sum("forget"))}, "hidden"),  # weights of a quantity that does not exist
        ({h: tanh(weighted_sum(h)) * i, i: sigmoid(weighted_sum(i))}, "hidden"),  # used before it is computed
        ({h: h * tanh(weighted_sum(h))}, "hidden"),  # used by itself
        ([Equation("hidden", tanh(weighted_sum(h))), Equation("hidden", tanh(weighted_sum(h)))], "hidden"),  # twice
        ({i: sigmoid(weighted_sum(i))}, "hidden"),  # never computed: no hidden state
        ({h: tanh(weighted_sum(h)) * c.before}, "hidden"),  # the old value of what is never computed
    ],
    ids=["unknown", "unknown-block", "too-early", "itself", "twice", "no-hidden-state", "old-of-nothing"],
)
def test_invalid_equations_are_named_with_their_cell(known, equations, target):
    with raises(ArgumentError, code="invalid_equation", name=target, value="wrong") as caught:
        type("Wrong", (Cell,), {"name": "wrong", "title": "Wrong cell", "equations": equations})
    assert "Wrong cell" in str(caught.value) and repr(target) in str(caught.value)
    assert "wrong" not in CELLS


@pytest.mark.parametrize(("kind", "options"), [*VARIANTS, *UNUSUAL], ids=[*VARIANT_IDS, *UNUSUAL_IDS])
def test_bounds_are_those_that_cells_state(kind, options):
    definition = kind.define(**options)
    bounds = bounds_of(definition.equations)
    for quantity in definition.quantities:
        low, high = bounds[quantity.name]
        if (kind, options) == UNUSUAL[-1] and quantity.role == "state":
            assert (low, high) == (0, np.inf)  # what is written is never negative, which the cell does not say
        else:
            assert (low, high) == pytest.approx((quantity.low, quantity.high)), quantity.name


def test_a_quantity_without_an_equation_is_reported():
    definition = TiedLSTM.define()
    phases = tuple(phase for phase in definition.phases if "output" not in phase.computes)
    with raises(ArgumentError, code="invalid_equation", value="tied"):
        replace(definition, phases=phases)
    with raises(ArgumentError, code="invalid_equation", name="output", value="tied"):
        hidden = Phase("hidden", "Hidden state", (Equation("hidden", tanh(c)),), "All of it.")
        replace(definition, phases=(*phases[:-1], hidden))
