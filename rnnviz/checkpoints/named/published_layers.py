"""Layers of cells from the literature that their names tell: light GRU and IndRNN. Others are named, not run."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from ...cells.activations import Array
from .array_names import LONGEST, parse_name
from .assembled_layers import AssembledLayers

_EPSILON = 1e-5  # of PyTorch's batch norm

# By the name of a cell or network that is not run here: parts of names that only it has.
NOT_RUN = {
    "Mamba": ("a_log", "dt_proj", "mixer.in_proj"),
    "RWKV": ("time_decay", "time_mix_k", "time_maa"),
    "xLSTM": ("xlstm", "mlstm_cell", "slstm_cell", "slstm", "mlstm.igate", "igate.weight"),
    "an SRU": ("rnn_lst.", "sru.", "sru_", "weight_c"),
    "a QRNN": ("qrnn",),
    "a minGRU": ("to_hidden_and_gate", "mingru"),
    "a ConvLSTM": ("convlstm", "conv_lstm"),
    "a clockwork RNN": ("clockwork",),
    "a recurrent highway network": ("rhn",),
    "a nested LSTM": ("nested_lstm", "nlstm"),
    "a liquid or continuous-time cell": ("ltc_cell", "cfc_cell", "gleak"),
    "S4": ("log_dt", "kernel.kernel"),
    "a cell with layer norm": ("layer_norm_basic_lstm", "gru.norm", "lstm.norm", "gru.layer_norm", "lstm.layer_norm"),
    "a light GRU with another norm": (".u.weight",),
    "an LSTM with coupled gates": ("coupled_input_forget",),
}


_RECURRENT = re.compile(r"rnn|gru|lstm|cell|recurr|rssm", re.IGNORECASE)
_NORM = re.compile(r"norm|(?:^|[._/])ln", re.IGNORECASE)
_MOST_NORMS = 1000  # that are compared with matrices


def unknown_cell(arrays: Mapping[str, Array]) -> str | None:
    """The cell that is not run here and whose arrays these seem to be, None if none is known."""
    few = [name.lower() for name in arrays if len(name) <= LONGEST]
    for title, parts in NOT_RUN.items():
        if any(part in name for name in few for part in parts):
            return title
    return "a cell with layer norm" if _has_normed_cell(arrays) else None


def _has_normed_cell(arrays: Mapping[str, Array]) -> bool:
    """Whether a norm of all gates' sums, or of one gate's, is beside a matrix in something that is called recurrent."""
    named = {name: array for name, array in arrays.items() if len(name) <= LONGEST and _RECURRENT.search(name)}
    norms = {name: array for name, array in named.items() if array.ndim == 1 and _NORM.search(name)}
    rows: dict[str, set[int]] = {}
    for name, array in named.items():
        if array.ndim == 2:
            rows.setdefault(_above(name), set()).add(len(array))
    for name, array in list(norms.items())[:_MOST_NORMS]:
        beside = rows.get(_above(name), set()) | rows.get(_above(name, 3), set())
        if any((size == len(array) and size % 3 * (size % 4) == 0) or size in (3 * len(array), 4 * len(array))
               for size in beside):  # fmt: skip
            return True
    return False


def _above(name: str, parts: int = 2) -> str:
    """What precedes the layer in the name of an array: "cells.0" for "cells.0.lin.weight". parts: that are left out."""
    for _ in range(parts):
        name = name[: max(name.rfind("."), name.rfind("/"), 0)]
    return name


def assemble_published(assembled: AssembledLayers, arrays: Mapping[str, Array]) -> None:
    """Add the layers of published cells among named arrays."""
    for name, array in arrays.items():
        if len(name) > LONGEST or array.ndim > 2:
            continue
        if name.endswith("u.weight") and array.ndim == 2:
            _light_gru(assembled, name[: -len("u.weight")], arrays)
        elif array.ndim == 1:
            _independent(assembled, name, arrays)


def _light_gru(assembled: AssembledLayers, head: str, arrays: Mapping[str, Array]) -> None:
    """SpeechBrain's light GRU: w (2H, D) and u (2H, H), candidate first, and a batch norm of what w gives."""
    reads, recalls = arrays.get(f"{head}w.weight"), arrays[f"{head}u.weight"]
    rows, hidden = recalls.shape
    if reads is None or reads.ndim != 2 or rows != 2 * hidden or len(reads) != rows or (head and head[-1].isalnum()):
        return
    norm = [f"{head}norm.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
    names: tuple[str, ...] = (f"{head}w.weight",)
    bias = arrays.get(f"{head}w.bias")
    shift = np.zeros(rows, reads.dtype) if bias is None or bias.shape != (rows,) else bias
    of_bias: tuple[str, ...] = () if bias is None else (f"{head}w.bias",)
    words = ""
    if all(part in arrays and arrays[part].shape == (rows,) for part in norm):
        scale, offset, mean, variance = (arrays[part] for part in norm)
        factor = scale / np.sqrt(variance + _EPSILON)
        reads, shift = reads * factor[:, None], (shift - mean) * factor + offset
        names, of_bias, words = (*names, *norm), (*of_bias, *norm), ", batch norm included"
    elif any(name.startswith(f"{head}norm") for name in arrays):
        return
    swapped = [slice(hidden, rows), slice(0, hidden)]  # ours has the update gate first
    directions = ("forward", "backward") if _is_read_twice(head, 2 * hidden, arrays) else ("forward",)
    for direction in directions:
        begin = head if direction == "forward" else f"{head}backward."
        changes = f"halves exchanged{words}"
        owner = assembled.add(begin, "weight_ih", np.concatenate([reads[s] for s in swapped]), names, changes)
        whole = np.concatenate([recalls[s] for s in swapped])
        assembled.add(begin, "weight_hh", whole, (f"{head}u.weight",), "halves exchanged")
        if of_bias:
            assembled.add(begin, "bias_ih", np.concatenate([shift[s] for s in swapped]), of_bias, changes)
    assembled.cells[owner] = "ligru"
    assembled.settings[owner] = ()
    assembled.left_out.setdefault(owner, []).append(
        "The arrays are called as those of SpeechBrain’s light GRU, whose candidate has relu; the file does not say."
    )


def _is_read_twice(head: str, width: int, arrays: Mapping[str, Array]) -> bool:
    """Whether the next of numbered layers reads both directions, which share their weights in SpeechBrain."""
    match = re.search(r"([0-9]{1,3})[./]$", head)
    if match is None:
        return False
    following = f"{head[: match.start(1)]}{int(match[1]) + 1}{head[match.end(1) :]}w.weight"
    before = f"{head[: match.start(1)]}{int(match[1]) - 1}{head[match.end(1) :]}w.weight"
    for name in (following, before):
        if name in arrays and arrays[name].ndim == 2 and following in arrays:
            return bool(arrays[following].shape[1] == width)
    own = arrays[f"{head}w.weight"]
    return before in arrays and own.ndim == 2 and own.shape[1] == width


def _independent(assembled: AssembledLayers, name: str, arrays: Mapping[str, Array]) -> None:
    """An IndRNN: a vector of recurrent weights in place of the matrix."""
    parsed = parse_name(name)
    if parsed is None or parsed.parameter != "weight_hh" or parsed.word not in ("weight_hh", "recurrent_kernel"):
        return
    head, hidden = name[: -len(parsed.word)], len(arrays[name])
    if not name.lower().endswith(parsed.word):
        return
    reads = "weight_ih" if parsed.word == "weight_hh" else "kernel"
    matrix = arrays.get(f"{head}{reads}")
    if matrix is None or matrix.ndim != 2 or hidden not in matrix.shape:
        return
    columns = matrix.shape[1] == hidden if reads == "kernel" else len(matrix) != hidden
    owner = assembled.add(
        head, "weight_ih", matrix.T if columns else matrix, (f"{head}{reads}",), "transposed" if columns else ""
    )
    assembled.add(head, "weight_u", arrays[name], (name,), "")
    bias = next((key for end in ("bias", "bias_ih") if (key := f"{head}{end}") in arrays), None)
    if bias is not None and arrays[bias].shape == (hidden,):
        assembled.add(head, "bias_ih", arrays[bias], (bias,), "")
    assembled.cells[owner] = "indrnn"
    assembled.settings[owner] = ()
    assembled.left_out.setdefault(owner, []).append(
        "A vector of recurrent weights is that of an IndRNN, whose activation is relu; the file does not say."
    )
