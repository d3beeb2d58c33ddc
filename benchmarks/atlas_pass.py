"""The pass of an atlas over tokens, against PyTorch that reads the same batches and records nothing.

`torch.nn.RNN`, `GRU` and `LSTM` after `torch.nn.Embedding` give the hidden states and no gate; our pass records every
quantity at every token. With one thread, both also read vectors, where no product is shared between equal tokens. With
more, PyTorch divides each batch among its threads, and an atlas has as many processes of one thread, each with batches
of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch

from benchmarks import Row
from benchmarks._timing import Call, compare, in_processes, print_rows, thread_label
from rnnviz.atlas.one_thread import one_thread
from rnnviz.atlas.reading import without_outputs
from rnnviz.atlas.reading_settings import BATCH, CHUNK
from rnnviz.network import Network

CELLS = ("RNN", "GRU", "LSTM")
SIZES = (64, 128, 512)  # H
INPUTS = 32  # D of the bundled models; the other size of embeddings is H
VOCABULARY = 80  # characters
TOKENS = 40  # thousands that a process reads at least in one call, so that calling it takes no time

_network: Any = None  # of a process


def run() -> list[Row]:
    return in_processes("benchmarks.atlas_pass")


def measure() -> list[Row]:
    rows, threads = [], torch.get_num_threads()
    for cell in CELLS:
        for hidden in SIZES:
            for size in sorted({min(INPUTS, hidden), hidden}):
                rows += list(_rows(cell, hidden, size, threads))
    return rows


def _rows(cell: str, hidden: int, size: int, threads: int) -> Iterator[Row]:
    """The rows for one network."""
    network = _random(cell, hidden, size)
    module, table = getattr(torch.nn, cell)(size, hidden), torch.from_numpy(network.embedding)
    module.load_state_dict({f"{name}_l0": torch.from_numpy(a) for name, a in network.layers[0][0].parameters.items()})
    embedding = torch.nn.Embedding.from_pretrained(table)
    ids = np.random.default_rng(0).integers(0, VOCABULARY, (CHUNK, BATCH))
    ids_torch, vectors = torch.from_numpy(ids), network.embedding[ids]
    vectors_torch = torch.from_numpy(vectors)

    @torch.inference_mode()
    def read_tokens() -> torch.Tensor:
        return module(embedding(ids_torch))[0]

    @torch.inference_mode()
    def read_vectors() -> torch.Tensor:
        return module(vectors_torch)[0]

    ours = network.forward(ids, by_token=True).top
    np.testing.assert_allclose(ours, read_tokens().numpy(), atol=1e-4)
    sizes = f"D={size}, H={hidden}, {thread_label(threads)}"
    if threads == 1:
        yield _row(f"{cell}, tokens", sizes, lambda: network.forward(ids, by_token=True), read_tokens, 1)
        cells = network.layers[0][0]
        yield _row(f"{cell}, vectors", sizes, lambda: cells.forward(vectors), read_vectors, 1)
    else:
        repeats = max(1, 1000 * TOKENS // ids.size)
        with ProcessPoolExecutor(threads, get_context("spawn"), _enter, (cell, hidden, size)) as pool:

            def in_turn() -> None:
                list(pool.map(_read, [ids] * threads, [repeats] * threads))

            def theirs() -> None:
                for _ in range(repeats * threads):
                    read_tokens()

            yield _row(f"{cell}, tokens", sizes, in_turn, theirs, repeats * threads)


def _row(what: str, size: str, ours: Call, theirs: Call, batches: int) -> Row:
    """Milliseconds a batch, and how many tokens a second that is."""
    our_ms, their_ms, ratio = compare(ours, theirs)
    our_rate, their_rate = (BATCH * CHUNK * batches / ms for ms in (our_ms, their_ms))
    speed = f"{our_rate:,.0f} against {their_rate:,.0f} thousand tokens/s"
    peer = "torch.nn, recording nothing"
    return Row(f"atlas pass, {what}", f"{size}: {speed}", our_ms / batches, peer, their_ms / batches, "1", ratio)


def _random(cell: str, hidden: int, size: int) -> Network:
    """A network without outputs."""
    rng = np.random.default_rng(0)
    return without_outputs(Network.random(cell.lower(), hidden=hidden, vocabulary=VOCABULARY, embedding=size, rng=rng))


def _enter(cell: str, hidden: int, size: int) -> None:
    global _network
    _network = _random(cell, hidden, size)


def _read(ids: np.ndarray, repeats: int) -> None:
    with one_thread():
        for _ in range(repeats):
            _network.forward(ids, by_token=True)


if __name__ == "__main__":
    print_rows(measure())
