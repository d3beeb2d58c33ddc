"""How far a long computation is, told now and then, so that a page can show it or call it off."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

Tick = Callable[[float], None]

_QUIET = 0.02  # seconds between two calls at least: a page that draws a bar at each shall not slow the work down


class Progress:
    """Calls `tick` with the share of the work done, from 0 to 1, never falling; what it raises ends the work.

    work: all that there is to do, in whatever unit `add` is called with, roughly in proportion to time.
    `tick` is called at once with 0, and with 1 by `finish`.
    """

    def __init__(self, tick: Tick | None, work: float) -> None:
        self._tick, self._work, self._done, self._last = tick, work, 0.0, monotonic()
        if tick is not None:
            tick(0.0)

    def add(self, work: float) -> None:
        self._done += work
        if self._tick is not None and (now := monotonic()) - self._last >= _QUIET:
            self._tick(min(self._done / self._work, 1.0))
            self._last = now

    def finish(self) -> None:
        if self._tick is not None:
            self._tick(1.0)


def stretch(tick: Tick | None, first: float, last: float) -> Tick | None:
    """A tick for one part of the work, which is all of it from the share `first` to the share `last`."""
    return None if tick is None else lambda share: tick((1 - share) * first + share * last)
