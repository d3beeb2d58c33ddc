"""What a chapter can show, by name. Every module here adds its blocks to the registry."""

import pkgutil
from importlib import import_module

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
