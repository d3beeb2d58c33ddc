"""PyTorch's own files, read without PyTorch and without running anything in them."""

from .state_dict import read

__all__ = ["read"]
