"""Is a model read from a file the one that wrote it? An input and the framework's own output tell."""

from .agreement import TOLERANCE, Verified, verify
from .example_pair import Pair

__all__ = ["TOLERANCE", "Pair", "Verified", "verify"]
