"""The instrument's ES modules joined into one script, for a page that cannot import files.

Each module becomes a function that returns its exports, so its other names stay private. An import becomes a lookup in
what that function returned. Imported modules come before the modules that import them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

__all__ = ["SCRIPTS", "script", "style"]

HERE = Path(__file__).parent
SCRIPTS = HERE / "js"
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async function|function\*?|const|class) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^[ ]*(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/)\n", re.MULTILINE)  # whole lines of comment


@cache
def script(entry: Path = SCRIPTS / "instrument.js") -> str:
    """Join a module and everything it imports into one ES module.

    Comments that fill whole lines are left out.

    Parameters
    ----------
    entry : Path
        The file of the module whose exports the script exports. Its imports are relative to its folder.

    Returns
    -------
    str
        The source of an ES module without imports.
    """
    joined: dict[Path, str] = {}

    def add(file: Path) -> str:
        """The body of a module, once all modules that it imports are in `joined`."""
        source = _COMMENT.sub("", file.read_text())
        for imported in _imported(file, source):
            if imported not in joined:
                body = add(imported)
                exports = ", ".join(name for _, name in _EXPORT.findall(body))
                body = _EXPORT.sub(r"\1", body)
                joined[imported] = f"const {_variable(imported)} = (() => {{\n{body}\nreturn {{ {exports} }};\n}})();\n"
        return _IMPORT.sub(lambda match: f"const {match[1]} = {_variable(_resolved(file, match[2]))};", source)

    last = add(entry.resolve())
    return "\n".join([*joined.values(), last])


@cache
def style() -> str:
    """Join the instrument's style sheets.

    Returns
    -------
    str
        The source of all style sheets, one after another.
    """
    return "\n".join(file.read_text() for file in sorted((HERE / "css").glob("*.css")))


def _imported(file: Path, source: str) -> list[Path]:
    """The files that a module imports, in the order of its imports."""
    return [_resolved(file, path) for _, path in _IMPORT.findall(source)]


def _resolved(file: Path, path: str) -> Path:
    """The file that a relative import names."""
    return (file.parent / path).resolve()


def _variable(file: Path) -> str:
    """The name under which a module's exports are known in the script."""
    path = file.relative_to(HERE.parent).with_suffix("")
    return re.sub(r"\W", "_", f"module_{path}")
