"""Files opened in processes that have little time and memory: `python -m tests.checkpoints.guarded_opening`.

Each file whose path comes in as a line is opened in a process of its own, converted and described. For each one line of
JSON goes out: what came of it, and what it took.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import h5py  # noqa: F401, so that no process has to import them
import onnx  # noqa: F401

from rnnviz.checkpoints import open_bytes
from rnnviz.errors import RnnvizError

SECONDS = 30  # of the processor; a reader whose time is not bounded takes minutes or has no end
MEMORY = 1 << 30  # bytes beyond those of a process that has opened nothing


def opened(name, data):
    """What comes of a file: the number of its stacks, or the error."""
    try:
        found = open_bytes(name, data)
        for stack in found.stacks[:4]:
            found.model(stack.name)
        return {"stacks": len(found.stacks), "letters": len(str(found))}
    except RnnvizError as error:
        return {"error": type(error).__name__, "code": error.code, "letters": len(error.message)}
    except BaseException as error:
        return {"escaped": repr(error)[:300]}


def guarded(name, data):
    """The same in a process of its own; "killed" with the number of a signal if it did not survive."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        start = time.process_time()
        found = opened(name, data)
        found["seconds"] = round(time.process_time() - start, 2)
        os.write(write, json.dumps(found).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(answer) if answer else {"killed": os.waitstatus_to_exitcode(status)}


if __name__ == "__main__":
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        print(json.dumps(guarded(path.name, path.read_bytes())), flush=True)
