"""Memory that one training step frees is there for the next one."""

from __future__ import annotations

import numpy as np

LARGEST = 16 << 20  # bytes


def _keep_freed_memory() -> None:
    """Let the process keep freed arrays of up to LARGEST bytes (and twice that in all) for the next ones.

    A training step makes and frees a few megabytes. The GNU C library gives blocks of such a size back to the
    system at once, and the system must fetch and clear every page of them anew: that took 40 % of a step with 64
    sequences of 40. The library learns from the largest block that it sees freed that blocks up to that size come
    and go, so one is made and freed here, of which no page is touched. Elsewhere this does nothing.
    """
    np.empty(LARGEST, np.uint8)
