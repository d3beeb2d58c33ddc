"""Which format a file has, by what it holds rather than by its name."""

from __future__ import annotations

from typing import Literal

from ..wording import printable
from .io.zip_archive import MARK, Zipped
from .numpy.numpy_archive import EMPTY

Format = Literal["safetensors", "torch", "keras", "onnx", "npz"]

READ = (".safetensors", ".pt", ".pth", ".bin", ".ckpt", ".keras", ".h5", ".hdf5", ".onnx", ".npz")
CAN = (
    "What can be opened: PyTorch state dicts (.pt, .pth, .safetensors), Keras files (.keras, .h5, .hdf5), ONNX (.onnx) "
    "and NumPy archives (.npz)."
)
# First bytes of what people bring by mistake, and what it is called.
_OTHERS = {
    b"\x1f\x8b": "a gzip file: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it first",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GGUF": "a GGUF file of a transformer for llama.cpp",
    b"\x93NUMPY": "a single NumPy array: a model needs several, as np.savez writes them",
}

_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def format_of(name: str, data: bytes) -> Format:
    """The format of a file. Raises ValueError, in one sentence, for what is none of those that can be opened."""
    end = name.lower()
    if not data:
        raise ValueError(f"{name} is empty: it has no bytes at all; save or upload it again.")
    if data[:8] == b"\x89HDF\r\n\x1a\n":
        return "keras"
    if data[:4] in (MARK, EMPTY):
        return _of_zip(name, data)
    for start, words in _OTHERS.items():
        if data.startswith(start):
            raise ValueError(f"{name} is {words}. {CAN}")
    if data[8:9] == b"{" and int.from_bytes(data[:8], "little") <= len(data):
        return "safetensors"
    if data[:2] in _PICKLES or end.endswith((".pt", ".pth", ".bin", ".ckpt")):
        return "torch"
    if end.endswith(".safetensors"):
        return "safetensors"
    if end.endswith(".onnx"):
        return "onnx"
    if end.endswith((".h5", ".hdf5", ".keras", ".npz")):
        raise ValueError(f"{name} does not begin as such a file does: it is damaged or of another kind. {CAN}")
    raise ValueError(f"{name} is of no known format. {CAN}")


def _of_zip(name: str, data: bytes) -> Format:
    inside = Zipped(name, data).names
    if "config.json" in inside and any(one.endswith(".h5") for one in inside):
        return "keras"
    if any(one.endswith(("data.pkl", "constants.pkl", "/version")) for one in inside):
        return "torch"
    if any(one.endswith(".npy") for one in inside):
        return "npz"
    there = ", ".join(printable(one) for one in inside[:3]) or "nothing"
    unpack = " Unpack it first." if any(one.lower().endswith(READ) for one in inside) else ""
    raise ValueError(f"{name} is a zip that holds {there}, which is no model.{unpack} {CAN}")
