"""Verify: an input with the framework's own output says whether the model was understood."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ....checkpoints.numpy import numpy_archive
from ....checkpoints.safetensors import tensor_file
from ....checkpoints.stack import Stack
from ....checkpoints.verification.agreement import Verified, verify
from ....checkpoints.verification.example_pair import Pair
from ...shared.markdown import plain
from .opened_file import Held

CODE = """import numpy as np, torch

x = torch.randn(20, {width})
with torch.no_grad():
    output, _ = model.{member}(x)
np.savez("check.npz", input=x.numpy(), output=output.numpy())"""


def verify_box(found: Held, stack: Stack, taken: Mapping[str, str]) -> None:
    """An uploader for such a pair, and what came of it."""
    opened = st.expander("Verify against the framework’s own output", icon=":material/fact_check:")
    with opened:
        st.markdown(
            "Bring an input and what your framework makes of it: hidden states, outputs or probabilities, at every "
            "step. You learn how far the numbers differ and, where they do, which array looks wrong."
        )
        file = st.file_uploader(
            "A .npz or .safetensors file with an input and an output", ["npz", "safetensors"],
            key=found.key(stack.name, "verify"), max_upload_size=20,
        )  # fmt: skip
        if file is None:
            member = stack.name if stack.name.isidentifier() else "rnn"
            st.code(CODE.format(width=stack.input_size, member=member), language="python", wrap_lines=True)
            return
        try:
            with st.spinner("Comparing"):
                reader = numpy_archive.read if file.name.lower().endswith(".npz") else tensor_file.read
                result = verify(stack, Pair.of(reader(file.name, file.getvalue()).arrays), taken)
        except ValueError as error:
            st.error(plain(str(error)), icon=":material/rule:")
            return
        _tell(found, stack, result)


def _tell(found: Held, stack: Stack, result: Verified) -> None:
    if result.agrees:
        st.success(
            f"It agrees: the {plain(result.what)} differ by at most {result.worst:.1e}, within the tolerance of "
            f"{result.tolerance:.0e}.",
            icon=":material/check:",
        )
        return
    st.warning(
        f"It differs: the {plain(result.what)} by up to {result.worst:.2g}, at step {result.step} in unit "
        f"{result.unit}. {plain(result.where)}",
        icon=":material/difference:",
    )
    for suspect in result.suspects:
        fits = suspect.worst <= result.tolerance
        st.markdown(
            f"- {'**It would agree** with' if fits else 'Closer, but not equal, with'} {plain(suspect.words)}: "
            f"differs by {suspect.worst:.1e}"
        )
    best = next((one for one in result.suspects if one.worst <= result.tolerance and one.taken is not None), None)
    if best is not None and best.taken is not None:
        st.button(
            "Take it so", key=found.key(stack.name, "repair"), icon=":material/build:",
            on_click=_take, args=(found, stack, dict(best.taken)),
        )  # fmt: skip
    if not result.suspects:
        st.markdown("None of the usual mistakes explains it.")


def _take(found: Held, stack: Stack, taken: dict[str, str]) -> None:
    """Take facts as they were found to agree; for a callback."""
    found.taken[stack.name] = taken
    for fact in stack.facts:
        st.session_state.pop(found.key(stack.name, fact.name), None)
