"""What strangers can bring, type, link to and send, in numbers: how many were tried, and how many failed.

python -m benchmarks hostile_counts                       a tenth of everything, about ten minutes
python -m benchmarks hostile_counts --share 1             all of it, about two hours
python -m benchmarks hostile_counts --kinds links http    only these

A trial fails if anything but a sentence comes of it, if it has no end, or if it takes more than 2 s, more than 1 GB, or
holds the interpreter for more than 0.3 s, which stops everybody. Files have the 20 s and 1.5 GB of the process in which
a server reads them, and may hold its interpreter. What failed is written to the standard error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import _hostile_trials as trials
from benchmarks import _hostile_visits as visits
from benchmarks._watch import Bounds, Outcome, Trials, watch

APART = Bounds(seconds=20, megabytes=1500, held=20)
HERE = Bounds()


@dataclass(frozen=True)
class Kind:
    """what: in words. count: trials at most, of which a share is tried; those of a list are all tried."""

    what: str
    count: int
    trials: Callable[[int], Trials] | None = None
    visits: Callable[[int], Outcome] | None = None
    bounds: Bounds = HERE


KINDS = {
    "made-by-hand": Kind("files made by hand, of every format", 346, trials.made_by_hand, bounds=APART),
    "generated": Kind("valid files of any words and numbers", 3_000, trials.generated_files, bounds=APART),
    "changed-bytes": Kind("ten kinds of file with bytes changed", 20_000, trials.with_bytes_changed, bounds=APART),
    "uploads": Kind("files on every uploader", 143, trials.uploads),
    "words": Kind("tables, numbers, vocabularies and texts, changed", 75_000, trials.numbers_and_words),
    "texts": Kind("texts typed on pages", 1_335, trials.typed_texts),
    "links": Kind("links of any parameters", 2_571, trials.links),
    "floods": Kind("links that ask for thousands of things", 5, trials.floods),
    "changes": Kind("interventions, generated and changed", 30_000, trials.changes),
    "numbers": Kind("numbers in the text box", 67, trials.typed_numbers),
    "names": Kind("names of models", 36, trials.model_names),
    "edges": Kind("models at the edges, on every page", 500, trials.models_at_the_edges),
    "overflow": Kind("networks that overflow, on every page", 98, trials.overflowing_networks),
    "messages": Kind("wrong messages of a client", 62, visits=visits.messages),
    "http": Kind("paths, methods, origins and hosts", 90, visits=visits.requests),
    "leaks": Kind("another’s things by their links", 14, visits=visits.leaks),
    "kills": Kind("the server killed and started again", 4, visits=visits.kills),
}
HEADER = "| what | tried | failed | longest, s | most, MB | interpreter held, s |\n|---|---|---|---|---|---|"
LISTS = ("made-by-hand", "floods", "names", "edges", "overflow", "messages", "http", "leaks", "kills")


def main() -> None:
    """Try what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks hostile_counts")
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=[*KINDS])
    args = parser.parse_args()
    print(HEADER, flush=True)
    for name in args.kinds:
        kind = KINDS[name]
        count = kind.count if name in LISTS else max(1, round(args.share * kind.count))
        found = _tried(kind, count)
        figures = f"{found.seconds:.2f} | {found.megabytes:.0f} | {found.held:.2f}"
        print(f"| {kind.what} | {found.tried:,} | {len(found.failures):,} | {figures} |", flush=True)
        for failure in found.failures:
            print(f"{name}: {failure}", file=sys.stderr, flush=True)


def _tried(kind: Kind, count: int) -> Outcome:
    if kind.visits:
        return kind.visits(count)
    made = kind.trials
    assert made is not None
    return watch(lambda: made(count), kind.bounds)
