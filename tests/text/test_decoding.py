"""From the bytes of a file to a text: encodings, line ends, and what is refused."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.errors import DamagedFileError, InputError, LimitError, UnsupportedFileError
from rnnviz.text.decoding import LARGEST, LEAST, decode_text, read_text, read_training_text

from ..raising import raises

LATIN = "Où est passé l'été, à côté du chêne? Les élèves ont reçu leurs livres; le maître, très fâché, a crié. " * 40
POLISH = "Zażółć gęślą jaźń; źle się dzieje w państwie duńskim, książę. " * 40
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. " * 40
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 60


@pytest.mark.parametrize("text", [LATIN, RUSSIAN, JAPANESE, "plain old text \U0001f600 " * 100])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_comes_back_as_it_was(text, encoding):
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize("order", ["be", "le"])
@pytest.mark.parametrize("width", ["16", "32"])
def test_a_byte_order_mark_gives_the_byte_order(order, width):
    mark = getattr(codecs, f"BOM_UTF{width}_{order.upper()}")
    assert decode_text(mark + RUSSIAN.encode(f"utf-{width}-{order}")) == RUSSIAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (LATIN, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
    ],
)
def test_older_encodings_are_recognised(text, encoding):
    assert decode_text(text.encode(encoding)) == text


def test_line_ends_become_newlines():
    assert decode_text(b"one\r\ntwo\rthree\n" * 100) == "one\ntwo\nthree\n" * 100


@pytest.mark.parametrize(
    ("data", "error", "fields"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20, UnsupportedFileError, {"code": "not_text"}),
        (b"a" * (LARGEST + 1), LimitError, {"code": "too_large", "limit": LARGEST, "actual": LARGEST + 1}),
        (codecs.BOM_UTF16_LE + b"\0\xd8" * 900, DamagedFileError, {"code": "wrong_mark"}),
        (b"plain text \x01\x02\x03 " * 200, UnsupportedFileError, {"code": "control_characters"}),
        (b"plain text \0 " * 200, UnsupportedFileError, {"code": "control_characters"}),
    ],
)
def test_what_is_not_text_is_refused(data, error, fields):
    with raises(error, **fields) as caught:
        decode_text(data)
    assert str(caught.value).endswith(".")


@given(st.binary(min_size=0, max_size=4000))
def test_any_bytes_give_a_text_or_an_error(data):
    try:
        text = decode_text(data * 2)
    except ValueError as error:
        assert not isinstance(error, UnicodeError)
        assert str(error).endswith(".")
    else:
        assert len(text) <= 2 * len(data)


@pytest.mark.parametrize(("data", "code"), [(b"short", "too_short"), (b"", "too_short"), (b" \n" * LEAST, "blank")])
def test_a_text_that_is_too_short_to_learn_from_is_still_a_text(data, code):
    """As that of a vocabulary: one token a line may be a few bytes."""
    assert decode_text(data) == data.decode()
    with raises(InputError, code=code):
        read_training_text(data)


@pytest.mark.parametrize(
    ("data", "encoding", "is_guess"),
    [
        (JAPANESE.encode("utf-8"), "UTF-8", False),
        (RUSSIAN.encode("utf-8-sig"), "UTF-8", False),
        (RUSSIAN.encode("utf-16"), "UTF-16", False),
        (LATIN.encode("cp1252"), "windows-1252", True),
    ],
)
def test_the_encoding_is_told(data, encoding, is_guess):
    decoded = read_text(data)
    assert (decoded.encoding, decoded.is_guess) == (encoding, is_guess)


@pytest.mark.parametrize("text", [JAPANESE, RUSSIAN, "\U0001f600" * 1200])
def test_a_text_may_be_cut_within_its_last_letter(text):
    data = text.encode("utf-8")
    for left_out in range(1, len(text[-1].encode())):
        decoded = read_text(data[:-left_out])
        assert (decoded.text, decoded.encoding) == (text[:-1], "UTF-8")


@pytest.mark.parametrize("head", [b"%PDF-1.7\n", b"{\\rtf1\\ansi ", b"%!PS-Adobe-3.0\n", b"PK\x03\x04"])
def test_a_document_of_a_program_is_no_text(head):
    with raises(UnsupportedFileError, code="document"):
        read_text(head + b"plenty of letters that could be read. " * 100)
