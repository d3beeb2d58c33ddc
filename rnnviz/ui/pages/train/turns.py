"""Who may train at this very moment: few at once, in short pieces, so that whoever types elsewhere need not wait."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from threading import BoundedSemaphore

# Training is Python and NumPy in one process: more at once would only take turns at the interpreter.
SLOTS = BoundedSemaphore(max(1, (os.cpu_count() or 1) // 2))
WAIT = 0.3  # seconds that a training waits for a slot before its page is answered without it
PIECE = 0.02  # seconds of work in one go
BREATH = 0.001  # seconds between two pieces in which other threads come first


def turn(piece: Callable[[float], bool], seconds: float) -> None:
    """Call `piece(PIECE)` for about so many seconds, or until it answers False, if a slot is free in time."""
    if not SLOTS.acquire(timeout=WAIT):
        return
    try:
        end = time.perf_counter() + seconds
        while piece(PIECE) and time.perf_counter() < end:
            time.sleep(BREATH)
    finally:
        SLOTS.release()
