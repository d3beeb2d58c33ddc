"""An atlas of the bundled LSTM of 128 units: its time and memory, how they grow, and what a billion tokens would take.

python -m benchmarks atlas_build                      100,000 and 1,000,000 tokens, two workers
python -m benchmarks atlas_build --long               10,000,000 as well; takes some minutes
python -m benchmarks atlas_build --workers 1 --tokens 50000 200000

The peer is `torch.nn.LSTM`, which reads as many tokens in batches of the same size with as many threads, and records
nothing. The texts are characters of Shakespeare, drawn at random.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from math import ceil, log2
from pathlib import Path

import numpy as np

import rnnviz
from benchmarks import Row
from rnnviz.atlas import build_plan, plan
from rnnviz.atlas.atlas_files import SUMMARIES_FILE
from rnnviz.atlas.reading_settings import BATCH, CHUNK, MOST_SHARDS
from rnnviz.atlas.shard_summary import ShardSummary

MODEL = "shakespeare-lstm"
DOCUMENT = 2000  # characters
SIZES, LONG = (100_000, 1_000_000), 10_000_000
WORKERS = 2
PAPER_TOKENS, PAPER_WORKERS = 10**9, 16
HEADER = (
    "| tokens | seconds | to plan | to read and merge | MB at the peak, all processes | MB on disk | torch.nn.LSTM, s "
    "| ratio |\n|" + "---|" * 8
)


@dataclass(frozen=True)
class Build:
    """What building an atlas took.

    Parameters
    ----------
    tokens : int
        The tokens of the corpus.
    planning, reading : float
        Seconds until the plan was there, and from then on.
    memory : int
        Bytes at the peak: of this process, and of as many workers as there were, each like the largest.
    disk : int
        Bytes of the finished atlas.
    merge : float
        Seconds to merge the summaries of two shards.
    shards : int
        How many there were.
    """

    tokens: int
    planning: float
    reading: float
    memory: int
    disk: int
    merge: float
    shards: int

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.planning + self.reading


def run() -> list[Row]:
    return [
        Row(
            "an atlas by an LSTM of 128 units",
            f"{made.tokens:,} tokens, {WORKERS} workers: {made.memory / 1e9:.2g} GB",
            1000 * made.seconds,
            "torch.nn.LSTM, recording nothing",
            1000 * peer_seconds(made.tokens, WORKERS),
            "30 s, 2 GB" if made.tokens == SIZES[-1] else "none",
        )
        for made in (measure(tokens, WORKERS) for tokens in SIZES)
    ]


def main() -> None:
    """Build atlases of the sizes that the command line asks for, and print the table and the estimate."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks atlas_build")
    parser.add_argument("--tokens", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--long", action="store_true", help=f"{LONG:,} tokens as well")
    parser.add_argument("--workers", type=int, default=WORKERS)
    args = parser.parse_args()
    builds = []
    print(HEADER, flush=True)
    for tokens in [*args.tokens, *([LONG] if args.long else [])]:
        made, theirs = measure(tokens, args.workers), peer_seconds(tokens, args.workers)
        builds.append(made)
        numbers = (made.seconds, made.planning, made.reading, made.memory / 1e6, made.disk / 1e6, theirs)
        cells = [f"{tokens:,}", *(f"{number:.3g}" for number in numbers), f"{made.seconds / theirs:.2f}"]
        print(f"| {' | '.join(cells)} |", flush=True)
    if len(builds) > 1:
        print(f"\n{paper(builds, args.workers)}")


def measure(tokens: int, workers: int) -> Build:
    """Build an atlas in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.atlas_build", str(tokens), str(workers)]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Build(**json.loads(process.stdout))


def paper(builds: list[Build], workers: int) -> str:
    """Estimate a large corpus from the two largest builds, whose difference has nothing that is done once."""
    small, large = builds[-2:]
    more = large.tokens - small.tokens
    planning = (large.planning - small.planning) / more
    merges = large.merge * (large.shards - small.shards)
    reading = workers * (large.reading - small.reading - merges) / more
    once = large.seconds - planning * large.tokens - reading * large.tokens / workers - large.merge * large.shards
    rounds = ceil(MOST_SHARDS / PAPER_WORKERS) * PAPER_WORKERS / MOST_SHARDS
    parts = {
        "one process counts tokens": planning * PAPER_TOKENS,
        f"{PAPER_WORKERS} workers read": reading * PAPER_TOKENS * rounds / PAPER_WORKERS,
        f"{MOST_SHARDS} shards are merged, one after another": large.merge * MOST_SHARDS,
        "what is done once": max(once, 0.0),
    }
    lines = [
        "Measured, from the growth between the two largest:",
        f"- counting {1e6 * planning:.2f} s a million tokens, in one process;",
        f"- reading {1e6 * reading:.2f} s a million tokens and worker, {1 / reading:,.0f} tokens a second;",
        f"- merging {1000 * large.merge:.1f} ms a shard ({log2(MOST_SHARDS):.0f} levels for {MOST_SHARDS} shards).",
        f"On paper, {PAPER_TOKENS:,} tokens on {PAPER_WORKERS} workers as fast as these: "
        f"{sum(parts.values()) / 60:.0f} minutes:",
        *(f"- {seconds / 60:.1f} minutes in which {what}" for what, seconds in parts.items()),
    ]
    return "\n".join(lines)


def peer_seconds(tokens: int, threads: int) -> float:
    """The seconds in which PyTorch reads as many tokens."""
    import torch

    network = rnnviz.load(MODEL).network
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        module = torch.nn.LSTM(network.input_size, network.hidden_size)
        embedding = torch.nn.Embedding.from_pretrained(torch.from_numpy(network.embedding))
        ids = torch.from_numpy(np.random.default_rng(0).integers(0, len(network.embedding), (CHUNK, BATCH)))
        with torch.inference_mode():
            module(embedding(ids))
            start, state = time.perf_counter(), None
            for _ in range(ceil(tokens / ids.numel())):
                _, state = module(embedding(ids), state)
            return time.perf_counter() - start
    finally:
        torch.set_num_threads(before)


def build_here(tokens: int, workers: int) -> Build:
    """Build an atlas, and say what it took."""
    model = rnnviz.load(MODEL)
    characters = [token for token in model.vocabulary.tokens if len(token) == 1]
    text = "".join(np.random.default_rng(0).choice(characters, tokens))
    documents = [text[start : start + DOCUMENT] for start in range(0, tokens, DOCUMENT)]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        planned = plan(model, documents, out=folder)
        between = time.perf_counter()
        build_plan(planned, workers=workers)
        end = time.perf_counter()
        disk = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        memory = sum(
            count * resource.getrusage(whose).ru_maxrss * 1024
            for whose, count in ((resource.RUSAGE_SELF, 1), (resource.RUSAGE_CHILDREN, workers if workers > 1 else 0))
        )
        summary = ShardSummary.load(Path(folder) / SUMMARIES_FILE)
        merging = time.perf_counter()
        summary.merged(summary)
        merge = time.perf_counter() - merging
    return Build(planned.tokens, between - start, end - between, memory, disk, merge, len(planned.shards))


if __name__ == "__main__":
    print(json.dumps(asdict(build_here(*map(int, sys.argv[1:])))))
