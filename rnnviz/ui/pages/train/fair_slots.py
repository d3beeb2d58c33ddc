"""Places for work that few may do at once, in the order in which they were asked for."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Condition

FORGOTTEN = 2.0  # seconds after which somebody who has not asked again has lost the place in the queue


class FairSlots:
    """A semaphore with a queue that outlasts a waiting time.

    Whoever waits for a while, gives up and asks again a moment later keeps the place in the queue. With an ordinary
    semaphore, the one who is there at the right moment gets the slot, again and again, and somebody else gets none.

    Parameters
    ----------
    count : int
        How many work at the same time.
    """

    def __init__(self, count: int) -> None:
        self.count = self._free = count
        self._asked: dict[Hashable, float] = {}  # when each asked last, the longest in the queue first
        self._waiting: set[Hashable] = set()
        self._changed = Condition()

    @contextmanager
    def slot(self, who: Hashable, seconds: float) -> Iterator[bool]:
        """Hold a slot for the block; False if there was none within so many seconds."""
        held = self._acquire(who, seconds)
        try:
            yield held
        finally:
            if held:
                with self._changed:
                    self._free += 1
                    self._changed.notify_all()

    def _acquire(self, who: Hashable, seconds: float) -> bool:
        end = time.monotonic() + seconds
        with self._changed:
            now = time.monotonic()
            for other, asked in list(self._asked.items()):
                if other not in self._waiting and now - asked > FORGOTTEN:
                    del self._asked[other]
            self._asked[who] = now  # at the end, unless it has a place already
            self._waiting.add(who)
            try:
                while not (self._free and who == next(one for one in self._asked if one in self._waiting)):
                    if (left := end - time.monotonic()) <= 0:
                        self._asked[who] = time.monotonic()
                        return False
                    self._changed.wait(left)
                del self._asked[who]
                self._free -= 1
                return True
            finally:
                self._waiting.discard(who)
                self._changed.notify_all()
