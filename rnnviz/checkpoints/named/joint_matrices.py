"""Layers with one matrix for the input and the hidden state: those of TensorFlow 0 and 1, Haiku, Sonnet, and tutorials.

A joint matrix (D + H, G*H) multiplies [x; h]: its upper rows are for the input, the lower ones for the hidden state.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ..settings import InferredSetting, inferred, inferred_order
from .array_names import LONGEST
from .array_settings import TANH, forget_bias, joining, orientation
from .assembled_layers import AssembledLayers

_MATRICES = ("kernel", "weights", "linear/matrix", "matrix", "w", "linear/w", "w_0", "w_gates", "weight")
_BIASES = ("bias", "biases", "linear/bias", "b", "linear/b", "b_gates")
# Cells with a joint matrix, by what precedes it in its name, letters alone.
_LSTM = {
    "lstm", "lstmcell", "basiclstmcell", "lstmblockcell", "lstmfusedcell", "lstmblockfusedcell",
    "cudnncompatiblelstmcell", "lstmblockwrapper",
}  # fmt: skip
_SIMPLE = {"rnncell", "basicrnncell", "rnn", "basicrnn", "vanillarnn"}
# Linear layers of which an LSTM's program may have one for all gates.
_ALL_GATES = {
    "gates", "gate", "all_gates", "ifgo", "ifog", "iofg", "linear", "lin", "fc", "i2h", "ih", "xh", "w", "weight_all",
    "weights", "combined", "proj", "layer",
}  # fmt: skip
_IN_A_CELL = re.compile(r"lstm|rnn|cell")
# Linear layers that tutorials call after what they do, for [x; h].
_TUTORIALS = {"i2h", "in2hidden", "input2hidden", "in2h", "xh2h", "ih2h", "i2hidden", "hidden_layer"}


@dataclass(frozen=True)
class _Joint:
    """A joint matrix: its name, what precedes it and the bias, and the bias's name."""

    name: str
    head: str
    bias: str | None


def assemble_joint(assembled: AssembledLayers, arrays: Mapping[str, Array]) -> None:
    """Add the layers among named arrays that have a joint matrix."""
    lower = {_plain(name): name for name in arrays if len(name) <= LONGEST}
    used = assembled.used
    for low, name in lower.items():
        if arrays[name].ndim != 2 or name in used:
            continue
        joint = _joint(low, name, lower)
        if joint is None:
            continue
        (
            _gru_of_tensorflow(assembled, joint, lower, arrays)
            or _cell_of_tensorflow(assembled, joint, lower, arrays)
            or _tutorial(assembled, joint, lower, arrays)
            or _linear_lstm(assembled, joint, arrays)
        )
    for low, name in lower.items():
        if low.endswith("/w_ru") and arrays[name].ndim == 2:
            _gru_block(assembled, name[: len(low) - 4], lower, arrays)
        if low.rpartition("/")[2] == "wlstm" and arrays[name].ndim == 2:
            _with_bias_row(assembled, name, arrays)
        if low.rpartition("/")[2] == "w_i" and arrays[name].ndim == 2:
            _deepmind(assembled, name[: len(low) - 3], lower, arrays, used)
    _courses(assembled, lower, arrays)


def _plain(name: str) -> str:
    """A name in lower case, with one separator."""
    return name.lower().removesuffix(":0").replace(".", "/")


def _joint(low: str, name: str, lower: Mapping[str, str]) -> _Joint | None:
    for end in sorted(_MATRICES, key=len, reverse=True):
        if low.endswith(f"/{end}"):
            head = low[: len(low) - len(end)]
            found = next((lower[head + bias] for bias in _BIASES if head + bias in lower), None)
            return _Joint(name, name[: len(head)], found)
    return None


def _vector(arrays: Mapping[str, Array], name: str | None, size: int) -> bool:
    """Whether there is no such array, or it has so many values."""
    return name is None or arrays[name].shape == (size,)


def _cell_of_tensorflow(
    assembled: AssembledLayers, joint: _Joint, lower: Mapping[str, str], arrays: Mapping[str, Array]
) -> bool:
    """An LSTM cell or a simple one with a joint kernel, as TensorFlow, Haiku and Sonnet have them."""
    layer = re.sub(r"[^a-z]", "", re.split(r"[./]", joint.head.lower().rstrip("./"))[-1])
    gates = 4 if layer in _LSTM else 1 if layer in _SIMPLE else 0
    height, columns = arrays[joint.name].shape
    linear = joint.name.lower().endswith("weight")  # (N, C), as PyTorch has them
    if not gates or linear or columns % gates or joint.bias is None or not _vector(arrays, joint.bias, columns):
        return False
    units = columns // gates
    projection = _projection(joint, lower, arrays, units)
    states = arrays[projection].shape[1] if projection else units
    inputs = height - states
    if inputs <= 0 or states <= 0 or _has_recurrent(joint, lower):
        return False
    owner = assembled.add_split(
        joint.head, joint.name, np.ascontiguousarray(arrays[joint.name].T), inputs, False, gates, "transposed"
    )
    assembled.add(joint.head, "bias_ih", arrays[joint.bias], (joint.bias,), "")
    if projection:
        assembled.add(joint.head, "weight_hr", arrays[projection].T, (projection,), "transposed")
        assembled.cells[owner] = "lstmp"
    low = joint.head.lower()
    if gates == 1:
        relu = "vanilla" in low
        reason = "Haiku’s VanillaRNN uses relu." if relu else "TensorFlow’s BasicRNNCell uses tanh by default."
        assembled.settings[owner] = (inferred("activation", "relu" if relu else "tanh", "assumed", reason),)
    else:
        assembled.settings[owner] = _settings_of_lstm(low, bool(projection))
    return True


def _has_recurrent(joint: _Joint, lower: Mapping[str, str]) -> bool:
    """Whether a recurrent matrix of its own stands beside, so that this one is for the input alone."""
    head = _plain(joint.head)
    return any(f"{head}{end}" in lower for end in ("recurrent_kernel", "recurrent/kernel", "weight_hh", "weight_hh_l0"))


def _projection(joint: _Joint, lower: Mapping[str, str], arrays: Mapping[str, Array], units: int) -> str | None:
    head = _plain(joint.head)
    for end in ("projection/kernel", "projection/weights", "projection/linear/matrix", "w_p_0"):
        name = lower.get(head + end)
        if name is not None and arrays[name].ndim == 2 and arrays[name].shape[0] == units:
            return name
    return None


def _settings_of_lstm(head: str, projected: bool) -> tuple[InferredSetting, ...]:
    """The settings of an LSTM with a joint kernel, by the name of its cell."""
    reason = "An LSTM cell with one kernel for input and state is TensorFlow’s or DeepMind’s, and both stack so."
    added = "0" if "cudnn_compatible" in head else "1"
    why = (
        "TensorFlow’s CudnnCompatibleLSTMCell adds nothing."
        if added == "0"
        else "TensorFlow’s LSTM cells, and those of Haiku and Sonnet, add 1 by default."
    )
    order = inferred_order("lstmp" if projected else "lstm", "igfo", "fixed", reason)
    return (order, forget_bias(added, why), *(() if projected else (TANH,)))


def _gru_of_tensorflow(
    assembled: AssembledLayers, joint: _Joint, lower: Mapping[str, str], arrays: Mapping[str, Array]
) -> bool:
    """A GRUCell of TensorFlow: a joint matrix for both gates, r and z, and one for the candidate."""
    if not _plain(joint.head).endswith("gates/") or joint.bias is None:
        return False
    head = joint.head[:-6]
    end, bias_end = _plain(joint.name)[len(joint.head) :], _plain(joint.bias)[len(joint.head) :]
    height, columns = arrays[joint.name].shape
    hidden = columns // 2
    inputs = height - hidden
    candidate = f"{_plain(head)}candidate/"
    whole, bias = lower.get(candidate + end), lower.get(candidate + bias_end)
    if columns % 2 or inputs <= 0 or not _vector(arrays, joint.bias, columns):
        return False
    gates = arrays[joint.name].T
    reset = "before"
    if whole is not None and arrays[whole].shape == (height, hidden) and _vector(arrays, bias, hidden) and bias:
        rows = np.concatenate([gates, arrays[whole].T])
        parts = {"weight_ih": rows[:, :inputs], "weight_hh": rows[:, inputs:]}
        biases: dict[str, tuple[Array, tuple[str, ...]]] = {
            "bias_ih": (np.concatenate([arrays[joint.bias], arrays[bias]]), (joint.bias, bias))
        }
        names: dict[str, tuple[str, ...]] = dict.fromkeys(parts, (joint.name, whole))
    else:
        sides = [lower.get(f"{candidate}{side}_projection/{end}") for side in ("input", "hidden")]
        vectors = [lower.get(f"{candidate}{side}_projection/{bias_end}") for side in ("input", "hidden")]
        if None in sides or None in vectors:
            return False
        read, recalled = (str(side) for side in sides)
        shift, recalled_shift = (str(vector) for vector in vectors)
        if arrays[read].shape != (inputs, hidden) or arrays[recalled].shape != (hidden, hidden):
            return False
        if not (_vector(arrays, shift, hidden) and _vector(arrays, recalled_shift, hidden)):
            return False
        reset = "after"
        parts = {
            "weight_ih": np.concatenate([gates[:, :inputs], arrays[read].T]),
            "weight_hh": np.concatenate([gates[:, inputs:], arrays[recalled].T]),
        }
        zeros = np.zeros_like(arrays[joint.bias])
        biases = {
            "bias_ih": (np.concatenate([arrays[joint.bias], arrays[shift]]), (joint.bias, shift)),
            "bias_hh": (np.concatenate([zeros, arrays[recalled_shift]]), (recalled_shift,)),
        }
        names = {"weight_ih": (joint.name, read), "weight_hh": (joint.name, recalled)}
    _add_gru(assembled, head, parts, names, biases, reset)
    return True


def _gru_block(assembled: AssembledLayers, head: str, lower: Mapping[str, str], arrays: Mapping[str, Array]) -> None:
    """TensorFlow's GRUBlockCell: w_ru (D + H, 2H), w_c (D + H, H), b_ru and b_c."""
    found = [lower.get(f"{_plain(head)}{end}") for end in ("w_ru", "w_c", "b_ru", "b_c")]
    if None in found:
        return
    gates, candidate, gate_bias, bias = map(str, found)
    height, columns = arrays[gates].shape
    hidden = columns // 2
    if not 0 < hidden < height or arrays[candidate].shape != (height, hidden):
        return
    if not (_vector(arrays, gate_bias, 2 * hidden) and _vector(arrays, bias, hidden)):
        return
    rows, inputs = np.concatenate([arrays[gates].T, arrays[candidate].T]), height - hidden
    parts = {"weight_ih": rows[:, :inputs], "weight_hh": rows[:, inputs:]}
    biases = {"bias_ih": (np.concatenate([arrays[gate_bias], arrays[bias]]), (gate_bias, bias))}
    _add_gru(assembled, head, parts, dict.fromkeys(parts, (gates, candidate)), biases, "before")


def _add_gru(
    assembled: AssembledLayers,
    head: str,
    parts: Mapping[str, Array],
    names: Mapping[str, tuple[str, ...]],
    biases: Mapping[str, tuple[Array, tuple[str, ...]]],
    reset: str,
) -> None:
    inputs = parts["weight_ih"].shape[1]
    for parameter, part in parts.items():
        which = f"rows 0 to {inputs - 1}" if parameter == "weight_ih" else f"rows from {inputs} on"
        owner = assembled.add(head, parameter, part, names[parameter], f"{which}, transposed and joined")
    for parameter, (vector, of) in biases.items():
        assembled.add(head, parameter, vector, of, "joined")
    reason = "TensorFlow’s GRUCell has its gates so."
    assembled.settings[owner] = (
        inferred_order("gru", "rzn", "fixed", reason),
        inferred("reset", reset, "fixed", reason),
        inferred("update", "keeps", "fixed", reason),
        TANH,
    )


def _deepmind(
    assembled: AssembledLayers, head: str, lower: Mapping[str, str], arrays: Mapping[str, Array], used: set[str]
) -> None:
    """w_i (D, G*H), w_h (H, G*H) and b: a GRU of Haiku or Sonnet, or an LSTM of Sonnet 2."""
    low = _plain(head)
    if any(f"{low}w_{gate}" in lower for gate in "fozrcgn"):
        return  # gates by themselves
    names = [lower.get(f"{low}{end}") for end in ("w_i", "w_h", "b")]
    if None in names:
        return
    read, recalled, bias = map(str, names)
    hidden, columns = arrays[recalled].shape if arrays[recalled].ndim == 2 else (0, 0)
    gates = columns // hidden if hidden and columns % hidden == 0 else 0
    if gates not in (3, 4) or arrays[read].shape[1:] != (columns,) or arrays[bias].size != columns:
        return
    if {read, recalled, bias} & used:
        return
    owner = assembled.add(head, "weight_ih", arrays[read].T, (read,), "transposed")
    assembled.add(head, "weight_hh", arrays[recalled].T, (recalled,), "transposed")
    assembled.add(head, "bias_ih", arrays[bias].reshape(-1), (bias,), "")
    reason = "Arrays called w_i, w_h and b are those of Haiku and Sonnet 2."
    settings: tuple[InferredSetting, ...]
    if gates == 4:
        settings = (inferred_order("lstm", "ifgo", "assumed", reason), TANH)
    else:
        settings = (
            inferred_order("gru", "zrn", "assumed", reason),
            inferred("reset", "before", "assumed", reason),
            inferred("update", "writes", "assumed", reason),
            TANH,
        )
    assembled.settings[owner] = settings


def _tutorial(assembled: AssembledLayers, joint: _Joint, lower: Mapping[str, str], arrays: Mapping[str, Array]) -> bool:
    """A linear layer i2h that reads [x; h] and gives the next hidden state, as in PyTorch's first tutorial."""
    layer = re.split(r"[./]", joint.head.lower().rstrip("./"))[-1]
    if layer not in _TUTORIALS:
        return False
    parent = joint.head[: len(joint.head) - len(layer) - 1]
    prefix = _plain(parent)
    if any(f"{prefix}{other}" in lower for other in ("h2h/weight", "hh/weight", "h2h/kernel", "hidden2hidden/weight")):
        return False
    columns = joint.name.lower().endswith("kernel")
    whole = arrays[joint.name].T if columns else arrays[joint.name]
    hidden, width = whole.shape
    inputs = width - hidden
    if inputs <= 0 or not hidden or (joint.bias is not None and not _vector(arrays, joint.bias, hidden)):
        return False
    assembled.work(len(lower))
    owner = assembled.add_split(parent, joint.name, whole, inputs, False, 1, "transposed" if columns else "")
    if joint.bias is not None:
        assembled.add(parent, "bias_ih", arrays[joint.bias], (joint.bias,), "")
    reason = "PyTorch’s first tutorial has no activation there; the file does not say."
    assembled.settings[owner] = (inferred("activation", "linear", "assumed", reason),)
    assembled.extra.setdefault(owner, []).append(joining(False))
    others = [
        name
        for low, name in lower.items()
        if low.startswith(prefix) and name != joint.name and arrays[name].ndim == 2 and arrays[name].shape[1] == width
    ]
    for other in others[:3]:
        words = f"{other} reads the input and the old hidden state together; that output is not run."
        assembled.left_out.setdefault(owner, []).append(words)
    return True


def _linear_lstm(assembled: AssembledLayers, joint: _Joint, arrays: Mapping[str, Array]) -> bool:
    """A linear layer (4H, D + H) that gives all gates' sums: lstm.linear.weight, cell.gates.weight."""
    parts = re.split(r"[./]", joint.head.lower().rstrip("./"))
    layer, above = parts[-1], ".".join(parts[-3:-1])
    sure = "lstm" in above and layer in _ALL_GATES
    if not (sure or layer == "gates" or (layer in _ALL_GATES and _IN_A_CELL.search(above))) or joint.bias is None:
        return False
    columns = not joint.name.lower().endswith("weight")
    whole = arrays[joint.name].T if columns else arrays[joint.name]
    rows, width = whole.shape
    hidden = rows // 4
    if rows % 4 or not 0 < hidden < width or not _vector(arrays, joint.bias, rows):
        return False
    assembled.work(len(arrays))
    if not sure and not any(
        array.ndim == 2 and hidden in array.shape for name, array in arrays.items() if name != joint.name
    ):
        return False
    head = joint.head[: len(joint.head) - len(layer) - 1]
    if any(array.shape == (rows, hidden) and name.startswith(head) for name, array in arrays.items()):
        return False  # the hidden state has a matrix of its own
    owner = assembled.add_split(head, joint.name, whole, width - hidden, False, 4, "transposed" if columns else "")
    assembled.add(head, "bias_ih", arrays[joint.bias], (joint.bias,), "")
    reason = "The file does not say; a linear layer for all gates is stacked as in PyTorch by most programs."
    gates = inferred("gates", "sigmoid", "assumed", reason)
    assembled.settings[owner] = (inferred_order("lstm", "ifgo", "assumed", reason), gates, TANH)
    assembled.extra.setdefault(owner, []).append(joining(False))
    return True


def _with_bias_row(assembled: AssembledLayers, name: str, arrays: Mapping[str, Array]) -> None:
    """WLSTM (1 + D + H, 4H) of a well-known program in NumPy: the first row is the bias."""
    height, columns = arrays[name].shape
    hidden = columns // 4
    inputs = height - 1 - hidden
    if columns % 4 or inputs <= 0 or not hidden:
        return
    head = name[: -len("wlstm")]
    whole = arrays[name].T
    for parameter, part in (("weight_ih", slice(1, 1 + inputs)), ("weight_hh", slice(1 + inputs, height))):
        words = f"rows {part.start} to {part.stop - 1}, transposed"
        owner = assembled.add(head, parameter, whole[:, part], (name,), words)
    assembled.add(head, "bias_ih", np.ascontiguousarray(whole[:, 0]), (name,), "row 0")
    reason = "An LSTM in one matrix of this name has its bias in the first row and its gates in this order."
    assembled.settings[owner] = (inferred_order("lstm", "ifog", "assumed", reason), TANH)


def _courses(assembled: AssembledLayers, lower: Mapping[str, str], arrays: Mapping[str, Array]) -> None:
    """U, V and W of textbooks: U reads the input, W the old state, V the new one."""
    heads = {low[:-1] for low in lower if low.endswith("v") and (len(low) == 1 or low[-2] in "_/")}
    for head in heads:
        names = [lower.get(f"{head}{letter}") for letter in "uwv"]
        if None in names:
            continue
        read, recalled, shown = map(str, names)
        if any(arrays[name].ndim != 2 for name in (read, recalled, shown)):
            continue
        hidden, same = arrays[recalled].shape
        if hidden != same or arrays[shown].shape[1:] != (hidden,) or len(arrays[read]) != hidden:
            continue
        owner = assembled.add(lower[f"{head}u"][:-1], "weight_ih", arrays[read], (read,), "")
        assembled.add(lower[f"{head}u"][:-1], "weight_hh", arrays[recalled], (recalled,), "")
        bias = next((lower[f"{head}{end}"] for end in ("b", "bh", "b_h") if f"{head}{end}" in lower), None)
        if bias is not None and arrays[bias].shape == (hidden,):
            assembled.add(lower[f"{head}u"][:-1], "bias_ih", arrays[bias], (bias,), "")
        if arrays[read].shape == (hidden, hidden):
            assembled.extra.setdefault(owner, []).append(orientation(False))
