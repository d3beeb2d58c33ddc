"""The menu Write on: a model that predicts the next token continues the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from ....errors import InputError, RnnvizError
from ....generation import Draw, reason_against
from ....interventions import PreparedText
from ....model import Model
from ....network import States
from ....text.sentences import MOST_TOKENS
from ....text.tokens import NEW_LINE, SIGNS, visible
from ....wording import abridged
from ...shared import lesson_link, notices, text_box, what_if
from ...shared.catalogue import TaskModels
from ...shared.session_keys import (
    WRITE_ON_COUNT,
    WRITE_ON_MENUS,
    WRITE_ON_SEED,
    WRITE_ON_TEMPERATURE,
    WRITE_ON_TOP,
    WRITTEN,
)

MOST_AT_ONCE = 100
SHOWN = 120  # characters of what was written, in a sentence
UNITS = {"characters": ("character", "characters"), "words": ("word", "words"), "pieces": ("token", "tokens")}


@dataclass(frozen=True)
class Written:
    """A text that a model has continued: what it began with, what it became, and the draws."""

    model: str
    before: str
    after: str
    draws: tuple[Draw, ...]
    how: str

    @property
    def text(self) -> str:
        """What it became beyond what it began with."""
        return self.after[len(self.before) :].strip(" ") or self.after[len(self.before) :]


def remark(model: Model, text: str) -> str | None:
    """A sentence on what the model wrote of a text; None if it wrote nothing."""
    draws = draws_of(model, text)
    if not draws:
        return None
    written: Written = st.session_state[WRITTEN]
    words = f"The model wrote “{abridged(written.text, SHOWN)}” ({written.how})."
    return f"{words} It then drew “{visible(draws[-1].label)}”, which ends the text." if draws[-1].ends else words


def draws_of(model: Model, text: str) -> Sequence[Draw]:
    """The draws that wrote the end of the text, if the model wrote it and it was not edited since."""
    written = st.session_state.get(WRITTEN)
    return written.draws if written and (written.model, written.after) == (model.name, text) else ()


def menu(
    task: TaskModels, model: Model, text: str, prepared: PreparedText | None, initial: States | None = None
) -> None:
    """The settings of the draws, and the buttons that continue the text; nothing for a model that cannot.

    initial: the states that the page's run starts from.
    """
    if prepared is None or not lesson_link.shows("typing") or _reason(model) is not None:
        return
    menus = st.session_state.setdefault(WRITE_ON_MENUS, 0)  # another key is another menu, which is closed
    popover = st.popover("Write on", icon=":material/ink_pen:", key=f"write-on-{menus}", on_change="rerun")
    if not popover.open:
        return
    one, many = UNITS[model.vocabulary.kind]
    room = _most(model) - len(prepared.typed.tokens)
    state = st.session_state
    for key, value in ((WRITE_ON_TEMPERATURE, 0.8), (WRITE_ON_COUNT, 40), (WRITE_ON_SEED, 0), (WRITE_ON_TOP, None)):
        state[key] = state.get(key, value)  # what a widget of a closed menu held would be gone otherwise
    with popover:
        st.caption(
            f"The model draws the next {one} from its prediction, reads it, and goes on. It begins where your "
            "text ends; what is changed under “What if” stays changed."
        )
        st.slider(
            "Temperature", 0.0, 2.0, step=0.1, key=WRITE_ON_TEMPERATURE,
            help=f"The logits are divided by it before the softmax. Below 1 likely {many} become likelier still, and 0 "
            "takes the likeliest every time; above 1 unlikely ones get a chance.",
        )  # fmt: skip
        left, middle, right = st.columns(3)
        left.number_input(many.capitalize(), 1, MOST_AT_ONCE, step=10, key=WRITE_ON_COUNT)
        middle.number_input(
            "Top k", 1, len(model.labels), key=WRITE_ON_TOP, placeholder="all",
            help=f"Only so many of the likeliest {many} take part in a draw; all if it is empty.",
        )  # fmt: skip
        right.number_input("Seed", 0, 2**32 - 1, key=WRITE_ON_SEED, help="The same seed draws the same text again.")
        has_written = bool(draws_of(model, text))
        with st.container(horizontal=True):
            st.button(
                "Go on", type="primary", disabled=room < 1, key="go-on", on_click=_write,
                args=(task, model, text, room, initial),
            )  # fmt: skip
            st.button(
                "Another one", disabled=not has_written, key="another-one", on_click=_write_anew,
                args=(task, model, initial),
                help="Draws again from where the model began, with the next seed.",
            )  # fmt: skip
        if room < 1:
            st.caption(
                f"The text has {len(prepared.typed.tokens)} {many}, and no more are shown. In Python, "
                "`model.generate` goes on."
            )


def _reason(model: Model) -> str | None:
    return reason_against(model.network, model.vocabulary, model.labels, model.card.get("asked"))


def _most(model: Model) -> int:
    """How many tokens the page shows of the model."""
    return model.most_tokens(MOST_TOKENS) or MOST_TOKENS


def _write_anew(task: TaskModels, model: Model, initial: States | None) -> None:
    """Take back what was written last and draw it anew, with the next seed; for a callback."""
    written: Written = st.session_state[WRITTEN]
    st.session_state[WRITE_ON_SEED] = (int(st.session_state[WRITE_ON_SEED]) + 1) % 2**32
    typed = len(model.vocabulary.encode(written.before).tokens)
    _write(task, model, written.before, _most(model) - typed, initial)


def _write(task: TaskModels, model: Model, text: str, room: int, initial: States | None) -> None:
    """Continue the text by so many draws; for a callback."""
    state = st.session_state
    try:
        generation = model.generate(
            text,
            steps=min(int(state[WRITE_ON_COUNT] or 1), room),
            temperature=float(state[WRITE_ON_TEMPERATURE]),
            top_k=state[WRITE_ON_TOP],
            seed=int(state[WRITE_ON_SEED] or 0),
            initial=initial,
            interventions=model.prepare(text, what_if.changes(), skip_invalid=True).interventions,
        )
        draws = tuple(generation)
    except RnnvizError as error:
        notices.add("write-on", str(error))
        return
    after, kept = _readable(model, text, draws)
    if len(kept) < len(draws):
        notices.add(
            "write-on",
            f"Then the model drew “{visible(draws[len(kept)].label)}”, which behind the text would be read as another "
            "token, so the page stops before it. In Python, model.generate goes on.",
        )
    how = f"temperature {generation.temperature:g}, seed {generation.seed}"
    how += "" if generation.top_k is None else f", from the {generation.top_k} likeliest"
    state[WRITTEN] = Written(model.name, text, after, kept, how)
    state[WRITE_ON_MENUS] = state.get(WRITE_ON_MENUS, 0) + 1
    text_box.write(task, after)


def _readable(model: Model, text: str, draws: Sequence[Draw]) -> tuple[str, tuple[Draw, ...]]:
    """The text with as many draws as are read from it again, token by token, and these draws."""
    vocabulary = replace(model.vocabulary, end=False)
    between = "" if vocabulary.kind == "characters" else " "
    typed = vocabulary.encode(text).inputs.tolist()
    for count in range(len(draws), 0, -1):
        tokens = [draw.token for draw in draws[:count] if not draw.ends]
        after = text + between.join(["", *tokens]).replace(NEW_LINE, SIGNS[NEW_LINE])
        try:
            read = vocabulary.encode(after).inputs.tolist()
        except InputError:  # together they may be no token at all
            continue
        if read == typed + [vocabulary.tokens.index(token) for token in tokens]:
            return after, tuple(draws[:count])
    return text, ()
