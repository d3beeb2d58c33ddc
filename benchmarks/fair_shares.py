"""Another's keystroke while somebody acts: how much one person's heaviest actions slow somebody who types.

One visitor types on Explore, first alone and then while another one acts, in the same server. The actions are those
that once stopped everybody: small files with long names, long shapes, cards of blanks and graphs that call themselves
twice, a thousand layers, links that ask for thousands of changes, a class that comes at once, and the largest training.
The peer is the same keystroke alone.
"""

from __future__ import annotations

import asyncio
import io
import json
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from statistics import quantiles
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from onnx import TensorProto, helper
from safetensors.numpy import save

import rnnviz
from benchmarks import Row
from benchmarks._visitor import SERVER_SETTINGS, Visitor
from benchmarks.keystroke_cost import LETTERS, ROOT, TEXT, serve
from rnnviz.checkpoints.native import model_archive
from rnnviz.network import Network

WARM = 5  # letters that do not count: the first ones load the model
BEFORE, AFTER, LEAST, MOST = 20, 2.0, 10, 25.0  # letters alone; seconds and letters to go on; seconds of an action
PAUSE = 0.1  # seconds between two letters
TARGET = "300 ms"

Act = Callable[[Visitor], Awaitable[object]]


def run() -> list[Row]:
    """The 95th percentile of another's keystroke while somebody acts, and alone."""
    rows = []
    for name, act in ACTIONS.items():
        with serve(ROOT / "app.py", **SERVER_SETTINGS) as (address, _):
            alone, busy, seconds = asyncio.run(_measure(address, act))
        size = f"T=64; the act takes {seconds:.1f} s"
        rows.append(Row(f"another’s letter while somebody {name}, p95", size, busy, "alone", alone, TARGET))
    return rows


async def _measure(address: str, act: Act) -> tuple[float, float, float]:
    typist, actor = await Visitor.enter(address), await Visitor.enter(address)
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
    return quantiles(alone, n=20)[-1], quantiles(busy, n=20)[-1], seconds


async def _bounded(action: Awaitable[object]) -> float:
    """Act for MOST seconds at most; the time at the end."""
    with suppress(TimeoutError):
        await asyncio.wait_for(action, MOST)
    return time.monotonic()


async def _letter(typist: Visitor, k: int) -> float:
    taken = await typist.type(TEXT[:-1] + LETTERS[k % len(LETTERS)])
    await asyncio.sleep(PAUSE)
    return taken


def _opens(name: str, data: bytes) -> Act:
    async def act(visitor: Visitor) -> None:
        await visitor.open("models")
        await visitor.upload("A file with", name, data)

    return act


def _follows(query: str) -> Act:
    return lambda visitor: visitor.open("", query)


async def _comes_with_39_others(visitor: Visitor) -> None:
    people = await asyncio.gather(*(Visitor.enter(visitor.address) for _ in range(40)))
    for person in people:
        await person.leave()


async def _trains(visitor: Visitor) -> None:
    """The largest training, for some seconds."""
    await visitor.open("train", "task=parity&length=180&cells=lstm&hidden=128&layers=3&batch=256&epochs=1")
    await visitor.press("Start")
    end = time.monotonic() + 10
    while time.monotonic() < end:
        await visitor.watch()


def _card_of_blanks() -> bytes:
    """A model of ours whose card names an activation of 2,000 blanks."""
    packed, changed = io.BytesIO(model_archive.pack([rnnviz.load("counter-lstm")])), io.BytesIO()
    with ZipFile(packed) as before, ZipFile(changed, "w") as after:
        for entry in before.namelist():
            data = before.read(entry)
            if entry.endswith(".json"):
                data = json.dumps(json.loads(data) | {"options": {"activation": f"tanh{' ' * 2000}!"}}).encode()
            after.writestr(entry, data)
    return changed.getvalue()


def _long_name() -> bytes:
    network = Network.random("rnn", hidden=4, embedding=2, rng=np.random.default_rng(0))
    return save(dict(network.parameters) | {f"{'emb' * 20_000}.weight": np.zeros((3, 2), np.float32)})


def _long_shape() -> bytes:
    header = json.dumps({"a": {"dtype": "F32", "shape": [2**63 - 1] * 40_000, "data_offsets": [0, 0]}}).encode()
    return struct.pack("<Q", len(header)) + header


def _many_layers() -> bytes:
    network = Network.random("rnn", hidden=2, embedding=2, layers=1_000, rng=np.random.default_rng(0))
    return save(dict(network.parameters))


def _long_configuration() -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        file.writestr("config.json", f"[{'{},' * 20_000_000}{{}}]")
        file.writestr("metadata.json", "{}")
        file.writestr("model.weights.h5", b"")
    return packed.getvalue()


def _doubling_graph() -> bytes:
    """Functions each of which calls the next one twice, 40 deep."""
    functions = []
    for k in range(40):
        inner = "Identity" if k == 39 else f"f{k + 1}"
        domain = "" if k == 39 else "own"
        nodes = [
            helper.make_node(inner, ["x"], ["y"], domain=domain),
            helper.make_node(inner, ["y"], ["z"], domain=domain),
        ]
        imports = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
        functions.append(helper.make_function("own", f"f{k}", ["x"], ["z"], nodes, imports))
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("a", "b")]
    graph = helper.make_graph([helper.make_node("f0", ["a"], ["b"], domain="own")], "g", value[:1], value[1:])
    model = helper.make_model(
        graph, functions=functions, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    )
    return bytes(model.SerializeToString())


def _large_file() -> bytes:
    """Close to a hundred million bytes."""
    shapes = {"rnn.weight_ih_l0": (2000, 10_000), "rnn.weight_hh_l0": (2000, 2000)}
    return save({name: np.ones(shape, np.float32) for name, shape in shapes.items()})


ACTIONS: dict[str, Act] = {
    "opens a card of blanks": _opens("card.zip", _card_of_blanks()),
    "opens a long name": _opens("name.safetensors", _long_name()),
    "opens a long shape": _opens("shape.safetensors", _long_shape()),
    "opens a long configuration": _opens("configuration.keras", _long_configuration()),
    "opens a graph that doubles": _opens("graph.onnx", _doubling_graph()),
    "opens 1,000 layers": _opens("layers.safetensors", _many_layers()),
    "opens 96 million bytes": _opens("large.safetensors", _large_file()),
    "follows a link that hides 10,000 names": _follows("hide=" + ",".join(f"n{k}" for k in range(10_000))),
    "follows a link with 1,000 changes": _follows("if=" + ",".join(f"zero.{k}" for k in range(1_000))),
    "comes with 39 others at once": _comes_with_39_others,
    "trains the largest network": _trains,
}
