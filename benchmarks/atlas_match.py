"""One match over a corpus of 10,000,000 tokens: where else are the same 20 of 128 units on, in spans of five tokens?

The bits are drawn at random, one in ten on, in documents of 1,000 tokens, and one span is planted that must be found.
The peer is NumPy that counts the bits of as many words once and ranks nothing: reading memory takes as long.

python -m benchmarks atlas_match
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks import Row
from benchmarks._timing import compare
from rnnviz.atlas.bit_planes import LEVELS, WORD, packed, planes_file
from rnnviz.atlas.span_matches import LEVEL, _Spans
from rnnviz.atlas.stored_states import states_file

TOKENS, UNITS, DOCUMENT = 10_000_000, 128, 1000
ASKED, LENGTH, FOUND = range(20), 5, 20
PLANTED = TOKENS // 2 + 17
KEY = ("hidden", 0, "forward")


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        atlas = _atlas(Path(folder))
        planes = np.load(planes_file(atlas.folder, KEY), mmap_mode="r")[LEVELS.index(LEVEL)]

        def ours() -> Any:
            return _Spans(atlas, planes, LENGTH, True).best(list(ASKED), FOUND)

        places, common, _, _ = ours()
        assert (places[0], common[0]) == (PLANTED, len(ASKED)), (places[0], common[0])
        our_ms, their_ms, ratio = compare(ours, lambda: np.bitwise_count(planes).sum())
    size = f"{len(ASKED)} of {UNITS} units, spans of {LENGTH} in {TOKENS:,} tokens"
    return [Row("a match", size, our_ms, "NumPy counting these bits", their_ms, "1,000 ms", ratio)]


def _atlas(folder: Path) -> Any:
    """As much of an atlas as a match looks at; of its values, which are not read, a file without content."""
    rng = np.random.default_rng(0)
    borders = np.arange(0, TOKENS + 1, DOCUMENT)
    starts = np.zeros(TOKENS, bool)
    starts[borders[:-1]] = True
    planes_file(folder, KEY).parent.mkdir(parents=True)
    np.lib.format.open_memmap(states_file(folder, KEY), "w+", np.float16, (UNITS, TOKENS))
    shape = (len(LEVELS), UNITS, -(-TOKENS // WORD))
    planes = np.lib.format.open_memmap(planes_file(folder, KEY), "w+", np.uint64, shape)
    for unit in range(UNITS):
        bits = rng.random(TOKENS, np.float32) > LEVEL
        bits[PLANTED - 1 : PLANTED + LENGTH + 1] = False
        bits[PLANTED : PLANTED + LENGTH] = unit in ASKED
        planes[LEVELS.index(LEVEL), unit] = packed(bits)
    planes.flush()
    corpus = SimpleNamespace(borders=borders)
    return SimpleNamespace(folder=folder, tokens=TOKENS, corpus=corpus, _document_starts=packed(starts))


if __name__ == "__main__":
    for row in run():
        print(row.line)
