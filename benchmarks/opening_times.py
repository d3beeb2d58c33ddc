"""Published models opened: in this process, in a worker as the app opens them, and beside the program of each format.

python -m benchmarks opening_times              all files; the first run fetches some 100 MB
python -m benchmarks opening_times g2pM onnx    those whose path has one of these words

The peer reads the arrays, and Keras builds the model as well; neither says what is in them. A file that the peer's
current version does not read has none. Opening in a worker includes sending the file and what was found.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

os.environ.setdefault("KERAS_BACKEND", "torch")

import h5py
import keras
import numpy as np
import onnx
import torch
from safetensors.numpy import load_file

from rnnviz.apart import Workers
from rnnviz.checkpoints import open_file
from tests.checkpoints.published_packages import OPENED, WANTED, fetch, package_file

RUNS = 7
HEADER = (
    "| file | MB | found | rnnviz, ms | in a worker, ms | peer | peer, ms | rnnviz / peer |\n"
    "|---|---|---|---|---|---|---|---|"
)
NOT_MODELS = (".py",)


def all_arrays(path: Path) -> object:
    """Every array of an HDF5 file."""
    arrays = []
    with h5py.File(path) as file:
        file.visititems(lambda _, item: arrays.append(item[()]) if isinstance(item, h5py.Dataset) else None)
    return arrays


def built(path: Path) -> object:
    """A model of Keras's."""
    return keras.saving.load_model(path, compile=False)


def tensors(path: Path) -> object:
    """What a pickle of PyTorch's holds, if that is tensors and plain containers."""
    return torch.load(path, map_location="cpu", weights_only=True)


KERAS, HDF5, TORCH = ("keras.load_model", built), ("h5py", all_arrays), ("torch.load", tensors)
# By suffix: the names of peers, and how each reads a file.
PEERS: dict[str, tuple[tuple[str, Callable[[Path], object]], ...]] = {
    ".npz": (("np.load", lambda path: dict(np.load(path))),),
    ".safetensors": (("safetensors", load_file),),
    ".onnx": (("onnx.load", onnx.load),),
    ".keras": (KERAS,),
    ".h5": (KERAS, HDF5),
    ".hdf5": (KERAS, HDF5),
    ".pt": (TORCH,),
    ".pth": (TORCH,),
    ".pkl": (TORCH,),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="opening_times", description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*", help="words of the paths of files")
    words = parser.parse_args().words
    warnings.simplefilter("ignore")  # of the peers, about the age of files
    wanted = WANTED | OPENED
    chosen = {
        package: tuple(name for name in names if not words or any(word in f"{package}/{name}" for word in words))
        for package, names in wanted.items()
    }
    fetch({package: wanted[package] for package, names in chosen.items() if names})
    print(HEADER, flush=True)
    workers = Workers()
    workers.start()
    try:
        for names in chosen.values():
            for name in names:
                if not name.endswith(NOT_MODELS):
                    print(line(package_file(name), workers), flush=True)
    finally:
        workers.stop()


def line(path: Path, workers: Workers) -> str:
    """The row of the table for one file."""
    found = open_file(path)
    ours = milliseconds(lambda: open_file(path))
    data = path.read_bytes()
    apart = milliseconds(lambda: workers.run("open_upload", {path.name: data}))
    peer, theirs = peer_of(path)
    ratio = f"{ours / theirs:.2f}" if theirs else ""
    stacks = f"{len(found.stacks)} {'stack' if len(found.stacks) == 1 else 'stacks'}"
    cells = (
        "/".join(path.parts[-2:]), f"{len(data) / 1e6:.1f}", stacks, f"{ours:.1f}", f"{apart:.1f}", peer,
        f"{theirs:.1f}" if theirs else "", ratio,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def peer_of(path: Path) -> tuple[str, float]:
    """The first peer that reads a file, and its milliseconds; none and 0 if no peer does."""
    for name, read in PEERS.get(path.suffix, ()):
        try:
            read(path)
        except Exception:  # whatever a program says of a file that it does not read
            continue
        return name, milliseconds(lambda read=read: read(path))
    return "none", 0.0


def milliseconds(call: Callable[[], object]) -> float:
    """The median of some calls, after one that does not count."""
    call()
    durations = []
    for _ in range(RUNS):
        start = time.perf_counter()
        call()
        durations.append(1000 * (time.perf_counter() - start))
    return median(durations)
