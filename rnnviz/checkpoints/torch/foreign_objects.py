"""Objects of other programs in a pickle: a name and what stands beside it. Nothing is imported, and nothing is called.

A vocabulary, a scaler or a whole module beside the tensors is kept as an inert `ForeignObject`. Whatever a pickle could
do harm with, which is the standard library and functions that run or open something, is refused, although it would not
be called either: a file that asks for it was made to do harm.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import Any

from ...wording import printable
from .pickle_machine import InvalidPickleError, Name, Pairs, UnsafePickleError

# Modules of Python that some version has or had; `sys.stdlib_module_names` knows those of this one.
_STANDARD = sys.stdlib_module_names | {
    "__builtin__", "copy_reg", "cPickle", "commands", "popen2", "os2", "ce", "riscos", "urllib2", "urlparse",
    "httplib", "imp", "distutils", "asyncore", "asynchat", "smtpd", "cgi", "cgitb", "crypt", "imghdr", "mailcap",
    "nntplib", "pipes", "sndhdr", "spwd", "telnetlib", "uu", "xdrlib", "formatter", "parser", "symbol", "macpath",
    "dummy_threading", "new", "exceptions", "thread", "sets", "md5", "sha", "rexec", "Bastion", "test", "idlelib",
    "lib2to3", "turtledemo",
}  # fmt: skip
# Values of the standard library that people keep beside their tensors.
_HARMLESS = {
    *(f"datetime.{name}" for name in ("datetime", "date", "time", "timedelta", "timezone")),
    "decimal.Decimal", "fractions.Fraction", "uuid.UUID", "re._compile", "functools.partial", "random.Random",
    "collections.deque", "collections.UserDict", "collections.UserList", "collections.ChainMap", "time.struct_time",
    "ipaddress.IPv4Address", "operator.itemgetter", "logging.getLogger", "enum.auto", "zoneinfo.ZoneInfo._unpickle",
    *(f"{module}.{name}" for module in ("builtins", "__builtin__") for name in ("slice", "range", "xrange")),
}  # fmt: skip
# Modules whose names are only types.
_TYPES = ("typing", "numbers", "abc", "collections.abc", "enum")
_ACTS = {
    "load", "loads", "run", "exec", "execfile", "execute", "eval", "evaluate", "system", "popen", "spawn", "fork",
    "import", "compile", "open", "call", "apply", "getattr", "setattr", "delattr", "runstring", "runcode", "main",
    "shell", "command", "cmd", "subprocess", "download", "urlopen", "request", "write", "save", "dump", "remove",
    "rmtree", "unlink", "install", "methodcaller", "attrgetter", "read", "fetch", "function", "code",
}  # fmt: skip
_DUNDER = re.compile(r"__\w*__")
_MAIN = ("__main__", "__mp_main__")


@dataclass(eq=False, slots=True)
class ForeignObject:
    """An object whose class is only a name.

    kind: the class, "mytext.vocab.Vocab". arguments: that it would be created from. states: its attributes. items,
    values: of a class that is a dict or a list as well.
    """

    kind: str
    arguments: tuple[Any, ...] = ()
    states: list[Any] = field(default_factory=list)
    items: list[tuple[Any, Any]] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def build(self, state: Any) -> None:
        """Set its attributes: a dict, or a pair of a dict and one of slots."""
        self.states = [part for part in (state if isinstance(state, tuple) else (state,)) if part is not None]

    @property
    def attributes(self) -> dict[str, Any]:
        """Its attributes by name; of two values of one name the last one counts."""
        pairs = [pair for state in self.states if isinstance(state, Pairs) for pair in state.items]
        return {key: value for key, value in pairs if isinstance(key, str)}


def foreign_name(dotted: str) -> Name:
    """What stands for a name that no table has. Raises UnsafePickleError for names that no model needs."""
    first, *rest = dotted.split(".")
    if dotted.rpartition(".")[0] in _TYPES:
        return Name(dotted)
    dunder = any(map(_DUNDER.fullmatch, rest)) or (_DUNDER.fullmatch(first) and first not in _MAIN)
    if dotted not in _HARMLESS and (dunder or first in _STANDARD):
        raise UnsafePickleError(f"it asks for {printable(dotted)}", part=dotted)

    def create(*arguments: Any) -> ForeignObject:
        last = dotted.rpartition(".")[2]
        if dotted not in _HARMLESS and not last[:1].isupper() and _ACTS & set(last.lower().split("_")):
            raise UnsafePickleError(f"it calls {printable(dotted)}", part=dotted)
        return ForeignObject(dotted, arguments)

    return Name(dotted, create)


def attribute_name(owner: Any, attribute: Any, *_: Any) -> Name:
    """What stands for an attribute of a class or of a foreign object, as bound methods and enums are written."""
    kind = owner.dotted if isinstance(owner, Name) else owner.kind if isinstance(owner, ForeignObject) else None
    if kind is None or not isinstance(attribute, str):
        raise UnsafePickleError("it calls getattr", part="builtins.getattr")
    dotted = f"{kind}.{attribute}"
    return Name(foreign_name(dotted).dotted)  # to be mentioned, not to be called


def new_object(kind: Any, *arguments: Any) -> Any:
    """What stands for `copyreg.__newobj__`."""
    if not isinstance(kind, Name) or kind.make is None:
        raise InvalidPickleError("an object in it is of an unknown class")
    return kind.make(*arguments)
