"""PyTorch's own files, read without PyTorch and without running anything in them."""

from .reading import read

__all__ = ["read"]
