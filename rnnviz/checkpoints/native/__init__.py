"""rnnviz's own files: weights with a card, and archives of several models."""
