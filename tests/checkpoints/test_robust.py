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
from rnnviz.checkpoints.checkpoint import Checkpoint, open_bytes, open_file, stem
from rnnviz.checkpoints.detection import READ, format_of
from rnnviz.checkpoints.native.writers import WRITERS
from rnnviz.limits import MILLION, Limits

from .damaged_files import flipped, memory_below
from .keras_models import sequential
from .torch_models import WRITTEN, Reader, written

SEQ = {"return_sequences": True}


def sentence(error):
    """Whether a message is one that a person can read: short, on one line but for a line of code, with a full stop."""
    text = str(error)
    assert 10 < len(text) < 1500, text[:2000]
    assert text.count("\n") <= 3
    assert "Traceback" not in text
    return True


def opened(name, data):
    """What is made of a file, or None where it is refused in a sentence; the whole of it works or is refused too."""
    try:
        found = open_bytes(name, data)
        str(found)
        for stack in found.stacks:
            found.model(stack.name)
    except ValueError as error:
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


names = st.sampled_from([f"x{end}" for end in READ] + ["x", "x.json", "x.weights.h5", "..", "a\nb.pt"])
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
        assert format_of("x", data) == format_of(name, data)
        assert opened("x.pt" if "safetensors" in name else "x", data) is not None


def test_damaged_files(files):
    for k, (name, data) in enumerate(files.items()):
        assert isinstance(opened(name, data), Checkpoint)
        for cut in (1, 8, 60, len(data) // 3, len(data) // 2, len(data) - 40, len(data) - 1):
            opened(name, data[:cut])
        for damaged in flipped(data, k, 25):
            opened(name, damaged)


def test_what_people_bring_by_mistake():
    for data, says in (
        (b"", "is empty"),
        (b"\x1f\x8b123", "is a gzip file: unpack it first"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x93NUMPY\x01\x00", "is a single NumPy array: a model needs several"),
        (b"hello", "is of no known format"),
        (b'{"a": 1}', "is of no known format"),
    ):
        with pytest.raises(ValueError, match=says):
            open_bytes("x", data)
    with pytest.raises(ValueError, match=r"x\.h5 does not begin as such a file does"):
        open_bytes("x.h5", b"hello")


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name.replace("__", "."), data)
    return file.getvalue()


def test_zips_that_hold_no_model():
    with pytest.raises(ValueError, match=r"is a zip that holds model\.pt, which is no model\. Unpack it first\."):
        open_bytes("x.zip", zipped(model__pt=b"1"))
    with pytest.raises(ValueError, match="is a zip that holds nothing"):
        open_bytes("x.npz", zipped())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a\nb" + "c" * 500, b"")
    with pytest.raises(ValueError, match=r"a\?bccc") as error:
        open_bytes("x.npz", file.getvalue())
    assert sentence(error.value)


def test_a_zip_of_very_many_files_is_not_even_listed():
    entry = b"PK\x01\x02" + bytes(42)
    with memory_below(40 * MILLION), pytest.raises(ValueError, match="files inside, which is too many"):
        open_bytes("x.npz", b"PK\x03\x04" + entry * 200_000)


def test_bombs():
    zeros = bytes(300 * MILLION)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.npy", np.lib.format.magic(1, 0) + zeros)
    del zeros
    with memory_below(500 * MILLION), pytest.raises(ValueError, match="million bytes once unpacked"):
        open_bytes("x.npz", file.getvalue())
    with pytest.raises(ValueError, match="million bytes, and at most 1 million are read"):
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
    assert len(found.stacks[0].fact("embedding").options) < 20
    assert len(str(found)) < 300_000


def test_a_folder_gives_only_files_of_its_own(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret.json").write_text("{}")
    (inner / "link.json").symlink_to(tmp_path / "secret.json")
    (inner / "link.safetensors").write_bytes(WRITERS["safetensors"](rnnviz.load("counter-rnn")))
    assert open_file(inner / "link.safetensors").whole is not None
    with pytest.raises(FileNotFoundError, match="there is no file"):
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
        assert open_bytes("x.safetensors", save(arrays, {"rnnviz": card})).whole is None
    ours = json.dumps({"format": 1, "vocabulary": {}})
    with pytest.raises(ValueError, match=r"x\.safetensors was written by rnnviz, but its card does not fit"):
        open_bytes("x.safetensors", save(arrays, {"rnnviz": ours}))
