"""Ablation: what the prediction would be without each unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...cells import Edit
from ...cells.activations import Array
from ...model import Model
from ...network import softmax
from ..progress import Progress, Tick

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = 2**21  # gates that one forward pass may hold: no more memory for a long text, and `tick` often enough


def ablation(
    model: Model,
    text: str | Sequence[Any] | np.ndarray,
    layer: int = 0,
    direction: str = "forward",
    step: int | None = None,
    limit: int | None = None,
    tick: Tick | None = None,
) -> pd.DataFrame:
    """Every unit of a layer silenced in turn, the one that changes the prediction most first.

    A unit is silenced as by the intervention Zero: all of its states are zero at every step, and everything
    else is computed from there. step: the one whose prediction is compared, counted from 1; the last if left out.
    tick: called now and then with the share done, from 0 to 1; what it raises ends the computation.

    Columns: unit; change, the total variation distance of the probabilities without the unit from those with
    it, half the sum of their absolute differences: the share of the probability that moves elsewhere, from 0 to 1;
    label, what was likeliest with the unit; probability and without, that label's probability with the unit and
    without it; label_without, what is likeliest without the unit. The index counts the ranks from 1.

    Raises ValueError for a model without a readout, and for a layer, direction or step that does not exist.
    """
    probabilities = _without_each(model, text, layer, direction, step, limit, tick)
    before, after = probabilities[0].astype(np.float64), probabilities[1:].astype(np.float64)
    change = np.abs(after - before).sum(1) / 2
    order = np.argsort(-change, kind="stable")
    best = int(before.argmax())
    import pandas as pd

    table = {
        "unit": order,
        "change": change[order],
        "label": [model.labels[best]] * len(order),
        "probability": np.full(len(order), before[best]),
        "without": after[order, best],
        "label_without": [model.labels[k] for k in after[order].argmax(1)],
    }
    return pd.DataFrame(table, index=pd.RangeIndex(1, len(order) + 1, name="rank"))


def _without_each(
    model: Model, text: Any, layer: int, direction: str, step: int | None, limit: int | None, tick: Tick | None
) -> Array:
    """Probabilities (1 + H, C) at a step: first with all units, then without each."""
    network = model.network
    if network.readout_weight is None:
        raise ValueError("the model has no readout, and so no prediction that a unit could change")
    size = network.cell(layer, direction).hidden_size
    inputs = model.vocabulary.encode(text, limit).inputs
    if network.embedding is None:
        inputs = inputs.astype(network.dtype)
    steps = len(inputs)
    if step is not None and not 1 <= step <= steps:
        raise ValueError(f"there is no step {step}; the text has steps 1 to {steps}")
    row, states = (steps if step is None else step) - 1, network.layers[0][0].states
    at_once = max(1, _NUMBERS // (steps * sum(len(cell.weight_hh) for cells in network.layers for cell in cells)))
    found, progress = [], Progress(tick, size + 1)
    for first in range(-1, size, at_once):  # -1 stands for no unit at all
        units = np.arange(first, min(first + at_once, size))
        batch = np.repeat(inputs[:, None], len(units), axis=1)
        silenced = units >= 0
        where = (units[silenced], np.flatnonzero(silenced))
        edits = {(layer, direction): [Edit(state, where, 0.0, 0, steps) for state in states]}
        logits = network.forward(batch, edits=edits).logits
        assert logits is not None
        found.append(softmax(logits[row]))
        progress.add(len(units))
    progress.finish()
    return np.concatenate(found)
