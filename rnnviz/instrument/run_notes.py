"""What the instrument says about a run."""

from __future__ import annotations

from ..interventions import describe
from ..trace import Trace
from .settings_schema import Notes


def run_notes(trace: Trace, remarks: list[str] | None = None, dimmed: bool = False) -> Notes:
    """Describe a run: its changes in words, and remarks.

    Parameters
    ----------
    trace : Trace
        The run.
    remarks : list of str, optional
        Sentences about it.
    dimmed : bool, default False
        Whether it is an older run, because what was typed since cannot be read.

    Returns
    -------
    dict
        The notes of `settings_schema` that the instrument is given.
    """
    return {
        "remarks": remarks or [],
        "changes": [{"text": str(each), "words": describe(each, trace.definition)} for each in trace.interventions],
        "dimmed": dimmed,
    }
