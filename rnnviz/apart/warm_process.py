"""The warm process: it has imported what readers need, and forks a worker for each file. It reads no file itself.

A fork takes some milliseconds, where a new interpreter with NumPy and the readers takes most of a second. The process
has one thread, so that it can fork at any time. It ends when the server does, and its workers with it.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
from contextlib import suppress
from importlib import import_module

from . import worker

COMMAND = struct.Struct("<cq")  # and the number of the job
START, STOP, READY = b"+", b"-", b"!"
LIBRARIES = ("h5py", "onnx", "ml_dtypes", "safetensors.numpy")  # imported by readers when first needed
REAPING = 0.2  # seconds between two looks at which workers have ended


def main(descriptor: int, jobs_module: str) -> None:
    """Follow the server's commands until it is gone."""
    jobs = import_module(jobs_module).JOBS
    for name in LIBRARIES:
        with suppress(ImportError):  # its format says so to whoever opens such a file
            import_module(name)
    gc.collect()
    gc.freeze()  # so that a worker's collections leave shared pages shared
    control = socket.socket(fileno=descriptor)
    control.sendall(COMMAND.pack(READY, 0))
    workers: dict[int, int] = {}  # process by job
    while True:
        control.settimeout(REAPING if workers else None)
        try:
            message, descriptors, _, _ = socket.recv_fds(control, COMMAND.size, 1)
        except TimeoutError:
            _reap(workers)
            continue
        if len(message) < COMMAND.size:
            break
        command, job = COMMAND.unpack(message)
        if command == START:
            process = os.fork()
            if not process:
                control.close()
                worker.serve(socket.socket(fileno=descriptors[0]), jobs)
            workers[job] = process
            os.close(descriptors[0])
        elif job in workers:
            os.kill(workers[job], signal.SIGKILL)
        _reap(workers)
    for process in workers.values():
        os.kill(process, signal.SIGKILL)


def _reap(workers: dict[int, int]) -> None:
    """Forget the workers that have ended. Until then no other process can have their number."""
    for job, process in list(workers.items()):
        if os.waitpid(process, os.WNOHANG)[0]:
            del workers[job]
