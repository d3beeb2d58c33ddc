"""Text and numbers that a network reads: tokens, vocabularies, vectors typed as numbers, and tables."""
