"""Uploaded and pasted tables: the numbers that pandas and numpy wrote, or an error that says what is wrong."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.errors import DamagedFileError, InputError, LimitError, RnnvizError, UnsupportedFileError
from rnnviz.limits import Limits
from rnnviz.text import tables

from ..checkpoints.damaged_files import MILLION, memory_below
from ..raising import raises
from ..strategies import texts

DTYPES = ["<f2", "<f4", ">f4", "<f8", "i1", "<u2", ">i8"]
VALUES = st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(0, 999)).map(
    lambda s: np.random.default_rng(s[2]).normal(size=s[:2]) * 10.0 ** (s[2] % 40 - 20)
)


def npy(array, **options):
    np.save(file := io.BytesIO(), array, **options)
    return file.getvalue()


@given(values=VALUES, mark=st.sampled_from([",", ";", "\t"]), head=st.booleans(), end=st.sampled_from(["\n", "\r\n"]),
       encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))  # fmt: skip
def test_what_pandas_wrote_is_read_to_the_same_numbers(values, mark, head, end, encoding):
    columns = [f"é {k}" for k in range(values.shape[1])]
    text = pd.DataFrame(values, columns=columns).to_csv(sep=mark, header=head, index=False, lineterminator=end)
    table = tables.read_table("data.csv", text.encode(encoding), values.shape[1])
    np.testing.assert_array_equal(table, values)
    assert table.dtype == np.float64


@given(values=VALUES, mark=st.sampled_from([";", "\t"]))
def test_decimal_commas_are_understood_where_they_can_be_nothing_else(values, mark):
    values = np.round(values, 2) + 0.0
    if np.abs(values).max() > 1e15:
        return
    text = pd.DataFrame(values).to_csv(sep=mark, header=False, index=False, decimal=",")
    if values.shape[1] > 1:
        np.testing.assert_array_equal(tables.read_table("data.csv", text.encode(), values.shape[1]), values)


@given(values=VALUES)
def test_what_numpy_wrote_as_text_is_read(values):
    np.savetxt(file := io.StringIO(), values, fmt="%.17g")
    np.testing.assert_array_equal(tables.read_table("data.txt", file.getvalue().encode(), values.shape[1]), values)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(5, 3), (1, 5, 3), (5, 1, 3), (15,)])
def test_npy_of_every_dtype_and_shape_is_read(dtype, order, shape):
    values = np.arange(-7, 8).reshape(5, 3).astype(dtype)
    table = tables.read_table("x.npy", npy(np.asarray(values.reshape(shape), order=order)), 3)
    np.testing.assert_array_equal(table, values.astype(np.float64))


def test_one_number_a_step_needs_no_second_axis():
    np.testing.assert_array_equal(tables.read_table("x.npy", npy(np.arange(4.0)), 1), [[0], [1], [2], [3]])
    np.testing.assert_array_equal(tables.read_table("x.csv", b"1,2,3", 1), [[1], [2], [3]])


@pytest.mark.parametrize(
    ("width", "data", "error", "fields"),
    [
        (2, b"1,2\n3\n", InputError, {"code": "row_length", "row": 2}),
        (2, b"a,b\n1,2\n3,x\n", InputError, {"code": "not_a_number", "row": 3, "column": 2, "token": "x"}),
        (2, b"1,2\n3,,\n", InputError, {"code": "empty_cell", "row": 2, "column": 2}),
        (2, b"1,2\n,4\n", InputError, {"code": "empty_cell", "row": 2, "column": 1}),
        (2, b"1,2\n3,nan\n", InputError, {"code": "not_finite", "row": 2, "column": 2}),
        (2, b"1,-inf\n", InputError, {"code": "not_finite", "row": 1, "column": 2}),
        (2, b"1,1e39\n", InputError, {"code": "not_finite", "row": 1, "column": 2}),
        (2, b"", InputError, {"code": "empty"}),
        (2, b"a,b\n", InputError, {"code": "empty"}),
        (1, b"1,2\n3,4\n", InputError, {"code": "ambiguous_comma"}),
        (3, b"1 2\n3 4\n5 6", InputError, {"code": "transposed"}),
        (2, b",a,b\n0,1,2\n1,3,4", InputError, {"code": "row_numbers"}),
        (2, b"1,234;2,345\n3,456;4,567", InputError, {"code": "ambiguous_comma"}),
        (2, b"PK\x03\x04rest", UnsupportedFileError, {"code": "zip"}),
        (2, b"\x00\x01\x02", UnsupportedFileError, {"code": "not_text"}),
        (2, b"\x93NUMPY\x01\x00", DamagedFileError, {"code": "header"}),
        (2, b"\x93NUMPY\x09\x00\x76\x00{}", DamagedFileError, {"code": "header"}),
        (2, npy(np.ones((3, 2)))[:-1], DamagedFileError, {"code": "cut_off"}),
        (2, npy(np.ones((2, 5))), InputError, {"code": "transposed"}),
        (2, npy(np.ones((3, 5))), InputError, {"code": "shape"}),
        (2, npy(np.ones((4, 3, 2))), InputError, {"code": "several_sequences"}),
        (2, npy(np.ones(5)), InputError, {"code": "shape"}),
        (2, npy(np.float64(1)), InputError, {"code": "shape"}),
        (2, npy(np.ones((0, 2))), InputError, {"code": "empty"}),
        (2, npy(np.array([[1, np.nan]])), InputError, {"code": "not_finite", "row": 1, "column": 2}),
        (
            2,
            npy(np.array([[1, 2], [np.inf, 2]], dtype="f2")),
            InputError,
            {"code": "not_finite", "row": 2, "column": 1},
        ),
        (2, npy(np.ones((3, 2), complex)), UnsupportedFileError, {"code": "dtype"}),
        (2, npy(np.array([["a", "b"]])), UnsupportedFileError, {"code": "dtype"}),
        (2, npy(np.array([[{}, {}]]), allow_pickle=True), UnsupportedFileError, {"code": "objects"}),
    ],
)
def test_what_is_not_such_a_table_is_refused(width, data, error, fields):
    with raises(error, file="data.x", **fields) as caught:
        tables.read_table("data.x", data, width)
    assert str(caught.value).startswith("data.x") and str(caught.value).endswith(".")


def test_limits_hold_whatever_a_file_says_about_itself():
    small = Limits(file=300, unpacked=80)
    with raises(LimitError, code="too_large", file="x.csv", limit=300, actual=400):
        tables.read_table("x.csv", b"1\n" * 200, 1, small)
    with raises(LimitError, code="too_many_numbers", file="x.csv", limit=10):
        tables.read_table("x.csv", b"1\n" * 11, 1, small)
    with raises(LimitError, code="too_many_numbers", file="x.npy", limit=10):
        tables.read_table("x.npy", npy(np.zeros(11, "i1")), 1, small)
    claimed = npy(np.zeros((3, 1))).replace(b"(3, 1), }            ", b"(3000000000000, 1), }")
    with raises(DamagedFileError, code="cut_off", file="x.npy"):
        tables.read_table("x.npy", claimed, 1)


@given(text=texts | st.text('0123456789.,;-e \n\tax[]"'), width=st.sampled_from([1, 2, 3]))
def test_any_text_gives_a_table_or_one_sentence(text, width):
    for read in (
        lambda: tables.read_table("x", text.encode("utf-8", "replace"), width),
        lambda: tables.parse_pasted(text, width),
    ):
        try:
            table = read()
        except RnnvizError as error:
            assert error.code and str(error).endswith(".") and "\n" not in str(error)
        else:
            assert table.ndim == 2 and table.shape[1] == width and len(table) and np.isfinite(table).all()


@given(data=st.binary(max_size=60), cut=st.integers(0, 200))
def test_any_bytes_give_a_table_or_one_sentence(data, cut):
    for whole in (data, b"\x93NUMPY" + data, npy(np.ones((3, 2)))[:cut] + data):
        try:
            assert np.isfinite(tables.read_table("x", whole, 2)).all()
        except RnnvizError as error:
            assert error.code and str(error).endswith(".")


def test_pasted_numbers_may_be_written_as_when_typed():
    for text in ("1 2; 3 4", "[[1, 2],\n [3, 4]]", "a\tb\n1\t2\n3\t4\n", "a;b\n1,0;2,0\n3,0;4,0"):
        np.testing.assert_array_equal(tables.parse_pasted(text, 2), [[1, 2], [3, 4]])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_counted_before_they_are_read(end):
    rows = tables.MOST_ROWS
    assert len(tables.read_table("x.csv", ("1" + end).encode() * rows, 1)) == rows
    text = "1" + end
    for read in (
        lambda: tables.read_table("x.csv", text.encode() * (rows + 2), 1),
        lambda: tables.parse_pasted(text * (rows + 2), 1),
    ):
        with raises(LimitError, code="too_many_rows", limit=rows, actual=rows + 3):
            read()


@pytest.mark.parametrize("separator", [";", ",", "\t", " "])
def test_numbers_are_counted_before_they_are_read(separator, monkeypatch):
    small = Limits(file=MILLION, unpacked=8000)
    monkeypatch.setattr(tables, "TABLE", small)
    row = ("0,5" if separator in ";\t" else "1") + separator
    for read in (
        lambda: tables.read_table("x.csv", row.encode() * 1002, 1, small),
        lambda: tables.parse_pasted("1 " * 1002, 1),
        lambda: tables.parse_pasted("[" + "1 " * 1002 + "]", 1),
    ):
        with raises(LimitError, code="too_many_numbers", limit=1000):
            read()


def test_a_file_of_the_greatest_size_is_refused_before_it_is_read():
    for text in (b"0,5;", b"1,", b"1 ", b"1\n"):
        data = text * (tables.TABLE.file // len(text))
        with memory_below(100 * MILLION), raises(LimitError):
            tables.read_table("x.csv", data, 1)
