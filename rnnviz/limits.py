"""How much of a file is read: limits that keep one person's file from filling everybody's memory."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import LimitError

MILLION = 1_000_000
_ADVICE = "Save the recurrent layers alone, or without the optimiser's state."


@dataclass(frozen=True)
class Limits:
    """How much of a file is read. Reading stops at the first limit reached, whatever the file says about itself.

    Parameters
    ----------
    file : int, default 100 million
        Bytes of the file itself.
    unpacked : int, default 200 million
        Bytes of everything in it, once unpacked.
    arrays : int, default 5000
        How many arrays it may hold.
    """

    file: int = 100 * MILLION
    unpacked: int = 200 * MILLION
    arrays: int = 5000

    def check_file(self, name: str, size: int) -> None:
        """Check the size of a file.

        Parameters
        ----------
        name : str
            The name of the file.
        size : int
            Its bytes.

        Raises
        ------
        LimitError
            If the file is too large; code "file".
        """
        if size > self.file:
            raise LimitError(
                f"{name} has {size / MILLION:,.0f} million bytes, and at most {self.file // MILLION} million are read. "
                f"{_ADVICE}",
                code="file", file=name, limit=self.file, actual=size,
            )  # fmt: skip

    def check_unpacked(self, name: str, size: int) -> None:
        """Check how much has come out of a file.

        Parameters
        ----------
        name : str
            The name of the file.
        size : int
            The bytes unpacked so far.

        Raises
        ------
        LimitError
            If that is too much; code "unpacked".
        """
        if size > self.unpacked:
            raise LimitError(
                f"{name} holds more than {self.unpacked // MILLION} million bytes once unpacked, which is too much. "
                f"{_ADVICE}",
                code="unpacked", file=name, limit=self.unpacked, actual=size,
            )  # fmt: skip

    def check_arrays(self, name: str, count: int) -> None:
        """Check how many arrays a file holds.

        Parameters
        ----------
        name : str
            The name of the file.
        count : int
            The arrays found so far.

        Raises
        ------
        LimitError
            If there are too many; code "arrays".
        """
        if count > self.arrays:
            raise LimitError(
                f"{name} holds more than {self.arrays:,} arrays, which is more than a recurrent network has.",
                code="arrays", file=name, limit=self.arrays, actual=count,
            )  # fmt: skip


DEFAULT_LIMITS = Limits()
