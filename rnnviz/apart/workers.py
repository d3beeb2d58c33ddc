"""The server's side: a queue for the workers, and what became of each job."""

from __future__ import annotations

import itertools
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import BusyError, FileError, LimitError, RnnvizError
from ..limits import MILLION
from . import channel
from .warm_process import COMMAND, START, STOP
from .worker import WorkerLimits

BEAT = 0.1  # seconds between two calls of `beat`
STARTING, ENDING = 30.0, 2.0  # seconds that the warm process may take to start, and to end
LARGEST_ANSWER = 600 * MILLION  # bytes: what may be unpacked, as float32 where it was float16, and more
# Of the environment, what Python and the readers need: a worker has no use for the server's secrets.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "RNNVIZ_CELLS", "RNNVIZ_MODELS")
JOBS_MODULE = "rnnviz.apart.jobs"
PACKAGE_FOLDER = Path(__file__).parents[2]

Beat = Callable[[int], None]


class Workers:
    """Runs jobs in processes of their own, some at a time, the others in a queue.

    Parameters
    ----------
    at_once : int, default 2
        How many workers run at the same time.
    longest_queue : int, default 20
        How many more jobs may wait.
    limits : WorkerLimits, optional
        The time and memory of each.
    jobs : str, default "rnnviz.apart.jobs"
        The module whose `JOBS` they can run.
    """

    def __init__(
        self, at_once: int = 2, longest_queue: int = 20, limits: WorkerLimits | None = None, jobs: str = JOBS_MODULE
    ) -> None:
        self.at_once, self.longest_queue, self.limits = at_once, longest_queue, limits or WorkerLimits()
        self.jobs = jobs
        self._numbers = itertools.count(1)
        self._queue: list[int] = []  # the jobs that run, and then those that wait
        self._turn = threading.Condition()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def busy(self) -> int:
        """How many jobs run or wait."""
        return len(self._queue)

    def start(self) -> None:
        """Start the warm process, so that the first file need not wait for it. Does nothing where there is no fork."""
        if hasattr(os, "fork"):
            with self._starting:
                self._warm()

    def stop(self) -> None:
        """End the warm process with all its workers."""
        with self._starting:
            self._end_warm_process()

    def run(self, job: str, *arguments: Any, beat: Beat = lambda ahead: None) -> Any:
        """Run a job, and return its result.

        Parameters
        ----------
        job : str
            Its name in `JOBS`.
        *arguments
            Its arguments.
        beat : callable, optional
            Called every tenth of a second with the number of jobs that come first, 0 once it runs. If it raises, the
            job ends.

        Returns
        -------
        object
            What the job returned.

        Raises
        ------
        BusyError
            If too many jobs wait.
        FileError
            If the worker crashed; code "crashed".
        LimitError
            If it took too much time or memory; code "time" or "memory".
        RnnvizError
            Whatever the job raised.
        """
        if not hasattr(os, "fork"):
            return import_module(self.jobs).JOBS[job](*arguments)
        with self._place(beat) as number:
            for _ in range(2):
                try:
                    answer = self._answer(number, job, list(arguments), beat)
                    break
                except channel.ClosedError:
                    answer = _crashed()
                    if not self._has_ended():  # with the warm process gone, it need not be the job's fault
                        break
        if isinstance(answer, RnnvizError):
            raise answer
        return answer

    @contextmanager
    def _place(self, beat: Beat) -> Iterator[int]:
        """A place in the queue; entered when it is this job's turn."""
        number = next(self._numbers)
        with self._turn:
            waiting = len(self._queue) - self.at_once
            if waiting >= self.longest_queue:
                raise BusyError(
                    f"{waiting:,} files are waiting to be opened on this server, and more than {self.longest_queue:,} "
                    "may not wait. Try again in a minute.",
                    code="queue_full", limit=self.longest_queue, actual=waiting,
                )  # fmt: skip
            self._queue.append(number)
        try:
            while (ahead := self._ahead(number)) > 0:
                beat(ahead)
            yield number
        finally:
            with self._turn:
                self._queue.remove(number)
                self._turn.notify_all()

    def _ahead(self, number: int) -> int:
        """How many jobs must end before this one, after waiting a little if there are any."""
        with self._turn:
            ahead = self._queue.index(number) - self.at_once + 1
            if ahead > 0:
                self._turn.wait(BEAT)
            return ahead

    def _answer(self, number: int, job: str, arguments: list[Any], beat: Beat) -> Any:
        end = time.monotonic() + self.limits.seconds

        def pulse() -> None:
            beat(0)
            if time.monotonic() > end:
                raise _SlowError

        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(BEAT)
            with theirs:
                self._command(START, number, theirs)
            try:
                channel.send(ours, [[self.limits.seconds, self.limits.bytes], job, arguments], pulse)
                return self._received(ours, pulse)
            except _SlowError:
                seconds = self.limits.seconds
                return LimitError(
                    f"Reading the file takes more than {seconds:g} seconds, which is too long for a server that others "
                    "share. Save the recurrent layers alone, or open it in Python.",
                    code="time", limit=seconds,
                )  # fmt: skip
            finally:
                self._command(STOP, number)

    def _received(self, connection: socket.socket, pulse: Callable[[], None]) -> Any:
        """What the worker answers, if it is a record."""
        try:
            answer = channel.receive(connection, LARGEST_ANSWER, pulse)
        except (ValueError, TypeError) as error:  # those of constructors too: a reader checks before it answers
            raise channel.ClosedError from error
        if isinstance(answer, FileError) and answer.code == "unreadable":
            logging.warning("A file could not be read: %s", answer.part)
        return answer

    def _command(self, command: bytes, job: int, connection: socket.socket | None = None) -> None:
        """Tell the warm process something; a new one if the old one is gone."""
        with self._starting:
            if connection is None:  # a worker to stop has gone with its warm process
                if self._control is not None:
                    try:
                        self._control.sendall(COMMAND.pack(command, job))
                    except OSError:
                        self._end_warm_process()
                return
            for _ in range(2):
                control = self._warm()
                try:
                    socket.send_fds(control, [COMMAND.pack(command, job)], [connection.fileno()])
                    return
                except OSError:
                    self._end_warm_process()
            raise FileError("Files cannot be opened at the moment. Try again in a minute.", code="no_worker")

    def _warm(self) -> socket.socket:
        """The connection to the warm process, started if need be."""
        if self._process is not None and self._process.poll() is not None:
            self._end_warm_process()
        if self._control is None:
            ours, theirs = socket.socketpair()
            code = f"from rnnviz.apart.warm_process import main; main({theirs.fileno()}, {self.jobs!r})"
            environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
            environment |= {"PYTHONPATH": str(PACKAGE_FOLDER), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", code],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C is for the server, with which it ends
                )
            ours.settimeout(STARTING)
            self._control = ours
            try:
                ready = len(ours.recv(COMMAND.size)) == COMMAND.size
            except OSError:
                ready = False
            if not ready:
                self._end_warm_process()
                raise FileError("Files cannot be opened at the moment. Try again in a minute.", code="no_worker")
        return self._control

    def _has_ended(self) -> bool:
        """Whether the warm process is gone."""
        process = self._process
        try:
            return process is None or process.wait(2 * BEAT) is not None
        except subprocess.TimeoutExpired:
            return False

    def _end_warm_process(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(ENDING)  # it ends its workers first
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _crashed() -> FileError:
    return FileError(
        "The program that reads such files crashed on this one, so it is probably damaged. Nothing else is affected. "
        "Save it again.",
        code="crashed",
    )


class _SlowError(Exception):
    """The time is over."""
