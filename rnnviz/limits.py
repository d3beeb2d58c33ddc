"""How much of a file is taken: limits that keep one person's file from filling everybody's memory."""

from __future__ import annotations

from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True)
class Limits:
    """file: bytes of a file as it comes. unpacked: bytes of everything in it, unpacked. arrays: how many it may hold.

    Reading stops at the first limit that is passed, whatever the file says of itself.
    """

    file: int = 100 * MILLION
    unpacked: int = 200 * MILLION
    arrays: int = 5000

    def check_file(self, name: str, size: int) -> None:
        """Raises ValueError if a file of `size` bytes is too large."""
        if size > self.file:
            raise ValueError(
                f"{name} has {size / MILLION:,.0f} million bytes, and at most {self.file // MILLION} million are read. "
                "Save the recurrent layers alone, or without the optimiser's state."
            )

    def check_unpacked(self, name: str, size: int) -> None:
        """Raises ValueError if `size` bytes have come out of a file and that is too much."""
        if size > self.unpacked:
            raise ValueError(
                f"{name} holds more than {self.unpacked // MILLION} million bytes once unpacked, which is too much. "
                "Save the recurrent layers alone, or without the optimiser's state."
            )

    def check_arrays(self, name: str, count: int) -> None:
        """Raises ValueError if a file holds `count` arrays and that is too many."""
        if count > self.arrays:
            raise ValueError(
                f"{name} holds more than {self.arrays:,} arrays, which is more than a recurrent network has."
            )


DEFAULT_LIMITS = Limits()
