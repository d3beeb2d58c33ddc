"""Is a model read from a file the one that wrote it? An input and the framework's own output tell."""
