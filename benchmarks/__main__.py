"""All benchmarks with one command, as one Markdown table.

python -m benchmarks                     everything that has rows for the table, some minutes
python -m benchmarks trace_speed         only the benchmarks named
python -m benchmarks twin names          a long one, only run when named, with arguments of its own
"""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

from benchmarks import HEADER, __path__


def main(names: list[str]) -> None:
    there = [module.name for module in iter_modules(__path__) if not module.name.startswith("_")]
    if unknown := [name for name in names[:1] if name not in there]:
        raise SystemExit(f"There is no benchmark {unknown[0]!r}. There are: {', '.join(there)}.")
    if names and hasattr(alone := import_module(f"benchmarks.{names[0]}"), "main"):
        sys.argv = names
        alone.main()
        return
    modules = [import_module(f"benchmarks.{name}") for name in names or there]
    print(HEADER, flush=True)
    for module in modules:
        for row in module.run() if hasattr(module, "run") else []:
            print(row.line, flush=True)


main(sys.argv[1:])
