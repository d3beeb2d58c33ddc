"""A workshop: what thirty people on all pages cost the server while they are there, and after they have left.

python -m benchmarks soak                            30 people for 150 seconds, and 120 seconds without them
python -m benchmarks soak --people 30 --seconds 900 --after 180

Each person opens a page and does what one does there: types, opens a file, starts a training and watches it, comes and
goes. What Linux counts for the server is printed as it goes, with that of the process that reads files.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles
from urllib.request import urlopen

import numpy as np
from safetensors.numpy import save

import rnnviz
from benchmarks._visitor import SERVER_SETTINGS, Visitor
from benchmarks.keystroke_cost import LETTERS, ROOT, TEXT, serve
from rnnviz.network import Network

HEADER = "| seconds | MB | MB of the reader | descriptors | sessions | actions | failures |\n|" + "---|" * 7
EVERY = 10.0  # seconds between two lines
PAUSE = 2.0  # seconds between two actions of one person, on average
STAY = (8, 25)  # actions until a person closes the browser and opens another one
LARGE = Network.random("lstm", hidden=300, embedding=100, rng=np.random.default_rng(0))
FILES = {
    "names.safetensors": save(rnnviz.load("names-gru").network.parameters),
    # Half a million parameters.
    "large.safetensors": save(LARGE.parameters),
}
CHAPTERS = ("words", "network", "training", "forgetting", "lstm", "gru", "choosing", "glossary")

Actions = dict[str, list[float]]


def main() -> None:
    """Run a workshop of the size that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak")
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=150)
    parser.add_argument("--after", type=float, default=120)
    args = parser.parse_args()
    with serve(ROOT / "app.py", **SERVER_SETTINGS, RNNVIZ_METRICS="1") as (address, server):
        asyncio.run(_workshop(address, server, args.people, args.seconds, args.after))


async def _workshop(address: str, server: int, people: int, seconds: float, after: float) -> None:
    taken: Actions = defaultdict(list)
    failures: list[str] = []
    print(HEADER, flush=True)
    began = time.monotonic()

    def report() -> None:
        counts = (sum(map(len, taken.values())), len(failures))
        row = (round(time.monotonic() - began), *_state(server), _sessions(address), *counts)
        print(f"| {' | '.join(map(str, row))} |", flush=True)

    report()
    end = began + seconds
    crowd = asyncio.gather(*(_person(address, end, taken, failures) for _ in range(people)))
    while not crowd.done():
        await asyncio.wait([crowd], timeout=EVERY)
        await asyncio.to_thread(report)
    left = time.monotonic()
    while time.monotonic() - left < after:
        await asyncio.sleep(EVERY)
        await asyncio.to_thread(report)
    print("\n| action | count | median, ms | 95th percentile, ms |\n|---|---|---|---|")
    for name, times in sorted(taken.items()):
        high = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        print(f"| {name} | {len(times)} | {median(times):.0f} | {high:.0f} |")
    for failure in failures[:10]:
        print(failure)


async def _person(address: str, end: float, taken: Actions, failures: list[str]) -> None:
    """Visit again and again until the end."""
    while time.monotonic() < end:
        visitor = await Visitor.enter(address)
        for _ in range(random.randint(*STAY)):
            if time.monotonic() > end:
                break
            name, action = random.choice(ACTIONS)
            before = visitor.failures
            try:
                taken[name].append(await action(visitor))
            except LookupError:
                # The end of a training runs the page once more, unasked: that answer was taken for this one's.
                visitor.widgets.clear()
            except OSError as error:
                failures.append(f"{name}: {error!r}")
            if visitor.failures > before:
                failures.append(f"{name}: the page failed")
            await asyncio.sleep(random.random() * 2 * PAUSE)
        await visitor.leave()


async def _type(visitor: Visitor, page: str, query: str = "") -> float:
    await visitor.open(page, query)
    for letter in random.sample(LETTERS, 3):
        taken = await visitor.type(TEXT[: random.randint(8, 63)] + letter)
    return taken


async def _read(visitor: Visitor) -> float:
    return await visitor.open(random.choice(CHAPTERS))


async def _bring(visitor: Visitor) -> float:
    await visitor.open("models")
    name = random.choice(list(FILES))
    taken = await visitor.upload("A file with", name, FILES[name])
    if "Open in Explore" in visitor.widgets and name.startswith("names"):
        await visitor.press("Open in Explore")
    return taken


async def _train(visitor: Visitor) -> float:
    await visitor.open("train", f"task={random.choice(('counter', 'parity', 'recall'))}&cells=gru")
    if "Start" not in visitor.widgets:
        return await visitor.watch()
    taken = await visitor.press("Start")
    for _ in range(8):
        await asyncio.sleep(0.25)
        await visitor.watch()
    return taken


ACTIONS: list[tuple[str, Callable[[Visitor], Awaitable[float]]]] = [
    ("type on Explore", lambda visitor: _type(visitor, "")),
    ("type on Memory", lambda visitor: _type(visitor, "memory", "task=names")),
    ("type on Memory, the writers", lambda visitor: _type(visitor, "memory", "task=names&question=writers")),
    ("type on Compare", lambda visitor: _type(visitor, "compare")),
    ("read a chapter", _read),
    ("look at weights", lambda visitor: visitor.open("models", "part=inside")),
    ("open a file", _bring),
    ("start a training", _train),
]


def _state(server: int) -> tuple[int, int, int]:
    """The resident megabytes of the server and of the process that reads files, and the server's descriptors."""
    threads = Path(f"/proc/{server}/task").glob("*/children")
    children = [int(child) for thread in threads for child in thread.read_text().split()]
    descriptors = sum(1 for _ in Path(f"/proc/{server}/fd").iterdir())
    return _megabytes(server), sum(map(_megabytes, children)), descriptors


def _megabytes(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def _sessions(address: str) -> int:
    """How many sessions are connected."""
    with urlopen(f"{address}/_stcore/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("active_sessions"))
