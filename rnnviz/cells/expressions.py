"""Expressions: what a cell's equations are made of, as data.

An expression is a small tree. It is written with Python's operators as the formula is on paper,

    f, c, i, g = (Value(name) for name in ("forget", "cell", "input", "candidate"))
    f * c.before + i * g

and everything else is read off it: its LaTeX and MathML, its JSON, its value, and its derivatives in reverse mode
(Griewank and Walther 2008, chapter 3). Each kind of node states its forward rule beside its backward rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, Self, TypeAlias

from ..errors import ArgumentError
from .environments import Array, Environment, Gradients, Notation
from .hashed_once import HashedOnce
from .mathml import bracketed

Cache = dict["Expression", Array]
Operand: TypeAlias = "Expression | float"


@dataclass(frozen=True)
class Expression(HashedOnce):
    """A node of the tree. Nodes are immutable, and equal if they say the same."""

    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type[Expression]]] = {}
    binds: ClassVar[int] = 3  # how tightly: 1 as sums do, 2 as products do, 3 needs no brackets anywhere

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__hash__ = HashedOnce.__hash__  # type: ignore[method-assign]
        if "kind" in cls.__dict__:
            Expression.kinds[cls.kind] = cls

    def __add__(self, other: Operand) -> Sum:
        return Sum((*_listed(self, Sum), *_listed(other, Sum)))

    def __radd__(self, other: float) -> Sum:
        return Number(other) + self

    def __neg__(self) -> Product:
        return Number(-1) * self

    def __sub__(self, other: Operand) -> Sum:
        return self + -other

    def __rsub__(self, other: float) -> Complement | Sum:
        return Complement(self) if other == 1 else Number(other) - self

    def __mul__(self, other: Operand) -> Product:
        return Product((*_listed(self, Product), *_listed(other, Product)))

    def __rmul__(self, other: float) -> Product:
        return Number(other) * self

    def __truediv__(self, other: Operand) -> Quotient:
        return Quotient(self, as_expression(other))

    def __rtruediv__(self, other: float) -> Quotient:
        return Number(other) / self

    @cached_property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions directly inside this one, in the order in which they are written."""
        values = [getattr(self, field.name) for field in fields(self)]
        inner = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
        return tuple(part for part in inner if isinstance(part, Expression))

    def walk(self) -> Iterator[Expression]:
        """Go through the node and all below it, each before its parts."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def latex(self, notation: Notation) -> str:
        """The expression in LaTeX."""
        raise NotImplementedError

    def mathml(self, notation: Notation) -> str:
        """The expression in presentation MathML, without `<math>` around it."""
        raise NotImplementedError

    def forward(self, env: Environment, *parts: Array) -> Array:
        """The value from those of the parts."""
        raise NotImplementedError

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        """The gradients by the parts from d, that by the value; gradients by parameters go `into` the collector."""
        raise NotImplementedError

    def evaluate(self, env: Environment, cache: Cache | None = None) -> Array:
        """The value. cache: receives the value of every node, for `pull_back`; equal nodes are computed once."""
        cache = {} if cache is None else cache
        if self not in cache:
            cache[self] = self.forward(env, *(part.evaluate(env, cache) for part in self.parts))
        return cache[self]

    def pull_back(self, env: Environment, into: Gradients, d: Array, cache: Cache) -> None:
        """Reverse mode: from d, the gradient of a loss by the value, to those by quantities, states and parameters.

        cache: as `evaluate` filled it.
        """
        values = [cache[part] for part in self.parts]
        gradients = self.backward(env, into, d, cache[self], *values)
        for part, gradient in zip(self.parts, gradients, strict=True):
            part.pull_back(env, into, gradient, cache)

    def to_json(self) -> dict[str, Any]:
        """Plain data from which `from_json` makes an equal expression."""
        return {"kind": self.kind, **{field.name: _plain(getattr(self, field.name)) for field in fields(self)}}

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> Self:
        """The expression whose fields `to_json` wrote."""
        return cls(**{name: _from_plain(value) for name, value in given.items()})

    def _inside(self, binding: int, notation: Notation) -> str:
        """LaTeX of this expression inside one that binds with that strength."""
        latex = self.latex(notation)
        return rf"\left({latex}\right)" if self.binds < binding else latex

    def _inside_mathml(self, binding: int, notation: Notation) -> str:
        inner = self.mathml(notation)
        return bracketed(inner) if self.binds < binding else inner


def from_json(data: Mapping[str, Any]) -> Expression:
    """The expression that `Expression.to_json` wrote.

    Raises ArgumentError for a kind of node that does not exist and for missing or extra fields.
    """
    cls = Expression.kinds.get(str(data.get("kind")))
    given = {name: value for name, value in data.items() if name != "kind"}
    if cls is None or set(given) != {field.name for field in fields(cls)}:
        fields_given = ", ".join(given) or "none"
        raise ArgumentError(
            f"There is no expression of the kind {data.get('kind')!r} with these fields: {fields_given}.",
            code="expression",
            name="kind",
            value=data.get("kind"),
            allowed=tuple(Expression.kinds),
        )
    return cls.from_fields(given)


# ---- what stands for a value --------------------------------------------------------


@dataclass(frozen=True)
class Value(Expression):
    """A quantity at this step, f_t, or with `is_before` a state as this step found it, c_{t-1}."""

    kind = "value"
    name: str
    is_before: bool = False

    @property
    def before(self) -> Value:
        """The state as this step found it."""
        return Value(self.name, True)

    def latex(self, notation: Notation) -> str:
        return f"{notation.quantity(self.name)}_{{t-1}}" if self.is_before else f"{notation.quantity(self.name)}_t"

    def mathml(self, notation: Notation) -> str:
        time = "<mrow><mi>t</mi><mo>-</mo><mn>1</mn></mrow>" if self.is_before else "<mi>t</mi>"
        return f"<msub>{notation.quantity(self.name)}{time}</msub>"

    def forward(self, env: Environment, *parts: Array) -> Array:
        return env.value(self.name, self.is_before)

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        into.add_value(self.name, self.is_before, d)
        return ()


@dataclass(frozen=True)
class Number(Expression):
    """A number that is the same in all units: 0.5."""

    kind = "number"
    value: float

    def latex(self, notation: Notation) -> str:
        return f"{self.value:g}"

    def mathml(self, notation: Notation) -> str:
        return f"{'<mo>-</mo>' * (self.value < 0)}<mn>{abs(self.value):g}</mn>"

    def forward(self, env: Environment, *parts: Array) -> Any:
        return self.value  # as a Python number, so that arrays keep their dtype

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        return ()


# ---- arithmetic ---------------------------------------------------------------------


@dataclass(frozen=True)
class Sum(Expression):
    """a + b + ..."""

    kind = "sum"
    binds = 1
    terms: tuple[Expression, ...]

    def latex(self, notation: Notation) -> str:
        return " + ".join(term._inside(2, notation) for term in self.terms).replace("+ -", "- ")

    def mathml(self, notation: Notation) -> str:
        written = "<mo>+</mo>".join(term._inside_mathml(2, notation) for term in self.terms)
        return written.replace("<mo>+</mo><mo>-</mo>", "<mo>-</mo>")

    def forward(self, env: Environment, *parts: Array) -> Array:
        value = parts[0]
        for part in parts[1:]:
            value = value + part
        return value

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        return [d] * len(parts)


@dataclass(frozen=True)
class Product(Expression):
    """a * b * ..., unit by unit."""

    kind = "product"
    binds = 2
    factors: tuple[Expression, ...]

    def latex(self, notation: Notation) -> str:
        return self._joined([factor._inside(2, notation) for factor in self.factors], r" \cdot ", r" \odot ")

    def mathml(self, notation: Notation) -> str:
        written = [factor._inside_mathml(2, notation) for factor in self.factors]
        return self._joined(written, "<mo>·</mo>", "<mo>⊙</mo>")

    def _joined(self, written: Sequence[str], after_number: str, sign: str) -> str:
        """The factors with signs between them; ⊙ is for vectors."""
        signs = [after_number if isinstance(factor, Number) else sign for factor in self.factors[:-1]]
        return "".join(part for pair in zip(written, [*signs, ""], strict=True) for part in pair)

    def forward(self, env: Environment, *parts: Array) -> Array:
        return _multiplied(parts)

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        return [_multiplied((d, *parts[:k], *parts[k + 1 :])) for k in range(len(parts))]  # d times the others


@dataclass(frozen=True)
class Complement(Expression):
    """1 - a."""

    kind = "complement"
    binds = 1
    of: Expression

    def latex(self, notation: Notation) -> str:
        return f"1 - {self.of._inside(2, notation)}"

    def mathml(self, notation: Notation) -> str:
        return f"<mn>1</mn><mo>-</mo>{self.of._inside_mathml(2, notation)}"

    def forward(self, env: Environment, *parts: Array) -> Array:
        return 1 - parts[0]

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        return (-d,)

    def _inside(self, binding: int, notation: Notation) -> str:
        return f"({self.latex(notation)})" if self.binds < binding else self.latex(notation)


@dataclass(frozen=True)
class Quotient(Expression):
    """a / b, unit by unit."""

    kind = "quotient"
    binds = 2
    dividend: Expression
    divisor: Expression

    def latex(self, notation: Notation) -> str:
        return rf"\frac{{{self.dividend.latex(notation)}}}{{{self.divisor.latex(notation)}}}"

    def mathml(self, notation: Notation) -> str:
        above, below = (f"<mrow>{part.mathml(notation)}</mrow>" for part in self.parts)
        return f"<mfrac>{above}{below}</mfrac>"

    def forward(self, env: Environment, *parts: Array) -> Array:
        return parts[0] / parts[1]

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        return d / parts[1], -d * value / parts[1]  # d(a / b) = da / b - (a / b) db / b


def as_expression(operand: Operand) -> Expression:
    """A number as an expression; an expression as it is."""
    return operand if isinstance(operand, Expression) else Number(operand)


def _listed(operand: Operand, kind: type[Sum] | type[Product]) -> tuple[Expression, ...]:
    """The operands, if the expression is of that kind already: a + b + c is one sum."""
    return operand.parts if isinstance(operand, kind) else (as_expression(operand),)


def _multiplied(arrays: Sequence[Array]) -> Array:
    value = arrays[0]
    for array in arrays[1:]:
        value = value * array
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.to_json()
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _from_plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return from_json(value)
    return tuple(map(_from_plain, value)) if isinstance(value, list) else value
