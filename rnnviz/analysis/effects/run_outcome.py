"""What interventions changed in the end, in words: the one place where these sentences are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...network import predicted
from ...number_format import short_number, whole_percent
from ...text.tokens import quoted_label, visible
from ...trace import Trace
from ..asked_steps import asked_steps
from .run_difference import difference

# By whether the label is another one, or its share in whole per cent.
ENDS = {
    "other": "It ends on {label} ({share}) instead of {label_before} ({share_before}).",
    "share": "It still ends on {label} ({share} instead of {share_before}).",
    "same": "It still ends on {label} ({share}), as without the change.",
}
# The same of outputs that are values, by whether the one that changes most is another; and which one, of several.
VALUE_ENDS = {
    "other": "It ends on {value} instead of {value_before}{of}.",
    "same": "It still ends on {value}{of}, as without the change.",
    "of": " for {label}",
}
# By whether the model was trained to answer at every step, and whether a prediction differs before the end.
FIRST = {
    "asked": {
        "somewhere": "The first different prediction comes at step {step} (“{token}”).",
        "never": "No prediction differs on the way.",
    },
    "unasked": {
        "somewhere": "On the way, where it is not trained to answer, the most probable label first differs at step "
        "{step} (“{token}”).",
        "never": "",
    },
}


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
    if unchanged is None or unchanged.answer is None or trace.answer is None:
        return RunOutcome("", "")
    if unchanged.probabilities is None or trace.probabilities is None:
        return RunOutcome(_change_of_values(trace.labels, unchanged.answer, trace.answer), "")
    old, new = unchanged.probabilities[-1], trace.probabilities[-1]
    said = [predicted(trace.labels, row) for row in (old, new)]
    (label_before, share_before), (label, share) = (
        (quoted_label(answer), whole_percent(probability)) for answer, probability in said
    )
    if label != label_before:
        which = "other"
    elif share != share_before:
        which = "share"
    else:
        which = "same"
    end = ENDS[which].format(label=label, share=share, label_before=label_before, share_before=share_before)
    return RunOutcome(end, _first(trace, unchanged))


def _change_of_values(labels: list[str], old: Array, new: Array) -> str:
    """What becomes of the output that changes most."""
    column = int(np.nan_to_num(np.abs(new.astype(np.float64) - old)).argmax())
    of = VALUE_ENDS["of"].format(label=quoted_label(labels[column])) if len(labels) > 1 else ""
    before, after = (short_number(float(values[column])) for values in (old, new))
    return VALUE_ENDS["same" if before == after else "other"].format(value=after, value_before=before, of=of)


def _first(trace: Trace, unchanged: Trace) -> str:
    """Where the likeliest labels first differ, unless it is at the end."""
    first = difference(unchanged, trace).first
    if first == len(unchanged):
        return ""
    asked = "asked" if asked_steps(unchanged).all() else "unasked"
    if first is None:
        return FIRST[asked]["never"]
    return FIRST[asked]["somewhere"].format(step=first, token=visible(unchanged.tokens[first - 1]))
