"""PyTorch modules in a running program: they state what arrays leave open. PyTorch is not imported."""

from __future__ import annotations

from typing import Any

from ...cells.activations import Array
from ...errors import DtypeError, UnsupportedFileError
from ..named.array_stacks import stacks_from_arrays
from ..named.stated_modules import StatedModule, with_stated
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
    return with_stated(stacks, {name: _stated(member) for name, member in module.named_modules()})


def _stated(member: Any) -> StatedModule:
    """What a module states about itself."""
    kind = type(member)
    plain = {name: value for name, value in vars(member).items() if isinstance(value, str | bool | int | float)}
    return StatedModule(f"{kind.__module__}.{kind.__qualname__}", plain)


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
