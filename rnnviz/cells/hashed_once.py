"""Data whose hash is computed once: trees and definitions are the keys of what follows from them."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from typing import Any


class HashedOnce:
    """The base of frozen dataclasses, which have to state `__hash__ = HashedOnce.__hash__`."""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((type(self).__name__, *self.__getstate__().values()))

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: a text has another hash in another process."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
