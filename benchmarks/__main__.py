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
    there = [module.name for module in iter_modules(__path__) if module.name != "__main__"]
    modules = {name: import_module(f"benchmarks.{name}") for name in there}
    with_rows = {name: module for name, module in modules.items() if hasattr(module, "run")}
    alone = {name: module for name, module in modules.items() if hasattr(module, "main")}
    if names and names[0] in alone:
        sys.argv = names
        alone[names[0]].main()
        return
    for name in names:
        if name not in with_rows:
            raise SystemExit(f"There is no benchmark {name!r}. There are: {', '.join([*with_rows, *alone])}.")
    print(HEADER, flush=True)
    for name in names or with_rows:
        for row in with_rows[name].run():
            print(row.line, flush=True)


main(sys.argv[1:])
