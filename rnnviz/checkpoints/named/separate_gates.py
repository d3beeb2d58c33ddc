"""Layers with a matrix for each gate, named after it: W_xi, W_hi and b_i, or U_f, or hi/kernel, as in Flax.

Courses and textbooks often have one matrix a gate for the input and the hidden state side by side: W_f (H, H + D).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np

from ...cells.activations import Array
from ...errors import DamagedFileError
from .array_names import LONGEST
from .array_settings import joining, orientation
from .assembled_layers import AssembledLayers

# By the gates' letters in files: in which order they are joined, ours being i, f, g, o and r, z, n.
_GATE_SETS = [("i", "f", candidate, "o") for candidate in "gcz"] + [("r", "z", candidate) for candidate in "nhcg"]
_INPUT, _STATE = ("wx", "wi", "w", "i", "x2", "i2"), ("wh", "u", "uh", "r", "h", "h2")
_GATE_ARRAY = re.compile(
    r"(?P<head>|.*?[^a-z0-9])(?P<side>w_?[xih]?|u_?h?|r|b_?[xih]?|[xih]2|[ih](?=[a-z][._/]))_?(?P<gate>[ifogcrznh])"
    r"(?:[._/](?P<what>weight|bias|kernel))?(?::0)?",
    re.IGNORECASE | re.DOTALL,
)
# Gates whose linear layer reads input and state side by side, by words: "forget_gate.weight".
_GATE_WORDS = {
    "i": ("input", "in", "i"), "f": ("forget", "f"), "o": ("output", "out", "o"),
    "g": ("cell", "candidate", "cand", "c", "g", "memory", "new", "update_cell", "cell_candidate", "c_tilde"),
    "r": ("reset", "r"), "z": ("update", "z"), "n": ("candidate", "cand", "new", "h", "hidden", "n", "h_tilde"),
}  # fmt: skip
# What multiplies the input and what the hidden state, in the name of a gate's own layer: "U_reset", "forget_gate.x".
_SIDES = {
    **dict.fromkeys(("w", "wx", "w_x", "wi", "x", "xh", "i", "in", "ih", "input", "x2h", "i2h", "x2", "i2"), "w"),
    **dict.fromkeys(("u", "uh", "wh", "w_h", "h", "hh", "hidden", "state", "recurrent", "rec", "h2h", "h2"), "u"),
}  # fmt: skip
_GATE_TITLES = {
    "i": "input", "f": "forget", "g": "candidate", "o": "output", "r": "reset", "z": "update", "n": "candidate",
}  # fmt: skip
_BEFORE = ("linear_", "lin_", "fc_", "gate_", "dense_", "w_", "w")
_AFTER = ("_gate", "gate", "_layer", "_linear", "_lin", "_fc")
_MISSING = 2  # arrays that a layer may lack and still be named


def assemble_gates(assembled: AssembledLayers, arrays: Mapping[str, Array]) -> None:
    """Add the layers among named arrays that have an array for each gate."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    layers: dict[str, dict[str, dict[str, str]]] = {}
    sided: dict[str, dict[str, dict[str, str]]] = {}
    for name in arrays:
        if len(name) > LONGEST:
            continue
        match = _GATE_ARRAY.fullmatch(name)
        if match is not None:
            side = re.sub("_", "", match["side"].lower()) + ("|bias" if (match["what"] or "").lower() == "bias" else "")
            tables.setdefault(match["head"], {}).setdefault(side, {})[match["gate"].lower()] = name
        if (parsed := _sided_gate(name)) is not None:
            head, side, word = parsed
            sided.setdefault(head, {}).setdefault(side, {})[word] = name
        layer = _gate_layer(name)
        if layer is not None:
            head, word, what = layer
            layers.setdefault(head, {}).setdefault(what, {})[word] = name
    for head, sides in tables.items():
        if not (_join_gates(assembled, head, sides, arrays) or _split_gates(assembled, head, sides, arrays)):
            _report_missing(assembled, head, sides, arrays)
    for head, sides in sided.items():
        _join_words(assembled, head, sides, arrays)
    used = assembled.used
    for head, words in layers.items():
        if _is_any_used(words, used) or _is_any_used(tables.get(head, {}), used):
            continue
        if _split_layers(assembled, head, words, arrays):
            used.update(name for names in words.values() for name in names.values())


def _gate_layer(name: str) -> tuple[str, str, str] | None:
    """What precedes a linear layer that is called after a gate, the gate's word, and "weight" or "bias"."""
    place = max(name.rfind("."), name.rfind("/"))
    what = {"weight": "weight", "kernel": "weight", "bias": "bias"}.get(name[place + 1 :].removesuffix(":0").lower())
    if place <= 0 or what is None:
        return None
    start = 1 + max(name.rfind(".", 0, place), name.rfind("/", 0, place))
    word = name[start:place].lower()
    for end in _AFTER:
        word = word.removesuffix(end)
    for begin in _BEFORE:
        word = word.removeprefix(begin) if len(word) > len(begin) else word
    return name[:start], word, what


def _sided_gate(name: str) -> tuple[str, str, str] | None:
    """What precedes a layer of one gate and one side, its side ("w", "u", and with "|bias"), and the gate's word."""
    *above, last = re.split(r"[./]", name.removesuffix(":0").lower())
    if last not in ("weight", "kernel", "bias") or not above:
        return None
    end = "|bias" if last == "bias" else ""
    for count in (1, 2):  # "U_reset.weight", "forget_gate.x.weight"
        words = "_".join(above[-count:]).split("_")
        words = [word for word in words if word not in ("gate", "linear", "lin", "fc", "layer")]
        splits = [(words[:1], words[1:]), (words[-1:], words[:-1]), (words[:2], words[2:])][count - 1 :]
        sides = [(_SIDES["_".join(side)], "_".join(rest)) for side, rest in splits if "_".join(side) in _SIDES]
        known = [(side, word) for side, word in sides if any(word in of_gate for of_gate in _GATE_WORDS.values())]
        if known and len(above) >= count:
            side, word = max(known, key=lambda pair: len(pair[1]))  # "input_h" is of the input gate, not of a gate h
            return name[: len(name) - sum(len(part) + 1 for part in (*above[-count:], last)) + 1], side + end, word
    return None


def _join_words(
    assembled: AssembledLayers, head: str, sides: Mapping[str, Mapping[str, str]], arrays: Mapping[str, Array]
) -> None:
    """Gates called by words, each with a layer for the input and one for the hidden state."""
    both = sides.get("w", {}).keys() & sides.get("u", {}).keys()
    for gates in (("i", "f", "g", "o"), ("r", "z", "n")):
        letters = {gate: word for gate in gates for word in reversed(_GATE_WORDS[gate]) if word in both}
        if len(set(letters.values())) < len(gates):
            continue
        by_letter = {
            side: {gate: names[word] for gate, word in letters.items() if word in names}
            for side, names in sides.items()
        }
        if _join_gates(assembled, head, by_letter, arrays):
            return


def _is_any_used(sides: Mapping[str, Mapping[str, str]], used: set[str]) -> bool:
    return any(name in used for names in sides.values() for name in names.values())


def _join_gates(
    assembled: AssembledLayers, head: str, sides: dict[str, dict[str, str]], arrays: Mapping[str, Array]
) -> bool:
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
            owner = assembled.add(head, parameter, whole, names, changes)
        if height == width and not first_name.endswith(("kernel", "weight")):
            assembled.extra.setdefault(owner, []).append(orientation(columns))
        _add_biases(assembled, head, sides, arrays, gates, hidden, (input_side, state_side))
        return True
    return False


def _add_biases(
    assembled: AssembledLayers,
    head: str,
    sides: Mapping[str, Mapping[str, str]],
    arrays: Mapping[str, Array],
    gates: tuple[str, ...],
    hidden: int,
    by_matrix: tuple[str, str],
) -> None:
    """The biases of separate gates: named after the gate, or beside its matrices."""
    bias_side = "b" if "b" in sides else "bx" if "bx" in sides else "bi"
    for parameter, by_gate in (
        ("bias_ih", {**sides.get(bias_side, {}), **sides.get(f"{by_matrix[0]}|bias", {})}),
        ("bias_hh", {**sides.get("bh", {}), **sides.get(f"{by_matrix[1]}|bias", {})}),
    ):
        biases = {gate: arrays[by_gate[gate]] for gate in gates if gate in by_gate}
        if not biases or any(array.size != hidden for array in biases.values()):
            continue
        dtype = next(iter(biases.values())).dtype
        whole = np.concatenate([biases[g].reshape(-1) if g in biases else np.zeros(hidden, dtype) for g in gates])
        names = tuple(by_gate[gate] for gate in biases)
        owner = assembled.add(head, parameter, whole, names, f"gates {', '.join(gates)} joined")
        if len(biases) < len(gates):
            absent = " and ".join(gate for gate in gates if gate not in biases)
            words = f"There is no bias beside {', '.join(names)} for {absent}: it is taken for zero."
            assembled.left_out.setdefault(owner, []).append(words)


def _complete_sets(sides: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Sets of gates of which both an input's and a state's side have all."""
    for gates, input_side, state_side in product(_GATE_SETS, *_present_sides(sides)):
        if all(set(gates) <= set(sides[side]) for side in (input_side, state_side)):
            yield gates, input_side, state_side


def _present_sides(sides: Mapping[str, Mapping[str, str]]) -> tuple[list[str], list[str]]:
    """The names of an input's side and those of a state's that an array has, in their order of precedence."""
    return [side for side in _INPUT if side in sides], [side for side in _STATE if side in sides]


def _split_gates(
    assembled: AssembledLayers, head: str, sides: Mapping[str, Mapping[str, str]], arrays: Mapping[str, Array]
) -> bool:
    """A matrix for each gate that multiplies the input and the hidden state side by side: W_f (H, H + D)."""
    weights = sides.get("w", {})
    gates = next((gates for gates in _GATE_SETS if set(gates) <= set(weights)), None)
    if gates is None or any(len(set(gates) & set(sides.get(side, ()))) > 1 for side in _STATE):
        return False  # the hidden state has matrices of its own
    biases = {**sides.get("b", {}), **sides.get("w|bias", {})}
    return _add_split(assembled, head, gates, [weights[gate] for gate in gates], [biases.get(g) for g in gates], arrays)


def _split_layers(
    assembled: AssembledLayers, head: str, words: Mapping[str, Mapping[str, str]], arrays: Mapping[str, Array]
) -> bool:
    """As `_split_gates`, for linear layers that are called after the gates: forget_gate.weight."""
    weights, biases = words.get("weight", {}), words.get("bias", {})
    chosen: list[str | None]
    for gates in (("i", "f", "g", "o"), ("r", "z", "n")):
        chosen = [next((word for word in _GATE_WORDS[gate] if word in weights), None) for gate in gates]
        others = {word for word in chosen if word is not None}
        if chosen.count(None) == 1 and len(others) == len(gates) - 1 and others & {"forget", "f", "reset", "update"}:
            absent = _GATE_TITLES[gates[chosen.index(None)]]
            _report_absent_layer(assembled, absent, [weights[word] for word in chosen if word is not None], arrays)
        if None in chosen or len(set(chosen)) < len(gates):
            continue
        named = [word for word in chosen if word is not None]
        if _add_split(
            assembled, head, gates, [weights[word] for word in named], [biases.get(word) for word in named], arrays
        ):
            return True
    return False


def _add_split(
    assembled: AssembledLayers,
    head: str,
    gates: tuple[str, ...],
    names: list[str],
    biases: list[str | None],
    arrays: Mapping[str, Array],
) -> bool:
    blocks = [arrays[name] for name in names]
    if len({block.shape for block in blocks}) != 1 or blocks[0].ndim != 2:
        return False
    height, width = blocks[0].shape
    hidden, inputs = min(height, width), abs(height - width)
    given = [arrays[name] for name in biases if name is not None]
    if not inputs or not hidden or any(bias.size != hidden for bias in given):
        return False
    columns = height > width
    state_first = not names[0].lower().endswith("weight")
    whole = np.concatenate([block.T if columns else block for block in blocks])
    for parameter, first in (("weight_ih", not state_first), ("weight_hh", state_first)):
        size = inputs if parameter == "weight_ih" else hidden
        part = slice(0, size) if first else slice(height - size if columns else width - size, None)
        words = f"{'first' if first else 'last'} {size} {'rows' if columns else 'columns'}"
        changes = f"gates {', '.join(gates)} joined, {words}" + (", transposed" if columns else "")
        owner = assembled.add(head, parameter, whole[:, part], tuple(names), changes)
    assembled.extra.setdefault(owner, []).append(joining(state_first))
    if given:
        zeros = np.zeros(hidden, given[0].dtype)
        parts = [zeros if name is None else arrays[name].reshape(-1) for name in biases]
        used = tuple(name for name in biases if name is not None)
        assembled.add(head, "bias_ih", np.concatenate(parts), used, f"gates {', '.join(gates)} joined")
    return True


def _report_missing(
    assembled: AssembledLayers, head: str, sides: Mapping[str, Mapping[str, str]], arrays: Mapping[str, Array]
) -> None:
    """The error for a layer that has matrices of nearly all its gates, or one of another shape."""
    for gates, *used in _complete_sets(sides):
        for side in used:
            names = [sides[side][gate] for gate in gates]
            shape, count = Counter(arrays[name].shape for name in names).most_common(1)[0]
            other = next((name for name in names if arrays[name].shape != shape), None)
            if other is not None and count == len(gates) - 1 and len(shape) == 2:
                assembled.problems.append(
                    DamagedFileError(
                        f"{other} has shape {arrays[other].shape}, but the matrices of the same layer’s other gates "
                        f"have {shape}: they contradict each other.",
                        code="contradiction",
                        part=other,
                    )
                )
        return
    fewest: tuple[int, list[str], str] | None = None
    alone = sides.get("w", {})
    if not any(sides.get(side) for side in _STATE):
        for gates in _GATE_SETS[:3]:
            absent = [gate for gate in gates if gate not in alone]
            shapes = {arrays[alone[gate]].shape for gate in gates if gate in alone}
            if len(absent) == 1 and len(shapes) == 1 and len(set(next(iter(shapes)))) == 2:
                name = _renamed(alone, absent[0])
                listed = ", ".join(alone[gate] for gate in gates if gate in alone)
                words = f"{name} is missing: the file has {listed}, matrices of the same layer’s other gates."
                assembled.problems.append(DamagedFileError(words, code="missing_gate", part=name))
                assembled.broken |= {alone[gate] for gate in gates if gate in alone}
                return
        if {"r", "z"} <= set(alone) and not set(alone) & set("nhcg"):
            _report_absent_layer(assembled, "candidate", [alone["r"], alone["z"]], arrays)
    for gates, *pair in product(_GATE_SETS, *_present_sides(sides)):
        both = [sides[side] for side in pair]
        missing = [(side, gate) for side in both for gate in gates if gate not in side]
        present = [side[gate] for side in both for gate in gates if gate in side]
        enough = 0 < len(missing) <= _MISSING and len(present) >= 2 * len(missing) + 2
        if not enough or any(set(side).isdisjoint(gates) for side in both):
            continue
        if any(arrays[name].ndim != 2 for name in present):
            continue
        if fewest is None or len(missing) < fewest[0]:
            words = " and ".join(_renamed(side, gate) for side, gate in missing)
            fewest = len(missing), present, words
    if fewest is not None:
        count, present, words = fewest
        assembled.broken |= set(present)
        assembled.problems.append(
            DamagedFileError(
                f"{words} {'is' if count == 1 else 'are'} missing: the file has {', '.join(present[:4])} and others, "
                "matrices of the same layer’s gates.",
                code="missing_gate",
                part=words,
            )
        )


def _report_absent_layer(
    assembled: AssembledLayers, absent: str, present: list[str], arrays: Mapping[str, Array]
) -> None:
    """The error for all but one of the linear layers of a cell's gates, which read input and state side by side."""
    shapes = {arrays[name].shape for name in present}
    if len(shapes) != 1 or len(next(iter(shapes))) != 2 or len(set(*shapes)) != 2:
        return
    assembled.broken |= set(present)
    assembled.problems.append(
        DamagedFileError(
            f"The matrix of the {absent} gate is missing: the file has {', '.join(present)}.".replace(
                "candidate gate", "candidate"
            ),
            code="missing_gate",
            part=absent,
        )
    )


def _renamed(by_gate: Mapping[str, str], gate: str) -> str:
    """What a gate's array is probably called, after that of another gate."""
    other, name = next(iter(by_gate.items()))
    match = _GATE_ARRAY.fullmatch(name)
    assert match is not None
    start = match.start("gate")
    letter = gate.upper() if name[start] == other.upper() else gate
    return name[:start] + letter + name[start + 1 :]
