"""The menu Share: a link to the present view, as text and as a QR code, without what a lesson does not need."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from . import lesson_link, link_state
from .lesson_link import PART_GROUPS, PARTS
from .link_parameters import HIDE, PRESENT
from .qr_code import LONGEST, has_room, qr_code
from .session_keys import LEFT_OUT, PROJECTED

KEY = "rnnviz_link"  # of the component and its state
PRESET = "share-preset"
LARGE_CODE = "share-large-code"

# What a link leaves out, by the name of the choice.
PRESETS: dict[str, Collection[str]] = {
    "Everything": (),
    "Nothing to change": ("typing", "model", "whatif", "training", "tabs"),
    "Only the view itself": tuple(PARTS),
}

_mount = st.components.v2.component(
    KEY,
    html='<div class="link-to-copy"><button type="button">Copy link</button><span role="status"></span></div>',
    css=Path(__file__).with_name("link_to_copy.css").read_text(),
    js=Path(__file__).with_name("link_to_copy.js").read_text(),
)


def menu() -> None:
    """Show the button that opens the panel, and keep what the session hides in the page's link."""
    lesson_link.save()
    if lesson_link.shows("link") and st.button("Share", icon=":material/share:", key="share"):
        st.session_state[LARGE_CODE] = False
        _panel()


@contextmanager
def beside_title(title: str) -> Iterator[None]:
    """Show a page's title with the buttons A+ and Share beside it; inside the block comes the page.

    Parameters
    ----------
    title : str
        The title.

    Yields
    ------
    None
        The buttons follow after the block, when the page's link is known.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        place = st.container(horizontal=True, vertical_alignment="center", width="content")
    yield
    with place:
        larger_button()
        menu()


@st.dialog("Share this view", width="large", icon=":material/share:")
def _panel() -> None:
    """The link, its code, and what it leaves out."""
    address = _told_address() or f"{(st.context.url or '').split('?')[0]}?{urlencode(link_state.all_parameters())}"
    if st.session_state[LARGE_CODE]:
        _show_large(view_link(address, st.session_state[LEFT_OUT], st.session_state[PROJECTED]))
    else:
        _show_choices(address)


def _show_choices(address: str) -> None:
    words, picture = st.columns([2, 1], gap="medium")
    with words:
        place = st.container()
        st.markdown("**What your class sees**")
        presets = st.container()
        larger = st.checkbox("Open it larger, for a projector", st.session_state.get(PROJECTED, False), key="larger")
        st.session_state[PROJECTED] = larger
    left_out = _choose_parts(presets)
    link = view_link(address, left_out, larger)
    with place:
        st.caption("This link opens the page as you see it now, without what you leave out below.")
        show_link(link)
        if warning := reach_warning(link):
            st.warning(warning, icon=":material/wifi_off:")
    with picture:
        show_code(link, "The QR code of this link")
        with st.container(horizontal=True, gap="small"):
            if has_room(link):
                st.button("Show it large", icon=":material/zoom_out_map:", key="share-show-large", on_click=_set_large)
            if urlsplit(link).scheme in ("http", "https"):
                st.link_button("Open as your class sees it", link, icon=":material/open_in_new:")
        if lesson_link.shows("navigation"):
            st.page_link("pages/teaching.py", label="Teaching with this: three lessons", icon=":material/school:")


def show_link(link: str) -> None:
    """The whole link, and a button that copies it."""
    st.code(link, language=None, wrap_lines=True)
    _mount(key=KEY, data={"known": _told_address(), "link": link}, on_address_change=lambda: None)


def larger_button() -> None:
    """A button that makes the page larger, and back; the script that every page has listens to it."""
    st.html('<button type="button" class="rnnviz-larger" title="Larger, for a projector, and back">A+</button>')


def show_code(link: str, words: str) -> None:
    """Show a link as a QR code, or say why there is none."""
    if has_room(link):
        st.html(qr_code(link, words))
    else:
        st.info(
            f"With {len(link):,} characters the link is too long for a QR code that phones can read (up to "
            f"{LONGEST:,}). A shorter text makes a shorter link; or send it as text.",
            icon=":material/qr_code:",
        )


def _show_large(link: str) -> None:
    with st.container(key="qr-large"):
        show_code(link, "The QR code of this link")
        show_link(link)
    st.button("Back", icon=":material/arrow_back:", key="share-back", on_click=_set_large, args=[False])


def _set_large(large: bool = True) -> None:
    st.session_state[LARGE_CODE] = large


def _choose_parts(presets: DeltaGenerator) -> list[str]:
    """The parts that the link leaves out; the choice stays for the next link."""
    state = st.session_state
    left_out: list[str] = state.setdefault(LEFT_OUT, [*lesson_link.hidden()])
    state[PRESET] = next((preset for preset, parts in PRESETS.items() if set(parts) == set(left_out)), None)
    with presets:
        st.segmented_control(
            "What your class sees", list(PRESETS), key=PRESET, on_change=_apply_preset, label_visibility="collapsed"
        )
    for column, (group, parts) in zip(st.columns(len(PART_GROUPS)), PART_GROUPS.items(), strict=True):
        with column, st.container(gap="xsmall"):
            st.caption(group)
            for name, words in parts.items():
                st.checkbox(words, name not in left_out, key=_tick(name), on_change=_note_ticks)
    return left_out


def _apply_preset() -> None:
    chosen = st.session_state[PRESET]
    if chosen is None:  # a click on what is chosen takes it back
        return
    st.session_state[LEFT_OUT] = sorted(PRESETS[chosen])
    for name in PARTS:
        st.session_state[_tick(name)] = name not in PRESETS[chosen]


def _note_ticks() -> None:
    st.session_state[LEFT_OUT] = sorted(name for name in PARTS if not st.session_state[_tick(name)])


def _tick(name: str) -> str:
    return f"share-{name}"


def view_link(address: str, left_out: Collection[str], larger: bool) -> str:
    """The link of a lesson to what an address opens.

    Parameters
    ----------
    address : str
        The address in the teacher's browser.
    left_out : collection of str
        The parts of the pages that the link hides.
    larger : bool
        Whether the link opens the page in the size for a projector.

    Returns
    -------
    str
        The address with these choices in place of its own.
    """
    page, _, query = address.partition("?")
    parameters = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in (HIDE.name, PRESENT)]
    parameters += [(PRESENT, "1")] * larger
    parameters += [(HIDE.name, ",".join(sorted(left_out)))] * bool(left_out)
    return f"{page}{'?' * bool(parameters)}{urlencode(parameters, safe=',')}"


def _told_address() -> str:
    """The address that the browser has told; empty until it has."""
    state: Any = st.session_state.get(KEY)
    return str(state["address"]) if state and state.get("address") else ""


def reach_warning(link: str) -> str:
    """What to say of a link that only this machine can open."""
    host = urlsplit(link).hostname or ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not here:
        return ""
    return (
        f"“{host}” means this computer, so nobody else can open this link. For a class, open the page at an address "
        "that others can reach, and share it from there."
    )
