"""The instrument of a chapter: the text that is read, the cell that reads it, and the views."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ....cells import CELLS
from ...shared import catalogue, lesson_link, link_parameters, position, text_box
from ...shared.catalogue import Task
from ...shared.instrument import instrument, slot
from .block_registry import ChapterContext
from .chapter_parser import Chapter

CELL = "cell"


def bar(page: ChapterContext) -> ChapterContext:
    """The bar that stays in view: what is read, by which cell, and the way to Explore. Returns the page with these.

    A chapter without a task has none. A small instrument stands in the bar as well.
    """
    chapter = page.chapter
    if not chapter.task:
        return page
    task = catalogue.tasks()[chapter.task]
    own = replace(task, name=f"{chapter.name} of the guide", examples=chapter.examples or task.examples)
    with st.container(key="bar"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            text = text_box.text_box(own)
            cell = _pick_cell(chapter)
            model = catalogue.model(task, cell)
            options = _options(chapter, cell)
            if options:
                model = catalogue.converted(model, options)
                _remind(page, cell, options)
            to_explore = st.container(width="content", key="to-explore")
        trace = text_box.trace_text(model, text)
        page = replace(page, task=own, model=model, trace=trace, text=text)
        if chapter.instrument_in_bar:
            with st.container(key="instrument"):
                panel(page)
        if chapter.instrument:
            st.html(slot("strip"))
    if trace is not None and lesson_link.shows("explore"):
        with to_explore:
            _explore_link(task, cell, text)
    return page


def _pick_cell(chapter: Chapter) -> str:
    cells = chapter.cells
    choice = link_parameters.cell(cells, cells[0], chapter.name)
    key = choice.restore()
    if len(cells) > 1 and lesson_link.shows("model"):
        st.segmented_control("Cell", cells, required=True, format_func=lambda cell: CELLS[cell].title, key=key)
    return choice.save()


def _options(chapter: Chapter, cell: str) -> dict[str, str]:
    """The conventions that a chapter's switches are set to, where they differ from the model's own."""
    found = {}
    for option, values in CELLS[cell].choices.items() if chapter.has_convention_switches else ():
        convention = link_parameters.convention(chapter.name, option, values)
        convention.restore()
        convention.save()
        if convention.value != values[0]:
            found[option] = convention.value
    return found


def _remind(page: ChapterContext, cell: str, options: dict[str, str]) -> None:
    """Say that the model reads its weights by another convention than its own, with the way back."""
    choices = CELLS[cell].choices

    def undo() -> None:
        for option in options:
            link_parameters.convention(page.chapter.name, option, choices[option]).set(choices[option][0])

    switched = ", ".join(f"{option}: {value}" for option, value in options.items())
    help = "The model is shown by another convention than its own. This switches back."
    st.button(f"Undo {switched}", icon=":material/undo:", on_click=undo, key="undo-options", help=help)


def _explore_link(task: Task, cell: str, text: str) -> None:
    """The page's text and model on Explore. Step and unit are kept by the browser, for the same trace."""
    st.page_link(
        "pages/explore.py",
        label="Open in Explore",
        icon=":material/visibility:",
        help="The same text, model, step and unit",
        query_params=link_parameters.link_to(task.name, cell, text),
    )


def _start(page: ChapterContext) -> tuple[int, int]:
    """Where a chapter opens: at its own place on its own text, at the end of any other."""
    assert page.trace is not None and page.task is not None
    chapter, steps = page.chapter, len(page.trace)
    opens = chapter.step and page.text == page.task.examples[0]
    return (min(chapter.step, steps) if opens else steps), chapter.unit


def panel(page: ChapterContext) -> None:
    """The instrument over what is typed, with the views that the chapter asks for."""
    trace, model, own = page.trace, page.model, page.task
    if trace is None or model is None or own is None:
        return
    start = _start(page)
    step, unit = position.from_link(trace, start)

    def asked(request: dict[str, str]) -> None:
        if "text" in request:
            text_box.write(own, request["text"])
        if request.get(CELL) in page.chapter.cells:
            link_parameters.cell(page.chapter.cells, chapter=page.chapter.name).set(request[CELL])
        for option, values in CELLS[trace.cell].choices.items():
            if request.get(option) in values:
                link_parameters.convention(page.chapter.name, option, values).set(request[option])

    instrument(
        trace,
        model,
        step=step,
        unit=unit,
        text=page.text,
        usual_text=own.examples[0],
        default=start,
        views=page.chapter.instrument,
        asked=asked,
    )
