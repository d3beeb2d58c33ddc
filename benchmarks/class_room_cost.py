"""A class of 100 in a room, waiting: what it costs the server that each learns soon when something has changed.

A hundred sessions have opened the room of a question. Their browsers ask the server every two seconds, at moments of
their own, whether anything has changed; one connection each, as browsers keep theirs. The peer, in the same run, is
what Streamlit offers for this: the same part of the same page runs again every two seconds. Both are milliseconds of
the server's CPU in a second of the class. The last row is the time until all pages have the answer.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from statistics import median
from urllib.parse import parse_qs, urlsplit

from benchmarks import Row
from benchmarks._visitor import Visitor
from benchmarks.keystroke_cost import ROOT, cpu, serve

PEOPLE, EVERY, SECONDS = 100, 2.0, 20.0  # seconds between two looks of one browser, and of the measurement
WATCH = "rnnviz_room_watch"


def run() -> list[Row]:
    """Rows for waiting, voting and the answer."""
    with serve(ROOT / "app.py") as (address, server):
        return asyncio.run(_class(address, server))


async def _class(address: str, server: int) -> list[Row]:
    teacher = await Visitor.enter(address, "lstm")
    await teacher.press("Ask the class")
    sent = [json.loads(data) for name, data in teacher.components.items() if WATCH in name]
    path = next(data["path"] for data in sent if data["path"])
    code = parse_qs(urlsplit(path).query)["room"][0]
    people = [await Visitor.enter(address, "room", f"room={code}") for _ in range(PEOPLE)]
    host, port = urlsplit(address).hostname or "", urlsplit(address).port or 0
    lines = [await asyncio.open_connection(host, port) for _ in people]

    async def ask(k: int) -> None:
        reader, writer = lines[k]
        writer.write(f"GET /{path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert " 200 " in head.splitlines()[0], head
        await reader.readexactly(int(head.split("content-length:")[1].split()[0]))

    async def run_again(k: int) -> None:
        await people[k].run_part()

    idle = await _cost(server, lambda k: asyncio.sleep(0))
    asked, ran = await _cost(server, ask) - idle, await _cost(server, run_again) - idle
    before = time.perf_counter()
    await teacher.press("Reveal the answer")
    await asyncio.gather(*(person.run_part() for person in people))
    shown = 1000 * (time.perf_counter() - before)
    alone = median([await people[0].run_part() for _ in range(9)])
    for _, writer in lines:
        writer.close()
    for person in (teacher, *people):
        await person.leave()
    size, peer = f"{PEOPLE} people, every {EVERY:g} s", "the page's part runs again"
    return [
        Row("server CPU in a second of a class that waits", size, asked, peer, ran, "1/3"),
        Row(
            "until all have the answer, once asked for", f"{PEOPLE} people at once", shown, "one of them", alone, "2 s"
        ),
    ]


async def _cost(server: int, act: Callable[[int], Awaitable[None]]) -> float:
    """The CPU milliseconds in a second, while each person does something every two seconds."""

    async def repeat(k: int, end: float) -> None:
        await asyncio.sleep(random.random() * EVERY)
        while time.perf_counter() < end:
            await act(k)
            await asyncio.sleep(EVERY)

    before, began = cpu(server), time.perf_counter()
    await asyncio.gather(*(repeat(k, began + SECONDS) for k in range(PEOPLE)))
    return (cpu(server) - before) / (time.perf_counter() - began)
