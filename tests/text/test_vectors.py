"""Vectors of numbers from texts, noise and named tables: the numbers themselves, or an error that says why not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz import Model
from rnnviz.errors import ArgumentError, InputError, MissingTableError
from rnnviz.network import Network
from rnnviz.text.named_tables import Tables
from rnnviz.text.tokens import Vocabulary
from rnnviz.text.vectors import is_header, noise, step_labels, to_text

from ..raising import raises
from ..strategies import seeds, texts

FINITE = st.floats(-1e30, 1e30)
WIDE = 512


def vocabulary(width, **tables):
    return Vocabulary("numbers", vector_size=width, tables=tables)


def model(width, **tables):
    network = Network.random("gru", hidden=3, embedding=width, classes=2, rng=np.random.default_rng(0))
    return Model("numbers", network, vocabulary(width, **tables), ["no", "yes"])


@st.composite
def arrays(draw):
    width, steps = draw(st.sampled_from([1, 2, 3, 5, 17])), draw(st.integers(1, 5))
    return np.array(draw(st.lists(FINITE, min_size=width * steps, max_size=width * steps))).reshape(steps, width)


# ---- typed and pasted ------------------------------------------------------------------------


@given(
    values=arrays(),
    mark=st.sampled_from(["\t", ", ", "; ", " ", ","]),
    end=st.sampled_from(["\n", "\r\n", "\n\n"]),
    head=st.booleans(),
)
def test_a_table_is_read_as_it_is(values, mark, end, head):
    rows = [mark.join(map(repr, row)) for row in values.tolist()]
    if head:
        rows.insert(0, mark.join(f"feature_{k}" for k in range(values.shape[1])))
    reading = vocabulary(values.shape[1]).encode(end.join(rows))
    np.testing.assert_array_equal(reading.inputs, values)


@given(values=arrays())
def test_what_is_typed_out_reads_back_to_the_same(values):
    np.testing.assert_array_equal(vocabulary(values.shape[1]).encode(to_text(values)).inputs, values)


@given(values=arrays())
def test_an_array_as_python_prints_it_is_read(values):
    reader = vocabulary(values.shape[1])
    np.testing.assert_array_equal(reader.encode(repr(values.tolist())).inputs, values)
    with np.printoptions(threshold=10_000, floatmode="unique"):
        np.testing.assert_array_equal(reader.encode(str(values)).inputs, values)


@given(text=texts | st.text("0123456789.,;-eE \n\tax()[]="), width=st.sampled_from([1, 2, 3, 64]))
def test_any_text_gives_vectors_or_one_sentence(text, width):
    try:
        reading = vocabulary(width).encode(text, 50)
    except InputError as error:
        assert error.code and str(error).endswith(".") and "\n" not in str(error)
    else:
        assert np.isfinite(reading.inputs).all()
        assert reading.inputs.shape == (len(reading.tokens), width)


@pytest.mark.parametrize(
    ("width", "text", "fields"),
    [
        (3, "1 2 3\n4 5", {"code": "incomplete_step", "row": 2, "expected": 3}),
        (3, "a b c\n1 2 3\n\n4 5 6 7", {"code": "incomplete_step", "row": 4}),
        (1, "0,5; 1,25", {"code": "ambiguous_comma", "token": "0,5"}),
        (1, "a\n0,5\n1,25", {"code": "ambiguous_comma", "token": "0,5"}),
        (1, "0,5 0,7", {"code": "ambiguous_comma", "token": "0,5"}),
        (2, "0,5;1,25\n2,5;3,75", {"code": "ambiguous_comma"}),
        (3, "0,5 1,25 3,0", {"code": "ambiguous_comma"}),
        (1, "O.5\n1\n2", {"code": "not_a_number", "token": "O.5"}),  # a slip, not the header of a table
        (1, "value", {"code": "not_a_number", "token": "value"}),
        (64, "x 1", {"code": "not_a_number", "token": "x"}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(width, text, fields):
    with raises(InputError, **fields) as caught:
        vocabulary(width).encode(text)
    if width == 64:
        assert "0.5 -1 2 0.5 …, 64" in str(caught.value)  # how such a step is typed


@pytest.mark.parametrize(
    ("width", "text", "steps"),
    [(2, "1,2;3,4", 2), (2, "1,2\n3,4", 2), (1, "1,2,3\n4,5,6", 6), (3, "1,2,3; 4,5,6", 2), (1, "0,5", 2),
     (4, "1 2\n3 4", 1)],
)  # fmt: skip
def test_commas_between_numbers_stay_commas(width, text, steps):
    assert len(vocabulary(width).encode(text).tokens) == steps


def test_a_transposed_array_is_recognised():
    with raises(InputError, code="transposed", shape=(3, 8), expected=3):
        vocabulary(3).encode(np.ones((3, 8)))


@pytest.mark.parametrize(
    ("cells", "head"),
    [(["a", "b"], True), (["feat.1", "x2", "_y"], True), (['"heart rate"', "t"], True), (["a", "1"], False),
     (["nan"], False), (["inf", "a"], False), ([], False), (["O.5"], False), (["-"], False)],
)  # fmt: skip
def test_a_header_is_words_alone(cells, head):
    assert is_header(cells) is head


# ---- noise -----------------------------------------------------------------------------------


@given(seed=seeds, steps=st.integers(1, 30), width=st.sampled_from([1, 3, WIDE]), scale=st.sampled_from([1.0, 0.25]))
def test_noise_is_what_numpy_draws(seed, steps, width, scale):
    drawn = scale * np.random.default_rng(seed).standard_normal((steps, width))
    for text in (f"noise(seed={seed}, steps={steps}, scale={scale})", f" Noise ({seed},{steps}, {scale}) "):
        reading = vocabulary(width).encode(text)
        np.testing.assert_array_equal(reading.inputs, drawn)
        assert not reading.truncated
    short = vocabulary(width).encode(f"noise(scale={scale}, steps={steps}, seed={seed})", limit=5)
    np.testing.assert_array_equal(short.inputs, drawn[:5])
    assert short.truncated == (steps > 5)


def test_noise_needs_no_more_memory_than_the_steps_that_are_read():
    reading = vocabulary(WIDE).encode("noise(seed=1, steps=10000)", limit=3)
    np.testing.assert_array_equal(reading.inputs, noise(1, 10_000, WIDE)[:3])
    assert reading.truncated


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("noise", "'noise' lacks its parentheses"),
        ("noise(1, 40", "lacks its parentheses"),
        ("noise()", "seed is missing"),
        ("noise(1)", "steps is missing"),
        ("noise(seed=1.5, steps=4)", "seed is '1.5' and not a whole number"),
        ("noise(seed=-1, steps=4)", "seed is '-1' and not a whole number from 0"),
        ("noise(1, 0)", "steps is '0' and not a whole number from 1 to 10000"),
        ("noise(1, 1e9)", "steps is '1e9'"),
        ("noise(1, 4, scale=nan)", "scale is 'nan' and not a number"),
        ("noise(1, 4, -1)", "scale is '-1'"),
        ("noise(sed=1, steps=4)", "'sed'"),
        ("noise(seed=1, seed=2, steps=4)", "seed is given twice"),
        ("noise(steps=4, 1)", "steps is given twice"),
        ("noise(1, 2, 3, 4)", "'4' has no name"),
    ],
)
def test_noise_with_wrong_arguments_says_which(text, words):
    with raises(InputError, code="noise", token=text) as caught:
        vocabulary(2).encode(text)
    assert words in str(caught.value)


# ---- named tables ----------------------------------------------------------------------------


@given(values=arrays(), limit=st.integers(1, 6))
def test_a_tables_name_reads_the_table(values, limit):
    reader = vocabulary(values.shape[1], **{"data.csv": values})
    np.testing.assert_array_equal(reader.encode(" data.csv ").inputs, values)
    short = reader.encode("data.csv", limit)
    np.testing.assert_array_equal(short.inputs, values[:limit])
    assert short.truncated == (len(values) > limit)


def test_a_trace_of_a_tables_name_is_that_of_its_numbers():
    values = noise(3, 6, 4)
    reads = model(4, **{"data.csv": values})
    by_name, by_hand = reads.trace("data.csv"), reads.trace(values)
    np.testing.assert_array_equal(by_name["hidden"], by_hand["hidden"])
    assert by_name.fingerprint == by_hand.fingerprint


@pytest.mark.parametrize("name", ["data.csv", "My data.TSV", "x.npy"])
def test_a_missing_table_is_named(name):
    with raises(MissingTableError, code="missing_table", name=name):
        vocabulary(2).encode(name)


def test_tables_are_compared_by_their_numbers_and_in_no_file():
    one, same, other = (vocabulary(2, data=np.full((3, 2), value)) for value in (1, 1.0, 2))
    assert one == same and hash(one) == hash(same)
    assert one != other and one != vocabulary(2)
    assert Vocabulary.from_json(one.to_json()) == vocabulary(2)
    assert Tables() == Tables({}) != Tables({"a": np.ones((1, 1))})


def test_a_table_cannot_be_changed():
    given_values = np.ones((2, 2))
    reader = vocabulary(2, data=given_values)
    given_values[:] = 5
    assert reader.encode("data").inputs.max() == 1
    with pytest.raises(ValueError, match="read-only"):
        reader.encode("data").inputs[0, 0] = 5


@pytest.mark.parametrize(
    ("kind", "width", "tables", "fields"),
    [
        ("numbers", 2, {"a": np.ones((3, 4))}, {"code": "table_size", "value": 4, "allowed": 2}),
        ("numbers", 2, {"a": np.ones(3)}, {"code": "shape", "value": "a"}),
        ("numbers", 2, {"a": np.ones((0, 2))}, {"code": "shape", "value": "a"}),
        ("numbers", 1, {"a": [[np.nan]]}, {"code": "not_finite", "value": "a"}),
        ("numbers", 1, {"1 2": [[1]]}, {"code": "name", "value": "1 2"}),
        ("numbers", 1, {"noise(1, 2)": [[1]]}, {"code": "name", "value": "noise(1, 2)"}),
        ("numbers", 1, {"": [[1]]}, {"code": "name", "value": ""}),
        ("numbers", 1, {"x" * 200: [[1]]}, {"code": "name"}),
        ("numbers", 1, {"a": [[1]], "b": [[1, 2]]}, {"code": "table_size", "value": {"a": 1, "b": 2}}),
    ],
)
def test_what_cannot_be_a_table(kind, width, tables, fields):
    with raises(ArgumentError, name="tables", **fields):
        Vocabulary(kind, vector_size=width, tables=tables)


def test_only_numbers_have_tables():
    with raises(ArgumentError, code="table_size", name="tables"):
        Vocabulary("characters", ("<unk>",), tables={"a": np.ones((1, 1))})


# ---- labels and fingerprints -----------------------------------------------------------------


def test_long_vectors_are_called_by_their_step_and_short_ones_by_their_numbers():
    assert step_labels(np.array([[0.5, -1, 2]])) == ["0.5 -1 2"]
    assert step_labels(np.zeros((3, 4))) == ["#1", "#2", "#3"]
    assert step_labels(np.zeros((2, 4)), 7) == ["#7", "#8"]
    assert vocabulary(WIDE).encode("noise(1, 100)").tokens[-1] == "#100"


@given(width=st.sampled_from([1, 2, 4, WIDE]), seed=seeds)
def test_vectors_that_look_alike_have_other_fingerprints(width, seed):
    reads = model(width)
    values = noise(seed, 3, width).astype(np.float32)
    values[1, -1] = 0.5
    near = values.copy()
    near[1, -1] = np.nextafter(near[1, -1], np.float32(9))
    one, other = reads.trace(values), reads.trace(near)
    assert one.tokens == other.tokens
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == reads.trace(values).fingerprint
