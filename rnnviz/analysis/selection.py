"""Steps, units and outputs of a run that a caller selects, checked in one place."""

from __future__ import annotations

from ..errors import ArgumentError, UnknownNameError
from ..trace import Trace


def reading_order(direction: str) -> slice:
    """Slice that puts the steps of a text in the order in which a direction reads them, and back.

    Parameters
    ----------
    direction : {"forward", "backward"}
        The direction of a layer.

    Returns
    -------
    slice
        To be applied to the time axis; applied twice it restores the order.
    """
    return slice(None) if direction == "forward" else slice(None, None, -1)


def check_step(step: int, steps: int, name: str = "step") -> None:
    """Check that a step, counted from 1, is one of `steps` steps; raise ArgumentError otherwise."""
    if not 1 <= step <= steps:
        raise ArgumentError(
            f"There is no step {step}; the text has steps 1 to {steps}.",
            code="unknown_step",
            name=name,
            value=step,
            allowed=(1, steps),
        )


def check_unit(unit: int, units: int) -> None:
    """Check that a unit, counted from 0, is one of `units` units; raise ArgumentError otherwise."""
    if not 0 <= unit < units:
        raise ArgumentError(
            f"There is no unit {unit}; the layer has units 0 to {units - 1}.",
            code="unknown_unit",
            name="unit",
            value=unit,
            allowed=(0, units - 1),
        )


def step_row(trace: Trace, step: int | None) -> int:
    """Row of a step counted from 1, of the last step for None; raise ArgumentError if there is no such step."""
    if step is None:
        return len(trace) - 1
    check_step(step, len(trace))
    return step - 1


def likeliest_column(trace: Trace, row: int = -1) -> int:
    """Column of the most likely label after a step; of the first output where they are no probabilities."""
    return 0 if trace.probabilities is None else int(trace.probabilities[row].argmax())


def last_read_row(steps: int, direction: str) -> int:
    """Row of the step that a direction reads last."""
    return range(steps)[reading_order(direction)][-1]


def label_column(trace: Trace, output: int | str) -> int:
    """Column of an output, given by its label or its number; raise UnknownNameError if there is no such output."""
    if isinstance(output, str) and output in trace.labels:
        return trace.labels.index(output)
    if isinstance(output, str) or not 0 <= output < len(trace.labels):
        raise UnknownNameError(
            f"There is no output {output!r}; the model has {', '.join(trace.labels) or 'none'}.",
            kind="output",
            name=str(output),
            allowed=tuple(trace.labels),
        )
    return int(output)
