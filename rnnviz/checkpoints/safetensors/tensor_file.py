"""`.safetensors`: a header in JSON, and the bytes of every array behind it.

The `safetensors` library checks that header and bytes agree. The header is read here before, within the bounds of
`bounded_json`, because the library has none, and does not return the metadata in it for bytes in memory.
Reference: github.com/huggingface/safetensors, README, "Format".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

from ...array_shapes import count_numbers
from ...bounded_json import parse_json
from ...cells.activations import Array
from ...errors import DamagedFileError
from ...model import Model
from ...wording import printable
from ..file import File
from ..interface import WritableFormat
from ..io.number_types import loaded_dtype, stored_dtype, widened
from ..named.named_arrays import ArrayFormat, NamedArrays, ignored_arrays_note, no_arrays_error
from ..native.card_json import KEY, to_json

# The library's names of the types that are read; complex numbers and those of 4 or 6 bits are skipped.
DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32", "I32": "int32",
    "U64": "uint64", "I64": "int64", "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0fnu",
    "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz",
}  # fmt: skip


class SafetensorsFile(ArrayFormat, WritableFormat):
    """A safetensors file."""

    title = "safetensors"
    suffixes = (".safetensors",)
    label = "safetensors, for PyTorch"

    def matches(self, file: File) -> bool:
        return file.data[8:9] == b"{" and int.from_bytes(file.data[:8], "little") <= len(file.data)

    def read_arrays(self, file: File) -> NamedArrays:
        return read_tensors(file)

    def save(self, model: Model) -> bytes:
        """PyTorch's `load_state_dict` takes its arrays, for a module with members embedding, rnn and readout."""
        return write_tensors(model.network.parameters, {KEY: to_json(model)})


def read_tensors(file: File) -> NamedArrays:
    """The arrays of a safetensors file by name, in the order of its header, and the texts in its header as metadata.

    Raises DamagedFileError, code "header", for a file that is cut off or whose header is invalid, and LimitError.
    """
    header = _header(file)
    file.budget.spend("arrays", len(header) - ("__metadata__" in header))
    for name, entry in header.items():
        file.budget.check_name(name)
        shape = entry.get("shape") if isinstance(entry, dict) and name != "__metadata__" else None
        if isinstance(shape, list) and count_numbers([size for size in shape if type(size) is int]) is None:
            raise _damaged(file, f"the shape of {printable(name)} is invalid")
    try:
        tensors = dict(deserialize(file.data))
    except SafetensorError as error:
        cut = _end(header) > len(file.data) - 8 - int.from_bytes(file.data[:8], "little")
        reason = "it is cut off, its end is missing" if cut else str(error).removeprefix("Error while deserializing: ")
        raise _damaged(file, reason) from error
    arrays: dict[str, Array] = {}
    dtypes: dict[str, str] = {}
    skipped = []
    for name in header:
        if name not in tensors:  # the metadata
            continue
        tensor = tensors.pop(name)
        dtype = DTYPES.get(tensor["dtype"])
        if dtype is None:
            skipped.append(f"{printable(name)} ({tensor['dtype']})")
            continue
        stored = np.frombuffer(tensor["data"], stored_dtype(dtype))
        file.budget.unpack(stored.size * loaded_dtype(dtype).itemsize)
        try:
            arrays[name] = widened(stored.reshape(tensor["shape"]), dtype)
        except (ValueError, OverflowError) as error:  # an empty array can claim any other sizes, or too many
            raise _damaged(file, f"the shape of {printable(name)} is invalid") from error
        dtypes[name] = dtype
    notes = ignored_arrays_note(skipped)
    if not arrays:
        raise no_arrays_error(file.name, notes)
    return NamedArrays("safetensors", arrays, dtypes, dict(header.get("__metadata__") or {}), notes)


def write_tensors(arrays: Mapping[str, Array], metadata: dict[str, str] | None = None) -> bytes:
    """Arrays by name as a safetensors file."""
    return bytes(save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, metadata=metadata))


def _header(file: File) -> dict[str, Any]:
    """The header, which the library checks in detail."""
    size = int.from_bytes(file.data[:8], "little")
    if size > len(file.data) - 8:
        raise _damaged(file, "its header is cut off")
    header = parse_json(f"The header of {file.name}", file.data[8 : 8 + size], file=file.name, spend=file.budget.work)
    if not isinstance(header, dict):
        raise _damaged(file, "its header does not name arrays")
    return header


def _end(header: dict[str, Any]) -> int:
    """Where the arrays of a header end, counted from their beginning; 0 if it says nothing of the kind."""
    places = [entry.get("data_offsets") for entry in header.values() if isinstance(entry, dict)]
    pairs = [pair for pair in places if isinstance(pair, list) and len(pair) == 2 and type(pair[1]) is int]
    return max((end for _, end in pairs), default=0)


def _damaged(file: File, reason: str) -> DamagedFileError:
    return DamagedFileError(
        f"{file.name} is not a safetensors file, or is damaged or incomplete: {printable(reason, 200)}.",
        code="header", file=file.name,
    )  # fmt: skip
