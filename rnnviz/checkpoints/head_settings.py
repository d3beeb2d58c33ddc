"""What is inferred about the head of a stack: the activation of its outputs, and which states its readout reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ..network.head import EVERY_STEP, LINEAR, SOFTMAX
from .settings import CHOICES, NONE, InferredSetting, inferred
from .stack import Readout, Stack


def with_head_settings(stack: Stack) -> Stack:
    """The stack with the settings of its head, unless it has them or no readout."""
    if stack.alternatives:
        stack = replace(stack, alternatives={v: with_head_settings(other) for v, other in stack.alternatives.items()})
    if not stack.readouts or stack.setting("outputs") is not None:
        return stack
    chosen = stack.setting("readout")
    name = next(iter(stack.readouts)) if chosen is None or chosen.value == NONE else chosen.value
    return replace(stack, settings=(*stack.settings, *head_settings(stack.readouts[name], _named_sizes(stack))))


def _named_sizes(stack: Stack) -> set[int]:
    """The numbers of words that the file has a list or a table for: as many outputs are likely to be these."""
    tables = {len(table.array) for table in stack.embeddings.values()}
    return tables | {len(words.tokens) for words in stack.words.values()}


def head_settings(readout: Readout, named: Collection[int] = ()) -> tuple[InferredSetting, InferredSetting]:
    """The settings of one readout. named: numbers of words in the file."""
    classes = len(readout.weight.array)
    outputs, reading = readout.activation, readout.reading
    if outputs:
        choices = {outputs: outputs} | CHOICES["outputs"]
        first = inferred("outputs", outputs, "stated", "The file states what is applied to its sums.", choices)
    elif classes == 1:
        reason = "The file does not say. A single output is a value: softmax would make 1 of any."
        first = inferred("outputs", LINEAR, "assumed", reason)
    elif classes == readout.weight.array.shape[1] and classes not in named:
        reason = (
            f"The file does not say. A layer from {classes} values to as many is more likely a projection than classes."
        )
        first = inferred("outputs", LINEAR, "assumed", reason)
    else:
        reason = "The file ends with the sums of several outputs and does not say whether they are classes or values."
        first = inferred("outputs", SOFTMAX, "assumed", reason)
    if reading:
        second = inferred("reading", reading, "stated", "The file states how the layer below is passed on.")
    else:
        reason = "The file does not say which states the answer is read from."
        second = inferred("reading", EVERY_STEP, "assumed", reason)
    return first, second


def follow_readout(
    stack: Stack, settings: tuple[InferredSetting, ...], chosen: Mapping[str, str]
) -> tuple[InferredSetting, ...]:
    """The settings, those of the head as the readout in use has them. chosen: overrides, which stay."""
    name = next((setting.value for setting in settings if setting.name == "readout"), NONE)
    if name == NONE or name not in stack.readouts or stack.setting("outputs") is None:
        return settings
    own = {setting.name: setting for setting in head_settings(stack.readouts[name], _named_sizes(stack))}
    given = stack.setting("readout")
    if given is not None and given.value == name:
        return settings
    return tuple(
        own[setting.name] if setting.name in own and setting.name not in chosen else setting for setting in settings
    )
