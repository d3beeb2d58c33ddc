"""rnnviz: watch a recurrent network read a sequence, remember it and forget it.

import rnnviz

model = rnnviz.load("names-lstm")
trace = model.trace("Schmidhuber")
trace["forget"]  # (T, H)
"""

__version__ = "0.1.0"  # before the imports: parts of the package name it

from importlib import import_module
from typing import Any

from .checkpoints import from_keras, from_torch, save
from .instrument.notebook import show
from .model import Model
from .trace import Trace
from .zoo import checkpoint, load, models

__all__ = ["Model", "Trace", "checkpoint", "from_keras", "from_torch", "load", "models", "save", "show"]


def __getattr__(name: str) -> Any:
    """Import `rnnviz.atlas` when it is first named: it is a part for itself, and few runs need it."""
    if name == "atlas":
        return import_module(".atlas", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
