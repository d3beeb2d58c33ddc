"""Inert stand-ins for what a PyTorch checkpoint names: tensors, NumPy arrays, plain containers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...array_shapes import MOST_AXES, count_numbers
from ...cells.activations import Array
from ...wording import printable
from ..io.number_types import READABLE, stored_dtype
from .foreign_objects import attribute_name, new_object
from .pickle_machine import InvalidPickleError, Make, Name, Pairs

# The types of PyTorch's storages, and the size in bytes of those that are not read.
STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
    "ByteStorage": "uint8", "BoolStorage": "bool", "UntypedStorage": "uint8", "_UntypedStorage": "uint8",
    "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "qint8", "QUInt8Storage": "quint8", "QInt32Storage": "qint32",
}  # fmt: skip
LARGEST_SCALE = float(np.finfo(np.float32).max)
_OTHERS = {"complex32": 4, "complex64": 8, "complex128": 16, "qint8": 1, "quint8": 1, "qint32": 4}


@dataclass(frozen=True, eq=False, slots=True)
class Storage:
    """A run of numbers beside the pickle, by its key; begin and size count numbers. data: its bytes, if embedded."""

    key: str
    dtype: str
    size: int
    begin: int = 0
    data: bytes | memoryview | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Tensor:
    """A view of a storage; offset and strides count numbers."""

    storage: Storage
    dtype: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class RoundedTensor:
    """Integers that stand for numbers: (integer - zero) times scale, these of all or of each slice along an axis."""

    integers: Tensor
    scale: float | Tensor
    zero: float | Tensor
    axis: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.integers.shape


@dataclass(frozen=True, eq=False, slots=True)
class UnreadableArray:
    """An array of a kind that is not read. kind: in words."""

    kind: str


@dataclass(eq=False, slots=True)
class NumpyType:
    """numpy.dtype: its letters, and its byte order, which is set afterwards."""

    code: str
    order: str = "="

    def build(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) > 1 and state[1] in ("<", ">", "|", "="):
            self.order = state[1]

    def dtype(self) -> np.dtype | None:
        """The type, or None for anything but plain numbers."""
        if len(self.code) > 3 or self.code[:1] not in tuple("biuf"):
            return None
        try:
            dtype = np.dtype(self.code).newbyteorder(">" if self.order == ">" else "<" if self.order == "<" else "=")
        except (TypeError, ValueError) as error:
            raise InvalidPickleError(f"a NumPy array in it has the invalid type {self.code!r}") from error
        return dtype if dtype.itemsize <= 8 else None


@dataclass(eq=False, slots=True)
class NumpyArray:
    """numpy.ndarray: `array`, read-only, once its state is set; otherwise `kind` tells in words why there is none.

    others: the type, the length and the content of a row of other things than numbers.
    """

    array: Array | None = None
    kind: str = "an array without numbers"
    others: tuple[NumpyType, int, Any] | None = None

    def build(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise InvalidPickleError("the state of a NumPy array in it is invalid")
        _, shape, dtype, fortran, data = state
        self._fill(shape, dtype, "F" if fortran else "C", data)

    def texts(self, most: int) -> list[str] | None:
        """The texts of a row of them, kept as objects or as runs of letters; None if there are others, or too many."""
        if self.others is None:
            return None
        dtype, count, data = self.others
        if isinstance(data, list):
            return data if len(data) == count and all(isinstance(entry, str) for entry in data) else None
        letters = dtype.code[1:]
        if dtype.code[:1] not in ("U", "S") or not letters.isdecimal() or len(letters) > 6 or type(data) is not bytes:
            return None
        size = int(letters) * (4 if dtype.code[0] == "U" else 1)
        if not size or size * count != len(data) or len(data) > most:
            return None
        encoding = "utf-8" if dtype.code[0] == "S" else "utf-32-be" if dtype.order == ">" else "utf-32-le"
        pieces = (data[k * size : (k + 1) * size] for k in range(count))
        return [piece.decode(encoding, "replace").rstrip("\0") for piece in pieces]

    def _fill(self, shape: Any, dtype: Any, order: str, data: Any) -> None:
        plain = dtype.dtype() if isinstance(dtype, NumpyType) else None
        if isinstance(data, str):  # as Python 2 wrote bytes
            data = data.encode("latin-1", "replace")
        if plain is None or not isinstance(data, bytes | bytearray):
            self.kind = "a NumPy array of other things than plain numbers"
            if isinstance(dtype, NumpyType) and _sizes(shape) and len(shape) == 1:
                self.others = dtype, shape[0], data
            return
        count = count_numbers(shape) if _sizes(shape) else None
        if count is None or count * plain.itemsize != len(data):
            raise InvalidPickleError("the shape of a NumPy array in it does not fit its bytes")
        try:
            self.array = np.frombuffer(data, plain).reshape(shape, order="F" if order == "F" else "C")
        except (ValueError, OverflowError) as error:
            raise InvalidPickleError("the shape of a NumPy array in it is invalid") from error


def stand_ins(inside: Callable[[bytes], Storage] | None = None) -> dict[str, Make | None]:
    """The table for `Machine`. inside: how to read a storage that was pickled as bytes, a file within the file."""
    table: dict[str, Make | None] = dict.fromkeys(_NAMES_ONLY)
    table |= _CALLABLE
    if inside is not None:
        table["torch.storage._load_from_bytes"] = inside
    return table


def storage_of(reference: Any) -> Storage | Name:
    """The stand-in for a persistent id: ("storage", type, key, location, size), optionally with a view's part of it."""
    match reference:
        case ("module", Name() as kind, *_):  # a class with its source, as the older layout keeps those of modules
            return kind
        case ("storage", Name() as kind, str(key), _, int(size), *view) if size >= 0:
            if (dtype := STORAGES.get(kind.dotted.rpartition(".")[2])) is None:
                raise InvalidPickleError(f"it has a storage of the unknown kind {printable(kind.dotted)}")
            match view:
                case [] | [None]:
                    return Storage(key, dtype, size)
                case [(str(), int(begin), int(inner))] if begin >= 0 and 0 <= inner <= size - begin:
                    return Storage(key, dtype, inner, begin)
    raise InvalidPickleError("it refers to something that is not a storage")


def size_of(dtype: str) -> int:
    """The size in bytes of a number in a storage."""
    return _OTHERS[dtype] if dtype in _OTHERS else stored_dtype(dtype).itemsize


def _sizes(values: Any) -> bool:
    """Whether these are the sizes of a shape, or strides."""
    return isinstance(values, tuple) and len(values) <= MOST_AXES and all(type(n) is int and n >= 0 for n in values)


def _tensor(where: Any, offset: Any, shape: Any, strides: Any, *rest: Any) -> Tensor | UnreadableArray:
    if not isinstance(where, Storage):
        raise InvalidPickleError("a tensor in it has no storage")
    return _view(where, where.dtype, offset, shape, strides, rest[2] if len(rest) > 2 else None)


def _tensor_of_type(
    where: Any, offset: Any, shape: Any, strides: Any, grad: Any, hooks: Any, dtype: Any, *rest: Any
) -> Tensor | UnreadableArray:
    if not isinstance(where, Storage) or not isinstance(dtype, Name):
        raise InvalidPickleError("a tensor in it has no storage or no type")
    return _view(where, dtype.dotted.removeprefix("torch."), offset, shape, strides, rest[0] if rest else None)


def _rounded_tensor(
    where: Any, offset: Any, shape: Any, strides: Any, how: Any, *_: Any
) -> RoundedTensor | UnreadableArray:
    if not isinstance(where, Storage):
        raise InvalidPickleError("a tensor in it has no storage")
    if not where.dtype.startswith("q"):
        raise InvalidPickleError("a quantised tensor in it has no integers")
    integers = _view(where, where.dtype.removeprefix("q"), offset, shape, strides, None)
    match how:
        case (Name(), float() | int() as scale, float() | int() as zero) if isinstance(integers, Tensor):
            if max(abs(scale), abs(zero)) > LARGEST_SCALE:
                raise InvalidPickleError(
                    "the scale or zero point of a quantised tensor in it is too large", code="scale"
                )
            return RoundedTensor(integers, float(scale), float(zero))
        case (Name(), Tensor() as scale, Tensor() as zero, int() as axis) if (
            isinstance(integers, Tensor) and len(scale.shape) == len(zero.shape) == 1 and axis >= 0
        ):
            return RoundedTensor(integers, scale, zero, axis)
    return UnreadableArray("quantised")


def _view(where: Storage, dtype: str, offset: Any, shape: Any, strides: Any, bits: Any) -> Tensor | UnreadableArray:
    if not _sizes(shape) or not _sizes(strides) or len(shape) != len(strides) or type(offset) is not int or offset < 0:
        raise InvalidPickleError("a tensor in it has an invalid shape, invalid strides or an invalid offset")
    if isinstance(bits, Pairs) and bits.items:
        return UnreadableArray("conjugated or negated when read")
    return Tensor(where, dtype, offset, shape, strides) if dtype in READABLE else UnreadableArray(dtype)


def _typed(function: Any, kind: Any, arguments: Any, state: Any) -> Any:
    """A tensor with attributes, which are left out."""
    if not isinstance(function, Name) or not function.dotted.startswith("torch._utils._rebuild"):
        raise InvalidPickleError("a tensor in it is created by an unknown function")
    if function.make is None or not isinstance(arguments, tuple):
        raise InvalidPickleError("a tensor in it is created from invalid arguments")
    return function.make(*arguments)


def _type_of(value: Any) -> Name:
    """The class of None, the only one that is written as a call."""
    if value is not None:
        raise InvalidPickleError("it asks for the class of a value")
    return Name("types.NoneType")


def _listed(values: Any = ()) -> Any:
    if not isinstance(values, list | tuple):
        raise InvalidPickleError("a set in it is created from something that is not a list")
    return values  # never copied, so that a pickle cannot make much of little


def _paired(values: Any = None) -> Pairs:
    if values is None:
        return Pairs()
    if isinstance(values, Pairs):
        return values
    if not isinstance(values, list) or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in values):
        raise InvalidPickleError("a dict in it is created from something other than pairs")
    return Pairs(values)


def _defaulting(_: Any = None, *values: Any) -> Pairs:
    return _paired(*values)


def _reconstructed(kind: Any, base: Any, state: Any) -> Any:
    """An object of a class as protocols 0 and 1 write it."""
    if not isinstance(kind, Name) or kind.make is None:
        raise InvalidPickleError("an object in it is of an unknown class")
    return kind.make() if state is None else kind.make(state)


def _device(kind: Any, index: Any = None) -> str:
    return f"{kind}" if index is None else f"{kind}:{index}"


def _path(*parts: Any) -> str:
    return "/".join(part for part in parts if isinstance(part, str)).replace("//", "/")


def _bytes(text: Any = "", encoding: Any = "latin1") -> bytes | bytearray:
    if isinstance(text, bytes | bytearray):
        return text
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1", "utf-8"):
        raise InvalidPickleError("bytes in it are created from something that is not text")
    return text.encode(encoding)


def _scalar(dtype: Any, data: Any = b"") -> Any:
    """One NumPy number, as Python's; None for anything else."""
    scalar = NumpyArray()
    scalar._fill((), dtype, "C", data)
    return None if scalar.array is None else scalar.array.item()


def _numpy_type(code: Any, *_: Any) -> NumpyType:
    if not isinstance(code, str):
        raise InvalidPickleError("a NumPy array in it has no type")
    return NumpyType(code)


def _from_buffer(data: Any, dtype: Any, shape: Any, order: Any = "C", *_: Any) -> NumpyArray:
    array = NumpyArray()
    array._fill(shape, dtype, order, data)
    return array


def _unreadable(kind: str) -> Make:
    return lambda *_: UnreadableArray(kind)


def _each(modules: Iterable[str], callables: dict[str, Make]) -> dict[str, Make]:
    return {f"{module}.{name}": make for module in modules for name, make in callables.items()}


_NAMES_ONLY = [
    *(f"torch.{place}{name}" for place in ("", "cuda.", "storage.") for name in STORAGES),
    *(f"torch.{dtype}" for dtype in (*READABLE, *_OTHERS)),
    *(f"torch.{layout}" for layout in ("strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr")),
    *(f"torch.{memory}_format" for memory in ("contiguous", "preserve", "channels_last")),
    *(f"torch.per_{scale}" for scale in ("tensor_affine", "channel_affine", "tensor_symmetric", "channel_symmetric",
                                         "channel_affine_float_qparams")),
    *(f"{module}.{name}" for module in ("builtins", "__builtin__")
      for name in ("int", "float", "str", "bool", "object", "unicode", "long")),
    "torch.Tensor", "torch.nn.parameter.Buffer", "numpy.ndarray",
]  # fmt: skip
_CALLABLE: dict[str, Make] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _tensor_of_type,
    "torch._utils._rebuild_parameter": lambda data, *_: data,
    "torch._utils._rebuild_parameter_with_state": lambda data, *_: data,
    "torch.nn.parameter.Parameter": lambda data=None, *_: data,
    "torch._tensor._rebuild_from_type_v2": _typed,
    "torch._utils._rebuild_sparse_tensor": _unreadable("sparse"),
    "torch._utils._rebuild_qtensor": _rounded_tensor,
    "torch._utils._rebuild_nested_tensor": _unreadable("nested"),
    "torch._utils._rebuild_meta_tensor_no_storage": _unreadable("without numbers"),
    "torch.Size": _listed,
    "torch.device": _device,
    "torch.serialization._get_layout": lambda layout: layout,
    "torch.torch_version.TorchVersion": lambda text="", *_: text,
    "argparse.Namespace": lambda: Pairs(attributes=True),
    "types.SimpleNamespace": lambda: Pairs(attributes=True),
    "_codecs.encode": _bytes,
    "numpy.dtype": _numpy_type,
    **_each(("collections", "typing"), {"OrderedDict": _paired, "Counter": _paired, "defaultdict": _defaulting}),
    **_each(("builtins", "__builtin__"), {
        "set": _listed, "frozenset": _listed, "list": _listed, "tuple": _listed,
        "dict": _paired, "bytes": _bytes, "bytearray": _bytes, "complex": lambda *_: None,
        "getattr": attribute_name, "type": _type_of,
    }),
    **_each(("copyreg", "copy_reg"), {"_reconstructor": _reconstructed, "__newobj__": new_object}),
    **_each(("pathlib", "pathlib._local"), dict.fromkeys(
        ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"), _path)),
    **_each(("numpy.core.multiarray", "numpy._core.multiarray"), {
        "_reconstruct": lambda *_: NumpyArray(), "scalar": _scalar}),
    **_each(("numpy.core.numeric", "numpy._core.numeric"), {"_frombuffer": _from_buffer}),
    **_each(("lightning_fabric.utilities.data", "lightning.fabric.utilities.data",
             "pytorch_lightning.utilities.parsing"), {"AttributeDict": _paired}),
}  # fmt: skip
