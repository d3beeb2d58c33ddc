"""The activations of ONNX's recurrent nodes in our words, and back: "sigmoid", "leaky_relu(0.01)", "tanh within 3"."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import UnsupportedFileError
from ...wording import printable
from .flat_graph import Node
from .tensor_data import UnreadablePartError


@dataclass(frozen=True)
class OnnxActivation:
    """One activation.

    name: in ONNX. defaults: of alpha and, if it has one, beta, in the standard. ambiguous: whether programs differ in
    what they assume for a constant that is left out.
    """

    name: str
    defaults: tuple[float, ...] = ()
    ambiguous: bool = False


# By our names.
ACTIVATIONS = {
    "sigmoid": OnnxActivation("Sigmoid"),
    "tanh": OnnxActivation("Tanh"),
    "relu": OnnxActivation("Relu"),
    "hard_sigmoid": OnnxActivation("HardSigmoid", (0.2, 0.5)),
    "leaky_relu": OnnxActivation("LeakyRelu", (0.01,)),
    "thresholded_relu": OnnxActivation("ThresholdedRelu", (1.0,), ambiguous=True),
    "elu": OnnxActivation("Elu", (1.0,)),
    "scaled_tanh": OnnxActivation("ScaledTanh", (1.0, 1.0), ambiguous=True),
    "affine": OnnxActivation("Affine", (1.0, 0.0), ambiguous=True),
    "softsign": OnnxActivation("Softsign"),
    "softplus": OnnxActivation("Softplus"),
}
OUR_NAMES = {activation.name.lower(): name for name, activation in ACTIVATIONS.items()}  # ONNX's, in any case


@dataclass(frozen=True)
class NodeActivations:
    """A direction's activations, in ONNX's order (f, g, h). stated: whether the file names them. notes: sentences."""

    texts: tuple[str, ...]
    stated: bool
    notes: tuple[str, ...] = ()


def node_activations(node: Node, directions: int, usual: Sequence[str]) -> NodeActivations:
    """The activations of a node. usual: those of a direction where the node states none, ["sigmoid", "tanh"].

    Constants (alpha, beta) are assigned in the order of the activations that have one, as in ONNX Runtime. Raises
    UnreadablePartError for activations that are unknown, too few, or differ between the directions.
    """
    stated = node.texts("activations")
    names = stated or [ACTIVATIONS[name].name for _ in range(directions) for name in usual]
    if len(names) != directions * len(usual):
        raise _unreadable(f"{node.called} names {len(names)} activations; it needs {directions * len(usual)}")
    rest = [list(node.get(f"activation_{which}", "floats", [])) for which in ("alpha", "beta")]
    given = [len(numbers) for numbers in rest]
    texts, notes = [], []
    for name in names:
        ours = OUR_NAMES.get(name.lower())
        if ours is None:
            raise _unreadable(
                f"{node.called} has the activation {printable(name)!r}; supported are {', '.join(_ONNX_NAMES)}"
            )
        activation = ACTIVATIONS[ours]
        left_out = activation.ambiguous and not all(rest[: len(activation.defaults)])
        constants = [
            rest[place].pop(0) if rest[place] else default for place, default in enumerate(activation.defaults)
        ]
        if not all(math.isfinite(constant) for constant in constants):
            raise _unreadable(f"{node.called} has a constant of {name} that is not a finite number")
        if left_out:
            notes.append(
                f"{node.called} leaves out constants of {name}: the standard's, "
                f"{' and '.join(map(decimal, activation.defaults))}, are assumed, where ONNX Runtime assumes 0."
            )
        texts.append(text(ours, constants))
    if any(rest):
        notes.append(
            f"{node.called} has {given[0]} alpha and {given[1]} beta values, more than its activations have: "
            "they were assigned in order, as in ONNX Runtime."
        )
    each = [tuple(texts[start : start + len(usual)]) for start in range(0, len(texts), len(usual))]
    if len(set(each)) > 1:
        raise _unreadable(
            f"{node.called} reads forwards with {', '.join(each[0])} and backwards with {', '.join(each[1])}; both "
            "directions of a layer must have the same activations"
        )
    return NodeActivations(each[0], stated is not None, tuple(dict.fromkeys(notes)))


def clip_bound(node: Node) -> float | None:
    """The bound on the sums before their activation, None if there is none."""
    bound = node.get("clip", "float")
    if bound is None or bound == math.inf:
        return None
    if not bound > 0:
        raise UnreadablePartError(
            f"{node.called} clips sums at {bound:g}; only a positive number can bound them", code="clip"
        )
    return bound


def text(name: str, constants: Sequence[float] = (), within: float | None = None) -> str:
    """An activation in our words; numbers as the shortest decimals that float32 reads back the same."""
    call = f"{name}({', '.join(map(decimal, constants))})" if constants else name
    return call if within is None else f"{call} within {decimal(within)}"


def decimal(number: float) -> str:
    """The shortest text that float32 reads as the same number: "0.2", "3"."""
    return repr(float(str(np.float32(number)))).removesuffix(".0")


def is_symmetric(words: str) -> bool:
    """Whether f(-a) = 1 - f(a)."""
    name, constants, _ = parse_activation(words)
    return name == "sigmoid" or (name in ("hard_sigmoid", "affine") and constants[1] == 0.5)


_WORDS = re.compile(r"(\w+)(?:\((.*)\))?(?: within (\S+))?")
_ONNX_NAMES = [activation.name for activation in ACTIVATIONS.values()]


def parse_activation(words: str) -> tuple[str, tuple[float, ...], float | None]:
    """Name, constants (the standard's where left out) and bound.

    Raises UnsupportedFileError, code "activation", if ONNX has no such activation.
    """
    match = _WORDS.fullmatch(words.replace("linear", "affine(1, 0)"))
    if match is None or match[1] not in ACTIVATIONS:
        raise UnsupportedFileError(
            f"ONNX has no activation {words!r}; it has {', '.join(ACTIVATIONS)}", code="activation", part=words
        )
    constants = tuple(float(number) for number in match[2].split(",")) if match[2] else ACTIVATIONS[match[1]].defaults
    return match[1], constants, float(match[3]) if match[3] else None


def activation_attributes(activations: Sequence[str]) -> Mapping[str, object]:
    """A node's attributes for activations in our words, those of all directions one after another.

    Raises UnsupportedFileError if ONNX cannot express them.
    """
    each = [parse_activation(words) for words in activations]
    attributes: dict[str, object] = {"activations": [ACTIVATIONS[name].name for name, _, _ in each]}
    for place, which in enumerate(("activation_alpha", "activation_beta")):
        if numbers := [constants[place] for _, constants, _ in each if len(constants) > place]:
            attributes[which] = numbers
    return attributes


def _unreadable(message: str) -> UnreadablePartError:
    return UnreadablePartError(message, code="activation")
