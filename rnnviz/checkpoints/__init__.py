"""Anyone's files: which format a file has, what it holds, and models of that."""
