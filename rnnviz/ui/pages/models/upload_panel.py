"""A model of your own: upload a file, see what was found in it, correct what was assumed, and look inside."""

from __future__ import annotations

import streamlit as st
from safetensors.numpy import save

from .... import zoo
from ....checkpoints import FORMATS, Stack, summary
from ....errors import BusyError, LimitError, RnnvizError
from ....limits import DEFAULT_LIMITS, MILLION
from ....text.tokens import visible
from ...shared import catalogue, kept_models, lesson_link, link_parameters, notices, streamlit_sessions
from ...shared.catalogue import MODEL_PAGES
from ...shared.link_parameters import link_to
from ...shared.markdown import plain, series
from ...shared.opened_file import OpenedFile, close, enter_archive, open_in_session, opened_file, was_lost
from ...shared.session_keys import UPLOADED_FILES
from . import interpretation_panel, kept_panel, use_panel, verify_panel, vocabulary_panel

EXAMPLE = "names-gru"


def show() -> None:
    """Show the uploader, and what was found in the file that is open."""
    _uploader()
    kept_panel.open_again()
    if was_lost():
        kept = kept_models.report()
        again = "Open it again below, or upload it." if kept is not None and kept.models else "Upload it again."
        st.info(
            "This link comes from a tab that had a file open. The file was closed when that tab was reloaded or the "
            f"server restarted. {again}",
            icon=":material/history:",
        )
    kept_panel.show()
    file = opened_file()
    if not was_lost():
        link_parameters.FILES_OPENED.write(0 if file is None else file.number)
    if file is None:
        _introduction()
    elif file.error:
        st.error(plain(file.error), icon=":material/description:")
    elif file.is_archive:
        _archive(file)
    else:
        _checkpoint(file)


def _uploader() -> None:
    """The uploader; files are opened once, when they arrive."""
    state = st.session_state
    formats = "; ".join(f"{format.title}: {', '.join(format.suffixes)}" for format in FORMATS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        files = st.file_uploader(
            "A file with recurrent layers: PyTorch, Keras, ONNX or NumPy",
            accept_multiple_files=True,
            key="models-files",
            max_upload_size=DEFAULT_LIMITS.file // MILLION,
            help=f"{formats}. If a model keeps its weights or its card in another file, upload both together. Limits: "
            f"{DEFAULT_LIMITS.file // MILLION} million bytes, {DEFAULT_LIMITS.unpacked // MILLION} million once "
            f"unpacked, {DEFAULT_LIMITS.arrays:,} arrays, {DEFAULT_LIMITS.layers:,} layers, and "
            f"{DEFAULT_LIMITS.seconds:g} seconds to read it.",
        )
    ids = tuple(file.file_id for file in files or [])
    if ids and state.get(UPLOADED_FILES) != ids:
        state[UPLOADED_FILES] = ids  # before: what is stopped is not begun again by the next run of the page
        if open_in_session({file.name: file.getvalue() for file in files}).had_no_room:
            for file in (*files, *state["models-files"]):  # the widget keeps its own copies until the next run
                streamlit_sessions.drop_upload(file.file_id)
                file.truncate(0)
    st.caption(
        ":material/lock: Nothing in a file is ever executed. The file stays in the memory of this session, where "
        "nobody else can see it, and is deleted with the session, a minute or two after you close the page. Your "
        "browser keeps a copy if you let it."
    )


def _introduction() -> None:
    with st.container(border=True):
        st.markdown(
            "**What happens next.** The page finds every recurrent stack in the file: its cell, layers, directions, "
            "sizes, convention and precision, the embedding below it and the readout on top. It shows how each array "
            f"was mapped and what it had to assume, which you can correct. Then {series([*MODEL_PAGES])} open with "
            "your model."
        )
        st.markdown("In Python, one line opens a file or a module:")
        st.code(
            'import rnnviz\n\nmodel = rnnviz.load("model.safetensors")\nprint(rnnviz.checkpoint("model.safetensors"))\n'
            "model = rnnviz.from_torch(module)   # or from_keras(layer)",
            language="python",
            wrap_lines=True,
        )
        st.button(
            "Try it with an example", key="models-example", icon=":material/play_circle:", on_click=_open_example,
            help=f"The bare arrays of {EXAMPLE}, as PyTorch would save them, and its vocabulary as a list.",
        )  # fmt: skip


def _open_example() -> None:
    """Open a bundled model as if it were another program's: arrays alone, and a list of its tokens; for a callback."""
    model = zoo.load(EXAMPLE)
    file = open_in_session({"example.safetensors": save(model.network.parameters)})
    for what, words in (("vocabulary", model.vocabulary.tokens), ("labels", model.labels)):
        st.session_state[vocabulary_panel.typed_key(file, file.contents.stacks[0], what)] = "\n".join(words)


def _archive(file: OpenedFile) -> None:
    """Models that rnnviz saved together: they join the session's models at once."""
    if not file.tasks:
        try:
            enter_archive(file)
        except (BusyError, LimitError) as error:
            st.warning(plain(str(error)), icon=":material/inventory_2:")
    for task in file.tasks.values():
        added = catalogue.tasks().get(task)
        if added is not None:
            st.success(f"Opened {plain(added.title)}, with {', '.join(added.cells)}.", icon=":material/check:")
            page = use_panel.page_buttons(file.key(task, "open"))
            if page is not None:
                st.switch_page(page, query_params=link_to(task, added.cells[-1]))
    _close_button()


def _checkpoint(file: OpenedFile) -> None:
    stacks = file.contents.stacks
    count = f"{len(stacks)} recurrent stacks" if len(stacks) > 1 else "one recurrent stack"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(file.contents.name)}** · {plain(file.contents.description)} · {count}")
        _close_button()
    stack = stacks[0]
    if len(stacks) > 1:
        names = [member.name for member in stacks]
        chosen = st.segmented_control(
            "Stack",
            names,
            default=names[file.index(names, names[0], "stack")],
            required=True,
            format_func=lambda name: plain(visible(name)),
            key=file.key("stack"),
            persist_state="session",
        )
        stack = stacks[names.index(chosen or names[0])]
    _stack(file, stack)
    interpretation_panel.unused(file.contents)


def _close_button() -> None:
    st.button("Close the file", on_click=close, key="models-close", icon=":material/close:", type="tertiary")


def _stack(file: OpenedFile, stack: Stack) -> None:
    file.current = None
    heading = st.container()
    place = st.container()
    interpretation_panel.settings(file, stack)
    stack = stack.chosen(file.changed(stack))
    heading.header(plain(summary(stack.arranged(file.changed(stack)))), anchor=False)
    try:
        conversion = file.convert(stack)
    except RnnvizError as error:
        st.error(plain(str(error)), icon=":material/rule:")
        return
    interpretation_panel.sizes(stack, conversion)
    interpretation_panel.mapping(stack, conversion)
    words = vocabulary_panel.choose(file, stack, conversion)
    if lesson_link.shows("verify"):
        verify_panel.show(file, stack)
    if words is not None:
        use_panel.show(file, stack, words, place)
    notices.show()
