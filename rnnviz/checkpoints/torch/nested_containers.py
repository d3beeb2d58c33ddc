"""What a checkpoint nests, by one name each: arrays with dots between the levels, and the texts beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...limits import LONGEST_NAME
from ...wording import printable, without_surrogates
from ..named.named_arrays import LONGEST_METADATA, UNNAMED
from .pickle_machine import InvalidPickleError, Name, Pairs

DEEPEST = 64  # levels
VISITS = 1_000_000  # a list that contains another twice, which contains another twice, and so on, has no end


@dataclass
class FlatCheckpoint:
    """arrays: by name. metadata: texts and numbers beside them, and lists or dicts of nothing else as JSON.

    optimisers: the names of the parts that were left out because they look like an optimiser's state.
    """

    arrays: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    optimisers: list[str] = field(default_factory=list)


def flatten(root: Any, kinds: tuple[type, ...], count_array: Callable[[], None]) -> FlatCheckpoint:
    """The arrays in nested dicts (`Pairs`), lists and tuples: "model_state.rnn.weight_ih_l0", lists by index.

    kinds: the classes of what counts as an array. count_array: called for every array; it raises to stop. Raises
    InvalidPickleError for containers that contain themselves or are nested too deeply or too often, and for names that
    are too long or that two arrays have.
    """
    walk = _Walk(kinds, count_array)
    walk.visit(root, "", [])
    return walk.checkpoint


class _Walk:
    def __init__(self, kinds: tuple[type, ...], count_array: Callable[[], None]) -> None:
        self.kinds = kinds
        self.count_array = count_array
        self.checkpoint = FlatCheckpoint()
        self.visits = 0
        self.without_arrays: set[int] = set()  # containers of containers that need not be visited again
        self.letters = 0

    def visit(self, value: Any, name: str, above: list[Any]) -> None:
        """Add a value; above: the containers that it is in, from the outermost."""
        if isinstance(value, self.kinds):
            self._add_array(value, name or UNNAMED)
        elif isinstance(value, Pairs | list | tuple):
            if any(value is other for other in above):
                raise InvalidPickleError("it has a container that contains itself")
            if len(above) >= DEEPEST:
                raise InvalidPickleError(f"its containers are nested more than {DEEPEST} levels deep")
            self.visits += 1 + len(value.items if isinstance(value, Pairs) else value)
            if self.visits > VISITS:
                raise InvalidPickleError(
                    f"it nests the same containers so often that they have over {VISITS:,} entries"
                )
            if id(value) not in self.without_arrays:
                self._visit_items(value, name, [*above, value])
        elif _is_plain(value) and value is not None:
            self._add_text(name or UNNAMED, value if isinstance(value, str) else _json(value).strip('"'))

    def _visit_items(self, value: Any, name: str, above: list[Any]) -> None:
        items = dict(_items(value))  # of two values for one key the last one counts
        if isinstance(value, Pairs) and {"state", "param_groups"} <= items.keys():
            self.checkpoint.optimisers.append(name)
        elif items and all(_is_plain(item) for item in items.values()):
            if sum(map(_letters, items.values())) <= LONGEST_METADATA:  # the same long text can be in many places
                self._add_text(name or UNNAMED, _json(items if isinstance(value, Pairs) else list(items.values())))
        else:
            before = len(self.checkpoint.arrays)
            for key, item in items.items():
                longer = f"{name}.{key}" if name else key
                if len(longer) > LONGEST_NAME:
                    raise InvalidPickleError(
                        f"it has a name of more than {LONGEST_NAME:,} letters, {printable(longer)}"
                    )
                self.visit(item, longer, above)
            if len(self.checkpoint.arrays) == before:
                self.without_arrays.add(id(value))

    def _add_array(self, value: Any, name: str) -> None:
        if name in self.checkpoint.arrays:
            raise InvalidPickleError(f"it has two arrays named {printable(name)}", code="duplicate", part=name)
        self.checkpoint.arrays[name] = value
        self.count_array()

    def _add_text(self, name: str, text: str) -> None:
        self.letters += len(name) + len(text)
        if self.letters <= LONGEST_METADATA:
            self.checkpoint.metadata[name] = without_surrogates(text)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float | Name)


def _letters(value: Any) -> int:
    return len(value) if isinstance(value, str) else value.bit_length() // 3 if isinstance(value, int) else 20


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    """Keys as text, and their values; entries whose key is neither text nor a number nor None are left out."""
    if isinstance(value, Pairs):
        for key, item in value.items:
            if isinstance(key, str):
                yield without_surrogates(key[: LONGEST_NAME + 1]), item
            elif _is_plain(key) and not isinstance(key, Name):
                yield str(key), item
    else:
        for place, item in enumerate(value):
            yield str(place), item


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda other: other.dotted)
