"""The page on which a class answers: the question that is asked now, and its answer once the teacher reveals it."""

from __future__ import annotations

import secrets
import time
from html import escape
from pathlib import Path

import streamlit as st

from ....errors import ArgumentError, BusyError, ChapterError, UnknownNameError
from ...shared import lesson_link, link_parameters, notices, page_setup
from ...shared.markdown import plain
from ...shared.rooms import ROOMS, Standing
from ...shared.session_keys import VOTER, VOTER_RECEIVED, WRONG_CODES
from . import room_watch, vote_bars
from .block_registry import ChapterContext
from .chapter_parser import Chapter, Question
from .chapter_rail import load_chapter
from .guide_styles import style_element
from .markup import without_markup, without_positions
from .question import shuffled_choices

LONGEST = 24  # characters of a code: the longest name of a server, and its signs
TRIES, TRIES_SECONDS = 10, 60.0  # wrong codes that a session may try in so many seconds
JOIN = (
    '<form class="rnnviz-join" action="room" method="get"><label>Room code '
    '<input name="room" value="{code}" maxlength="{longest}" required autocomplete="off" spellcheck="false"></label>'
    '<button type="submit">Join</button></form>'
)


def show_room(file: str) -> None:
    """Show the room that the link names, or a box for its code.

    Parameters
    ----------
    file : str
        The page's Python file; the chapters are beside it.
    """
    page_setup.enter()
    st.html(style_element())
    st.title("Answer with your class", anchor=False)
    messages = st.container()
    with st.container(key="reading"):
        _show(Path(file).parent)
    lesson_link.save()
    with messages:
        notices.show()


@st.fragment  # what happens in the room runs this alone
def _show(folder: Path) -> None:
    link_parameters.ROOM.restore()
    code = ROOMS.normal(link_parameters.ROOM.save())[:LONGEST]
    if not code:
        st.markdown("Your teacher shows a code to type here, or a QR code to scan.")
        st.html(JOIN.format(code="", longest=LONGEST))
        return
    standing = _standing(code)
    if standing is None:
        st.html(JOIN.format(code=escape(code), longest=LONGEST))
        return
    asked = _asked(folder, standing.question)
    if asked is None:
        st.info("You are in. The question comes here as soon as your teacher asks one.", icon=":material/groups:")
    else:
        chapter, question = asked
        token = _token(code)
        room_watch.keep("voter", f"{code} {token}", VOTER_RECEIVED in st.session_state, _receive)
        with st.container(border=True, key="question"):
            _show_question(code, standing, token, ChapterContext(chapter, {}), question)
    room_watch.watch(code, standing)


def _standing(code: str) -> Standing | None:
    """What is going on in the room; where there is none, a sentence says what to do."""
    now = time.monotonic()
    wrong: dict[str, float] = st.session_state.setdefault(WRONG_CODES, {})
    for old in [tried for tried, when in wrong.items() if now - when > TRIES_SECONDS]:
        del wrong[old]
    if len(wrong) >= TRIES and code not in wrong:
        st.warning("Too many wrong codes. Wait a minute, then try again.", icon=":material/hourglass:")
        return None
    try:
        return ROOMS.standing(code)
    except UnknownNameError:
        wrong[code] = now
    if ROOMS.is_elsewhere(code):
        words = f"Room {code} is not on this server. Press Join, which leads to the right one."
    else:
        words = (
            f"There is no room {code}. Check the code. If it is right, the room has closed: rooms stay open for two "
            "hours at most."
        )
    st.warning(plain(words), icon=":material/groups:")
    return None


def _asked(folder: Path, key: str) -> tuple[Chapter, Question] | None:
    """The question of a key, and its chapter; None if there is none, as after the chapter was edited."""
    name = key.rsplit("-", 2)[0]
    try:
        chapter = load_chapter(folder / f"{name}.md") if name else None
    except (ChapterError, OSError):
        return None
    question = dict(chapter.questions).get(key) if chapter else None
    return (chapter, question) if chapter and question else None


def _show_question(code: str, standing: Standing, token: str, context: ChapterContext, question: Question) -> None:
    ask = context.fill(without_positions(question.ask))
    st.markdown(f"**{ask}**" if "\n" not in ask and "*" not in ask else ask)
    choices = shuffled_choices(question)
    given = _vote_of(code, token)
    chosen = None if given is None or given >= len(question.choices) else question.choices[given]
    if standing.revealed:
        _show_answer(standing, context, question, choices, chosen)
        return
    widget = f"vote-{standing.turn}"
    if chosen is not None and st.session_state.get(widget) is None:
        st.session_state[widget] = chosen
    st.radio(
        without_markup(ask),
        choices,
        index=None,
        key=widget,
        on_change=_vote,
        args=[code, standing.turn, widget, question],
        label_visibility="collapsed",
    )
    if chosen is None:
        st.caption("Choose what you expect. Nobody sees who chose what.")
    else:
        st.success(
            "Your choice is in. The answer comes here when your teacher reveals it; until then you can choose again.",
            icon=":material/how_to_vote:",
        )


def _show_answer(
    standing: Standing, context: ChapterContext, question: Question, choices: list[str], chosen: str | None
) -> None:
    if question.graded:
        if chosen is None:
            st.markdown(f":material/info: **It is “{question.right}”.**")
        elif chosen == question.right:
            st.markdown(f":material/check_circle: You expected “{chosen}”, and **that is right**.")
        else:
            st.markdown(f":material/cancel: You expected “{chosen}”; **it is “{question.right}”**.")
    counts = dict(zip(question.choices, standing.counts, strict=False))
    if len(counts) == len(choices):
        st.html(vote_bars.html(choices, counts, question.right if question.graded else None))
    st.markdown(context.fill(without_positions(question.why)))
    chapter = context.chapter
    st.page_link(
        f"pages/{chapter.name}.py", label=f"See it in the chapter: {chapter.title}", icon=":material/menu_book:"
    )


def _vote_of(code: str, token: str) -> int | None:
    try:
        return ROOMS.vote_of(code, token)
    except UnknownNameError:  # closed in between: the browser notices
        return None


def _vote(code: str, turn: int, widget: str, question: Question) -> None:
    choice = st.session_state[widget]
    if choice is None:
        return
    try:
        ROOMS.vote(code, turn, _token(code), question.choices.index(choice))
    except ArgumentError:  # the answer was revealed meanwhile, and the page shows it now
        pass
    except (BusyError, UnknownNameError) as error:
        notices.add("vote", error.message)


def _token(code: str) -> str:
    """What makes a browser's votes one; random, and of this room alone."""
    known, token = st.session_state.get(VOTER, ("", ""))
    if known != code:
        token = secrets.token_urlsafe(16)
        st.session_state[VOTER] = code, token
    return str(token)


def _receive(kept: str) -> None:
    st.session_state[VOTER_RECEIVED] = True
    code, _, token = kept.partition(" ")
    if token and code == st.session_state.get(VOTER, ("", ""))[0]:
        st.session_state[VOTER] = code, token
