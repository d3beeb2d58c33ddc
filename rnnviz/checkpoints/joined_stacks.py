"""Stacks of different cells, or of one under different options, one above another: one stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .settings import InferredSetting, inferred
from .stack import LAYERS, SourceArray, Stack, of_run

BOTTOM, TOP = ("embedding", "vocabulary"), ("readout", "outputs", "reading", "labels")
WHOLE = ("merge", LAYERS)  # settings of all layers together


def fit(lower: Stack, upper: Stack) -> bool:
    """Whether a stack reads vectors of the size that another one passes on, and both merge directions alike."""
    merges = {stack.merge for stack in (lower, upper) if any(len(directions) == 2 for directions in stack.layers)}
    return upper.input_size == lower.width and len(merges) < 2


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


def with_alternatives(stack: Stack, alternatives: dict[str, tuple[Stack, str]], described: str, reason: str) -> Stack:
    """A stack that could also be others, by the value of the setting "layers" with a description each.

    described, reason: of the stack as it is.
    """
    if stack.setting(LAYERS) is not None:
        return stack
    choices = {stack.name: described} | {value: words for value, (_, words) in alternatives.items()}
    setting = inferred(LAYERS, stack.name, "assumed", reason, choices)
    others = {
        value: replace(other, name=stack.name, settings=(*other.settings, setting))
        for value, (other, _) in alternatives.items()
    }
    return replace(stack, settings=(*stack.settings, setting), alternatives=others)


def _of_layers(setting: InferredSetting, first: int, count: int) -> InferredSetting:
    """A setting of some layers among others. One that is of single layers already is counted from the new bottom."""
    base, start = of_run(setting.name)
    place = first + (start or 0)
    title = setting.title.rpartition(", layer")[0] if start is not None else setting.title
    last = place + 1 if start is not None else first + count
    layers = f"layer {place + 1}" if last == place + 1 else f"layers {place + 1} to {last}"
    follows = f"{of_run(setting.follows)[0]}_l{place}" if setting.follows else ""
    return replace(setting, name=f"{base}_l{place}", title=f"{title}, {layers}", follows=follows)
