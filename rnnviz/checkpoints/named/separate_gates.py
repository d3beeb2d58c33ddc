"""Arrays of single gates joined, and joint ones split, so that a layer has one array for each parameter.

Code written by hand, and Flax, keep a matrix for each gate, named after it: W_xi, W_hi and b_i, or U_f, or hi/kernel.
TensorFlow 1's BasicLSTMCell has one kernel: the upper rows are for the input, the lower ones for the hidden state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from ...cells.activations import Array
from .array_names import LONGEST, ArrayName, split_direction

# By the gates' letters in files: in which order they are joined, ours being i, f, g, o and r, z, n.
_GATE_SETS = [("i", "f", candidate, "o") for candidate in "gcz"] + [("r", "z", candidate) for candidate in "nhcg"]
_INPUT, _STATE = ("wx", "wi", "w", "i"), ("wh", "u", "uh", "r", "h")
_GATE_ARRAY = re.compile(
    r"(?P<head>|.*?[^a-z0-9])(?P<side>w_?[xih]?|u_?h?|r|b_?[xih]?|[ih](?=[a-z][._/]))_?(?P<gate>[ifogcrznh])"
    r"(?:[._/](?P<what>weight|bias|kernel))?(?::0)?",
    re.IGNORECASE | re.DOTALL,
)
_JOINT_KERNEL = re.compile(r"(?P<head>.*lstm_cell(?:_[0-9]{1,3})?[._/])kernel(?::0)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Origin:
    """What an assembled array is made of: the names of the file's arrays, and what was done to them."""

    names: tuple[str, ...]
    changes: str


@dataclass
class AssembledLayers:
    """Layers whose arrays had to be assembled.

    layers: by owner and direction, the parameters. arrays: the assembled arrays, gates along the rows, by names of
    their own. origins: what each is made of. square: owners whose matrices are square, so that their orientation is
    open, and whether gates are assumed along the columns. joint: owners that are a BasicLSTMCell.
    """

    layers: dict[str, dict[str, dict[str, ArrayName]]] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    square: dict[str, bool] = field(default_factory=dict)
    joint: set[str] = field(default_factory=set)

    @property
    def used(self) -> set[str]:
        """The file's arrays that the assembled ones are made of."""
        return {name for origin in self.origins.values() for name in origin.names}

    def add(self, head: str, parameter: str, array: Array, origin: Origin) -> str:
        """Add one assembled array; returns its owner's name."""
        owner, direction = split_direction(head)
        word = {"weight_ih": "w_ih", "weight_hh": "w_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}[parameter]
        name = f"{', '.join(origin.names[:4])}{' and others' if len(origin.names) > 4 else ''} for {parameter}"
        self.arrays[name], self.origins[name] = array, origin
        parameters = self.layers.setdefault(owner, {}).setdefault(direction, {})
        parameters[parameter] = ArrayName(name, owner, parameter, word, 0, direction, False, 0)
        return owner


def assemble_layers(arrays: Mapping[str, Array]) -> AssembledLayers:
    """The layers among named arrays that have an array for each gate, or one for all."""
    assembled = AssembledLayers()
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for name, array in arrays.items():
        match = _GATE_ARRAY.fullmatch(name) if len(name) <= LONGEST else None
        if match is not None:
            side = re.sub("_", "", match["side"].lower()) + ("|bias" if (match["what"] or "").lower() == "bias" else "")
            tables.setdefault(match["head"], {}).setdefault(side, {})[match["gate"].lower()] = name
        joint = _JOINT_KERNEL.fullmatch(name) if len(name) <= LONGEST else None
        if joint is not None and array.ndim == 2:
            _split_kernel(assembled, joint["head"], name, arrays)
    for head, sides in tables.items():
        _join_gates(assembled, head, sides, arrays)
    return assembled


def _join_gates(
    assembled: AssembledLayers, head: str, sides: dict[str, dict[str, str]], arrays: Mapping[str, Array]
) -> None:
    for gates, input_side, state_side in _complete_sets(sides):
        ih, hh = ([arrays[side[gate]] for gate in gates] for side in (sides[input_side], sides[state_side]))
        shapes = {array.shape for array in ih}, {array.shape for array in hh}
        if any(len(distinct) != 1 for distinct in shapes) or any(array.ndim != 2 for array in (*ih, *hh)):
            continue
        (height, width), (hidden, same) = shapes[0].pop(), shapes[1].pop()
        if hidden != same or hidden not in (height, width) or not hidden:
            continue
        first_name = sides[input_side][gates[0]].lower().removesuffix(":0")
        by_name = first_name.endswith("kernel") or (input_side == "wx" and not first_name.endswith("weight"))
        columns = width == hidden if height != width else by_name  # x W_xi, but W_ii x
        for parameter, side, blocks in (("weight_ih", input_side, ih), ("weight_hh", state_side, hh)):
            names = tuple(sides[side][gate] for gate in gates)
            changes = f"gates {', '.join(gates)} joined" + (", transposed" if columns else "")
            whole = np.concatenate([block.T if columns else block for block in blocks])
            owner = assembled.add(head, parameter, whole, Origin(names, changes))
        if height == width and not first_name.endswith(("kernel", "weight")):
            assembled.square[owner] = columns
        bias_side = "b" if "b" in sides else "bx" if "bx" in sides else "bi"
        for parameter, by_gate in (
            ("bias_ih", {**sides.get(bias_side, {}), **sides.get(f"{input_side}|bias", {})}),
            ("bias_hh", {**sides.get("bh", {}), **sides.get(f"{state_side}|bias", {})}),
        ):
            biases = {gate: arrays[by_gate[gate]] for gate in gates if gate in by_gate}
            if biases and all(array.size == hidden for array in biases.values()):
                zeros = np.zeros(hidden, hh[0].dtype)
                whole = np.concatenate([biases[gate].reshape(-1) if gate in biases else zeros for gate in gates])
                names = tuple(by_gate[gate] for gate in biases)
                assembled.add(head, parameter, whole, Origin(names, f"gates {', '.join(gates)} joined"))
        return


def _complete_sets(sides: dict[str, dict[str, str]]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Sets of gates of which both an input's and a state's side have all."""
    for gates in _GATE_SETS:
        for input_side in _INPUT:
            for state_side in _STATE:
                if all(set(gates) <= set(sides.get(side, ())) for side in (input_side, state_side)):
                    yield gates, input_side, state_side


def _split_kernel(assembled: AssembledLayers, head: str, name: str, arrays: Mapping[str, Array]) -> None:
    """A joint kernel (D + H, 4H) and its bias (4H)."""
    bias = next((key for key in (f"{head}bias", f"{head}bias:0") if key in arrays), None)
    height, columns = arrays[name].shape
    hidden = columns // 4
    if bias is None or columns % 4 or not 0 < hidden < height or arrays[bias].shape != (columns,):
        return
    inputs = height - hidden
    rows = {"weight_ih": slice(0, inputs), "weight_hh": slice(inputs, None)}
    for parameter, part in rows.items():
        changes = f"rows {part.start} to {height - 1 if part.stop is None else part.stop - 1}, transposed"
        owner = assembled.add(head, parameter, arrays[name][part].T, Origin((name,), changes))
    assembled.add(head, "bias_ih", arrays[bias], Origin((bias,), ""))
    assembled.joint.add(owner)
