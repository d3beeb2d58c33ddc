"""Cells in a user's own files, which the environment variable RNNVIZ_CELLS names.

Such a file is Python code, which runs when rnnviz is imported. Only who starts the process can name one: nothing that
comes from a page, a model's file or a link does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from os import pathsep
from pathlib import Path

from ..errors import ArgumentError

VARIABLE = "RNNVIZ_CELLS"


def load_cells(named: str) -> list[str]:
    """Run the files that define cells; their classes register themselves.

    Parameters
    ----------
    named : str
        Python files and folders of such files, separated by the operating system's path separator.

    Returns
    -------
    list of str
        The names of the modules.

    Raises
    ------
    ArgumentError
        If a file does not exist (code "missing") or fails (code "failed"). The error's `value` is the file.
    """
    return [_run(file) for file in _files(named)]


def _files(named: str) -> Iterator[Path]:
    """The files themselves, and those of folders in alphabetical order."""
    for entry in filter(None, named.split(pathsep)):
        path = Path(entry)
        if path.is_dir():
            yield from sorted(path.glob("*.py"))
        elif path.is_file():
            yield path
        else:
            raise ArgumentError(
                f"{VARIABLE} names {entry}, which is neither a file nor a folder.",
                code="missing", name=VARIABLE, value=entry,
            )  # fmt: skip


def _run(file: Path) -> str:
    name = f"rnnviz_own_cells.{file.stem}"
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ArgumentError(f"{file} is not a Python file.", code="failed", name=VARIABLE, value=str(file))
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        problem = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")
        raise ArgumentError(
            f"The cells in {file} cannot be loaded: {problem}.", code="failed", name=VARIABLE, value=str(file)
        ) from error
    return name
