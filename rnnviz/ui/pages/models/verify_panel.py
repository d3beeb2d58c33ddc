"""Verify: an input with the framework's own output shows whether the model was read correctly."""

from __future__ import annotations

import streamlit as st

from ....checkpoints import Agreement, Stack
from ....errors import BusyError, RnnvizError
from ...shared.markdown import plain
from ...shared.opened_file import OpenedFile
from ...shared.strangers_files import read_apart

CODE = """import numpy as np, torch

x = torch.randn(20, {width})
with torch.no_grad():
    output, _ = model.{member}(x)
np.savez("check.npz", input=x.numpy(), output=output.numpy())"""


def show(file: OpenedFile, stack: Stack) -> None:
    """Show an uploader for such a pair, and the result."""
    with st.expander("Verify against the framework’s own output", icon=":material/fact_check:"):
        st.markdown(
            "Upload an input and your framework’s output for it: hidden states, outputs or probabilities, at every "
            "step. You see how far the values differ and, if they do, which array looks wrong."
        )
        uploaded = st.file_uploader(
            "A .npz or .safetensors file with an input and an output", ["npz", "safetensors"],
            key=file.key(stack.name, "verify"), max_upload_size=20,
        )  # fmt: skip
        if uploaded is None:
            member = stack.name if stack.name.isidentifier() else "rnn"
            st.code(CODE.format(width=stack.input_size, member=member), language="python", wrap_lines=True)
            return
        overrides = dict(file.changed(stack))
        before, result = file.agreements.get(stack.name, (None, None))
        if result is None or before != (uploaded.file_id, overrides):
            try:
                result = read_apart("verify_upload", uploaded.name, uploaded.getvalue(), stack, overrides)
            except BusyError as error:
                st.warning(plain(str(error)), icon=":material/inventory_2:")
                return
            except RnnvizError as error:
                result = str(error)  # kept as well: what took long and failed is not tried again at each click
            file.agreements[stack.name] = (uploaded.file_id, overrides), result
        if isinstance(result, str):
            st.error(plain(result), icon=":material/rule:")
        else:
            _result(file, stack, result)


def _result(file: OpenedFile, stack: Stack, result: Agreement) -> None:
    if result.agrees:
        st.success(
            f"They agree: the {plain(result.quantity)} differ by at most {result.largest:.1e}, within the tolerance of "
            f"{result.tolerance:.0e}.",
            icon=":material/check:",
        )
        return
    st.warning(
        f"They differ: the {plain(result.quantity)} by up to {result.largest:.2g}, at step {result.step} in unit "
        f"{result.unit}. {plain(result.location.words if result.location else '')}",
        icon=":material/difference:",
    )
    for correction in result.corrections:
        fits = correction.largest <= result.tolerance
        st.markdown(
            f"- {'**They would agree** with' if fits else 'Closer, but not equal, with'} {plain(correction.words)}: "
            f"the largest difference is {correction.largest:.1e}"
        )
    best = next((c for c in result.corrections if c.largest <= result.tolerance and c.overrides is not None), None)
    if best is not None and best.overrides is not None:
        st.button(
            "Apply this fix", key=file.key(stack.name, "repair"), icon=":material/build:",
            on_click=_apply, args=(file, stack, dict(best.overrides)),
        )  # fmt: skip
    if not result.corrections:
        st.markdown("None of the usual mistakes explains the difference.")


def _apply(file: OpenedFile, stack: Stack, overrides: dict[str, str]) -> None:
    """Override settings with the values that agree; for a callback."""
    file.overrides[stack.name] = overrides
    for setting in stack.settings:
        st.session_state.pop(file.key(stack.name, setting.name), None)
