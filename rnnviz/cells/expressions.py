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
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import ArgumentError
from .activations import LINEAR, Activation, Array, activation
from .environments import Environment, Gradients, Notation
from .hashed_once import HashedOnce
from .mathml import bracketed, names_both_ends, parameter_letter, subscripted

Cache = dict["Expression", Array]


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

    def __add__(self, other: Expression) -> Sum:
        return Sum((*_listed(self, Sum), *_listed(other, Sum)))

    def __mul__(self, other: Expression) -> Product:
        return Product((*_listed(self, Product), *_listed(other, Product)))

    def __rsub__(self, one: int) -> Complement:
        if one != 1:
            raise TypeError(f"expressions know 1 - x, but not {one} - x")
        return Complement(self)

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
    return cls(**{name: _from_plain(name, value) for name, value in given.items()})


# ---- what a cell reads --------------------------------------------------------------


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
class WeightNode(Expression):
    """Rows of a parameter that belong to a quantity, which is given by its name or as a `Value`."""

    parameter: str
    block: str

    def __post_init__(self) -> None:
        if isinstance(self.block, Value):
            object.__setattr__(self, "block", self.block.name)


@dataclass(frozen=True)
class Bias(WeightNode):
    """The rows of a bias that belong to a quantity: b_{if}."""

    kind = "bias"

    if TYPE_CHECKING:

        def __init__(self, parameter: str, block: str | Value) -> None: ...

    def latex(self, notation: Notation) -> str:
        return f"b_{{{parameter_letter(self.parameter)}{notation.subscript(self.block)}}}"

    def mathml(self, notation: Notation) -> str:
        return subscripted("b", self.parameter, notation.subscript(self.block))

    def forward(self, env: Environment, *parts: Array) -> Array:
        return env.spread(env.parameter(self.parameter, self.block))

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        into.add_parameter(self.parameter, self.block, env.total(d))
        return ()


@dataclass(frozen=True)
class Matrix(WeightNode):
    """The rows of a weight matrix that belong to a quantity, applied to vectors: W_{if} x_t."""

    kind = "matrix"
    binds = 2
    of: Expression

    if TYPE_CHECKING:

        def __init__(self, parameter: str, block: str | Value, of: Expression) -> None: ...

    def latex(self, notation: Notation) -> str:
        letters = parameter_letter(self.parameter) + notation.subscript(self.block)
        weight = f"W_{{{self.parameter.rpartition('_')[2] if names_both_ends(self.parameter) else letters}}}"
        space = r"\," if self.of.binds == 3 else ""
        return weight + space + self.of._inside(3, notation)

    def mathml(self, notation: Notation) -> str:
        return subscripted("W", self.parameter, notation.subscript(self.block)) + self.of._inside_mathml(3, notation)

    def forward(self, env: Environment, *parts: Array) -> Array:
        return env.times(env.parameter(self.parameter, self.block), parts[0])  # W v

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        into.add_parameter(self.parameter, self.block, env.outer(d, parts[0]))  # d v^T
        return (env.times(env.parameter(self.parameter, self.block).T, d),)  # W^T d


@dataclass(frozen=True)
class Diagonal(WeightNode):
    """A vector of weights times a vector, unit by unit: a peephole, p_f * c_{t-1}."""

    kind = "diagonal"
    binds = 2
    of: Expression

    if TYPE_CHECKING:

        def __init__(self, parameter: str, block: str | Value, of: Expression) -> None: ...

    def latex(self, notation: Notation) -> str:
        weight = f"{parameter_letter(self.parameter)}_{{{notation.subscript(self.block)}}}"
        return rf"{weight} \odot {self.of._inside(3, notation)}"

    def mathml(self, notation: Notation) -> str:
        weight = f"<msub><mi>{parameter_letter(self.parameter)}</mi>{notation.subscript(self.block)}</msub>"
        return f"{weight}<mo>⊙</mo>{self.of._inside_mathml(3, notation)}"

    def forward(self, env: Environment, *parts: Array) -> Array:
        return env.spread(env.parameter(self.parameter, self.block)) * parts[0]  # p v

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        into.add_parameter(self.parameter, self.block, env.total(d * parts[0]))  # d v
        return (env.spread(env.parameter(self.parameter, self.block)) * d,)  # p d


# ---- arithmetic ---------------------------------------------------------------------


@dataclass(frozen=True)
class Sum(Expression):
    """a + b + ..."""

    kind = "sum"
    binds = 1
    terms: tuple[Expression, ...]

    def latex(self, notation: Notation) -> str:
        return " + ".join(term._inside(2, notation) for term in self.terms)

    def mathml(self, notation: Notation) -> str:
        return "<mo>+</mo>".join(term._inside_mathml(2, notation) for term in self.terms)

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
        return r" \odot ".join(factor._inside(2, notation) for factor in self.factors)

    def mathml(self, notation: Notation) -> str:
        return "<mo>⊙</mo>".join(factor._inside_mathml(2, notation) for factor in self.factors)

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
class Apply(Expression):
    """An activation of an expression: tanh(c_t)."""

    kind = "apply"
    function: Activation
    of: Expression

    @property
    def binds(self) -> int:  # type: ignore[override]
        """A linear activation is not written, so what is inside it decides."""
        return self.of.binds if self.function is LINEAR else 3

    def latex(self, notation: Notation) -> str:
        inner, function = self.of.latex(notation), notation.function(self.function)
        return rf"{function}\left({inner}\right)" if function else inner

    def mathml(self, notation: Notation) -> str:
        inner = self.of.mathml(notation)
        return inner if self.function is LINEAR else f"<mi>{escape(self.function.symbol)}</mi>{bracketed(inner)}"

    def forward(self, env: Environment, *parts: Array) -> Array:
        return self.function(parts[0])

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        return (d * self.function.slope(value),)  # from the value: the sum is not needed


def _listed(expression: Expression, kind: type[Sum] | type[Product]) -> tuple[Expression, ...]:
    """The operands, if the expression is of that kind already: a + b + c is one sum."""
    return expression.parts if isinstance(expression, kind) else (expression,)


def _multiplied(arrays: Sequence[Array]) -> Array:
    value = arrays[0]
    for array in arrays[1:]:
        value = value * array
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.to_json()
    if isinstance(value, Activation):
        return value.name
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _from_plain(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return from_json(value)
    if name == "function":
        return activation(value)
    return tuple(_from_plain(name, part) for part in value) if isinstance(value, list) else value
