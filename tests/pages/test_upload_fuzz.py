"""Files at random on every uploader: what can be read is used, and what cannot costs a sentence and nothing else."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save
from streamlit.testing.v1 import AppTest

from .app_pages import APP
from .test_fuzz import check, explore_numbers, slowly
from .test_models import gru, npz, upload, widget

pytestmark = [pytest.mark.usefixtures("open_door"), pytest.mark.filterwarnings("ignore::RuntimeWarning")]
few = settings(parent=slowly, max_examples=12)


def npy(values: np.ndarray) -> bytes:
    np.save(file := io.BytesIO(), values)
    return file.getvalue()


def damaged(*whole: bytes) -> st.SearchStrategy[bytes]:
    """Files as they should be, cut, with bytes changed, put in or repeated; and bytes of no kind."""
    file = st.sampled_from(whole)
    cut = st.tuples(file, st.floats(0, 1)).map(lambda drawn: drawn[0][: int(len(drawn[0]) * drawn[1])])
    places = st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8)
    changed = st.tuples(file, places).map(_changed)
    between = st.tuples(file, st.floats(0, 1), st.binary(min_size=1, max_size=40)).map(_with_more)
    repeated = st.tuples(file, st.integers(2, 50)).map(lambda drawn: drawn[0] * drawn[1])
    return file | cut | changed | between | repeated | st.binary(max_size=400)


def _changed(drawn: tuple[bytes, list[tuple[float, int]]]) -> bytes:
    data = bytearray(drawn[0])
    for place, byte in drawn[1] if data else []:
        data[int(place * len(data))] = byte
    return bytes(data)


def _with_more(drawn: tuple[bytes, float, bytes]) -> bytes:
    data, place, more = drawn
    at = int(place * len(data))
    return data[:at] + more + data[at:]


TABLES = damaged(
    npy(np.ones((4, 1))), npy(np.array(["a"])), b"1\n2\n-3\n", b"a;b\n0,5;1\n", b"1e400\nnan\n", b"\xff\xfe1\x00"
)


@few
@given(name=st.sampled_from(["x.csv", "x.tsv", "x.txt", "x.npy"]), data=TABLES)
def test_tables_of_numbers(name, data):
    app = explore_numbers()
    app.session_state["numbers"] = True
    app.run()
    app.file_uploader(key="numbers-file").upload(name, data).run()
    check(app)


VERSE = "The sea has many voices. " * 60


@few
@given(
    damaged(
        VERSE.encode(), VERSE.encode("utf-16"), VERSE.encode("cp037"), b"%PDF-1.4\n" + bytes(range(256)), b"\0" * 2000
    )
)
def test_texts_to_train_on(data):
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["task"] = "own"
    app.switch_page("pages/train.py").run()
    app.file_uploader(key="train-file").upload("x.txt", data).run()
    check(app)


LISTS = (
    b"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n",
    b'["a","b","c","d","e","f","g","h","i","j"]',
    b'{"a": 0, "b": 1, "c": 99999999999999999999}',
    b'["\\ud800", 1e400, null]',
    b"[" * 300,
    b'{"a": ' * 300,
    "a\u202eb\n<script>\n![x](http://a.example)\n".encode(),
)


@few
@given(what=st.sampled_from(["vocabulary", "labels"]), name=st.sampled_from(["x.txt", "x.json"]), data=damaged(*LISTS))
def test_vocabularies_and_labels(what, name, data):
    app = upload(_models(), "net.npz", npz(gru()))
    widget(app.file_uploader, f"{what}-file").upload(name, data).run()
    check(app)


RECORDED = {"input": np.ones((4, 3), np.float32), "output": np.zeros((4, 5), np.float32)}


@few
@given(
    name=st.sampled_from(["x.npz", "x.safetensors"]),
    data=damaged(npz(RECORDED), save(RECORDED), npz({"input": np.full((4, 3), np.nan)}), npz({"x": np.ones((9,) * 6)})),
)
def test_recorded_outputs(name, data):
    app = upload(_models(), "net.npz", npz(gru()))
    widget(app.file_uploader, "-verify").upload(name, data).run()
    check(app)


@few
@given(
    name=st.sampled_from(["x.npz", "x.safetensors", "x.pt", "x.onnx", "x.keras", "x.h5", "x.zip", "x.json", "x"]),
    data=damaged(npz(gru()), save(gru()), b"\x89HDF\r\n\x1a\n" + bytes(200), b"PK\x03\x04" + bytes(60)),
)
def test_models(name, data):
    app = _models()
    app.file_uploader(key="models-files").upload(name, data).run()
    check(app)


def _models() -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    return app.switch_page("pages/models.py").run()
