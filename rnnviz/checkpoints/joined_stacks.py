"""Stacks of different cells, or of one under different options, one above another: one stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from .settings import InferredSetting, inferred
from .stack import LAYERS, SourceArray, Stack, of_run

BOTTOM, TOP = ("embedding", "vocabulary"), ("readout", "outputs", "reading", "labels")
MOST, OFFERED = 5, 4  # stacks of a file that are joined by choice, and the ways that are offered
WHOLE = ("merge", LAYERS)  # settings of all layers together


def fit(lower: Stack, upper: Stack) -> bool:
    """Whether a stack reads vectors of the size that another one passes on, and both merge directions alike."""
    merges = {stack.merge for stack in (lower, upper) if any(len(directions) == 2 for directions in stack.layers)}
    return upper.input_size == lower.width and len(merges) < 2


def everywhere(stacks: Iterable[Stack], change: Callable[[Stack], Stack]) -> tuple[Stack, ...]:
    """Stacks and their alternatives, each of them changed."""
    return tuple(
        replace(change(stack), alternatives=dict(zip(stack.alternatives, everywhere(others, change), strict=True)))
        if (others := stack.alternatives.values())
        else change(stack)
        for stack in stacks
    )


def join_stacks(stacks: Sequence[Stack], name: str, left_out: Sequence[str] | None = None) -> Stack:
    """Stacks as the layers of one, from below, of which each fits above the one before it.

    The embedding is that of the lowest, the readout that of the highest. All other settings are those of their layers:
    "order" of a stack whose first layer is 1 becomes "order_l1". left_out: in place of the stacks' own.
    """
    runs: list[tuple[int, str]] = []
    settings: list[InferredSetting] = []
    initial: dict[tuple[int, str, str], SourceArray] = {}
    merge = next((s.merge for s in stacks if any(len(directions) == 2 for directions in s.layers)), stacks[0].merge)
    merges = [setting for stack in stacks for setting in stack.settings if setting.name == "merge"]
    above: list[InferredSetting] = []
    for stack in stacks:
        first = sum(len(other.layers) for other in stacks[: stacks.index(stack)])
        for start, cell in stack.runs or ((0, stack.cell),):
            runs.append((first + start, cell))
        for setting in stack.settings:
            if setting.name in BOTTOM:
                settings += [setting] if stack is stacks[0] else []
            elif setting.name in TOP:
                above += [setting] if stack is stacks[-1] else []
            elif setting.name not in WHOLE:
                settings.append(_of_layers(setting, first, len(stack.layers)))
        initial |= {(first + k, direction, state): array for (k, direction, state), array in stack.initial.items()}
    lengths = [stack.max_steps for stack in stacks if stack.max_steps is not None]
    sentences = [sentence for stack in stacks for sentence in stack.left_out] if left_out is None else left_out
    return Stack(
        name=name,
        cell=stacks[0].cell,
        layers=tuple(layer for stack in stacks for layer in stack.layers),
        settings=(*settings, *merges[:1], *above),
        embeddings=stacks[0].embeddings,
        readouts=stacks[-1].readouts,
        initial=initial,
        max_steps=min(lengths, default=None),
        merge=merge,
        notes=tuple(dict.fromkeys(note for stack in stacks for note in stack.notes)),
        left_out=tuple(dict.fromkeys(sentences)),
        words=stacks[0].words | stacks[-1].words,
        runs=tuple(runs),
    )


def with_families(stacks: Sequence[Stack], families: Mapping[str, str]) -> tuple[Stack, ...]:
    """The stacks, those of a family joined where the first of them was.

    families: by the name of a stack, what several numbered ones are called, from below in the order of the stacks.
    """
    result: list[Stack] = []
    for stack in stacks:
        family = families.get(stack.name)
        members = [member for member in stacks if family and families.get(member.name) == family]
        if len(members) < 2 or not all(fit(low, high) for low, high in pairwise(members)):
            result.append(stack)
        elif stack is members[0]:
            reason = f"{_listed(members)} are numbered and fit one above the other, so they are read as one stack."
            others = {member.name: (member, f"{member.name} alone") for member in members}
            joined = join_stacks(members, family or stack.name)
            result.append(_with_alternatives(joined, "all", f"{_listed(members)}, one above the other", reason, others))
    return tuple(result)


def with_offers(stacks: Sequence[Stack], reason: str) -> tuple[Stack, ...]:
    """The stacks, which can be joined with others of other cells that fit above or below them.

    reason: why they stand apart.
    """
    if not 1 < len(stacks) <= MOST or any(stack.setting(LAYERS) for stack in stacks):
        return tuple(stacks)
    chains = [chain for chain in _chains(stacks) if len({cell for stack in chain for cell in stack.cells}) > 1]
    result = []
    for stack in stacks:
        offers = {}
        for chain in (chain for chain in chains if any(member is stack for member in chain)):
            names = [repr(member.name) for member in chain]
            left_out = [s for member in chain for s in member.left_out if not any(name in s for name in names)]
            words = f"{_listed(chain)}, one above the other"
            offers[", ".join(member.name for member in chain)] = join_stacks(chain, stack.name, left_out), words
        result.append(_with_alternatives(stack, stack.name, f"{stack.name} alone", reason, offers) if offers else stack)
    return tuple(result)


def _chains(stacks: Sequence[Stack]) -> list[list[Stack]]:
    """The ways in which stacks fit one above another, as many of them as possible in each."""
    found: list[list[int]] = []

    def extend(chain: list[int]) -> None:
        further = [k for k in range(len(stacks)) if k not in chain and fit(stacks[chain[-1]], stacks[k])]
        for k in further:
            extend([*chain, k])
        before = [k for k in range(len(stacks)) if k not in chain and fit(stacks[k], stacks[chain[0]])]
        if len(chain) > 1 and not further and not before:
            found.append(chain)

    for first in range(len(stacks)):
        extend([first])
    return [[stacks[k] for k in chain] for chain in found[:OFFERED]]


def _with_alternatives(
    stack: Stack, own: str, described: str, reason: str, alternatives: Mapping[str, tuple[Stack, str]]
) -> Stack:
    """A stack that could also be others, by the value of the setting "layers", with a description of each."""
    choices = {own: described} | {value: words for value, (_, words) in alternatives.items()}
    setting = inferred(LAYERS, own, "assumed", reason, choices)
    others = {
        value: replace(other, name=stack.name, settings=(*other.settings, setting))
        for value, (other, _) in alternatives.items()
    }
    return replace(stack, settings=(*stack.settings, setting), alternatives=others)


def _listed(stacks: Sequence[Stack]) -> str:
    names = [stack.name for stack in stacks]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _of_layers(setting: InferredSetting, first: int, count: int) -> InferredSetting:
    """A setting of some layers among others. One that is of single layers already is counted from the new bottom."""
    base, start = of_run(setting.name)
    place = first + (start or 0)
    title = setting.title.rpartition(", layer")[0] if start is not None else setting.title
    last = place + 1 if start is not None else first + count
    layers = f"layer {place + 1}" if last == place + 1 else f"layers {place + 1} to {last}"
    follows = f"{of_run(setting.follows)[0]}_l{place}" if setting.follows else ""
    return replace(setting, name=f"{base}_l{place}", title=f"{title}, {layers}", follows=follows)
