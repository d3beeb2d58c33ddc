"""The curve of an activation and its slope as a few lines of NumPy.

Walking the tree for each array would take longer than the arithmetic. The rules of the nodes are therefore run once, on
arrays that only record what is done to them, and Python compiles the lines that they have recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from .environments import Array
from .expressions import Cache, Expression


class CompiledCurve(NamedTuple):
    """A curve as functions of the sums.

    Parameters
    ----------
    value : callable
        y from z.
    slope : callable
        dy/dz from z; a single number where it is the same for all.
    """

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]


@lru_cache(256)
def compiled_curve(curve: Expression) -> CompiledCurve:
    """Compile an expression in one value, once for each expression."""
    space: dict[str, Any] = {"np": np}
    value, slope = curve_source(curve)
    exec(compile(f"{value}\n{slope}", "<curve>", "exec"), space)
    return CompiledCurve(space["value"], space["slope"])


def curve_source(curve: Expression) -> tuple[str, str]:
    """Write the source of `value(z)` and of `slope(z)`, by reverse mode."""
    lines: dict[str, str] = {}
    z = _Recorded("z", lines)
    of: Any = _Point(z)
    one: Any = z.line("z.dtype.type(1)")
    known: Cache = {}
    value: Any = curve.evaluate(of, known)
    curve.pull_back(of, of, one, known)
    return _function("value", value, lines), _function("slope", of.slope, lines)


class _Recorded(NDArrayOperatorsMixin):
    """An array that is not there yet: the name that a line of source gives it."""

    def __init__(self, name: str, lines: dict[str, str]) -> None:
        self.name, self.lines = name, lines  # lines: names by what they stand for, so that nothing is computed twice

    def __str__(self) -> str:
        return self.name

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any) -> _Recorded:
        return self.line(f"np.{ufunc.__name__}({', '.join(map(str, inputs))})")

    def line(self, text: str) -> _Recorded:
        """Record a line."""
        return _Recorded(self.lines.setdefault(text, f"v{len(self.lines)}"), self.lines)


class _Point:
    """Where a curve is evaluated and differentiated: all of an environment that curves ask for."""

    slope: Any = None

    def __init__(self, z: _Recorded) -> None:
        self.z = z

    def value(self, name: str, before: bool) -> Any:
        """The sum."""
        return self.z

    def add_value(self, name: str, before: bool, gradient: Any) -> None:
        """Add up what all parts of the curve contribute."""
        self.slope = gradient if self.slope is None else self.slope + gradient


def _function(name: str, result: _Recorded, lines: dict[str, str]) -> str:
    """A function of z with the lines that its result needs."""
    needed, body = {str(result)}, [f"return {result}"]
    for text, line in reversed(lines.items()):
        if line in needed:
            body.insert(0, f"{line} = {text}")
            needed.update(re.findall(r"\w+", text))
    return "\n    ".join([f"def {name}(z):", *body])
