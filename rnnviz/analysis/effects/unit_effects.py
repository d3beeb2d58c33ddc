"""What each unit of a layer does for the answer of a run: the measure by which pages order and choose units.

All that a page needs to know of the measure is here: the values, what they are about, and what they are called.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells import Definition
from ...cells.activations import Array
from ...cells.gated_equations import projected_quantity
from ...network import Network
from ...network.merging import split_gradient
from ...network.run import reverse_if_backward
from ...trace import Trace
from ..gradients.jacobians import rerun
from ..selection import likeliest_column
from ..weights.gate_weights import projection_matrix
from .silenced_units import silenced_effects, silenced_steps

LEAD = "the lead of the answer (its logit less the others’ mean)"
OUTPUT = "the output"  # where it is not compared with others
SILENCED = "effect on {what}, silenced{when}"
DIRECT = "direct contribution to {what}"
FIRST_ORDER = "first-order contribution to {what}"
SIZE = "size of the hidden state over the text (root mean square)"


@dataclass(frozen=True)
class UnitEffects:
    """What each unit adds to the answer.

    Parameters
    ----------
    values : ndarray of shape (H,)
        The effect of each unit, in float32; above zero it speaks for the answer, below zero against it.
    label : str
        The answer: the likeliest label after the last step; "" where the values are about no label.
    measure : str
        What the values are, in words.
    """

    values: Array
    label: str
    measure: str

    @property
    def strongest(self) -> int:
        """The unit with the largest absolute effect, the first of several; what is no number counts as 0."""
        return int(np.nan_to_num(np.abs(self.values), nan=0.0, posinf=np.inf).argmax())


def unit_effects(trace: Trace, layer: int = 0, direction: str = "forward") -> UnitEffects:
    """Measure what each unit of a layer does for the answer after the last step.

    The lead of the answer is its logit less the mean of the logits of all other labels; where the outputs are no
    probabilities, it is the first output. (A margin compares probabilities, and is another measure: see
    `margin_curve`.) The effect of a unit is what the lead loses when the
    unit is silenced: all of its states are zero, at the last steps, as many as are computed in some milliseconds; where
    that cannot be run, the unit's direct contribution.

    Parameters
    ----------
    trace : Trace
        A run of T steps.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    UnitEffects
        The effects of the H units; those of `direct_effects` without a readout, in a network that reads backward or
        whose head reads more than the last step, and where an intervention holds values.

    Raises
    ------
    UnknownQuantityError
        If the trace has no such layer or direction.

    Examples
    --------
    >>> import rnnviz
    >>> effects = unit_effects(rnnviz.load("counter-lstm").trace("aabb"))
    >>> effects.label, effects.measure.split(" (")[0]
    ('end', 'effect on the lead of the answer')
    """
    _ = trace["hidden", layer, direction]
    values = silenced_effects(trace, layer)
    if values is None:
        return direct_effects(trace, layer, direction)
    assert trace.network is not None and trace.network.readout_weight is not None
    steps = silenced_steps(trace, layer)
    when = "" if steps == len(trace) else f" in the last {steps} steps" if steps > 1 else " at the last step"
    label = trace.labels[likeliest_column(trace)]
    return UnitEffects(_float32(values), label, SILENCED.format(when=when, what=_about(trace)))


def direct_effects(trace: Trace, layer: int = 0, direction: str = "forward") -> UnitEffects:
    """Measure what each unit of a layer adds to the answer after the last step by what it passes on.

    The lead of the answer is its logit less the mean of the logits of all other labels; where the outputs are no
    probabilities, it is the first output. A unit of the last layer adds directly to it: its hidden state at the last
    step times the answer's weight less the mean of the other weights. A unit of a lower layer adds through the layers
    above, and one of the last layer through a head that has layers or reads several steps: its hidden states at all
    steps, as they are passed on, times the gradient of the lead by them, which is exact for small changes only. What a
    unit does to later steps of its own layer is not counted. Where the hidden state is a projection of the units, each
    adds through its weights there.

    Parameters
    ----------
    trace : Trace
        A run of T steps.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    UnitEffects
        The effects of the H units. Without a readout, or where the gradient of a lower layer does not exist because an
        intervention holds values, the size of the unit's hidden state takes their place.

    Raises
    ------
    UnknownQuantityError
        If the trace has no such layer or direction.

    Examples
    --------
    >>> import rnnviz
    >>> effects = unit_effects(rnnviz.load("names-lstm").trace("Mariana"))
    >>> effects.label, effects.strongest
    ('Italian', 24)
    """
    network, top = trace.network, layer == trace.layers - 1
    _ = trace["hidden", layer, direction]  # raises if there is no such layer
    name = projected_quantity(trace.definitions[layer].equations)
    shown = trace[name, layer, direction]
    held = trace.has_held_values and (not top or name != "hidden")
    if network is None or network.readout_weight is None or held:
        sizes = np.sqrt((shown.astype(np.float64) ** 2).mean(0))
        return UnitEffects(_float32(sizes), "", size_measure(trace.definitions[layer], name))
    answer = likeliest_column(trace)
    gradient = _lead_gradient(trace, network, answer, layer)[direction].astype(np.float64)
    if (matrix := projection_matrix(network.cell(layer, direction))) is not None:
        gradient = gradient @ matrix
    values = (gradient * shown).sum(0)
    direct = top and network.reads_directly
    return UnitEffects(
        _float32(values), trace.labels[answer], (DIRECT if direct else FIRST_ORDER).format(what=_about(trace))
    )


def size_measure(definition: Definition, name: str) -> str:
    """Say that values are the sizes of a quantity."""
    return SIZE.replace("hidden state", definition.by_name[name].title)


def _about(trace: Trace) -> str:
    """What effects are about, in words."""
    return LEAD if len(trace.labels) > 1 and trace.head.is_distribution else OUTPUT


def _lead_gradient(trace: Trace, network: Network, answer: int, layer: int) -> dict[str, Array]:
    """The gradients of the lead by the hidden states that a layer passes on, (T, H) by direction."""
    assert network.readout_weight is not None
    weights, others = network.readout_weight, len(network.readout_weight) - 1
    compared = others and network.head.is_distribution
    lead = weights[answer] - (weights.sum(0) - weights[answer]) / others if compared else weights[answer]
    top = trace.layers - 1
    hidden, directions = _hidden(trace, top), trace.directions_by_layer[top]
    inner = network.head.inner(network.head.read(hidden, directions, network.merge))
    d_top = np.zeros((len(trace), len(lead)), lead.dtype)
    d_top[-1] = lead
    d_read, _ = network.head.inner_back(d_top, inner)
    split = network.head.read_back(d_read, hidden, directions, network.merge)
    for k in range(top, layer, -1):
        d_below = np.zeros((), lead.dtype)
        for direction, d_hidden in zip(trace.directions_by_layer[k], split, strict=True):
            record = rerun(trace, k, direction)
            d_x = record.cell.backward(record, reverse_if_backward(d_hidden, direction))["x"]
            d_below = d_below + reverse_if_backward(d_x, direction)
        split = split_gradient(d_below, _hidden(trace, k - 1), network.merge)
    return dict(zip(trace.directions_by_layer[layer], split, strict=True))


def _hidden(trace: Trace, layer: int) -> list[Array]:
    """What the directions of a layer pass on."""
    return [trace["hidden", layer, direction] for direction in trace.directions_by_layer[layer]]


def _float32(values: Array) -> Array:
    """As the browser reads the values, so that it finds the same unit to be the strongest."""
    return values.astype(np.float32)
