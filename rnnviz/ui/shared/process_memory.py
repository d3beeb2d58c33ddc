"""The process that serves: its memory, given back when it is no longer needed, and its descriptors.

All of it is for the GNU C library on Linux; elsewhere nothing happens.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from contextlib import suppress
from functools import cache

M_ARENA_MAX = -8  # of malloc.h
# Every thread that finds the others' heaps locked would get one of its own, up to eight for each core, and keep it.
ARENAS = 2
DESCRIPTORS_WANTED = 65_536


def prepare() -> None:
    """Share heaps between threads, and allow as many descriptors as the system does."""
    if (mallopt := _c_function("mallopt")) is not None:
        mallopt(M_ARENA_MAX, ARENAS)
    with suppress(ImportError, OSError, ValueError):
        import resource  # not on Windows

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = DESCRIPTORS_WANTED if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS_WANTED)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def descriptor_limit() -> int:
    """How many descriptors the process may have."""
    try:
        import resource
    except ImportError:
        return DESCRIPTORS_WANTED
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return DESCRIPTORS_WANTED if soft == resource.RLIM_INFINITY else soft


def keep_what_is_loaded() -> None:
    """Leave out of later collections what has been imported so far, so that one takes milliseconds."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Collect what refers to itself, and return free memory to the system."""
    gc.collect()
    if (malloc_trim := _c_function("malloc_trim")) is not None:
        malloc_trim(0)


@cache
def _c_function(name: str) -> Callable[..., int] | None:
    try:
        function: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError, TypeError):
        return None
    return function
