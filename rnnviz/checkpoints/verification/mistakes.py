"""Corrections of the usual mistakes in reading another framework's weights, and which of them explain a difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice, permutations
from typing import NamedTuple

import numpy as np

from ...errors import RnnvizError
from ...network import Network
from ..conversion import convert_stack
from ..stack import Parameters, Stack, of_run
from .comparison import Comparison, closest_again, compare_again

TRIED, SHOWN, PAIRED = 200, 4, 10
_ARRANGEMENT = ("layers", "direction", "merge", "initial", "reading", "outputs")
_WORK = 200_000_000  # multiplications of one trial, so that all take seconds


@dataclass(frozen=True)
class Correction:
    """A correction of a usual mistake that was tried.

    Parameters
    ----------
    kind : str
        A short key: "setting", "transposed", "left_out" or "exchanged".
    words : str
        The correction in words.
    largest : float
        The largest difference that is left with it.
    overrides : mapping of str to str or None
        The overrides that apply it; None if overrides cannot.
    arrays : tuple of str
        The arrays of the file that it changes, if it is not a setting.
    """

    kind: str
    words: str
    largest: float
    overrides: Mapping[str, str] | None = None
    arrays: tuple[str, ...] = ()


def corrections(
    stack: Stack, network: Network, comparison: Comparison, overrides: Mapping[str, str]
) -> tuple[Correction, ...]:
    """The corrections that make the difference smaller by half or more, the best first. network: the stack's."""
    short = _shortened(network, comparison)
    now = compare_again(network, short)
    assert now is not None, "the network has what it was compared by"
    improvements = []
    for trial in islice(_trials(stack, overrides), TRIED):
        try:
            other = convert_stack(trial.stack, trial.overrides).network
            tried = closest_again(other, short) if trial.rearranged else compare_again(other, short)
        except (RnnvizError, ValueError, TypeError):  # an embedding without the tokens that the input has, for example
            continue
        if tried is not None and tried.largest < now.largest / 2:
            changed = trial.overrides if trial.overrides != overrides else None
            improvements.append(Correction(trial.kind, trial.words, tried.largest, changed, trial.arrays))
    return tuple(sorted(improvements, key=lambda correction: correction.largest)[:SHOWN])


def _shortened(network: Network, comparison: Comparison) -> Comparison:
    """Fewer sequences, and fewer steps where no direction reads from the end."""
    size = sum(cell.matrix_size for layer in network.layers for cell in layer)
    most = max(_WORK // size, 16)
    steps, sequences = comparison.inputs.shape[:2]
    sequences = max(min(sequences, most // steps), 1)
    whole = "backward" in network.directions or len(comparison.reference) < steps
    steps = steps if whole else min(steps, max(most // sequences, 16))
    cut = slice(steps), slice(sequences)
    return replace(
        comparison, inputs=comparison.inputs[cut], values=comparison.values[cut], reference=comparison.reference[cut]
    )


class _Trial(NamedTuple):
    """A usual mistake, corrected."""

    kind: str
    words: str
    stack: Stack
    overrides: dict[str, str]
    arrays: tuple[str, ...] = ()
    rearranged: bool = False  # whether layers or directions are others, and with that what their states are called


def _trials(stack: Stack, overrides: Mapping[str, str]) -> Iterator[_Trial]:
    """Each usual mistake corrected."""
    now = {setting.name: overrides.get(setting.name, setting.value) for setting in stack.settings}
    others = [
        (setting, value)
        for setting in stack.settings
        for value in setting.choices
        if value != now[setting.name] and of_run(setting.name)[0] not in ("order", "readout") and not setting.follows
    ]
    for setting, value in others:
        words = f"{setting.title}: {setting.choices[value]}"
        rearranged = of_run(setting.name)[0] in _ARRANGEMENT
        yield _Trial("setting", words, stack, {**overrides, setting.name: value}, (), rearranged)
    several = [(setting, value) for setting, value in others if of_run(setting.name)[0] in _ARRANGEMENT]
    for (first, one), (second, two) in combinations(several[:PAIRED], 2):
        if first.name != second.name:
            words = f"{first.title}: {first.choices[one]}; {second.title}: {second.choices[two]}"
            both = {**overrides, first.name: one, second.name: two}
            yield _Trial("setting", words, stack, both, (), True)
    for setting in (setting for setting in stack.settings if of_run(setting.name)[0] == "order"):
        for order in map("".join, permutations(now[setting.name])):
            if order != now[setting.name]:
                words = f"{setting.title}: {', '.join(order)}"
                yield _Trial("setting", words, stack, {**overrides, setting.name: order})
    for k, directions in enumerate(stack.layers):
        for direction, parameters in directions.items():
            for kind, words, names, changed in _corrected_parameters(parameters):
                other = _with_parameters(stack, k, direction, changed)
                yield _Trial(kind, words, other, dict(overrides), names)


def _corrected_parameters(parameters: Parameters) -> Iterator[tuple[str, str, tuple[str, ...], Parameters]]:
    """Mistakes in one direction of a layer: gates' matrices transposed, biases left out or exchanged."""
    square = "weight_hh" in parameters and "weight_hr" not in parameters
    size = parameters["weight_hh"].array.shape[1] if square else 0
    for name in (name for name in ("weight_hh", "weight_ih") if size):
        source = parameters[name]
        if source.array.shape[1] == size:
            transposed = np.concatenate([block.T for block in np.split(source.array, len(source.array) // size)])
            changed = {**parameters, name: replace(source, array=transposed)}
            yield "transposed", f"{source.name}: every gate’s matrix transposed", (source.name,), changed
    for name in ("bias_ih", "bias_hh"):
        if name in parameters:
            rest = {key: value for key, value in parameters.items() if key != name}
            yield "left_out", f"{parameters[name].name} left out", (parameters[name].name,), rest
    if {"bias_ih", "bias_hh"} <= set(parameters):
        swapped = {**parameters, "bias_ih": parameters["bias_hh"], "bias_hh": parameters["bias_ih"]}
        biases = [parameters[name] for name in ("bias_ih", "bias_hh")]
        first, second = (f"{bias.name}{f' ({bias.changes})' if bias.changes else ''}" for bias in biases)
        yield "exchanged", f"{first} and {second} exchanged", tuple(bias.name for bias in biases), swapped


def _with_parameters(stack: Stack, k: int, direction: str, parameters: Parameters) -> Stack:
    layers = [dict(directions) for directions in stack.layers]
    layers[k][direction] = parameters
    return replace(stack, layers=tuple(layers))
