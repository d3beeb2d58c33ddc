"""Files of strangers, read in a process of their own, with limits of memory and time.

A reader that hangs, crashes inside a library or fills the memory ends its own process and nothing else. The server has
one warm process, which has imported everything and reads nothing (`warm_process`). For each file it forks a worker,
which reads the file, answers and ends. What a worker answers is data and never code (`records`). `Workers` is the
server's side: who is next, how long it may take, and what became of it.

It needs `fork`, which Linux and macOS have. Where there is none, files are read in the server's own process.
"""

from .workers import Workers

__all__ = ["Workers"]
