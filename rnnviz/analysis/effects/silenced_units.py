"""What the answer loses when a unit is silenced over the last steps: the measure of units that is closest to ablation.

`unit_ablation` silences a unit at every step. Over the last steps alone most of that effect is there already, at a cost
that does not grow with the text: see benchmarks/unit_effects_cost.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...cells import Edit
from ...cells.activations import Array
from ...network.readout import logits_of, without_readout
from ...trace import Trace
from ..selection import likeliest_column

GATE_VALUES = 2**17  # that a measurement may compute, which is some milliseconds


def silenced_steps(trace: Trace, layer: int) -> int:
    """Count the last steps over which every unit of a layer in turn can be silenced within the bound.

    Parameters
    ----------
    trace : Trace
        A run of T steps of a network that is known.
    layer : int
        The layer, counted from 0.

    Returns
    -------
    int
        From 1 to T.
    """
    assert trace.network is not None
    rows = sum(len(cell.weight_ih) for cells in trace.network.layers for cell in cells)
    return min(max(1, GATE_VALUES // (_units(trace, layer) * rows)), len(trace))


def silenced_effects(trace: Trace, layer: int) -> Array | None:
    """Measure what the lead of the answer loses when each unit of a layer is silenced over the last steps.

    Parameters
    ----------
    trace : Trace
        A run.
    layer : int
        The layer, counted from 0.

    Returns
    -------
    ndarray of shape (H,) or None
        The lead, which is the answer's logit less the mean of all other logits, less what it is without the unit; of
        outputs that are no distribution, the first one's logit takes its place. None where this cannot be run: without
        the network or a readout, where a layer reads backward or the head reads more than the last step, and where an
        intervention holds values.
    """
    network = trace.network
    if network is None or network.readout_weight is None or trace.has_held_values:
        return None
    if network.directions != ("forward",) or not network.reads_directly:
        return None
    steps, units = silenced_steps(trace, layer), _units(trace, layer)
    first = len(trace) - steps
    start = [
        [{state: _before(trace, state, k, first, units + 1) for state in trace.definitions[k].states}]
        for k in range(trace.layers)
    ]
    inputs = np.repeat(trace["input_vector"][first:, None], units + 1, axis=1)
    silenced = (np.arange(units), np.arange(units))  # the last text of the batch keeps all
    states = network.cell(layer, "forward").definition.unit_states
    edits = {(layer, "forward"): [Edit(state, silenced, 0.0, 0, steps) for state in states]}
    run = replace(without_readout(network), embedding=None).forward(inputs, start, edits=edits)
    leads = _leads(logits_of(network, run.top[-1]), trace)
    return leads[-1] - leads[:-1]


def _units(trace: Trace, layer: int) -> int:
    assert trace.network is not None
    cell = trace.network.cell(layer, "forward")
    return cell.units(cell.definition.unit_states[0])


def _before(trace: Trace, state: str, layer: int, first: int, batch: int) -> Array:
    """A state as a step finds it, (B, H)."""
    key = (state, layer, "forward")
    return np.repeat((trace[key][first - 1] if first else trace.initial[key])[None], batch, axis=0)


def _leads(logits: Array, trace: Trace) -> Array:
    """The leads (B,) of the answer, by logits (B, C)."""
    answer, count = likeliest_column(trace), logits.shape[-1]
    if not trace.head.is_distribution:
        own: Array = logits[:, answer].astype(np.float64)
        return own
    others = logits.sum(-1, dtype=np.float64, where=np.arange(count) != answer)  # without a copy: labels can be many
    return logits[:, answer] - others / max(1, count - 1)
