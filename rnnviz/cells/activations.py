"""Activations: how a sum becomes a gate or a candidate.

Each is written once, as an expression in the sum z: its curve. Values, slopes and bounds follow from the curve, in the
browser as well, which receives it with the equations. They are those that an ONNX file can name, and "linear", which
Keras has as well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ..errors import ArgumentError, UnknownNameError
from ..number_format import with_minus_signs
from ..wording import printable
from .compiled_curves import compiled_curve
from .environments import Array
from .expressions import Expression, Number, Product, Quotient, Sum, Value
from .primitives import Primitive, exp, expm1, log1p, magnitude, maximum, minimum, sign, tanh

INF = math.inf
GREATEST = float(np.finfo(np.float64).max)
NO_BOUND = 1e100  # values of this size are as good as infinite
LONGEST = 200  # letters of a text that is read as an activation
FAMILIAR = ("sigmoid", "tanh", "relu", "linear")  # these need no explanation


@dataclass(frozen=True)
class ActivationKind:
    """A family of activations, all of them monotone, so that they are largest and smallest at the ends of a range.

    Parameters
    ----------
    symbol : str
        How an equation in plain text writes it.
    latex : str
        How LaTeX writes it.
    curve : callable
        The expression in z, from z and the parameters. No part of it may overflow where the curve itself does not.
    defaults : tuple of float, default ()
        The parameters where they are left out, as in ONNX.
    positive : bool, default False
        Whether the first parameter must be at least 0, because the curve would not be monotone.
    """

    symbol: str
    latex: str
    curve: Callable[..., Expression]
    defaults: tuple[float, ...] = ()
    positive: bool = False


Z = Value("z")
ACTIVATION_KINDS = {
    "sigmoid": ActivationKind("σ", r"\sigma", lambda z: 0.5 * tanh(0.5 * z) + 0.5),
    "tanh": ActivationKind("tanh", r"\tanh", lambda z: tanh(z)),
    "relu": ActivationKind("relu", r"\mathrm{relu}", lambda z: maximum(z, 0)),
    "affine": ActivationKind("affine", r"\mathrm{affine}", lambda z, a, b: a * z + b, (1.0, 0.0)),
    "leaky_relu": ActivationKind(
        "leaky relu",
        r"\mathrm{leaky\,relu}",
        lambda z, a: maximum(z, 0) + a * minimum(0, z),
        (0.01,),
        positive=True,
    ),
    "thresholded_relu": ActivationKind(
        "thresh relu",
        r"\mathrm{thresh\,relu}",
        lambda z, a: maximum(z, 0) * maximum(sign(z - a), 0),
        (1.0,),
        positive=True,
    ),
    "scaled_tanh": ActivationKind("scaled tanh", r"\mathrm{scaled}\tanh", lambda z, a, b: a * tanh(b * z), (1.0, 1.0)),
    "hard_sigmoid": ActivationKind(
        "hard σ", r"\mathrm{hard}\,\sigma", lambda z, a, b: minimum(maximum(a * z + b, 0), 1), (0.2, 0.5)
    ),
    "elu": ActivationKind(
        "elu", r"\mathrm{elu}", lambda z, a: maximum(z, 0) + a * expm1(minimum(0, z)), (1.0,), positive=True
    ),
    "softsign": ActivationKind("softsign", r"\mathrm{softsign}", lambda z: z / (1 + magnitude(z))),
    "softplus": ActivationKind("softplus", r"\mathrm{softplus}", lambda z: maximum(z, 0) + log1p(exp(-magnitude(z)))),
    "linear": ActivationKind("linear", r"\mathrm{linear}", lambda z: z),
}


@dataclass(frozen=True)
class Activation:
    """An activation with its parameters, made by `activation` from its name: "hard_sigmoid(0.2, 0.5) within 3".

    Parameters
    ----------
    kind : str
        A key of `ACTIVATION_KINDS`.
    parameters : tuple of float, default ()
        The parameters of the family.
    within : float or None, default None
        If given, sums are first clipped to the range from -within to within.
    """

    kind: str
    parameters: tuple[float, ...] = ()
    within: float | None = None

    @cached_property
    def name(self) -> str:
        """The text from which `activation` makes the same activation."""
        listed = f"({', '.join(map(_number, self.parameters))})" if self.parameters else ""
        return self.kind + listed + ("" if self.within is None else f" within {_number(self.within)}")

    def __str__(self) -> str:
        return self.name

    @property
    def symbol(self) -> str:
        """The symbol in an equation in plain text: "σ", "hard σ", "clipped tanh"."""
        return (
            ACTIVATION_KINDS[self.kind].symbol
            if self.within is None
            else f"clipped {ACTIVATION_KINDS[self.kind].symbol}"
        )

    @property
    def plain_name(self) -> str:
        """The name without parameters: "hard sigmoid"."""
        return f"{'' if self.within is None else 'clipped '}{self.kind.replace('_', ' ')}"

    @property
    def latex_symbol(self) -> str:
        """The symbol in LaTeX."""
        plain = ACTIVATION_KINDS[self.kind].latex
        return plain if self.within is None else rf"\mathrm{{clipped}}\,{plain}"

    @cached_property
    def curve(self) -> Expression:
        """The value as an expression in `Z`, the sum."""
        z = Z if self.within is None else minimum(maximum(Z, -self.within), self.within)
        return ACTIVATION_KINDS[self.kind].curve(z, *self.parameters)

    @property
    def explanation(self) -> str:
        """A sentence on what it computes; empty for familiar activations."""
        if self.kind in FAMILIAR and self.within is None:
            return ""
        formula = _text(ACTIVATION_KINDS[self.kind].curve(Z, *self.parameters))
        clip = "" if self.within is None else f", where z is first {_clipped(-self.within, self.within)}"
        return with_minus_signs(f"Here {self.symbol} of z is {formula}{clip}.")

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest value, infinite where there is no bound. A clip only adds bounds."""
        low, high = (self if self.within is None else Activation(self.kind, self.parameters)).range(-INF, INF)
        if self.within is None:
            return low, high
        least, most = self.range(-self.within, self.within)
        return low if math.isfinite(low) else least, high if math.isfinite(high) else most

    @property
    def low(self) -> float:
        """The lowest value, or minus infinity."""
        return self.bounds[0]

    @property
    def high(self) -> float:
        """The highest value, or infinity."""
        return self.bounds[1]

    @property
    def bounded(self) -> bool:
        """Whether the values have a lower and an upper bound."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def range(self, low: float, high: float) -> tuple[float, float]:
        """Find the bounds of the values of a range of sums.

        Parameters
        ----------
        low, high : float
            The ends of the range, perhaps infinite.

        Returns
        -------
        low, high : float
            The lowest and the highest value, infinite where there is no bound.
        """
        with np.errstate(over="ignore"):
            ends = self(np.clip(np.array([low, high]), -GREATEST, GREATEST))  # no infinity times 0
        first, last = sorted(float(end) + 0.0 if abs(end) < NO_BOUND else math.copysign(INF, end) for end in ends)
        return first, last

    def __call__(self, z: Array) -> Array:
        """The values (same shape) of sums z of any shape."""
        return compiled_curve(self.curve).value(z)

    def slope(self, z: Array) -> Array:
        """Compute the slope, the derivative of the curve.

        Parameters
        ----------
        z : ndarray of any shape
            Sums.

        Returns
        -------
        ndarray of the same shape
            dy/dz; 0 where the sum is clipped.
        """
        return np.broadcast_to(compiled_curve(self.curve).slope(z), np.shape(z))


def _text(curve: Expression) -> str:
    """A curve in plain text."""
    match curve:
        case Value(name):
            return name
        case Number(value):
            return f"{value:g}"
        case Primitive("min", (Primitive("max", (inner, Number(low))), Number(high))):
            return f"{_text(inner)}, {_clipped(low, high)}"
        case Primitive(_, arguments):
            return curve.rule.text.format(*map(_text, arguments))
        case Sum(terms):
            return " + ".join(map(_text, terms)).replace("+ -", "- ")
        case _:
            assert isinstance(curve, Product | Quotient), curve
            parts = [f"({_text(part)})" if isinstance(part, Sum) else _text(part) for part in curve.parts]
            return " / ".join(parts) if isinstance(curve, Quotient) else re.sub(r"^(-?)1 · ", r"\1", " · ".join(parts))


def _clipped(low: float, high: float) -> str:
    return f"clipped to the range from {low:g} to {high:g}"


@lru_cache(256)  # the texts are those of strangers
def activation(text: str) -> Activation:
    """Make the activation that a text names.

    Parameters
    ----------
    text : str
        "tanh", "leaky_relu(0.1)", "hard_sigmoid(0.2, 0.5) within 3". Parameters that are left out are ONNX's defaults;
        "within c" clips the sum to the range from -c to c first, as ONNX's `clip` does.

    Returns
    -------
    Activation
        The activation.

    Raises
    ------
    UnknownNameError
        If there is no such activation.
    ArgumentError
        If there are too many parameters, one is not finite, `within` is not above 0, or the curve is not monotone.

    Notes
    -----
    ONNX Runtime clips the sums of gates and candidates, but not what goes into an LSTM's squash: see
    tests/cells/test_unusual.py. The hard sigmoid of Keras 2 is hard_sigmoid(0.2, 0.5), that of Keras 3
    hard_sigmoid(0.16666667, 0.5).

    Examples
    --------
    >>> activation("hard_sigmoid").name
    'hard_sigmoid(0.2, 0.5)'
    """
    split = _split(text) if len(text) <= LONGEST else None
    if split is None or split[0] not in ACTIVATION_KINDS:
        raise UnknownNameError(
            f"There is no activation {printable(text)!r}; there are {', '.join(ACTIVATION_KINDS)}.",
            code="unknown", kind="activation", name=text, allowed=tuple(ACTIVATION_KINDS),
        )  # fmt: skip
    name, numbers, bound = split
    kind = ACTIVATION_KINDS[name]
    parts = [part for part in numbers.split(",") if part.strip()]
    try:
        parameters = [float(part) + 0.0 for part in parts]  # no negative zero
        within = None if bound is None else float(bound)
    except ValueError:
        parameters, within = [math.nan], None
    if not all(map(math.isfinite, parameters)):
        raise _invalid(text, "not_finite", "has numbers that cannot be read as finite numbers")
    if len(parameters) > len(kind.defaults):
        takes = f"at most {len(kind.defaults)} numbers" if kind.defaults else "no numbers"
        raise _invalid(text, "too_many", f"has {len(parameters)} numbers in brackets; {name} takes {takes}")
    if within is not None and not (0 < within < INF):
        raise _invalid(text, "clip", f"clips sums at {within:g}; expected a finite number above 0")
    if kind.positive and parameters and parameters[0] < 0:
        raise _invalid(text, "not_monotone", "is not monotone; expected a number of at least 0 in brackets")
    return Activation(name, (*parameters, *kind.defaults[len(parameters) :]), within)


def _split(text: str) -> tuple[str, str, str | None] | None:
    """The kind, what is in brackets and what follows "within"; None for a text of another form.

    Without a pattern: one that has blanks between optional parts tries them in every way.
    """
    before, within, bound = text.partition("within")
    if within and (not bound[:1].isspace() or len(bound.split()) != 1 or before[-1:].isidentifier()):
        return None
    kind, bracket, rest = before.strip().partition("(")
    if bracket and (not rest.endswith(")") or "(" in rest or ")" in rest[:-1]):
        return None
    return kind.rstrip(), rest[:-1], bound.strip() if within else None


def _invalid(text: str, code: str, problem: str) -> ArgumentError:
    """The error for an activation that exists, but not with these parameters."""
    return ArgumentError(f"The activation {text!r} {problem}.", code=code, name="activation", value=text)


def _number(value: float) -> str:
    """The shortest text that reads back to the same number."""
    return repr(value).removesuffix(".0")


SIGMOID, TANH, RELU, LINEAR = map(activation, ("sigmoid", "tanh", "relu", "linear"))
