"""Files that hold models: rnnviz's own layout. One file a format."""
