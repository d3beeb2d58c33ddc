"""Arrays of single gates put together, and joint ones taken apart, so that a layer has one array for each parameter.

Code written by hand, and Flax, keep a matrix for each gate, called after it: W_xi, W_hi and b_i, or U_f, or hi/kernel.
And TensorFlow 1's BasicLSTMCell has one kernel for input and hidden state, one above the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from ...cells.activations import Array
from .array_names import LONGEST, Named, owned

# By the gates' letters as files have them: in which order they come here, ours being i, f, g, o and r, z, n.
_SETS = [("i", "f", candidate, "o") for candidate in "gcz"] + [("r", "z", candidate) for candidate in "nhcg"]
_INPUT, _STATE = ("wx", "wi", "w", "i"), ("wh", "u", "uh", "r", "h")
_PART = re.compile(
    r"(?P<head>|.*?[^a-z0-9])(?P<side>w_?[xih]?|u_?h?|r|b_?[xih]?|[ih](?=[a-z][._/]))_?(?P<gate>[ifogcrznh])"
    r"(?:[._/](?P<what>weight|bias|kernel))?(?::0)?",
    re.IGNORECASE | re.DOTALL,
)
_JOINT = re.compile(r"(?P<head>.*lstm_cell(?:_[0-9]{1,3})?[._/])kernel(?::0)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Part:
    """What a made array is made of: the names of the file's arrays, and what was done to them."""

    names: tuple[str, ...]
    how: str


@dataclass
class Gathered:
    """Layers whose arrays had to be made.

    ways: by owner and direction, its parameters. arrays: those made, gates along the rows, by a name of their own.
    parts: of what. open: owners whose square matrices may lie either way; joint: those of a BasicLSTMCell.
    """

    ways: dict[str, dict[str, dict[str, Named]]] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    open: dict[str, bool] = field(default_factory=dict)
    joint: set[str] = field(default_factory=set)

    @property
    def taken(self) -> set[str]:
        """The file's arrays that are in those made."""
        return {name for part in self.parts.values() for name in part.names}

    def put(self, head: str, parameter: str, array: Array, part: Part) -> str:
        """Add one made array; its owner's name."""
        owner, direction = owned(head)
        word = {"weight_ih": "w_ih", "weight_hh": "w_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}[parameter]
        name = f"{', '.join(part.names[:4])}{' and others' if len(part.names) > 4 else ''} for {parameter}"
        self.arrays[name], self.parts[name] = array, part
        way = self.ways.setdefault(owner, {}).setdefault(direction, {})
        way[parameter] = Named(name, owner, parameter, word, 0, direction, False, 0)
        return owner


def gathered(arrays: Mapping[str, Array]) -> Gathered:
    """The layers among named arrays that have an array for each gate, or one for all."""
    found = Gathered()
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for name, array in arrays.items():
        match = _PART.fullmatch(name) if len(name) <= LONGEST else None
        if match is not None:
            side = re.sub("_", "", match["side"].lower()) + ("|bias" if (match["what"] or "").lower() == "bias" else "")
            tables.setdefault(match["head"], {}).setdefault(side, {})[match["gate"].lower()] = name
        joint = _JOINT.fullmatch(name) if len(name) <= LONGEST else None
        if joint is not None and array.ndim == 2:
            _split(found, joint["head"], name, arrays)
    for head, sides in tables.items():
        _put_together(found, head, sides, arrays)
    return found


def _put_together(found: Gathered, head: str, sides: dict[str, dict[str, str]], arrays: Mapping[str, Array]) -> None:
    for gates, reads, recalls in _whole(sides):
        ih, hh = ([arrays[side[gate]] for gate in gates] for side in (sides[reads], sides[recalls]))
        shapes = {array.shape for array in ih}, {array.shape for array in hh}
        if any(len(one) != 1 for one in shapes) or any(array.ndim != 2 for array in (*ih, *hh)):
            continue
        (height, width), (hidden, same) = shapes[0].pop(), shapes[1].pop()
        if hidden != same or hidden not in (height, width) or not hidden:
            continue
        told = sides[reads][gates[0]].lower().removesuffix(":0")
        usual = told.endswith("kernel") or (reads == "wx" and not told.endswith("weight"))  # x W_xi, but W_ii x
        lies = width == hidden if height != width else usual
        for parameter, side, blocks in (("weight_ih", reads, ih), ("weight_hh", recalls, hh)):
            names = tuple(sides[side][gate] for gate in gates)
            how = f"gates {', '.join(gates)} put together" + (", transposed" if lies else "")
            whole = np.concatenate([block.T if lies else block for block in blocks])
            owner = found.put(head, parameter, whole, Part(names, how))
        if height == width and not told.endswith(("kernel", "weight")):
            found.open[owner] = lies
        first = "b" if "b" in sides else "bx" if "bx" in sides else "bi"
        for parameter, names_of in (
            ("bias_ih", {**sides.get(first, {}), **sides.get(f"{reads}|bias", {})}),
            ("bias_hh", {**sides.get("bh", {}), **sides.get(f"{recalls}|bias", {})}),
        ):
            there = {gate: arrays[names_of[gate]] for gate in gates if gate in names_of}
            if there and all(array.size == hidden for array in there.values()):
                zeros = np.zeros(hidden, hh[0].dtype)
                whole = np.concatenate([there[gate].reshape(-1) if gate in there else zeros for gate in gates])
                names = tuple(names_of[gate] for gate in there)
                found.put(head, parameter, whole, Part(names, f"gates {', '.join(gates)} put together"))
        return


def _whole(sides: dict[str, dict[str, str]]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Sets of gates of which both an input's and a state's side have all."""
    for gates in _SETS:
        for reads in _INPUT:
            for recalls in _STATE:
                if all(set(gates) <= set(sides.get(side, ())) for side in (reads, recalls)):
                    yield gates, reads, recalls


def _split(found: Gathered, head: str, name: str, arrays: Mapping[str, Array]) -> None:
    """A joint kernel (I + H, 4H) and its bias (4H)."""
    bias = next((one for one in (f"{head}bias", f"{head}bias:0") if one in arrays), None)
    both, columns = arrays[name].shape
    hidden = columns // 4
    if bias is None or columns % 4 or not 0 < hidden < both or arrays[bias].shape != (columns,):
        return
    inputs = both - hidden
    rows = {"weight_ih": slice(0, inputs), "weight_hh": slice(inputs, None)}
    for parameter, part in rows.items():
        how = f"rows {part.start} to {both - 1 if part.stop is None else part.stop - 1}, transposed"
        owner = found.put(head, parameter, arrays[name][part].T, Part((name,), how))
    found.put(head, "bias_ih", arrays[bias], Part((bias,), ""))
    found.joint.add(owner)
