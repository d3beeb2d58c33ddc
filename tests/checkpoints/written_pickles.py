"""PyTorch files written by hand, opcode by opcode, so that they can hold what PyTorch itself would never write."""

import struct
from typing import Any, NamedTuple

import numpy as np

LINEAR = "__torch__.torch.classes.quantized.LinearPackedParamsBase"


class Called(NamedTuple):
    """What a pickle creates by calling a name, and the state that it sets afterwards."""

    name: str
    arguments: tuple = ()
    state: Any = None


class Stored(NamedTuple):
    """A storage beside the pickle: its key, its class, and how many numbers it claims."""

    key: str
    kind: str
    size: int


def mentioned(name):
    """The opcodes for a name."""
    module, _, last = name.rpartition(".")
    return f"c{module}\n{last}\n".encode()


def coded(value):
    """The opcodes for a value; bytes are opcodes already."""
    match value:
        case bytes():
            return value
        case None:
            return b"N"
        case str():
            return b"X" + struct.pack("<I", len(value.encode())) + value.encode()
        case float():
            return b"G" + struct.pack(">d", value)
        case int():
            digits = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
            return b"\x8a" + bytes([len(digits)]) + digits
        case Called(name, arguments, state):
            return mentioned(name) + coded(arguments) + b"R" + (b"" if state is None else coded(state) + b"b")
        case Stored(key, kind, size):
            return coded(("storage", mentioned(f"torch.{kind}"), key, "cpu", size)) + b"Q"
        case tuple():
            return b"(" + b"".join(map(coded, value)) + b"t"
        case list():
            return b"](" + b"".join(map(coded, value)) + b"e"
        case dict():
            return b"}(" + b"".join(coded(part) for pair in value.items() for part in pair) + b"u"
    raise TypeError(value)


def tensor(key, shape, kind="FloatStorage", size=None):
    """A tensor over the storage of that key, of as many numbers as it has unless another size is claimed."""
    return _tensor("_rebuild_tensor_v2", key, shape, kind, size)


def rounded(key, shape, scale=0.5, zero=0, kind="QInt8Storage", size=None):
    """A quantised tensor; per row where the scale is a tensor."""
    how = "per_channel_affine" if isinstance(scale, Called) else "per_tensor_affine"
    axis = (0,) if isinstance(scale, Called) else ()
    return _tensor("_rebuild_qtensor", key, shape, kind, size, (mentioned(f"torch.{how}"), scale, zero, *axis))


def _tensor(function, key, shape, kind, size, *more):
    strides = tuple(int(np.prod(shape[k + 1 :])) if size != 1 else 0 for k in range(len(shape)))
    where = Stored(key, kind, int(np.prod(shape)) if size is None else size)
    return Called(
        f"torch._utils.{function}", (where, 0, shape, strides, *more, False, Called("collections.OrderedDict"))
    )


def packed(weight, bias=None):
    """The object in which PyTorch packs the weights of a linear layer."""
    return Called("torch.ScriptObject", (), ((weight, bias), LINEAR))


def file_parts(root, **storages):
    """The entries of a PyTorch file in a zip, by name; storages: their bytes, by key with a letter in front."""
    entries = {f"x/data/{key[1:]}": data for key, data in storages.items()}
    return {"x/data.pkl": b"\x80\x02" + coded(root) + b".", "x/version": b"3"} | entries
