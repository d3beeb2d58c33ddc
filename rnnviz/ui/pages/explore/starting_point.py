"""Where a run begins: with the model's own states, with zeros, or with those after a text in this or another model.

A choice is "own", "zeros", "after" for this model after another text, or the name of a model that ends where this one
begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ....errors import InputError, RnnvizError
from ....model import Model
from ....network import States, can_begin_after, check_states, zero_states
from ....text.remarks import reading_remarks
from ....text.sentences import MOST_TOKENS
from ....wording import abridged
from ...shared import catalogue, link_parameters
from ...shared.catalogue import TaskModels
from ...shared.link_parameters import AFTER
from ...shared.link_state import Parameter

OWN, ZEROS, AFTER_TEXT = "own", "zeros", "after"
SHOWN = 60  # characters of a text in a sentence


@dataclass(frozen=True)
class StartingPoint:
    """States to start from, None for the model's own, and a clause on them: "with the states after “Ada”".

    remarks: how the text before was read.
    """

    states: States | None = None
    words: str = ""
    remarks: Sequence[str] = ()


def starting_point(model: Model, say: Callable[[str], object]) -> StartingPoint:
    """Where the page's run begins. say: receives what is to be said about it."""
    AFTER.restore()
    text = AFTER.save()
    choice = _choice()
    choice.restore()
    try:
        found = _states(model, choice.save(), text if text.strip() else "")
    except RnnvizError as error:
        say(f"The run begins as usual. {error}")
        return StartingPoint()
    if found.words:
        say(" ".join([f"The run begins {found.words}.", *found.remarks]))
    return found


def field(model: Model) -> None:
    """A picker for where the run begins, and a box for the text that is read before; nothing without a choice."""
    titles = _titles(model)
    if len(titles) == 1:
        return
    choice = _choice()
    key = choice.restore()
    if choice.value not in titles:  # the model before had it
        choice.set(OWN)
    left, right = st.columns([3, 2])
    left.selectbox(
        "The run begins with",
        list(titles),
        format_func=titles.__getitem__,
        key=key,
        help="States are all that goes from one step to the next. They can be those after another text, which is read "
        "first, or those of an encoder: of any model here whose layers have the same cells and sizes.",
    )
    if choice.value in (OWN, ZEROS):
        return
    found = _find(choice.value)
    reader = model if found is None else found[1]
    right.text_input(
        "The text that is read first" if found is None else "The text that it reads",
        key=AFTER.key,
        placeholder=f"Such as “{abridged(_example(reader), SHOWN)}”",
    )


def _choice() -> Parameter[str]:
    return link_parameters.begin(AFTER_TEXT if AFTER.value.strip() else OWN)


def _titles(model: Model) -> dict[str, str]:
    """What a run of a model can begin with, in words."""
    is_learned = model.network.initial is not None
    titles = {OWN: "the model’s own states: " + ("learned, as the file has them" if is_learned else "zeros")}
    if is_learned:
        titles[ZEROS] = "zeros"
    if "backward" not in model.network.directions:
        titles[AFTER_TEXT] = "the states after another text"
        titles |= {
            other.name: f"the states of “{task.title}” after a text"
            for task, other in _trained(model.network.cell_name)
            if other.name != model.name and can_begin_after(model.network, other.network)
        }
    return titles


def _trained(cell: str) -> Iterator[tuple[TaskModels, Model]]:
    """All models of a cell, those of the session last."""
    for task in catalogue.tasks().values():
        if cell in task.models:
            yield task, catalogue.model(task, cell)


def _find(name: str) -> tuple[str, Model] | None:
    """The title of the task of the model of this name, and the model."""
    for task in catalogue.tasks().values():
        for cell, trained in task.models.items():
            if trained == name:
                return task.title, catalogue.model(task, cell)
    return None


def _example(model: Model) -> str:
    return str(next(iter(model.card.get("examples", ())), model.vocabulary.example))


def _states(model: Model, choice: str, text: str) -> StartingPoint:
    """The states of a choice. Raises RnnvizError, with a sentence, where there are none."""
    if choice == OWN or (choice == ZEROS and model.network.initial is None):
        return StartingPoint()
    if choice == ZEROS:
        return StartingPoint(zero_states(model.network), "with zeros, not with the states that the model has learned")
    if "backward" in model.network.directions:
        raise InputError("A network that also reads backward has no state that a further text could begin with.")
    if choice == AFTER_TEXT:  # what follows belongs to the text, so its end mark is not read
        of, reader = "", replace(model, vocabulary=replace(model.vocabulary, end=False))
    elif (found := _find(choice)) is not None:
        of, reader = f" of “{found[0]}”", found[1]
    else:
        raise InputError(f"“{abridged(choice, SHOWN)}”, whose states it was to begin with, is not open here.")
    if not text:
        raise InputError("The text that is read first is empty: type it under “What if”.")
    prepared = reader.prepare(text, limit=MOST_TOKENS)
    final = reader.run(prepared).final
    check_states(model.network, final)
    if not can_begin_after(model.network, reader.network):  # of the same sizes
        raise InputError(f"The states{of} are those of another cell.")
    dtype = model.network.dtype
    with np.errstate(over="ignore"):  # where the other model's numbers are larger
        states = [[{name: array.astype(dtype) for name, array in cell.items()} for cell in layer] for layer in final]
    if not all(np.isfinite(state).all() for layer in states for cell in layer for state in cell.values()):
        raise InputError("The states after the text that is read first are no numbers any more.")
    remarks = reading_remarks(prepared.encoding, reader.vocabulary, reader.most_tokens(MOST_TOKENS) or MOST_TOKENS)
    return StartingPoint(states, f"with the states{of} after “{abridged(text, SHOWN)}”", remarks)
