"""Reading text: any that a keyboard, a paste or a fuzzer can produce gives tokens or a clear message."""

import tracemalloc
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.errors import ArgumentError, InputError
from rnnviz.text.tokens import END, LONGEST, UNKNOWN, Vocabulary, normalise, split, visible

from ..raising import raises
from ..strategies import CHARACTERS, WORDS, texts

VOCABULARIES = st.sampled_from([CHARACTERS, WORDS])
NUMBERS = Vocabulary("numbers")
PAIRS = Vocabulary("numbers", vector_size=2)
NOVEL = 10_000_000


def read_or_none(vocabulary, text, limit=None):
    """A reading, or None where there is nothing to read."""
    try:
        return vocabulary.encode(text, limit)
    except InputError as error:
        assert error.code == "empty"
        assert not text.strip()
        return None


@given(vocabulary=VOCABULARIES, text=texts)
def test_any_text_gives_tokens_with_ids_and_marks(vocabulary, text):
    reading = read_or_none(vocabulary, text)
    if reading is None:
        return
    assert len(reading.tokens) == len(reading.inputs) == len(reading.unknown) > 0
    assert not reading.truncated
    for token, k, unknown in zip(reading.tokens, reading.inputs, reading.unknown, strict=True):
        spelled = normalise(vocabulary.kind, token)
        assert vocabulary.tokens[k] == (UNKNOWN if unknown else spelled)
        assert unknown == (spelled not in vocabulary.tokens or spelled == UNKNOWN)


@given(text=texts)
def test_characters_are_the_text_and_nothing_else(text):
    reading = read_or_none(CHARACTERS, text)
    assert reading is None or "".join(reading.tokens) == text


@given(text=texts)
def test_words_leave_out_white_space_alone(text):
    reading = read_or_none(WORDS, text)
    assert reading is None or "".join("".join(reading.tokens).split()) == "".join(text.split())


@given(vocabulary=VOCABULARIES, text=texts, limit=st.integers(1, 5))
def test_a_limit_keeps_the_beginning_and_marks_it_truncated(vocabulary, text, limit):
    whole, short = read_or_none(vocabulary, text), read_or_none(vocabulary, text, limit)
    if whole is None:
        assert short is None
        return
    assert short.tokens == whole.tokens[:limit]
    assert short.truncated == (len(whole.tokens) > limit)
    np.testing.assert_array_equal(short.inputs, whole.inputs[:limit])


@given(vocabulary=VOCABULARIES, text=texts)
def test_a_list_of_tokens_reads_as_the_text_did(vocabulary, text):
    reading = read_or_none(vocabulary, text)
    if reading is not None:
        again = vocabulary.encode(reading.tokens)
        assert again.tokens == reading.tokens
        np.testing.assert_array_equal(again.inputs, reading.inputs)


@given(kind=st.sampled_from(["characters", "words"]), text=texts)
def test_what_a_vocabulary_was_collected_from_it_knows(kind, text):
    vocabulary = Vocabulary.collect(kind, [text])
    reading = read_or_none(vocabulary, text)
    assert reading is None or not reading.unknown.any()


@given(kind=st.sampled_from(["characters", "words"]), text=texts)
def test_spelling_does_not_depend_on_how_an_accent_was_typed(kind, text):
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    if all(len(token) < LONGEST / 4 for token in split(kind, apart)):
        assert [normalise(kind, t) for t in split(kind, composed)] == [normalise(kind, t) for t in split(kind, apart)]


@given(kind=st.sampled_from(["characters", "words"]), text=texts)
def test_normalising_twice_is_normalising_once(kind, text):
    once = normalise(kind, text)
    assert normalise(kind, once) == once


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("naïve", ["n", "a", "ï", "v", "e"]),
        ("nai\u0308ve", ["n", "a", "i\u0308", "v", "e"]),
        ("a\U0001f469\U0001f3fd\u200d\U0001f680b", ["a", "\U0001f469\U0001f3fd\u200d\U0001f680", "b"]),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"]),
        ("\r\n", None),
        ("x\r\ny", ["x", "\r\n", "y"]),
        ("한국", ["한", "국"]),
        ("<b>", ["<", "b", ">"]),
        ("<unk>", ["<", "u", "n", "k", ">"]),
        ("a\x00b", ["a", "\x00", "b"]),
    ],
)
def test_a_character_is_what_a_person_counts_as_one(text, tokens):
    reading = read_or_none(CHARACTERS, text)
    assert (reading and reading.tokens) == tokens


@pytest.mark.parametrize(
    ("text", "tokens", "known"),
    [
        ("The film was good!", ["The", "film", "was", "good", "!"], "11111"),
        ("THE...", ["THE", ".", ".", "."], "1111"),
        ("don't DON’T", ["don't", "DON’T"], "11"),
        ("cafe\u0301 café", ["cafe\u0301", "café"], "11"),
        ("wow - good", ["wow", "-", "good"], "001"),
        ("?!?", ["?", "!", "?"], "010"),
        ("<unk> the", ["<", "unk", ">", "the"], "0001"),
        ("'good'", ["'", "good", "'"], "010"),
        ("שלום the", ["שלום", "the"], "01"),
    ],
)
def test_words_are_lower_case_and_punctuation_is_separate(text, tokens, known):
    reading = WORDS.encode(text)
    assert reading.tokens == tokens
    assert ["01"[not u] for u in reading.unknown] == list(known)


def test_a_token_that_is_spelled_like_the_unknown_one_is_unknown():
    reading = WORDS.encode(["<unk>", "the"])
    assert reading.unknown.tolist() == [True, False]
    assert reading.tokens == ["<unk>", "the"]


def test_the_end_mark_is_read_once_after_the_last_token_and_outside_the_limit():
    vocabulary = Vocabulary.collect("characters", ["abc"], end=True)
    assert vocabulary.encode("abc").tokens == ["a", "b", "c", END]
    assert vocabulary.encode(["a", END]).tokens == ["a", END]
    short = vocabulary.encode("abc", limit=2)
    assert (short.tokens, short.truncated) == (["a", "b", END], True)
    assert vocabulary.tokens[vocabulary.encode("abc").inputs[-1]] == END
    assert not vocabulary.encode("abc").unknown.any()


def test_half_a_surrogate_pair_fits_into_no_file_and_is_replaced():
    reading = CHARACTERS.encode("a\ud83d")
    assert reading.tokens == ["a", "\ufffd"]
    assert CHARACTERS.encode(["a", "\ud83d"]).tokens == reading.tokens
    "".join(reading.tokens).encode()


def test_collecting_counts_words_however_they_were_typed():
    vocabulary = Vocabulary.collect("words", ["Good film", "GOOD!"], at_least=2, end=True)
    assert vocabulary.tokens == (UNKNOWN, END, "good")


@pytest.mark.parametrize("vocabulary", [CHARACTERS, WORDS, NUMBERS])
@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u2003\u00a0", []])
def test_nothing_to_read(vocabulary, text):
    with raises(InputError, code="empty"):
        vocabulary.encode(text)


@pytest.mark.parametrize("vocabulary", [CHARACTERS, NUMBERS])
def test_a_limit_below_one_is_refused(vocabulary):
    with raises(ArgumentError, name="limit", value=0):
        vocabulary.encode("1", limit=0)


@pytest.mark.parametrize("unit", ["a", "ab ", "\u0301", "\U0001f468\u200d", ".", "1 "])
@pytest.mark.parametrize("vocabulary", [CHARACTERS, WORDS, NUMBERS])
def test_only_the_beginning_of_a_pasted_novel_is_in_memory(vocabulary, unit):
    novel = unit * (NOVEL // len(unit))
    tracemalloc.start()
    try:
        reading = vocabulary.encode(novel, limit=200)
    except ValueError as error:
        assert vocabulary is NUMBERS
        assert len(str(error)) < 300
    else:
        assert len(reading.tokens) == 200
        assert reading.truncated
        assert max(map(len, reading.tokens)) <= LONGEST
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 100e6  # the whole novel as a list of tokens takes several times as much


def test_numbers_beyond_the_limit_are_not_read():
    assert NUMBERS.encode("1 2 3 oops", limit=2).tokens == ["1", "2"]


# ---- numbers ---------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=8), st.sampled_from([" ", ", ", ";", "\n", "\t "]))
def test_numbers_are_read_as_they_are(numbers, between):
    reading = NUMBERS.encode(between.join(map(repr, numbers)))
    np.testing.assert_array_equal(reading.inputs, np.array(numbers)[:, None])
    np.testing.assert_array_equal(NUMBERS.encode(numbers).inputs, reading.inputs)
    assert not reading.unknown.any()


@given(texts)
def test_any_text_gives_numbers_or_a_sentence(text):
    try:
        reading = NUMBERS.encode(text)
    except InputError as error:
        assert error.code and str(error).endswith(".")
    else:
        assert np.isfinite(reading.inputs).all()
        assert reading.inputs.shape == (len(reading.tokens), 1)


def test_several_numbers_make_a_step():
    reading = PAIRS.encode("1 2; -0.5 1e3\n−4,5", limit=2)
    np.testing.assert_array_equal(reading.inputs, [[1, 2], [-0.5, 1000]])
    assert reading.tokens == ["1 2", "-0.5 1000"]
    assert reading.truncated
    np.testing.assert_array_equal(PAIRS.encode("−4 5").inputs, [[-4, 5]])
    assert PAIRS.encode(np.ones((3, 2)), limit=2).truncated
    assert not PAIRS.encode(np.ones((3, 2)), limit=3).truncated


@pytest.mark.parametrize(
    ("vocabulary", "given_input", "fields"),
    [
        (NUMBERS, "1 two 3", {"code": "not_a_number", "token": "two"}),
        (NUMBERS, "0x10", {"code": "not_a_number", "token": "0x10"}),
        (NUMBERS, "1e999", {"code": "not_finite"}),
        (NUMBERS, "nan", {"code": "not_finite"}),
        (NUMBERS, [1.0, float("inf")], {"code": "not_finite"}),
        (NUMBERS, "1e39", {"code": "not_finite"}),  # float32 could not hold it
        (NUMBERS, ["1", "two"], {"code": "not_numbers", "expected": 1}),
        (NUMBERS, [None], {"code": "not_finite"}),
        (PAIRS, "1 2 3", {"code": "incomplete_step", "expected": 2}),
        (PAIRS, [1, 2], {"code": "shape", "shape": (2,), "expected": 2}),
        (PAIRS, [[1, 2], [3]], {"code": "not_numbers", "expected": 2}),
        (PAIRS, np.ones((2, 3)), {"code": "transposed", "shape": (2, 3), "expected": 2}),
        (NUMBERS, np.ones((2, 1, 1)), {"code": "shape", "shape": (2, 1, 1)}),
        (NUMBERS, np.float64(1), {"code": "shape", "shape": ()}),
    ],
)
def test_numbers_that_are_not_numbers(vocabulary, given_input, fields):
    with raises(InputError, **fields):
        vocabulary.encode(given_input)


# ---- vocabularies and labels -------------------------------------------------------------------


@pytest.mark.parametrize(
    "vocabulary", [CHARACTERS, WORDS, PAIRS, Vocabulary.collect("characters", ["né", "\n"], end=True)]
)
def test_a_vocabulary_goes_through_json(vocabulary):
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        (("letters", (UNKNOWN,)), {"code": "unknown_kind", "name": "kind", "value": "letters"}),
        (("words", (UNKNOWN, "a", "a")), {"code": "duplicate", "name": "tokens", "value": "a"}),
        (("words", (UNKNOWN,), True), {"code": "no_end_mark", "name": "end"}),
        (("numbers", ("1",)), {"code": "numbers", "name": "tokens"}),
        (("numbers", (), False, 0), {"code": "numbers", "name": "vector_size", "value": 0}),
    ],
)
def test_vocabularies_that_contradict_themselves(arguments, fields):
    with raises(ArgumentError, **fields):
        Vocabulary(*arguments)


@given(texts)
def test_no_label_is_blank_or_breaks_the_line(text):
    for token in split("characters", text):
        label = visible(token)
        assert label.strip()
        assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in label)
        assert visible(label) == label or label.startswith("◌")


@pytest.mark.parametrize(
    ("token", "label"),
    [
        (" ", "␣"), ("\n", "⏎"), ("\t", "⇥"), ("\x00", "␀"), ("\r\n", "␍ ␊"), ("\x85", "U+0085"), ("\u202e", "U+202E"),
        ("\u200b", "U+200B"), ("\u0301", "◌\u0301"), (END, "∎"), ("", "∅"), ("a", "a"), ("é", "é"), ("good", "good"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"), ("<b>", "<b>"),
    ],
)  # fmt: skip
def test_labels_of_what_cannot_be_seen(token, label):
    assert visible(token) == label


# ---- uploaded vocabularies ---------------------------------------------------------------------


def test_without_a_token_for_unknown_ones_they_are_refused_by_name():
    vocabulary = Vocabulary("characters", ("a", "b"))
    assert vocabulary.encode("abba").inputs.tolist() == [0, 1, 1, 0]
    with raises(InputError, code="unknown_token", token="c") as caught:
        vocabulary.encode("ac b")
    assert all(f"“{token}”" in str(caught.value) for token in "c␣ab")


def test_pieces_are_separated_by_spaces_and_spelled_as_in_the_vocabulary():
    vocabulary = Vocabulary("pieces", ("<s>", "AA0", "##ing", "▁the", UNKNOWN))
    reading = vocabulary.encode(" <s>  AA0\n##ing ▁the aa0 ")
    assert reading.tokens == ["<s>", "AA0", "##ing", "▁the", "aa0"]
    assert reading.inputs.tolist() == [0, 1, 2, 3, 4]
    assert reading.unknown.tolist() == [False] * 4 + [True]


@pytest.mark.parametrize(
    "vocabulary",
    [
        Vocabulary("characters", (UNKNOWN, "a", "b")),
        Vocabulary("characters", ("a", " ", "\n")),
        Vocabulary("words", (UNKNOWN, END, "good", "film", "not"), end=True),
        Vocabulary("pieces", tuple("0123456789")),
        Vocabulary("numbers", vector_size=7),
    ],
    ids=str,
)
def test_an_example_has_nothing_unknown_in_it(vocabulary):
    reading = vocabulary.encode(vocabulary.example)
    assert len(reading.tokens) > 0 and not reading.unknown.any()


def test_the_sign_of_a_line_end_stands_for_it_where_the_vocabulary_lacks_the_sign():
    read = Vocabulary("characters", ("<unk>", "\n", "a")).encode("a⏎a")
    assert (read.tokens, read.inputs.tolist()) == (["a", "\n", "a"], [2, 1, 2])
    both = Vocabulary("characters", ("<unk>", "\n", "⏎")).encode("⏎\n")
    assert (both.tokens, both.inputs.tolist()) == (["⏎", "\n"], [2, 1])
    neither = Vocabulary("characters", ("<unk>", "a")).encode("⏎")
    assert neither.unknown.tolist() == [True]
