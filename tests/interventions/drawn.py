"""Random models in float64, and interventions that make sense in them."""

import numpy as np
import pytest
from hypothesis import strategies as st

from rnnviz import Model
from rnnviz.cells import GRU, LSTM
from rnnviz.interventions import Freeze, Hold, Zero
from rnnviz.network import Network

from ..strategies import CHARACTERS, UNUSUAL, VARIANTS
from ..tied_lstm import TiedLSTM

WRITES = [(GRU, {"reset": reset, "update": "writes"}) for reset in ("after", "before")]
EVERY = [*VARIANTS, *WRITES, (TiedLSTM, {}), UNUSUAL[3], UNUSUAL[5]]
every_cell = pytest.mark.parametrize(
    ("kind", "options"), EVERY, ids=["-".join([kind.name, *options.values()]) for kind, options in EVERY]
)
LABELS = ["a", "b", "c", "d"]
UNITS = 4


def draw_model(kind=LSTM, options=None, seed=0, dtype=np.float64, **sizes):
    rng = np.random.default_rng(seed)
    sizes = {"layers": 2, "bidirectional": True} | sizes
    network = Network.random(
        kind.name, hidden=UNITS, vocabulary=len(CHARACTERS), embedding=3, classes=4, rng=rng, dtype=dtype,
        options=options, **sizes,
    )  # fmt: skip
    for name, array in network.parameters.items():
        if name.startswith("rnn."):
            array[...] = 0.6 * rng.standard_normal(array.shape)
    return Model("random", network, CHARACTERS, LABELS)


def the_same(one, two):
    assert one.tokens == two.tokens
    for key, array in one.values.items():
        np.testing.assert_array_equal(array, two.values[key])
    np.testing.assert_array_equal(one.probabilities, two.probabilities)


@st.composite
def insides(draw, definition, steps, layers=2):
    """An intervention inside a layer that makes sense there."""
    units = draw(st.none() | st.sets(st.integers(0, UNITS - 1), min_size=1).map(tuple))
    span = draw(st.none() | st.tuples(st.integers(1, steps), st.integers(1, steps)).map(lambda s: tuple(sorted(s))))
    place = (units, span, draw(st.integers(0, layers - 1)), draw(st.sampled_from(["forward", "backward"])))
    form = draw(st.sampled_from(["hold", "zero", "freeze"]))
    if form == "hold":
        quantity = draw(st.sampled_from(definition.quantities))
        bounds = max(quantity.low, -3), min(quantity.high, 3)
        return Hold(quantity.name, draw(st.sampled_from(bounds) | st.floats(*bounds)), *place)
    return (Zero if form == "zero" else Freeze)(*place, draw(st.none() | st.sampled_from(definition.states)))
