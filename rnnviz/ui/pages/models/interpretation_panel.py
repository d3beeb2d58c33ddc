"""What was understood of a stack: facts with what they rest on, what was assumed, and what became of each array."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ....checkpoints.checkpoint import Checkpoint
from ....checkpoints.conversion import Built
from ....checkpoints.stack import Fact, Stack
from ...shared.markdown import plain
from .opened_file import Held

HOW = {
    "said": ":material/check: said by the file",
    "fixed": ":material/check: follows from its format or shapes",
    "assumed": ":material/help: assumed",
}
SHOWN = 12  # arrays that are named where others are not used


def facts(found: Held, stack: Stack) -> dict[str, str]:
    """What was taken, what was assumed marked, with a way to take each otherwise; returns what the user changed."""
    taken = found.taken.setdefault(stack.name, {})
    listed = [fact for fact in stack.facts if not fact.follows]
    open_ones = [fact for fact in listed if fact.how == "assumed" and len(fact.options) > 1]
    rest = [fact for fact in listed if fact not in open_ones]
    if open_ones:
        st.markdown(":material/help: **Assumed**, because the file leaves it open. Set right what you know better.")
        for row in range(0, len(open_ones), 3):
            for fact, column in zip(open_ones[row : row + 3], st.columns(3), strict=False):
                with column:
                    _choice(found, stack, fact, taken)
    if rest:
        _known(stack, rest, taken)
        changeable = [fact for fact in rest if len(fact.options) > 1]
        if changeable:
            with st.expander("Take something of this otherwise", icon=":material/tune:"):
                for row in range(0, len(changeable), 3):
                    for fact, column in zip(changeable[row : row + 3], st.columns(3), strict=False):
                        with column:
                            _choice(found, stack, fact, taken)
    return dict(taken)


def _choice(found: Held, stack: Stack, fact: Fact, taken: dict[str, str]) -> None:
    """A picker for one fact. What is chosen is kept while one looks at another stack or page."""
    key = found.key(stack.name, fact.name)
    now = taken.get(fact.name, fact.value)
    options = list(fact.options) + ([now] if now not in fact.options else [])
    chosen = st.selectbox(
        fact.title,
        options,
        index=options.index(now),
        format_func=fact.words,
        key=key,
    )
    if chosen == fact.value:
        taken.pop(fact.name, None)
    else:
        taken[fact.name] = chosen
    st.caption(plain(fact.why) if chosen == fact.value else ":material/edit: Changed by you.")


def _known(stack: Stack, rest: list[Fact], taken: dict[str, str]) -> None:
    """The facts that nothing leaves open, in a table."""
    st.table(
        {
            "what": [f"**{plain(fact.title)}**" for fact in rest],
            "taken": [plain(fact.words(taken.get(fact.name, fact.value))) for fact in rest],
            "how it is known": [
                ":material/edit: changed by you" if fact.name in taken else HOW[fact.how] for fact in rest
            ],
            "why": [plain(fact.why) for fact in rest],
        }
    )


def sizes(stack: Stack, built: Built) -> None:
    """Sizes and precision in one line, and what the file's reader had to remark."""
    network = built.network
    numbers = sum(array.size for array in network.parameters.values())
    kinds = list(dict.fromkeys(one.dtype for one in built.mapped))
    table, readout = network.embedding, network.readout_weight
    parts = [
        f"**{numbers:,}** numbers in {' and '.join(kinds)}",
        "reads vectors of numbers" if table is None else f"reads **{len(table):,}** tokens by their embedding",
        "ends with its hidden states" if readout is None else f"says one of **{len(readout):,}** outputs",
    ]
    if network.initial is not None:
        parts.append("starts from states of its own")
    if stack.longest is not None:
        parts.append(f"reads at most {stack.longest} steps")
    st.markdown("; ".join(parts) + ".")
    for note in stack.notes:
        st.caption(":material/info: " + plain(note))


def mapping(stack: Stack, built: Built) -> None:
    """What became of every array."""
    with st.expander(f"How each of the {len(built.mapped)} arrays was mapped", icon=":material/account_tree:"):
        st.dataframe(
            pd.DataFrame(
                {
                    "array in the file": [one.source for one in built.mapped],
                    "shape": [" × ".join(map(str, one.shape)) for one in built.mapped],
                    "precision": [one.dtype for one in built.mapped],
                    "became": [one.target for one in built.mapped],
                    "what was done": [one.how for one in built.mapped],
                }
            ),
            hide_index=True,
            alt=f"The arrays of {stack.name}: shape, precision, what each became, and what was done to it.",
        )


def left_over(checkpoint: Checkpoint) -> None:
    """What of the file no stack uses, and what was passed over."""
    if checkpoint.left:
        named = ", ".join(f"{one.name} {' × '.join(map(str, one.shape))}" for one in checkpoint.left[:SHOWN])
        more = f" and {len(checkpoint.left) - SHOWN} more" if len(checkpoint.left) > SHOWN else ""
        st.caption(f":material/info: Not part of any recurrent stack: {plain(named)}{more}.")
    for note in checkpoint.notes:
        st.caption(":material/info: " + plain(note))
