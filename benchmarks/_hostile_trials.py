"""What strangers bring, type and link to, by kind: trials that fail with whatever is no sentence of ours.

The kinds are those of a review that found what is now in the tests; most of what is tried is drawn by the tests' own
generators.
"""

from __future__ import annotations

import io
import pickle
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import islice, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import streamlit as st
from hypothesis import HealthCheck, Phase, settings
from safetensors.numpy import save
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

import rnnviz
from benchmarks._watch import Trials
from rnnviz.checkpoints import open_bytes
from rnnviz.checkpoints.native.model_archive import pack
from rnnviz.errors import InterventionError, RnnvizError
from rnnviz.interventions import format_all, parse_all
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text import tables, vectors, vocabularies
from rnnviz.text.decoding import read_text, read_training_text
from rnnviz.text.tokens import UNKNOWN, Vocabulary
from rnnviz.ui.shared import long_work, page_setup
from tests import strategies
from tests.checkpoints import hostile_files, test_generated_files
from tests.checkpoints.hostile_files import CASES, keras_file, own_file, own_zip, small_model
from tests.checkpoints.torch.test_pickle_machine import writers
from tests.pages import app_pages, test_fuzz, test_strange_networks, test_upload_fuzz
from tests.pages.test_models import gru, npz
from tests.strange_networks import StrangeTask

CHAPTERS = ("lstm", "gru", "words", "forgetting")  # with a text box
READING = [*test_strange_networks.VISITS["memory"][::2], {}]


# ---- files ---------------------------------------------------------------------------------------------------------


def opened(name: str, data: bytes) -> None:
    """Open a file and make its models; only a sentence may come of it instead."""
    try:
        found = open_bytes(name, data)
        str(found)
        for stack in found.stacks[:8]:
            found.model(stack.name)
    except RnnvizError as error:
        assert len(error.message) < 2500, len(error.message)


def made_by_hand(count: int) -> Trials:
    """Files that ask for much, of every format, in several sizes and cut; and pickles that call something."""
    for name, case in CASES.items():
        for size in sorted({1, 3, case.size // 30 or 1, case.size // 4 or 1, case.size}):
            yield f"{name} {size}", lambda case=case, size=size: opened(case.name, case.make(size))
        data = case.make(3)
        yield f"{name} cut", partial(opened, case.name, data[: len(data) // 2])
    for name in ("x", "x.pt", "x.PTH", "x.bin.zip", "\u202ex.h5", "a/b.onnx"):
        for other, data in usual_files().items():
            yield f"{other} as {name}", partial(opened, name, data)
    with tempfile.TemporaryDirectory() as folder:
        marker = Path(folder) / "marker"
        for (name, evil), protocol in product(writers(marker).items(), range(6)):
            try:
                data = pickle.dumps({"evil": evil}, protocol)
            except (pickle.PicklingError, TypeError, ValueError):
                continue
            yield f"pickle {name} {protocol}", partial(_runs_nothing, data, marker)


def _runs_nothing(data: bytes, marker: Path) -> None:
    opened("x.pt", data)
    opened("x.npz", data)
    assert not marker.exists()


@cache
def usual_files() -> dict[str, bytes]:
    """One small file of every kind."""
    arrays = gru()
    npy = io.BytesIO()
    np.save(npy, arrays["enc_w_ih"])
    keras = keras_file(["lstm0"], 1)
    hdf5 = test_generated_files.WEIGHTS
    return {
        "x.npz": npz(arrays),
        "x.npy": npy.getvalue(),
        "y.safetensors": save(arrays),
        "x.safetensors": own_file(),
        "x.zip": own_zip(small_model()),
        "x.keras": keras,
        "x.h5": hdf5,
        "x.weights.h5": hdf5,
        "x.onnx": hostile_files.additions_over_a_chain(2),
        "x.pt": pickle.dumps({name: array.tolist() for name, array in arrays.items()}, 2),
    }


def with_bytes_changed(count: int) -> Trials:
    """Ten kinds of file with bytes changed, cut, put in and repeated."""
    for place, (name, data) in zip(range(count), _in_turn(usual_files()), strict=False):
        yield f"{name} {place}", partial(opened, name, changed(data, random.Random(place)))


def _in_turn(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    while True:
        yield from files.items()


def changed(data: bytes, draw: random.Random) -> bytes:
    """A damaged copy."""
    kind, copy = draw.randrange(5), bytearray(data)
    if kind < 2:
        for _ in range(draw.choice((1, 1, 2, 8))):
            copy[draw.randrange(len(copy))] = draw.randrange(256)
    elif kind == 2:
        del copy[draw.randrange(len(copy)) :]
    elif kind == 3:
        at = draw.randrange(len(copy))
        copy[at:at] = draw.randbytes(draw.randrange(1, 40))
    else:
        start = draw.randrange(len(copy))
        copy[start:start] = copy[start : start + draw.randrange(1, 60)] * draw.randrange(2, 30)
    return bytes(copy)


def generated_files(count: int) -> Trials:
    """Valid containers of every format with any words, numbers and parts in them."""
    tests = (
        "test_cards_of_any_words", "test_configurations_of_any_words", "test_headers_of_safetensors_of_any_words",
        "test_zips_of_any_names", "test_graphs_of_any_nodes", "test_models_with_any_bytes_behind_them",
    )  # fmt: skip
    for name in tests:
        yield from drawn(getattr(test_generated_files, name), count // len(tests))


def drawn(test: Callable[..., None], count: int) -> Trials:
    """What a test with Hypothesis would try, each as a trial."""
    found: list[dict[str, Any]] = []
    handle: Any = test.hypothesis  # type: ignore[attr-defined]
    body, handle.inner_test = handle.inner_test, lambda **arguments: found.append(arguments)
    test._hypothesis_internal_use_settings = settings(  # type: ignore[attr-defined]
        max_examples=max(count, 1), deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    test()
    handle.inner_test = body
    for arguments in found[:count]:
        yield f"{test.__name__} {str(arguments)[:120]}", partial(body, **arguments)


# ---- numbers, tables, texts ----------------------------------------------------------------------------------------

READERS: dict[str, tuple[Callable[[bytes], object], tuple[bytes, ...]]] = {
    "csv": (
        lambda data: tables.read_table("x.csv", data, 1),
        (b"1\n2\n-3\n", b"a;b\n0,5;1\n", b"1e400\nnan\n", '"x","y"\n1,−2\n'.encode(), b"step,value\n1,2\n" * 40),
    ),
    "tsv": (lambda data: tables.read_table("x.tsv", data, 2), (b"1\t2\n3\t4\n", b"1 2\n3 4 5\n")),
    "npy": (lambda data: tables.read_table("x.npy", data, 3), (test_upload_fuzz.npy(np.ones((4, 3))),)),
    "pasted": (
        lambda data: tables.parse_pasted(data.decode("utf-8", "replace"), 2),
        (b"[[1, 2], [3, 4]]", b"1 2 3 4", b"1,5; 2,5\n3,5; 4,5"),
    ),
    "typed": (
        lambda data: vectors.parse(data.decode("utf-8", "replace"), 1, {}, 256),
        (b"1 -2.5 1e38", b"noise(seed=1, steps=40)", b"0,5 1,234", "½ − 3 \u0661".encode()),
    ),
    "vocabulary": (
        lambda data: vocabularies.parse_tokens(data.decode("utf-8", "replace"), 10),
        test_upload_fuzz.LISTS,
    ),
    "text": (read_text, (test_upload_fuzz.VERSE.encode(), test_upload_fuzz.VERSE.encode("utf-16"))),
    "training text": (read_training_text, (test_upload_fuzz.VERSE.encode("cp037"), "ÆØÅ ".encode("latin-1") * 400)),
}


def numbers_and_words(count: int) -> Trials:
    """Tables, pasted and typed numbers, vocabularies and texts with bytes changed, put in, cut and repeated."""
    for place in range(count):
        draw = random.Random(place)
        kind = [*READERS][place % len(READERS)]
        read, whole = READERS[kind]
        yield f"{kind} {place}", partial(_read, read, changed(changed(draw.choice(whole), draw) or b"1", draw))


def _read(read: Callable[[bytes], object], data: bytes) -> None:
    try:
        read(data)
    except RnnvizError as error:
        assert len(error.message) < 2500, len(error.message)


def changes(count: int) -> Trials:
    """Interventions as a link writes them, read, written again and run."""
    parts = [*product(HEADS, PLACES, ENDS)]
    for place in range(count):
        draw = random.Random(place)
        words = ["".join(draw.choice(parts)) for _ in range(draw.randrange(1, 6))]
        if place % 2:
            words = [changed(word.encode(), draw).decode("utf-8", "replace") for word in words]
        yield f"{words}", partial(_changed_run, words, place % 20 == 0)


HEADS = ("forget", "hidden", "cell", "input", "zero", "freeze", "zero/cell", "swap@2", "remove@1", "x", "candidate")
PLACES = ("", ".0", ".1-3", ".0,2", "@1", "@2-3", ".1@2", ":0", ":1b", ".9999", "@99", ".3-1", "@3-1")
ENDS = ("", "=1", "=0.5", "=-2", "=1e400", "=nan", "=x", "=%E9", "=%C3%A9", "==", "=" + "9" * 400)


@cache
def _loaded(name: str) -> Model:
    return rnnviz.load(name)


def _changed_run(words: list[str], runs: bool) -> None:
    read: list[Any] = []
    for word in words:
        try:
            read += parse_all(word)
        except InterventionError as error:
            assert error.code == "unreadable" and len(error.message) < 1000
    assert parse_all(format_all(read)) == tuple(read)
    if runs:
        model = _loaded("names-lstm")
        prepared = model.prepare("Schmidt", read, limit=32, skip_invalid=True)
        assert len(model.run(prepared)) == len(prepared.tokens)


# ---- pages ---------------------------------------------------------------------------------------------------------


@cache
def pages_are_ready() -> None:
    """What the tests' fixtures do for every page (see tests/pages/conftest.py), and a reader who stops long work."""
    from rnnviz.ui.shared import instrument

    page_setup.PagesManager = SimpleNamespace(uses_pages_directory=False)  # type: ignore[assignment,misc]
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
    gather = instrument.trace_data

    def keep(*arguments: Any, **options: Any) -> dict[str, Any]:
        data = gather(*arguments, **options)
        app_pages.RUNS[data["id"]] = data
        return data

    instrument.trace_data = keep  # type: ignore[assignment]
    long_work.Progress.__call__ = _stopped  # type: ignore[method-assign]


def _stopped(progress: long_work.Progress, share: float) -> None:
    """Stop work that takes long, as its button does: if it does not look up in time, the trial fails."""
    if time.monotonic() - progress.began > long_work.DELAY:
        if progress.is_stoppable:
            raise long_work.StoppedError
        st.stop()


def uploads(count: int) -> Trials:
    """Files of any kind on every uploader."""
    pages_are_ready()
    tests = (
        "test_tables_of_numbers", "test_texts_to_train_on", "test_vocabularies_and_labels", "test_recorded_outputs",
        "test_models",
    )  # fmt: skip
    for name in tests:
        yield from drawn(getattr(test_upload_fuzz, name), count // len(tests))


TYPED = [
    *strategies._AWKWARD,
    *(value for value in test_fuzz.VALUES if "\ud800" not in value),
    "a" * 1_000_000, "word " * 200_000, "é" * 10_000_000, "a\u0316" * 500_000, "\u202eabc" * 1000, "\0" * 5000,
    "$$\\frac{1}{0}$$", "`code` **bold** _x_", "[x](javascript:alert(1))", "&lt;b&gt;", "🏳️‍🌈" * 300, "x\u200b" * 3000,
]  # fmt: skip


def typed_texts(count: int) -> Trials:
    """Texts of every kind in the box of every page, one after another in a session each."""
    pages_are_ready()
    places: list[tuple[str, dict[str, str]]] = [("explore", {}), ("compare", {}), ("compare", {"mode": "texts"})]
    places += [("memory", link) for link in READING[:5]] + [(name, {}) for name in CHAPTERS]
    for (page, link), text in islice(product(places, TYPED), count):
        yield f"{page} {link} {text[:40]!r} {len(text)}", partial(_type, page, tuple(link.items()), text)


@cache
def _session(page: str, link: tuple[tuple[str, str], ...]) -> AppTest:
    app = AppTest.from_file(str(app_pages.APP), default_timeout=60)
    if page not in CHAPTERS:
        app.query_params["task"] = "names"
    for name, value in link:
        app.query_params[name] = value
    return app.switch_page(f"pages/{page}.py").run()


def _type(page: str, link: tuple[tuple[str, str], ...], text: str) -> None:
    app = _session(page, link)
    app.text_input(key="text").set_value(text.encode("utf-8", "replace").decode()).run()
    test_fuzz.check(app)


def links(count: int) -> Trials:
    """A parameter, or several at once, with any value on any page, each in a session of its own."""
    pages_are_ready()
    places = [*test_fuzz.PAGES, *test_fuzz.CHAPTERS]
    for place in range(count):
        draw = random.Random(place)
        page = places[place % len(places)]
        names = draw.sample(test_fuzz.PARAMETERS, draw.choice((1, 1, 2, 2, 5)))
        link = {name: draw.choice(test_fuzz.VALUES) for name in names}
        yield f"{page} {str(link)[:150]}", partial(follow, page, link)


def follow(page: str, link: dict[str, str]) -> None:
    """Open a page by a link."""
    app = AppTest.from_file(str(app_pages.APP), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    test_fuzz.check(app.switch_page(f"pages/{page}.py").run())


def floods(count: int) -> Trials:
    """Links that ask for thousands of things."""
    pages_are_ready()
    for size in (300, 1000):
        yield f"{size} changes", partial(follow, "explore", {"if": ",".join(f"zero.{k}" for k in range(size))})
    yield "1,000 swaps", partial(follow, "memory", {"if": ";".join(f"swap@{k}=x" for k in range(1000))})
    for size in (1000, 10_000):
        yield f"{size} hidden", partial(follow, "explore", {"hide": ",".join(f"n{k}" for k in range(size))})


def typed_numbers(count: int) -> Trials:
    """Numbers, and what is none, in the box of a model that reads numbers."""
    pages_are_ready()
    yield from drawn(test_fuzz.test_numbers_in_the_box_are_read_or_refused, count - 3)
    for words in ("1 " * 1_000_000, "noise(steps=1000000000)", "9" * 1_000_000):
        yield f"{words[:20]} {len(words)}", partial(_numbers, words)


def _numbers(text: str) -> None:
    app = test_fuzz.explore_numbers()
    app.text_input(key="text").set_value(text).run()
    test_fuzz.check(app)


NAMES = [
    "", " ", ".", "..", "/", "a/b", "..\\..", "con", "nul.txt", "a" * 300, "\U0001f600" * 60, "\0", "a\nb", "\u202eabc",
    "<script>", "![x](http://a.example/x.png)", "$x$", "`x`", "=cmd|'/c'!A1", "@SUM(1)", "%2e%2e", "é", "e\u0301", "ﬁ",
    "\ufeff", "-rf", "*", "?", "a:b", '"', "'", "|", "names-lstm", "x" * 60, "中" * 60, "\u0316" * 60,
]  # fmt: skip


def model_names(count: int) -> Trials:
    """Models of any name, saved, opened again and looked at."""
    pages_are_ready()
    for name in NAMES[:count]:
        yield repr(name), partial(_named, name)


def _named(name: str) -> None:
    found = open_bytes("x.zip", pack([small_model(name=name or "x")]))
    for model in found.models.values():
        task = StrangeTask("mine", {"rnn": Model(model.name, model.network, model.vocabulary, model.labels)}, "abcab")
        _looked_at("explore", task, {})()
        _looked_at("models", task, {"part": "inside"})()


def _looked_at(page: str, task: StrangeTask, link: dict[str, str]) -> Callable[[], None]:
    app = test_strange_networks.opened(page, task, next(iter(task.models)), **link)
    return partial(test_strange_networks.check, app)


@cache
def edges() -> dict[str, StrangeTask]:
    """Models with the fewest, the most, the largest and the smallest of everything."""
    letters = Vocabulary("characters", (UNKNOWN, *"abc"))
    rng = np.random.default_rng(0)

    def task(name: str, cell: str = "lstm", labels: int = 3, vocabulary: Vocabulary = letters, **sizes: Any) -> None:
        size = {"hidden": 5, "embedding": 3, "classes": labels or None} | sizes
        network = Network.random(cell, vocabulary=len(vocabulary) or None, rng=rng, **size)
        made[name] = StrangeTask(
            name, {cell: Model(name, network, vocabulary, [f"l{k}" for k in range(labels)])}, "abcab"
        )

    made: dict[str, StrangeTask] = {}
    for cell in ("rnn", "gru", "lstm"):
        task(f"one unit {cell}", cell, hidden=1)
    task("one of all", hidden=1, embedding=1, labels=1)
    task("no labels", labels=0)
    task("50,000 labels", labels=50_000, hidden=4)
    task("10,000 labels", labels=10_000, hidden=64)
    task("20 layers both ways", layers=20, bidirectional=True)
    task("1,024 units", hidden=1024)
    task("1,024 units in an RNN", "rnn", hidden=1024)
    task("50,000 tokens", vocabulary=Vocabulary("words", (UNKNOWN, *(f"w{k}" for k in range(50_000)))))
    for name, scale in (("zeros", 0.0), ("tiny", 1e-38), ("huge", 1e38)):
        task(name)
        model = made[name].models["lstm"]
        parameters = {key: np.full_like(array, scale) for key, array in model.network.parameters.items()}
        network = Network.from_parameters(parameters, "lstm", {})
        made[name] = StrangeTask(name, {"lstm": Model(name, network, letters, model.labels)}, "abcab")
    return made


def models_at_the_edges(count: int) -> Trials:
    """These on every page, with a short text and one of 256 tokens."""
    pages_are_ready()
    for task in edges().values():
        for text in ("abcab", "abca" * 64):
            longer = StrangeTask(task.name, task.models, text)
            for page, visits in test_strange_networks.VISITS.items():
                for link in visits:
                    yield f"{task.name} {len(text)} {page} {link}", partial(_looked_at, page, longer, link)


def overflowing_networks(count: int) -> Trials:
    """Networks whose states overflow, on every page."""
    pages_are_ready()
    for task in test_strange_networks.TASKS.values():
        for page, visits in test_strange_networks.VISITS.items():
            for link in visits:
                yield f"{task.name} {page} {link}", partial(_looked_at, page, task, link)
