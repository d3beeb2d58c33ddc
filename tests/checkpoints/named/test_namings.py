"""Random stacks under the names of each framework come back with the right states, or with a doubt that is marked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.checkpoints.conversion import convert_stack
from rnnviz.checkpoints.named.array_stacks import stacks_from_arrays

from .written_cells import gru, lstm, rnn

GATES = {"rnn": "h", "gru": "rzn", "lstm": "ifgo"}
RUN = {"rnn": rnn, "gru": gru, "lstm": lstm}


@st.composite
def networks(draw, most_layers=3, most_directions=2, cells=("rnn", "gru", "lstm")):
    """A cell, and by layer the parameters w, u, b of each direction, (G*H, D), (G*H, H) and (G*H,)."""
    cell = draw(st.sampled_from(cells))
    directions = draw(st.integers(1, most_directions))
    sizes = [draw(st.integers(1, 6)) for _ in range(draw(st.integers(1, most_layers)))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    inputs, layers = draw(st.integers(1, 6)), []
    gates = len(GATES[cell])
    for hidden in sizes:
        shapes = (gates * hidden, inputs), (gates * hidden, hidden), (gates * hidden,)
        layers.append(
            [[rng.standard_normal(shape).astype(np.float32) / 2 for shape in shapes] for _ in range(directions)]
        )
        inputs = hidden * directions
    return cell, layers


def ran(cell, layers, x, **options):
    """The hidden states of the top layer."""
    for directions in layers:
        states = [
            RUN[cell](w, u, b, x[:: 1 - 2 * k], **options)[:: 1 - 2 * k] for k, (w, u, b) in enumerate(directions)
        ]
        x = np.concatenate(states, axis=1)
    return x


def ordered(array, cell, order):
    blocks = dict(zip(GATES[cell], np.split(array, len(order)), strict=True))
    return np.concatenate([blocks[gate] for gate in order])


# ---- the names of each framework: arrays by name, and what its cells do otherwise ---------------------------------


def pytorch(cell, layers):
    arrays = {}
    for k, directions in enumerate(layers):
        for (w, u, b), end in zip(directions, ("", "_reverse"), strict=False):
            names = (f"rnn.{name}_l{k}{end}" for name in ("weight_ih", "weight_hh", "bias_ih"))
            arrays |= dict(zip(names, (w, u, b), strict=True))
    return arrays, {}


def pytorch_cells(cell, layers):
    """A list of cells, or of cells for both directions."""
    arrays = {}
    for k, directions in enumerate(layers):
        for (w, u, b), module in zip(directions, ("", "backward."), strict=False):
            head = f"cells.{k}.{module}"
            arrays |= {f"{head}weight_ih": w, f"{head}weight_hh": u, f"{head}bias_ih": b}
    return arrays, {}


def numbered_modules(cell, layers):
    arrays = {}
    for k, directions in enumerate(layers, 1):
        for (w, u, b), word in zip(directions, ("f", "b"), strict=False):
            head = f"rnn_{word}{k}" if len(directions) == 2 else f"rnn{k}"
            arrays |= {f"{head}.weight_ih_l0": w, f"{head}.weight_hh_l0": u, f"{head}.bias_ih_l0": b}
    return arrays, {}


def keras(cell, layers):
    order = {"rnn": "h", "gru": "zrn", "lstm": "ifgo"}[cell]
    arrays = {}
    for k, directions in enumerate(layers):
        for (w, u, b), word in zip(directions, ("forward_", "backward_"), strict=False):
            head = f"layer_{k}/{word if len(directions) == 2 else ''}lstm/"
            w, u, b = (ordered(array, cell, order) for array in (w, u, b))
            arrays |= {f"{head}kernel": w.T, f"{head}recurrent_kernel": u.T, f"{head}bias": b}
    return arrays, {"after": False} if cell == "gru" else {}


def tensorflow(cell, layers):
    arrays = {}
    for k, ((w, u, b), *_) in enumerate(layers):
        head = f"rnn/multi_rnn_cell/cell_{k}/"
        if cell == "gru":
            hidden = u.shape[1]
            whole = np.concatenate([w, u], axis=1)
            arrays |= {
                f"{head}gru_cell/gates/kernel": whole[: 2 * hidden].T,
                f"{head}gru_cell/gates/bias": b[: 2 * hidden],
            }
            arrays |= {f"{head}gru_cell/candidate/kernel": whole[2 * hidden :].T}
            arrays |= {f"{head}gru_cell/candidate/bias": b[2 * hidden :]}
            continue
        order = "igfo" if cell == "lstm" else "h"
        name = "basic_lstm_cell" if cell == "lstm" else "basic_rnn_cell"
        w, u, b = (ordered(array, cell, order) for array in (w, u, b))
        arrays |= {f"{head}{name}/kernel": np.concatenate([w, u], axis=1).T, f"{head}{name}/bias": b}
    return arrays, {"lstm": {"added": 1}, "gru": {"after": False}, "rnn": {}}[cell]


def haiku(cell, layers):
    arrays = {}
    for k, ((w, u, b), *_) in enumerate(layers):
        head = f"net/lstm_{k}/linear/"
        w, u, b = (ordered(array, cell, "igfo") for array in (w, u, b))
        arrays |= {f"{head}w": np.concatenate([w, u], axis=1).T, f"{head}b": b}
    return arrays, {"added": 1}


def flax(cell, layers):
    arrays = {}
    for k, ((w, u, b), *_) in enumerate(layers):
        for gate, wi, ui, bi in zip(GATES[cell], *(np.split(array, 4) for array in (w, u, b)), strict=True):
            head = f"params/cell_{k}"
            arrays |= {f"{head}/i{gate}/kernel": wi.T, f"{head}/h{gate}/kernel": ui.T, f"{head}/h{gate}/bias": bi}
    return arrays, {}


def textbook(cell, layers):
    arrays = {}
    for k, ((w, u, b), *_) in enumerate(layers):
        letters = {"g": "c", "n": "h"}
        count = len(GATES[cell])
        for gate, wi, ui, bi in zip(GATES[cell], *(np.split(array, count) for array in (w, u, b)), strict=True):
            letter, head = letters.get(gate, gate), f"layer{k}." if len(layers) > 1 else ""
            arrays |= {
                f"{head}W_x{letter}.weight": wi,
                f"{head}W_h{letter}.weight": ui,
                f"{head}b_{letter}": bi[:, None],
            }
    return arrays, {"after": False} if cell == "gru" else {}


def course(cell, layers):
    ((w, u, b),) = layers[0]
    arrays = {}
    for gate, wi, ui, bi in zip("ifgo", *(np.split(array, 4) for array in (w, u, b)), strict=True):
        letter = {"g": "c"}.get(gate, gate)
        arrays |= {f"W{letter}": np.concatenate([ui, wi], axis=1), f"b{letter}": bi[:, None]}
    return arrays, {}


def mlx(cell, layers):
    arrays = {}
    for k, ((w, u, b), *_) in enumerate(layers):
        arrays |= {f"layers.{k}.Wx": w, f"layers.{k}.Wh": u, f"layers.{k}.{'bias' if cell == 'lstm' else 'b'}": b}
    return arrays, {}


NAMINGS = {
    "PyTorch": (pytorch, {}),
    "PyTorch's cells": (pytorch_cells, {}),
    "numbered modules": (numbered_modules, {}),
    "Keras": (keras, {}),
    "TensorFlow 1": (tensorflow, {"most_directions": 1}),
    "Haiku": (haiku, {"most_directions": 1, "cells": ("lstm",)}),
    "Flax": (flax, {"most_directions": 1, "cells": ("lstm",)}),
    "textbook": (textbook, {"most_directions": 1, "cells": ("gru", "lstm")}),
    "course": (course, {"most_directions": 1, "most_layers": 1, "cells": ("lstm",)}),
    "MLX": (mlx, {"most_directions": 1, "cells": ("gru", "lstm")}),
}


@pytest.mark.parametrize("naming", NAMINGS)
@settings(max_examples=40)
@given(st.data())
def test_states_are_right_or_what_they_rest_on_is_marked(naming, data):
    written, drawn = NAMINGS[naming]
    cell, layers = data.draw(networks(**drawn))
    arrays, options = written(cell, layers)
    stacks = stacks_from_arrays({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    x = np.random.default_rng(0).standard_normal((5, layers[0][0][0].shape[1])).astype(np.float32)
    right = ran(cell, layers, x, **options)
    if len(stacks) > 1:  # apart, each of them right by itself, and why is said
        assert all(stack.setting("layers") or stack.left_out for stack in stacks)
        right, layers = ran(cell, layers[:1], x, **options), layers[:1]
    network = convert_stack(stacks[0]).network
    states = network.forward(x).top
    if states.shape == right.shape and np.allclose(states, right, rtol=0, atol=1e-4):
        return
    doubts = {setting.name for setting in stacks[0].assumed}
    assert doubts & {"layers", "orientation", "order", "reset", "direction", "merge"}, (naming, doubts)


@settings(max_examples=30)
@given(st.data(), st.sampled_from(["norm", "linear", "tower"]), st.booleans())
def test_layers_with_something_between_them_are_never_one_without_a_mark(data, what, by_name):
    _, (lower,) = data.draw(networks(most_layers=1, most_directions=1))
    (w, u, b), hidden = lower[0], lower[0][1].shape[1]
    rng = np.random.default_rng(1)
    inputs = hidden if what == "tower" else w.shape[1]
    w, upper = (
        rng.standard_normal((len(w), inputs)).astype(np.float32),
        rng.standard_normal((len(w), hidden)).astype(np.float32),
    )
    arrays = {"rnn1.weight_ih_l0": w, "rnn1.weight_hh_l0": u, "rnn1.bias_ih_l0": b}
    above = {"rnn2.weight_ih_l0": upper, "rnn2.weight_hh_l0": u, "rnn2.bias_ih_l0": b}
    if what == "norm":
        arrays |= {"between.weight": np.ones(hidden, np.float32), "between.bias": np.zeros(hidden, np.float32)}
    elif what == "linear":
        arrays |= {
            "between.weight": np.ones((hidden, hidden), np.float32),
            "between.bias": np.zeros(hidden, np.float32),
        }
    arrays |= above
    if what == "tower":
        arrays |= {"fc.weight": np.ones((2, 2 * hidden), np.float32)}
    stacks = stacks_from_arrays({name: arrays[name] for name in sorted(arrays)} if by_name else arrays)
    marked = all(stack.left_out or stack.setting("layers").basis == "assumed" for stack in stacks)
    assert marked and (len(stacks) == 2 or (by_name and stacks[0].left_out) or what == "tower")
