"""Text and numbers that a network reads: tokens, vocabularies, vectors typed as numbers, and tables."""

from .named_tables import Tables
from .tokens import END, UNKNOWN, Encoding, TokenKind, Vocabulary, normalise, split, visible
from .vectors import noise

__all__ = ["END", "UNKNOWN", "Encoding", "Tables", "TokenKind", "Vocabulary", "noise", "normalise", "split", "visible"]
