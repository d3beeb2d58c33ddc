"""Live modules of PyTorch and layers of Keras: what arrays leave open, they say. Neither framework is imported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import keras
from .named import stacks
from .names import short
from .stack import Fact, Stack


def torch_stacks(module: Any) -> tuple[Stack, ...]:
    """The recurrent stacks of a torch.nn.Module, of its state dict and with what its members say.

    Raises TypeError if it is no module, ValueError if it holds no recurrent layer that can be run here.
    """
    if not (hasattr(module, "state_dict") and hasattr(module, "named_modules")):
        raise TypeError(f"from_torch takes a torch.nn.Module; this is a {type(module).__name__}")
    arrays, dtypes = {}, {}
    for name, tensor in module.state_dict().items():
        dtypes[name] = str(tensor.dtype).removeprefix("torch.")
        wide = tensor.detach().cpu()
        if wide.is_floating_point():
            wide = wide.float() if dtypes[name] in ("float16", "bfloat16") else wide
            arrays[name] = wide.numpy().copy()
    found = stacks(arrays, dtypes)
    if not found:
        kinds = ", ".join(sorted({type(one).__name__ for one in module.modules()}))
        raise ValueError(f"{type(module).__name__} holds no recurrent layer; it is made of {kinds}.")
    members = {short(name): one for name, one in module.named_modules()} | {"the network": module}
    return tuple(_told(stack, members.get(stack.name)) for stack in found)


def keras_stacks(layer: Any) -> tuple[Stack, ...]:
    """The recurrent stacks of a Keras layer or model. Raises TypeError and ValueError as `torch_stacks`."""
    return keras.stacks(keras.live(layer))


def _told(stack: Stack, member: Any) -> Stack:
    """The stack with what its module says of itself."""
    activation = getattr(member, "nonlinearity", None)
    if stack.cell != "rnn" or activation is None:
        return stack
    facts = tuple(_said(fact, activation) if fact.name == "activation" else fact for fact in stack.facts)
    return replace(stack, facts=facts)


def _said(fact: Fact, value: str) -> Fact:
    return replace(fact, value=value, how="said", why="The module says so.")
