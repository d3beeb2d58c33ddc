"""A trace: what it holds, its keys, and files that keep it bit for bit and cannot do harm."""

import io
import json
import pickle
import zipfile
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz import Model, Trace, trace_arrays
from rnnviz.errors import DamagedFileError, LimitError, UnknownQuantityError, UnsupportedFileError
from rnnviz.interventions import Hold
from rnnviz.network import Network

from .checkpoints.damaged_files import MILLION, memory_below
from .raising import raises
from .strategies import CHARACTERS, VARIANT_IDS, VARIANTS, draw_network, seeds, texts


def model_of(network):
    return Model("random", network, CHARACTERS, ["a", "b", "c", "d"])


def draw_trace(text="film noir", cell="lstm", seed=0, **sizes):
    return model_of(draw_network(cell, seed=seed, **sizes)).trace(text)


EVERY_VARIANT = pytest.mark.parametrize(("kind", "options"), VARIANTS, ids=VARIANT_IDS)


def same(one, two):
    """Equal in every field that a file keeps, arrays bit for bit and in dtype."""
    kept = [field.name for field in fields(one) if field.name not in ("network", "vocabulary", "card")]
    for name in kept:
        value, other = getattr(one, name), getattr(two, name)
        pairs = [(value, other)] if not isinstance(value, dict) else [(value[k], other[k]) for k in value]
        assert not isinstance(value, dict) or value.keys() == other.keys()
        for a, b in pairs:
            if isinstance(a, np.ndarray):
                assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
            else:
                assert a == b


def saved(trace):
    file = io.BytesIO()
    trace.save(file)
    return file.getvalue()


@EVERY_VARIANT
@pytest.mark.parametrize(("layers", "both"), [(1, False), (2, True)])
def test_keys_and_shapes(kind, options, layers, both):
    trace = draw_trace("abcdefg", kind.name, layers=layers, bidirectional=both, options=options)
    directions = ("forward", "backward") if both else ("forward",)
    assert (len(trace), trace.layers, trace.directions, trace.hidden_size) == (7, layers, directions, 5)
    assert trace.definition == kind.define(**options)
    wanted = {(q, k, d) for q in trace.definition.by_name for k in range(layers) for d in directions}
    assert trace.values.keys() == wanted
    for (quantity, layer, _), array in trace.values.items():
        width = 5 if quantity != "input_vector" else 5 * len(directions) if layer else 3
        assert array.shape == (7, width)
    assert trace.initial.keys() == {
        (s, k, d) for s in trace.definition.states for k in range(layers) for d in directions
    }
    assert trace.probabilities.shape == (7, len(trace.labels))
    np.testing.assert_allclose(trace.probabilities.sum(1), 1, rtol=1e-6)


def test_a_key_may_leave_out_layer_and_direction():
    trace = draw_trace(layers=2, bidirectional=True)
    assert trace["forget"] is trace["forget", 0] is trace["forget", 0, "forward"]
    assert trace["forget", 1] is trace["forget", 1, "forward"] is not trace["forget"]
    assert trace["forget", 0, "backward"] is not trace["forget"]


@pytest.mark.parametrize("key", ["forgot", ("forget", 2), ("forget", 0, "backward"), ("update",), ("forget", "1")])
def test_a_key_that_does_not_exist_is_refused_with_those_that_do(key):
    name = key if isinstance(key, str) else key[0]
    quantities = ("input_vector", "forget", "input", "candidate", "cell", "output", "hidden")
    known = ("0, forward",) if name == "forget" else quantities
    with raises(UnknownQuantityError, kind="quantity", name=name, allowed=known) as caught:
        draw_trace()[key]
    assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize("key", [(), ("forget", 0, "forward", 1)])
def test_a_key_of_too_many_parts_or_none(key):
    with raises(UnknownQuantityError, code="key"):
        draw_trace()[key]


@pytest.mark.parametrize(("layers", "both"), [(1, False), (2, True)])
def test_the_frame_is_tidy_and_equals_the_arrays(layers, both):
    trace = draw_trace("anna a", layers=layers, bidirectional=both)
    frame = trace.to_frame()
    columns = ["step", "token", "layer", "direction", "quantity", "unit", "value"]
    assert list(frame.columns) == columns
    keys = ["step", "layer", "direction", "quantity", "unit"]
    assert not frame.duplicated(keys).any()
    assert len(frame) == sum(array.size for array in trace.values.values())
    assert not frame.isna().any().any()
    for (quantity, layer, direction), array in trace.values.items():
        part = frame[(frame.quantity == quantity) & (frame.layer == layer) & (frame.direction == direction)]
        table = part.pivot(index="step", columns="unit", values="value")
        assert list(table.index) == list(range(1, len(trace) + 1))
        np.testing.assert_array_equal(table.to_numpy(), array)
    tokens = frame.drop_duplicates("step").set_index("step").token
    assert list(tokens) == trace.tokens


@settings(max_examples=10)
@given(text=texts)
@example(text="0\r")
@example(text="0\n,")
def test_the_frame_of_any_text_goes_through_csv(text):
    try:
        trace = draw_trace(text[:6], "rnn")
    except ValueError:
        return
    frame = trace.to_frame()
    # With the line ends of RFC 4180 a token of either line end is quoted; with others one would break its row.
    again = pd.read_csv(io.StringIO(frame.to_csv(index=False, lineterminator="\r\n")), keep_default_na=False)
    np.testing.assert_array_equal(again.value.to_numpy(np.float32), frame.value)


@EVERY_VARIANT
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@settings(max_examples=4)
@given(text=texts, seed=seeds, layers=st.integers(1, 2), both=st.booleans())
def test_a_file_keeps_it_bit_for_bit(kind, options, dtype, text, seed, layers, both):
    network = draw_network(kind.name, seed=seed, layers=layers, bidirectional=both, options=options, dtype=dtype)
    trace = model_of(network).trace("x" + text, limit=20)
    same(Trace.load(io.BytesIO(saved(trace))), trace)


@pytest.mark.parametrize("name", ["trace.npz", "trace", "täglich 1.5"])
def test_it_is_saved_under_the_name_given(tmp_path, name):
    trace = draw_trace()
    trace.save(tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    same(Trace.load(str(tmp_path / name)), trace)


def test_a_network_without_readout_has_no_probabilities():
    network = draw_network("gru", classes=None)
    trace = Model("bare", network, CHARACTERS, []).trace("ab")
    assert trace.probabilities is None
    same(Trace.load(io.BytesIO(saved(trace))), trace)


def test_it_knows_the_network_that_ran_and_a_file_does_not():
    network = draw_network("gru")
    trace = model_of(network).trace("ab")
    assert trace.network is network
    assert "Network" not in repr(trace) and "weight" not in repr(trace)
    data = saved(trace)
    assert Trace.load(io.BytesIO(data)).network is None
    with np.load(io.BytesIO(data)) as archive:
        assert not [name for name in archive if "weight" in name or "network" in name]


# ---- files that are not a trace ------------------------------------------------------------------


def refused(data, code="unreadable", error=DamagedFileError):
    with raises(error, code=code):
        Trace.load(io.BytesIO(data))


@given(st.floats(0, 0.999))
def test_a_file_that_was_cut_off(part):
    data = saved(draw_trace("ab"))
    refused(data[: int(part * len(data))])


@given(st.integers(0, 2**31), st.integers(1, 255))
def test_a_file_with_a_flipped_byte_is_refused_or_still_a_whole_trace(where, change):
    data = bytearray(saved(draw_trace("ab", "rnn")))
    data[where % len(data)] ^= change
    try:
        trace = Trace.load(io.BytesIO(bytes(data)))
    except ValueError:
        return
    assert trace["hidden"].shape == (2, 5)


@given(st.binary(max_size=200))
def test_any_bytes(data):
    refused(data)


def with_about(**changes):
    """A saved trace whose description was edited; None takes an entry away."""
    with np.load(io.BytesIO(saved(draw_trace("ab")))) as archive:
        arrays = dict(archive)
    about = json.loads(arrays["about"].tobytes()) | changes
    about = {name: value for name, value in about.items() if value is not None}
    file = io.BytesIO()
    np.savez(file, **arrays | {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)})
    return file.getvalue()


def with_arrays(**changes):
    with np.load(io.BytesIO(saved(draw_trace("ab")))) as archive:
        arrays = dict(archive)
    arrays = {name: array for name, array in (arrays | changes).items() if array is not None}
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (with_about(cell="gru", options={}), "quantities"),
        (with_about(options={"reset": "before"}), "unreadable"),
        (with_about(tokens=["a"]), "rows"),
        (with_about(tokens=None), "unreadable"),
        (with_about(labels=["a"]), "labels"),
        (with_arrays(**{"initial/cell/0/forward": None}), "initial_states"),
        (with_about(__class__="x"), "unreadable"),
        (with_about(network="x"), "unreadable"),
        (with_about(vocabulary="x"), "unreadable"),
        (with_about(card={}), "unreadable"),
        (with_arrays(**{"values/forget/0/forward": None}), "quantities"),
        (with_arrays(**{"values/forget/0/forward": np.zeros(3)}), "rows"),
        (with_arrays(**{"values/forget/0/forward": np.array([["a"], ["b"]])}), "not_numbers"),
        (with_arrays(**{"values/forget/zero/forward": np.zeros((2, 5))}), "unreadable"),
        (with_arrays(**{"somewhere/else": np.zeros(3)}), "unreadable"),
        (with_arrays(unknown=None), "unreadable"),
        (with_arrays(about=None), "unreadable"),
        (with_arrays(outputs=np.zeros((3, 4)), logits=np.zeros((3, 4))), "rows"),
    ],
)
def test_a_file_that_contradicts_itself(data, code):
    refused(data, code)


def test_a_file_of_another_version_or_an_unknown_cell():
    refused(with_about(format=99), "format", UnsupportedFileError)
    refused(with_about(cell="transformer"), "unknown_cell", UnsupportedFileError)


def test_foreign_files():
    array, archive = io.BytesIO(), io.BytesIO()
    np.save(array, np.zeros(3))
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("word/document.xml", "<w/>")
    for data in (array.getvalue(), archive.getvalue(), b"", b"PK\x03\x04", b"step,token\n1,a\n"):
        refused(data)


def npy(header, data=b""):
    """An .npy file with any header."""
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9223372036854775807," * 400 + ")}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0," + "9223372036854775807," * 400 + ")}",
        "{'descr': '<U1000000000', 'fortran_order': False, 'shape': (1,)}",
        "(" * 5000,
    ],
    ids=range(5),
)
def test_headers_that_claim_very_much(header):
    """Nothing is set aside for what is not there."""
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("about.npy", npy(header, bytes(4)))
    with memory_below(20 * MILLION):
        refused(file.getvalue())


def test_a_trace_that_unpacks_to_very_much(monkeypatch):
    monkeypatch.setattr(trace_arrays, "LARGEST", MILLION)
    zeros = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (50000000,)}", bytes(50 * MILLION))
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.npy", zeros)
    del zeros
    with memory_below(10 * MILLION):
        refused(file.getvalue(), "unpacked", LimitError)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("the file was executed",))


def test_a_file_with_a_pickle_is_refused_and_never_executed():
    refused(pickle.dumps(Bomb()))
    bomb = np.array([Bomb()], dtype=object)
    file = io.BytesIO()
    np.savez(file, about=bomb)
    refused(file.getvalue())
    refused(with_arrays(**{"values/hidden/0/forward": bomb}))


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        Trace.load(tmp_path / "none.npz")


def test_a_network_can_be_traced_from_arrays_alone():
    network = draw_network("rnn")
    again = Network.from_parameters(network.parameters, "rnn")
    same(model_of(again).trace("ab"), model_of(network).trace("ab"))


def test_a_fingerprint_tells_apart_whatever_differs_between_runs():
    lstm, gru = (model_of(draw_network(cell)) for cell in ("lstm", "gru"))
    start = [[{"hidden": np.full(5, 0.5, np.float32), "cell": np.zeros(5, np.float32)}]]
    runs = [
        lstm.trace("film"),
        lstm.trace("flim"),
        lstm.trace("film", initial=start),
        lstm.trace("film", interventions=[Hold("forget", 1)]),
        lstm.trace("film", interventions=[Hold("forget", 0)]),
        gru.trace("film"),
        gru.with_options(update="writes").trace("film"),
        replace(lstm, name="another").trace("film"),
    ]
    assert len({run.fingerprint for run in runs}) == len(runs)
    assert runs[0].fingerprint == lstm.trace("film").fingerprint
    for run in runs:
        assert Trace.load(io.BytesIO(saved(run))).fingerprint == run.fingerprint


def test_states_to_carry_on_from_are_the_callers_own(tmp_path):
    model = rnnviz.load("counter-lstm")
    trace = model.trace("aab", initial=model.trace("ab").final)
    trace.save(tmp_path / "trace.npz")
    for one in (trace, Trace.load(tmp_path / "trace.npz")):
        for taken in ("start", "final"):
            expected = getattr(trace, taken)[0][0]
            states = getattr(one, taken)[0][0]
            for name, array in states.items():
                np.testing.assert_array_equal(array, expected[name])
                array[:] = 9
            assert not any((array == 9).any() for array in getattr(one, taken)[0][0].values())
