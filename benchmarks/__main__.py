"""All benchmarks with one command, as one Markdown table.

python -m benchmarks                     all benchmarks that have rows for the table; takes some minutes
python -m benchmarks trace_cost          only the named ones
python -m benchmarks torch_twins names   a long one, which runs only when named and has arguments of its own
"""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

from benchmarks import HEADER, __path__


def main(names: list[str]) -> None:
    available = [module.name for module in iter_modules(__path__) if not module.name.startswith("_")]
    if names and names[0] not in available:
        raise SystemExit(f"There is no benchmark {names[0]!r}. There are: {', '.join(available)}.")
    if names and hasattr(named := import_module(f"benchmarks.{names[0]}"), "main"):
        sys.argv = names
        named.main()
        return
    modules = [import_module(f"benchmarks.{name}") for name in names or available]
    print(HEADER, flush=True)
    for module in modules:
        for row in module.run() if hasattr(module, "run") else []:
            print(row.line, flush=True)


main(sys.argv[1:])
