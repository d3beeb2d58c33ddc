"""The operations of ONNX that are computed on constants: those with which exporters prepare weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...array_shapes import MOST_AXES, count_numbers
from ...cells.activations import Array
from .flat_graph import MOST_NUMBERS, Node
from .quantised_nodes import SCALED, SCALED_LSTM
from .tensor_data import TYPES, UnreadablePartError

# What NumPy and Python raise where a node and its constants contradict each other.
ERRORS = (ValueError, IndexError, TypeError, OverflowError, KeyError, AttributeError)


def new_bytes(node: Node, arrays: list[Array | None]) -> int:
    """Bytes that the node's output adds, computed before the output; 0 where it is a view of its input."""
    data, second = arrays[0], arrays[1] if len(arrays) > 1 else None
    assert data is not None
    if node.op in ("Cast", "DequantizeLinear", SCALED, SCALED_LSTM):
        return data.size * 8
    if node.op == "Expand" and second is not None:
        return _count(_expanded(data, second)) * data.itemsize
    if node.op == "ConstantOfShape":
        return _count(shape_of(data)) * 8
    if node.op == "Gather" and second is not None:
        return second.size * data.nbytes // max(data.shape[node.get("axis", "int", 0)], 1)
    if node.op == "Concat":
        return sum(array.nbytes for array in arrays if array is not None)
    if node.op == "Reshape" and not data.flags.c_contiguous:
        return data.nbytes
    return 0


def shape_of(numbers: Array | None) -> tuple[int, ...]:
    """The shape that a constant lists. Raises ValueError if no array has it."""
    if numbers is None or numbers.size > MOST_AXES:
        raise ValueError("no shape")
    return tuple(int(size) for size in np.ravel(numbers))


def _count(shape: tuple[int, ...]) -> int:
    count = count_numbers(shape)
    if count is None:
        raise ValueError("no shape")
    return count


def _expanded(data: Array, shape: Array) -> tuple[int, ...]:
    return np.broadcast_shapes(data.shape, shape_of(shape))


# ---- node, inputs and the place of an output -> that output ------------------------------------------


def _numbers(node: Node, arrays: list[Array | None], place: int, attribute: str) -> list[int] | None:
    """Axes and similar lists: an input in newer files, an attribute in older ones."""
    given = arrays[place] if place < len(arrays) else None
    if given is not None and given.size > max(MOST_NUMBERS, len(node.outputs)):
        raise ValueError("too many numbers")
    return [int(number) for number in np.ravel(given)] if given is not None else node.get(attribute, "ints")


def _cast(node: Node, arrays: list[Any], _: int) -> Array:
    kind = TYPES[node.get("to", "int")]
    if kind.name == "bfloat16":
        raise UnreadablePartError(f"{node.called} casts weights to bfloat16, which is not supported", code="dtype")
    return arrays[0].astype(np.dtype(kind.stored).newbyteorder("="))


def _reshape(node: Node, arrays: list[Any], _: int) -> Array:
    shape = _numbers(node, arrays, 1, "shape") or []
    if not node.get("allowzero", "int", 0):
        shape = [arrays[0].shape[k] if size == 0 else size for k, size in enumerate(shape)]
    return arrays[0].reshape(shape)


def _transpose(node: Node, arrays: list[Any], _: int) -> Array:
    return arrays[0].transpose(node.get("perm", "ints"))


def _concat(node: Node, arrays: list[Any], _: int) -> Array:
    return np.concatenate(arrays, axis=node.get("axis", "int"))


def _unsqueeze(node: Node, arrays: list[Any], _: int) -> Array:
    return np.expand_dims(arrays[0], tuple(_numbers(node, arrays, 1, "axes") or ()))


def _squeeze(node: Node, arrays: list[Any], _: int) -> Array:
    axes = _numbers(node, arrays, 1, "axes")
    return np.squeeze(arrays[0], None if axes is None else tuple(axes))


def _slice(node: Node, arrays: list[Any], _: int) -> Array:
    starts, ends = _numbers(node, arrays, 1, "starts") or [], _numbers(node, arrays, 2, "ends") or []
    axes = _numbers(node, arrays, 3, "axes") or list(range(len(starts)))
    steps = _numbers(node, arrays, 4, "steps") or [1] * len(starts)
    cut = [slice(None)] * arrays[0].ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        # Backwards, an end before the first number is a very small one, which NumPy would count from the end.
        cut[axis] = slice(start, None if step < 0 and end < -arrays[0].shape[axis] else end, step)
    return arrays[0][tuple(cut)]


def _split(node: Node, arrays: list[Any], which: int) -> Array:
    axis = node.get("axis", "int", 0)
    sizes = _numbers(node, arrays, 1, "split")
    if sizes is None:
        each = -(-arrays[0].shape[axis] // len(node.outputs))
        sizes = [each] * len(node.outputs)
    if not -arrays[0].ndim <= axis < arrays[0].ndim:
        raise IndexError(axis)
    start = sum(sizes[:which])  # not by np.split, which makes all parts for each of them
    part = slice(start, None if which == len(sizes) - 1 else start + sizes[which])
    return arrays[0][(slice(None),) * (axis % arrays[0].ndim) + (part,)]


def _gather(node: Node, arrays: list[Any], _: int) -> Array:
    return np.take(arrays[0], arrays[1], node.get("axis", "int", 0))


def _expand(node: Node, arrays: list[Any], _: int) -> Array:
    return np.broadcast_to(arrays[0], _expanded(arrays[0], arrays[1]))


def _dequantize(node: Node, arrays: list[Any], _: int) -> Array:
    x, scale, *rest = arrays
    axis = node.get("axis", "int", 1)
    if node.get("block_size", "int", 0):
        raise UnreadablePartError(
            f"{node.called} has one scale per block; only one for all, or one per row, is supported", code="quantised"
        )
    shape = [-1 if scale.ndim and k == axis % x.ndim else 1 for k in range(x.ndim)]
    zero = rest[0].astype(np.int64).reshape(shape) if rest and rest[0] is not None else 0
    return (x.astype(np.int64) - zero).astype(scale.dtype) * scale.reshape(shape)


def _scaled(node: Node, arrays: list[Any], _: int) -> Array:
    """Integers less their zero points times their scale, both for all or one a column."""
    x, scale, *rest = arrays
    zero = rest[0].astype(np.int64) if rest and rest[0] is not None else 0
    return (x.astype(np.int64) - zero).astype(scale.dtype) * scale


def _scaled_lstm(node: Node, arrays: list[Any], _: int) -> Array:
    """The same for (directions, inputs, 4H), with a scale by direction or by direction and column, transposed."""
    x, scale, *rest = arrays
    shape = (len(x), 1, -1)
    zero = rest[0].astype(np.int64).reshape(shape) if rest and rest[0] is not None else 0
    return ((x.astype(np.int64) - zero).astype(scale.dtype) * scale.reshape(shape)).swapaxes(1, 2)


OPERATIONS: dict[str, Callable[[Node, list[Any], int], Array]] = {
    "Identity": lambda node, arrays, _: arrays[0],
    "Cast": _cast,
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Concat": _concat,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Slice": _slice,
    "Split": _split,
    "Gather": _gather,
    "Expand": _expand,
    "DequantizeLinear": _dequantize,
    SCALED: _scaled,
    SCALED_LSTM: _scaled_lstm,
}
CHANGES = {
    "Transpose": ("transposed",), "Reshape": ("reshaped",), "Concat": ("joined",), "Slice": ("cut",), "Split": ("cut",),
    "Gather": ("picked",), "Expand": ("repeated",), "DequantizeLinear": ("dequantised",),
    SCALED: ("integers times their scale",), SCALED_LSTM: ("integers times their scale, transposed",),
}  # fmt: skip
