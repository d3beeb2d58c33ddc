"""Untrusted zip files: nothing is written to the disk, and no more is unpacked than is allowed."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ...errors import DamagedFileError, LimitError, UnsupportedFileError
from ...wording import printable
from .opening_budget import OpeningBudget

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")  # of a zip with entries, and of an empty one
_DIRECTORY_ENTRY = b"PK\x01\x02"
_ZIP_ERRORS = (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, LookupError, OverflowError)


class ZipArchive:
    """The files in a zip, by their full names in it; folders themselves are left out.

    All reading together unpacks at most as many bytes as the budget has left, whatever the zip claims about its sizes.

    Parameters
    ----------
    name : str
        The zip's name, for messages.
    data : bytes
        The whole file.
    budget : OpeningBudget, optional
        What is left of unpacked bytes; there may be four entries for each array that is allowed, and a hundred more.

    Raises
    ------
    DamagedFileError
        If it is not a zip or a broken one (code "zip"), or has two files of one name (code "duplicate") or a file
        without one (code "name").
    LimitError
        If it has too many entries; code "entries".
    """

    def __init__(self, name: str, data: bytes, budget: OpeningBudget | None = None) -> None:
        self.name = name
        self._budget = budget or OpeningBudget(name)
        most = 4 * self._budget.limits.arrays + 100
        count = data.count(_DIRECTORY_ENTRY)
        if count > most:  # before they are parsed, as each would take ten times its bytes
            raise LimitError(
                f"{name} contains {count:,} files, and at most {most:,} are read.",
                code="entries", file=name, limit=most, actual=count,
            )  # fmt: skip
        try:
            self._file = ZipFile(io.BytesIO(data))
        except (*_ZIP_ERRORS, struct.error) as error:
            raise DamagedFileError(f"{name} is not a valid zip file.", code="zip", file=name) from error
        self._entries: dict[str, ZipInfo] = {}
        for entry in self._file.infolist():
            if not entry.filename:
                raise DamagedFileError(f"{name} contains a file without a name.", code="name", file=name)
            if entry.is_dir():
                continue
            if entry.filename in self._entries:
                raise DamagedFileError(
                    f"{name} contains two files named {printable(entry.filename)}.",
                    code="duplicate", file=name, part=entry.filename,
                )  # fmt: skip
            self._entries[entry.filename] = entry

    @property
    def names(self) -> list[str]:
        """The names of the files inside."""
        return list(self._entries)

    def __contains__(self, entry: str) -> bool:
        """Whether there is a file of that name."""
        return entry in self._entries

    def read(self, entry: str, most: int | None = None) -> bytes:
        """Unpack one file.

        Parameters
        ----------
        entry : str
            Its name in the zip.
        most : int, optional
            Stop after so many bytes.

        Returns
        -------
        bytes
            Its content, or the first `most` bytes of it.

        Raises
        ------
        KeyError
            If there is no such file.
        UnsupportedFileError
            If it is encrypted (code "encrypted") or compressed by anything but "deflate" (code "compression").
        DamagedFileError
            If it cannot be unpacked; code "unpacking".
        LimitError
            If it unpacks to too much; code "unpacked".
        """
        info = self._entries[entry]
        what = f"{printable(entry)} in {self.name}"
        if info.flag_bits & 1:
            raise UnsupportedFileError(
                f"{what} is encrypted: provide the file without a password.",
                code="encrypted", file=self.name, part=entry,
            )  # fmt: skip
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # the others unpack without bounds
            raise UnsupportedFileError(
                f"{what} uses a rare compression method: zip it again with the standard one (deflate) or none.",
                code="compression", file=self.name, part=entry,
            )  # fmt: skip
        left = self._budget.left("inflated") + 1
        try:
            with self._file.open(info) as part:
                content = part.read(left if most is None else min(most, left))
        except (*_ZIP_ERRORS, struct.error, zlib.error) as error:
            raise DamagedFileError(
                f"{what} cannot be unpacked: the file is damaged or incomplete.",
                code="unpacking", file=self.name, part=entry,
            ) from error  # fmt: skip
        self._budget.spend("inflated", len(content))
        return content


def plain_name(name: str) -> str:
    """A name without folders and unusual characters, so that no file can land outside of its own folder."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in last)[-100:] or "_"
