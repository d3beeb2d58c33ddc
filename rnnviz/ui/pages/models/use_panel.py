"""From a stack to a model on every page: its name, and buttons that open it."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ....checkpoints import Stack, snippets
from ....errors import LimitError, RnnvizError
from ....text.tokens import visible
from ...shared import catalogue, link_parameters, notices
from ...shared.catalogue import LONGEST_NAME, MODEL_PAGES
from ...shared.lasting_button import lasting_button
from ...shared.markdown import plain
from ...shared.opened_file import OpenedFile, StackModel, enter, opened_file
from ...shared.work_limits import check_cells
from .vocabulary_panel import Words

MOST_ENCODERS = 4  # buttons for stacks after which another one can begin


def show(file: OpenedFile, stack: Stack, words: Words, place: DeltaGenerator) -> None:
    """Show in a place a box for the model's name and buttons that open the pages with it, and below the code."""
    several = len(file.contents.stacks) > 1
    default = file.default_name(stack)
    with place, st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name",
            file.default(default, stack.name, "name")[:LONGEST_NAME],
            max_chars=LONGEST_NAME,
            key=file.key(stack.name, "name"),
            width=260,
            persist_state="session",
        ).strip()
        buttons = st.container(horizontal=True, width="content")
    wanted = StackModel(stack.name, name or default, words.vocabulary, words.labels, dict(file.changed(stack)))
    file.current = None
    try:
        model = file.model(wanted)
    except RnnvizError as error:
        st.error(plain(str(error)), icon=":material/rule:")
        return
    st.caption("The same in Python:")
    st.code(
        snippets.python_code(
            model, file.contents.name, ({"stack": stack.name} if several else {}) | file.changed(stack)
        ),
        language="python",
        wrap_lines=True,
    )
    try:
        check_cells([model])
    except LimitError as error:
        st.info(plain(str(error)), icon=":material/straighten:")
        return
    file.current = file.shown[stack.name] = wanted
    before = None
    with buttons:
        page = page_buttons(file.key(stack.name, "open"))
        task = catalogue.tasks().get(file.tasks.get(stack.name, ""))
        if task is not None:
            st.button(
                "Its weights and files", key=file.key(stack.name, "weights"), icon=":material/grid_on:",
                type="tertiary", on_click=_show_weights, args=(next(iter(task.models.values())),),
            )  # fmt: skip
        if page is None and (before := _pick_encoder(file, stack)) is not None:
            page = MODEL_PAGES["Explore"]
    if page is not None:
        try:
            link = {} if before is None else _beginning(file, before)
            name = enter(file, wanted)
        except RnnvizError as error:
            st.warning(plain(str(error)), icon=":material/inventory_2:")
            return
        st.switch_page(page, query_params={"task": name, "cell": model.network.cell_name, **link})


def _pick_encoder(file: OpenedFile, stack: Stack) -> StackModel | None:
    """A button for each other stack that ends where this one can begin; the stack whose button was pressed."""
    form = _form(stack)
    others = [each for each in file.contents.stacks if each.name != stack.name]
    alike = [other for other in others if form is not None and _form(other.chosen(file.changed(other))) == form]
    pressed = None
    for other in alike[:MOST_ENCODERS]:
        if lasting_button(
            f"Begin where {plain(visible(other.name))} ends",
            file.key(stack.name, "after", other.name),
            icon=":material/start:",
            help="Opens Explore with both: that one reads a text first, and this one begins with the states it leaves, "
            "as a decoder does after its encoder.",
        ):
            pressed = file.shown.get(other.name) or StackModel(
                other.name, file.default_name(other), overrides=dict(file.changed(other))
            )
    return pressed


def _form(stack: Stack) -> list[tuple[str, int, int]] | None:
    """The cell and the sizes of each layer; None if one reads in both directions, or backward."""
    if any(list(layer) != ["forward"] for layer in stack.layers):
        return None
    return [(cell, stack.hidden_size(k), stack.output_size(k)) for k, cell in enumerate(stack.cells)]


def _beginning(file: OpenedFile, before: StackModel) -> dict[str, str]:
    """Open a stack, and the parameters of a link to Explore where another one begins after it."""
    name = enter(file, before)
    task = catalogue.tasks()[name]
    return {"begin": next(iter(task.models.values())), "after": task.examples[0]}


def enter_current() -> None:
    """Let the other parts of the page have the model of the file that is open, once for each change of it."""
    file = opened_file()
    if file is None or file.current is None or file.entered.get(file.current.stack) == file.current:
        return
    try:
        enter(file, file.current)
    except RnnvizError as error:
        notices.add("enter", str(error))


def page_buttons(key: str) -> str | None:
    """Buttons that open the pages with a model of the session; the page whose button was pressed."""
    pressed = None
    with st.container(horizontal=True):
        for title, page in MODEL_PAGES.items():
            kind: Literal["primary", "secondary"] = "primary" if title == "Explore" else "secondary"
            if lasting_button(f"Open in {title}", f"{key}-{title}", type=kind):
                pressed = page
    return pressed


def _show_weights(model: str) -> None:
    """Go to the weights of a model that was opened; for a callback."""
    link_parameters.models_part(["inside"]).set("inside")
    link_parameters.model("model", [model], model).set(model)


def links(task: str, cell: str) -> None:
    """Show links to the other pages with a model that is in the catalogue."""
    with st.container(horizontal=True):
        for title, page in MODEL_PAGES.items():
            st.page_link(
                page, label=f"Open in {title}", icon=":material/open_in_new:", query_params={"task": task, "cell": cell}
            )
