"""Activations: how a sum becomes a gate or a candidate.

Each is a record of its value and of its slope, which is computed from the value, so that the way back
needs no sums. They are those that an ONNX file can name, and "linear", which Keras has besides.

Sigmoid is a shifted and squeezed tanh, sigmoid(z) = (1 + tanh(z / 2)) / 2. Both are therefore one
formula, y = scale * tanh(scale * z) + shift, and gates that have no others are activated together (see `stack`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
INF = math.inf


@dataclass(frozen=True)
class ActivationKind:
    """A family of activations. All are monotone, so that a value tells where its sum was.

    symbol, latex: how it is written in an equation. defaults: of its parameters, as ONNX has them. value: y from z and
    the parameters. slope: dy/dz from y and the parameters. bounds: of y, from the parameters. formula: y in words,
    `{0}` and `{1}` standing for the parameters. positive: whether its first parameter must not be below 0, since it
    would not be monotone.
    """

    symbol: str
    latex: str
    value: Callable[..., Array]
    slope: Callable[..., Array]
    bounds: Callable[..., tuple[float, float]]
    formula: str
    defaults: tuple[float, ...] = ()
    positive: bool = False


SMOOTH = {"sigmoid": (0.5, 0.5), "tanh": (1.0, 0.0)}  # scale and shift
USUAL = (*SMOOTH, "relu")  # an equation names them by commands of LaTeX's own


def _smooth(kind: str) -> tuple[Callable[..., Array], Callable[..., Array]]:
    scale, shift = SMOOTH[kind]
    return lambda z: scale * np.tanh(scale * z) + shift, lambda y: scale * scale - (y - shift) ** 2


def _passes(y: Array) -> Array:
    """1 where the value is above 0, else 0."""
    return (y > 0).astype(y.dtype)


ACTIVATION_KINDS = {
    "sigmoid": ActivationKind("σ", r"\sigma", *_smooth("sigmoid"), lambda: (0.0, 1.0), "σ(z)"),
    "tanh": ActivationKind("tanh", r"\tanh", *_smooth("tanh"), lambda: (-1.0, 1.0), "tanh(z)"),
    "relu": ActivationKind(
        "relu", r"\mathrm{relu}", lambda z: np.maximum(z, 0), _passes, lambda: (0.0, INF), "max(z, 0)"
    ),
    "affine": ActivationKind(
        "affine",
        r"\mathrm{affine}",
        lambda z, a, b: a * z + b,
        lambda y, a, b: np.full_like(y, a),
        lambda a, b: (-INF, INF) if a else (b, b),
        "{0} · z + {1}",
        (1.0, 0.0),
    ),
    "leaky_relu": ActivationKind(
        "leaky relu",
        r"\mathrm{leaky\,relu}",
        lambda z, a: np.where(z >= 0, z, a * z),
        lambda y, a: np.where(y > 0, 1, a).astype(y.dtype),
        lambda a: (-INF if a else 0.0, INF),
        "z, and {0} · z below 0",
        (0.01,),
        positive=True,
    ),
    "thresholded_relu": ActivationKind(
        "thresh relu",
        r"\mathrm{thresh\,relu}",
        lambda z, a: np.where(z > a, z, 0).astype(z.dtype),
        lambda y, a: _passes(y),
        lambda a: (0.0, INF),
        "z, and 0 up to {0}",
        (1.0,),
        positive=True,
    ),
    "scaled_tanh": ActivationKind(
        "scaled tanh",
        r"\mathrm{scaled}\tanh",
        lambda z, a, b: a * np.tanh(b * z),
        lambda y, a, b: b * (a - y * (y / a)) if a else np.zeros_like(y),
        lambda a, b: (-abs(a), abs(a)),
        "{0} · tanh({1} · z)",
        (1.0, 1.0),
    ),
    "hard_sigmoid": ActivationKind(
        "hard σ",
        r"\mathrm{hard}\,\sigma",
        lambda z, a, b: np.clip(a * z + b, 0, 1),
        lambda y, a, b: a * ((y > 0) & (y < 1)).astype(y.dtype),
        lambda a, b: (0.0, 1.0),
        "{0} · z + {1}, cut off at 0 and 1",
        (0.2, 0.5),
    ),
    "elu": ActivationKind(
        "elu",
        r"\mathrm{elu}",
        lambda z, a: np.where(z >= 0, z, a * np.expm1(np.minimum(z, 0))),
        lambda y, a: np.where(y > 0, 1, y + a),
        lambda a: (-a, INF),
        "z, and {0} · (eᶻ − 1) below 0",
        (1.0,),
        positive=True,
    ),
    "softsign": ActivationKind(
        "softsign",
        r"\mathrm{softsign}",
        lambda z: z / (1 + np.abs(z)),
        lambda y: (1 - np.abs(y)) ** 2,
        lambda: (-1.0, 1.0),
        "z / (1 + |z|)",
    ),
    "softplus": ActivationKind(
        "softplus",
        r"\mathrm{softplus}",
        lambda z: np.logaddexp(0, z),
        lambda y: -np.expm1(-y),
        lambda: (0.0, INF),
        "ln(1 + eᶻ)",
    ),
    "linear": ActivationKind("linear", "", lambda z: z, np.ones_like, lambda: (-INF, INF), "z"),
}

_TEXT = re.compile(r"\s*(?P<kind>\w+)\s*(\((?P<parameters>[^()]*)\))?\s*(\bwithin\s+(?P<within>\S+))?\s*")


@dataclass(frozen=True)
class Activation:
    """An activation with its parameters. Where `within` is set, sums are cut off at -within and within before it.

    Made by `activation` from its name, which says all of it: "hard_sigmoid(0.2, 0.5) within 3".
    """

    kind: str
    parameters: tuple[float, ...] = ()
    within: float | None = None

    @cached_property
    def name(self) -> str:
        """The text from which `activation` makes this very activation."""
        listed = f"({', '.join(map(_number, self.parameters))})" if self.parameters else ""
        return self.kind + listed + ("" if self.within is None else f" within {_number(self.within)}")

    def __str__(self) -> str:
        return self.name

    @property
    def symbol(self) -> str:
        """As an equation in plain text writes it: "σ", "hard σ", "clipped tanh"."""
        return (
            ACTIVATION_KINDS[self.kind].symbol
            if self.within is None
            else f"clipped {ACTIVATION_KINDS[self.kind].symbol}"
        )

    @property
    def plain_name(self) -> str:
        """Its name without numbers: "hard sigmoid"."""
        return f"{'' if self.within is None else 'clipped '}{self.kind.replace('_', ' ')}"

    @property
    def latex(self) -> str:
        """As a phase's equation names it; what LaTeX has no command for stands as \\f{name}. Empty for "linear"."""
        if self.within is None and self.kind in (*USUAL, "linear"):
            return ACTIVATION_KINDS[self.kind].latex
        return rf"\f{{{self.name}}}"

    @property
    def latex_symbol(self) -> str:
        """The same symbol in LaTeX proper."""
        plain = ACTIVATION_KINDS[self.kind].latex or r"\mathrm{linear}"
        return plain if self.within is None else rf"\mathrm{{clipped}}\,{plain}"

    def latex_of(self, inner: str) -> str:
        """The LaTeX of this activation of a sum that is in brackets, or of a single quantity."""
        if inner.startswith(r"\left("):
            return inner.removeprefix(r"\left(").removesuffix(r"\right)") if not self.latex else self.latex + inner
        return rf"{self.latex}\left({inner}\right)" if self.latex else inner

    @property
    def explanation(self) -> str:
        """A sentence on what it computes, of those that do not go without saying."""
        if self.kind in (*USUAL, "linear") and self.within is None:
            return ""
        numbers = (f"({number:g})" if number < 0 else f"{number:g}" for number in self.parameters)
        formula = ACTIVATION_KINDS[self.kind].formula.format(*numbers)
        cut = "" if self.within is None else f", after z itself is cut off at -{self.within:g} and {self.within:g}"
        return f"Here {self.symbol} of z is {formula}{cut}.".replace("-", "−")

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest value, infinite where there is none."""
        low, high = ACTIVATION_KINDS[self.kind].bounds(*self.parameters)
        if self.within is None:
            return low, high
        least, most = sorted(float(v) for v in self._ends(np.dtype(np.float64)))
        return low if math.isfinite(low) else least, high if math.isfinite(high) else most

    @property
    def low(self) -> float:
        return self.bounds[0]

    @property
    def high(self) -> float:
        return self.bounds[1]

    @property
    def bounded(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)

    def __call__(self, z: Array) -> Array:
        """The values of sums z of any shape."""
        z = z if self.within is None else np.clip(z, -self.within, self.within)
        return ACTIVATION_KINDS[self.kind].value(z, *self.parameters)

    def slope(self, y: Array) -> Array:
        """dy/dz from the values y; 0 where the sum was cut off."""
        found = ACTIVATION_KINDS[self.kind].slope(y, *self.parameters)
        if self.within is None:
            return found
        low, high = np.sort(self._ends(y.dtype))
        # The values at the ends may differ in their last digit between one number and a whole array of them.
        room = 4 * np.finfo(y.dtype).eps * max(1.0, abs(low), abs(high))
        return np.where((y > low + room) & (y < high - room), found, 0).astype(y.dtype)

    def _ends(self, dtype: np.dtype) -> Array:
        """The values where sums are cut off."""
        assert self.within is not None
        return ACTIVATION_KINDS[self.kind].value(np.array([-self.within, self.within], dtype), *self.parameters)


@cache
def activation(text: str) -> Activation:
    """The activation that a text names: "tanh", "leaky_relu(0.1)", "hard_sigmoid(0.2, 0.5) within 3".

    Parameters that are left out are ONNX's defaults. "within c" cuts the sum off at -c and c before the activation, as
    ONNX's `clip` does. ONNX Runtime clips the sums of gates and candidates, and not what goes into an LSTM's squash:
    see tests/cells/test_unusual.py. Keras 2's hard sigmoid is hard_sigmoid(0.2, 0.5), that of Keras 3
    hard_sigmoid(0.16666667, 0.5).

    Raises ValueError for a name that is not known, too many parameters, numbers that are not finite, a `within` that
    is not above 0, and for parameters that let a curve fall and rise.
    """
    read = _TEXT.fullmatch(text)
    if read is None or read["kind"] not in ACTIVATION_KINDS:
        raise ValueError(f"there is no activation {text!r}; there are {', '.join(ACTIVATION_KINDS)}")
    name, kind = read["kind"], ACTIVATION_KINDS[read["kind"]]
    parts = [part for part in (read["parameters"] or "").split(",") if part.strip()]
    try:
        given = [float(part) + 0.0 for part in parts]  # no negative zero
        within = None if read["within"] is None else float(read["within"])
    except ValueError:
        given, within = [math.nan], None
    if not all(map(math.isfinite, given)):
        raise ValueError(f"the numbers of the activation {text!r} cannot be read as finite numbers")
    if len(given) > len(kind.defaults):
        takes = f"at most {len(kind.defaults)} numbers" if kind.defaults else "no numbers"
        raise ValueError(f"the activation {text!r} has {len(given)} numbers in brackets; {name} takes {takes}")
    if within is not None and not (0 < within < INF):
        raise ValueError(f"the activation {text!r} cuts sums off at {within:g}; expected a finite number above 0")
    if kind.positive and given and given[0] < 0:
        raise ValueError(f"the activation {text!r} is not monotone; expected a number of at least 0 in brackets")
    return Activation(name, (*given, *kind.defaults[len(given) :]), within)


def _number(value: float) -> str:
    """The shortest text that is read as the same number."""
    return repr(value).removesuffix(".0")


SIGMOID, TANH, RELU, LINEAR = map(activation, ("sigmoid", "tanh", "relu", "linear"))
