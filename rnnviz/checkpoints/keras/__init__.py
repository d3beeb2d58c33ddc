"""Keras's files, of versions 2 and 3."""

from .keras_file import read

__all__ = ["read"]
