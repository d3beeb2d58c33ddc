"""Ready-made experiments on a cell: what happens if one of its gates never moves?

They are read off the cell's equations (see `carry`), so that a new kind of cell has its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...cells import Definition
from ...interventions import Hold, Intervention, Zero
from ..memory.carry import Carry, carry


@dataclass(frozen=True)
class Experiment:
    """One experiment: a title of a few words, a sentence on what it shows, and what it does to a run."""

    title: str
    says: str
    intervention: Intervention


def experiments(definition: Definition) -> list[Experiment]:
    """Those that hold a gate at one value all along, as far as it can have it; none for a cell without gates."""
    carried = carry(definition)
    found = [] if carried is None else list(_of_the_memory(definition, carried))
    tried = {one.intervention.quantity for one in found if isinstance(one.intervention, Hold)}
    for gate in definition.display_order:
        if gate.role == "gate" and gate.name not in tried:
            short = gate.title.removesuffix(" gate").capitalize()
            says = f"With the {gate.title} at 1 it holds nothing back: what does the cell lose without it?"
            found.append(Experiment(f"{short} always open", says, Hold(gate.name, 1.0)))
    return [one for one in found if _possible(definition, one.intervention)]


def forget_at(definition: Definition, step: int) -> Intervention:
    """What makes a cell forget at one step (counted from 1): its gate gives up all that was kept.

    A cell without such a gate has its states set to zero after that step instead.
    """
    carried = carry(definition)
    if carried is None:
        return Zero(steps=(step, step))
    return Hold(carried.gate, 1 - _all_kept(carried), steps=(step, step))


def _possible(definition: Definition, intervention: Intervention) -> bool:
    if not isinstance(intervention, Hold):
        return True
    gate = definition.by_name[intervention.quantity]
    return gate.low <= intervention.value <= gate.high


def _of_the_memory(definition: Definition, carried: Carry) -> Iterator[Experiment]:
    """Those on the gates that keep and write what the cell carries on."""
    gate, state = (definition.by_name[name].title for name in (carried.gate, carried.state))
    writers = {factor.name for term in carried.writes for factor in term}
    all_kept = _all_kept(carried)
    if carried.gate in writers:
        says = (
            f"One gate does both here. At {all_kept:g} the {gate} keeps all of the {state}, and lets nothing new in: "
            "it stays what it was before the first step."
        )
        yield Experiment("Never forget, never write", says, Hold(carried.gate, all_kept))
    else:
        says = (
            f"With the {gate} at {all_kept:g} nothing ever leaves the {state}, as if the cell had no {gate}: what is "
            "written is added up from the first step to the last."
        )
        yield Experiment(f"Never forget: no {gate}", says, Hold(carried.gate, all_kept))
    for writer in definition.quantities:
        if writer.role == "gate" and writer.name in writers - {carried.gate}:
            says = f"With the {writer.title} at 0 nothing is ever written into the {state}."
            yield Experiment("Never write", says, Hold(writer.name, 0.0))
    says = (
        f"With the {gate} at {1 - all_kept:g} the {state} holds what the last step wrote. Anything older "
        "reaches it only through what that step knew."
    )
    yield Experiment("Always forget", says, Hold(carried.gate, 1 - all_kept))


def _all_kept(carried: Carry) -> float:
    """The value of its gate at which all of a state is kept."""
    return 0.0 if carried.keeps[0].rest else 1.0
