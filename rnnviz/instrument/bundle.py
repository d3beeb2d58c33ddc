"""The component's ES modules as one script, for a page that cannot import files.

Each module becomes a function that returns what it exported, so that its other names stay its
own; an import becomes a look into what such a function returned. Imports stand before importers.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([\w-]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:function|const|class) (\w+))", re.MULTILINE)


@cache
def script(entry: str = "main") -> str:
    """The module `entry` with all that it imports, as one ES module that exports what `entry` exports."""
    done: dict[str, str] = {}

    def add(name: str) -> str:
        source = (HERE / "js" / f"{name}.js").read_text()
        for _, needed in _IMPORT.findall(source):
            if needed not in done:
                body = add(needed)
                exported = ", ".join(export for _, export in _EXPORT.findall(body))
                body = _EXPORT.sub(r"\1", body)
                done[needed] = f"const {_variable(needed)} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();\n"
        return _IMPORT.sub(lambda found: f"const {found[1]} = {_variable(found[2])};", source)

    last = add(entry)
    return "\n".join([*done.values(), last])


@cache
def style() -> str:
    """All style sheets, one after another."""
    return "\n".join(file.read_text() for file in sorted((HERE / "css").glob("*.css")))


def _variable(module: str) -> str:
    return f"module_{module.replace('-', '_')}"
