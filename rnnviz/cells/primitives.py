"""Functions that equations and activations are made of: exp, tanh, max, ...

They have the names that JavaScript's `Math` has for them, so that the browser needs no table of its own. Where the two
numbers of max or min are equal, the second decides the slope: max(z, 0) has slope 0 at 0, as relu does in PyTorch, and
min(0, z) has slope 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .environments import Array, Environment, Gradients, Notation
from .expressions import Expression, Operand, as_expression


class Rule(NamedTuple):
    """What a function computes, and how gradients go through it.

    Parameters
    ----------
    value : ufunc
        y from the arguments.
    back : callable
        The gradients by the arguments from d, the gradient by y, from y, and from the arguments.
    text : str
        How it is written, with {} for each argument.
    """

    value: np.ufunc
    back: Callable[..., Sequence[Array]]
    text: str


RULES = {
    "exp": Rule(np.exp, lambda d, y, a: [d * y], "exp({})"),
    "expm1": Rule(np.expm1, lambda d, y, a: [d * (y + 1)], "(exp({}) - 1)"),
    "log1p": Rule(np.log1p, lambda d, y, a: [d / (1 + a)], "ln(1 + {})"),
    "tanh": Rule(np.tanh, lambda d, y, a: [d * (1 - y * y)], "tanh({})"),
    "abs": Rule(np.abs, lambda d, y, a: [d * (a > 0) - d * (a <= 0)], "|{}|"),  # max(a, -a)
    "sign": Rule(np.sign, lambda d, y, a: [0 * d], "sign({})"),
    "max": Rule(np.maximum, lambda d, y, a, b: [d * (a > b), d * (a <= b)], "max({}, {})"),
    "min": Rule(np.minimum, lambda d, y, a, b: [d * (a < b), d * (a >= b)], "min({}, {})"),
}
_TOKEN = re.compile(r"\{\}|[a-z]+|[^ ]")
_LATEX = {"(": r"\left(", ")": r"\right)", "|": r"\vert "}


@dataclass(frozen=True)
class Primitive(Expression):
    """A function of one or two expressions, unit by unit: tanh(a), max(a, b)."""

    kind = "primitive"
    name: str
    arguments: tuple[Expression, ...]

    @property
    def rule(self) -> Rule:
        """What the function computes, and how it is written."""
        return RULES[self.name]

    def latex(self, notation: Notation) -> str:
        def mark(token: str) -> str:
            return rf"\operatorname{{{token}}}" if token.isalpha() else _LATEX.get(token, token)

        return self._written([argument.latex(notation) for argument in self.arguments], mark)

    def mathml(self, notation: Notation) -> str:
        def mark(token: str) -> str:
            tag = "mi" if token.isalpha() else "mn" if token.isdigit() else "mo"
            return f"<{tag}>{token}</{tag}>"

        return f"<mrow>{self._written([argument.mathml(notation) for argument in self.arguments], mark)}</mrow>"

    def forward(self, env: Environment, *parts: Array) -> Any:
        return self.rule.value(*parts)

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        return self.rule.back(d, value, *parts)

    def _written(self, arguments: Sequence[str], mark: Callable[[str], str]) -> str:
        """The text with the arguments in their places and everything else marked."""
        given = iter(arguments)
        return "".join(next(given) if token == "{}" else mark(token) for token in _TOKEN.findall(self.rule.text))


def primitive(name: str, *arguments: Operand) -> Primitive:
    """Write a function of expressions or numbers.

    Parameters
    ----------
    name : str
        A key of `RULES`.
    *arguments : Expression or float
        What it is a function of.

    Returns
    -------
    Primitive
        The function.
    """
    return Primitive(name, tuple(map(as_expression, arguments)))


exp, expm1, log1p, tanh, magnitude, sign, maximum, minimum = (partial(primitive, name) for name in RULES)
