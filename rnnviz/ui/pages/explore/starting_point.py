"""Where a run begins: with the model's own states, or with those that another text leaves behind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from ....errors import InputError
from ....model import Model
from ....network import States
from ....text.remarks import reading_remarks
from ....text.sentences import MOST_TOKENS
from ....wording import abridged
from ...shared.link_parameters import AFTER

SHOWN = 60  # characters of the text in a sentence


def starting_states(model: Model, say: Callable[[str], object]) -> States | None:
    """The states to start from, and what is said about them; None for the model's own."""
    AFTER.restore()
    text = AFTER.save()
    if not text.strip():
        return None
    if "backward" in model.network.directions:
        say("A network that also reads backward has no state that a further text could begin with.")
        return None
    try:
        prepared = model.prepare(text, limit=MOST_TOKENS)
    except InputError as error:
        say(f"The text to begin after cannot be read, so the run begins as usual. {error}")
        return None
    states = model.run(prepared).final
    if not all(np.isfinite(state).all() for layer in states for cell in layer for state in cell.values()):
        say("The text to begin after leaves states that are no numbers any more, so the run begins as usual.")
        return None
    remarks = reading_remarks(prepared.encoding, model.vocabulary, model.most_tokens(MOST_TOKENS) or MOST_TOKENS)
    say(" ".join([f"The run begins with the states after “{abridged(text, SHOWN)}”.", *remarks]))
    return states


def field(model: Model) -> None:
    """A box for the text to begin after; nothing for a network that reads backward too."""
    if "backward" not in model.network.directions:
        st.text_input(
            "Begin after another text",
            key=AFTER.key,
            placeholder="Nothing: the states are those of the model, mostly zeros",
            help="The model reads this text first, and your text begins with the states that it leaves behind.",
        )
