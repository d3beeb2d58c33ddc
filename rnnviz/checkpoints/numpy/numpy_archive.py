"""NumPy's files: `.npz`, a zip of named arrays, and `.npy`, a single one. Read without pickle, and within bounds."""

from __future__ import annotations

import io
import json

import numpy as np

from ... import npy
from ...cells.activations import Array
from ...errors import DamagedFileError
from ...model import Model
from ...wording import printable, without_surrogates
from ..file import File
from ..interface import WritableFormat
from ..io.number_types import READABLE, loaded_dtype, widened
from ..named.named_arrays import (
    LONGEST_METADATA,
    UNNAMED,
    ArrayFormat,
    NamedArrays,
    ignored_arrays_note,
    no_arrays_error,
)
from ..native.card_json import KEY, to_json

_ENTRY = ".npy"


class NumpyArchive(ArrayFormat, WritableFormat):
    """An .npz archive, which may hold a model, or an .npy file, which holds a single array."""

    title = "NumPy"
    suffixes = (".npz",)
    label = "npz, for NumPy"

    def matches(self, file: File) -> bool:
        return file.is_zip and any(entry.endswith(_ENTRY) for entry in file.zip.names)

    def read_arrays(self, file: File) -> NamedArrays:
        return read_numpy(file)

    def save(self, model: Model) -> bytes:
        """The card is text in an array of its own."""
        archive = io.BytesIO()
        card = {KEY: np.array(to_json(model))}
        np.savez(archive, allow_pickle=False, **card, **model.network.parameters)
        return archive.getvalue()


def read_numpy(file: File) -> NamedArrays:
    """The arrays of an .npz file by name, or the one array of an .npy file, whose name is "array".

    Arrays of text become metadata, as JSON; complex numbers, dates and records are skipped, with a note. Raises
    UnsupportedFileError for arrays of Python objects, DamagedFileError and LimitError.
    """
    if file.data.startswith(npy.SIGNATURE):
        return _read(file, "NumPy array", {UNNAMED: file.data}, [])
    if not file.is_zip:
        raise DamagedFileError(
            f"{file.name} does not begin like a NumPy file, .npz or .npy: it is damaged or of another kind.",
            code="signature", file=file.name,
        )  # fmt: skip
    inside = [entry for entry in file.zip.names if entry.endswith(_ENTRY)]
    file.budget.spend("arrays", len(inside))
    for entry in inside:
        file.budget.check_name(entry)
    contents = {entry.removesuffix(_ENTRY): file.zip.read(entry) for entry in inside}
    others = [f"{printable(entry)} (not an array)" for entry in file.zip.names if not entry.endswith(_ENTRY)]
    return _read(file, "NumPy archive", contents, others)


def _read(file: File, description: str, contents: dict[str, bytes], skipped: list[str]) -> NamedArrays:
    arrays: dict[str, Array] = {}
    dtypes: dict[str, str] = {}
    metadata: dict[str, str] = {}
    letters = 0
    for name in list(contents):
        called = f"{printable(name)} in {file.name}" if file.is_zip else file.name
        dtype, _, array = npy.read(called, contents.pop(name))
        if array is not None and array.dtype.kind == "U":
            letters += array.nbytes
            if letters <= LONGEST_METADATA:
                metadata[name] = _text(array)
        elif array is None or dtype not in READABLE:
            skipped.append(f"{printable(name)} ({dtype})")
        else:
            dtypes[name] = dtype
            file.budget.unpack(array.size * loaded_dtype(dtype).itemsize)
            arrays[name] = widened(array, dtype)
    notes = ignored_arrays_note(skipped)
    if not arrays:
        raise no_arrays_error(file.name, notes)
    return NamedArrays(description, arrays, dtypes, metadata, notes)


def _text(array: Array) -> str:
    return without_surrogates(json.dumps(array.tolist(), ensure_ascii=False) if array.ndim else str(array))
