"""What the opening of a file may still cost. All readers spend from one budget, before they do what they pay for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from time import monotonic

from ...array_shapes import count_numbers
from ...cells.activations import Array
from ...errors import DamagedFileError, LimitError
from ...limits import ADVICE, DEFAULT_LIMITS, LONGEST_NAME, MILLION, Limits
from ...wording import printable

GLANCE = 2000  # steps from one look at the clock to the next

# By limit: what a file asks for too much of, and what it should do.
_ASKED = {
    "inflated": "{name} unpacks to {actual} million bytes or more, and at most {limit} million are allowed. " + ADVICE,
    "unpacked": "{name} holds {actual} million bytes or more once unpacked, each array counted as often as it is used, "
    "and at most {limit} million are allowed. " + ADVICE,
    "arrays": "{name} holds {actual} arrays or more, and at most {limit} are read, which is more than a recurrent "
    "network has.",
    "layers": "{name} has {actual} recurrent layers or more, each direction counted, and at most {limit} are read.",
    "nodes": "{name} has {actual} nodes or layers or more, those of functions counted at every call, and at most "
    "{limit} are read.",
    "work": "Reading {name} takes {actual} steps or more, and at most {limit} are allowed: it holds very many entries, "
    "or the same ones again and again.",
    "seconds": "Reading {name} takes more than {limit} seconds, which is the limit.",
}  # fmt: skip
_OF_LIMIT = {"inflated": "unpacked"}  # bytes out of a zip have the same limit, but are arrays only afterwards


class OpeningBudget:
    """The budget of one opening.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    limits : Limits
        How much may be spent.
    """

    def __init__(self, name: str, limits: Limits = DEFAULT_LIMITS) -> None:
        self.name, self.limits = name, limits
        self.spent: Counter[str] = Counter()
        self._used: dict[int, Array] = {}  # holds what it counted, so that no other array gets its address
        self._end = monotonic() + limits.seconds
        self._glance = 0

    def spend(self, limit: str, amount: int = 1) -> None:
        """Spend some of a limit; also looks at the clock now and then.

        Parameters
        ----------
        limit : str
            A field of `Limits`, or "inflated" for the bytes that come out of a zip.
        amount : int, default 1
            How much.

        Raises
        ------
        LimitError
            If that is more than is left; code: the limit.
        """
        self.spent[limit] += amount
        if self.spent[limit] > getattr(self.limits, _OF_LIMIT.get(limit, limit)):
            raise self._exceeded(limit)
        self._glance -= 1
        if self._glance < 0:
            self._glance = GLANCE
            self.check_time()

    def left(self, limit: str) -> int:
        """What is left of a limit, at least 0."""
        return max(int(getattr(self.limits, _OF_LIMIT.get(limit, limit))) - self.spent[limit], 0)

    def work(self, steps: int = 1) -> None:
        """Spend steps; see `spend`."""
        self.spend("work", steps)

    def unpack(self, size: int) -> None:
        """Spend bytes on an array that comes out of the file; see `spend`."""
        self.spend("unpacked", size)
        self.check_time()

    def use(self, array: Array, size: int | None = None) -> None:
        """Spend the bytes of an array for its use in a layer; the first use was paid for when it came out of the file.

        Parameters
        ----------
        array : ndarray
            An array of the file.
        size : int, optional
            The bytes that it takes in the layer, if it has others there.

        Raises
        ------
        LimitError
            If that is more than is left; code "unpacked".
        """
        if id(array) in self._used:
            self.unpack(array.nbytes if size is None else size)
        self._used[id(array)] = array

    def check_time(self) -> None:
        """Raises LimitError, code "seconds", if the opening takes too long."""
        if monotonic() > self._end:
            raise self._exceeded("seconds")

    def check_name(self, name: str) -> None:
        """Check the length of the name of an array or a layer, before anything looks at it.

        Parameters
        ----------
        name : str
            The name.

        Raises
        ------
        LimitError
            If it is too long; code "name".
        """
        if len(name) > LONGEST_NAME:
            raise LimitError(
                f"{self.name} has a name of {len(name):,} letters, {printable(name, 40)}, and at most "
                f"{LONGEST_NAME:,} are read.",
                code="name", file=self.name, limit=LONGEST_NAME, actual=len(name),
            )  # fmt: skip

    def count_numbers(self, called: str, shape: Sequence[int]) -> int:
        """Count the numbers of an array, by its shape.

        Parameters
        ----------
        called : str
            The array in words.
        shape : sequence of int
            Its shape, as the file states it.

        Returns
        -------
        int
            The product of the sizes.

        Raises
        ------
        DamagedFileError
            If no array has such a shape; code "shape".
        """
        count = count_numbers(shape)
        if count is None:
            raise DamagedFileError(
                f"{self.name} is damaged: the shape of {called} is invalid.", code="shape", file=self.name
            )
        return count

    def _exceeded(self, limit: str) -> LimitError:
        allowed = getattr(self.limits, _OF_LIMIT.get(limit, limit))
        actual: float = allowed if limit == "seconds" else self.spent[limit]
        unit = MILLION if _OF_LIMIT.get(limit, limit) == "unpacked" else 1
        numbers = [f"{number / unit:,.1f}".removesuffix(".0") for number in (actual, allowed)]
        return LimitError(
            _ASKED[limit].format(name=self.name, actual=numbers[0], limit=numbers[1]),
            code=_OF_LIMIT.get(limit, limit), file=self.name, limit=allowed, actual=actual,
        )  # fmt: skip
