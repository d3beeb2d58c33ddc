"""The tasks. Every file of this folder that defines one is imported here."""

from importlib import import_module
from pkgutil import iter_modules

from ...errors import MissingDataError
from .data_source import DataSource
from .task import TASKS, Level, Probe, Scores, Task

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["TASKS", "DataSource", "Level", "MissingDataError", "Probe", "Scores", "Task"]
