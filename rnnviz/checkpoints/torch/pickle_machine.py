"""A pickle read without running it: a machine that knows the opcodes and calls nothing that a file names.

Python's own unpickler imports and calls what a file asks for, and reserves as much memory as a file claims. Here a name
stays a name: where a pickle calls one, a table tells which inert value takes the place of the result. A name missing
from the table ends the reading, unless `foreign` has a stand-in for it. The opcodes are those of Python's
`pickletools`, whose readers of arguments check the lengths.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from ...errors import DamagedFileError, UnsupportedFileError
from ...limits import LONGEST_NAME
from ...wording import printable

STEPS = 1_000_000  # opcodes; a checkpoint of a thousand arrays with its optimiser has some 100,000
WORK = 5_000_000  # entries, or 16 letters each, passed to stand-ins; the same ones can be passed many times
LONGEST = 128  # bytes of an integer
_CODES = {op.code.encode("latin-1"): op for op in pickletools.opcodes}
_MARK: Any = object()  # never leaves the machine

Make = Callable[..., Any]


class InvalidPickleError(DamagedFileError):
    """A pickle is invalid. The message is the end of a sentence: "its pickle is cut off"."""


class UnsafePickleError(UnsupportedFileError):
    """A pickle asks for something that is not in the table. `part` is its name."""


@dataclass(frozen=True, eq=False, slots=True)
class Name:
    """A class or function as a pickle names it, "collections.OrderedDict"; `make` returns a stand-in for its result."""

    dotted: str
    make: Make | None = None


@dataclass(eq=False, slots=True)
class Pairs:
    """A dict of any class, as pairs in their order: keys are not hashed, as a file could choose them to collide.

    attributes: whether attributes set on the object become items as well, as for a namespace.
    """

    items: list[tuple[Any, Any]] = field(default_factory=list)
    attributes: bool = False

    def build(self, state: Any) -> None:
        if self.attributes and isinstance(state, Pairs):
            self.items.extend(state.items)


class Machine:
    """Reads one pickle from a stream, up to its end.

    table: by dotted name, the stand-in for the result of calling it (a function of the arguments), or None for a name
    that may be mentioned but not called. storage: the stand-in for a persistent id. The result consists of lists,
    tuples, dicts (`Pairs`), text, bytes and numbers; sets and frozensets become lists. taken: the steps that it took.
    foreign: returns the stand-in for a name that is not in the table, or raises UnsafePickleError.
    Raises InvalidPickleError for a pickle that is damaged, too long or of a kind that no checkpoint has,
    UnsafePickleError for names that have no stand-in.
    """

    def __init__(
        self,
        stream: BinaryIO,
        table: Mapping[str, Make | None],
        storage: Callable[[Any], Any] | None = None,
        steps: int = STEPS,
        foreign: Callable[[str], Name] | None = None,
    ) -> None:
        self._foreign = foreign
        self._stream = stream
        self._table = table
        self._storage = storage
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._steps = steps
        self.taken = 0
        self._work = 0

    def run(self) -> Any:
        """The value that the pickle describes."""
        for taken in range(1, self._steps + 1):
            code = self._stream.read(1)
            op = _CODES.get(code)
            if op is None:
                raise InvalidPickleError(
                    "its pickle is cut off" if not code else f"its pickle contains {code!r}, which is not an opcode"
                )
            try:
                argument = op.arg.reader(self._stream) if op.arg else None
            except ValueError as error:  # fewer bytes than it claims, or invalid text or numbers
                raise InvalidPickleError(f"its pickle is damaged or cut off at a {op.name}") from error
            if op.name == "STOP":
                self.taken = taken
                return self._pop()
            if op.name in _VALUES:
                if isinstance(argument, int) and argument.bit_length() > 8 * LONGEST:
                    raise InvalidPickleError(f"its pickle contains an integer of more than {LONGEST} bytes")
                self._stack.append(argument)
            elif op.name in _ACTIONS:
                _ACTIONS[op.name](self, argument)
            else:
                raise InvalidPickleError(f"its pickle contains the opcode {op.name}, which no checkpoint needs")
        raise InvalidPickleError(f"its pickle has more than {self._steps:,} steps")

    def _pop(self) -> Any:
        if not self._stack or self._stack[-1] is _MARK:
            raise InvalidPickleError("its pickle pops a value from an empty stack")
        return self._stack.pop()

    def _top(self) -> Any:
        self._stack.append(top := self._pop())
        return top

    def _marked(self) -> list[Any]:
        """Everything down to the last mark."""
        for place in range(len(self._stack) - 1, -1, -1):
            if self._stack[place] is _MARK:
                values = self._stack[place + 1 :]
                del self._stack[place:]
                return values
        raise InvalidPickleError("its pickle lacks a mark")

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _store(self, place: Any) -> None:
        if not 0 <= place <= STEPS:  # Python's own would make room for as many as are claimed
            raise InvalidPickleError(f"its pickle stores a value as number {place:,} of its memo")
        self._memo[place] = self._top()

    def _load(self, place: Any) -> None:
        if place not in self._memo:
            raise InvalidPickleError("its pickle reads an entry of its memo that it never stored")
        self._push(self._memo[place])

    def _tuple(self, size: int) -> None:
        values = [self._pop() for _ in range(size)]
        self._push(tuple(reversed(values)))

    def _extend(self, values: list[Any]) -> None:
        target = self._top()
        target = getattr(target, "values", target)
        if not isinstance(target, list):
            raise InvalidPickleError("its pickle appends to something that is not a list")
        target.extend(values)

    def _set(self, values: list[Any]) -> None:
        items = getattr(self._top(), "items", None)
        if not isinstance(items, list):
            raise InvalidPickleError("its pickle sets items of something that is not a dict")
        items.extend(_pairs(values))

    def _name(self, module: Any, name: Any) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise InvalidPickleError("its pickle uses a name that is not text")
        dotted = f"{module}.{name}"
        if dotted in self._table:
            self._push(Name(dotted, self._table[dotted]))
        elif self._foreign is None or len(dotted) > LONGEST_NAME:
            raise UnsafePickleError(f"it asks for {printable(dotted)}", part=dotted)
        else:
            self._push(self._foreign(dotted))

    def _global(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self._name(module, name)

    def _stack_global(self) -> None:
        name = self._pop()
        self._name(self._pop(), name)

    def _call(self, name: Any, arguments: Any) -> None:
        if not isinstance(name, Name) or not isinstance(arguments, tuple):
            raise InvalidPickleError("its pickle calls something that is not a function")
        if name.make is None:
            raise UnsafePickleError(f"it calls {printable(name.dotted)}", part=name.dotted)
        self._spend(arguments)
        try:
            self._push(name.make(*arguments))
        except (TypeError, UnicodeError) as error:  # too few or too many arguments, or invalid text
            raise InvalidPickleError(f"its pickle calls {printable(name.dotted)} with invalid arguments") from error

    def _reduce(self) -> None:
        arguments = self._pop()
        self._call(self._pop(), arguments)

    def _new_with_keywords(self) -> None:
        if not isinstance(keywords := self._pop(), Pairs) or (keywords.items and self._foreign is None):
            raise InvalidPickleError("its pickle creates an object with keyword arguments")
        self._reduce()

    def _object(self) -> None:
        values = self._marked()
        self._call(values[0] if values else None, tuple(values[1:]))

    def _instance(self, argument: str) -> None:
        arguments = tuple(self._marked())
        self._global(argument)
        self._call(self._pop(), arguments)

    def _build(self) -> None:
        state = self._pop()
        build = getattr(self._top(), "build", None)
        if build is None:
            raise InvalidPickleError("its pickle sets the state of an object that has none")
        self._spend(state if isinstance(state, tuple) else (state,))
        build(state)

    def _spend(self, values: tuple[Any, ...]) -> None:
        self._work += sum(map(_size, values))
        if self._work > WORK:
            raise InvalidPickleError("its pickle expands a few values too many times")

    def _persistent(self) -> None:
        if self._storage is None:
            raise InvalidPickleError("its pickle refers to something outside of itself")
        self._push(self._storage(self._pop()))


def _size(value: Any) -> int:
    if isinstance(value, str | bytes | bytearray):
        return 1 + len(value) // (16 if isinstance(value, str) else 64)
    inside = value.items if isinstance(value, Pairs) else value
    return 1 + len(inside) if isinstance(inside, list | tuple) else 1


def _pairs(values: list[Any]) -> list[tuple[Any, Any]]:
    if len(values) % 2:
        raise InvalidPickleError("its pickle has a key without a value")
    return list(zip(values[::2], values[1::2], strict=True))


_VALUES = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8", "BYTEARRAY8",
}  # fmt: skip
_ACTIONS: dict[str, Callable[[Machine, Any], Any]] = {
    "PROTO": lambda machine, _: None,
    "FRAME": lambda machine, _: None,
    "NONE": lambda machine, _: machine._push(None),
    "NEWTRUE": lambda machine, _: machine._push(True),
    "NEWFALSE": lambda machine, _: machine._push(False),
    "MARK": lambda machine, _: machine._push(_MARK),
    "POP": lambda machine, _: machine._stack and machine._stack.pop(),  # a mark as well
    "POP_MARK": lambda machine, _: machine._marked(),
    "DUP": lambda machine, _: machine._push(machine._top()),
    "PUT": Machine._store,
    "BINPUT": Machine._store,
    "LONG_BINPUT": Machine._store,
    "MEMOIZE": lambda machine, _: machine._store(len(machine._memo)),
    "GET": Machine._load,
    "BINGET": Machine._load,
    "LONG_BINGET": Machine._load,
    "EMPTY_TUPLE": lambda machine, _: machine._push(()),
    "TUPLE1": lambda machine, _: machine._tuple(1),
    "TUPLE2": lambda machine, _: machine._tuple(2),
    "TUPLE3": lambda machine, _: machine._tuple(3),
    "TUPLE": lambda machine, _: machine._push(tuple(machine._marked())),
    "EMPTY_LIST": lambda machine, _: machine._push([]),
    "LIST": lambda machine, _: machine._push(machine._marked()),
    "APPEND": lambda machine, _: machine._extend([machine._pop()]),
    "APPENDS": lambda machine, _: machine._extend(machine._marked()),
    "EMPTY_SET": lambda machine, _: machine._push([]),
    "ADDITEMS": lambda machine, _: machine._extend(machine._marked()),
    "FROZENSET": lambda machine, _: machine._push(machine._marked()),
    "EMPTY_DICT": lambda machine, _: machine._push(Pairs()),
    "DICT": lambda machine, _: machine._push(Pairs(_pairs(machine._marked()))),
    "SETITEM": lambda machine, _: machine._set([machine._pop(), machine._pop()][::-1]),
    "SETITEMS": lambda machine, _: machine._set(machine._marked()),
    "GLOBAL": Machine._global,
    "STACK_GLOBAL": lambda machine, _: machine._stack_global(),
    "REDUCE": lambda machine, _: machine._reduce(),
    "NEWOBJ": lambda machine, _: machine._reduce(),
    "NEWOBJ_EX": lambda machine, _: machine._new_with_keywords(),
    "OBJ": lambda machine, _: machine._object(),
    "INST": Machine._instance,
    "BUILD": lambda machine, _: machine._build(),
    "BINPERSID": lambda machine, _: machine._persistent(),
}
