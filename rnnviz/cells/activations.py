"""Activations: how a sum becomes a gate or a candidate.

Each is a record of its value and of its slope, which is computed from the value, so that back-propagation does not need
the sums. They are those that an ONNX file can name, and "linear", which Keras has as well.

Sigmoid is a shifted and squeezed tanh, sigmoid(z) = (1 + tanh(z / 2)) / 2. Both are therefore one formula,
y = scale * tanh(scale * z) + shift, and gates that have only these two are activated together (see `gate_activations`).
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

from ..errors import ArgumentError, UnknownNameError
from ..number_format import with_minus_signs

Array = NDArray[Any]
INF = math.inf


@dataclass(frozen=True)
class ActivationKind:
    """A family of activations, all of them monotone, so that a value determines the slope at its sum.

    Parameters
    ----------
    symbol : str
        How an equation in plain text writes it.
    latex : str
        How LaTeX writes it.
    value : callable
        y from z and the parameters.
    slope : callable
        dy/dz from y and the parameters.
    bounds : callable
        The lowest and the highest y from the parameters.
    formula : str
        y in words, with `{0}` and `{1}` for the parameters.
    defaults : tuple of float, default ()
        The parameters where they are left out, as in ONNX.
    positive : bool, default False
        Whether the first parameter must be at least 0, because the curve would not be monotone.
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
FAMILIAR = (*SMOOTH, "relu")  # an equation names them by their own LaTeX commands, and they need no explanation


def _smooth(kind: str) -> tuple[Callable[..., Array], Callable[..., Array]]:
    """Value and slope of sigmoid or tanh."""
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
        "{0} · z + {1}, clipped to the range from 0 to 1",
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
    def latex(self) -> str:
        r"""The name in an equation of a phase: a LaTeX command, or \f{name} without one; empty for "linear"."""
        if self.within is None and self.kind in (*FAMILIAR, "linear"):
            return ACTIVATION_KINDS[self.kind].latex
        return rf"\f{{{self.name}}}"

    @property
    def latex_symbol(self) -> str:
        """The symbol in LaTeX."""
        plain = ACTIVATION_KINDS[self.kind].latex or r"\mathrm{linear}"
        return plain if self.within is None else rf"\mathrm{{clipped}}\,{plain}"

    def latex_of(self, inner: str) -> str:
        """Write the activation of a sum or a quantity in LaTeX.

        Parameters
        ----------
        inner : str
            The LaTeX of a sum in brackets, or of a single quantity.

        Returns
        -------
        str
            The LaTeX of the activation applied to it.
        """
        if inner.startswith(r"\left("):
            return inner.removeprefix(r"\left(").removesuffix(r"\right)") if not self.latex else self.latex + inner
        return rf"{self.latex}\left({inner}\right)" if self.latex else inner

    @property
    def explanation(self) -> str:
        """A sentence on what it computes; empty for familiar activations."""
        if self.kind in (*FAMILIAR, "linear") and self.within is None:
            return ""
        parameters = (f"({number:g})" if number < 0 else f"{number:g}" for number in self.parameters)
        formula = ACTIVATION_KINDS[self.kind].formula.format(*parameters)
        end = None if self.within is None else f"{self.within:g}"
        clip = "" if end is None else f", where z is first clipped to the range from -{end} to {end}"
        return with_minus_signs(f"Here {self.symbol} of z is {formula}{clip}.")

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest value, infinite where there is no bound."""
        low, high = ACTIVATION_KINDS[self.kind].bounds(*self.parameters)
        if self.within is None:
            return low, high
        least, most = sorted(float(v) for v in self._ends(np.dtype(np.float64)))
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

    def __call__(self, z: Array) -> Array:
        """The values (same shape) of sums z of any shape."""
        z = z if self.within is None else np.clip(z, -self.within, self.within)
        return ACTIVATION_KINDS[self.kind].value(z, *self.parameters)

    def slope(self, y: Array) -> Array:
        """Compute the slope from the value.

        Parameters
        ----------
        y : ndarray of any shape
            Values of the activation.

        Returns
        -------
        ndarray of the same shape
            dy/dz; 0 where the sum was clipped.
        """
        slope = ACTIVATION_KINDS[self.kind].slope(y, *self.parameters)
        if self.within is None:
            return slope
        low, high = np.sort(self._ends(y.dtype))
        # The values at the ends may differ in their last digit between one number and a whole array of them.
        margin = 4 * np.finfo(y.dtype).eps * max(1.0, abs(low), abs(high))
        return np.where((y > low + margin) & (y < high - margin), slope, 0).astype(y.dtype)

    def _ends(self, dtype: np.dtype) -> Array:
        """The values where sums are clipped."""
        assert self.within is not None
        return ACTIVATION_KINDS[self.kind].value(np.array([-self.within, self.within], dtype), *self.parameters)


@cache
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
        The activation; the same object for the same text.

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
    match = _TEXT.fullmatch(text)
    if match is None or match["kind"] not in ACTIVATION_KINDS:
        raise UnknownNameError(
            f"There is no activation {text!r}; there are {', '.join(ACTIVATION_KINDS)}.",
            code="unknown", kind="activation", name=text, allowed=tuple(ACTIVATION_KINDS),
        )  # fmt: skip
    name, kind = match["kind"], ACTIVATION_KINDS[match["kind"]]
    parts = [part for part in (match["parameters"] or "").split(",") if part.strip()]
    try:
        parameters = [float(part) + 0.0 for part in parts]  # no negative zero
        within = None if match["within"] is None else float(match["within"])
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


def _invalid(text: str, code: str, problem: str) -> ArgumentError:
    """The error for an activation that exists, but not with these parameters."""
    return ArgumentError(f"The activation {text!r} {problem}.", code=code, name="activation", value=text)


def _number(value: float) -> str:
    """The shortest text that reads back to the same number."""
    return repr(value).removesuffix(".0")


SIGMOID, TANH, RELU, LINEAR = map(activation, ("sigmoid", "tanh", "relu", "linear"))
