"""What a cell's equations say about the order and the cost of a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby, pairwise

from .activations import LINEAR, SIGMOID, TANH
from .applied_activation import Apply
from .definition import Definition
from .expressions import Complement, Expression, Number, Product, Quotient, Sum, Value
from .layer_norm import LayerNorm
from .primitives import Primitive
from .sizes import size_of
from .weight_nodes import Bias, Diagonal, Matrix

STANDARD_PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")  # as PyTorch calls them
INPUT = Value("input_vector")
HIDDEN_BEFORE = Value("hidden").before


@dataclass(frozen=True)
class StepPlan:
    """How a step follows from the equations.

    Parameters
    ----------
    definition : Definition
        The cell's definition.
    rows : tuple of str
        The quantities whose blocks of rows make up weight_ih, in their order.
    """

    definition: Definition
    rows: tuple[str, ...]

    # ---- what the equations say about themselves ----------------------------------------

    @property
    def equations(self) -> dict[str, Expression]:
        """The right side of every equation by the quantity that it computes, in the order of computation."""
        return self.definition.equations

    @cached_property
    def activated(self) -> tuple[str, ...]:
        """The rows whose equation is an activation of a sum that W_ih x is a term of: z becomes their values."""
        return tuple(row for row in self.rows if input_product(row) in self._sum(row))

    @cached_property
    def early(self) -> tuple[str, ...]:
        """The first rows of `activated` whose sums need no quantity of the same step: they are activated together."""
        early: list[str] = []
        for row in self.rows:
            nodes = [node for term in self.late_terms(row) for node in term.walk()] if row in self.activated else None
            if nodes is None or any(isinstance(node, Value) and not node.is_before for node in nodes):
                break
            early.append(row)
        return tuple(early)

    @cached_property
    def together(self) -> tuple[str, ...]:
        """The rows of `early` if there are several and all smooth, so that their slopes are computed together."""
        together = len(self.early) > 1 and self.is_smooth and not self.gated.intersection(self.early)
        return self.early if together else ()

    @cached_property
    def is_smooth(self) -> bool:
        """Whether all rows of `early`, if there are any, are activated by sigmoid or tanh: see `GateActivations`."""
        return bool(self.early) and all(self.applied(row).function in (SIGMOID, TANH) for row in self.early)

    @cached_property
    def early_blocks(self) -> list[list[str]]:
        """The rows of `early` in groups of neighbours with the same activation."""
        return [list(rows) for _, rows in groupby(self.early, lambda row: self.applied(row).function)]

    @cached_property
    def halved(self) -> tuple[str, ...]:
        """The sigmoids of `early` that need their sums only as half of them, in 0.5 * tanh(0.5 * z) + 0.5.

        Steps of many sequences receive half of these sums, from weights and biases halved once before the loop. Halving
        is exact, so that values are the same, bit for bit.
        """
        rows = self.early if self.is_smooth else ()
        return tuple(
            row
            for row in rows
            if self.applied(row).function == SIGMOID and row not in self.gated and not self.late_terms(row)
        )

    def applied(self, row: str) -> Apply:
        """The equation of a row of `activated`."""
        right = self.equations[row]
        assert isinstance(right, Apply), right
        return right

    def biases(self, row: str) -> tuple[Bias, ...]:
        """The biases of a row of `activated` that nothing multiplies: they join the input before the loop."""
        return self._biases[row]

    @cached_property
    def _biases(self) -> dict[str, tuple[Bias, ...]]:
        return {row: tuple(term for term in self._sum(row) if isinstance(term, Bias)) for row in self.rows}

    @cached_property
    def bias_runs(self) -> list[tuple[str, list[str]]]:
        """The parameters of all `biases`, each with rows that are neighbours."""
        rows: dict[str, list[str]] = {}
        for row in self.activated:
            for bias in self.biases(row):
                rows.setdefault(bias.parameter, []).append(row)
        return [(parameter, run) for parameter, listed in rows.items() for run in self.runs(listed)]

    def late_terms(self, row: str) -> list[Expression]:
        """The terms of the sum of a row of `activated` that are added step by step, but for W_hh h_{t-1}."""
        known = {input_product(row), recurrent_product(row), *self.biases(row)}
        return [term for term in self._sum(row) if term not in known]

    def is_direct(self, row: str) -> bool:
        """Whether W_hh h_{t-1} is a term of the row's sum, with nothing multiplied onto it."""
        return row in self.activated and recurrent_product(row) in self._sum(row)

    @cached_property
    def joint(self) -> tuple[str, ...]:
        """The rows in which W_hh is applied to h_{t-1} itself: one product of the matrix serves them all."""
        nodes = {node for right in self.equations.values() for node in right.walk()}
        return tuple(row for row in self.rows if recurrent_product(row) in nodes)

    @cached_property
    def gated(self) -> frozenset[str]:
        """The rows of `joint` in which W_hh h_{t-1} is more than a term of the row's own sum."""
        nodes = {node for _, expression in self.expressions() for node in expression.walk()}
        return frozenset(row for row in self.rows if recurrent_product(row) in nodes)

    @cached_property
    def joint_runs(self) -> list[list[str]]:
        """The rows of `joint` in groups of neighbours in W_hh, almost always a single one."""
        return self.runs(self.joint, "weight_hh") if self.joint else []

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """What is computed step by step: the late terms of activated rows, and the right sides of the others."""
        for name, right in self.equations.items():
            for term in self.late_terms(name) if name in self.activated else [right]:
                yield name, term

    @cached_property
    def cached(self) -> dict[Expression, str]:
        """Inner nodes whose values `step_back` needs, by the names under which `step` leaves them."""
        wanted = [applied.of for applied in map(self.applied, self.activated) if needs_sum(applied)]
        for name, term in self.expressions():
            for node in term.walk():
                if isinstance(node, Product):
                    wanted += [factor for factor in node.factors if not is_recorded(factor)]
                elif isinstance(node, (Matrix, Diagonal, LayerNorm)) and not is_recorded(node.of):
                    wanted.append(node.of)
                elif isinstance(node, Apply) and needs_sum(node):
                    wanted += [] if is_recorded(node.of) else [node.of]
                elif isinstance(node, Quotient | Primitive):
                    wanted += [part for part in node.parts if not is_recorded(part)]
                    wanted += [] if self.equations[name] == node else [node]
                elif isinstance(node, Apply) and node.function != LINEAR and self.equations[name] != node:
                    wanted.append(node)
        return {node: f"cached_{k}" for k, node in enumerate(dict.fromkeys(wanted))}

    @cached_property
    def apart(self) -> dict[str, str]:
        """What `step` computes into arrays of its own, all but states and rows of z, with their sizes."""
        elsewhere, sizes = (*self.activated, *self.definition.states), self.definition.sizes
        own = {name: sizes[name] for name in self.equations if name not in elsewhere}
        return own | {name: size_of(node, sizes) for node, name in self.cached.items()}

    @cached_property
    def kept_gradients(self) -> dict[str, str]:
        """Quantities by whose gradient those of parameters are found after the loop, and where it is kept."""
        names = [name for name, right in self.equations.items() if name not in self.activated and has_parameters(right)]
        return {name: f"gradient_{name}" for name in names}

    def blocks(self, parameter: str) -> tuple[str, ...]:
        """The quantities that the blocks of a parameter belong to, in their order."""
        return self._blocks[parameter]

    @cached_property
    def _blocks(self) -> dict[str, tuple[str, ...]]:
        return parameter_blocks(self.definition, self.rows)

    @cached_property
    def direct_runs(self) -> list[list[str]]:
        """The rows whose sums take W_hh h_{t-1} as it is, in groups of neighbours."""
        return self.runs([row for row in self.joint if self.is_direct(row)])

    @cached_property
    def is_plain(self) -> bool:
        """Whether W_hh h_{t-1} is a term of all sums and occurs nowhere else."""
        return not self.gated and self.direct_runs == [list(self.rows)]

    @cached_property
    def with_parameters(self) -> list[tuple[str, Expression]]:
        """Those of `expressions` that read parameters other than the input weights."""
        return [(name, expression) for name, expression in self.expressions() if has_parameters(expression)]

    def runs(self, rows: Sequence[str], parameter: str = "weight_ih") -> list[list[str]]:
        """Rows in groups of neighbours: each group is one slice of the parameter."""
        index = self.blocks(parameter).index
        starts = [k + 1 for k, (a, b) in enumerate(pairwise(rows)) if index(b) != index(a) + 1]
        return [list(rows[a:b]) for a, b in pairwise([0, *starts, len(rows)]) if a < b]

    def _sum(self, row: str) -> tuple[Expression, ...]:
        """The terms inside the activation of a row's equation; none if it is of another form."""
        right = self.equations[row]
        if not isinstance(right, Apply):
            return ()
        return right.of.terms if isinstance(right.of, Sum) else (right.of,)


@lru_cache(256)  # cells of strangers have activations of their own
def step_plan(definition: Definition, rows: tuple[str, ...]) -> StepPlan:
    """The plan of a cell's steps, one for each definition."""
    return StepPlan(definition, rows)


@lru_cache(256)  # cells of strangers have activations of their own
def parameter_blocks(definition: Definition, rows: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The parameters that a cell's equations name, each with the quantities that its blocks belong to.

    Weights and biases with PyTorch's names come first, blocks in the order of `rows`.
    """
    blocks: dict[str, list[str]] = {}
    for right in definition.equations.values():
        for node in right.walk():
            if isinstance(node, (Matrix, Bias, Diagonal, LayerNorm)):
                blocks.setdefault(node.parameter, []).append(node.block)
    first = [name for name in STANDARD_PARAMETERS if name in blocks]
    order = [*rows, *(q.name for q in definition.quantities if q.name not in rows)]
    return {name: tuple(sorted(set(blocks[name]), key=order.index)) for name in dict.fromkeys([*first, *blocks])}


def input_product(row: str) -> Matrix:
    """W_ih x_t."""
    return Matrix("weight_ih", row, INPUT)


def recurrent_product(row: str) -> Matrix:
    """W_hh h_{t-1}."""
    return Matrix("weight_hh", row, HIDDEN_BEFORE)


@lru_cache(4096)
def has_parameters(expression: Expression) -> bool:
    """Whether an expression reads any parameter but the input weights, whose gradient follows from dz."""
    nodes = (node for node in expression.walk() if isinstance(node, (Matrix, Bias, Diagonal, LayerNorm)))
    return any(node != input_product(node.block) for node in nodes)


def needs_sum(node: Apply) -> bool:
    """Whether the slope of an activation is not computed from its value."""
    return node.function not in (SIGMOID, TANH, LINEAR)


def is_recorded(node: Expression) -> bool:
    """Whether the value of a node is in the record, or computed from it at once."""
    if isinstance(node, Complement):
        return is_recorded(node.of)
    return isinstance(node, (Value, Bias, Number)) or (isinstance(node, Matrix) and node == input_product(node.block))


def blend_parts(node: Expression) -> tuple[Expression, Expression, Expression] | None:
    """Find a, p and q of (1 - a) * p + a * q, in any order of the terms; None for other expressions."""
    if not (isinstance(node, Sum) and len(node.terms) == 2):
        return None
    for closed, opened in (node.terms, node.terms[::-1]):
        if isinstance(closed, Product) and isinstance(opened, Product) and len(closed.factors) == 2:
            (rest, p), (gate, *others) = closed.factors, opened.factors
            if rest == Complement(gate) and len(others) == 1 and all(isinstance(e, Value) for e in (gate, p, *others)):
                return gate, p, others[0]
    return None
