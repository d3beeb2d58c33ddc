"""What a checkpoint nests, by one name each: arrays with dots between the levels, and the words beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...wording import printable, without_surrogates
from ..named.named_arrays import ALONE, WORDS
from .pickle_machine import BrokenError, Name, Pairs

DEEPEST = 64  # levels
VISITS = 1_000_000  # a list that holds another twice, which holds another twice, and so on, has more than atoms exist
LONGEST = 1000  # letters of a name


@dataclass
class Flat:
    """leaves: the arrays by name. words: text and numbers beside them, and lists or dicts of nothing else as JSON.

    optimisers: the names of the parts that were left out because they look like an optimiser's state.
    """

    leaves: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    optimisers: list[str] = field(default_factory=list)


def flat(root: Any, kinds: tuple[type, ...], most: int) -> Flat:
    """The arrays in nested dicts (`Pairs`), lists and tuples: "model_state.rnn.weight_ih_l0", lists by index.

    kinds: the classes of what counts as an array; at most `most` are taken. Raises BrokenError for containers that hold
    themselves, are nested too deeply or too often, and for names that are too long or stand for two arrays.
    """
    walk = _Walk(kinds, most)
    walk.visit(root, "", [])
    return walk.found


class _Walk:
    def __init__(self, kinds: tuple[type, ...], most: int) -> None:
        self.kinds = kinds
        self.most = most
        self.found = Flat()
        self.visits = 0
        self.barren: set[int] = set()  # containers of containers without any array: once is enough
        self.letters = 0

    def visit(self, value: Any, name: str, above: list[Any]) -> None:
        """Take a value in; above: the containers that it stands in, from the outermost."""
        if isinstance(value, self.kinds):
            self._leaf(value, name or ALONE)
        elif isinstance(value, Pairs | list | tuple):
            if any(value is other for other in above):
                raise BrokenError("it has a container that holds itself")
            if len(above) >= DEEPEST:
                raise BrokenError(f"its containers are nested more than {DEEPEST} levels deep")
            self.visits += 1 + len(value.items if isinstance(value, Pairs) else value)
            if self.visits > VISITS:
                raise BrokenError(f"it nests the same containers so often that they have over {VISITS:,} entries")
            if id(value) not in self.barren:
                self._inside(value, name, [*above, value])
        elif _plain(value) and value is not None:
            self._word(name or ALONE, value if isinstance(value, str) else _text(value).strip('"'))

    def _inside(self, value: Any, name: str, above: list[Any]) -> None:
        items = dict(_items(value))  # what is set twice counts as it was set last
        if isinstance(value, Pairs) and {"state", "param_groups"} <= items.keys():
            self.found.optimisers.append(name)
        elif items and all(_plain(item) for item in items.values()):
            if sum(map(_letters, items.values())) <= WORDS:  # the same long text can stand in many places
                self._word(name or ALONE, _text(items if isinstance(value, Pairs) else list(items.values())))
        else:
            before = len(self.found.leaves)
            for key, item in items.items():
                longer = f"{name}.{key}" if name else key
                if len(longer) > LONGEST:
                    raise BrokenError(f"it has a name of more than {LONGEST} letters, {printable(longer)}")
                self.visit(item, longer, above)
            if len(self.found.leaves) == before:
                self.barren.add(id(value))

    def _leaf(self, value: Any, name: str) -> None:
        if name in self.found.leaves:
            raise BrokenError(f"it has two arrays named {printable(name)}")
        self.found.leaves[name] = value
        if len(self.found.leaves) > self.most:
            raise BrokenError(f"it holds more than {self.most:,} arrays, which is more than a recurrent network has")

    def _word(self, name: str, text: str) -> None:
        self.letters += len(name) + len(text)
        if self.letters <= WORDS:
            self.found.words[name] = without_surrogates(text)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float | Name)


def _letters(value: Any) -> int:
    return len(value) if isinstance(value, str) else value.bit_length() // 3 if isinstance(value, int) else 20


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    """Keys as text, and what they stand for; entries whose key is no text, number or None are left out."""
    if isinstance(value, Pairs):
        for key, item in value.items:
            if isinstance(key, str):
                yield without_surrogates(key[: LONGEST + 1]), item
            elif _plain(key) and not isinstance(key, Name):
                yield str(key), item
    else:
        for place, item in enumerate(value):
            yield str(place), item


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda other: other.dotted)
