"""How much of a file is read: limits that keep one person's file from filling everybody's memory and time."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from .errors import ArgumentError, LimitError

MILLION = 1_000_000
LONGEST_NAME = 1000  # letters of a name in a file, of an array or of a layer, and of a key in JSON
VARIABLE = "RNNVIZ_LIMIT_"  # and the name of a limit in capitals, in the environment
ADVICE = "Save the recurrent layers alone, or without the optimiser's state."


@dataclass(frozen=True)
class Limits:
    """How much of a file is read. Reading stops at the first limit reached, whatever the file says about itself.

    Parameters
    ----------
    file : int, default 100 million
        Bytes of the file itself.
    unpacked : int, default 200 million
        Bytes of everything in it, once unpacked; an array that several layers use counts once for each.
    arrays : int, default 5000
        How many arrays it may hold.
    layers : int, default 1000
        How many recurrent layers it may hold, one direction each.
    nodes : int, default 50,000
        How many nodes its graph may have, those of a function counted at every call, or layers of any kind.
    work : int, default 2 million
        How many steps its reading may take: entries read, and connections followed.
    seconds : float, default 60
        How long its reading may take.
    """

    file: int = 100 * MILLION
    unpacked: int = 200 * MILLION
    arrays: int = 5000
    layers: int = 1000
    nodes: int = 50_000
    work: int = 2 * MILLION
    seconds: float = 60

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read limits from the environment: RNNVIZ_LIMIT_FILE, RNNVIZ_LIMIT_SECONDS and so on; the rest are defaults.

        Parameters
        ----------
        environment : mapping of str to str, optional
            The variables; by default those of the process.

        Returns
        -------
        Limits
            The limits.

        Raises
        ------
        ArgumentError
            If a variable is not a positive number.
        """
        variables = os.environ if environment is None else environment
        given: dict[str, Any] = {}
        for field in fields(cls):
            name = VARIABLE + field.name.upper()
            if name in variables:
                text = variables[name].strip().replace("_", "")
                number = float(text) if text.replace(".", "", 1).isdecimal() and len(text) < 20 else 0.0
                if not number > 0:
                    raise ArgumentError(
                        f"{name} is {text[:40]!r}, and a limit is a positive number.", name=name, value=text
                    )
                given[field.name] = number if field.name == "seconds" else int(number)
        return cls(**given)

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
                f"{name} has {size / MILLION:,.0f} million bytes, and at most {self.file / MILLION:,.0f} million are "
                f"read. {ADVICE}",
                code="file", file=name, limit=self.file, actual=size,
            )  # fmt: skip


DEFAULT_LIMITS = Limits.from_environment()
UNLIMITED = Limits(**{field.name: sys.maxsize for field in fields(Limits)})  # for what is in memory already
