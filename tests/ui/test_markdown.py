"""Text in Streamlit's Markdown, a stranger's words among it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from rnnviz.ui.shared.markdown import WORD_JOINER, percent, plain, prediction, spoken

from ..strategies import texts


@given(texts)
def test_a_text_is_only_escaped(text):
    shown = re.sub(r"\\(.)", r"\1", plain(text), flags=re.DOTALL)
    assert shown.replace(WORD_JOINER, "") == text.replace(WORD_JOINER, "")


def test_no_address_is_left_whole():
    for address in ("http://a.example", "HTTPS://a.example", "www.a.example", "me@a.example"):
        assert WORD_JOINER in plain(f"see {address}.")
    for usual in ("forget@10=1", "swap@9=x", "a @ b", "http", "www", "Ada"):
        assert WORD_JOINER not in plain(usual)


@given(texts)
def test_what_is_escaped_is_spoken_as_it_was(text):
    heard = text.replace(WORD_JOINER, "")
    assert spoken(plain(text)) == heard
    assert spoken(f"**{plain(text)}**, {percent(0.5)}") == f"{heard}, {percent(0.5)}"


def test_a_prediction_is_spoken_without_marks():
    assert spoken(prediction("a_b", 0.25)) == f"a_b, {percent(0.25)}"


@given(st.floats(0, 1), st.integers(0, 3))
def test_only_all_is_100_percent_and_only_nothing_0(share, digits):
    text = percent(share, digits)
    number = float(re.search(r"[\d.]+", text)[0])
    step = 10.0**-digits
    if text.startswith("under"):
        assert 0 < 100 * share <= number == step
    elif text.startswith("over"):
        assert 100 * share >= number == 100 - step and share < 1
    else:
        assert abs(number - 100 * share) <= 0.5001 * step
        assert (number == 0) == (share == 0) and (number == 100) == (share == 1)
