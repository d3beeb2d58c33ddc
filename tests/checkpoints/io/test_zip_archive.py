"""Zips of others: what is inside comes out, within bounds, or a sentence says why not."""

import io
import struct
import warnings
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.checkpoints.io.opening_budget import OpeningBudget
from rnnviz.checkpoints.io.zip_archive import ZipArchive, plain_name
from rnnviz.errors import DamagedFileError, FileError, LimitError, UnsupportedFileError
from rnnviz.limits import Limits

from ...raising import raises
from ..damaged_files import MILLION, flipped, memory_below


def budget(**limits):
    return OpeningBudget("mine.x", Limits(**limits))


def packed(files, method=ZIP_DEFLATED):
    made = io.BytesIO()
    with ZipFile(made, "w", method) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that stand twice
        for name, data in files:
            file.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
@given(
    files=st.dictionaries(st.text("abc/ö.", min_size=1).filter(lambda name: name[-1] != "/"), st.binary(max_size=300))
)
def test_what_was_put_in_comes_out(method, files):
    file = ZipArchive("mine.x", packed(files.items(), method))
    assert {name: file.read(name) for name in file.names} == files
    assert all(name in file for name in files) and "other" not in file


def test_folders_are_no_files():
    assert ZipArchive("mine.x", packed([("a/", b""), ("a/b", b"1")])).names == ["a/b"]


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA])
def test_methods_that_unpack_without_bounds_are_refused(method):
    file = ZipArchive("mine.x", packed([("a", b"0" * 1000)], method))
    with raises(UnsupportedFileError, code="compression", file="mine.x", part="a"):
        file.read("a")


def test_an_encrypted_file_is_refused():
    data = bytearray(packed([("a", b"secret")], ZIP_STORED))
    data[6] |= 1  # in its own header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the table
    with raises(UnsupportedFileError, code="encrypted", file="mine.x", part="a"):
        ZipArchive("mine.x", bytes(data)).read("a")


def test_a_name_that_stands_twice_is_refused():
    with raises(DamagedFileError, code="duplicate", file="mine.x", part="a"):
        ZipArchive("mine.x", packed([("a", b"1"), ("a", b"2")]))


def test_bombs_stop_at_the_limit_whatever_they_say_of_their_size():
    bomb = bytearray(packed([("a", b"0" * 50 * MILLION)]))
    for table, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = bomb.index(table) + place
        assert struct.unpack_from("<I", bomb, start) == (50 * MILLION,)
    for claimed in (50 * MILLION, 10):
        struct.pack_into("<I", bomb, bomb.index(b"PK\x01\x02") + 24, claimed)
        with (
            memory_below(5 * MILLION),
            raises(LimitError, code="unpacked") if claimed > 10 else raises(FileError, file="mine.x"),
        ):
            ZipArchive("mine.x", bytes(bomb), budget(unpacked=MILLION)).read("a")


def test_the_limit_holds_for_all_files_together():
    file = ZipArchive("mine.x", packed([(str(k), b"0" * 400) for k in range(3)]), budget(unpacked=1000))
    assert len(file.read("0")) == len(file.read("1")) == 400
    with raises(LimitError, code="unpacked", file="mine.x", limit=1000):
        file.read("2")


def test_a_long_table_is_refused_before_it_is_parsed():
    data = packed([(f"{k}", b"") for k in range(140)])
    assert len(ZipArchive("mine.x", data, budget(arrays=10)).names) == 140
    with raises(LimitError, code="entries", limit=136, actual=140):
        ZipArchive("mine.x", data, budget(arrays=9))


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
def test_damage_gives_the_right_bytes_or_a_sentence(method):
    files = {"a/b.bin": bytes(range(40)), "c": b""}
    data = packed(files.items(), method)
    for damaged in [*(data[:end] for end in range(len(data))), *flipped(data, 0, 1000)]:
        try:
            file = ZipArchive("mine.x", damaged)
            contents = {name: file.read(name) for name in file.names}
        except FileError as error:
            assert error.file == "mine.x"
        else:  # names are not secured by a sum
            assert set(contents.values()) <= set(files.values())


@pytest.mark.parametrize("name", ["../../etc/x", "..\\..\\x", "/x", "C:\\a\\x", "a/../x"])
def test_a_plain_name_stays_in_its_folder(name):
    assert plain_name(name) == "x"
