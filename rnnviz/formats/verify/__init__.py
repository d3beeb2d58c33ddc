"""Is a model read from a file the one that wrote it? An input and the framework's own output tell."""

from .pairs import Pair
from .verifying import TOLERANCE, Verified, verify

__all__ = ["TOLERANCE", "Pair", "Verified", "verify"]
