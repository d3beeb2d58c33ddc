"""The step and the unit in the link, where the browser keeps them. Steps count from 1, units from 0."""

from __future__ import annotations

from ...trace import Trace
from . import link_parameters, link_state


def from_link(trace: Trace, default: tuple[int, int] | None = None, layer: int = 0) -> tuple[int, int]:
    """The step and the unit of a layer in the link; where it has none or invalid ones, the default.

    The default is the last step and unit 0 if None.
    """
    step, unit = default or (len(trace), 0)
    return link_parameters.step(trace, step).read(), link_parameters.unit(trace, layer, unit).read()


def newly_linked() -> bool:
    """Whether the page was just opened by a link with a step or a unit; true once per visit."""
    return link_state.just_opened() and not {"step", "unit"}.isdisjoint(link_state.all_parameters())
