"""Properties of texts: each is counted token by token, and fits where it says something."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.atlas.document_tokens import DocumentTokens
from rnnviz.atlas.text_properties import (
    PROPERTIES,
    TEXT,
    fitting_properties,
    properties_by_name,
    running_count,
    running_difference,
)
from rnnviz.errors import UnknownNameError
from rnnviz.text.tokens import split

from ..raising import raises
from ..strategies import texts

PLAY = "First Citizen:\nSpeak, I say:\n\nALL:\nSpeak. What's it?\n\nDuke of York:\n\nWe hear this:\nNo.\n"


def values(name, text, kind="characters"):
    return PROPERTIES[name].of(DocumentTokens.of([[*split(kind, text)]], kind)).tolist()


@given(texts, st.sampled_from(TEXT))
def test_every_property_is_a_finite_number_for_each_token(text, kind):
    document = DocumentTokens.of([[*split(kind, text)]], kind)
    for one in PROPERTIES.values():
        found = one.of(document)
        assert found.shape == (len(document),) and np.isfinite(found).all()
        assert one.kind == "number" or set(found) <= {0.0, 1.0}


@given(st.lists(st.text("aB'\"“”([)\n: ", max_size=12) | st.sampled_from([PLAY, "ALL:"]), max_size=6))
def test_documents_have_nothing_to_do_with_each_other(documents):
    together = DocumentTokens.of(documents)
    for one in [*PROPERTIES.values(), running_count("a"), running_difference("a", "B")]:
        apart = [one.of(DocumentTokens.of([document])) for document in documents]
        np.testing.assert_array_equal(one.of(together), np.concatenate([np.zeros(0), *apart]), err_msg=one.name)


@given(st.lists(st.text("ab", max_size=5), min_size=1, max_size=6), st.data())
def test_a_part_has_the_documents_in_it(documents, data):
    first = data.draw(st.integers(0, len(documents)))
    last = data.draw(st.integers(first, len(documents)))
    part = DocumentTokens.of(documents).part(first, last)
    assert ["".join(part.content(d)) for d in range(last - first)] == documents[first:last]
    assert part.documents.tolist() == [*range(first, last)] and part.first == sum(map(len, documents[:first]))


@given(st.text("ab \n", max_size=40))
def test_positions_and_words_are_counted_one_by_one(text):
    in_line, letters, starts, ends = [], [], [], []
    line = word = 0
    for k, token in enumerate(text):
        line = 0 if token == "\n" else line + 1
        word = word + 1 if token in "ab" else 0
        in_line.append(line)
        letters.append(word)
        starts.append(word == 1)
        ends.append(word > 0 and text[k + 1 : k + 2] not in ("a", "b"))
    assert values("position in line", text) == in_line
    assert values("letters of the word", text) == letters
    assert values("start of word", text) == starts
    assert values("end of word", text) == ends
    assert values("position in document", text) == [*range(1, len(text) + 1)]


@given(st.text("([a])", max_size=40))
def test_depth_goes_up_and_down_and_never_below_zero(text):
    depth, expected = 0, []
    for token in text:
        depth = max(0, depth + (token in "([") - (token in ")]"))
        expected.append(depth)
    assert values("bracket depth", text) == expected


def test_quotes_open_and_close():
    assert values("inside quotes", 'a"bc"d') == [0, 1, 1, 1, 0, 0]
    assert values("inside quotes", "“a”b„c“d") == [1, 1, 0, 0, 1, 1, 0, 0]
    assert values("inside quotes", '“a"b”c') == [1, 1, 1, 1, 0, 0]
    assert values("inside quotes", '"a\nb\n\nc"') == [1, 1, 1, 1, 1, 0, 0, 1]  # a blank line closes what stays open
    assert values("inside quotes", 'say "not bad" again', "words") == [0, 1, 1, 1, 0, 0]


def test_a_line_of_its_own_with_a_colon_after_a_blank_line_is_a_speakers_name():
    inside = values("inside a speaker’s name", PLAY)
    marked = "".join(token if is_inside else "." for token, is_inside in zip(PLAY, inside, strict=True))
    assert [name for name in marked.split(".") if name] == ["First Citizen", "ALL", "Duke of York"]


def test_an_apostrophe_belongs_to_a_word_only_between_letters():
    assert values("letters of the word", "'it's'") == [0, 1, 2, 3, 4, 0]


def test_windows_line_ends_are_line_ends():
    assert values("position in line", "ab\r\nc") == [1, 2, 0, 1]


def test_capitals_of_words():
    assert values("capital letter", "Not BAD, é É", "words") == [1, 1, 0, 0, 1]


@given(st.text("ab", min_size=1, max_size=30))
def test_counts_and_their_difference(text):
    document = DocumentTokens.of([text])
    counts = {token: [text[: k + 1].count(token) for k in range(len(text))] for token in "ab"}
    assert running_count("a").of(document).tolist() == counts["a"]
    assert running_difference("a", "b").of(document).tolist() == np.subtract(counts["a"], counts["b"]).tolist()


def fitting(*documents, kind="characters"):
    return [one.name for one in fitting_properties(DocumentTokens.of([[*split(kind, d)] for d in documents], kind))]


def test_properties_fit_a_text_in_which_they_vary():
    counting = fitting("aabb", "ab")
    assert counting[-1] == "count of a less count of b" and "position in line" not in counting
    assert not {"start of word", "end of word", "letters of the word"} & {*counting}  # of texts without words
    assert {"start of word", "end of word", "letters of the word"} <= {*fitting("ab", "de la Cruz")}
    assert "bracket depth" in fitting("(())", "()") and "bracket depth" not in counting
    assert {"inside a speaker’s name", "position in line"} <= {*fitting(PLAY)}
    of_words = fitting('It was "not bad" at all, but the food (cold) was Awful', kind="words")
    assert of_words == ["position in document", "bracket depth", "inside quotes", "capital letter"]
    of_numbers = fitting_properties(DocumentTokens.of([["step 1", "step 2"]], "numbers"))
    assert [one.name for one in of_numbers] == ["position in document"] and fitting() == []


def test_properties_are_found_by_name_and_taken_as_they_are():
    own = running_count("x")
    assert properties_by_name(["bracket depth", own]) == [PROPERTIES["bracket depth"], own]
    with raises(UnknownNameError, kind="property", name="bracket"):
        properties_by_name(["bracket"])
