"""The activations of ONNX's recurrent nodes in our words, and back: "sigmoid", "leaky_relu(0.01)", "tanh within 3"."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .flat_graph import Node
from .tensor_data import UnreadableError


@dataclass(frozen=True)
class Kind:
    """One activation. theirs: its name in ONNX. defaults: of alpha and perhaps beta, by the standard.
    guessed: whether programs differ in what they take for a constant that is left out."""

    theirs: str
    defaults: tuple[float, ...] = ()
    guessed: bool = False


KINDS = {
    "sigmoid": Kind("Sigmoid"),
    "tanh": Kind("Tanh"),
    "relu": Kind("Relu"),
    "hard_sigmoid": Kind("HardSigmoid", (0.2, 0.5)),
    "leaky_relu": Kind("LeakyRelu", (0.01,)),
    "thresholded_relu": Kind("ThresholdedRelu", (1.0,), guessed=True),
    "elu": Kind("Elu", (1.0,)),
    "scaled_tanh": Kind("ScaledTanh", (1.0, 1.0), guessed=True),
    "affine": Kind("Affine", (1.0, 0.0), guessed=True),
    "softsign": Kind("Softsign"),
    "softplus": Kind("Softplus"),
}
OURS = {kind.theirs.lower(): name for name, kind in KINDS.items()}  # ONNX's names, in any case


@dataclass(frozen=True)
class Understood:
    """A direction's activations, in ONNX's order (f, g, h). said: whether the file names them. notes: sentences."""

    texts: tuple[str, ...]
    said: bool
    notes: tuple[str, ...] = ()


def understood(node: Node, directions: int, usual: Sequence[str]) -> Understood:
    """The activations of a node; usual: those of a direction where the node does not say, ["sigmoid", "tanh"].

    Constants (alpha, beta) are handed out in the order of the activations that take one, as ONNX Runtime does.
    Raises UnreadableError for activations that are unknown, too few, or differ between the directions.
    """
    named = node.texts("activations")
    names = named or [KINDS[one].theirs for _ in range(directions) for one in usual]
    if len(names) != directions * len(usual):
        raise UnreadableError(f"{node.called} names {len(names)} activations; it needs {directions * len(usual)}")
    rest = [list(node.get(f"activation_{which}", "floats", [])) for which in ("alpha", "beta")]
    given = [len(numbers) for numbers in rest]
    texts, notes = [], []
    for name in names:
        ours = OURS.get(name.lower())
        if ours is None:
            raise UnreadableError(f"{node.called} has the activation {name!r}; known are {', '.join(_THEIRS)}")
        kind = KINDS[ours]
        left_out = kind.guessed and not all(rest[: len(kind.defaults)])
        constants = [rest[place].pop(0) if rest[place] else default for place, default in enumerate(kind.defaults)]
        if not all(math.isfinite(constant) for constant in constants):
            raise UnreadableError(f"{node.called} has a constant of {name} that is no finite number")
        if left_out:
            notes.append(
                f"{node.called} leaves out constants of {name}: what is missing is taken as the standard's, "
                f"{' and '.join(map(decimal, kind.defaults))}, where ONNX Runtime takes 0."
            )
        texts.append(text(ours, constants))
    if any(rest):
        notes.append(
            f"{node.called} has {given[0]} alpha and {given[1]} beta values, more than its activations take: "
            "they were handed out in order, as ONNX Runtime does."
        )
    each = [tuple(texts[start : start + len(usual)]) for start in range(0, len(texts), len(usual))]
    if len(set(each)) > 1:
        raise UnreadableError(
            f"{node.called} reads forwards with {', '.join(each[0])} and backwards with {', '.join(each[1])}; "
            "both directions of a layer need the same activations here"
        )
    return Understood(each[0], named is not None, tuple(dict.fromkeys(notes)))


def clip(node: Node) -> float | None:
    """What bounds the sums before their activation, None for nothing."""
    found = node.get("clip", "float")
    if found is None or found == math.inf:
        return None
    if not found > 0:
        raise UnreadableError(f"{node.called} clips sums at {found:g}; only a positive number can bound them")
    return found


def text(name: str, constants: Sequence[float] = (), within: float | None = None) -> str:
    """An activation in our words; numbers as the shortest decimals that float32 reads back the same."""
    call = f"{name}({', '.join(map(decimal, constants))})" if constants else name
    return call if within is None else f"{call} within {decimal(within)}"


def decimal(number: float) -> str:
    """The shortest text that float32 reads as the same number: "0.2", "3"."""
    return repr(float(str(np.float32(number)))).removesuffix(".0")


def mirrored(words: str) -> bool:
    """Whether f(-a) = 1 - f(a)."""
    name, constants, _ = parsed(words)
    return name == "sigmoid" or (name in ("hard_sigmoid", "affine") and constants[1] == 0.5)


_WORDS = re.compile(r"(\w+)(?:\((.*)\))?(?: within (\S+))?")
_THEIRS = [kind.theirs for kind in KINDS.values()]


def parsed(words: str) -> tuple[str, tuple[float, ...], float | None]:
    """Name, constants (the standard's where left out) and bound. Raises ValueError if ONNX has no such activation."""
    match = _WORDS.fullmatch(words.replace("linear", "affine(1, 0)"))
    if match is None or match[1] not in KINDS:
        raise ValueError(f"ONNX has no activation {words!r}; it has {', '.join(KINDS)}")
    constants = tuple(float(number) for number in match[2].split(",")) if match[2] else KINDS[match[1]].defaults
    return match[1], constants, float(match[3]) if match[3] else None


def attributes(activations: Sequence[str]) -> Mapping[str, object]:
    """A node's attributes for activations in our words, those of all directions one after another.

    Raises ValueError if ONNX cannot say them.
    """
    each = [parsed(words) for words in activations]
    found: dict[str, object] = {"activations": [KINDS[name].theirs for name, _, _ in each]}
    for place, which in enumerate(("activation_alpha", "activation_beta")):
        if numbers := [constants[place] for _, constants, _ in each if len(constants) > place]:
            found[which] = numbers
    return found
