"""What linear probes read from the states and the gates of a layer, beside what they read for control tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis import selectivity
from ..cells.activations import Array
from ..errors import ArgumentError, UnknownQuantityError
from ..model import Model
from ..network.readout import without_readout
from ..network.run import reverse_if_backward
from .corpus import as_documents
from .document_tokens import DocumentTokens
from .equal_lengths import equal_lengths
from .property_tokens import property_tokens
from .text_properties import YES_NO, TextProperty

if TYPE_CHECKING:
    import pandas as pd

_STEPS = 2**14  # that are read at once


def property_probes(
    model: Model,
    documents: Iterable[Any],
    properties: Sequence[TextProperty],
    quantities: Sequence[str] = (),
    layer: int = 0,
    direction: str = "forward",
    *,
    draws: int = 5,
) -> pd.DataFrame:
    """Probe what the units of a layer together know of each property, quantity by quantity.

    A document is cut into stretches of 256 tokens, and the stretches are dealt to five folds in turn. The probes are
    fitted on the first, third and fifth fold, and tested on the others.

    Parameters
    ----------
    model : Model
        A model.
    documents : iterable of str, sequence of tokens, or ndarray
        What it reads, whole: some 10,000 tokens tell much.
    properties : sequence of TextProperty
        What is to be read from the values. Properties that take one value only are left out.
    quantities : sequence of str, default ()
        States and gates of the layer; everything that its cell computes if left out.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    draws : int, default 5
        The number of control tasks.

    Returns
    -------
    DataFrame
        A row for each property and quantity, with what `rnnviz.analysis.selectivity` finds. Columns: ``property``,
        ``quantity``, ``measure`` ("accuracy" for yes/no, "R²" for numbers), ``score``, ``control``, ``selectivity``,
        ``chance``, and ``tokens``, the number of samples.

    Raises
    ------
    ArgumentError
        If there is no document, or there are too few to hold some out.
    UnknownQuantityError
        If the cell does not compute a quantity.
    ValueError
        If there is no such layer or direction, or nothing to read.
    """
    import pandas as pd

    known = tuple(model.network.cell(layer, direction).definition.by_name)
    for name in quantities:
        if name not in known:
            raise UnknownQuantityError(
                f"The layer does not compute {name!r}; it computes {', '.join(known)}.",
                kind="quantity", name=name, allowed=known,
            )  # fmt: skip
    prepared = [model.prepare(document) for document in as_documents(documents)]
    text = DocumentTokens.of([one.tokens for one in prepared], model.vocabulary.kind)
    tokens = property_tokens(text, properties)
    held_out = tokens.folds % 2 == 1
    if not held_out.any():
        raise ArgumentError(
            "Probes need two documents or more, or one of more than 256 tokens: some are held out.",
            code="few_documents", name="documents", value=len(prepared),
        )  # fmt: skip
    values = _values(model, [one.inputs for one in prepared], quantities or known, layer, direction)
    rows = []
    for one, targets in zip(properties, tokens.values, strict=True):
        at = ~np.isnan(targets)
        if min((len(np.unique(targets[at & part])) for part in (held_out, ~held_out)), default=0) < 2:
            continue
        for name, states in values.items():
            found = selectivity(
                states[at], targets[at], text.numbers[at], held_out[at], classes=one.kind == YES_NO, draws=draws
            )
            row = {"property": one.name, "quantity": name, "measure": found.measure, "score": found.score}
            row |= {"control": found.control, "selectivity": found.selectivity, "chance": found.chance}
            rows.append(row | {"tokens": int(at.sum())})
    names = ("property", "quantity", "measure", "score", "control", "selectivity", "chance", "tokens")
    return pd.DataFrame(rows, columns=[*names])


def _values(
    model: Model, inputs: list[Array], quantities: Sequence[str], layer: int, direction: str
) -> dict[str, Array]:
    """Quantities (N, H) at all tokens of the documents, in their order."""
    network = without_readout(model.network)
    if network.embedding is None:
        inputs = [array.astype(network.dtype) for array in inputs]
    which = network.directions_by_layer[layer].index(direction)
    parts: dict[str, list[Array]] = {name: [np.zeros(0)] * len(inputs) for name in quantities}
    for group in equal_lengths(inputs):
        at_once = max(1, _STEPS // len(inputs[group[0]]))
        for start in range(0, len(group), at_once):
            batch = group[start : start + at_once]
            record = network.forward(np.stack([inputs[d] for d in batch], axis=1)).records[layer][which]
            for name in quantities:
                found = reverse_if_backward(record[name], direction)
                for column, d in enumerate(batch):
                    parts[name][d] = found[:, column]
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}
