"""Whether the end of a file is missing, by what its own directory or its lengths say."""

from __future__ import annotations

from .zip_archive import SIGNATURES

_END = b"PK\x05\x06"  # of a zip's directory, followed by a comment of up to 64 kB at most
_ENTRY, _MANY = b"PK\x01\x02", 10_000  # of its directory
_LENGTH, _FARTHEST = 22, 1 << 17  # bytes of that without the comment, and where it is looked for
_HDF5 = b"\x89HDF\r\n\x1a\n"
_LONGEST_HEADER = 100_000_000
_LEAST = 16  # bytes of an ONNX file that tell anything


def is_cut_off(data: bytes, onnx: bool = False) -> bool:
    """Whether a file's end is missing.

    Parameters
    ----------
    data : bytes
        The file: a zip, HDF5, or safetensors; False for anything else.
    onnx : bool, default False
        Whether it should be an ONNX file, which has no signature.

    Returns
    -------
    bool
        True if the file itself says that it is longer.
    """
    if data.startswith(SIGNATURES[0]):
        if data.count(_ENTRY) > _MANY:
            return False  # whatever is wrong with it, it has too many files
        return not 0 <= data.rfind(_END, max(len(data) - _FARTHEST, 0)) <= len(data) - _LENGTH
    if data.startswith(_HDF5):
        return _end_of_hdf5(data) > len(data)
    if data[8:9] == b"{":
        size = int.from_bytes(data[:8], "little")
        return data[8:10] in (b'{"', b"{}") and len(data) - 8 < size < _LONGEST_HEADER
    return onnx and data[:1] == b"\x08" and len(data) > _LEAST and _ends_inside(data)


def _end_of_hdf5(data: bytes) -> int:
    """Where an HDF5 file says that it ends; 0 if that cannot be told."""
    version = data[8] if len(data) > 13 else 255
    sizes, place = (data[13:14], 40) if version < 2 else (data[9:10], 28)
    if version > 3 or sizes != b"\x08":
        return 0
    return int.from_bytes(data[place : place + 8], "little") if len(data) >= place + 8 else place + 8


def _ends_inside(data: bytes) -> bool:
    """Whether a protobuf message ends within one of its parts, where all before it are valid."""
    place = 0
    while place < len(data):
        tag, place = _number(data, place)
        wire = tag & 7
        if wire == 2:
            length, place = _number(data, place)
            place += length
        elif wire == 0:
            _, place = _number(data, place)
        elif wire in (1, 5):
            place += 8 if wire == 1 else 4
        else:
            return False
    return place > len(data)


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A number in as many bytes as it needs, and the place after it."""
    number = 0
    for k, byte in enumerate(data[place : place + 10]):
        number |= (byte & 127) << 7 * k
        if byte < 128:
            return number, place + k + 1
    return number, len(data) + 1
