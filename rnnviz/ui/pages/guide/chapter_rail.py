"""The way through the guide: the place of a chapter among the others, and the chapters before and after it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ....errors import ChapterError
from ...shared import lesson_link
from . import guesses
from .chapter_parser import Chapter, parse_chapter
from .chapters import CHAPTERS, number_and_neighbours

ALL_ANSWERED = ":material/check:"


@st.cache_resource(show_spinner=False, max_entries=32)
def _parsed(file: Path, changed: int) -> Chapter:
    return parse_chapter(file)


def load_chapter(file: Path) -> Chapter:
    """Parse a chapter, once until its file changes.

    Raises
    ------
    ChapterError
        If the file is not in the form of a chapter.
    """
    return _parsed(file, file.stat().st_mtime_ns)


def show_rail(chapter: Chapter, folder: Path) -> None:
    """Show a chapter's number and length, and a link to each chapter, ticked once all its questions are answered."""
    number, *_ = number_and_neighbours(chapter.name)
    if not number:
        return
    with st.container(horizontal=True, vertical_alignment="center", width="content", key="rail"):
        time = "a minute" if chapter.minutes == 1 else f"{chapter.minutes} minutes"
        st.caption(f"Chapter {number} of {len(CHAPTERS)}, about {time}", width="content")
        if not lesson_link.shows("navigation"):
            return
        with st.container(horizontal=True, gap=None, width="content", key="rail-chapters"):
            for k, (name, title) in enumerate(CHAPTERS.items(), 1):
                score = _score(folder / f"{name}.md")
                icon = ALL_ANSWERED if score and score.complete else None
                help = f"{title} ({score})" if score and score.answered else title
                # The style shows the number alone; the title is for screen readers.
                st.page_link(f"pages/{name}.py", label=f"**{k}** {title}", icon=icon, help=help)


def _score(file: Path) -> guesses.Tally | None:
    """How the questions of a chapter were answered; None if it cannot be read or a lesson has no questions."""
    try:
        return guesses.tally(load_chapter(file)) if lesson_link.shows("questions") else None
    except (ChapterError, OSError):
        return None


def show_neighbours(chapter: Chapter) -> None:
    """Show links to the chapters before and after, and to the glossary."""
    number, before, after = number_and_neighbours(chapter.name)
    if not number or not lesson_link.shows("navigation"):
        return
    st.page_link("pages/glossary.py", label="All terms, symbols and colours: the glossary", icon=":material/menu_book:")
    with st.container(horizontal=True, horizontal_alignment="distribute", key="turn"):
        if before:
            st.page_link(f"pages/{before}.py", label=f"Back: {CHAPTERS[before]}", icon=":material/arrow_back:")
        with st.container(width="content", key="turn-on"):
            if after:
                label = f"Next: {CHAPTERS[after]}"
                icon = ":material/arrow_forward:"
                st.page_link(f"pages/{after}.py", label=label, icon=icon, icon_position="right")
            else:
                st.page_link("pages/explore.py", label="Next: Explore", icon=":material/visibility:")
