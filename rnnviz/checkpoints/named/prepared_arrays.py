"""Named arrays as their program used them: weights computed from others, and biases without axes of length one.

Weight normalisation, spectral normalisation and pruning keep what a weight is computed from, not the weight itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...cells.activations import Array
from ...errors import FileError, UnsupportedFileError
from ..io.opening_budget import OpeningBudget
from .array_names import LONGEST

_BIAS = re.compile(r"(?:bias(?:es)?|b)(?:_?[a-z0-9]{0,4})(?:_(?:ih|hh)?_?l?[0-9]{0,3})?(?::0)?", re.IGNORECASE)
_PARAMETRIZED = ".parametrizations."
_RAW = "_raw"


@dataclass(frozen=True)
class Origin:
    """What an array is made of: the names of the file's arrays, what was done to them, and their shape in the file."""

    names: tuple[str, ...]
    changes: str
    shape: tuple[int, ...] | None = None


@dataclass
class PreparedArrays:
    """Arrays by the name that the layer itself uses, and where those that are not the file's own come from.

    notes: by the array's name, a sentence on how it was computed. problems: of weights that cannot be computed.
    """

    arrays: dict[str, Array]
    origins: dict[str, Origin] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    problems: list[FileError] = field(default_factory=list)

    def file_names(self, name: str) -> tuple[str, ...]:
        """The names of the file's arrays that an array is made of."""
        return self.origins[name].names if name in self.origins else (name,)


def prepare_arrays(arrays: Mapping[str, Array], budget: OpeningBudget | None = None) -> PreparedArrays:
    """Compute weights from those that they depend on, in place of the first of these, and flatten biases."""
    prepared = PreparedArrays({})
    computations = _computations(arrays)
    computed = {parts[0]: (name, parts) for name, parts in computations.items() if name not in arrays}
    used = {part for parts in computations.values() for part in parts}  # beside the weight itself, they say no more
    used |= _dropped_copies(arrays)
    for name, array in arrays.items():
        if name in computed:
            whole, parts = computed[name]
            _compute(prepared, whole, parts, arrays, budget)
        elif name not in used:
            prepared.arrays[name] = array
    for name, array in list(prepared.arrays.items()):
        if _is_flat_bias(name, array):
            prepared.arrays[name] = array.reshape(-1)
            prepared.origins.setdefault(name, Origin((name,), "flattened", array.shape))
    return prepared


def _is_flat_bias(name: str, array: Array) -> bool:
    """Whether a bias has axes of length one beside its own."""
    last = re.split(r"[./]", name)[-1] if len(name) <= LONGEST else ""
    return array.ndim in (2, 3) and 0 < array.size == max(array.shape) and _BIAS.fullmatch(last) is not None


def _computations(arrays: Mapping[str, Array]) -> dict[str, tuple[str, ...]]:
    """By the name of a weight, the arrays that it is computed from, the first of them in the file's order first."""
    found: dict[str, tuple[str, ...]] = {}
    for name in arrays:
        if name.endswith(".original0") and _PARAMETRIZED in f".{name}":
            other = f"{name[:-1]}1"
            if other in arrays:
                found[_without_parametrizations(name, ".original0")] = name, other
        elif name.endswith(".original") and _PARAMETRIZED in f".{name}":
            stem = name.removesuffix("original")
            buffers = [key for key in (f"{stem}0._u", f"{stem}0._v") if key in arrays]
            found[_without_parametrizations(name, ".original")] = name, *buffers
        elif name.endswith("_g") and _is_size(arrays[name], arrays.get(f"{name[:-2]}_v")):
            found[name[:-2]] = name, f"{name[:-2]}_v"
        elif name.endswith("_orig"):
            stem = name.removesuffix("_orig")
            if f"{stem}_mask" in arrays:
                found[stem] = name, f"{stem}_mask"
            elif f"{stem}_u" in arrays:
                found[stem] = name, f"{stem}_u", *([f"{stem}_v"] if f"{stem}_v" in arrays else [])
    order = {name: place for place, name in enumerate(arrays)}
    return {name: tuple(sorted(parts, key=order.__getitem__)) for name, parts in found.items()}


def _dropped_copies(arrays: Mapping[str, Array]) -> set[str]:
    """What dropout of weights made last of the trained ones, which it keeps as "raw", also in the module around."""
    copies: set[str] = set()
    for name in arrays:
        if name.endswith(_RAW):
            plain = name.removesuffix(_RAW)
            place = plain.rfind(".") + 1
            copies |= {plain, f"{plain[:place]}module.{plain[place:]}"}
    return copies & arrays.keys()


def _is_size(size: Array, direction: Array | None) -> bool:
    """Whether an array can be the lengths of another's slices."""
    return direction is not None and direction.ndim > 1 and (size.ndim == 0 or 1 in size.shape)


def _without_parametrizations(name: str, end: str) -> str:
    return f".{name.removesuffix(end)}".replace(_PARAMETRIZED, ".", 1)[1:]


def _compute(
    prepared: PreparedArrays,
    name: str,
    parts: tuple[str, ...],
    arrays: Mapping[str, Array],
    budget: OpeningBudget | None,
) -> None:
    """Add a computed weight, or why it cannot be computed."""
    largest = max((arrays[part] for part in parts), key=lambda array: array.size)
    if budget is not None:
        budget.unpack(2 * largest.nbytes)
    by_end = {re.split(r"[._]", part)[-1]: arrays[part] for part in parts}
    computed: Array | None = None
    if "mask" in by_end:
        words, how = "the weight times its mask", "was pruned"
        computed = _masked(by_end["orig"], by_end["mask"])
    elif "original0" in by_end or "g" in by_end:
        words, how = "g v / |v|", "is under weight normalisation"
        first, second = ("g", "v") if "g" in by_end else ("original0", "original1")
        computed = _normalised(by_end[first], by_end[second])
    elif "u" in by_end:
        words, how = "divided by its spectral norm", "is under spectral normalisation"
        computed = _spectral(by_end["orig" if "orig" in by_end else "original"], by_end["u"], by_end.get("v"))
    if computed is None:
        prepared.problems.append(
            UnsupportedFileError(
                f"{name} is computed from {' and '.join(parts)} in a way that is not known here: save it as it is "
                "used, in PyTorch with torch.nn.utils.parametrize.remove_parametrizations.",
                code="computed_weight",
                part=name,
            )
        )
        return
    prepared.arrays[name] = computed
    prepared.origins[name] = Origin(parts, f"computed: {words}", computed.shape)
    prepared.notes[name] = f"{name} {how}: it is computed from {' and '.join(parts)}."


def _masked(weight: Array, mask: Array) -> Array | None:
    return weight * mask.astype(weight.dtype) if weight.shape == mask.shape else None


def _normalised(size: Array, direction: Array) -> Array | None:
    """Each slice of `direction` along the axis that `size` has, with the length that `size` says."""
    wide = direction.astype(np.result_type(direction.dtype, np.float32), copy=False)
    if size.ndim == 0 or size.size == 1:
        length = np.sqrt((wide**2).sum())
    elif size.ndim == wide.ndim and all(one in (1, many) for one, many in zip(size.shape, wide.shape, strict=True)):
        axes = tuple(axis for axis, one in enumerate(size.shape) if one == 1)
        length = np.sqrt((wide**2).sum(axis=axes, keepdims=True))
    else:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(wide * (size.astype(wide.dtype) / length), wide.dtype)


def _spectral(weight: Array, left: Array, right: Array | None) -> Array | None:
    """A weight divided by u W v, where u and v are the singular vectors that training kept."""
    if weight.ndim != 2 or left.ndim != 1 or len(left) not in weight.shape:
        return None
    matrix = weight if len(left) == len(weight) else weight.T
    if right is None:
        right = matrix.T @ left
        right = right / max(float(np.linalg.norm(right)), 1e-12)
    if right.shape != (matrix.shape[1],):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(weight / (left @ matrix @ right), weight.dtype)
