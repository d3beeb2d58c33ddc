"""The registry of file formats, and which of them a file has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from ..errors import DamagedFileError, FileError, UnsupportedFileError
from ..wording import printable
from .file import File
from .interface import Format, WritableFormat
from .io.reading_errors import reading_errors
from .json.json_weights import JsonWeights
from .keras.keras_file import KerasFile
from .known_files import cut_off_error, known_file, short_text
from .named.named_arrays import ArrayFormat, NamedArrays
from .native.model_archive import ModelArchive
from .numpy.numpy_archive import NumpyArchive
from .onnx.onnx_file import OnnxFile
from .safetensors.tensor_file import SafetensorsFile
from .torch.state_dict import TorchFile

# In the order in which they are asked. The size of a safetensors header can begin like a pickle, but not the other way.
FORMATS: tuple[Format, ...] = (
    SafetensorsFile(),
    TorchFile(),
    KerasFile(),
    OnnxFile(),
    NumpyArchive(),
    ModelArchive(),
    JsonWeights(),
)

# First bytes of files that are opened by mistake, and what these are.
_FOREIGN = {
    b"\x1f\x8b": "a gzip file: unpack it first",
    b"BZh": "a bzip2 file: unpack it first",
    b"\xfd7zXZ": "an xz file: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it first",
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\x93NUMPY": "a single NumPy array: a model needs several, as np.savez writes them",
}


def supported() -> str:
    """List the formats with their suffixes.

    Returns
    -------
    str
        One sentence.
    """
    *rest, last = (f"{format.title} ({', '.join(format.suffixes)})" for format in FORMATS)
    return f"Supported formats are {', '.join(rest)} and {last}."


def suffixes() -> tuple[str, ...]:
    """List the suffixes of all formats.

    Returns
    -------
    tuple of str
        The suffixes, such as ".pt", the longest first.
    """
    return tuple(sorted({suffix for format in FORMATS for suffix in format.suffixes}, key=len, reverse=True))


def writable() -> tuple[WritableFormat, ...]:
    """List the formats that models can be saved in.

    Returns
    -------
    tuple of WritableFormat
        The formats.
    """
    return tuple(format for format in FORMATS if isinstance(format, WritableFormat))


def read_arrays(name: str, data: bytes) -> NamedArrays:
    """Read the arrays of a file whose format holds named arrays, such as .npz or .safetensors.

    Parameters
    ----------
    name : str
        The file's name.
    data : bytes
        Its content.

    Returns
    -------
    NamedArrays
        Its arrays.

    Raises
    ------
    FileError
        If it is of another format, damaged, or beyond a limit.
    """
    with reading_errors(name):
        file = File(name, data)
        format = detect(file)
        if not isinstance(format, ArrayFormat):
            known = " or ".join(other.suffixes[0] for other in FORMATS if isinstance(other, ArrayFormat))
            raise UnsupportedFileError(
                f"{file.name} is not a file of arrays, such as {known}.", code="format", file=name
            )
        return format.read_arrays(file)


def detect(file: File) -> Format:
    """Detect the format of a file: by its content or, where that tells nothing, by its suffix.

    Parameters
    ----------
    file : File
        The file.

    Returns
    -------
    Format
        The format.

    Raises
    ------
    FileError
        If the file has no known format; code "empty", "cut_off", "archive", "foreign", "text" or "format", or that of
        what it is known to be, such as "lfs_pointer" or "tf_checkpoint".
    """
    if not file.data:
        raise DamagedFileError(f"{file.name} is empty: save or upload it again.", code="empty", file=file.name)
    if (error := cut_off_error(file)) is not None:
        raise error
    if (known := known_file(file)) is not None:
        raise known.error(file.name)
    for format in FORMATS:
        if format.matches(file):
            return format
    if file.is_zip:
        raise _unknown_zip(file)
    for start, what in _FOREIGN.items():
        if file.data.startswith(start):
            raise UnsupportedFileError(f"{file.name} is {what}. {supported()}", code="foreign", file=file.name)
    for format in FORMATS:
        if file.has_suffix(format.suffixes):
            if (text := short_text(file)) is not None:
                raise text.error(file.name)
            return format
    raise UnsupportedFileError(f"The format of {file.name} is unknown. {supported()}", code="format", file=file.name)


def main_file(files: Sequence[File]) -> File:
    """Which of several files is the model; the others belong to it: its card, or arrays that it keeps outside.

    Raises FileError if that is not clear; code "no_model" or "several_models".
    """
    models: dict[str, tuple[File, Format]] = {}
    problem: FileError | None = None
    for file in files:
        if file.has_suffix([".json"]) and len(files) > 1:
            continue
        try:
            models[file.name] = file, detect(file)
        except FileError as error:
            problem = error
    companions = {name for file, format in models.values() for name in format.companions(file)}
    candidates = [file for name, (file, _) in models.items() if name not in companions]
    if not candidates:
        raise problem or UnsupportedFileError(
            "None of these files is a model: provide one, together with the files that belong to it.", code="no_model"
        )
    if len(candidates) > 1:
        names = " and ".join(file.name for file in candidates[:4])
        raise UnsupportedFileError(
            f"There are {len(candidates)} models, {names}: open one at a time.",
            code="several_models", file=candidates[0].name,
        )  # fmt: skip
    return candidates[0]


def stem(name: str) -> str:
    """A file's name without its suffix: "model" for "model.weights.h5"."""
    plain = PurePath(name).name
    for suffix in (*suffixes(), ".json", ".npy"):
        if plain.lower().endswith(suffix):
            return plain[: -len(suffix)] or plain
    return plain


def _unknown_zip(file: File) -> UnsupportedFileError:
    inside = file.zip.names
    listed = ", ".join(printable(entry) for entry in inside[:3]) or "nothing"
    unpack = " Unpack it first." if any(entry.lower().endswith(suffixes()) for entry in inside) else ""
    return UnsupportedFileError(
        f"{file.name} is a zip that contains {listed}, which is not a model.{unpack} {supported()}",
        code="archive", file=file.name,
    )  # fmt: skip
