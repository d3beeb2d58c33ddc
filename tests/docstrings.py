"""Checks that public names are documented in numpydoc's form: `python -m tests.docstrings rnnviz.cells`.

Public is what a package's `__all__` lists, with the public methods and properties of its classes. Each has a summary
of one line. Functions, methods and classes have every parameter with its type, in the order of the signature and none
beyond it, and document what they return, yield and raise. Examples run.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import doctest
import importlib
import inspect
import pkgutil
import re
import sys
import textwrap
import types
from collections.abc import Iterator
from enum import Enum
from typing import Any

from docstring_parser import Docstring, DocstringStyle, parse

PACKAGE = "rnnviz"
SECTIONS = (
    "Parameters", "Returns", "Yields", "Receives", "Other Parameters", "Raises", "Warns", "Warnings", "See Also",
    "Notes", "References", "Examples", "Attributes", "Methods",
)  # fmt: skip
NOTHING = ("None", "NoReturn", "Never", "<class 'NoneType'>")


def packages(root: str = PACKAGE) -> list[str]:
    """A package and all packages inside it, by their full names."""
    inside = pkgutil.walk_packages(importlib.import_module(root).__path__, f"{root}.")
    return [root, *(module.name for module in inside if module.ispkg)]


def public(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """The public functions, classes, methods and properties of a module, with their full names.

    A module without `__all__` makes public what it defines itself.
    """
    names = getattr(module, "__all__", None)
    if names is None:
        names = [n for n, thing in vars(module).items() if not n.startswith("_") and _is_from(thing, module.__name__)]
    for name in names:
        thing = getattr(module, name)
        if _is_from(thing, PACKAGE):
            yield f"{module.__name__}.{name}", thing
            if isinstance(thing, type):
                yield from ((f"{module.__name__}.{name}.{part}", member) for part, member in _members(thing))


def problems(thing: Any) -> list[str]:
    """What is wrong with the docstring of a function, class, method or property."""
    text = inspect.getdoc(thing)
    if not text:
        return ["has no docstring"]
    found = list(_summary(text))
    documented = parse(text, DocstringStyle.NUMPYDOC)
    if isinstance(thing, type):
        found += _parameters(documented, thing, _constructor(thing))
    elif not isinstance(thing, property):
        found += _parameters(documented, thing, _signature(thing))
        found += _result(documented, thing)
        found += _raises(documented, thing)
    return found + _examples(text, thing)


def _is_from(thing: Any, module: str) -> bool:
    """Whether something is a class or a function that is defined in a module or below it."""
    is_function = callable(thing) and inspect.isfunction(inspect.unwrap(thing))
    return (isinstance(thing, type) or is_function) and f"{thing.__module__}.".startswith(f"{module}.")


def _members(owner: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that a class defines itself."""
    for name, member in vars(owner).items():
        if name.startswith("_"):
            continue
        if isinstance(member, classmethod | staticmethod):
            member = getattr(owner, name)
        if type(member).__name__ == "cached_property":
            member = property(member.func)
        if isinstance(member, property) or inspect.isroutine(member):
            yield name, member


def _summary(text: str) -> Iterator[str]:
    first, *rest = text.split("\n")
    if not first.endswith((".", "?")) or (rest and rest[0].strip()):
        yield "its summary is not one line with a full stop at its end"
    if first[0].islower():
        yield "its summary begins with a small letter"
    for title in re.findall(r"^(\w[\w ]*)\n-{3,}$", text, re.MULTILINE):
        if title not in SECTIONS:
            yield f"numpydoc has no section {title!r}"


def _signature(function: Any) -> list[inspect.Parameter]:
    given = list(inspect.signature(function).parameters.values())
    return given[1:] if given and given[0].name in ("self", "cls") else given


def _constructor(owner: type) -> list[inspect.Parameter]:
    """The parameters of a class, if it declares its own."""
    declares = {"__init__", "__new__"} & set(vars(owner)) or dataclasses.is_dataclass(owner)
    is_kind = issubclass(owner, Enum) or getattr(owner, "_is_protocol", False)
    return _signature(owner) if declares and not is_kind else []


def _parameters(documented: Docstring, thing: Any, expected: list[inspect.Parameter]) -> Iterator[str]:
    kinds = ("param", "other_param", "attribute") if isinstance(thing, type) else ("param", "other_param")
    given: dict[str, str | None] = {}
    for entry in documented.params:
        if entry.args[0] in kinds:
            for name in re.split(r",\s*", entry.arg_name):
                given.setdefault(name.lstrip("*"), entry.type_name)
                if not entry.description:
                    yield f"parameter {name} is not described"
    for parameter in expected:
        if parameter.name not in given:
            yield f"parameter {parameter.name} is not documented"
        elif not given[parameter.name] and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            yield f"parameter {parameter.name} is documented without its type"
    names = [parameter.name for parameter in expected]
    for name in given:
        if name not in names and not (isinstance(thing, type) and _has_attribute(thing, name)):
            yield f"there is no parameter {name}"
    order = [name for name in given if name in names]
    if order != [name for name in names if name in given]:
        yield f"parameters are not in the order of the signature: {', '.join(order)}"


def _has_attribute(owner: type, name: str) -> bool:
    annotated = (name in inspect.get_annotations(base) for base in owner.__mro__)
    return any(annotated) or hasattr(owner, name) or f"self.{name}" in inspect.getsource(owner)


def _result(documented: Docstring, function: Any) -> Iterator[str]:
    annotation = str(_plain(function).__annotations__.get("return"))
    section = documented.returns
    if annotation in NOTHING and section:
        yield "it documents a result and returns None"
    if annotation not in NOTHING and not section:
        yield f"it does not document what it {'yields' if inspect.isgeneratorfunction(_plain(function)) else 'returns'}"
    if section and section.is_generator and not re.match(r"[\w.]*(Iterator|Generator|Iterable)\b", annotation):
        yield f"it documents Yields and returns {annotation}"
    if any(not entry.type_name for entry in documented.many_returns):
        yield "it documents a result without its type"


def _raises(documented: Docstring, function: Any) -> Iterator[str]:
    named = {name.strip() for entry in documented.raises for name in (entry.type_name or "").split(",")}
    scope = vars(builtins) | _plain(function).__globals__
    for name in sorted(_raised(_plain(function))):
        error = scope.get(name)
        bases = [base.__name__ for base in error.__mro__[:-3]] if isinstance(error, type) else [name]
        if not named & {name, *bases}:
            yield f"it raises {name} and does not document it"


def _raised(function: Any) -> set[str]:
    """The names of the classes in a function's own `raise` statements."""
    names = set()
    todo: list[ast.AST] = list(ast.parse(textwrap.dedent(inspect.getsource(function))).body[0].__dict__["body"])
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Raise) and node.exc:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(error, ast.Name) and error.id[0].isupper() and error.id != "NotImplementedError":
                names.add(error.id)
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            todo.extend(ast.iter_child_nodes(node))
    return names


def _plain(function: Any) -> Any:
    """The function as it was written, without what wraps it."""
    return inspect.unwrap(getattr(function, "__func__", function))


def _examples(text: str, thing: Any) -> list[str]:
    if ">>>" not in text:
        return []
    module = sys.modules[(_plain(thing.fget) if isinstance(thing, property) else _plain(thing)).__module__]
    name = getattr(thing, "__qualname__", "property")
    test = doctest.DocTestParser().get_doctest(text, dict(vars(module)), name, module.__file__, 0)
    output: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed = doctest.DocTestRunner(verbose=False, optionflags=flags).run(test, out=output.append).failed
    return [f"its examples fail:\n{''.join(output)}"] if failed else []


def check(name: str) -> list[str]:
    """Everything that is wrong with the public docstrings of a module, a line for each problem."""
    return [f"{at}: {problem}" for at, thing in public(importlib.import_module(name)) for problem in problems(thing)]


if __name__ == "__main__":
    lines = [line for name in sys.argv[1:] or packages() for line in check(name)]
    print("\n".join([*lines, f"{len(lines)} problems"]))
    sys.exit(bool(lines))
