"""Several layers, two directions: the shapes of what they return, and which steps a change of one letter reaches."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from .....cells import CELLS
from .....cells.activations import Array
from .....network import DIRECTIONS, Network
from ..block_registry import ChapterContext, block
from ..wide_table import show_wide_table

HIDDEN, EMBEDDING = 64, 32
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def random_network(cell: str, layers: int, bidirectional: bool) -> Network:
    """An untrained network of these layers that reads letters; always the same."""
    return Network.random(
        cell,
        hidden=HIDDEN,
        vocabulary=len(LETTERS),
        embedding=EMBEDDING,
        layers=layers,
        bidirectional=bidirectional,
        rng=np.random.default_rng(0),
    )


@block
def shapes(context: ChapterContext, text: str = "nakamura") -> None:
    """What a stack of layers returns over a text, in PyTorch's and Keras's words; layers and directions can be set."""
    _shapes(context.key, text)


@st.fragment
def _shapes(key: str, text: str) -> None:
    with st.container(border=True):
        with st.container(horizontal=True):
            titles = {name: CELLS[name].title for name in ("lstm", "gru", "rnn")}
            cell = st.segmented_control(
                "Cell", titles, default="lstm", required=True, format_func=titles.__getitem__, key=f"shape-cell-{key}"
            )
            layers = st.segmented_control("Layers", [1, 2, 3], default=2, required=True, key=f"shape-layers-{key}")
            both = st.toggle("Both directions", key=f"shape-both-{key}")
        assert cell is not None and layers is not None
        network = random_network(cell, layers, both)
        run = network.forward(np.array([[LETTERS.index(letter)] for letter in text]))
        final = np.stack([state["hidden"] for layer in run.final for state in layer])
        names = {"every step, top layer": ("output", "return_sequences=True", run.top.shape)}
        names["last hidden state, every layer"] = ("h_n", "return_state=True", final.shape)
        if "cell" in run.final[0][0]:
            cells = np.stack([state["cell"] for layer in run.final for state in layer])
            names["last cell state, every layer"] = ("c_n", "return_state=True", cells.shape)
        rows = ["<tr><td></td><th>PyTorch</th><th>Keras</th><th>shape here</th></tr>"]
        rows += [
            f"<tr><th scope='row'>{what}</th>"
            f"<td><code>{torch}</code></td><td><code>{keras}</code></td><td>{shape}</td></tr>"
            for what, (torch, keras, shape) in names.items()
        ]
        show_wide_table("What a stack of layers returns", rows)
        count = sum(array.size for array in network.parameters.values()) - len(LETTERS) * EMBEDDING
        st.caption(
            f"{len(text)} letters, one sequence, {HIDDEN} units in each layer and direction: {count:,} parameters. "
            "Shapes are PyTorch’s, steps × sequences × units, from an untrained network that has just read the text."
        )


@block
def directions(context: ChapterContext, text: str = "nakamura") -> None:
    """Which hidden states of an untrained layer of two directions change with one letter, which can be set."""
    _directions(context.key, text)


@st.fragment
def _directions(key: str, text: str) -> None:
    with st.container(border=True):
        number = st.select_slider(
            "The letter that is changed",
            range(1, len(text) + 1),
            len(text),
            format_func=lambda k: f"{k}: {text[k - 1]}",
            key=f"changed-{key}",
        )
        changes = state_changes(text, number - 1)
        most = max(float(values.max()) for values in changes.values())
        rows = [f"<tr><td></td>{''.join(f'<th>{escape(letter)}</th>' for letter in text)}</tr>"]
        rows += [
            f"<tr><th scope='row'>{direction}</th>"
            + "".join(f'<td style="--share: {value / most:.0%}">{value:.2f}</td>' for value in values)
            + "</tr>"
            for direction, values in changes.items()
        ]
        show_wide_table("How far the hidden state at each letter moves", rows, "changes")
        st.caption(
            f"How far the hidden state at each letter moves when letter {number}, “{text[number - 1]}”, becomes "
            "another one. The network is untrained; which states can change at all depends on the direction alone."
        )


def state_changes(text: str, changed: int) -> dict[str, Array]:
    """How far each hidden state moves when a letter is replaced: (T,) by direction, in the order of the text."""
    network = random_network("lstm", 1, bidirectional=True)
    other = LETTERS[(LETTERS.index(text[changed]) + 1) % len(LETTERS)]
    ids = [[LETTERS.index(letter) for letter in read] for read in (text, text[:changed] + other + text[changed + 1 :])]
    tops = network.forward(np.array(ids).T).top
    moved = (tops[:, 1] - tops[:, 0]).reshape(len(text), len(DIRECTIONS), HIDDEN)
    return {name: np.linalg.norm(moved[:, k], axis=1) for k, name in enumerate(DIRECTIONS)}
