"""Ask the class: a teacher opens a room for a question, sees how many chose what, and reveals the answer."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import urlencode, urljoin

import streamlit as st

from ....errors import BusyError, UnknownNameError
from ...shared import lesson_link, notices, share_panel
from ...shared.markdown import plain
from ...shared.rooms import ROOMS, Standing
from ...shared.session_keys import HOSTED, HOSTED_RECEIVED, JUST_ANSWERED, SHOW_ROOM
from . import room_watch, vote_bars
from .block_registry import ChapterContext
from .chapter_parser import Question

COUNTS = "room-counts"
GONE = (
    "Your room has closed: rooms stay open for two hours, and a server that restarts forgets them. “Ask the class” "
    "opens a new one."
)


def keep_in_browser() -> None:
    """Let the browser keep what makes it the host, so that a page that is loaded again still is."""
    host = _host()
    kept = " ".join(host) if host else ""
    room_watch.keep("host", kept, bool(host) or HOSTED_RECEIVED in st.session_state, _receive)


def _receive(kept: str) -> None:
    st.session_state[HOSTED_RECEIVED] = True
    code, _, key = kept.partition(" ")
    if ROOMS.is_host(code, key):
        st.session_state[HOSTED] = code, key


def offer(question_key: str, question: Question) -> None:
    """Show the button that asks the class a question."""
    if lesson_link.shows("class"):
        st.button(
            "Ask the class",
            icon=":material/groups:",
            type="tertiary",
            key=f"ask-class-{question_key}",
            help="Everybody answers on a phone or laptop; you see how many chose what, and reveal the answer.",
            on_click=_ask,
            args=[question_key, len(question.choices)],
        )


def is_asked(question_key: str) -> bool:
    """Whether this session's class is asked this question."""
    standing = _standing()
    return standing is not None and standing.question == question_key


@st.fragment  # a vote runs this alone
def show(
    context: ChapterContext,
    question: Question,
    ordered_choices: list[str],
    show_answer: Callable[[ChapterContext, Question], None],
) -> None:
    """Show a question as its host sees it: what the class has chosen and, once that is revealed, the answer."""
    host, standing = _host(), _standing()
    if host is None or standing is None or standing.question != context.key:
        st.rerun()
    code = host[0]
    st.markdown(f":material/groups: **Your class answers** \n\n{context.fill(question.ask)}")
    right = question.right if standing.revealed and question.graded else None
    counts = dict(zip(question.choices, standing.counts, strict=True))
    if standing.revealed or st.session_state.get(COUNTS, True):
        st.html(vote_bars.html(ordered_choices, counts, right))
    with st.container(horizontal=True, vertical_alignment="center", key=f"room-{context.key}"):
        st.markdown(f"**{_answered(standing)}** in room **{plain(code)}**", width="content")
        st.button("Show the code", icon=":material/qr_code:", key="room-show", on_click=_set, args=[SHOW_ROOM, True])
        if standing.revealed:
            again = "Clear these answers, and let the class answer again"
            choices = len(question.choices)
            st.button(
                "Ask again", icon=":material/replay:", key="room-again", help=again, on_click=_ask,
                args=[context.key, choices],
            )  # fmt: skip
        else:
            st.button(
                "Reveal the answer", icon=":material/visibility:", key="room-reveal",
                on_click=_reveal, args=[context.key],
            )  # fmt: skip
            st.toggle("Counts", True, key=COUNTS, help="People who see what others chose may follow them.")
        st.button("Close the room", type="tertiary", key="room-close", on_click=_close)
    if standing.revealed:
        show_answer(context, question)
    room_watch.watch(code, standing, votes=True)
    if st.session_state.pop(SHOW_ROOM, False):
        _show_code(code)


@st.dialog("Answer with your phone or laptop", width="large", icon=":material/groups:")
def _show_code(code: str) -> None:
    """The room's code and link, as large as a projector shows them."""
    link = room_link(code)
    picture, words = st.columns([1, 1], gap="medium", vertical_alignment="center")
    with picture, st.container(key="qr-large"):
        share_panel.show_code(link, f"The QR code of room {code}")
    with words:
        st.html(
            f'<p class="rnnviz-code">Scan the code, or open<br><b>{escape(link.split("?")[0])}</b><br>'
            f"and type<br><strong>{escape(code)}</strong></p>"
        )
        share_panel.show_link(link)
        if (standing := _standing()) is not None:
            st.markdown(f"**{_answered(standing)}**")
            room_watch.watch(code, standing, votes=True, place="code")
        if warning := share_panel.reach_warning(link):
            st.warning(warning, icon=":material/wifi_off:")


def _answered(standing: Standing) -> str:
    return "1 has answered" if standing.votes == 1 else f"{standing.votes:,} have answered"


def room_link(code: str) -> str:
    """The link that leads a class to a room."""
    return f"{urljoin(st.context.url or '', 'room')}?{urlencode({'room': code})}"


def _host() -> tuple[str, str] | None:
    """The code and the key of the session's room; None if there is none, or none any more."""
    host: tuple[str, str] | None = st.session_state.get(HOSTED)
    if host is not None and not ROOMS.is_host(*host):
        del st.session_state[HOSTED]
        notices.add("room", GONE)
        return None
    return host


def _standing() -> Standing | None:
    host = _host()
    try:
        return ROOMS.standing(host[0]) if host else None
    except UnknownNameError:  # its time ended in between
        return None


def _ask(question_key: str, choices: int) -> None:
    try:
        if (host := _host()) is None:
            host = st.session_state[HOSTED] = ROOMS.open()
            st.session_state[SHOW_ROOM] = True
            notices.remove("room")
        ROOMS.ask(*host, question_key, choices)
    except (BusyError, UnknownNameError) as error:
        notices.add("room", error.message)


def _reveal(question_key: str) -> None:
    if (host := _host()) is not None:
        ROOMS.reveal(*host)
        st.session_state[JUST_ANSWERED] = question_key


def _close() -> None:
    if (host := _host()) is not None:
        ROOMS.close(*host)
        del st.session_state[HOSTED]
        st.session_state[HOSTED_RECEIVED] = True  # the browser has nothing more to hand over


def _set(name: str, value: bool) -> None:
    st.session_state[name] = value
