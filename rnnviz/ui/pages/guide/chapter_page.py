"""A chapter on the page: its text with figures beside the instrument, and a legend at its end."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path

import streamlit as st

from ....cells import CELLS, Definition
from ....colours import cell_style
from ...shared import lesson_link, notices, page_setup, share_panel
from ...shared.catalogue import CELL_ORDER, trainable_cells
from ...shared.markdown import plain
from . import class_room, glossary, guesses
from .block_registry import ChapterContext
from .chapter_instrument import show_bar, show_instrument
from .chapter_parser import BlockCall, Chapter, Prose, Section
from .chapter_rail import load_chapter, show_neighbours, show_rail
from .guide_styles import link_style_element, style_element
from .question import show_answer, show_question

# The blocks that draw one line for each cell, which the legend explains.
ONE_LINE_PER_CELL = {"delays", "regimes", "reach", "predictions_over_time", "beginnings", "scores", "curves"}
COLUMNS = [1.3, 1]  # instrument and text: the instrument is wide enough for the widest diagram on a laptop


def show_chapter(file: str) -> None:
    """Show the chapter that belongs to a page's file.

    A mistake in the chapter, which a teacher may have made, is shown on the page with its file and line.

    Parameters
    ----------
    file : str
        The page's Python file; the chapter is the Markdown file of the same name beside it.
    """
    source = Path(file).with_suffix(".md")
    try:
        _show(load_chapter(source), _terms(source.with_name("glossary.md")), source.parent)
    except ValueError as error:
        st.error(plain(f"This chapter cannot be shown. {error}"), icon=":material/edit_document:")


def show_glossary(file: str) -> None:
    """Show all terms of the glossary, and the cells that the guide does not have.

    Parameters
    ----------
    file : str
        The page's Python file; the glossary is the Markdown file of the same name beside it.
    """
    page_setup.enter()
    st.html(style_element())
    source = Path(file).with_suffix(".md")
    title = next(line for line in source.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
    with share_panel.beside_title(title.removeprefix("# ")):
        messages = st.container()
        terms = _terms(source)
        st.html(glossary.terms_html(terms.values()))
        st.subheader("More cells", anchor=False)
        further = [CELLS[name] for name in trainable_cells() if name not in CELL_ORDER]
        st.html(glossary.cells_html(further, terms))
    with messages:
        notices.show()


def _terms(file: Path) -> dict[str, glossary.Term]:
    """The glossary, kept until its file changes."""
    return _glossary(file, file.stat().st_mtime_ns)


@st.cache_resource(show_spinner=False, max_entries=4)
def _glossary(file: Path, changed: int) -> dict[str, glossary.Term]:
    return glossary.load_terms(file)


def _show(chapter: Chapter, terms: dict[str, glossary.Term], folder: Path) -> None:
    """The whole page, from title to legend."""
    page_setup.enter()
    st.html(style_element())
    st.title(chapter.title, anchor=False)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        show_rail(chapter, folder)
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            share_panel.larger_button()
            share_panel.menu()
    messages = st.container()
    context = show_bar(ChapterContext(chapter, terms))
    st.html(link_style_element(context.model.definition if context.model else None))
    if chapter.instrument and not chapter.instrument_in_bar:
        left, right = st.columns(COLUMNS, gap="medium")
        with left, st.container(key="instrument"):
            show_instrument(context)
    else:
        right = st.container(key="reading")
    with right:
        for k, section in enumerate(chapter.sections):
            with st.container(key=f"section-{k}"):
                _show_section(replace(context, key=f"{chapter.name}-{k}"), section)
        with st.container(key="section-legend"):
            _show_tally(chapter)
            _show_legend(context)
            show_neighbours(chapter)
    with messages:
        notices.show()


def _show_section(context: ChapterContext, section: Section) -> None:
    """The parts of a section, and the mark by which the browser knows what to highlight."""
    if section.phase or section.light:
        marks = f'data-phase="{escape(section.phase)}" data-light="{escape(section.light)}"'
        st.html(f'<div class="rnnviz-section" {marks}></div>')
    for k, part in enumerate(section.shown):
        part_context = replace(context, key=f"{context.key}-{k}")
        if isinstance(part, Prose):
            part_context.show_prose(part.markdown)
        elif isinstance(part, BlockCall):
            part_context.show_block(part.name, part.parameters)
        elif lesson_link.shows("questions"):
            show_question(part_context, part)
        else:
            show_answer(part_context, part)


def _show_legend(context: ChapterContext) -> None:
    """What the page's figures need, and the entries of the glossary that the terms in the text lead to."""
    cells = context.chapter.cells if context.chapter.instrument else []
    definitions = [_definition(context, cell) for cell in cells]
    cell_terms = glossary.cell_terms(definitions)
    if context.chapter.instrument:  # a click on a term opens a card with its entry
        st.html(f"<div hidden>{glossary.terms_html((context.terms | cell_terms).values())}</div>")
    elif linked := [context.terms[slug] for slug in context.chapter.linked_terms]:  # here it leads to the entry itself
        st.html(f"<details><summary>Terms in this chapter</summary>{glossary.terms_html(linked)}</details>")
    if ONE_LINE_PER_CELL & set(context.chapter.block_names):
        styles = ((CELLS[cell].title, cell_style(cell)) for cell in CELL_ORDER)
        lines = ", ".join(f"{style.glyph} {title} {style.dash_in_words}" for title, style in styles)
        st.caption(f"In charts that compare cells: {lines}.")
    if definitions:
        st.caption(
            "In heatmaps and strips, high values have the quantity’s own colour, 0 has none, and values below 0 are "
            "grey; the input vector, which is grey itself, is brown below 0. Violet marks the model’s predictions."
        )


def _definition(context: ChapterContext, cell: str) -> Definition:
    """A cell's definition; that of the page's own cell follows the conventions that are switched on."""
    trace = context.trace
    return trace.definition if trace is not None and trace.cell == cell else CELLS[cell].define()


def _show_tally(chapter: Chapter) -> None:
    """How many of the chapter's questions the reader got right, and a way to start over."""
    if not lesson_link.shows("questions") or not any(chapter.questions):
        return
    guesses.keep_in_browser()
    class_room.keep_in_browser()
    tally = guesses.tally(chapter)
    if not tally.answered:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="tally"):
        rest = tally.questions - tally.answered
        more = f", {rest} still to answer" if rest else ""
        st.markdown(f":material/psychology_alt: Your expectations in this chapter: **{tally}**{more}.", width="content")
        help = "Forget the answers that you gave in this chapter"
        st.button("Ask me again", type="tertiary", key="ask-again", on_click=guesses.forget, args=[chapter], help=help)
