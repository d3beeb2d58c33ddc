"""A model over a corpus: what each unit does, and what it has to do with the text."""
