"""From an understood stack to a model on every page: its name, and the way there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from ....cells import Cell
from ....checkpoints import snippets
from ....checkpoints.checkpoint import stem
from ....checkpoints.stack import Stack
from ....model import Model
from ...shared import catalogue, link_parameters
from ...shared.catalogue import LONGEST_NAME, MODEL_PAGES
from ...shared.markdown import plain
from .opened_file import Held
from .vocabulary_panel import Words

ROOM = 300e6  # bytes for the weights of all of a session's own models
LARGEST = 4_500_000  # numbers of one cell: an LSTM of 1,024 units. The browser gets them for its arithmetic


def use(found: Held, stack: Stack, taken: Mapping[str, str], words: Words) -> None:
    """A name, and buttons that lead to the pages with the model."""
    assert found.checkpoint is not None
    several = len(found.checkpoint.stacks) > 1
    usual = stem(found.checkpoint.name) + (f" {stack.name}" if several else "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name",
            usual[:LONGEST_NAME],
            max_chars=LONGEST_NAME,
            key=found.key(stack.name, "name"),
            width=260,
            persist_state="session",
        ).strip()
        pressed = [
            page
            for title, page in MODEL_PAGES.items()
            if st.button(f"Open in {title}", key=found.key(stack.name, "open", title))
        ]
        before = catalogue.tasks().get(found.tasks.get(stack.name, ""))
        if before is not None:
            (known,) = before.models.values()
            st.button(
                "Its weights and files", key=found.key(stack.name, "weights"), icon=":material/grid_on:",
                type="tertiary", on_click=_look_inside, args=(known,),
            )  # fmt: skip
    source, given = found.checkpoint.name, dict(taken)
    try:
        model = found.checkpoint.model(
            stack.name, name=name or usual, vocabulary=words.vocabulary, labels=words.labels, **taken
        )
    except ValueError as error:
        st.error(plain(str(error)), icon=":material/rule:")
        return
    st.caption("The same in Python:")
    st.code(
        snippets.in_python(model, source, ({"stack": stack.name} if several else {}) | given),
        language="python",
        wrap_lines=True,
    )
    if (numbers := max(_numbers(cell) for layer in model.network.layers for cell in layer)) > LARGEST:
        st.info(
            f"One layer has {numbers:,} numbers, which is too much for a browser: the pages show layers of up to "
            f"{LARGEST:,}. In Python all of it can be traced.",
            icon=":material/straighten:",
        )
        return
    if pressed:
        if _bytes(model) + sum(map(_bytes, catalogue.own_models())) > ROOM:
            st.warning(
                "There is no room for one more model: remove one under “Weights” first.", icon=":material/inventory_2:"
            )
            return
        catalogue.remove(found.tasks.pop(stack.name, ""))
        task = catalogue.add(catalogue.slug(name or usual), name or usual, {model.network.cell_name: model})
        found.tasks[stack.name] = task
        st.switch_page(pressed[0], query_params={"task": task, "cell": model.network.cell_name})


def _look_inside(model: str) -> None:
    """Go to the weights of a model that was opened; for a callback."""
    link_parameters.models_part(["inside"]).set("inside")
    link_parameters.model("model", [model], model).set(model)


def add_all(models: Sequence[Model]) -> dict[str, str]:
    """Put the models of an archive into the catalogue: those of one task together. By name, their tasks."""
    together = len({model.network.cell_name for model in models}) == len(models) and all(
        (model.vocabulary, model.labels) == (models[0].vocabulary, models[0].labels) for model in models
    )
    found = {}
    for group in [models] if together else [[model] for model in models]:
        title = str(group[0].card.get("title") or group[0].card.get("task") or "a model")
        name = group[0].name.removesuffix(f"-{group[0].network.cell_name}")
        by_cell = {model.network.cell_name: model for model in group}
        found[name] = catalogue.add(catalogue.slug(name), f"{name}: {title}", by_cell)
    return found


def buttons(task: str, cell: str, key: str) -> None:
    """The ways to the pages with a model that is in the catalogue."""
    with st.container(horizontal=True):
        for title, page in MODEL_PAGES.items():
            st.page_link(
                page, label=f"Open in {title}", icon=":material/open_in_new:", query_params={"task": task, "cell": cell}
            )


def _numbers(cell: Cell) -> int:
    return sum(array.size for array in cell.parameters.values())


def _bytes(model: Model) -> int:
    return sum(array.nbytes for array in model.network.parameters.values())
