"""A chapter on the page: its words with their figures beside the instrument, and the legend at its end."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from pathlib import Path

import streamlit as st

from ....cells import CELLS, Definition
from ....colours import cell_style
from ...shared import lesson_link, notices, page_setup
from ...shared.catalogue import CELL_ORDER
from ...shared.markdown import plain
from . import chapters, glossary
from .block_registry import ChapterContext
from .chapter_instrument import bar, panel
from .chapter_parser import BlockCall, Chapter, Prose, Question, Section, parse_chapter
from .guide_styles import style_element
from .question import show_answer, show_question

COMPARING = {
    "delays",
    "regimes",
    "reach",
    "predictions_over_time",
    "scores",
    "curves",
}  # blocks with a line for each cell
COLUMNS = [1.3, 1]  # the instrument beside the words: wide enough for the widest diagram on a laptop


def show_chapter(file: str) -> None:
    """Show the chapter whose words stand beside a page's file, under the same name.

    What is wrong with the words of a teacher's own chapter is said on the page, with file and line.
    """
    source = Path(file).with_suffix(".md")
    try:
        _show(_read(source, source.stat().st_mtime_ns), _terms(source.with_name("glossary.md")))
    except ValueError as error:
        st.error(plain(f"This chapter cannot be shown. {error}"), icon=":material/edit_document:")


def show_glossary(file: str) -> None:
    """Show all terms of the glossary that stands beside a page's file."""
    page_setup.enter()
    st.html(style_element())
    source = Path(file).with_suffix(".md")
    title = next(line for line in source.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
    st.title(title.removeprefix("# "), anchor=False)
    st.html(glossary.terms_html(_terms(source).values()))
    lesson_link.menu()


@st.cache_resource(show_spinner=False, max_entries=32)
def _read(file: Path, _changed: int) -> Chapter:
    return parse_chapter(file)


def _terms(file: Path) -> dict[str, glossary.Term]:
    return _glossary(file, file.stat().st_mtime_ns)


@st.cache_resource(show_spinner=False, max_entries=4)
def _glossary(file: Path, _changed: int) -> dict[str, glossary.Term]:
    return glossary.load_terms(file)


def _show(chapter: Chapter, terms: dict[str, glossary.Term]) -> None:
    page_setup.enter()
    st.html(style_element())
    st.title(chapter.title, anchor=False)
    number, *_ = chapters.number_and_neighbours(chapter.name)
    if number:
        st.caption(f"Chapter {number} of {len(chapters.CHAPTERS)}, about {chapter.minutes} minutes")
    messages = st.container()
    page = bar(ChapterContext(chapter, terms))
    if chapter.instrument and not chapter.instrument_in_bar:
        left, right = st.columns(COLUMNS, gap="medium")
        with left, st.container(key="instrument"):
            panel(page)
    else:
        right = st.container(key="reading")
    with right:
        for k, section in enumerate(chapter.sections):
            with st.container(key=f"section-{k}"):
                _section(replace(page, key=f"{chapter.name}-{k}"), section)
        with st.container(key="section-legend"):
            _legend(page)
            _turn_the_page(chapter)
            lesson_link.menu(stepping=page.trace is not None and bool(chapter.instrument))
    with messages:
        notices.show()


def _section(page: ChapterContext, section: Section) -> None:
    if section.phase or section.light:
        marks = f'data-phase="{escape(section.phase)}" data-light="{escape(section.light)}"'
        st.html(f'<div class="rnnviz-section" {marks}></div>')
    for k, part in enumerate(section.shown):
        here = replace(page, key=f"{page.key}-{k}")
        if isinstance(part, Prose):
            here.show_prose(part.markdown)
        elif isinstance(part, BlockCall):
            here.show_block(part.name, part.parameters)
        elif lesson_link.shows("questions"):
            show_question(here, part)
        else:
            show_answer(here, part)


def _legend(page: ChapterContext) -> None:
    """What each symbol and colour on this page means, and the terms that its words point to."""
    shown = page.chapter.cells if page.chapter.instrument else []
    definitions = [_definition(page, cell) for cell in shown]
    of_cell = glossary.cell_terms(definitions)
    pointed = sorted(set(re.findall(r"\(#term-([\w-]+)\)", _all_words(page.chapter))) - set(of_cell))
    st.subheader("Symbols, colours and words on this page", anchor=False)
    st.html(glossary.terms_html([*of_cell.values(), *(page.terms[slug] for slug in pointed)]))
    if COMPARING & set(page.chapter.block_names):
        styles = ((CELLS[cell].title, cell_style(cell)) for cell in CELL_ORDER)
        lines = ", ".join(f"{style.glyph} {title} {style.dash_in_words}" for title, style in styles)
        st.caption(f"In charts that compare cells: {lines}.")
    if definitions:
        st.caption(
            "In heatmaps and strips a quantity’s own colour is a high value, nothing is 0, and grey is below 0; "
            "the input vector, which is grey itself, is brown below 0. Violet is what the model says."
        )


def _definition(page: ChapterContext, cell: str) -> Definition:
    """What a cell says of itself, for the page's own cell with the conventions that are switched on."""
    return page.trace.definition if page.trace is not None and page.trace.cell == cell else CELLS[cell].define()


def _all_words(chapter: Chapter) -> str:
    parts = [part for section in chapter.sections for part in section.parts]
    told = [part.markdown for part in parts if isinstance(part, Prose)]
    return "\n".join([*told, *(f"{part.ask}\n{part.why}" for part in parts if isinstance(part, Question))])


def _turn_the_page(chapter: Chapter) -> None:
    number, before, after = chapters.number_and_neighbours(chapter.name)
    if not number or not lesson_link.shows("navigation"):
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", key="turn"):
        if before:
            st.page_link(f"pages/{before}.py", label=chapters.CHAPTERS[before], icon=":material/arrow_back:")
        if after:
            icon = ":material/arrow_forward:"
            st.page_link(f"pages/{after}.py", label=chapters.CHAPTERS[after], icon=icon, icon_position="right")
        else:
            st.page_link("pages/explore.py", label="Explore", icon=":material/visibility:")
