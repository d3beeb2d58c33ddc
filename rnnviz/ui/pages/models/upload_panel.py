"""A model of your own: bring a file, see what was understood of it, set right what was assumed, and look inside."""

from __future__ import annotations

import streamlit as st
from safetensors.numpy import save

from .... import zoo
from ....checkpoints.checkpoint import described
from ....checkpoints.conversion import Built, build
from ....checkpoints.stack import Stack
from ....limits import DEFAULT_LIMITS, MILLION
from ....text.tokens import visible
from ...shared import catalogue, lesson_link, notices
from ...shared.markdown import plain
from . import interpretation_panel, use_panel, verify_panel, vocabulary_panel
from .opened_file import Held, close, held, hold

HELP = (
    "PyTorch: state dicts as .safetensors, .pt or .pth. Keras: .keras, .weights.h5, .h5. ONNX: .onnx, with the files "
    "that keep its weights if there are any. NumPy: .npz. And what rnnviz saved."
)


EXAMPLE = "names-gru"


def answer() -> None:
    _bring()
    found = held()
    if found is None:
        _invite()
    elif found.refused is not None:
        st.error(plain(found.refused), icon=":material/description:")
    elif found.models:
        _archive(found)
    else:
        _checkpoint(found)


def _bring() -> None:
    """The uploader; files are read once, when they arrive."""
    state = st.session_state
    with st.container(horizontal=True, vertical_alignment="bottom"):
        files = st.file_uploader(
            "A file with recurrent layers: PyTorch, Keras, ONNX or NumPy",
            accept_multiple_files=True,
            key="models-files",
            max_upload_size=DEFAULT_LIMITS.file // MILLION,
            help=HELP,
        )
    ids = tuple(file.file_id for file in files or [])
    if ids and state.get("models-ids") != ids:
        with st.spinner("Reading the file"):
            hold({file.name: file.getvalue() for file in files})
        state["models-ids"] = ids
    st.caption(
        ":material/lock: Nothing in a file is ever run. It stays in the memory of this session, where nobody else can "
        f"see it, and is gone with it. At most {DEFAULT_LIMITS.file // MILLION} million bytes, "
        f"{DEFAULT_LIMITS.unpacked // MILLION} million once unpacked, "
        f"and {DEFAULT_LIMITS.arrays:,} arrays."
    )


def _invite() -> None:
    with st.container(border=True):
        st.markdown(
            "**What happens then.** Every recurrent stack in the file is found: its cell, layers, directions, sizes, "
            "convention, precision, the embedding below it and the readout on top. You see how each array was mapped "
            "and what had to be assumed, and can set that right. Then every page works on your model: **Explore**, "
            "**Memory** and **Compare**."
        )
        st.markdown("In Python it is one line, in a notebook with the live module another:")
        st.code(
            'import rnnviz\n\nmodel = rnnviz.load("model.safetensors")\nprint(rnnviz.checkpoint("model.safetensors"))\n'
            "model = rnnviz.from_torch(module)   # or from_keras(layer)",
            language="python",
            wrap_lines=True,
        )
        st.button(
            "Try it with an example", key="models-example", icon=":material/play_circle:", on_click=_example,
            help=f"The bare arrays of {EXAMPLE}, as PyTorch would write them, and its vocabulary as a list.",
        )  # fmt: skip


def _example() -> None:
    """Open a bundled model as if it were somebody's file: arrays alone, and a list of its tokens; for a callback."""
    model = zoo.load(EXAMPLE)
    found = hold({"example.safetensors": save(model.network.parameters)})
    assert found.checkpoint is not None
    for what, words in (("vocabulary", model.vocabulary.tokens), ("labels", model.labels)):
        key = vocabulary_panel.typed_key(found, found.checkpoint.stacks[0], what)
        st.session_state[key] = "\n".join(words)


def _archive(found: Held) -> None:
    """Models that rnnviz saved, several in one file: they join the session's models at once."""
    if not found.tasks:
        found.tasks = use_panel.add_all(found.models)
    for task in found.tasks.values():
        known = catalogue.tasks().get(task)
        if known is not None:
            st.success(f"{plain(known.title)} is opened, with {', '.join(known.cells)}.", icon=":material/check:")
            use_panel.buttons(task, known.cells[-1], found.key(task))
    st.button("Close the file", on_click=close, key="models-close", icon=":material/close:", type="tertiary")


def _checkpoint(found: Held) -> None:
    checkpoint = found.checkpoint
    assert checkpoint is not None
    stacks = checkpoint.stacks
    several = f"{len(stacks)} recurrent stacks" if len(stacks) > 1 else "one recurrent stack"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(checkpoint.name)}** · {plain(checkpoint.format)} · {several}")
        st.button("Close the file", on_click=close, key="models-close", icon=":material/close:", type="tertiary")
    stack = stacks[0]
    if len(stacks) > 1:
        names = [one.name for one in stacks]
        key = found.key("stack")
        chosen = st.segmented_control(
            "Stack",
            names,
            default=names[0],
            required=True,
            format_func=lambda name: plain(visible(name)),
            key=key,
            persist_state="session",
        )
        stack = stacks[names.index(chosen or names[0])]
    _stack(found, stack)
    interpretation_panel.left_over(checkpoint)


def _stack(found: Held, stack: Stack) -> None:
    st.header(plain(described(stack)), anchor=False)
    taken = interpretation_panel.facts(found, stack)
    try:
        built: Built = build(stack, taken)
    except ValueError as error:
        st.error(plain(str(error)), icon=":material/rule:")
        return
    interpretation_panel.sizes(stack, built)
    interpretation_panel.mapping(stack, built)
    words = vocabulary_panel.choose(found, stack, built)
    if lesson_link.shows("verify"):
        verify_panel.verify_box(found, stack, taken)
    if words is not None:
        use_panel.use(found, stack, taken, words)
    notices.show()
