"""Files that are not what they should be: a sentence each, nothing else, and no more memory than they are worth."""

import io
import json
import pickle
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.checkpoints import FORMATS, Checkpoint, File, detect, open_bytes, open_file, open_files, suffixes, supported
from rnnviz.checkpoints.formats import stem
from rnnviz.checkpoints.io import zip_archive
from rnnviz.errors import (
    DamagedFileError,
    FileError,
    LimitError,
    MissingFileError,
    RnnvizError,
    UnsupportedFileError,
)
from rnnviz.limits import MILLION, Limits

from ..raising import raises
from .damaged_files import flipped, memory_below
from .keras_models import sequential
from .saved_models import WRITERS
from .torch_models import WRITTEN, Reader, written

SEQ = {"return_sequences": True}


def sentence(error):
    """Whether a message is one that a person can read: short, and on one line."""
    text = error.message
    assert 10 < len(text) < 1500, text[:2000]
    assert "\n" not in text
    assert "Traceback" not in text
    return True


def opened(name, data):
    """What is made of a file, or None where it is refused in a sentence; the whole of it works or is refused too."""
    try:
        found = open_bytes(name, data)
        str(found)
        for stack in found.stacks:
            found.model(stack.name)
    except RnnvizError as error:
        assert sentence(error)
        return None
    return found


@pytest.fixture(scope="module", params=["torch and ours", pytest.param("keras", marks=pytest.mark.peers)])
def files(request, tmp_path_factory):
    """A small whole file of every format, by name."""
    if request.param == "keras":
        return keras_files(tmp_path_factory.mktemp("files"))
    reader = Reader("gru")
    found = {f"mine.{end}": written(reader, end) for end in WRITTEN}
    model = rnnviz.load("counter-lstm")
    return found | {f"ours.{end}": write(model) for end, write in WRITERS.items()}


def keras_files(folder):
    found = {}
    keras = sequential("keras", lambda L: [L.Bidirectional(L.GRU(4, **SEQ)), L.Dense(3)])
    for end in ("keras", "h5"):
        keras.save(folder / f"k.{end}")
        found[f"k.{end}"] = (folder / f"k.{end}").read_bytes()
    keras.save_weights(folder / "k.weights.h5")
    return found | {"k.weights.h5": (folder / "k.weights.h5").read_bytes()}


names = st.sampled_from([f"x{end}" for end in suffixes()] + ["x", "x.json", "x.weights.h5", "..", "a\nb.pt"])
starts = st.sampled_from(
    [b"", b"\x80\x02", b"\x80\x04\x95", b"PK\x03\x04", b"PK\x05\x06", b"\x89HDF\r\n\x1a\n", b"\x93NUMPY\x01\x00",
     b"\x08\x08\x12", b"GGUF", b"\x1f\x8b", struct.pack("<Q", 20) + b'{"', struct.pack("<Q", 2**60) + b'{"']
)  # fmt: skip


@given(names, starts, st.binary(max_size=80))
def test_any_bytes_under_any_name(name, start, rest):
    assert opened(name, start + rest) is None


def test_every_file_is_known_by_what_it_holds_and_not_by_its_name(files):
    for name, data in files.items():
        if name.endswith("onnx") or name.startswith("mine.old"):
            continue
        assert detect(File("x", data)) is detect(File(name, data))
        assert opened("x.pt" if "safetensors" in name else "x", data) is not None


def test_damaged_files(files):
    for k, (name, data) in enumerate(files.items()):
        assert isinstance(opened(name, data), Checkpoint)
        for cut in (1, 8, 60, len(data) // 3, len(data) // 2, len(data) - 40, len(data) - 1):
            opened(name, data[:cut])
        for damaged in flipped(data, k, 25):
            opened(name, damaged)


def test_what_people_bring_by_mistake():
    for data, code in (
        (b"", "empty"),
        (b"\x1f\x8b123", "foreign"),
        (b"%PDF-1.7", "foreign"),
        (b"\x93NUMPY\x01\x00", "foreign"),
        (b"hello", "format"),
        (b'{"a": 1}', "format"),
    ):
        with raises(FileError, code=code, file="x"):
            open_bytes("x", data)
    with raises(DamagedFileError, code="signature", file="x.h5"):
        open_bytes("x.h5", b"hello")


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name.replace("__", "."), data)
    return file.getvalue()


def test_zips_that_hold_no_model():
    with raises(UnsupportedFileError, code="archive", file="x.zip") as caught:
        open_bytes("x.zip", zipped(model__pt=b"1"))
    assert "model.pt" in caught.value.message
    with raises(UnsupportedFileError, code="archive", file="x.npz"):
        open_bytes("x.npz", zipped())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a\nb" + "c" * 500, b"")
    with raises(UnsupportedFileError, code="archive") as caught:
        open_bytes("x.npz", file.getvalue())
    assert sentence(caught.value) and "a?bccc" in caught.value.message


def test_a_zip_of_very_many_files_is_not_even_listed():
    entry = b"PK\x01\x02" + bytes(42)
    with memory_below(40 * MILLION), raises(LimitError, code="entries"):
        open_bytes("x.npz", b"PK\x03\x04" + entry * 200_000)


def test_bombs():
    zeros = bytes(300 * MILLION)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.npy", np.lib.format.magic(1, 0) + zeros)
    del zeros
    with memory_below(500 * MILLION), raises(LimitError, code="unpacked"):
        open_bytes("x.npz", file.getvalue())
    with raises(LimitError, code="file", limit=MILLION):
        open_bytes("x.npz", b"PK\x03\x04" + bytes(2 * MILLION), limits=Limits(file=MILLION))


def test_nothing_in_a_file_runs(tmp_path):
    class Harm:
        def __reduce__(self):
            return (exec, (f"open({str(tmp_path / 'ran')!r}, 'w')",))

    for data in (
        pickle.dumps({"rnn.weight_hh_l0": Harm()}),
        zipped(**{"x/data__pkl": pickle.dumps(Harm()), "x/version": b"3"}),
        zipped(rnn__npy=pickle.dumps(Harm())),
    ):
        assert opened("mine.pt", data) is None
    assert not (tmp_path / "ran").exists()


arrays_names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["weight_ih_l0", "rnn.weight_hh_l0", "rnn.weight_ih_l0", "W", "U", "b", "kernel", "recurrent_kernel", "bias",
     "a.weight_ih", "a.weight_hh", "b.0.weight_ih", "b.0.weight_hh", "b.1.weight_hh", "b.1.weight_ih", "emb.weight",
     "fc.weight", "fc.bias", "fw_a.W_x", "bw_a.W_x", "fw_a.W_h", "weight_hr_l0", "norm.weight", "rnnviz"]
)  # fmt: skip
shapes = st.lists(st.sampled_from([0, 1, 2, 3, 4, 6, 8, 9, 12]), max_size=3)


@settings(max_examples=150)
@given(
    st.dictionaries(arrays_names, st.tuples(shapes, st.sampled_from(["f2", "f4", "f8", "i1", "i8", "b1"])), max_size=8)
)
def test_arrays_of_any_names_and_shapes(arrays):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, (shape, dtype) in arrays.items():
            part = io.BytesIO()
            np.save(part, np.ones(shape, dtype))
            made.writestr(f"{name}.npy", part.getvalue())
    opened("x.npz", file.getvalue())


def test_files_of_many_layers_and_arrays_are_read_in_reasonable_time():
    """Every pair of them is looked at once at most; this would take hours otherwise."""
    arrays = {}
    for k in range(90):
        name = "".join("abcdefghij"[int(digit)] for digit in f"{k:02}")
        arrays |= {f"{name}.weight_ih": np.ones((3, 2), np.float32), f"{name}.weight_hh": np.ones((3, 1), np.float32)}
    arrays |= {f"w{k}.weight": np.ones((2, 2), np.float32) for k in range(4000)}
    file = io.BytesIO()
    np.savez(file, **arrays)
    found = open_bytes("x.npz", file.getvalue())
    assert len(found.stacks) == 90
    assert len(found.stacks[0].setting("embedding").choices) < 20
    assert len(str(found)) < 300_000


def test_a_folder_gives_only_files_of_its_own(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret.json").write_text("{}")
    (inner / "link.json").symlink_to(tmp_path / "secret.json")
    (inner / "link.safetensors").write_bytes(WRITERS["safetensors"](rnnviz.load("counter-rnn")))
    assert open_file(inner / "link.safetensors").models
    with raises(MissingFileError, file=str(inner)):
        open_file(inner)


def test_names_without_their_endings():
    for name, expected in {
        "a.pt": "a", "b.weights.h5": "b", "x/c.SafeTensors": "c", "d": "d", ".npz": ".npz", "e.v1.keras": "e.v1",
    }.items():  # fmt: skip
        assert stem(name) == expected


def test_cards_of_strangers_inside_a_file():
    from safetensors.numpy import save

    arrays = {"rnn.weight_ih_l0": np.ones((3, 2), np.float32), "rnn.weight_hh_l0": np.ones((3, 1), np.float32)}
    for card in ("", "no JSON", "[]", "null", "[" * 5000, json.dumps({"title": "mine"})):
        assert not open_bytes("x.safetensors", save(arrays, {"rnnviz": card})).models
    ours = json.dumps({"format": 1, "vocabulary": {}})
    with raises(FileError, code="card", file="x.safetensors"):
        open_bytes("x.safetensors", save(arrays, {"rnnviz": ours}))


# ---- the registry ------------------------------------------------------------------------------------------


def test_what_can_be_opened_is_said_by_the_registry():
    for format in FORMATS:
        assert format.title in supported() and all(suffix in supported() for suffix in format.suffixes)
        assert set(format.suffixes) <= set(suffixes())
        assert format.matches(File("x", b"neither here nor there")) is False


def test_a_file_is_parsed_once(files, monkeypatch):
    """However many formats look at it: a zip's directory, and what a format parses."""
    counted = []
    monkeypatch.setattr(
        zip_archive,
        "ZipFile",
        lambda *more, real=zipfile.ZipFile, **options: counted.append(1) or real(*more, **options),
    )
    for name, data in files.items():
        counted.clear()
        open_files({name: data})
        assert len(counted) == (data[:2] == b"PK"), name


def test_an_onnx_file_is_parsed_once(monkeypatch):
    import onnx

    parsed = []
    real = onnx.ModelProto
    monkeypatch.setattr(onnx, "ModelProto", lambda: parsed.append(1) or real())
    data = WRITERS["onnx"](rnnviz.load("counter-rnn"))
    parsed.clear()
    found = open_files({"x.onnx": data})
    assert found.models and parsed == [1]


def test_a_stack_is_converted_once_for_each_override():
    found = open_bytes("mine.npz", written(Reader("gru"), "npz"))
    first = found.convert()
    assert found.convert() is first and found.model().network is first.network and str(found)
    other = found.convert(reset="before")
    assert other is not first and found.convert(reset="before") is other


def test_of_several_files_the_model_is_found():
    arrays = written(Reader("gru"), "npz")
    found = open_files({"notes.json": b"{}", "mine.npz": arrays})
    assert found.name == "mine.npz"
    with raises(UnsupportedFileError, code="several_models"):
        open_files({"one.npz": arrays, "two.npz": arrays})
    with raises(UnsupportedFileError, code="no_model"):
        open_files({"a.json": b"{}", "b.json": b"{}"})
    with raises(UnsupportedFileError, code="format"):
        open_files({"a.json": b"{}", "b.txt": b"hello"})
