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
import time
from pathlib import Path
from statistics import median, quantiles

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import Row
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
    people = [await Person.enter(address) for _ in range(PEOPLE)]
    before = cpu(server)
    times = [each for some in await asyncio.gather(*(person.type() for person in people)) for each in some]
    used = (cpu(server) - before) / len(times)
    sent = sum(person.received for person in people) / len(times)
    for person in people:
        await person.socket.close()
    return times, used, sent


class Person:
    """A session that types."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.text_box = self.fragment = ""  # the ids of the widget, and of the part of the page that it runs
        self.received = 0  # bytes

    @classmethod
    async def enter(cls, address: str) -> Person:
        """Open the page, and wait until it is there."""
        url = address.replace("http", "ws") + "/_stcore/stream"
        person = cls(await connect(url, subprotocols=["streamlit"], max_size=None))
        await person._run()
        await person._run(TEXT)
        person.received = 0
        return person

    async def type(self) -> list[float]:
        """Replace the last letter again and again; the milliseconds of each run."""
        times = []
        await asyncio.sleep(random.random() * EVERY)
        for letter in LETTERS[:LETTERS_EACH]:
            start = time.perf_counter()
            await self._run(TEXT[:-1] + letter)
            taken = time.perf_counter() - start
            times.append(1000 * taken)
            await asyncio.sleep(max(EVERY * (0.5 + random.random()) - taken, 0))
        return times

    async def _run(self, text: str | None = None) -> None:
        """Let the page run, with a text in its box, and wait for its end."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        if text is not None:
            message.rerun_script.widget_states.widgets.add(id=self.text_box, string_value=text)
            message.rerun_script.fragment_id = self.fragment
        await self.socket.send(message.SerializeToString())
        while True:
            data = await self.socket.recv()
            assert isinstance(data, bytes)
            self.received += len(data)
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.new_element.text_input.id:
                self.text_box, self.fragment = answer.delta.new_element.text_input.id, answer.delta.fragment_id
            if kind == "script_finished":
                return
