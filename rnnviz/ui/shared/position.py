"""The step and the unit in the link, where the browser keeps them. Steps count from 1, units from 0."""

from __future__ import annotations

from ...trace import Trace
from . import link_parameters, link_state


def from_link(
    trace: Trace, default_step: int | None = None, layer: int = 0, steps: int | None = None
) -> tuple[int, int | None]:
    """The step and the unit of a layer in the link.

    Where the link has no step or an invalid one, it is the default one, or the last if that is None. Where it has no
    unit or an invalid one, it is None: nobody has chosen one. steps: how many there are, if not those of the trace.
    """
    steps = len(trace) if steps is None else steps
    step = link_parameters.step(steps, steps if default_step is None else default_step).read()
    return step, link_parameters.unit(trace, layer).read()


def newly_linked() -> bool:
    """Whether the page was just opened by a link with a step or a unit; true once per visit."""
    return link_state.just_opened() and not {"step", "unit"}.isdisjoint(link_state.all_parameters())
