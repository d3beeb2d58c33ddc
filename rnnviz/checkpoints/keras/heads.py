"""The heads that could read a recurrent layer of a Keras model, and which of them does."""

from __future__ import annotations

from collections.abc import Sequence

from ...wording import counted
from ..settings import NONE, InferredSetting, inferred
from ..stack import Readout
from . import layer_notes
from .head_chain import NotPlainError, chains_above, fits, not_run, readout_of
from .keras_arrays import dense_readout
from .layer import Layer
from .layer_graph import LayerGraph

OFFERED = 12  # readouts to choose from


class PlainReadouts:
    """Dense layers as readouts, each transposed once, however many stacks it could follow."""

    def __init__(self) -> None:
        self.made: dict[tuple[str, bool], Readout] = {}

    def of(self, layer: Layer, exchanged: bool) -> Readout:
        """The readout of a layer. exchanged: whether the layer below passes on its directions in the opposite order."""
        key = layer.name, exchanged
        if key not in self.made:
            self.made[key] = dense_readout(layer, exchanged)
        return self.made[key]


def heads_of(
    graph: LayerGraph, top: Layer, width: int, exchanged: bool, made: PlainReadouts
) -> tuple[dict[str, Readout], InferredSetting, list[str], list[str]]:
    """The heads by name, which of them is in use, notes, and what of the model is not run.

    Without links between layers, others that fit are offered as well.
    """
    graph.budget.work(len(graph.above(top)))
    problem, chains = "", []
    try:
        chains = chains_above(graph, top, width)[:OFFERED]
        readouts = {chain.name: readout_of(chain, exchanged) for chain in chains}
    except NotPlainError as error:
        problem, chains, readouts = str(error), [], {}
    dense = graph.dense if graph.without_order else graph.above(top)
    graph.budget.work(len(dense))
    used = {layer.name for chain in chains for layer in chain.dense}
    for layer in dense:
        if len(readouts) < OFFERED and layer.name not in used and fits(layer, width):
            readouts[layer.name] = made.of(layer, exchanged)
    choices = {name: f"{name}, {counted(len(readout.weight.array), 'output')}" for name, readout in readouts.items()}
    choices[NONE] = "none: the network ends with its hidden states"
    notes = _ignored(graph, top, {chain.dense[0].name for chain in chains} | set(readouts))
    left_out = [*not_run(chains), *_joined(graph, chains[0].dense[-1] if chains else top)]
    chain_names = {layer.name for chain in chains[:1] for layer in chain.dense}
    between = [layer for layer in graph.possibly_between(width, top) if layer.name not in chain_names]
    if chains and between:
        listed = " or ".join(repr(layer.name) for layer in between[:3])
        reason = f"{chains[0].name!r} would fit, but {listed} may come between it and {top.name!r}."
        return readouts, inferred("readout", NONE, "assumed", reason, choices), notes, []
    if chains:
        lowest, name = chains[0].dense[0], chains[0].name
        basis, reason = graph.basis(lowest, _reason(chains[0].dense, top), f"{lowest.name!r} follows it")
        return readouts, inferred("readout", name, basis, reason, choices), notes, left_out
    if problem:
        return (
            readouts,
            inferred("readout", NONE, "assumed", f"The head is not plain: {problem}.", choices),
            notes,
            left_out,
        )
    if not readouts:
        reason = f"No Dense layer reads the {width} values of {top.name!r}."
        return {}, inferred("readout", NONE, "fixed", reason, choices), notes, left_out
    basis, reason = graph.basis(top, f"No Dense layer reads {top.name!r} directly.", "no Dense layer follows it")
    return readouts, inferred("readout", NONE, basis, reason, choices), notes, left_out


def _reason(dense: Sequence[Layer], top: Layer) -> str:
    through = f", and {dense[-1].name!r} is the last of {len(dense)} layers above it" if len(dense) > 1 else ""
    return f"{dense[0].name!r} reads {top.name!r}{through}."


def _ignored(graph: LayerGraph, top: Layer, known: set[str]) -> list[str]:
    """A sentence on what else reads a layer."""
    others = [
        other
        for other in graph.above(top)
        if other.name not in known and not other.loose and not _leads_to(graph, other, known)
    ]
    return [layer_notes.ignored_consumers(top, others)] if others else []


def _joined(graph: LayerGraph, layer: Layer) -> list[str]:
    """A sentence on what reads a layer beside others, and is not run."""
    others = graph.joining(layer)
    return [layer_notes.joined(layer, others)] if others else []


def _leads_to(graph: LayerGraph, layer: Layer, known: set[str]) -> bool:
    """Whether a pooling or a norm is read by a layer that is known."""
    return any(reader.name in known for reader in graph.above(layer))
