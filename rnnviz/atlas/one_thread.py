"""One thread for matrix products, while any shard is read: sums over several threads differ in their last bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from ..errors import MissingLibraryError

_lock = Lock()
_inside = 0
_limits: Any = None


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit the libraries that multiply matrices to one thread; several callers may be inside at once."""
    global _inside, _limits
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise MissingLibraryError(
            'Building an atlas needs threadpoolctl: pip install "rnnviz[atlas]".',
            code="missing", library="threadpoolctl",
        ) from None  # fmt: skip
    with _lock:
        if not _inside:
            _limits = threadpool_limits(1)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                _limits.restore_original_limits()
