"""Progress of a long computation, reported now and then, so that a page can show it or cancel the work."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

Tick = Callable[[float], None]

_PAUSE = 0.02  # seconds between two calls at least: a page that redraws a bar at each call must not slow the work


class ProgressMeter:
    """Reports the share of work done to a callback, at most every 20 ms.

    Parameters
    ----------
    tick : callable or None
        Called with the share of the work done, from 0 to 1, never decreasing: with 0 at once, with 1 by `finish`.
        An exception that it raises ends the work. None reports nothing.
    work : float
        All the work there is, in any unit that is roughly proportional to time.
    """

    def __init__(self, tick: Tick | None, work: float) -> None:
        self._tick, self._work, self._done, self._last = tick, work, 0.0, monotonic()
        if tick is not None:
            tick(0.0)

    def add(self, work: float) -> None:
        """Report that so much more work is done.

        Parameters
        ----------
        work : float
            In the unit of the constructor's `work`.
        """
        self._done += work
        if self._tick is not None and (now := monotonic()) - self._last >= _PAUSE:
            self._tick(min(self._done / self._work, 1.0))
            self._last = now

    def finish(self) -> None:
        """Report that all work is done."""
        if self._tick is not None:
            self._tick(1.0)


def partial_tick(tick: Tick | None, first: float, last: float) -> Tick | None:
    """Callback for one part of the work: its shares 0 to 1 become `first` to `last` of the whole.

    Parameters
    ----------
    tick : callable or None
        The callback for the whole work.
    first, last : float
        Shares of the whole work, from 0 to 1, at which the part begins and ends.

    Returns
    -------
    callable or None
        None if `tick` is None.
    """
    return None if tick is None else lambda share: tick((1 - share) * first + share * last)
