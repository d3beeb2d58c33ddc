"""How ONNX has a cell: as an RNN, GRU or LSTM node, found by comparing its equations with those of our cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import product

from ...cells import GRU, LSTM, RNN, Cell, Definition
from ...cells.activations import LINEAR, Activation, activation
from ...cells.applied_activation import Apply
from ...cells.expressions import Complement, Expression, Value
from ...cells.published.peephole_lstm import PeepholeLSTM

OPS: dict[type[Cell], str] = {RNN: "RNN", GRU: "GRU", LSTM: "LSTM", PeepholeLSTM: "LSTM"}
# Three activations that differ: what a cell has in the place of each is the option's value.
MARKERS = {"gates": "sigmoid", "activation": "tanh", "squash": "softsign"}
COUPLED = Complement(Value("input"))


@dataclass(frozen=True)
class NodeForm:
    """A cell as a node.

    op: the node's operation. options: those of our cell of the same equations. coupled: whether the node has no forget
    gate of its own, f = 1 - i, which is its attribute `input_forget`.
    """

    op: str
    options: Mapping[str, str]
    coupled: bool = False


@lru_cache(256)  # cells of strangers have activations of their own
def node_form(definition: Definition) -> NodeForm | None:
    """The node that computes what a cell does, in ONNX's notation; None if there is none."""
    equations = definition.equations
    for kind, op in OPS.items():
        for options in _variants(kind):
            template = dict(kind.define(**options).equations)
            coupled = op == "LSTM" and equations.get("forget") == COUPLED
            if coupled:
                template["forget"] = COUPLED
            found: dict[Activation, Activation] = {}
            if equations.keys() == template.keys() and all(
                _matches(template[name], right, found) for name, right in equations.items()
            ):
                chosen = {name: found[activation(MARKERS[name])].name for name in kind.activations}
                return NodeForm(op, options | chosen, coupled)
    return None


def _variants(kind: type[Cell]) -> Iterator[dict[str, str]]:
    """Every combination of the options that change equations, with a marker for every activation."""
    names = [name for name in kind.choices if name not in kind.activations and name not in kind.notation]
    for values in product(*(kind.choices[name] for name in names)):
        yield dict(zip(names, values, strict=True)) | {name: MARKERS[name] for name in kind.activations}


def _matches(template: Expression, node: Expression, found: dict[Activation, Activation]) -> bool:
    """Whether a node is what the template says. found: receives what is in the place of each marker."""
    if isinstance(template, Apply):
        here = node if isinstance(node, Apply) else Apply(LINEAR, node)
        return found.setdefault(template.function, here.function) == here.function and _matches(
            template.of, here.of, found
        )
    if not template.parts or type(template) is not type(node) or len(template.parts) != len(node.parts):
        return template == node
    values = ((getattr(template, field.name), getattr(node, field.name)) for field in fields(template))
    names_agree = all(first == second for first, second in values if isinstance(first, str))
    return names_agree and all(_matches(*pair, found) for pair in zip(template.parts, node.parts, strict=True))
