"""Ablation: what the prediction would be without each unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...cells import Edit
from ...cells.activations import Array
from ...errors import ArgumentError
from ...model import Model
from ...network import predicted
from ...network.readout import logits_of, without_readout
from ..progress_meter import ProgressMeter, Tick
from ..selection import check_step

if TYPE_CHECKING:
    import pandas as pd

_ELEMENTS = 2**21  # gate values that one forward pass may hold: long texts need no more memory, and `tick` is called


def ablation(
    model: Model,
    text: str | Sequence[Any] | np.ndarray,
    layer: int = 0,
    direction: str = "forward",
    step: int | None = None,
    limit: int | None = None,
    tick: Tick | None = None,
) -> pd.DataFrame:
    """Silence every unit of a layer in turn, and rank the units by how much the prediction changes.

    A unit is silenced as by the intervention `Zero`: all of its states are zero at every step, and everything else is
    computed from there. Where the hidden state is a projection of the units, it is no state of theirs.

    Parameters
    ----------
    model : Model
        A model with a readout.
    text : str, sequence of tokens or ndarray
        What the model reads.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    step : int, optional
        The step whose prediction is compared, counted from 1; by default the last one.
    limit : int, optional
        Read at most so many tokens.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    DataFrame
        One row for each unit, the largest change first; the index counts the ranks from 1. Columns:

        - ``unit``: the unit, counted from 0.
        - ``change``: the total variation distance between the probabilities with and without the unit, half the sum of
          their absolute differences: the share of the probability that moves to other labels, from 0 to 1.
        - ``label``: the most likely label with the unit.
        - ``probability``, ``without``: that label's probability with the unit, and without it.
        - ``label_without``: the most likely label without the unit.

        Where the outputs are no probabilities, ``change`` is the sum of their absolute changes, ``label`` the output
        that changes most, and ``output`` and ``without`` its values. Where outputs overflow, numbers are NaN and labels
        are "no prediction".

    Raises
    ------
    ArgumentError
        If the model has no readout, or there is no such step.
    ValueError
        If there is no such layer or direction, or nothing to read.
    """
    outputs = _outputs(model, text, layer, direction, step, limit, tick)
    before, after = outputs[0].astype(np.float64), outputs[1:].astype(np.float64)
    changes = np.abs(after - before)
    change = changes.sum(1) / (2 if model.head.is_distribution else 1)
    order = np.argsort(-change, kind="stable")  # NaN comes last
    import pandas as pd

    index = pd.RangeIndex(1, len(order) + 1, name="rank")
    if not model.head.is_distribution:
        most = np.nan_to_num(changes).argmax(1)[order]
        table = {
            "unit": order,
            "change": change[order],
            "label": [model.labels[column] for column in most],
            "output": before[most],
            "without": after[order, most],
        }
        return pd.DataFrame(table, index=index)
    best = int(before.argmax())
    label = predicted(model.labels, before)[0]
    table = {
        "unit": order,
        "change": change[order],
        "label": [label] * len(order),
        "probability": np.full(len(order), before[best]),
        "without": after[order, best],
        "label_without": [predicted(model.labels, row)[0] for row in after[order]],
    }
    return pd.DataFrame(table, index=index)


def _outputs(
    model: Model, text: Any, layer: int, direction: str, step: int | None, limit: int | None, tick: Tick | None
) -> Array:
    """The outputs (1 + H, C) at a step: first with all units, then without each."""
    network = model.network
    if network.readout_weight is None:
        raise ArgumentError(
            "The model has no readout, and so no prediction that a unit could change.", code="no_readout", name="model"
        )
    cell = network.cell(layer, direction)
    states = cell.definition.unit_states
    size = cell.units(states[0])
    inputs = model.prepare(text, limit=limit).inputs
    if network.embedding is None:
        inputs = inputs.astype(network.dtype)
    steps = len(inputs)
    if step is not None:
        check_step(step, steps)
    row = (steps if step is None else step) - 1
    at_once = max(1, _ELEMENTS // (steps * sum(len(cell.weight_ih) for cells in network.layers for cell in cells)))
    parts, progress = [], ProgressMeter(tick, size + 1)
    for first in range(-1, size, at_once):  # -1 is no unit at all
        units = np.arange(first, min(first + at_once, size))
        batch = np.repeat(inputs[:, None], len(units), axis=1)
        silenced = units >= 0
        where = (units[silenced], np.flatnonzero(silenced))
        edits = {(layer, direction): [Edit(state, where, 0.0, 0, steps) for state in states]}
        run = without_readout(network).forward(batch, edits=edits)
        parts.append(network.head.outputs(logits_of(network, run.top[row])))
        progress.add(len(units))
    progress.finish()
    return np.concatenate(parts)
