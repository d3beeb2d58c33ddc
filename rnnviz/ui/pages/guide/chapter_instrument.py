"""The top of a chapter: the bar with its text and cell, and the instrument that follows them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ....cells import CELLS
from ...shared import catalogue, lesson_link, link_parameters, position, text_box
from ...shared.catalogue import TaskModels
from ...shared.instrument import instrument, slot
from ...shared.link_state import one_step
from .block_registry import ChapterContext
from .chapter_parser import Chapter

CELL = "cell"


def show_bar(context: ChapterContext) -> ChapterContext:
    """Show the bar that stays in view: text, cell and a link to Explore. A chapter without a task has none.

    Parameters
    ----------
    context : ChapterContext
        The chapter and the glossary.

    Returns
    -------
    ChapterContext
        The same with the text that was typed, its model and its trace.
    """
    chapter = context.chapter
    if not chapter.task:
        return context
    bundled = catalogue.tasks()[chapter.task]
    task = replace(bundled, name=f"{chapter.name} of the guide", examples=chapter.examples or bundled.examples)
    with st.container(key="bar"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            text = text_box.text_box(task)
            with one_step():
                cell = _pick_cell(chapter)
                model = catalogue.model(bundled, cell)
                options = _switched_options(chapter, cell)
            if options:
                model = catalogue.with_options(model, options)
                _undo_button(chapter, cell, options)
            explore_place = st.container(width="content", key="to-explore")
        prepared = text_box.prepare(model, text)
        trace = None if prepared is None else model.run(prepared)
        context = replace(context, task=task, model=model, trace=trace, text=text)
        if chapter.instrument_in_bar:
            with st.container(key="instrument"):
                show_instrument(context)
        if chapter.instrument:
            st.html(slot("strip"))
    if trace is not None and lesson_link.shows("explore"):
        with explore_place:
            _explore_link(bundled, cell, text)
    return context


def _pick_cell(chapter: Chapter) -> str:
    """A picker for the cell, if the chapter has more than one."""
    cells = chapter.cells
    choice = link_parameters.cell(cells, cells[0], chapter.name)
    key = choice.restore()
    if len(cells) > 1 and lesson_link.shows("model"):
        st.segmented_control("Cell", cells, required=True, format_func=lambda cell: CELLS[cell].title, key=key)
    return choice.save()


def _switched_options(chapter: Chapter, cell: str) -> dict[str, str]:
    """The conventions that a chapter's switches set differently from the model's own."""
    options = {}
    for option, values in CELLS[cell].choices.items() if chapter.has_convention_switches else ():
        convention = link_parameters.convention(chapter.name, option, values)
        convention.restore()
        convention.save()
        if convention.value != values[0]:
            options[option] = convention.value
    return options


def _undo_button(chapter: Chapter, cell: str, options: dict[str, str]) -> None:
    """A button that says which conventions are switched, and switches them back."""
    choices = CELLS[cell].choices

    def undo() -> None:
        for option in options:
            link_parameters.convention(chapter.name, option, choices[option]).set(choices[option][0])

    switched = ", ".join(f"{option}: {value}" for option, value in options.items())
    help = "The model is shown with a convention that is not its own. This switches back."
    st.button(f"Undo {switched}", icon=":material/undo:", on_click=undo, key="undo-options", help=help)


def _explore_link(task: TaskModels, cell: str, text: str) -> None:
    """The page's text and model on Explore. Step and unit are kept by the browser, for the same trace."""
    st.page_link(
        "pages/explore.py",
        label="Open in Explore",
        icon=":material/visibility:",
        help="The same text, model, step and unit",
        query_params=link_parameters.link_to(task.name, cell, text),
    )


def show_instrument(context: ChapterContext) -> None:
    """Show the instrument over the text, with the views that the chapter lists."""
    trace, model, task, chapter = context.trace, context.model, context.task, context.chapter
    if trace is None or model is None or task is None:
        return
    default_step = _opening_step(chapter, len(trace), own_text=context.text == task.examples[0])
    step, unit = position.from_link(trace, default_step)

    def apply_request(request: dict[str, str]) -> None:
        """Set what a link in the text asks for, before the page runs again."""
        if "text" in request:
            text_box.write(task, request["text"])
        if request.get(CELL) in chapter.cells:
            link_parameters.cell(chapter.cells, chapter=chapter.name).set(request[CELL])
        for option, values in CELLS[trace.cell].choices.items():
            if request.get(option) in values:
                link_parameters.convention(chapter.name, option, values).set(request[option])

    instrument(
        trace,
        model,
        step=step,
        unit=unit,
        text=context.text,
        default_text=task.examples[0],
        default_step=default_step,
        default_unit=chapter.unit,
        views=chapter.instrument,
        on_request=apply_request,
    )


def _opening_step(chapter: Chapter, steps: int, own_text: bool) -> int:
    """The step at which a chapter opens: its own on its own text, the last step on any other."""
    return min(chapter.step, steps) if chapter.step and own_text else steps
