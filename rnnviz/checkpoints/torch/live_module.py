"""PyTorch modules in a running program: they state what arrays leave open. PyTorch is not imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...cells.activations import Array
from ...errors import DtypeError, UnsupportedFileError
from ..named.array_stacks import stacks_from_arrays
from ..stack import Stack


def stacks_from_module(module: Any) -> tuple[Stack, ...]:
    """The recurrent stacks of a torch.nn.Module, from its state dict and what its members state.

    Raises DtypeError if it is not a module, FileError if it has no recurrent layer that can be run here.
    """
    if not (hasattr(module, "state_dict") and hasattr(module, "named_modules")):
        kind = type(module).__name__
        raise DtypeError(
            f"from_torch takes a torch.nn.Module, not {kind}", name="module", dtype=kind, expected="torch.nn.Module"
        )
    arrays, dtypes = _arrays(module)
    stacks = stacks_from_arrays(arrays, dtypes)
    if not stacks:
        kinds = ", ".join(sorted({type(member).__name__ for member in module.modules()}))
        raise UnsupportedFileError(
            f"{type(module).__name__} has no recurrent layer; its members are {kinds}.", code="no_recurrent_layer"
        )
    members = dict(module.named_modules())
    return tuple(_with_nonlinearity(stack, members) for stack in stacks)


def _arrays(module: Any) -> tuple[dict[str, Array], dict[str, str]]:
    """Copies of a module's arrays by name, and their types, including weights that are computed from others."""
    tensors = {name: value for name, value in module.state_dict().items() if hasattr(value, "is_floating_point")}
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


def _with_nonlinearity(stack: Stack, members: Mapping[str, Any]) -> Stack:
    """The stack with the activation that its modules state. Raises UnsupportedFileError if they state several."""
    if stack.cell != "rnn":
        return stack
    owners = {name.rpartition(".")[0] for name in stack.array_names}
    stated = {str(members[owner].nonlinearity) for owner in owners if hasattr(members.get(owner), "nonlinearity")}
    if len(stated) > 1:
        raise UnsupportedFileError(
            f"The layers of {stack.name} have different activations, {' and '.join(sorted(stated))}. Only one per "
            "network is supported.",
            code="mixed_activations", part=stack.name,
        )  # fmt: skip
    settings = tuple(
        replace(setting, value=value, basis="stated", reason="The module states it.")
        if setting.name == "activation" and (value := next(iter(stated), None))
        else setting
        for setting in stack.settings
    )
    return replace(stack, settings=settings)
