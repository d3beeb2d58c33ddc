"""A worker: a forked process that does one job within its limits, answers, and ends."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import FileError, LimitError, RnnvizError
from ..limits import MILLION
from . import channel

LARGEST_JOB = 2_000 * MILLION  # bytes; the server sends no more than it has accepted as uploads
SPARE = 100 * MILLION  # bytes for saying that the memory was not enough
NICENESS = 5  # whoever types comes first
GRACE = 5  # seconds after which a worker ends by itself, should the server have failed to end it


Jobs = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class WorkerLimits:
    """What one job may use.

    seconds: from beginning to end. bytes: of memory, beyond that of the warm process.
    """

    seconds: float = 20.0
    bytes: int = 1_500 * MILLION


def serve(connection: socket.socket, jobs: Jobs) -> None:
    """Do the job that arrives, answer, and end this process."""
    answer: Any
    try:
        limits, name, arguments = channel.receive(connection, LARGEST_JOB)
        restrict(WorkerLimits(*limits))
        answer = _answer(jobs[name], arguments, limits[1])
        try:
            channel.send(connection, answer)
        except MemoryError:
            _allow_spare()
            channel.send(connection, _too_much_memory(limits[1]))
    finally:
        # Without the interpreter's own ending: nothing here is worth it, and a library may be in any state.
        os._exit(0)


def _answer(job: Callable[..., Any], arguments: list[Any], most_bytes: int) -> Any:
    try:
        return job(*arguments)
    except RnnvizError as error:
        return error
    except MemoryError:
        pass
    except Exception as error:
        # Its words may be about our code rather than the file: they are for the server's log.
        return FileError(
            "The file cannot be read: it does not follow its own format. Save it again.",
            code="unreadable", part=f"{type(error).__name__}: {error}"[:500],
        )  # fmt: skip
    _allow_spare()
    return _too_much_memory(most_bytes)


def _too_much_memory(most_bytes: int) -> LimitError:
    return LimitError(
        f"Reading the file takes more than {most_bytes // MILLION:,} million bytes of memory, which is too much. Save "
        "the recurrent layers alone, or open it in Python.",
        code="memory", limit=most_bytes,
    )  # fmt: skip


def restrict(limits: WorkerLimits) -> None:
    """Bound this process's memory and time; it writes no files, and the system ends it first if memory is short."""
    import resource  # not on Windows, which cannot fork either

    signal.setitimer(signal.ITIMER_REAL, limits.seconds + GRACE)  # not handled, so it ends even a loop in C
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
        in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + limits.bytes, in_use + limits.bytes + SPARE))
    except (OSError, ValueError):
        pass  # macOS has neither, and bounds no memory
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (0, 0))
    os.nice(NICENESS)


def _allow_spare() -> None:
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
