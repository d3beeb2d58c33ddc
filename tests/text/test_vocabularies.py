"""Vocabularies that people bring: every usual form is understood, and all else gets a sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.text.tokens import END, UNKNOWN
from rnnviz.text.vocabularies import build_vocabulary, guess_settings, parse_tokens

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
    "apart by blanks": "a b <unk>",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_usual_form(form):
    assert parse_tokens(FORMS[form], 3) == ["a", "b", "<unk>"]


def test_a_tokenizer_of_keras_begins_at_1_and_keeps_more_than_it_gives_out():
    index = {"the": 1, "film": 2, "rare": 3}
    plain = json.dumps({"word_index": index})
    assert parse_tokens(plain, 4) == ["<row 0>", "the", "film", "rare"]
    whole = json.dumps({"class_name": "Tokenizer", "config": {"num_words": 3, "word_index": json.dumps(index)}})
    assert parse_tokens(whole, 3) == ["<row 0>", "the", "film"]


def test_rows_that_nobody_names_get_a_name():
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
    with pytest.raises(ValueError, match="There are 4 tokens for 5 rows"):
        parse_tokens("[PAD]\n[UNK]\n[CLS]\nthe\n", 5)


REFUSED = {
    "too few": (
        '["a", "b"]', "There are 2 tokens for 3 rows: each needs one, in their order. They begin with 'a', 'b'",
    ),
    "too many": ("a\nb\nc\nd", "There are 4 tokens for 3 rows"),
    "nothing": ("", "There are 0 tokens for 3 rows: each needs one, in their order. They begin with nothing."),
    "twice": ('["a", "b", "a"]', "'a' is there twice: each of the rows needs one of its own."),
    "one row for two": ('{"a": 0, "b": 1, "c": 1}', "gives one number to several tokens"),
    "a row that is none": ('{"a": 0, "b": 1, "c": 7}', "names number 7 for 'c', but there are only the rows 0 to 2"),
    "a row below 0": ('{"a": 0, "b": 1, "c": -1}', "names number -1"),
    "broken JSON": ('["a", "b", ', "begins like JSON but is none"),
    "numbers": ("[1, 2, 3]", "is JSON, but neither a list of tokens nor a map"),
    "a list of others": ('["a", 2, null]', "is JSON, but neither a list of tokens nor a map"),
    "a map of others": ('{"a": [0]}', "is JSON, but neither a list of tokens nor a map"),
    "a map of truths": ('{"a": true, "b": false}', "is JSON, but neither"),
    "nested": ('["' + '", ["' * 3 + '"' + "]" * 4, "is JSON, but neither"),
    "deep": ('{"a":' * 100_000, "nested too deeply"),
    "long": ('["' + "x" * 10_000 + '"]', "They begin with 'xxx"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused_in_a_short_sentence(what):
    text, says = REFUSED[what]
    with pytest.raises(ValueError) as error:
        parse_tokens(text, 3)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


def test_labels_are_called_labels():
    with pytest.raises(ValueError, match="There are 2 labels for 3 outputs"):
        parse_tokens("yes\nno", 3, what="labels", of="outputs")
    with pytest.raises(ValueError, match="only the outputs 0 to 2"):
        parse_tokens('{"yes": 5}', 3, what="labels", of="outputs")


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
def test_anything_is_a_vocabulary_or_gets_a_sentence(text, rows):
    try:
        found = parse_tokens(text, rows)
    except ValueError as error:
        assert "\n" not in str(error)
        return
    assert len(found) == len(set(found)) == rows
    for token in found:
        token.encode()  # what cannot be written into a file must not come out
    kind, unknown, end = guess_settings(found)
    assert len(build_vocabulary(found, kind, unknown, end)) == rows


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
def test_how_a_text_is_cut_is_guessed_from_the_tokens(tokens, expected):
    assert guess_settings(tokens) == expected


def test_unknown_tokens_and_the_end_are_read_as_their_own_rows():
    made = build_vocabulary(["[UNK]", "the", "film", "[SEP]"], unknown="[UNK]", end="[SEP]")
    reading = made.encode("The great film")
    assert reading.inputs.tolist() == [1, 0, 2, 3]
    assert reading.unknown.tolist() == [False, True, False, False]
    plain = build_vocabulary(["<unk>", "the", "film", "<end>"])
    assert plain.encode("the film").inputs.tolist() == [1, 2]
    with pytest.raises(ValueError, match="The model’s vocabulary has no “great”"):
        plain.encode("the great film")


def test_tokens_that_cannot_stand_for_what_they_should():
    tokens = ["<unk>", "x", END]
    for given_, says in (
        ({"unknown": "y"}, "The vocabulary has no 'y' to stand for unknown tokens"),
        ({"end": "y"}, "no 'y' to stand for the end"),
        ({"unknown": "x"}, "has '<unk>' already, so 'x' cannot stand for unknown tokens"),
        ({"unknown": "<unk>", "end": "x"}, "has '<end>' already"),
        ({"unknown": "x", "end": "x"}, "'x' cannot stand for unknown tokens and for the end as well"),
    ):
        with pytest.raises(ValueError, match=says):
            build_vocabulary(tokens, **given_)
    assert build_vocabulary(tokens, unknown="<unk>", end=END).tokens == (UNKNOWN, "x", END)
