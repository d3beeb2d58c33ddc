"""Typed dictionaries as TypeScript declarations, against which the browser's modules are checked.

`python -m tests.instrument.test_declarations` writes them.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

PAYLOAD = Path(__file__).parent / "js" / "model" / "payload.d.ts"
_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}
_FIELD = re.compile(r"^([\w, ]+) : .+\n((?:    .+\n?)+)", re.MULTILINE)


def typescript(module: ModuleType, imports: str = "") -> str:
    """Write the typed dictionaries of a module as a TypeScript declaration file.

    Parameters
    ----------
    module : ModuleType
        The module that declares them.
    imports : str, default ""
        Where the declarations are that these refer to, as an import statement.

    Returns
    -------
    str
        An interface for each typed dictionary, with its docstring as comments.
    """
    source = Path(module.__file__ or "").name
    head = f"// Written from {source}, do not edit.\n"
    declared = [each for each in vars(module).values() if is_typeddict(each) and each.__module__ == module.__name__]
    return "\n".join([head, *([f"{imports}\n"] if imports else []), *map(_interface, declared)])


def _interface(declared: type) -> str:
    """A typed dictionary as an interface."""
    text = inspect.getdoc(declared) or ""
    comments = {
        name.strip(): " ".join(comment.split()).replace("\\\\", "\\")
        for names, comment in _FIELD.findall(text)
        for name in names.split(",")
    }
    lines = []
    for name, hint in get_type_hints(declared, include_extras=True).items():
        lines += [f"  /** {comments[name]} */", f"  {name}{'?' if _is_optional(hint) else ''}: {_type(hint)};"]
    return "\n".join([f"/** {text.splitlines()[0]} */", f"export interface {declared.__name__} {{", *lines, "}\n"])


def _is_optional(hint: Any) -> bool:
    """Whether a key may be missing."""
    return get_origin(hint) is NotRequired


def _type(hint: Any) -> str:
    """A Python type as a TypeScript type."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if is_typeddict(hint):
        return str(hint.__name__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    inner = [_type(argument) for argument in arguments]
    if origin is UnionType:
        return " | ".join(inner)
    if origin is list:
        return f"{inner[0]}[]"
    if origin is tuple:
        return f"[{', '.join(inner)}]"
    if origin is dict:
        return f"Record<{', '.join(inner)}>"
    return inner[0]
