"""Stacks made into networks: gates in our order, every array accounted for, and a sentence for what does not fit."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.cells import CELLS
from rnnviz.checkpoints.conversion import convert_stack, model_from_stack
from rnnviz.checkpoints.gate_orders import LETTERS, ORDERS, block_places
from rnnviz.checkpoints.native.network_stack import stack_from_model
from rnnviz.checkpoints.settings import InferredSetting
from rnnviz.checkpoints.stack import SourceArray, of_run
from rnnviz.errors import DamagedFileError
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ..raising import raises
from .random_models import models

ALL_ORDERS = [(cell, "".join(order)) for cell, known in ORDERS.items() for order in permutations(next(iter(known)))]


@pytest.mark.parametrize(("cell", "order"), ALL_ORDERS)
def test_every_order_of_the_gates_is_put_in_ours(cell, order):
    theirs = [LETTERS[letter] for letter in order]
    assert [theirs[k] for k in block_places(cell, order)] == list(CELLS[cell].rows)


def test_the_usual_order_is_ours():
    for cell, known in ORDERS.items():
        assert block_places(cell, next(iter(known))) == list(range(len(CELLS[cell].rows)))


@settings(max_examples=15)
@given(models(), st.randoms(use_true_random=False))
def test_gates_that_stand_otherwise_come_out_the_same(model, random):
    """A network taken apart into the blocks of another order, and built again under that order."""
    stack = stack_from_model(model)
    orders = {}
    for cell in set(stack.cells):
        letters = list(next(iter(ORDERS[cell])))
        random.shuffle(letters)
        orders[cell] = "".join(letters)

    def theirs(cell, name, source):
        if name in CELLS[cell].extra_blocks():
            return source
        ours = list(CELLS[cell].rows)
        parts = np.split(source.array, len(ours))
        return replace(source, array=np.concatenate([parts[ours.index(LETTERS[letter])] for letter in orders[cell]]))

    layers = tuple(
        {way: {name: theirs(cell, name, source) for name, source in arrays.items()} for way, arrays in layer.items()}
        for cell, layer in zip(stack.cells, stack.layers, strict=True)
    )
    moved = replace(stack, layers=layers)
    names = [setting.name for setting in stack.settings if of_run(setting.name)[0] == "order"]
    built = convert_stack(moved, {name: orders[stack.cells[of_run(name)[1] or 0]] for name in names})
    for name, array in model.network.parameters.items():
        np.testing.assert_array_equal(built.network.parameters[name], array)
    order = orders[stack.cell]
    if order != next(iter(ORDERS[stack.cell])):
        assert ", ".join(order) in built.arrays[0].changes
    assert {one.target for one in built.arrays} == set(model.network.parameters)


@settings(max_examples=15)
@given(models())
def test_a_network_of_ours_is_a_stack_that_makes_it_again(model):
    built = convert_stack(stack_from_model(model))
    assert built.network.cell_kinds == model.network.cell_kinds
    assert (built.network.directions_by_layer, built.network.merge) == (
        model.network.directions_by_layer,
        model.network.merge,
    )
    for name, array in model.network.parameters.items():
        np.testing.assert_array_equal(built.network.parameters[name], array)
    assert not stack_from_model(model).assumed


def small(**more):
    network = Network.random("lstm", hidden=3, embedding=2, rng=np.random.default_rng(0))
    return replace(stack_from_model(model_from_stack(stack_from_model(_model(network)))), **more)


def _model(network):
    return Model("mine", network, Vocabulary("numbers", vector_size=network.input_size), [])


def test_what_follows_another_fact_changes_with_it():
    activation, squash = small().setting("activation"), small().setting("squash")
    stack = small(settings=(activation, InferredSetting(**(vars(squash) | {"follows": "activation"}))))
    built = convert_stack(stack, {"activation": "relu"})
    assert built.values == {"activation": "relu", "squash": "relu"}
    assert [setting.basis for setting in built.settings] == ["stated", "stated"]
    assert built.network.layers[0][0].options["squash"] == "relu"


def test_an_array_without_enough_rows_is_named():
    stack = small()
    way = dict(stack.layers[0]["forward"])
    short = np.zeros(5, np.float32)
    way["bias_ih"] = SourceArray("b", short, short.shape, "float32")
    with raises(DamagedFileError, code="contradiction", part="b"):
        convert_stack(replace(stack, layers=({"forward": way},)))
