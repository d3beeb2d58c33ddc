"""What a model writes at several temperatures, and what temperature does to a prediction."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from .....figures import temperature_bars
from .....model import Model
from ....shared.charts import chart
from ....shared.long_work import cached
from ..block_registry import ChapterContext, block
from ..wide_table import show_wide_table

CHARACTERS = 160
FRAMEWORKS = ("PyTorch", "Keras", "rnnviz")
# What it is called in each of them, as code.
NAMES = {
    "the hidden state after every step": ("output", "return_sequences=True", 'trace["hidden"]'),
    "the hidden state after the last step": ("h_n", "layer(x)", "trace.final"),
    "the LSTM’s cell state after the last step": ("c_n", "return_state=True", "trace.final"),
    "start from a state": ("lstm(x, (h_0, c_0))", "initial_state=", "model.trace(text, initial=...)"),
    "go on where the last batch ended": ("lstm(x, (h_n, c_n))", "stateful=True", "initial=trace.final"),
}
TEMPERATURES = (0.5, 1.0, 2.0)


@block
def samples(context: ChapterContext, temperatures: list[float]) -> None:
    """What the page's model writes after the page's text at each temperature; a button draws anew."""
    if context.model is not None and context.trace is not None:
        _samples(context.key, context.model, tuple(context.trace.tokens), tuple(temperatures))


@st.fragment
def _samples(key: str, model: Model, tokens: tuple[str, ...], temperatures: tuple[float, ...]) -> None:
    seed = int(st.session_state.get(f"seed-{key}", 1))
    with st.container(border=True):
        for temperature in temperatures:
            text = _written(model, tokens, temperature, seed)
            st.caption(f"Temperature {temperature:g}: {_KINDS.get(temperature, 'drawn')}")
            st.code(text.strip("\n") or " ", language=None, wrap_lines=True)
        st.button("Draw again", icon=":material/casino:", key=f"again-{key}", on_click=_next_seed, args=(key, seed))


def _written(model: Model, tokens: tuple[str, ...], temperature: float, seed: int) -> str:
    """What the model writes, drawn once for all who see the same text."""

    def work() -> str:
        written = model.generate(list(tokens), steps=CHARACTERS, temperature=temperature, seed=seed)
        return "".join(draw.token for draw in written)

    return cached(model.network, ("sample", tokens, temperature, seed), work)


_KINDS = {0.0: "always the likeliest", 1.0: "drawn as predicted"}


def _next_seed(key: str, seed: int) -> None:
    st.session_state[f"seed-{key}"] = seed + 1


@block
def temperatures(context: ChapterContext) -> None:
    """The prediction after the page's text, at three temperatures."""
    if context.trace is None or context.trace.logits is None:
        return
    figure = temperature_bars.ready(context.trace.logits[-1], context.trace.labels, TEMPERATURES)
    words = "The probabilities of the next character after the text, at temperatures of 0.5, 1 and 2."
    chart(figure, words, context.key, traces=[context.trace])


def _breakable(code: str) -> str:
    """Code as HTML, in which a line may break where a reader would break it."""
    return re.sub(r"(?<=[=(.])(?=\w)", "<wbr>", escape(code))


@block
def frameworks(context: ChapterContext) -> None:
    """How the frameworks call states that go in and come out."""
    head = "<td></td>" + "".join(f'<th scope="col">{name}</th>' for name in FRAMEWORKS)
    rows = [
        f'<tr><th scope="row">{escape(what)}</th>'
        + "".join(f"<td><code>{_breakable(name)}</code></td>" for name in names)
        + "</tr>"
        for what, names in NAMES.items()
    ]
    show_wide_table("What the frameworks call states", [f"<tr>{head}</tr>", *rows], "names")
