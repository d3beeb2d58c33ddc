"""Shards read by several processes of this machine."""

from __future__ import annotations

import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from multiprocessing import get_all_start_methods, get_context
from typing import Any

from ..errors import ArgumentError, RnnvizError
from .one_thread import one_thread
from .planning import Plan
from .shard_summary import ShardSummary, summarise
from .shards import Shard

MAIN = "__main__"
ATTEMPTS = 3  # until a run is given up whose processes die

_work: Any = None  # what a process reads with: the network and the settings


def read_in_processes(
    plan: Plan, numbers: Sequence[int], workers: int, progress: Callable[[int], None]
) -> Iterator[tuple[int, ShardSummary]]:
    """Read shards.

    Parameters
    ----------
    plan : Plan
        The plan.
    numbers : sequence of int
        Which shards.
    workers : int
        How many processes read.
    progress : callable
        Called with the number of tokens that have just been read.

    Yields
    ------
    (int, ShardSummary)
        The number of a shard and what is kept of it, in any order.
    """
    try:
        work = pickle.dumps((plan.network, plan.keys, len(plan.listed), plan.settings))
    except Exception as error:  # of a class that was defined in a notebook, say
        raise ArgumentError(
            f"The model cannot be sent to other processes ({error}): use one worker, or define its cell in a module.",
            code="not_picklable", name="workers", value=workers,
        ) from error  # fmt: skip
    left, deaths = list(numbers), 0
    while left:
        try:
            for number, summary in _read(plan, list(left), workers, work):
                left.remove(number)
                progress(plan.shards.tokens(number))
                yield number, summary
        except BrokenProcessPool:  # what it had not finished is read again
            deaths += 1
            if deaths == ATTEMPTS:
                raise RnnvizError(
                    f"Processes that read the corpus ended {ATTEMPTS} times before they were done, perhaps for lack of "
                    "memory: use fewer workers. What they finished is kept.",
                    code="processes_died",
                ) from None


def _read(plan: Plan, numbers: list[int], workers: int, work: bytes) -> Iterator[tuple[int, ShardSummary]]:
    """Read shards by one set of processes."""
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    context.set_forkserver_preload([__name__])  # imported once for all
    pool = ProcessPoolExecutor(workers, context, _enter, (work,))
    try:
        running: dict[Future[ShardSummary], int] = {}
        while numbers or running:
            while numbers and len(running) < 2 * workers:  # a shard waits for each process, and no more in memory
                number = numbers.pop(0)
                with _main_left_alone() if MAIN.encode() not in work else nullcontext():
                    running[pool.submit(_summarise, plan.shards[number])] = number
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Start processes that do not import the script that started them: nothing that they need is in it.

    Otherwise a script without `if __name__ == "__main__"` would build its atlas anew in every process.
    """
    main: dict[str, Any] = sys.modules[MAIN].__dict__
    hidden: dict[str, Any] = {name: main.pop(name) for name in ("__file__", "__spec__") if name in main}
    main["__spec__"] = None
    try:
        yield
    finally:
        main.update(hidden)


def _enter(work: bytes) -> None:
    """Prepare a process; Ctrl-C is for the one that started it."""
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _work = pickle.loads(work)


def _summarise(shard: Shard) -> ShardSummary:
    network, keys, listed, settings = _work
    with one_thread():
        return summarise(network, shard, keys, listed, settings)
