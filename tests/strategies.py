"""What tests draw at random: cells, inputs, networks, and texts that a keyboard, a paste or a fuzzer can produce."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from rnnviz.cells import CELLS, GRU, LSTM, RNN
from rnnviz.cells.activations import ACTIVATION_KINDS, Activation
from rnnviz.cells.published.peephole_lstm import PeepholeLSTM
from rnnviz.network import Network
from rnnviz.text.tokens import UNKNOWN, Vocabulary

VARIANTS = [
    (RNN, {"activation": "tanh"}),
    (RNN, {"activation": "relu"}),
    *((GRU, {"reset": reset, "update": update}) for update in ("keeps", "writes") for reset in ("after", "before")),
    (LSTM, {}),
]
VARIANT_IDS = ["-".join([kind.name, *options.values()]) for kind, options in VARIANTS]
# What other frameworks' files hold as well: a few that differ as much as they can.
UNUSUAL = [
    (RNN, {"activation": "elu(0.7)"}),
    (GRU, {"reset": "after", "gates": "hard_sigmoid(0.2, 0.5)", "activation": "softsign"}),
    (
        GRU,
        {"reset": "before", "update": "writes", "gates": "sigmoid within 1.5", "activation": "scaled_tanh(1.2, 0.8)"},
    ),
    (LSTM, {"gates": "hard_sigmoid(0.16666667, 0.5)", "activation": "leaky_relu(0.1) within 2", "squash": "linear"}),
    (PeepholeLSTM, {}),
    (PeepholeLSTM, {"gates": "hard_sigmoid(0.2, 0.5)", "activation": "softplus", "squash": "elu(0.7)"}),
]
UNUSUAL_IDS = ["-".join([kind.name, *options.values()]) for kind, options in UNUSUAL]

PUBLISHED = tuple(name for name, kind in CELLS.items() if kind.__module__.startswith("rnnviz.cells.published."))

seeds = st.integers(0, 2**32 - 1)


@st.composite
def _activations(draw):
    """An activation whose numbers are of a size that is in use, with or without a clip."""
    kind = draw(st.sampled_from([*ACTIVATION_KINDS]))
    numbers = [draw(st.sampled_from([0.1, 0.25, 0.7, 1.3])) for _ in ACTIVATION_KINDS[kind].defaults]
    return Activation(kind, tuple(numbers), draw(st.none() | st.sampled_from([0.5, 1.5, 4.0])))


activations = _activations()


@dataclass
class Case:
    """The sizes of one run. batch is None for an input without a batch axis."""

    steps: int
    batch: int | None
    inputs: int
    hidden: int
    seed: int

    @property
    def rng(self):
        return np.random.default_rng(self.seed)

    def shape(self, *last):
        """Shape of one vector, or of one for each sequence of the batch."""
        return last if self.batch is None else (self.batch, *last)


cases = st.builds(
    Case,
    steps=st.integers(1, 9),
    batch=st.none() | st.integers(1, 4),
    inputs=st.integers(1, 5),
    hidden=st.integers(1, 6),
    seed=seeds,
)


def draw_cell(kind, options, case, dtype=np.float64, rng=None):
    """A cell whose weights are large enough to bend its gates and small enough not to saturate them."""
    rng = rng or case.rng
    own = dict.fromkeys(kind.sizes.values())
    lengths = {size: int(rng.integers(1, 7)) for size in own}
    cell = kind.random(case.inputs, case.hidden, rng, dtype, lengths, **options)
    for array in cell.parameters.values():
        array[...] = 0.6 * rng.standard_normal(array.shape)
    return cell


def draw_run(kind, options, case, dtype=np.float64):
    """A cell, its input x, and initial states for all of its states."""
    rng = case.rng
    cell = draw_cell(kind, options, case, dtype, rng)
    x = rng.standard_normal((case.steps, *case.shape(case.inputs))).astype(dtype)
    initial = {s: (0.5 * rng.standard_normal(case.shape(cell.units(s)))).astype(dtype) for s in cell.states}
    return cell, x, initial


ALPHABET = tuple("abcdefghijklmnopqrstuvwxyz ABC.,!'é")
CHARACTERS = Vocabulary("characters", (UNKNOWN, *ALPHABET))
WORDS = Vocabulary("words", (UNKNOWN, "the", "film", "was", "good", "don't", "café", ".", "!"))


def draw_network(cell="lstm", vocabulary=CHARACTERS, seed=0, **sizes):
    """A small random network that reads what the vocabulary gives, with 4 classes."""
    sizes = {"hidden": 5, "embedding": 3, "classes": 4, **sizes}
    if vocabulary.kind == "numbers":
        sizes["embedding"] = vocabulary.vector_size
    return Network.random(cell, vocabulary=len(vocabulary) or None, rng=np.random.default_rng(seed), **sizes)


# Pieces that have broken readers of text before: joined emoji, flags, heaps of accents, right-to-left,
# text direction marks, control characters, markup, zero-width characters, both spellings of an accent.
_AWKWARD = [
    "\U0001f469\U0001f3fd\u200d\U0001f680",  # an astronaut: four code points, one picture
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",  # a family
    "\U0001f1e9\U0001f1ea", "\U0001f1e9", "\u2764\ufe0f",  # a flag, half a flag, a red heart
    "e\u0301", "\u00e9", "\u0301", "a" + "\u0316" * 80,
    "مرحبا", "שלום", "\u202e", "\u200f",
    "\x00", "\x1b[31m", "\r\n", "\n", "\t", "\x85", "\u2028", "\ufeff", "\u200b", "\u200d",
    "<script>alert(1)</script>", "<unk>", "<end>", "&amp;",
    "İ", "ß", "ﬁ", "ΑΣ", "नमस्ते", "한국어", "\u1112\u1161\u11ab", "don’t", "don't", " ", "  ", "…", "१२",
]  # fmt: skip

texts = st.one_of(
    st.text(),
    st.text(st.sampled_from(ALPHABET)),
    st.lists(st.sampled_from(_AWKWARD) | st.text(max_size=3), max_size=8).map("".join),
)
