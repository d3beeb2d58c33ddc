"""What the readers of files say to a person."""

from __future__ import annotations

from collections.abc import Sequence

LISTED = 5  # names in a sentence


def printable(text: str, most: int = 80) -> str:
    """A text out of a file, fit to be shown in a sentence: short, on one line, and of printable letters."""
    tidy = "".join(letter if letter.isprintable() else "?" for letter in text[: most + 1])
    return tidy if len(tidy) <= most else tidy[: most - 1] + "…"


def without_surrogates(text: str) -> str:
    """Without the halves of letters that pickles and JSON can hold and no screen can show."""
    return text.encode("utf-8", "replace").decode()


def ignored_arrays_note(what: Sequence[str]) -> tuple[str, ...]:
    """The note on arrays that were passed over, "name (complex64)"; none if there are none."""
    more = f" and {len(what) - LISTED} more" if len(what) > LISTED else ""
    few = ", ".join(what[:LISTED])
    return (f"Passed over, as no recurrent network is made of the kind: {few}{more}.",) if what else ()


def no_arrays_error(name: str, notes: Sequence[str]) -> ValueError:
    """The error for a file without any array that could be read."""
    return ValueError(" ".join([f"{name} holds no arrays of numbers that could be read.", *notes]))
