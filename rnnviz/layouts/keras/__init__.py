"""Keras's recurrent layers, of files and of live models: what they are, and as stacks in our words."""

from .config import described
from .layer import Layer
from .live import live
from .stacks import stacks

__all__ = ["Layer", "described", "live", "stacks"]
