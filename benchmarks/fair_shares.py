"""Another's keystroke while somebody acts: how much one person's heaviest actions slow somebody who types.

python -m benchmarks fair_shares                     the actions of _heavy_actions.py, each with a server of its own
python -m benchmarks fair_shares --before FOLDER     the same in another copy of the project as well
python -m benchmarks fair_shares --only 1,024 CSV    those whose names have one of these words

One visitor types on Explore, first alone and then while another one acts, in the same server. The peer is the same
keystroke alone. Whoever acts should be done soon or see how far the work is; so the seconds of the whole act are there,
and those until a bar appeared.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from benchmarks import Row
from benchmarks._heavy_actions import ACTIONS, Act, save_models
from benchmarks._visitor import SERVER_SETTINGS, Visitor
from benchmarks.keystroke_cost import LETTERS, ROOT, TEXT, serve

WARM = 5  # letters that do not count: the first ones load the model
BEFORE, AFTER, LEAST, MOST = 20, 2.0, 10, 25.0  # letters alone; seconds and letters to go on; seconds of an action
PAUSE = 0.1  # seconds between two letters
TARGET = "300 ms"
HEADER = (
    "| while somebody | another’s letter: alone, p95 in ms | before | now | the act: before, in s | now |\n"
    + "|---" * 6
)


@dataclass(frozen=True)
class Share:
    """What was measured: alone, busy: 95th percentiles of a letter in ms. seconds: of the act; bar: until a bar."""

    alone: float
    busy: float
    seconds: float
    bar: float

    @property
    def act(self) -> str:
        """The seconds of the act in words."""
        ends = f"{self.seconds:.1f}" if self.seconds < MOST else f"over {MOST:.0f}"
        return ends if self.bar != self.bar else f"{ends}, a bar after {self.bar:.1f}"


def run() -> list[Row]:
    """The 95th percentile of another's keystroke while somebody acts, and alone."""
    rows = []
    for name, share in _shares(ROOT, list(ACTIONS)):
        assert share is not None, name
        size = f"T=64; the act takes {share.act} s"
        rows.append(Row(f"another’s letter while somebody {name}, p95", size, share.busy, "alone", share.alone, TARGET))
    return rows


def main() -> None:
    """Print a row for each action as it is measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fair_shares")
    parser.add_argument("--before", type=Path, help="a folder with another copy of the project")
    parser.add_argument("--only", nargs="*", default=[""], help="words in the names of actions")
    args = parser.parse_args()
    print(HEADER, flush=True)
    for name in (name for name in ACTIONS if any(word in name for word in args.only)):
        ((_, now),) = _shares(ROOT, [name])
        assert now is not None, name
        before = next(_shares(args.before, [name]))[1] if args.before else None
        old = (f"{before.busy:.0f}", before.act) if before else ("–", "–")
        print(f"| {name} | {now.alone:.0f} | {old[0]} | {now.busy:.0f} | {old[1]} | {now.act} |", flush=True)


def _shares(folder: Path, names: list[str]) -> Iterator[tuple[str, Share | None]]:
    """What is measured with the project in a folder; None where its pages have no such thing to do."""
    with TemporaryDirectory() as models:
        save_models(Path(models))
        for name in names:
            with serve(folder / "app.py", folder, **SERVER_SETTINGS, RNNVIZ_MODELS=models) as (address, _):
                try:
                    yield name, asyncio.run(_measure(address, ACTIONS[name]))
                except LookupError:
                    if folder == ROOT:
                        raise
                    yield name, None


async def _measure(address: str, act: Act) -> Share:
    typist = await Visitor.enter(address)
    actor = await Visitor.enter(address, "glossary")  # a page is opened by a link once a visit
    for k in range(WARM):
        await _letter(typist, k)
    alone = [await _letter(typist, k) for k in range(BEFORE)]
    began = time.monotonic()
    acting = asyncio.create_task(_bounded(act(actor)))
    busy: list[float] = []
    while not acting.done() or len(busy) < LEAST:
        busy.append(await _letter(typist, len(busy)))
    seconds = await acting - began
    end = time.monotonic() + AFTER  # work that its user has left behind
    while time.monotonic() < end:
        busy.append(await _letter(typist, len(busy)))
    return Share(quantiles(alone, n=20)[-1], quantiles(busy, n=20)[-1], seconds, actor.bar_after)


async def _bounded(action: Awaitable[object]) -> float:
    """Act for MOST seconds at most; the time at the end."""
    with suppress(TimeoutError):
        await asyncio.wait_for(action, MOST)
    return time.monotonic()


async def _letter(typist: Visitor, k: int) -> float:
    taken = await typist.type(TEXT[:-1] + LETTERS[k % len(LETTERS)])
    await asyncio.sleep(PAUSE)
    return taken
