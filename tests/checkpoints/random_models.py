"""Models drawn at random, with everything that a network can have."""

import numpy as np
from hypothesis import strategies as st

from rnnviz.cells import CELLS
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.network.merging import MERGES
from rnnviz.text.tokens import END, UNKNOWN, Vocabulary

from ..strategies import UNUSUAL, VARIANTS, seeds

KINDS = [*VARIANTS, *UNUSUAL, (CELLS["lstmp"], {})]
PLAIN = {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"}


@st.composite
def models(draw, kinds=KINDS, dtypes=("float32", "float64"), most_cells=2):
    """Layers of mixed cells, sizes and directions, with or without embedding, readout, initial states, a limit."""
    mix = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=most_cells))
    dtype, merge = np.dtype(draw(st.sampled_from(dtypes))), draw(st.sampled_from(MERGES))
    rng = np.random.default_rng(draw(seeds))
    inputs = width = draw(st.integers(1, 4))
    layers, directions, initial = [], [], []
    given = draw(st.booleans())
    for _ in range(draw(st.integers(1, 3))):
        kind, options = draw(st.sampled_from(mix))
        hidden = draw(st.integers(1, 4))
        lengths = {"P": draw(st.integers(1, 4))} if kind.sizes else None
        direction = draw(st.sampled_from([("forward",), ("backward",), ("forward", "backward")]))
        layers.append([kind.random(width, hidden, rng, dtype, lengths, **options) for _ in direction])
        directions.append(direction)
        initial.append([{state: drawn(rng, dtype, cell.units(state)) for state in cell.states} for cell in layers[-1]])
        width = layers[-1][0].units("hidden") * (len(direction) if merge == "concat" else 1)
    table = drawn(rng, dtype, 5, inputs) if draw(st.booleans()) else None
    classes = draw(st.sampled_from([0, 2, 5]))
    weight = drawn(rng, dtype, classes, width) if classes else None
    bias = drawn(rng, dtype, classes) if classes and draw(st.booleans()) else None
    network = Network(layers, table, weight, bias, tuple(directions), merge, initial if given else None)
    vocabulary = Vocabulary("numbers", vector_size=inputs) if table is None else draw(vocabularies)
    labels = [f"“{k}”, é\n" for k in range(classes)]
    max_steps = draw(st.none() | st.integers(1, 50))
    return Model("mine", network, vocabulary, labels, {"task": "none", "note": "ä"}, max_steps)


vocabularies = st.sampled_from(
    [
        Vocabulary("characters", (UNKNOWN, "a", "é", "\n", "👩\u200d🚀")),
        Vocabulary("words", (UNKNOWN, END, "don't", "été", "."), end=True),
        Vocabulary("pieces", ("0", "1", "2", "3", "</s>")),
    ]
)


def drawn(rng, dtype, *shape):
    return (0.5 * rng.standard_normal(shape)).astype(dtype)


def same_model(one, other):
    """Whether nothing of a model is different, bit for bit, but its card's own copy of what it is made of."""
    assert list(one.network.parameters) == list(other.network.parameters)
    for name, array in one.network.parameters.items():
        kept = other.network.parameters[name]
        assert (array.dtype, array.shape, array.tobytes()) == (kept.dtype, kept.shape, kept.tobytes()), name
    for what in ("cell_kinds", "directions_by_layer", "merge"):
        assert getattr(one.network, what) == getattr(other.network, what)
    for what in ("name", "vocabulary", "labels", "max_steps"):
        assert getattr(one, what) == getattr(other, what)
    assert {key: one.card[key] for key in one.card if key not in ("options", "cells")}.items() <= other.card.items()
    return True


def inputs_of(model, seed=0, steps=6):
    """Something that a network can read."""
    rng, network = np.random.default_rng(seed), model.network
    if network.embedding is not None:
        return rng.integers(0, len(network.embedding), steps)
    return rng.standard_normal((steps, network.input_size)).astype(network.dtype)


assert all(kind.name in CELLS for kind, _ in KINDS)
