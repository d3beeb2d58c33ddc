"""Trials in a process that is watched: what each takes in time and memory, and how long it holds the interpreter.

A process runs the trials of a kind one after another and says what it begins. One that does not come to its end is
killed, and another process goes on with the next trial.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import select
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MOST_SECONDS = 30.0  # of the processor, until a trial counts as one without an end
PATIENCE = 10  # times as long, for one that waits and does nothing
MOST_MEMORY = 3 << 30  # bytes beyond those of a process that has tried nothing
BEAT = 0.002

# By name. What a trial returns, if it can be called, looks at the result: that is not part of what it takes.
Trials = Iterable[tuple[str, Callable[[], object]]]


@dataclass(frozen=True)
class Bounds:
    """What a trial may take. seconds, held: of the processor, the second while no other thread had its turn."""

    seconds: float = 2.0
    megabytes: float = 1000.0
    held: float = 0.3


@dataclass
class Outcome:
    """What came of the trials of a kind. The three figures are the largest of all trials."""

    tried: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0
    held: float = 0.0
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, found: dict[str, object], bounds: Bounds) -> None:
        """Count a trial."""
        self.tried += 1
        if "error" in found:
            self.failures.append(f"{name}: {found['error']}")
        for figure in ("seconds", "megabytes", "held"):
            value = float(str(found.get(figure, 0)))
            setattr(self, figure, max(getattr(self, figure), value))
            if value > getattr(bounds, figure):
                self.failures.append(f"{name}: {figure} {value:.3g}")


def watch(trials: Callable[[], Trials], bounds: Bounds) -> Outcome:
    """Run trials, the same each time that they are asked for, and count what came of them."""
    outcome = Outcome()
    for name, found in _outcomes(trials):
        outcome.add(name, found, bounds)
    return outcome


def _outcomes(trials: Callable[[], Trials]) -> Iterator[tuple[str, dict[str, object]]]:
    first, ended = 0, False
    while not ended:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            try:
                _run(trials, first, write)
            finally:
                os._exit(0)
        os.close(write)
        begun = ""
        for message in _messages(read, child):
            if "end" in message:
                ended = True
            elif "begins" in message:
                begun, first = str(message["begins"]), first + 1
            else:
                yield begun, message
                begun = ""
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if begun:
            yield begun, {"error": f"no end within {MOST_SECONDS:g} s, or killed (status {status})"}
        elif not ended:
            raise RuntimeError(f"the trials themselves failed after {first}")


def _messages(pipe: int, child: int) -> Iterator[dict[str, object]]:
    """What the process says, until it has nothing more to say or does not say anything for too long."""
    waiting, heard, used = b"", time.monotonic(), 0.0
    with os.fdopen(pipe, "rb", buffering=0) as stream:
        while _processor(child) - used < MOST_SECONDS and time.monotonic() - heard < PATIENCE * MOST_SECONDS:
            if not select.select([stream], [], [], 1.0)[0]:
                continue
            if not (data := stream.read(1 << 16)):
                return
            heard, used = time.monotonic(), _processor(child)
            *lines, waiting = (waiting + data).split(b"\n")
            yield from map(json.loads, lines)


def _processor(child: int) -> float:
    """The seconds of the processor that a process has used (Linux only)."""
    fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _run(trials: Callable[[], Trials], first: int, pipe: int) -> None:
    limit = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    logging.disable()  # a page without a server warns of it again and again
    heart = Heart()
    for place, (name, trial) in enumerate(trials()):
        if place < first:
            continue
        _say(pipe, {"begins": name[:200]})
        before, began = _megabytes("VmRSS"), time.process_time()
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        heart.longest = 0.0
        found: dict[str, object] = {}
        check = None
        try:
            check = trial()
        except BaseException as error:  # whatever comes of it is the result
            found["error"] = repr(error)[:300]
        found |= {"seconds": time.process_time() - began, "megabytes": _megabytes("VmHWM") - before}
        found["held"] = heart.longest
        try:
            if callable(check):
                check()
        except BaseException as error:
            found["error"] = repr(error)[:300]
        _say(pipe, found)
    _say(pipe, {"end": True})


def _say(pipe: int, message: dict[str, object]) -> None:
    os.write(pipe, json.dumps(message).encode() + b"\n")


def _megabytes(what: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) / 1000


class Heart:
    """A thread that beats whenever it gets the interpreter.

    longest: the longest time of the processor between two beats. On a busy machine this counts the work of this process
    alone.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        threading.Thread(target=self._beat, daemon=True).start()

    def _beat(self) -> None:
        last = time.process_time()
        while True:
            time.sleep(BEAT)
            now = time.process_time()
            self.longest, last = max(self.longest, now - last), now
