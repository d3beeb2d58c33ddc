"""Uploaded vocabularies: every usual form is understood, and anything else is an error with its reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.errors import ArgumentError, InputError
from rnnviz.text.decoding import decode_text
from rnnviz.text.tokens import END, UNKNOWN
from rnnviz.text.vocabularies import build_vocabulary, guess_settings, parse_tokens

from ..checkpoints.damaged_files import MILLION, memory_below
from ..raising import raises

FORMS = {
    "a token a line": "a\nb\n<unk>\n",
    "other line ends, and a mark at the start": "\ufeffa\r\nb\r\n<unk>",
    "with counts": "a\t120\nb\t7\n<unk>\t1\n",
    "a JSON list": '["a", "b", "<unk>"]',
    "a JSON list with a mark at the start": '\ufeff ["a",\n "b", "<unk>"]',
    "tokens to rows": '{"b": 1, "<unk>": 2, "a": 0}',
    "rows to tokens": '{"1": "b", "2": "<unk>", "0": "a"}',
    "Hugging Face": json.dumps({"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}},
                                "added_tokens": [{"id": 2, "content": "<unk>", "special": True}]}),
    "Hugging Face with scores": json.dumps({"model": {"vocab": [["a", -1.5], ["b", -2], ["<unk>", 0]]}}),
    "separated by spaces": "a b <unk>",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_small_files_are_read_as_well(form, encoding):
    """A vocabulary of three tokens is a file of a few bytes."""
    assert parse_tokens(decode_text(FORMS[form].encode(encoding)), 3) == ["a", "b", "<unk>"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('["' + "9" * 5000 + '", 1]', "json_form"),
        ('{"a": ' + "9" * 5000 + "}", "json_digits"),
        (r'["a\ud800", "b"]', "json_text"),
        ('{"a": NaN}', "json_number"),
        ("[" + '"a",' * 2_000_000 + '"b"]', "json_bytes"),
        ("[" + "[]," * 2_000_000 + "[]]", "json_items"),
        ("x" * 5_000_000, "count"),
        ("\u0301" * 2_000_000, "count"),
    ],
    ids=range(8),
)
def test_texts_that_would_cost_much_are_refused_before_they_do(text, code):
    with memory_below(250 * MILLION), raises(InputError, code=code):
        parse_tokens(text, 2)


@pytest.mark.parametrize("form", FORMS)
def test_every_usual_form(form):
    assert parse_tokens(FORMS[form], 3) == ["a", "b", "<unk>"]


def test_a_tokenizer_of_keras_begins_at_1_and_keeps_more_than_it_gives_out():
    index = {"the": 1, "film": 2, "rare": 3}
    plain = json.dumps({"word_index": index})
    assert parse_tokens(plain, 4) == ["<row 0>", "the", "film", "rare"]
    whole = json.dumps({"class_name": "Tokenizer", "config": {"num_words": 3, "word_index": json.dumps(index)}})
    assert parse_tokens(whole, 3) == ["<row 0>", "the", "film"]


def test_rows_without_a_token_get_a_name():
    assert parse_tokens('{"a": 0, "b": 3}', 4) == ["a", "<row 1>", "<row 2>", "b"]


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        ("abc", "abc"),
        (" abc", " abc"),
        ("a b", "a b"),
        ("\n abc", "\n abc"),  # all characters of a corpus, sorted
        ("abc\n", "abc"),
        ("aé\u0301👩\u200d🚀", ["a", "é\u0301", "👩\u200d🚀"]),
    ],
)
def test_characters_may_be_typed_in_one_run(typed, tokens):
    assert parse_tokens(typed, len(tokens)) == list(tokens)


def test_lines_may_begin_like_json():
    assert parse_tokens("[PAD]\n[UNK]\n[CLS]\nthe\n", 4) == ["[PAD]", "[UNK]", "[CLS]", "the"]
    assert parse_tokens('[\n"\n{\n', 3) == ["[", '"', "{"]
    with raises(InputError, code="count", expected=5):
        parse_tokens("[PAD]\n[UNK]\n[CLS]\nthe\n", 5)


REFUSED = {
    "too few": ('["a", "b"]', {"code": "count", "expected": 3}),
    "too many": ("a\nb\nc\nd", {"code": "count", "expected": 3}),
    "nothing": ("", {"code": "count"}),
    "twice": ('["a", "b", "a"]', {"code": "duplicate", "token": "a"}),
    "one row for two": ('{"a": 0, "b": 1, "c": 1}', {"code": "duplicate_row"}),
    "a row that does not exist": ('{"a": 0, "b": 1, "c": 7}', {"code": "unknown_row", "token": "c"}),
    "a row below 0": ('{"a": 0, "b": 1, "c": -1}', {"code": "unknown_row", "token": "c"}),
    "broken JSON": ('["a", "b", ', {"code": "json"}),
    "numbers": ("[1, 2, 3]", {"code": "json_form"}),
    "a list of others": ('["a", 2, null]', {"code": "json_form"}),
    "a map of others": ('{"a": [0]}', {"code": "json_form"}),
    "a map of truths": ('{"a": true, "b": false}', {"code": "json_form"}),
    "nested": ('["' + '", ["' * 3 + '"' + "]" * 4, {"code": "json_form"}),
    "deep": ('{"a":' * 100_000, {"code": "json_depth"}),
    "long": ('["' + "x" * 10_000 + '"]', {"code": "count"}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused_in_a_short_sentence(what):
    text, fields = REFUSED[what]
    with raises(InputError, **fields) as error:
        parse_tokens(text, 3)
    assert len(str(error.value)) < 400


def test_labels_are_called_labels():
    with raises(InputError, code="count", expected=3) as error:
        parse_tokens("yes\nno", 3, what="labels", of="outputs")
    assert "2 labels for 3 outputs" in str(error.value)
    with raises(InputError, code="unknown_row", token="yes") as error:
        parse_tokens('{"yes": 5}', 3, what="labels", of="outputs")
    assert "the outputs" in str(error.value)


pieces = st.text(max_size=6) | st.sampled_from(
    ["[", "{", '"', "\n", "\t", "\ud800", "{}", "[]", '{"model": {"vocab": ']
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(max_size=4) | st.sampled_from(["model", "vocab", "config", "word_index", "num_words", "added_tokens"]),
        inner, max_size=4),
)  # fmt: skip


@given(st.lists(pieces, max_size=10).map("".join) | json_values.map(json.dumps), st.integers(1, 6))
def test_anything_is_a_vocabulary_or_an_error(text, rows):
    try:
        tokens = parse_tokens(text, rows)
    except InputError as error:
        assert error.code and "\n" not in str(error)
        return
    assert len(tokens) == len(set(tokens)) == rows
    for token in tokens:
        token.encode()  # what cannot be written into a file must not come out
    kind, unknown, end = guess_settings(tokens)
    assert len(build_vocabulary(tokens, kind, unknown, end)) == rows


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["<unk>", "a", "é", " "], ("characters", "<unk>", None)),
        (["[UNK]", "the", "don't", "[SEP]", "."], ("words", "[UNK]", "[SEP]")),
        (["▁the", "Film", "</s>"], ("pieces", None, "</s>")),
        (["<pad>", "<s>", "x"], ("characters", None, None)),
        (["<row 0>", "the"], ("words", None, None)),
        (["<unk>"], ("pieces", "<unk>", None)),
    ],
)
def test_how_a_text_is_split_is_guessed_from_the_tokens(tokens, expected):
    assert guess_settings(tokens) == expected


def test_unknown_tokens_and_the_end_are_read_as_their_own_rows():
    made = build_vocabulary(["[UNK]", "the", "film", "[SEP]"], unknown="[UNK]", end="[SEP]")
    reading = made.encode("The great film")
    assert reading.inputs.tolist() == [1, 0, 2, 3]
    assert reading.unknown.tolist() == [False, True, False, False]
    plain = build_vocabulary(["<unk>", "the", "film", "<end>"])
    assert plain.encode("the film").inputs.tolist() == [1, 2]
    with raises(InputError, code="unknown_token", token="great"):
        plain.encode("the great film")


def test_tokens_that_cannot_have_the_role_they_are_given():
    tokens = ["<unk>", "x", END]
    for roles, fields in (
        ({"unknown": "y"}, {"code": "missing", "name": "unknown", "value": "y"}),
        ({"end": "y"}, {"code": "missing", "name": "end", "value": "y"}),
        ({"unknown": "x"}, {"code": "conflict", "name": "unknown", "value": "x"}),
        ({"unknown": "<unk>", "end": "x"}, {"code": "conflict", "name": "end", "value": "x"}),
        ({"unknown": "x", "end": "x"}, {"code": "same", "name": "end", "value": "x"}),
    ):
        with raises(ArgumentError, **fields):
            build_vocabulary(tokens, **roles)
    assert build_vocabulary(tokens, unknown="<unk>", end=END).tokens == (UNKNOWN, "x", END)
