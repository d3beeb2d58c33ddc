"""rnnviz's own files: weights with a card, inside or beside them, and zip archives of several models."""
