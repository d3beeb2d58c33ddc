"""Ready-made experiments on a cell: what happens if one of its gates never moves?

They follow from the cell's equations (see `memory.gated_states`), so that a new kind of cell has experiments of its
own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...cells import Definition
from ...cells.gated_equations import GatedState
from ...interventions import Hold, Intervention, Zero
from ..memory.gated_states import gated_state, writes_input_alone


@dataclass(frozen=True)
class Experiment:
    """A ready-made experiment.

    Parameters
    ----------
    title : str
        A few words.
    description : str
        What the experiment shows.
    intervention : Intervention
        The intervention to run the text with.
    """

    title: str
    description: str
    intervention: Intervention


def experiments(definition: Definition) -> list[Experiment]:
    """List the experiments on a cell that hold a gate at one value throughout.

    Parameters
    ----------
    definition : Definition
        A cell's definition.

    Returns
    -------
    list of Experiment
        Experiments whose values are within the gates' ranges; empty for a cell without gates.
    """
    gated = gated_state(definition)
    listed = [] if gated is None else list(_memory_experiments(definition, gated))
    tried = {each.intervention.quantity for each in listed if isinstance(each.intervention, Hold)}
    for gate in definition.display_order:
        if gate.role == "gate" and gate.name not in tried:
            name = gate.title.removesuffix(" gate").capitalize()
            description = f"With the {gate.title} at 1 it holds nothing back: what does the cell lose without it?"
            listed.append(Experiment(f"{name} always open", description, Hold(gate.name, 1.0)))
    return [experiment for experiment in listed if _possible(definition, experiment.intervention)]


def forgetting_intervention(definition: Definition, step: int) -> Intervention:
    """Choose the intervention that makes a cell forget at one step.

    Parameters
    ----------
    definition : Definition
        A cell's definition.
    step : int
        The step, counted from 1.

    Returns
    -------
    Intervention
        The gate that carries a state on gives up all of it at that step; in a cell without such a gate, all states are
        zero after the step.
    """
    gated = gated_state(definition)
    if gated is None:
        return Zero(steps=(step, step))
    return Hold(gated.gate, 1 - _keep_value(gated), steps=(step, step))


def _possible(definition: Definition, intervention: Intervention) -> bool:
    if not isinstance(intervention, Hold):
        return True
    gate = definition.by_name[intervention.quantity]
    return gate.low <= intervention.value <= gate.high


def _memory_experiments(definition: Definition, gated: GatedState) -> Iterator[Experiment]:
    """Experiments on the gates that keep and write the gated state."""
    gate, state = (definition.by_name[name].title for name in (gated.gate, gated.state))
    writers = {factor.name for term in gated.write_terms for factor in term}
    keep = _keep_value(gated)
    if gated.gate in writers:
        description = (
            f"One gate does both here. At {keep:g} the {gate} keeps all of the {state} and lets nothing new in: the "
            "state stays as it was before the first step."
        )
        yield Experiment("Never forget, never write", description, Hold(gated.gate, keep))
    else:
        description = (
            f"With the {gate} at {keep:g} nothing ever leaves the {state}, as if the cell had no {gate}: what is "
            "written is summed from the first step to the last."
        )
        yield Experiment(f"Never forget: no {gate}", description, Hold(gated.gate, keep))
    for writer in definition.quantities:
        if writer.role == "gate" and writer.name in writers - {gated.gate}:
            description = f"With the {writer.title} at 0 nothing is ever written into the {state}."
            yield Experiment("Never write", description, Hold(writer.name, 0.0))
    older = (
        "Nothing older reaches it, unless the input vectors bring it along."
        if writes_input_alone(definition)
        else "Anything older reaches it only through what the network knew at that step."
    )
    description = f"With the {gate} at {1 - keep:g} the {state} holds what the last step wrote. {older}"
    yield Experiment("Always forget", description, Hold(gated.gate, 1 - keep))


def _keep_value(gated: GatedState) -> float:
    """The value of its gate at which all of a state is kept."""
    return 0.0 if gated.keep_factors[0].complement else 1.0
