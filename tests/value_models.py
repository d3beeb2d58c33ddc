"""Models that answer with values, as a regression does, and not with labels."""

import dataclasses

import numpy as np

from rnnviz.model import Model
from rnnviz.network import Head, Network
from rnnviz.text.tokens import Vocabulary


def value_model(cell: str = "lstm", outputs: int = 3, **head: object) -> Model:
    """A network with random weights that reads two numbers a step; head: as `rnnviz.network.Head` takes it."""
    network = Network.random(
        cell, hidden=4, vocabulary=None, embedding=2, classes=outputs, rng=np.random.default_rng(7)
    )
    network = dataclasses.replace(network, head=Head(**{"activation": "linear", **head}))
    labels = [f"y{k}" for k in range(outputs)] if outputs > 1 else ["output"]
    return Model(f"values-{cell}", network, Vocabulary("numbers", (), vector_size=2), labels, {})
