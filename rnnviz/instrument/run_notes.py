"""What the instrument says about a run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..generation import Draw
from ..interventions import describe
from ..network import zero_states
from ..network.starting_states import complete_states
from ..text.tokens import visible
from ..trace import Trace
from .settings_schema import Notes


def beginning_remarks(trace: Trace) -> list[str]:
    """Say that a run begins with states that were given to it, if it does.

    Parameters
    ----------
    trace : Trace
        The run.

    Returns
    -------
    list of str
        A sentence; none if the run begins with the network's own states, or the network is not known.
    """
    network = trace.network
    if network is None:
        return []
    own = zero_states(network) if network.initial is None else complete_states(network, network.initial)
    pairs = [
        (given[name], array)
        for layers in zip(trace.start, own, strict=True)
        for given, states in zip(*layers, strict=True)
        for name, array in states.items()
    ]
    if all(np.array_equal(given, array) for given, array in pairs):
        return []
    return ["The run begins with states that were given to it, not with the model’s own."]


def run_notes(
    trace: Trace, remarks: list[str] | None = None, dimmed: bool = False, draws: Sequence[Draw] = ()
) -> Notes:
    """Describe a run: its changes in words, remarks, and which of its tokens the model drew itself.

    Parameters
    ----------
    trace : Trace
        The run.
    remarks : list of str, optional
        Sentences about it.
    dimmed : bool, default False
        Whether it is an older run, because what was typed since cannot be read.
    draws : sequence of Draw, default ()
        The draws that wrote the end of the text.

    Returns
    -------
    dict
        The notes of `settings_schema` that the instrument is given.
    """
    notes: Notes = {
        "remarks": remarks or [],
        "changes": [{"text": str(each), "words": describe(each, *trace.definitions)} for each in trace.interventions],
        "dimmed": dimmed,
    }
    if draws:
        notes["drawn"] = [
            {
                "step": draw.step - 1,
                "label": visible(draw.label),
                "share": float(draw.probabilities[draw.index]),
                "drawn_share": float(draw.drawn_from[draw.index]),
            }
            for draw in draws
        ]
    return notes
