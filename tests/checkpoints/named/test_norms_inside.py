"""Cells with a norm inside, under the names that published programs give them: refused, never run without it."""

import io

import numpy as np
import pytest

from rnnviz.checkpoints import File
from rnnviz.checkpoints.numpy.numpy_archive import NumpyArchive
from rnnviz.errors import UnsupportedFileError

from ...raising import raises

D, H = 6, 5
OWN = {"weight_ih": (4 * H, D), "weight_hh": (4 * H, H), "bias_ih": (4 * H,), "bias_hh": (4 * H,)}
GRU = {"weight_ih": (3 * H, D), "weight_hh": (3 * H, H)}


def under(prefix, shapes):
    return {f"{prefix}{name}": shape for name, shape in shapes.items()}


def norms(size, *names, parts=("weight", "bias")):
    return {f"{name}.{part}": (size,) for name in names for part in parts}


FLAX = {f"cell/{side}{gate}/kernel": (D if side == "i" else H, H) for side in "ih" for gate in "ifgo"}
TF = "rnn/layer_norm_basic_lstm_cell"
# By whose names they are: the shapes of the arrays.
NAMINGS = {
    "torchscript": under("layers.0.cell.", OWN)
    | norms(4 * H, "layers.0.cell.layernorm_i", "layers.0.cell.layernorm_h"),
    "ln_ih": under("lstm.cells.0.", OWN) | norms(4 * H, "lstm.cells.0.ln_ih", "lstm.cells.0.ln_hh"),
    "linear layers": {"cell.i2h.weight": (4 * H, D), "cell.h2h.weight": (4 * H, H)} | norms(4 * H, "cell.ln_i2h"),
    "gamma of each gate": under("cell.", OWN) | {f"cell.gamma_{gate}": (H,) for gate in "ifgo"},
    "a list of norms": under("lstm.cell.", OWN) | norms(H, *(f"lstm.cell.lns.{k}" for k in range(4))),
    "norms by letter": under("cell.", GRU) | norms(H, "cell.norm_r", "cell.norm_z", "cell.norm_n"),
    "of a whole layer": under("gru.", {f"{name}_l0": shape for name, shape in GRU.items()})
    | norms(3 * H, "gru.layer_norm_ih", "gru.layer_norm_hh"),
    "simple rnn": {"rnn.weight_ih": (H, D), "rnn.weight_hh": (H, H)} | norms(H, "rnn.layer_norm"),
    "batch norm": {"cell_0.weight_ih": (D, 4 * H), "cell_0.weight_hh": (H, 4 * H), "cell_0.bias": (4 * H,)}
    | norms(4 * H, "cell_0.bn_ih", "cell_0.bn_hh"),
    "haste": {"rnn.kernel": (D, 4 * H), "rnn.recurrent_kernel": (H, 4 * H), "rnn.bias": (4 * H,)}
    | {"rnn.gamma": (2, 4 * H), "rnn.gamma_h": (H,), "rnn.beta_h": (H,)},
    "flax": FLAX | {f"cell/LayerNorm_{k}/scale": (H,) for k in range(4)},
    "haiku": {"lstm/linear/w": (D + H, 4 * H), "lstm/linear/b": (4 * H,), "lstm/layer_norm/scale": (4 * H,)},
    "tensorflow": {f"{TF}/kernel": (D + H, 4 * H)}
    | {f"{TF}/{gate}/gamma": (H,) for gate in ("input", "transform", "forget", "output", "state")},
    "dreamer": {"rssm._cell._layer.weight": (3 * H, D + H)} | norms(3 * H, "rssm._cell._norm"),
    "sequences": {"cell.x2h.0.weight": (4 * H, D), "cell.h2h.0.weight": (4 * H, H)}
    | norms(4 * H, "cell.x2h.1", "cell.h2h.1"),
    "labml": {"cells.0.hidden_lin.weight": (4 * H, H), "cells.0.input_lin.weight": (4 * H, D)}
    | norms(H, *(f"cells.0.layer_norm.{k}" for k in range(4))),
}


@pytest.mark.parametrize("naming", NAMINGS)
def test_a_cell_with_a_norm_inside_is_refused(naming):
    rng = np.random.default_rng(0)
    arrays = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in NAMINGS[naming].items()}
    data = io.BytesIO()
    np.savez(data, **arrays)
    with raises(UnsupportedFileError, code="cell"):
        NumpyArchive().open(File("m.npz", data.getvalue()))
