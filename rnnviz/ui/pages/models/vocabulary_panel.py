"""Words for a network's input and output: a vocabulary for its embedding, labels for its outputs."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from ....checkpoints import Conversion, Stack
from ....errors import RnnvizError
from ....model import Model
from ....text import vocabularies
from ....text.decoding import decode_text
from ....text.tokens import TokenKind, Vocabulary, visible
from ....text.word_lists import WordList
from ....wording import counted
from ...shared.markdown import plain
from ...shared.opened_file import OpenedFile

KINDS: dict[TokenKind, str] = {
    "characters": "into characters",
    "words": "into lower-case words and punctuation",
    "pieces": "at spaces, each piece a token",
}
NONE = "none"
LARGEST = 5  # million bytes of a vocabulary
OFFERED = 100  # tokens that are offered for a special role: those that look special, and the first ones


class Words(NamedTuple):
    """A vocabulary, or None for numbers, and labels, or None for the default ones."""

    vocabulary: Vocabulary | None
    labels: list[str] | None


def _words_of(model: Model) -> str:
    """The vocabulary and the labels that rnnviz saved with a model, as the end of a sentence."""
    named = {"vocabulary": (model.vocabulary.tokens, "token"), "labels": (model.labels, "label")}
    parts = {name: counted(len(words), noun) for name, (words, noun) in named.items() if words}
    return f", with its {' and '.join(parts)}: {' and '.join(parts.values())}" if parts else ""


def choose(file: OpenedFile, stack: Stack, conversion: Conversion) -> Words | None:
    """The vocabulary and the labels; None, after an error, as long as they do not fit."""
    network = conversion.network
    whole = file.contents.models.get(stack.name)
    if whole is not None:
        st.caption(f":material/dictionary: rnnviz saved this file{_words_of(whole)}.")
        return Words(None, None)
    if network.embedding is None and network.readout_weight is None:
        _about_vectors(network.input_size)
        return Words(None, None)
    title = "Vocabulary and labels" if network.embedding is not None else "Labels"
    with st.expander(title, icon=":material/dictionary:", expanded=network.embedding is not None):
        try:
            rows, outputs = (0 if part is None else len(part) for part in (network.embedding, network.readout_weight))
            vocabulary = (
                _vocabulary(file, stack, rows, _from_file(stack, conversion, "vocabulary", rows)) if rows else None
            )
            found = _from_file(stack, conversion, "labels", outputs)
            labels = _labels(file, stack, outputs, vocabulary, found) if outputs else None
        except RnnvizError as error:
            st.error(plain(str(error)), icon=":material/dictionary:")
            return None
    if network.embedding is None:
        _about_vectors(network.input_size)
    return Words(vocabulary, labels)


def _from_file(stack: Stack, conversion: Conversion, what: str, size: int) -> WordList | None:
    """The list of words of the model's file that names its rows or its outputs, with as many words as there are."""
    words = stack.words.get(conversion.values.get(what, NONE))
    tokens = None if words is None else words.fitted(size)
    return None if words is None or tokens is None else replace(words, tokens=tokens)


def _about_vectors(size: int) -> None:
    what = f"vectors of {size} numbers" if size > 1 else "numbers"
    st.caption(
        f":material/table_chart: It reads {what}: on the pages you can type them, paste a table, upload CSV or npy, or "
        "draw seeded noise."
    )


def typed_key(file: OpenedFile, stack: Stack, what: str) -> str:
    """The key of the box for a stack's "vocabulary" or its "labels"."""
    return file.key(f"{stack.name}-{what}", "typed")


def _text(file: OpenedFile, stack: Stack, what: str, label: str, help: str) -> str | None:
    """Text that is typed or uploaded; None without either. What is typed stays."""
    key = f"{stack.name}-{what}"
    left, right = st.columns(2)
    with right:
        uploaded = st.file_uploader(
            f"{label.split(':')[0]} from a file, text or JSON", ["txt", "json", "tsv", "csv", "vocab"],
            key=file.key(key, "file"), max_upload_size=LARGEST,
        )  # fmt: skip
    with left:
        typed = st.text_area(
            label, file.default("", key, "typed"), key=typed_key(file, stack, what), help=help, height=120,
            persist_state="session",
        )  # fmt: skip
    if uploaded is not None:
        file.texts[key] = uploaded.name, decode_text(uploaded.getvalue())
    elif key in file.texts:
        name, _ = file.texts[key]
        st.button(
            f"Remove {plain(name)}", key=file.key(key, "forget"), icon=":material/close:", type="tertiary",
            on_click=_remove, args=(file, key),
        )  # fmt: skip
    return file.texts[key][1] if key in file.texts else typed or None


def _remove(file: OpenedFile, key: str) -> None:
    file.texts.pop(key, None)


def _vocabulary(file: OpenedFile, stack: Stack, rows: int, found: WordList | None) -> Vocabulary | None:
    text = _text(
        file, stack, "vocabulary", f"Vocabulary: {rows:,} tokens, in the order of the rows",
        "One token per line, a JSON list, or a JSON map from token to row; or tokens separated by spaces.",
    )  # fmt: skip
    if text is None and found is None:
        st.caption(f"Without one, tokens are typed as the numbers of their rows, 0 to {rows - 1}, separated by spaces.")
        return None
    tokens = list(found.tokens) if text is None and found is not None else vocabularies.parse_tokens(text or "", rows)
    kind, unknown, end = vocabularies.guess_settings(tokens)
    if text is None and found is not None:
        end = None  # nothing says that it is read
        st.caption(
            f":material/help: From the file itself: {plain(found.name)}, inferred by its size. See Vocabulary above."
        )
    of = (stack.name,) if text is not None or found is None else (stack.name, found.name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = list(KINDS)
        chosen = st.selectbox(
            "Split a text", kinds, index=file.index(kinds, kind, *of, "kind"), width=280,
            format_func=lambda name: KINDS[name], key=file.key(*of, "kind"), persist_state="session",
        )  # fmt: skip
        special = [token for token in tokens if token[:1] in ("<", "[", "_", "|")]
        options = [*dict.fromkeys([NONE, *special[:OFFERED], *tokens[:OFFERED], unknown or NONE, end or NONE])]
        for_unknown = st.selectbox(
            "For unknown tokens", options, index=file.index(options, unknown or NONE, *of, "unknown"), width=180,
            key=file.key(*of, "unknown"), help="Without one, a text with unknown tokens is rejected.",
            persist_state="session",
        )  # fmt: skip
        at_end = st.selectbox(
            "At the end of a text", options, index=file.index(options, end or NONE, *of, "end"), width=180,
            key=file.key(*of, "end"), help="Read after the last token, if the network was trained with it.",
            persist_state="session",
        )  # fmt: skip
    first = plain(", ".join(map(visible, tokens[:12])))
    st.caption(f"{len(tokens):,} tokens: {first}{' and so on' if len(tokens) > 12 else ''}.")
    return vocabularies.build_vocabulary(
        tokens, chosen, None if for_unknown == NONE else for_unknown, None if at_end == NONE else at_end
    )


def _labels(
    file: OpenedFile, stack: Stack, outputs: int, vocabulary: Vocabulary | None, found: WordList | None
) -> list[str] | None:
    text = _text(
        file,
        stack,
        "labels",
        f"Labels: {counted(outputs, 'output')}{', in their order' if outputs > 1 else ''}",
        "One label per line, or a JSON list.",
    )
    if text is None and found is not None:
        first = plain(", ".join(map(visible, found.tokens[:12])))
        more = " and so on" if outputs > 12 else ""
        st.caption(f":material/help: From the file itself: {plain(found.name)}, inferred by its size: {first}{more}.")
        return list(found.tokens)
    if text is None:
        same = vocabulary is not None and len(vocabulary) == outputs
        st.caption("Without any, " + ("the labels are the tokens." if same else "outputs are numbered from 0."))
        return None
    return vocabularies.parse_tokens(text, outputs, what="labels", of="outputs")
