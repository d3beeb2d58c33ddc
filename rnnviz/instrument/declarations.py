"""Typed dictionaries as TypeScript declarations, against which the browser's modules are checked.

`python -m tests.instrument.test_declarations` writes them.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

import numpy as np

from . import expression_schema, schema

PAYLOAD, SETTINGS = (Path(__file__).parent / "js" / "model" / name for name in ("payload.d.ts", "settings.d.ts"))
_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null", np.ndarray: "Numbers"}
_UNIONS = {value: name for name, value in vars(expression_schema).items() if isinstance(value, UnionType)}
_NUMBERS = """/** An array: in base64, or as it came beside the JSON. */
export type Numbers = string | Float32Array | Uint16Array | Uint8Array;
"""
_LINE = "\n  | "
_FIELD = re.compile(r"^([\w, ]+) : .+\n((?:    .+\n?)+)", re.MULTILINE)


def typescript(*modules: ModuleType, imports: str = "") -> str:
    """Write the typed dictionaries of modules as a TypeScript declaration file.

    Parameters
    ----------
    *modules : ModuleType
        The modules that declare them.
    imports : str, default ""
        Where the declarations are that these refer to, as an import statement.

    Returns
    -------
    str
        An interface for each typed dictionary, with its docstring as comments, and a type for each union.
    """
    sources = " and ".join(Path(module.__file__ or "").name for module in modules)
    parts = [f"// Written from {sources}, do not edit.\n", *([f"{imports}\n"] if imports else [])]
    for module in modules:
        parts += [_NUMBERS] if module is schema else []
        declared = vars(module).items()
        own = [each for _, each in declared if is_typeddict(each) and each.__module__ == module.__name__]
        parts += [_interface(each) for each in own]
        if module is expression_schema:
            parts += [f"export type {name} ={_members(union, _LINE)};\n" for union, name in _UNIONS.items()]
    return "\n".join(parts)


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


def _members(union: UnionType, begin: str = "") -> str:
    """The members of a union as TypeScript writes it; begin: what comes before each, if not only between them."""
    members = [_type(member) for member in get_args(union)]
    return "".join(begin + member for member in members) if begin else " | ".join(members)


def _is_optional(hint: Any) -> bool:
    """Whether a key may be missing."""
    return get_origin(hint) is NotRequired


def _type(hint: Any) -> str:
    """A Python type as a TypeScript type."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint in _UNIONS:
        return _UNIONS[hint]
    if is_typeddict(hint):
        return str(hint.__name__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    if origin is UnionType:
        return _members(hint)
    inner = [_type(argument) for argument in arguments]
    if origin is list:
        return f"{inner[0]}[]"
    if origin is tuple:
        return f"[{', '.join(inner)}]"
    if origin is dict:
        return f"Record<{', '.join(inner)}>"
    return inner[0]
