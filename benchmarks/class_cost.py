"""A class that types at once: how long each letter takes, and what it costs the server.

Thirty sessions speak to the app as browsers do, over websockets, but draw nothing: on one machine thirty real browsers
would measure themselves. Each session replaces the last letter of a text of T = 64 on Explore once a second, at a
random moment. The time is from the letter to the end of its run on the server; typing pause and drawing come on top.
The peer, in the same run, is a text box and nothing else.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path
from statistics import median, quantiles

from benchmarks import Row
from benchmarks._visitor import Visitor
from benchmarks.keystroke_cost import LETTERS, ROOT, TEXT, TEXT_BOX_ALONE, cpu, serve

PEOPLE, LETTERS_EACH, EVERY = 30, 15, 1.0  # seconds between the letters of one person


def run() -> list[Row]:
    """Milliseconds of a letter's run, its CPU time and its bytes, on Explore and with a text box alone."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(TEXT_BOX_ALONE)
        peer_times, peer_cpu, peer_bytes = _measure(bare)
    times, used, sent = _measure(ROOT / "app.py")
    size, peer = f"{PEOPLE} people, T=64, H=64, LSTM", "a text box alone"
    return [
        Row("a letter's run while a class types, median", size, median(times), peer, median(peer_times), ""),
        Row("  95th percentile", size, quantiles(times, n=20)[-1], peer, quantiles(peer_times, n=20)[-1], ""),
        Row("  server CPU for a letter", size, used, peer, peer_cpu, "15 ms"),
        Row("  kilobytes for a letter", size, sent / 1000, peer, peer_bytes / 1000, "110 kB"),
    ]


def _measure(app: Path) -> tuple[list[float], float, float]:
    """The milliseconds of all letters, and the server's CPU milliseconds and bytes for one."""
    with serve(app) as (address, server):
        return asyncio.run(_class(address, server))


async def _class(address: str, server: int) -> tuple[list[float], float, float]:
    people = [await Visitor.enter(address) for _ in range(PEOPLE)]
    for person in people:
        await person.type(TEXT)
        person.received = 0
    before = cpu(server)
    times = [each for some in await asyncio.gather(*map(_type, people)) for each in some]
    used = (cpu(server) - before) / len(times)
    sent = sum(person.received for person in people) / len(times)
    for person in people:
        await person.leave()
    return times, used, sent


async def _type(person: Visitor) -> list[float]:
    """Replace the last letter again and again; the milliseconds of each run."""
    times = []
    await asyncio.sleep(random.random() * EVERY)
    for letter in LETTERS[:LETTERS_EACH]:
        times.append(await person.type(TEXT[:-1] + letter))
        await asyncio.sleep(max(EVERY * (0.5 + random.random()) - times[-1] / 1000, 0))
    return times
