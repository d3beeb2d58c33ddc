"""The words for what a network reads and says: a vocabulary for its embedding, labels for its outputs."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from ....checkpoints.conversion import Built
from ....checkpoints.stack import Stack
from ....text import vocabularies
from ....text.decoding import decode_text
from ....text.tokens import TokenKind, Vocabulary
from ...shared.markdown import plain
from .opened_file import Held

KINDS: dict[TokenKind, str] = {
    "characters": "into characters",
    "words": "into words and marks, in small letters",
    "pieces": "at blanks, each piece a token",
}
NONE = "none"
LARGEST = 5  # million bytes of a vocabulary
OFFERED = 100  # tokens that are offered for a special part: those that look special, and the first ones


class Words(NamedTuple):
    """What was given: a vocabulary, or None for numbers, and labels, or None for the usual ones."""

    vocabulary: Vocabulary | None
    labels: list[str] | None


def choose(found: Held, stack: Stack, built: Built) -> Words | None:
    """The vocabulary and the labels; None, after a sentence, as long as what was given does not fit."""
    network, whole = built.network, found.checkpoint.whole if found.checkpoint is not None else None
    if whole is not None:
        known = f"{len(whole.vocabulary):,} tokens and {len(whole.labels):,} labels"
        st.caption(f":material/dictionary: rnnviz wrote this file, with its own words inside: {known}.")
        return Words(None, None)
    if network.embedding is None and network.readout_weight is None:
        _numbers(network.input_size)
        return Words(None, None)
    title = "Words for what it reads and says" if network.embedding is not None else "Words for what it says"
    with st.expander(title, icon=":material/dictionary:", expanded=network.embedding is not None):
        try:
            vocabulary = None if network.embedding is None else _vocabulary(found, stack, len(network.embedding))
            outputs = 0 if network.readout_weight is None else len(network.readout_weight)
            labels = _labels(found, stack, outputs, vocabulary) if outputs else None
        except ValueError as error:
            st.error(plain(str(error)), icon=":material/dictionary:")
            return None
    if network.embedding is None:
        _numbers(network.input_size)
    return Words(vocabulary, labels)


def _numbers(width: int) -> None:
    many = f"vectors of {width} numbers" if width > 1 else "numbers"
    st.caption(
        f":material/table_chart: It reads {many}: on the pages you can type them, paste a table, upload CSV or npy, or "
        "let seeded noise be drawn."
    )


def typed_key(found: Held, stack: Stack, what: str) -> str:
    """The key of the box for a stack's "vocabulary" or its "labels"."""
    return found.key(f"{stack.name}-{what}", "typed")


def _given(found: Held, stack: Stack, what: str, label: str, help: str) -> str | None:
    """Text that is typed, or of an uploaded file; None if neither is there. What is typed stays."""
    key = f"{stack.name}-{what}"
    left, right = st.columns(2)
    with right:
        file = st.file_uploader(
            f"{label.split(':')[0]} from a file, text or JSON", ["txt", "json", "tsv", "csv", "vocab"],
            key=found.key(key, "file"), max_upload_size=LARGEST,
        )  # fmt: skip
    with left:
        typed = st.text_area(label, key=typed_key(found, stack, what), help=help, height=120, persist_state="session")
    if file is not None:
        found.given[key] = file.name, decode_text(file.getvalue())
    elif key in found.given:
        name, _ = found.given[key]
        st.button(
            f"Forget {plain(name)}", key=found.key(key, "forget"), icon=":material/close:", type="tertiary",
            on_click=_forget, args=(found, key),
        )  # fmt: skip
    return found.given[key][1] if key in found.given else typed or None


def _forget(found: Held, what: str) -> None:
    found.given.pop(what, None)


def _vocabulary(found: Held, stack: Stack, rows: int) -> Vocabulary | None:
    text = _given(
        found, stack, "vocabulary", f"Vocabulary: {rows:,} tokens, in the order of the rows",
        "A token a line, a JSON list, or a JSON map from token to row; or tokens apart by blanks.",
    )  # fmt: skip
    if text is None:
        st.caption(
            f"Until there is one, tokens are typed as the numbers of their rows, 0 to {rows - 1}, apart by blanks."
        )
        return None
    tokens = vocabularies.parse_tokens(text, rows)
    kind, unknown, end = vocabularies.guess_settings(tokens)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = list(KINDS)
        cut = st.selectbox(
            "A text is cut", kinds, index=kinds.index(kind), format_func=lambda name: KINDS[name], width=280,
            key=found.key(stack.name, "kind"), persist_state="session",
        )  # fmt: skip
        marked = [token for token in tokens if token[:1] in ("<", "[", "_", "|")]
        options = [*dict.fromkeys([NONE, *marked[:OFFERED], *tokens[:OFFERED], unknown or NONE, end or NONE])]
        for_unknown = st.selectbox(
            "For unknown tokens", options, index=options.index(unknown) if unknown else 0, width=180,
            key=found.key(stack.name, "unknown"), help="Without one, a text with unknown tokens is refused.",
            persist_state="session",
        )  # fmt: skip
        at_end = st.selectbox(
            "At the end of a text", options, index=options.index(end) if end else 0, width=180,
            key=found.key(stack.name, "end"), help="Read after the last token, if the network was trained so.",
            persist_state="session",
        )  # fmt: skip
    st.caption(f"{len(tokens):,} tokens: {plain(', '.join(tokens[:12]))}{' and so on' if len(tokens) > 12 else ''}.")
    return vocabularies.build_vocabulary(
        tokens, cut, None if for_unknown == NONE else for_unknown, None if at_end == NONE else at_end
    )


def _labels(found: Held, stack: Stack, outputs: int, vocabulary: Vocabulary | None) -> list[str] | None:
    text = _given(
        found, stack, "labels", f"Labels: {outputs:,} outputs, in their order", "A label a line, or a JSON list."
    )
    if text is None:
        alike = vocabulary is not None and len(vocabulary) == outputs
        st.caption("Until there are any, " + ("they are the tokens." if alike else "outputs are numbered from 0."))
        return None
    return vocabularies.parse_tokens(text, outputs, what="labels", of="outputs")
