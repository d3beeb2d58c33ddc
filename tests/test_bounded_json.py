"""JSON within bounds: what is within them is what Python's own parser makes of it, and all else a sentence."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.bounded_json import DEEPEST, DIGITS, ITEMS, LONGEST, measure, parse_json
from rnnviz.errors import DamagedFileError, FileError, LimitError
from rnnviz.limits import LONGEST_NAME

from .checkpoints.damaged_files import MILLION, memory_below
from .raising import raises

texts = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


def refused(text, error, code):
    with raises(error, code=code, file="x") as caught:
        parse_json("The card of x", text, file="x")
    assert len(caught.value.message) < 300
    return caught.value


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_what_is_within_the_bounds_is_read_as_python_reads_it(value, ascii, indent):
    text = json.dumps(value, ensure_ascii=ascii, indent=indent)
    assert (
        parse_json("x", text)
        == parse_json("x", text.encode())
        == parse_json("x", b"\xef\xbb\xbf" + text.encode())
        == value
    )


def slowly(text):
    """Items and depth of valid JSON, sign by sign."""
    items = depth = deepest = place = 0
    inside = False
    while place < len(text):
        sign = text[place]
        if inside:
            place += sign == "\\"
            inside = sign != '"'
        elif sign == '"':
            inside = True
        elif sign in "[{":
            depth, items = depth + 1, items + 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
        elif sign in ",:":
            items += 1
        place += 1
    return items, deepest


@given(values | st.lists(st.text('\\"[]{},:a', max_size=8)))
def test_it_is_measured_without_being_parsed(value):
    text = json.dumps(value)
    items, depth, longest = measure(text.encode())
    exact = slowly(text)
    assert items >= exact[0] and depth >= exact[1]
    assert longest >= max((len(part.encode()) for part in strings(value)), default=0)
    longer = "[" * 100 + text + ", [" + "[]," * 5000 + "0]" + "]" * 100  # long enough to be measured exactly
    items, depth, longest = measure(longer.encode())
    assert (items, depth) == slowly(longer)
    assert longest >= max((len(part.encode()) for part in strings(value)), default=0)


def strings(value):
    """All texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from strings(entry)
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield key
            yield from strings(entry)


@given(st.text('[]{}",:\\a1e-.u ', max_size=40) | st.text(max_size=20))
def test_any_text_is_read_as_python_reads_it_or_refused(text):
    try:
        value = parse_json("x", text)
    except FileError as error:
        assert error.code.startswith("json") and "\n" not in error.message
        return
    assert value == json.loads(text)


@pytest.mark.parametrize(
    ("text", "error", "code"),
    [
        ("", DamagedFileError, "json"),
        ("[1,]", DamagedFileError, "json"),
        (b"\xff\xfe[]", DamagedFileError, "json_text"),
        ("\ud800", DamagedFileError, "json_text"),
        (r'["a\ud800b"]', DamagedFileError, "json_text"),
        (r'{"\uDFFF": 1}', DamagedFileError, "json_text"),
        ("NaN", DamagedFileError, "json_number"),
        ("[-Infinity]", DamagedFileError, "json_number"),
        ("1e400", DamagedFileError, "json_number"),
        ("1" + "0" * 400, LimitError, "json_digits"),
        ("0." + "1" * DIGITS, LimitError, "json_digits"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), LimitError, "json_depth"),
        ("[" * 1_000_000, LimitError, "json_depth"),
        (" " * (LONGEST + 1), LimitError, "json_bytes"),
        ("\u20ac" * (LONGEST // 3 + 1), LimitError, "json_bytes"),
        ("[" + "0," * ITEMS + "0]", LimitError, "json_items"),
        ("{" + '"a":[],' * (ITEMS // 2) + '"a":[]}', LimitError, "json_items"),
        ('{"' + "k" * (LONGEST_NAME + 1) + '": 1}', LimitError, "json_key"),
    ],
    ids=range(18),
)
def test_what_is_beyond_the_bounds_is_refused(text, error, code):
    found = refused(text, error, code)
    if isinstance(found, LimitError):
        assert found.actual > found.limit


def test_what_is_just_within_the_bounds_is_read():
    assert parse_json("x", "9" * DIGITS) == int("9" * DIGITS)
    assert len(parse_json("x", "[" + "0," * (ITEMS - 1) + "0]")) == ITEMS
    assert parse_json("x", "[" * DEEPEST + "]" * DEEPEST)
    assert parse_json("x", json.dumps({"k" * LONGEST_NAME: "v" * 10 * LONGEST_NAME}))
    assert parse_json("x", r'"\ud83d\ude00"') == "\U0001f600"
    assert math.isclose(parse_json("x", "1.5e300"), 1.5e300)


@pytest.mark.parametrize("entry", ["{},", "[],", '{"a":0},', "0,", '"",', "1.5,"])
def test_memory_is_bounded_before_python_objects_are_made(entry):
    """Of a text as long as it may be; parsed, its entries would take up to ten times as much."""
    text = "[" + entry * (LONGEST // len(entry) - 2) + "0]"
    with memory_below(200 * MILLION):
        refused(text, LimitError, "json_items")
