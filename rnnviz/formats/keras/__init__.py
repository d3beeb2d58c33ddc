"""Keras's files, of versions 2 and 3."""

from .reading import read

__all__ = ["read"]
