"""Results that are kept as long as they fit, counted in bytes: one is a number, the next a hundred maps."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from ...network import Network

OVERHEAD = 200  # bytes of an entry


class ResultCache:
    """The latest results by an owner and a key, of so many bytes together; what was asked for least lately goes first.

    Parameters
    ----------
    most : int
        Bytes of all results. A single one that is larger is not kept.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.bytes = 0
        self._results: OrderedDict[Hashable, tuple[object, Any, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._results)

    def get(self, owner: object, key: Hashable) -> tuple[Any] | None:
        """The result, in a tuple of one; None if it is not here."""
        name = id(owner), key
        with self._lock:
            if name not in self._results:
                return None
            self._results.move_to_end(name)
            return (self._results[name][1],)

    def put(self, owner: object, key: Hashable, result: Any) -> None:
        """Keep a result, and its owner, so that no other object gets the owner's id."""
        size = OVERHEAD + held_bytes(key) + held_bytes(result)
        name = id(owner), key
        with self._lock:
            self._forget(name)
            if size > self.most:
                return
            self._results[name] = owner, result, size
            self.bytes += size
            while self.bytes > self.most:
                self._forget(next(iter(self._results)))

    def _forget(self, name: Hashable) -> None:
        if name in self._results:
            self.bytes -= self._results.pop(name)[2]


def held_bytes(value: Any) -> int:
    """About how many bytes an object and what it refers to take, networks apart: they belong to their models."""
    total, seen, waiting = 0, set[int](), [value]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, (Network, type)) or callable(one):
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            whole = one.base if isinstance(one.base, np.ndarray) else one  # a view keeps all of it
            if id(whole) not in seen or whole is one:
                seen.add(id(whole))
                total += whole.nbytes
            if one.dtype != object:
                continue
            waiting += one.ravel().tolist()
        total += sys.getsizeof(one)
        if isinstance(one, (pd.DataFrame, pd.Series, str, bytes, int, float)):
            continue
        if isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (list, tuple, set, frozenset)):
            waiting += one
        waiting += vars(one).values() if hasattr(one, "__dict__") else []
    return total
