"""A zip file of somebody else's, read with care: nothing goes to the disk, and no more is unpacked than is allowed."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ...limits import DEFAULT_LIMITS, Limits
from ...wording import printable

_BROKEN = (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, LookupError, OverflowError)
_ENTRY = b"PK\x01\x02"  # where a zip's table of contents has an entry
MARK = b"PK\x03\x04"  # how a zip begins


class Zipped:
    """The files inside a zip, by name as the zip has it, folders included; folders themselves are left out.

    All reading together unpacks at most limits.unpacked bytes, whatever the zip says of its sizes. Raises ValueError,
    in a sentence for a person, for what is no zip or a broken one, is encrypted, packed by anything but "deflate", has
    one name twice, or more than four times limits.arrays entries and a hundred.
    """

    def __init__(self, name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
        self.name = name
        self._limits = limits
        self._left = limits.unpacked
        most = 4 * limits.arrays + 100
        if data.count(_ENTRY) > most:  # before they are parsed, as each would take ten times its bytes
            raise ValueError(f"{name} has more than {most:,} files inside, which is too many.")
        try:
            self._file = ZipFile(io.BytesIO(data))
        except (*_BROKEN, struct.error) as error:
            raise ValueError(f"{name} is not a zip file that can be opened.") from error
        self._entries: dict[str, ZipInfo] = {}
        for entry in self._file.infolist():
            if entry.is_dir():
                continue
            if entry.filename in self._entries:
                raise ValueError(f"{name} has two files named {printable(entry.filename)} inside.")
            self._entries[entry.filename] = entry

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def __contains__(self, entry: str) -> bool:
        return entry in self._entries

    def read(self, entry: str) -> bytes:
        """The unpacked bytes of one file inside. Raises ValueError where they cannot be had, KeyError for no entry."""
        info = self._entries[entry]
        what = f"{printable(entry)} in {self.name}"
        if info.flag_bits & 1:
            raise ValueError(f"{what} is encrypted: bring the file without a password.")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # the others unpack without bounds
            raise ValueError(f"{what} is packed by a rare method: zip it anew, with the usual one (deflate) or none.")
        try:
            with self._file.open(info) as part:
                content = part.read(self._left + 1)
        except (*_BROKEN, struct.error, zlib.error) as error:
            raise ValueError(f"{what} cannot be unpacked: the file is damaged or was cut off.") from error
        self._left -= len(content)
        if self._left < 0:
            self._limits.check_unpacked(self.name, self._limits.unpacked + 1)
        return content


def plain(name: str) -> str:
    """A name without folders and in few letters, so that no file can be put anywhere but where it belongs."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in last)[-100:] or "_"
