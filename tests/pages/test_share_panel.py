"""The panel Share: its link opens the present view without what is left out, and is small enough for a QR code."""

from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rnnviz.ui.shared import share_panel
from rnnviz.ui.shared.lesson_link import PARTS
from rnnviz.ui.shared.qr_code import LONGEST, MARGIN, has_room, qr_code
from rnnviz.ui.shared.share_panel import PRESETS, view_link

from .app_pages import open_page

pytestmark = pytest.mark.usefixtures("open_door")
OTHERS = st.dictionaries(st.sampled_from(["text", "step", "unit", "if", "task"]), st.text(max_size=20))


@given(OTHERS, st.sets(st.sampled_from(list(PARTS))), st.booleans(), st.sampled_from(["", "hide=typing&present=1"]))
def test_a_link_keeps_the_view_and_has_these_choices_instead_of_its_own(view, left_out, larger, own):
    query = "&".join(filter(None, [urlencode(view), own]))
    link = view_link(f"https://rnn.example.org/lstm?{query}", left_out, larger)
    chosen = {"present": "1"} if larger else {}
    chosen |= {"hide": ",".join(sorted(left_out))} if left_out else {}
    assert dict(parse_qsl(urlsplit(link).query, keep_blank_values=True)) == view | chosen
    assert link.split("?")[0] == "https://rnn.example.org/lstm" and not link.endswith("?")


def test_the_presets_leave_out_parts_that_there_are():
    assert all(set(parts) <= set(PARTS) for parts in PRESETS.values())
    assert len({frozenset(parts) for parts in PRESETS.values()}) == len(PRESETS)


@pytest.mark.parametrize("page", ["explore", "lstm", "training", "train", "models", "glossary"])
def test_the_panel_makes_a_link_without_what_is_not_ticked(page):
    app = open_page(page)
    in_panel(app)
    assert not app.exception and all(app.checkbox(key=f"share-{part}").value for part in PARTS)
    in_panel(app, app.checkbox(key="share-typing").uncheck())
    in_panel(app, app.checkbox(key="larger").check())
    assert parse_qsl(urlsplit(link(app)).query) == [("present", "1"), ("hide", "typing")]


def test_a_preset_ticks_the_boxes_and_the_boxes_the_preset():
    app = open_page("explore")
    in_panel(app)
    for name, parts in PRESETS.items():
        in_panel(app, app.button_group(key=share_panel.PRESET).set_value(name))
        assert {part for part in PARTS if not app.checkbox(key=f"share-{part}").value} == set(parts)
        assert dict(parse_qsl(urlsplit(link(app)).query)).get("hide", "") == ",".join(sorted(parts))
    in_panel(app, app.checkbox(key="share-typing").check())
    assert app.button_group(key=share_panel.PRESET).value is None


def test_the_choice_stays_for_the_next_link():
    app = open_page("explore")
    in_panel(app)
    in_panel(app, app.checkbox(key="share-whatif").uncheck())
    app.switch_page("pages/lstm.py").run()
    in_panel(app)
    assert not app.checkbox(key="share-whatif").value and "hide=whatif" in link(app)


def in_panel(app: AppTest, *changes: object) -> None:
    """Run the page with the panel open, after changes in it: a run here is of all of the page."""
    app.button(key="share").click().run()


def link(app: AppTest) -> str:
    """The link that the panel shows."""
    return str(app.code[-1].value)


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "127.8.8.8:1", "[::1]:8501"])
def test_a_link_to_this_machine_alone_is_called_so(host):
    assert share_panel.reach_warning(f"http://{host}/?text=a")


@pytest.mark.parametrize("host", ["rnn.example.org", "192.168.1.7:8501", "[2001:db8::1]"])
def test_a_link_that_others_reach_is_not(host):
    assert not share_panel.reach_warning(f"http://{host}/?text=a")


def test_a_code_has_nothing_of_the_link_but_squares_and_a_white_margin():
    link = "https://rnn.example.org/?text=<script>"
    html = unquote(qr_code(link, 'the "code"'))
    assert "script" not in html and "example" not in html and "&quot;code&quot;" in html
    size = 29 + 2 * MARGIN  # version 3 holds 38 characters, with error correction L
    assert f"viewBox='0 0 {size} {size}'" in html and "fill='#fff'" in html


def test_a_link_has_room_for_as_long_as_phones_can_read_it():
    longest = "https://rnn.example.org/?text=".ljust(LONGEST, "a")
    assert has_room(longest) and qr_code(longest, "code") and not has_room(longest + "a")


def test_a_link_that_is_too_long_is_said_to_be():
    app = open_page("explore", text="a" * LONGEST)
    in_panel(app)
    assert not app.exception and any(f"{LONGEST:,}" in element.value for element in app.info)
    assert not [button for button in app.button if button.key == "share-show-large"]
