"""Where an atlas comes from: bundled with the model, or built here over a text of the reader's."""

from __future__ import annotations

import streamlit as st

from ....atlas import Atlas, Corpus, build_plan, plan
from ....errors import LimitError, RnnvizError
from ....model import Model
from ....text.decoding import read_text
from ....wording import counted
from ...shared.catalogue import TaskModels
from ...shared.long_work import Progress, stoppable
from ...shared.markdown import plain
from ...shared.model_atlases import KnownAtlas, keep, model_atlases
from ...shared.session_keys import ATLAS_CHOICE, ATLAS_FILE, ATLAS_TEXT

MOST_TOKENS = 200_000  # of a corpus that is read here, for all who share the server
SAMPLE = 2000  # positions whose values are kept


def atlas_of(task: TaskModels, model: Model) -> Atlas | None:
    """The atlas of a model that is chosen; None, with a way to make one, if there is none yet."""
    found = model_atlases(task, model)
    if found:
        return found[_pick(found)].atlas
    what = "numbers" if model.vocabulary.kind == "numbers" else "a text"
    st.markdown(f"To see what the units of **{plain(model.name)}** respond to, choose or paste {what} for it to read.")
    _form(model)
    return None


def offer_another(model: Model) -> None:
    """A menu in which another corpus can be read."""
    with st.popover("Another corpus", icon=":material/library_books:", type="tertiary"):
        _form(model)


def corpus_in_words(atlas: Atlas) -> str:
    """What the atlas was made over, within a sentence, in Markdown."""
    read = counted(atlas.tokens, {"characters": "character", "words": "word"}.get(atlas.corpus.kind, "step"))
    documents = counted(atlas.corpus.documents, "text") if atlas.corpus.documents > 1 else "one text"
    return plain(f"{read} of {atlas.corpus.name} ({documents})")


def _pick(found: dict[str, KnownAtlas]) -> str:
    """A picker for a corpus where there are several, of which two may have one name."""
    names = list(found)
    if len(names) == 1:
        return names[0]
    if st.session_state.get(ATLAS_CHOICE) not in names:
        st.session_state[ATLAS_CHOICE] = names[0]
    return st.selectbox("Corpus", names, format_func=lambda name: found[name].title, key=ATLAS_CHOICE, width=420)


def _form(model: Model) -> None:
    """A corpus to read: a file, or a text that is pasted."""
    reads_numbers = model.vocabulary.kind == "numbers"
    file = st.file_uploader("A text file", type=["txt"], key=ATLAS_FILE, max_upload_size=5)
    pasted = st.text_area(
        "Or paste numbers" if reads_numbers else "Or paste a text", key=ATLAS_TEXT, height=100,
        placeholder="noise(seed=0, steps=1000)" if reads_numbers else None,
        help=_numbers_help(model) if reads_numbers else None,
    )  # fmt: skip
    by_line = st.checkbox("Each line is a separate text", model.vocabulary.end, key="atlas-by-line")
    st.caption(
        f"Up to {MOST_TOKENS:,} {'steps' if reads_numbers else 'tokens'} are read here. On your own machine there is "
        "no limit: `python -m rnnviz.atlas model.safetensors corpus.txt --out folder`."
    )
    if st.button("Read it", type="primary", key="atlas-build", disabled=not (file or (pasted or "").strip())):
        try:
            text = read_text(file.getvalue()).text if file is not None else str(pasted)
            with stoppable():
                atlas = _build(model, text, by_line, file.name if file is not None else "your text")
        except RnnvizError as error:
            st.error(plain(str(error)), icon=":material/library_books:")
            return
        keep(model, atlas)
        st.session_state.pop(ATLAS_CHOICE, None)
        st.rerun()


def _numbers_help(model: Model) -> str:
    size = model.network.input_size
    each = "Each number is a step" if size == 1 else f"Each step has {size} numbers"
    return f"{each}, separated by spaces, commas or semicolons. `noise(seed=0, steps=1000)` draws random numbers."


def _build(model: Model, text: str, by_line: bool, name: str) -> Atlas:
    documents = [line for line in text.split("\n") if line.strip()] if by_line else [text]
    made = plan(model, Corpus.of(documents, name=name), sample=SAMPLE)
    tokens = len(made.corpus)
    if tokens > MOST_TOKENS:
        raise LimitError(
            f"The corpus has {tokens:,} tokens, and at most {MOST_TOKENS:,} are read here: use a part of it, or "
            "python -m rnnviz.atlas on your own machine.",
            code="too_large", limit=MOST_TOKENS, actual=tokens,
        )  # fmt: skip
    progress, done = Progress("Reading the corpus.", ("atlas", made.fingerprint)), 0

    def tick(read: int) -> None:
        nonlocal done
        done += read
        progress(done / tokens)

    atlas = build_plan(made, progress=tick)
    progress.end()
    return atlas
