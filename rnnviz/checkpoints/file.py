"""A file to open: its bytes, the files beside it, and whatever has been parsed from it so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any, TypeVar, cast

from ..limits import DEFAULT_LIMITS, Limits
from ..wording import printable
from .io.opening_budget import OpeningBudget
from .io.zip_archive import SIGNATURES, ZipArchive

T = TypeVar("T")

LONGEST = 255  # letters of a file's name


@dataclass(eq=False)
class File:
    """A file in memory, opened and parsed once, however many formats look at it.

    Parameters
    ----------
    name : str
        Its name, without folders. Letters that cannot be printed become question marks.
    data : bytes
        Its content.
    beside : mapping of str to bytes
        The content of files that came with it, by name: a card, or arrays that ONNX keeps outside.
    limits : Limits
        Bounds on what is read from it.
    budget : OpeningBudget, optional
        What its reading may still cost, where it is opened together with other files; by default all that the limits
        allow.

    Raises
    ------
    LimitError
        If the file is too large.
    """

    name: str
    data: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)
    limits: Limits = DEFAULT_LIMITS
    budget: OpeningBudget = None  # type: ignore[assignment]
    _parsed: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.name = printable(self.name, LONGEST)  # it is part of messages
        self.limits.check_file(self.name, len(self.data))
        if self.budget is None:
            self.budget = OpeningBudget(self.name, self.limits)

    def has_suffix(self, suffixes: Sequence[str]) -> bool:
        """Whether the name ends with one of these, in any case.

        Parameters
        ----------
        suffixes : sequence of str
            Suffixes in lower case, such as ".pt".

        Returns
        -------
        bool
            True if it does.
        """
        return self.name.lower().endswith(tuple(suffixes))

    @property
    def is_zip(self) -> bool:
        """Whether it begins as a zip file does."""
        return self.data.startswith(SIGNATURES)

    @cached_property
    def zip(self) -> ZipArchive:
        """The file as a zip archive, whose directory is read once.

        Raises DamagedFileError if it is not a zip file.
        """
        return ZipArchive(self.name, self.data, self.budget)

    def parsed(self, parse: Callable[[File], T]) -> T:
        """The result of a function of the file, called once for each function.

        Parameters
        ----------
        parse : callable
            A function that takes the file.

        Returns
        -------
        object
            What the function returned.
        """
        if parse not in self._parsed:
            self._parsed[parse] = parse(self)
        return cast(T, self._parsed[parse])


class Folder(Mapping[str, bytes]):
    """The files of a folder by plain name, each read when it is asked for; links are left out."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self.limits = folder, limits

    def __getitem__(self, name: str) -> bytes:
        try:
            path = self.folder / name
            if PurePath(name).name != name or not path.is_file() or path.is_symlink():
                raise KeyError(name)
            self.limits.check_file(name, path.stat().st_size)
            return path.read_bytes()
        except (OSError, UnicodeError) as error:  # a name that no file can have, or a file that cannot be read
            raise KeyError(name) from error

    def __iter__(self) -> Iterator[str]:
        return (path.name for path in self.folder.iterdir() if path.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)
