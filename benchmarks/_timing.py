"""How two peers are timed against each other on a machine that does other things too.

The worker threads of PyTorch and of NumPy's OpenBLAS keep spinning for a while after a call and would slow the other
peer down. So the peers take turns in blocks with a pause between them, and the result is the median over rounds of the
ratio of two neighbouring blocks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from statistics import median

from benchmarks import Row

ROUNDS = 7
BLOCK = 0.25  # seconds of one peer's turn
PAUSE = 0.08  # seconds until its threads have gone to sleep

Call = Callable[[], object]


def compare(ours: Call, theirs: Call) -> tuple[float, float, float]:
    """Milliseconds per call of ours and of theirs (medians over rounds), and the median of their ratios."""
    rounds = [(_block(ours), _block(theirs)) for _ in range(ROUNDS)]
    return median(a for a, _ in rounds), median(b for _, b in rounds), median(a / b for a, b in rounds)


def _block(call: Call) -> float:
    """The median milliseconds of one call, over one block."""
    time.sleep(PAUSE)
    call()
    durations, end = [], time.perf_counter() + BLOCK
    while time.perf_counter() < end or len(durations) < 3:
        start = time.perf_counter()
        call()
        durations.append(1000 * (time.perf_counter() - start))
    return median(durations)


def thread_label(threads: int) -> str:
    """A number of threads in words."""
    return f"{threads} thread{'s' * (threads > 1)}"


def in_processes(module: str) -> list[Row]:
    """The rows that `python -m MODULE` prints as JSON, with one thread and with the libraries' default number.

    NumPy and PyTorch read the number of threads when they are imported, so each setting has a process of its own.
    """
    rows = []
    for threads in (1, None):
        limit = {name: str(threads) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
        process = subprocess.run(
            [sys.executable, "-m", module],
            env=os.environ | (limit if threads else {}),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        rows += [Row(**row) for row in json.loads(process.stdout)]
    return rows


def print_rows(rows: list[Row]) -> None:
    """Print rows as JSON, for `in_processes`."""
    print(json.dumps([asdict(row) for row in rows]))
