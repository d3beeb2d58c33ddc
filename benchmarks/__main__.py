"""All benchmarks with one command, as one Markdown table.

python -m benchmarks                     everything that has rows for the table, some minutes
python -m benchmarks trace_speed         only the benchmarks named
python -m benchmarks twin names          a benchmark with a command line of its own, with its arguments
"""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules
from runpy import run_module

from benchmarks import HEADER, __path__


def main(names: list[str]) -> None:
    there = [module.name for module in iter_modules(__path__) if module.name != "__main__"]
    unknown = [name for name in names[:1] if name not in there]
    if unknown:
        raise SystemExit(f"There is no benchmark {unknown[0]!r}. There are: {', '.join(there)}.")
    if names and not hasattr(import_module(f"benchmarks.{names[0]}"), "run"):
        sys.argv = names
        run_module(f"benchmarks.{names[0]}", run_name="__main__")
        return
    print(HEADER, flush=True)
    for name in names or there:
        module = import_module(f"benchmarks.{name}")
        for row in module.run() if hasattr(module, "run") else []:
            print(row.line, flush=True)


main(sys.argv[1:])
