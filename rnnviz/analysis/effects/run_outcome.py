"""What interventions changed in the end, in words: the one place where these sentences are made."""

from __future__ import annotations

from dataclasses import dataclass

from ...network import predicted
from ...number_format import whole_percent
from ...text.tokens import visible
from ...trace import Trace
from ..asked_steps import asked_steps
from .run_difference import difference


@dataclass(frozen=True)
class RunOutcome:
    """What interventions changed, in two sentences.

    Parameters
    ----------
    end : str
        What the run ends on instead of what; "" without a readout.
    first : str
        Where the predictions first differ; "" where that is the end.
    """

    end: str
    first: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.end, self.first)))


def run_outcome(trace: Trace) -> RunOutcome:
    """Say what the interventions of a run changed.

    Parameters
    ----------
    trace : Trace
        A run with interventions, of a model that is known.

    Returns
    -------
    RunOutcome
        The sentences, with steps as they were typed.

    Examples
    --------
    >>> import rnnviz
    >>> from rnnviz.interventions import Hold
    >>> changed = rnnviz.load("names-lstm").trace("Mariana", interventions=[Hold("forget", 1)])
    >>> "instead of" in run_outcome(changed).end
    True
    """
    unchanged = trace.unchanged
    if unchanged is None or unchanged.probabilities is None or trace.probabilities is None:
        return RunOutcome("", "")
    old, new = unchanged.probabilities[-1], trace.probabilities[-1]
    said = [predicted(trace.labels, row) for row in (old, new)]
    (label_before, share_before), (label, share) = (
        (quoted_label(answer), whole_percent(probability)) for answer, probability in said
    )
    if label != label_before:
        end = f"It ends on {label} ({share}) instead of {label_before} ({share_before})."
    elif share != share_before:
        end = f"It still ends on {label} ({share} instead of {share_before})."
    else:
        end = f"It still ends on {label} ({share}), as without the change."
    return RunOutcome(end, _first(trace, unchanged))


def _first(trace: Trace, unchanged: Trace) -> str:
    """Where the likeliest labels first differ, unless it is at the end."""
    first = difference(unchanged, trace).first
    where = "" if first is None else f"at step {first} (“{visible(unchanged.tokens[first - 1])}”)"
    if first == len(unchanged):
        return ""
    if asked_steps(unchanged).all():
        return f"The first different prediction comes {where}." if first else "No prediction differs on the way."
    if first is None:
        return ""
    return f"On the way, where it is not trained to answer, the most probable label first differs {where}."


def quoted_label(label: str) -> str:
    """A label as a sentence names it: one character in quotation marks, since a comma would read as punctuation."""
    shown = visible(label)
    return shown if len(shown) > 1 else f"“{shown}”"
