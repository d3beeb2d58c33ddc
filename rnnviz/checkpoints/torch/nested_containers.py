"""What a checkpoint nests, by one name each: arrays with dots between the levels, and the texts beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...limits import LONGEST_NAME
from ...text.word_lists import is_pair
from ...wording import printable, without_surrogates
from ..named.named_arrays import LONGEST_METADATA, UNNAMED
from ..named.stated_modules import StatedModule
from .foreign_objects import ForeignObject
from .packed_parameters import packed_items
from .pickle_machine import InvalidPickleError, Name, Pairs
from .pickle_stand_ins import NumpyArray

DEEPEST = 64  # levels
VISITS = 1_000_000  # a list that contains another twice, which contains another twice, and so on, has no end
# The plain dictionaries in which a module of PyTorch keeps what its state dict lists, under the same names.
_OF_MODULE = ("_parameters", "_buffers", "_modules")
_CONFIGURATION = "omegaconf."  # whose nodes hold each value of a configuration
_STATED = 100  # attributes of a module that are kept
_LONGEST_STATED = 100  # letters of one


@dataclass
class FlatCheckpoint:
    """arrays: by name. metadata: texts and numbers beside them, and lists or dicts of nothing else as JSON.

    optimisers: the names of the parts that were left out because they look like an optimiser's state. modules: what
    whole modules state about themselves, by name. foreign: the classes of other objects, by the name of each.
    """

    arrays: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    optimisers: list[str] = field(default_factory=list)
    modules: dict[str, StatedModule] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)


def flatten(root: Any, kinds: tuple[type, ...], count_array: Callable[[], None]) -> FlatCheckpoint:
    """The arrays in nested dicts (`Pairs`), lists and tuples: "model_state.rnn.weight_ih_l0", lists by index.

    A module that was saved whole gives the names of its state dict; the attributes of any other foreign object count as
    a dict. kinds: the classes of what counts as an array. count_array: called for every array; it raises to stop.
    Raises InvalidPickleError for containers that contain themselves or are nested too deeply or too often, and for
    names that are too long or that two arrays have. What foreign objects hold may contain itself, and is left out where
    it is too deep or has a name again.
    """
    walk = _Walk(kinds, count_array)
    walk.visit(root, "", [])
    if isinstance(root, Name):
        walk.checkpoint.foreign["the file itself"] = root.dotted
    return walk.checkpoint


class _Walk:
    def __init__(self, kinds: tuple[type, ...], count_array: Callable[[], None]) -> None:
        self.kinds = kinds
        self.count_array = count_array
        self.checkpoint = FlatCheckpoint()
        self.visits = 0
        self.without_arrays: set[int] = set()  # containers of containers that need not be visited again
        self.letters = 0
        self.inner: dict[int, Any] = {}  # what foreign objects wrap: what is made for one is kept, and made once

    def visit(self, value: Any, name: str, above: list[Any]) -> None:
        """Add a value; above: the containers that it is in, from the outermost."""
        value = self.bare(value)
        if isinstance(value, NumpyArray) and (texts := value.texts(LONGEST_METADATA - self.letters)) is not None:
            self._add_texts(name, texts)
        elif isinstance(value, self.kinds):
            self._add_array(value, name or UNNAMED, any(isinstance(other, ForeignObject) for other in above))
        elif isinstance(value, Pairs | list | tuple | ForeignObject):
            inside = isinstance(value, ForeignObject) or any(isinstance(other, ForeignObject) for other in above)
            if any(value is other for other in above):
                if inside:
                    return
                raise InvalidPickleError("it has a container that contains itself")
            if len(above) >= DEEPEST:
                if inside:
                    return
                raise InvalidPickleError(f"its containers are nested more than {DEEPEST} levels deep")
            self.visits += 1 + _size(value)
            if self.visits > VISITS:
                raise InvalidPickleError(
                    f"it nests the same containers so often that they have over {VISITS:,} entries"
                )
            if id(value) not in self.without_arrays:
                self._visit_items(value, name, [*above, value])
        elif _is_plain(value) and value is not None:
            self._add_text(name or UNNAMED, value if isinstance(value, str) else _json(value).strip('"'))

    def bare(self, value: Any) -> Any:
        """What a value is once nothing wraps it; the pickle holds all objects, so that no other gets their address."""
        for _ in range(DEEPEST):
            if isinstance(value, bytes):
                return _text(value)
            if not isinstance(value, ForeignObject):
                break
            if id(value) not in self.inner:
                self.inner[id(value)] = _wrapped(value)
            outer, value = value, self.inner[id(value)]
            if value is outer:
                break
        return value

    def _visit_items(self, value: Any, name: str, above: list[Any]) -> None:
        items = self._object_items(value, name, above) if isinstance(value, ForeignObject) else dict(_items(value))
        items = {key: self.bare(item) for key, item in items.items()}
        if isinstance(value, Pairs | ForeignObject) and {"state", "param_groups"} <= items.keys():
            self.checkpoint.optimisers.append(name)
        elif items and all(_is_plain(item) for item in items.values()):
            self._add_texts(name, items if _is_named(value) else list(items.values()))
        elif items and all(map(_is_word_pair, items.values())):
            self.visits += 2 * len(items)
            self._add_texts(name, [[self.bare(part) for part in pair] for pair in items.values()])
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

    def _object_items(self, value: ForeignObject, name: str, above: list[Any]) -> dict[str, Any]:
        """What a foreign object holds, by name; of a module, under the names of its state dict."""
        attributes = value.attributes
        self.visits += len(attributes)
        inner = [attributes.get(part) for part in _OF_MODULE]
        if not all(isinstance(part, Pairs) for part in inner):
            if not any(isinstance(other, ForeignObject) for other in above[:-1]):
                self.checkpoint.foreign[name or "the file itself"] = value.kind
            listed = dict(enumerate(value.values or value.arguments or value.states)) if not attributes else {}
            return {str(key): item for key, item in listed.items()} | attributes | dict(_items(Pairs(value.items)))
        items: dict[str, Any] = {}
        for part in inner:
            self.visits += _size(part)
            items |= {key: item for key, item in _items(part) if item is not None}
        public = {
            key: item
            for key, item in attributes.items()
            if key not in items and (not key.startswith("_") or _is_packed(item))
        }
        stated = {key: item for key, item in public.items() if _is_short(item)}
        self.checkpoint.modules[name] = StatedModule(value.kind, dict(list(stated.items())[:_STATED]))
        return items | {key: item for key, item in public.items() if key not in stated}

    def _add_array(self, value: Any, name: str, foreign: bool) -> None:
        if name in self.checkpoint.arrays:
            if foreign:
                return
            raise InvalidPickleError(f"it has two arrays named {printable(name)}", code="duplicate", part=name)
        self.checkpoint.arrays[name] = value
        self.count_array()

    def _add_texts(self, name: str, items: dict[str, Any] | list[Any]) -> None:
        """Plain values as JSON. The same long text can be in many places, so they are measured first."""
        listed = items.values() if isinstance(items, dict) else items
        if sum(_letters(part) for item in listed for part in (item if isinstance(item, list) else (item,))) <= (
            LONGEST_METADATA
        ):
            self._add_text(name or UNNAMED, _json(items))

    def _add_text(self, name: str, text: str) -> None:
        self.letters += len(name) + len(text)
        if self.letters <= LONGEST_METADATA:
            self.checkpoint.metadata[name] = without_surrogates(text)


def _size(value: Any) -> int:
    """The entries of a container."""
    if isinstance(value, ForeignObject):
        return len(value.arguments) + len(value.items) + len(value.values)
    return len(value.items if isinstance(value, Pairs) else value)


def _is_named(value: Any) -> bool:
    """Whether a container has names for what it holds."""
    if isinstance(value, ForeignObject):
        return bool(value.attributes or value.items) or not value.values
    return isinstance(value, Pairs)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float | Name)


def _wrapped(value: ForeignObject) -> Any:
    """What an object wraps: packed weights, or a node of a configuration of omegaconf; anything else is itself."""
    if value.kind.startswith(_CONFIGURATION):
        attributes = value.attributes
        return attributes.get("_content", attributes.get("_val"))
    return packed_items(value) or value


def _text(value: bytes) -> str | bytes:
    """Bytes as the text that they are, as h5py and TensorFlow keep words; other bytes as they are."""
    try:
        return value.decode("utf-8") if len(value) <= LONGEST_NAME else value
    except UnicodeDecodeError:
        return value


def _is_word_pair(value: Any) -> bool:
    """Whether a value is a word and its row, in either order."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    return is_pair([_text(part) if isinstance(part, bytes) else part for part in value])


def _is_packed(value: Any) -> bool:
    return isinstance(value, ForeignObject) and packed_items(value) is not None


def _is_short(value: Any) -> bool:
    """Whether a module's attribute is a plain setting."""
    return value is None or isinstance(value, bool | float) or (_is_plain(value) and _letters(value) <= _LONGEST_STATED)


def _letters(value: Any) -> int:
    return len(value) if isinstance(value, str) else value.bit_length() // 3 if isinstance(value, int) else 20


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    """Keys as text, and their values; entries whose key is neither text nor a number nor None are left out."""
    if isinstance(value, Pairs):
        for key, item in value.items:
            if isinstance(key, str):
                yield without_surrogates(key[: LONGEST_NAME + 1]), item
            elif isinstance(key, bytes) and isinstance(text := _text(key), str):
                yield text, item
            elif _is_plain(key) and not isinstance(key, Name):
                yield str(key), item
    else:
        for place, item in enumerate(value):
            yield str(place), item


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda other: other.dotted)
