"""How long units keep what they hold, by the mean of the gate that keeps it."""

from __future__ import annotations

import numpy as np

from ..analysis.memory.decomposition import KeptByGate
from ..analysis.memory.gated_states import gated_state
from ..cells import Definition
from .summary import Array
from .unit_statistics import UnitStatistics


def half_lives(
    atlas: UnitStatistics, definition: Definition, layer: int = 0, direction: str = "forward"
) -> Array | None:
    """Compute after how many steps half of a unit's memory would be left, if its gate always had its mean.

    A gate that varies keeps less over many steps than one that always has its mean. What the network writes again
    through its recurrent weights does not count.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    definition : Definition
        The definition of the layer's cell.
    layer : int, default 0
        The layer.
    direction : {"forward", "backward"}, default "forward"
        The direction.

    Returns
    -------
    ndarray of shape (U,) or None
        Steps, from 0 to infinity, of each unit of the gated state; None if no gate with values from 0 on carries the
        state on by itself, or if the atlas does not record it.
    """
    gated = gated_state(definition)
    if gated is None or len(gated.keep_factors) != 1:
        return None
    recorded = atlas.recorded.get((gated.gate, layer, direction))
    if recorded is None or recorded.low is None or recorded.low < 0:  # the mean of what has a sign keeps nothing
        return None
    shares = gated.keep_factors[0].of(
        {gated.gate: atlas.units(gated.gate, layer=layer, direction=direction)["mean"].to_numpy()}
    )
    return KeptByGate(gated.gate, shares, np.argsort(-shares, kind="stable")).half_life
