"""What a recipe refuses, and how it starts the recurrent matrix."""

import numpy as np
import pytest

from rnnviz.errors import ArgumentError, UnknownNameError
from rnnviz.network import Network
from rnnviz.training import Recipe
from rnnviz.training.initialisation import INITIALISATIONS

from ..raising import raises

CELLS = ["rnn", "gru", "lstm"]


def start(cell, **recipe):
    return Recipe(embedding=3, hidden=20, **recipe).initial_network(cell, 5, 4, np.random.default_rng(0), {})


def blocks(network):
    """Every gate's recurrent matrix."""
    return [cell.weight_hh[cell.row(row)] for layer in network.layers for cell in layer for row in cell.rows]


@pytest.mark.parametrize("cell", CELLS)
def test_the_default_initialisation_is_the_networks_own(cell):
    plain = Network.random(
        cell, hidden=20, vocabulary=5, embedding=3, classes=4, layers=2, rng=np.random.default_rng(0)
    )
    for name, array in start(cell, layers=2).parameters.items():
        assert (array == plain.parameters[name]).all()


@pytest.mark.parametrize("cell", CELLS)
def test_other_initialisations_change_the_recurrent_matrices_alone(cell):
    plain = start(cell, layers=2).parameters
    for kind in INITIALISATIONS:
        changed = {
            name
            for name, array in start(cell, layers=2, recurrent=kind).parameters.items()
            if not np.array_equal(array, plain[name])
        }
        assert changed == (set() if kind == "uniform" else {"rnn.weight_hh_l0", "rnn.weight_hh_l1"})


@pytest.mark.parametrize("cell", CELLS)
def test_orthogonal_blocks_keep_every_length(cell):
    gate_blocks = blocks(start(cell, recurrent="orthogonal", recurrent_scale=1.5))
    for block in gate_blocks:
        np.testing.assert_allclose(block @ block.T, 1.5**2 * np.eye(20), atol=1e-5)
    assert not any(np.array_equal(gate_blocks[0], other) for other in gate_blocks[1:])


def test_signs_of_a_rotation_are_not_fixed():
    """Without the correction of signs, the first entries of Q from LAPACK are all of one sign."""
    signs = {
        float(np.sign(block[0, 0]))
        for seed in range(20)
        for block in blocks(
            Recipe(hidden=4, recurrent="orthogonal").initial_network("rnn", 3, 2, np.random.default_rng(seed), {})
        )
    }
    assert signs == {-1.0, 1.0}


@pytest.mark.parametrize("cell", CELLS)
def test_the_identity_is_one_for_each_gate(cell):
    for block in blocks(start(cell, recurrent="identity", recurrent_scale=0.5)):
        assert (block == 0.5 * np.eye(20)).all()


def test_scaled_numbers_have_the_stated_spread():
    block = blocks(
        Recipe(hidden=300, recurrent="scaled", recurrent_scale=2.0).initial_network(
            "rnn", 3, 2, np.random.default_rng(0), {}
        )
    )[0]
    assert block.std() == pytest.approx(2 / np.sqrt(300), rel=0.02)
    assert np.abs(np.linalg.eigvals(block)).max() == pytest.approx(2.0, rel=0.1)


def test_vectors_are_read_without_an_embedding():
    network = Recipe(embedding=7, hidden=5).initial_network("gru", 0, 3, np.random.default_rng(0), {}, vector_size=2)
    assert network.embedding is None
    assert network.input_size == 2


def test_clipping_is_off_for_none_and_for_zero():
    assert Recipe(clip=None) == Recipe(clip=0)
    assert Recipe(clip=None).clip == 0


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("clip", -1.0, "[0, inf)"),
        ("learning_rate", float("nan"), "(0, inf)"),
        ("learning_rate", float("inf"), "(0, inf)"),
        ("truncate", -1, "[0, inf)"),
        ("recurrent_scale", float("inf"), "[0, inf)"),
        ("keep_bias", float("nan"), "(-inf, inf)"),
    ],
)
def test_numbers_out_of_range_are_refused(name, value, allowed):
    with raises(ArgumentError, code="out_of_range", name=name, value=value, allowed=allowed):
        Recipe(**{name: value})


def test_an_unknown_initialisation_is_refused():
    with raises(UnknownNameError, kind="initialisation", name="diagonal", allowed=INITIALISATIONS):
        Recipe(recurrent="diagonal")


def test_every_field_has_its_help():
    for name, field in Recipe.__dataclass_fields__.items():
        assert len(field.metadata["help"]) > 20, name
        assert not field.metadata["choices"] or field.default in field.metadata["choices"]
