"""PyTorch modules in a running program: they state what arrays leave open. PyTorch is not imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...cells.activations import Array
from ..named.array_stacks import stacks
from ..stack import Fact, Stack


def torch_stacks(module: Any) -> tuple[Stack, ...]:
    """The recurrent stacks of a torch.nn.Module, of its state dict and with what its members say.

    Raises TypeError if it is no module, ValueError if it holds no recurrent layer that can be run here.
    """
    if not (hasattr(module, "state_dict") and hasattr(module, "named_modules")):
        raise TypeError(f"from_torch takes a torch.nn.Module; this is a {type(module).__name__}")
    arrays, dtypes = _arrays(module)
    found = stacks(arrays, dtypes)
    if not found:
        kinds = ", ".join(sorted({type(one).__name__ for one in module.modules()}))
        raise ValueError(f"{type(module).__name__} holds no recurrent layer; it is made of {kinds}.")
    members = dict(module.named_modules())
    return tuple(_told(stack, members) for stack in found)


def _arrays(module: Any) -> tuple[dict[str, Array], dict[str, str]]:
    """Copies of a module's arrays by name, and their types. Where a weight is computed from others, it stands too."""
    tensors = {name: one for name, one in module.state_dict().items() if hasattr(one, "is_floating_point")}
    for owner, member in module.named_modules():
        for name in getattr(member, "parametrizations", ()):
            tensors[f"{owner}.{name}".lstrip(".")] = getattr(member, name)
    arrays, dtypes = {}, {}
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and tensor.device.type != "meta":
            dtypes[name] = str(tensor.dtype).removeprefix("torch.")
            wide = tensor.detach().cpu()
            arrays[name] = (wide if dtypes[name] in ("float32", "float64") else wide.float()).numpy().copy()
    return arrays, dtypes


def _told(stack: Stack, members: Mapping[str, Any]) -> Stack:
    """The stack with what its modules say of themselves. Raises ValueError if they say different things."""
    if stack.cell != "rnn":
        return stack
    owners = {name.rpartition(".")[0] for name in stack.names}
    said = {str(members[owner].nonlinearity) for owner in owners if hasattr(members.get(owner), "nonlinearity")}
    if len(said) > 1:
        raise ValueError(f"The layers of {stack.name} have {' and '.join(sorted(said))}, and a network here has one.")
    facts = tuple(_said(fact, *said) if fact.name == "activation" and said else fact for fact in stack.facts)
    return replace(stack, facts=facts)


def _said(fact: Fact, value: str) -> Fact:
    return replace(fact, value=value, how="said", why="The module says so.")
