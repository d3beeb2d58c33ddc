"""Random networks with their traces, and the same networks in PyTorch's autograd."""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from hypothesis import strategies as st

from rnnviz import Model
from rnnviz.cells import CELLS
from rnnviz.network import SUFFIXES, Network

from ..strategies import CHARACTERS, VARIANT_IDS, VARIANTS, seeds
from ..tied_lstm import TiedLSTM

EVERY = [*VARIANTS, (TiedLSTM, {}), (CELLS["lstmp"], {})]
EVERY_ID = [*VARIANT_IDS, "tied", "lstmp"]


@dataclass
class Run:
    """The trace of a random text by a random network, and which of its layers and directions is examined."""

    trace: object
    layer: int
    direction: str

    @property
    def network(self):
        return self.trace.network

    @property
    def cell(self):
        return self.network.layers[self.layer][0 if self.direction == "forward" else -1]

    @property
    def places(self):
        """Where each state is in the joint state."""
        ends = [0, *accumulate(self.cell.units(state) for state in self.cell.states)]
        return {state: slice(*ends[k : k + 2]) for k, state in enumerate(self.cell.states)}

    @property
    def along(self):
        """The steps of the text in the order in which the direction reads them."""
        return slice(None) if self.direction == "forward" else slice(None, None, -1)


@st.composite
def runs(draw, kind, options, dtype=np.float64, longest=7, largest=4):
    """A trace whose cells have weights that bend their gates, from initial states that are not zero."""
    layers, both = draw(st.integers(1, 2)), draw(st.booleans())
    rng = np.random.default_rng(draw(seeds))
    network = Network.random(
        kind.name,
        hidden=draw(st.integers(1, largest)),
        vocabulary=len(CHARACTERS),
        embedding=draw(st.integers(1, 3)),
        classes=4,
        layers=layers,
        bidirectional=both,
        rng=rng,
        dtype=dtype,
        options=options,
        lengths={"P": draw(st.integers(1, largest))} if kind.sizes else None,
    )
    for name, array in network.parameters.items():
        if name.startswith("rnn."):
            array[...] = 0.6 * rng.standard_normal(array.shape)
    initial = [
        [{s: (0.5 * rng.standard_normal(cell.units(s))).astype(dtype) for s in cell.states} for cell in cells]
        for cells in network.layers
    ]
    text = draw(st.text("abcdefgh", min_size=1, max_size=longest))
    trace = Model("random", network, CHARACTERS, ["a", "b", "c", "d"]).trace(text, initial=initial)
    return Run(trace, draw(st.integers(0, layers - 1)), draw(st.sampled_from(list(SUFFIXES)[: 1 + both])))
