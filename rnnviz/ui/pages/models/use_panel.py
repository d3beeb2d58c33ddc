"""From a stack to a model on every page: its name, and buttons that open it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ....checkpoints import Stack, snippets
from ....checkpoints.formats import stem
from ....errors import BusyError, LimitError, RnnvizError
from ....model import Model
from ...shared import catalogue, link_parameters
from ...shared.catalogue import LONGEST_NAME, MODEL_PAGES
from ...shared.markdown import plain
from ...shared.work_limits import check_cells
from .opened_file import OpenedFile
from .vocabulary_panel import Words


def show(file: OpenedFile, stack: Stack, words: Words) -> None:
    """Show a box for the model's name, and buttons that open the other pages with it."""
    several = len(file.contents.stacks) > 1
    default = stem(file.contents.name) + (f" {stack.name}" if several else "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name",
            default[:LONGEST_NAME],
            max_chars=LONGEST_NAME,
            key=file.key(stack.name, "name"),
            width=260,
            persist_state="session",
        ).strip()
        pressed = [
            page
            for title, page in MODEL_PAGES.items()
            if st.button(f"Open in {title}", key=file.key(stack.name, "open", title))
        ]
        before = catalogue.tasks().get(file.tasks.get(stack.name, ""))
        if before is not None:
            (model_name,) = before.models.values()
            st.button(
                "Its weights and files", key=file.key(stack.name, "weights"), icon=":material/grid_on:",
                type="tertiary", on_click=_show_weights, args=(model_name,),
            )  # fmt: skip
    overrides = file.changed(stack)
    network = {name: value for name, value in overrides.items() if name not in ("vocabulary", "labels")}
    try:
        model = file.contents.model(
            stack.name,
            name=name or default,
            vocabulary=overrides.get("vocabulary") if words.vocabulary is None else words.vocabulary,
            labels=overrides.get("labels") if words.labels is None else words.labels,
            **network,
        )
    except RnnvizError as error:
        st.error(plain(str(error)), icon=":material/rule:")
        return
    st.caption("The same in Python:")
    st.code(
        snippets.python_code(model, file.contents.name, ({"stack": stack.name} if several else {}) | overrides),
        language="python",
        wrap_lines=True,
    )
    try:
        check_cells([model])
    except LimitError as error:
        st.info(plain(str(error)), icon=":material/straighten:")
        return
    if pressed:
        catalogue.remove(file.tasks.pop(stack.name, ""))
        try:
            task = catalogue.add(catalogue.slug(name or default), name or default, {model.network.cell_name: model})
        except BusyError as error:
            st.warning(plain(str(error)), icon=":material/inventory_2:")
            return
        file.tasks[stack.name] = task
        st.switch_page(pressed[0], query_params={"task": task, "cell": model.network.cell_name})


def _show_weights(model: str) -> None:
    """Go to the weights of a model that was opened; for a callback."""
    link_parameters.models_part(["inside"]).set("inside")
    link_parameters.model("model", [model], model).set(model)


def add_all(models: Sequence[Model]) -> dict[str, str]:
    """Add the models of an archive to the catalogue, those of one task together. Returns their tasks by name.

    Raises BusyError if there is no room for all of them, LimitError if one is too large, and then adds none.
    """
    together = len({model.network.cell_name for model in models}) == len(models) and all(
        (model.vocabulary, model.labels) == (models[0].vocabulary, models[0].labels) for model in models
    )
    tasks = {}
    for group in [models] if together else [[model] for model in models]:
        title = str(group[0].card.get("title") or group[0].card.get("task") or "a model")
        name = group[0].name.removesuffix(f"-{group[0].network.cell_name}")
        by_cell = {model.network.cell_name: model for model in group}
        try:
            tasks[name] = catalogue.add(catalogue.slug(name), f"{name}: {title}", by_cell)
        except (BusyError, LimitError):
            for added in tasks.values():
                catalogue.remove(added)
            raise
    return tasks


def links(task: str, cell: str) -> None:
    """Show links to the other pages with a model that is in the catalogue."""
    with st.container(horizontal=True):
        for title, page in MODEL_PAGES.items():
            st.page_link(
                page, label=f"Open in {title}", icon=":material/open_in_new:", query_params={"task": task, "cell": cell}
            )
