"""The schema as TypeScript declarations, against which the browser's modules are checked.

`python -m rnnviz.instrument.declarations` writes them to `js/model/payload.d.ts`.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

from . import schema

FILE = Path(__file__).parent / "js" / "model" / "payload.d.ts"
_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}
_FIELD = re.compile(r"^([\w, ]+) : .+\n((?:    .+\n?)+)", re.MULTILINE)


def typescript() -> str:
    """All typed dictionaries of the schema as a TypeScript declaration file."""
    head = "// Written by `python -m rnnviz.instrument.declarations` from schema.py; do not edit.\n"
    return "\n".join([head, *(_interface(each) for each in vars(schema).values() if is_typeddict(each))])


def _interface(declared: type) -> str:
    """A typed dictionary as an interface, with its docstring as comments."""
    text = inspect.getdoc(declared) or ""
    comments = {
        name.strip(): " ".join(comment.split()) for names, comment in _FIELD.findall(text) for name in names.split(",")
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


if __name__ == "__main__":
    FILE.write_text(typescript())
