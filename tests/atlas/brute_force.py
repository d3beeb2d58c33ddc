"""Corpora and networks to draw, and what an atlas should say, computed the slow way."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

import rnnviz.atlas
from rnnviz.atlas.reading import blocks, without_outputs
from rnnviz.model import Model
from tests.strategies import CHARACTERS, draw_network

LETTERS = "ab cé"


def draw_model(cell="lstm", seed=0, vocabulary=CHARACTERS, **sizes):
    network = draw_network(cell, vocabulary, seed, **sizes)
    return Model("drawn", network, vocabulary, [f"label {k}" for k in range(4)])


@dataclass
class Reading:
    """A corpus, and the settings with which it is read."""

    texts: list
    settings: dict
    seed: int


@st.composite
def readings(draw):
    texts = draw(st.lists(st.text(LETTERS, max_size=90), min_size=1, max_size=12).filter(lambda t: "".join(t).strip()))
    settings = {
        "segment": draw(st.integers(1, 40)),
        "burn_in": draw(st.integers(0, 30)),
        "carry_on": draw(st.booleans()),
        "sample": draw(st.integers(0, 60)),
        "apart": draw(st.sampled_from([1, 2, 16])),
        "shard": draw(st.sampled_from([1, 20, 100_000])),
    }
    return Reading(texts, settings, draw(st.integers(0, 5)))


def all_values(plan):
    """The values that the pass records: by key, (U, N), and how often each position was recorded."""
    network, tokens = without_outputs(plan.model.network), plan.tokens
    values = {key: np.full((network.cell(*key[1:]).units(key[0]), tokens), np.nan, np.float32) for key in plan.keys}
    counts = np.zeros(tokens, int)
    for number in range(len(plan.shards)):
        for made in blocks(network, plan.shards[number], plan.keys, plan.settings):
            for block in made:
                values[block.key][:, block.columns.positions] = block.values
            if made:
                np.add.at(counts, made[0].columns.positions, 1)
    return values, counts


def one_by_one(plan):
    """The values of every piece read alone, by key, (U, N)."""
    network, pieces, corpus = plan.model.network, plan.shards.pieces, plan.corpus
    values = {key: np.full((network.cell(*key[1:]).units(key[0]), plan.tokens), np.nan) for key in plan.keys}
    for begin, first, last, end in zip(pieces.begins, pieces.firsts, pieces.lasts, pieces.ends, strict=True):
        run = network.forward(corpus.read(int(begin), int(end)))
        for key in plan.keys:
            name, layer, direction = key
            record = run.records[layer][network.directions_by_layer[layer].index(direction)]
            recorded = record[name] if direction == "forward" else record[name][::-1]
            values[key][:, first:last] = recorded[first - begin : last - begin].T
    return values


def stretches(plan):
    """The stretch of every position: piece, and steps from its beginning by `apart`."""
    pieces, found = plan.shards.pieces, []
    for k, (begin, first, last) in enumerate(zip(pieces.begins, pieces.firsts, pieces.lasts, strict=True)):
        found += [(k, (position - begin) // plan.settings.apart) for position in range(first, last)]
    return found


def extremes(values, plan, sign):
    """The best value of each stretch, the best 20 of them: positions and values."""
    best = {}
    for position, (stretch, value) in enumerate(zip(stretches(plan), values, strict=True)):
        if stretch not in best or sign * value > sign * values[best[stretch]]:
            best[stretch] = position
    order = sorted(best.values(), key=lambda position: (-sign * values[position], position))[:20]
    return order, [values[position] for position in order]


def build(model, texts, **options):
    plan = rnnviz.atlas.plan(model, texts, **options)
    return plan, rnnviz.atlas.build_plan(plan)
