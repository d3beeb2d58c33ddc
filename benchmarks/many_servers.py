"""Many people on one server and on several behind HAProxy: how long a letter takes, and what it all costs.

python -m benchmarks many_servers                             the table, and then two servers are killed
python -m benchmarks many_servers --crowds 1x30 1x100 3x150   servers x people

Each person comes through the proxy with a cookie as a browser has one, and then types a letter or goes to a step every
few seconds, on Explore or on Memory. All of it, the people included, shares one machine.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import parse_qs

from websockets.exceptions import ConnectionClosed

from benchmarks._farm import COOKIE, Farm, farm
from benchmarks._visitor import TEXT_BOX, Visitor
from benchmarks.keystroke_cost import LETTERS, TEXT, cpu

PAGES = (("", ""), ("", ""), ("memory", "task=names"))  # two of three people are on Explore
EVERY = 5.0  # seconds between two actions of one person, on average
STEPS = 8  # a text that everybody has typed has at least so many
ARRIVING = 10  # people who open the page in the same moment
HEADER = (
    "| servers | people | actions a second | median, ms | 95th percentile, ms | server CPU an action, ms | "
    "MB of a server, before and with people | kB an action |\n|" + "---|" * 8
)


@dataclass
class Person:
    """Somebody at a browser, and what became of them.

    waited: milliseconds of each action. lost: connections that ended. away: milliseconds from each loss until the page
    was there again. kept: for each, whether the text was there too.
    """

    visitor: Visitor
    text: str = ""
    waited: list[float] = field(default_factory=list)
    away: list[float] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)

    @property
    def server(self) -> str:
        """The server on which this person is, as the cookie says."""
        return self.visitor.cookies[COOKIE]

    async def act(self) -> None:
        """Type a letter, or go to a step."""
        if self.text and random.random() < 0.3:
            self.waited.append(await self.visitor.step(random.randint(1, STEPS)))
        else:
            self.text = TEXT[: random.randint(STEPS, 40)] + random.choice(LETTERS)
            self.waited.append(await self.visitor.type(self.text))

    async def come_back(self) -> None:
        """Come back after the connection was lost, as a browser does."""
        self.away.append(await self.visitor.come_back())
        self.kept.append(self.visitor.texts.get(TEXT_BOX) == self.text)

    async def stay(self, seconds: float, every: float = EVERY) -> None:
        """Act now and then, whatever happens to the server."""
        end = time.monotonic() + seconds
        await asyncio.sleep(random.random() * every)
        while time.monotonic() < end:
            try:
                await self.act()
            except ConnectionClosed:
                await self.come_back()
            await asyncio.sleep(every * (0.5 + random.random()))


async def arrive(address: str, count: int) -> list[Person]:
    """So many people open the app, some at a time."""
    people: list[Person] = []
    while len(people) < count:
        some = range(len(people), min(len(people) + ARRIVING, count))
        opened = (Visitor.follow(address, *PAGES[k % len(PAGES)]) for k in some)
        people += [Person(visitor) for visitor in await asyncio.gather(*opened)]
    return people


async def leave(people: Sequence[Person]) -> None:
    """Everybody closes the browser."""
    await asyncio.gather(*(person.visitor.leave() for person in people))


async def all_of(people: Sequence[Person], action: Callable[[Person], Awaitable[None]]) -> None:
    """Everybody does the same at once."""
    await asyncio.gather(*map(action, people))


def main() -> None:
    """Print the table, and what people lose when servers are killed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks many_servers")
    parser.add_argument("--crowds", nargs="+", default=["1x30", "1x100", "3x150"], metavar="SERVERSxPEOPLE")
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--no-faults", action="store_true", help="kill no server")
    args = parser.parse_args()
    print(HEADER, flush=True)
    for crowd in args.crowds:
        servers, people = map(int, crowd.split("x"))
        with tempfile.TemporaryDirectory() as folder, farm(Path(folder), servers) as running:
            print(asyncio.run(_row(running, people, args.seconds)), flush=True)
    if not args.no_faults:
        with tempfile.TemporaryDirectory() as folder, farm(Path(folder), 3) as running:
            asyncio.run(_faults(running, 150))


async def _row(running: Farm, count: int, seconds: float) -> str:
    before = list(running.megabytes().values())
    people = await arrive(running.address, count)
    await all_of(people, lambda person: person.act())
    for person in people:
        person.waited.clear()
        person.visitor.received = 0
    used = _cpu(running)
    await all_of(people, lambda person: person.stay(seconds))
    waited = [each for person in people for each in person.waited]
    cost = (_cpu(running) - used) / len(waited)
    received = sum(person.visitor.received for person in people) / len(waited)
    memory = list(running.megabytes().values())
    failures = sum(person.visitor.failures + len(person.away) for person in people)
    assert not failures, f"{failures} pages failed, or connections were lost"
    await leave(people)
    cells = (
        len(running.ports), count, f"{len(waited) / seconds:.0f}", f"{median(waited):.0f}",
        f"{quantiles(waited, n=20)[-1]:.0f}", f"{cost:.1f}", f"{_range(before)}, {_range(memory)}",
        f"{received / 1000:.0f}",
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def _range(values: Sequence[int]) -> str:
    return f"{min(values)}" if len(set(values)) == 1 else f"{min(values)} to {max(values)}"


def _cpu(running: Farm) -> float:
    return sum(cpu(server.pid) for server in running.servers.values())


async def _faults(running: Farm, count: int) -> None:
    people = await arrive(running.address, count)
    print(f"\n{count} people: {_spread(people)}")
    await all_of(people, lambda person: person.act())
    typing = asyncio.gather(*(person.stay(30, 2) for person in people))
    await asyncio.sleep(6)
    killed = people[0].server
    lost = sum(person.server == killed for person in people)
    await asyncio.to_thread(running.kill, killed)
    await typing
    back = [person for person in people if person.away]
    print(
        f"server {killed} was killed while its {lost} people typed: {len(back)} lost the connection and were on "
        f"another server after {_times([each for person in back for each in person.away])}; the text was there again "
        f"for {sum(all(person.kept) for person in back)}; now {_spread(people)}"
    )
    running.start(killed)
    await asyncio.to_thread(running.wait_for, **{killed: "UP"})
    late = await arrive(running.address, 30)
    print(f"server {killed} was started again, and 30 more people came: {_spread(late)}")
    people += late
    trainers = people[:9]
    await all_of(trainers, train)
    killed = trainers[0].server
    on_it = [person for person in trainers if person.server == killed]
    await asyncio.to_thread(running.kill, killed)
    await all_of(on_it, lambda person: person.come_back())
    print(
        f"server {killed} was killed while {len(on_it)} people trained networks: they were on another server after "
        f"{_times([person.away[-1] for person in on_it])}. The training was gone, and the page said: "
        f"{on_it[0].visitor.notices[0]}"
    )


async def train(person: Person) -> None:
    """Start a training, and watch it for a while."""
    await person.visitor.open("train", "task=recall&cells=gru")
    await person.visitor.press("Start")
    for _ in range(3):
        await person.visitor.watch()
    assert parse_qs(person.visitor.query)["started"] == ["1"]


def _spread(people: Sequence[Person]) -> str:
    counts = Counter(person.server for person in people)
    return ", ".join(f"{count} on {name}" for name, count in sorted(counts.items()))


def _times(milliseconds: Sequence[float]) -> str:
    return f"{median(milliseconds) / 1000:.1f} s (median; at most {max(milliseconds) / 1000:.1f} s)"
