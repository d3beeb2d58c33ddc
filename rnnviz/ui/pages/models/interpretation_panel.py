"""How a stack was interpreted: its settings with their reasons, what was assumed, and how each array was mapped."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ....checkpoints import Checkpoint, Conversion, InferredSetting, Stack
from ....checkpoints.stack import LAYERS
from ....wording import counted
from ...shared.markdown import plain
from ...shared.opened_file import OpenedFile

BASES = {
    "stated": ":material/check: stated in the file",
    "fixed": ":material/check: follows from its format or shapes",
    "assumed": ":material/help: assumed",
}
COLUMNS = 3  # of settings to choose
SHOWN = 12  # unused arrays that are named


def settings(file: OpenedFile, stack: Stack) -> None:
    """Show the inferred settings, those that were assumed first, each with a way to override it."""
    changed = file.changed(stack)
    if stack.alternatives:  # which settings there are depends on this one
        key, own = file.key(stack.name, LAYERS), next(s.value for s in stack.settings if s.name == LAYERS)
        if st.session_state.get(key, changed.get(LAYERS, own)) != own:
            changed[LAYERS] = st.session_state.get(key, changed.get(LAYERS))
        else:
            changed.pop(LAYERS, None)
    settings_now = stack.chosen(changed).settings
    for name in changed.keys() - {setting.name for setting in settings_now}:
        del changed[name]
    listed = [setting for setting in settings_now if not setting.follows]
    assumed = [setting for setting in listed if setting.basis == "assumed" and len(setting.choices) > 1]
    rest = [setting for setting in listed if setting not in assumed]
    if assumed:
        st.markdown(":material/help: **Assumed**, because the file leaves it open. Correct anything you know.")
        _choices(file, stack, assumed, changed)
    if rest:
        _table(rest, changed)
        if changeable := [setting for setting in rest if len(setting.choices) > 1]:
            with st.expander("Override an inferred setting", icon=":material/tune:"):
                _choices(file, stack, changeable, changed)


def _choices(file: OpenedFile, stack: Stack, listed: list[InferredSetting], changed: dict[str, str]) -> None:
    for row in range(0, len(listed), COLUMNS):
        for setting, column in zip(listed[row : row + COLUMNS], st.columns(COLUMNS), strict=False):
            with column:
                _choice(file, stack, setting, changed)


def _choice(file: OpenedFile, stack: Stack, setting: InferredSetting, changed: dict[str, str]) -> None:
    """A picker for one setting. The choice stays while another stack or page is shown."""
    now = changed.get(setting.name, setting.value)
    options = list(setting.choices) + ([now] if now not in setting.choices else [])
    chosen = st.selectbox(
        setting.title,
        options,
        index=options.index(now),
        format_func=setting.describe,
        key=file.key(stack.name, setting.name),
    )
    if chosen == setting.value:
        changed.pop(setting.name, None)
    else:
        changed[setting.name] = chosen
    st.caption(plain(setting.reason) if chosen == setting.value else ":material/edit: Overridden by you.")


def _table(listed: list[InferredSetting], changed: dict[str, str]) -> None:
    """The settings that the file does not leave open."""
    st.table(
        {
            "setting": [f"**{plain(setting.title)}**" for setting in listed],
            "value": [plain(setting.describe(changed.get(setting.name, setting.value))) for setting in listed],
            "basis": [
                ":material/edit: overridden by you" if setting.name in changed else BASES[setting.basis]
                for setting in listed
            ],
            "reason": [plain(setting.reason) for setting in listed],
        }
    )


def sizes(stack: Stack, conversion: Conversion) -> None:
    """Show sizes and precision in one line, and the notes on the stack."""
    network = conversion.network
    count = sum(array.size for array in network.parameters.values())
    dtypes = list(dict.fromkeys(array.dtype for array in conversion.arrays))
    table, readout = network.embedding, network.readout_weight
    if table is None:
        reads = f"vectors of {_bold_count(network.input_size, 'number')}"
    else:
        reads = f"{_bold_count(len(table), 'token')} through an embedding"
    parts = [
        f"**{count:,}** parameters in {' and '.join(dtypes)}",
        f"reads {reads}",
        "ends with its hidden states" if readout is None else f"has {_bold_count(len(readout), 'output')}",
    ]
    if network.initial is not None:
        parts.append("has its own initial states")
    if stack.max_steps is not None:
        parts.append(f"reads at most {stack.max_steps} steps")
    st.markdown("; ".join(parts) + ".")
    for sentence in stack.left_out:
        st.caption(":material/warning: " + plain(sentence))
    for note in stack.notes:
        st.caption(":material/info: " + plain(note))


def _bold_count(number: int, noun: str) -> str:
    """How many, in bold, in Markdown."""
    count, noun = counted(number, noun).split(" ")
    return f"**{count}** {noun}"


def mapping(stack: Stack, conversion: Conversion) -> None:
    """Show how every array was mapped."""
    arrays = conversion.arrays
    with st.expander(f"How each of the {len(arrays)} arrays was mapped", icon=":material/account_tree:"):
        st.dataframe(
            pd.DataFrame(
                {
                    "array in the file": [array.source for array in arrays],
                    "shape": [" × ".join(map(str, array.shape)) for array in arrays],
                    "precision": [array.dtype for array in arrays],
                    "parameter": [array.target for array in arrays],
                    "changes": [array.changes for array in arrays],
                }
            ),
            hide_index=True,
            alt=f"The arrays of {stack.name}: shape, precision, the parameter that each became, and its changes.",
        )


def unused(checkpoint: Checkpoint) -> None:
    """Show which arrays of the file no stack uses, and what was skipped."""
    arrays = checkpoint.unused
    if arrays:
        named = ", ".join(f"{array.name} {' × '.join(map(str, array.shape))}" for array in arrays[:SHOWN])
        more = f" and {len(arrays) - SHOWN} more" if len(arrays) > SHOWN else ""
        st.caption(f":material/info: Not part of any recurrent stack: {plain(named)}{more}.")
    for note in checkpoint.notes:
        st.caption(":material/info: " + plain(note))
