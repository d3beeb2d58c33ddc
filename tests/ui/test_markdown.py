"""A stranger's words as Streamlit's Markdown shows them."""

import re

from hypothesis import given

from rnnviz.ui.shared.markdown import WORD_JOINER, plain

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
