"""Cells from the literature, one a file: the equations and where they are from."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__: list[str] = []
