"""The reviews models of all five seeds: the bundled one of each cell, and the other four for a few hundred words.

`reviews_seeds.npz` has what `python -m rnnviz.training zoo --tasks reviews` trains, in half precision, with the rows of
the embedding that the examples, the first 40 of the held-out texts and the words below need.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

import rnnviz
from rnnviz import Model, zoo
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

CELLS = ("rnn", "gru", "lstm")
SEEDS = range(5)
PRAISE = [
    "good", "great", "excellent", "wonderful", "love", "best", "perfect", "amazing", "beautiful", "brilliant",
    "delicious", "enjoyed", "fantastic",
]  # fmt: skip
BLAME = [
    "bad", "terrible", "awful", "worst", "boring", "poor", "horrible", "disappointing", "waste", "stupid",
    "disappointed", "slow",
]  # fmt: skip
OTHERS = ["the", "a", "film", "food", "it", "this", "was", "and", "service", "place"]
TEXTS = (zoo.BUNDLED / "texts" / "reviews-test.txt").read_text(encoding="utf-8").splitlines()


@lru_cache
def arrays():
    """The arrays of the file by their names."""
    with np.load(Path(__file__).with_name("reviews_seeds.npz")) as file:
        return dict(file)


@lru_cache
def review_model(cell, seed):
    """One of the models, and the texts that its vocabulary is enough for."""
    bundled = rnnviz.load(f"reviews-{cell}")
    if bundled.card["training"]["seed"] == seed:
        return bundled
    stored, prefix = arrays(), f"{cell}/{seed}/"
    parameters = {
        name.removeprefix(prefix): array.astype(np.float32) for name, array in stored.items() if name.startswith(prefix)
    }
    vocabulary = Vocabulary("words", tuple(stored["tokens"].tolist()))
    return Model(f"reviews-{cell}-{seed}", Network.from_parameters(parameters, cell), vocabulary, bundled.labels)


@lru_cache
def review_runs(cell, seed):
    """The runs of one of the models over the texts that all of them can read."""
    model = review_model(cell, seed)
    return [model.trace(text) for text in TEXTS[:40]]
