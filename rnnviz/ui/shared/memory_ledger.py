"""Who holds how much memory: room is asked for before it is taken, and comes back when what holds it is gone."""

from __future__ import annotations

import weakref
from threading import RLock

from ...errors import BusyError
from ...limits import MILLION


class Account:
    """The bytes that one session holds."""

    def __init__(self) -> None:
        self.bytes = 0


class Ledger:
    """The bytes of all sessions, and what they may hold.

    Parameters
    ----------
    most_each, most : int
        Bytes that one session may hold, and all together.
    """

    def __init__(self, most_each: int, most: int) -> None:
        self.most_each, self.most = most_each, most
        self.bytes = 0
        self._lock = RLock()  # the end of a reservation may come while another one is made, in the same thread

    def reserve(self, account: Account, size: int) -> Reservation:
        """Take room for so many bytes, as long as the reservation is referred to. Raises BusyError if there is none."""
        reservation = Reservation(self, account)
        reservation.resize(size)
        return reservation

    def change(self, account: Account, by: int) -> None:
        """Take room, or give it back.

        Raises BusyError, and then changes nothing, if there is none; code "session_full" or "server_full".
        """
        with self._lock:
            if by > 0:
                self._check(account, by)
            account.bytes += by
            self.bytes += by

    def _check(self, account: Account, by: int) -> None:
        needed = _millions(by)
        if account.bytes + by > self.most_each:
            raise BusyError(
                f"This needs {needed} million bytes of memory. Your files, models and training runs hold "
                f"{_millions(account.bytes)} million, and one session may hold {_millions(self.most_each)} million. "
                "Close the file, or remove a model or a training run, and try again.",
                code="session_full", limit=self.most_each, actual=account.bytes + by,
            )  # fmt: skip
        if self.bytes + by > self.most:
            raise BusyError(
                f"This needs {needed} million bytes of memory. All who use this server hold {_millions(self.bytes)} "
                f"million together, and may hold {_millions(self.most)} million. Try again in a few minutes, or on a "
                "server of your own.",
                code="server_full", limit=self.most, actual=self.bytes + by,
            )  # fmt: skip


class Reservation:
    """Room that is held; it comes back with `release`, or when nothing refers to this any more."""

    def __init__(self, ledger: Ledger, account: Account) -> None:
        self._ledger, self._account = ledger, account
        self._size = [0]
        self._end = weakref.finalize(self, _give_back, ledger, account, self._size)

    @property
    def bytes(self) -> int:
        """What it holds."""
        return self._size[0]

    def resize(self, size: int) -> None:
        """Hold more or less. Raises BusyError if there is no room for more, and then holds what it held."""
        self._ledger.change(self._account, size - self._size[0])
        self._size[0] = size

    def release(self) -> None:
        """Give all of it back."""
        self._end()


def _give_back(ledger: Ledger, account: Account, size: list[int]) -> None:
    ledger.change(account, -size[0])
    size[0] = 0


def _millions(size: int) -> str:
    return f"{size / MILLION:,.0f}" if size >= 10 * MILLION else f"{size / MILLION:,.1f}"
