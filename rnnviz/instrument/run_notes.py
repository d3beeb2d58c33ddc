"""What the instrument says about a run."""

from __future__ import annotations

from collections.abc import Sequence

from ..generation import Draw
from ..interventions import describe
from ..text.tokens import visible
from ..trace import Trace
from .settings_schema import Notes


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
