"""What one person can do that takes a server's time: files, links, long texts, large models and large downloads."""

from __future__ import annotations

import asyncio
import io
import json
import struct
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from onnx import TensorProto, helper
from safetensors.numpy import save

import rnnviz
from benchmarks._visitor import Visitor
from rnnviz.checkpoints.native import model_archive
from rnnviz.checkpoints.native.model_files import save_pair
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import UNKNOWN, Vocabulary

Act = Callable[[Visitor], Awaitable[object]]
LETTERS = Vocabulary("characters", (UNKNOWN, *"abcdefgh"))
NUMBERS = Vocabulary("numbers", (), vector_size=1)
LONG = "abcdefgh" * 32  # 256 tokens, as many as a page reads
CELLS = ("rnn", "gru", "lstm")


def save_models(folder: Path) -> None:
    """Write models of the largest sizes that pages show: a server finds them by RNNVIZ_MODELS."""
    _save(folder, "wide", **dict.fromkeys(CELLS, 1024))
    _save(folder, "maps", lstm=180)
    _save(folder, "squares", rnn=360)
    _save(folder, "behind", rnn=4, lstm=256)
    _save(folder, "table", lstm=320)
    _save(folder, "labels", labels=50_000, lstm=16)
    _save(folder, "numbers", vocabulary=NUMBERS, lstm=16)


def _save(folder: Path, task: str, labels: int = 4, vocabulary: Vocabulary = LETTERS, **hidden: int) -> None:
    """Random models of one task; hidden: the units of each cell."""
    for cell, units in hidden.items():
        network = Network.random(
            cell, hidden=units, vocabulary=len(vocabulary) or None, embedding=vocabulary.vector_size or 8,
            classes=labels, rng=np.random.default_rng(0),
        )  # fmt: skip
        card = {"task": task, "title": task, "reads": "a sequence", "says": "a label", "cell": cell}
        names = [f"l{k}" for k in range(labels)]
        save_pair(Model(f"{task}-{cell}", network, vocabulary, names, card), folder / f"{task}-{cell}")


def _types(page: str, query: str, text: str = LONG) -> Act:
    async def act(visitor: Visitor) -> None:
        await visitor.open(page, query)
        await visitor.type(text)

    return act


def _looks(page: str, query: str) -> Act:
    """Open a page whose text is in the link."""
    return lambda visitor: visitor.open(page, f"{query}&text={LONG}")


def _downloads(query: str, file: str) -> Act:
    async def act(visitor: Visitor) -> None:
        await visitor.open("", f"{query}&text={LONG}")
        await visitor.unfold("Save")
        await visitor.download(file)

    return act


async def _brings_a_table(visitor: Visitor) -> None:
    await visitor.open("", "task=numbers")
    await visitor.unfold("Numbers")
    await visitor.upload("Or a file", "long.csv", b"0.5\n" * 5_000_000)


async def _brings_a_text(visitor: Visitor) -> None:
    await visitor.open("train", "task=own")
    await visitor.upload("A text file", "long.txt", b"The sea has many voices. " * 200_000)


async def _hurries(visitor: Visitor) -> None:
    await visitor.open("")
    await visitor.hurry([LONG[:k] for k in range(1, 31)], 0.05)


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
    "brings a CSV of 20 MB": _brings_a_table,
    "reads 256 tokens with 50,000 labels": _types("", "task=labels"),
    "saves a run of 1,024 units over 256 tokens": _downloads("task=wide&cell=lstm", "Trace as npz"),
    "saves the longest table, as CSV": _downloads("task=table&cell=lstm", "Trace as CSV"),
    "silences 1,024 units over 256 tokens": _looks("memory", "task=wide&cell=lstm&question=units"),
    "follows the gradients of 180 units, LSTM": _looks("memory", "task=maps&cell=lstm&question=reach"),
    "follows the gradients of 360 units, RNN": _looks("memory", "task=squares&cell=rnn&question=reach"),
    "does so behind a small RNN, LSTM of 256": _looks("memory", "task=behind&cell=rnn&question=reach"),
    "looks at spectra of 1,024 units": lambda visitor: visitor.open("models", "part=inside&model=wide-lstm"),
    "explores 1,024 units over 256 tokens": _types("", "task=wide&cell=lstm"),
    "compares 1,024 units over 256 tokens": _types("compare", "task=wide"),
    "types 30 letters in 1.5 s": _hurries,
    "types 5 million letters": _types("", "", "a" * 5_000_000),
    "brings a text of 5 MB to train on": _brings_a_text,
}
