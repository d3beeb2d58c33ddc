"""An input and the output that a framework gave for it, from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...network import Network

INPUTS = ("input", "inputs", "x", "ids", "input_ids", "tokens", "text_ids")
OUTPUTS = (
    "output", "outputs", "y", "hidden", "states", "h", "out", "logits", "probabilities", "expected", "hidden_states",
)  # fmt: skip
ROOM = 40_000_000  # numbers that a run may record, for all steps of all sequences


@dataclass(frozen=True)
class Pair:
    """What a framework was given and what it answered.

    input: token ids (T,) or with a batch (T, B) or (B, T); or vectors (T, D), (T, B, D) or (B, T, D). output: numbers
    at every step, with the same axes in front, (T, N), (T, B, N) or (B, T, N); or after the last step alone, (N,) or
    (B, N).
    """

    input: Array
    output: Array

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Pair:
        """The pair among named arrays. Raises ValueError, in one sentence, if it is not clear which is which."""
        by_name = {name.lower().rsplit(".", 1)[-1].rsplit("/", 1)[-1]: array for name, array in arrays.items()}
        given = next((by_name[name] for name in INPUTS if name in by_name), None)
        wanted = next((by_name[name] for name in OUTPUTS if name in by_name), None)
        if given is None or wanted is None:
            there = ", ".join(f"{name} {array.shape}" for name, array in arrays.items()) or "no array"
            raise ValueError(
                "The file needs an array called input and one called output, as "
                f"np.savez('check.npz', input=x, output=y) writes them; it has {there}."
            )
        for what, array, kinds in (("input", given, "iuf"), ("output", wanted, "f")):
            if array.dtype.kind not in kinds:
                raise ValueError(
                    f"The {what} holds {array.dtype}, and must hold {'whole or ' * (len(kinds) > 1)}real numbers."
                )
            if not np.isfinite(array).all():
                raise ValueError(f"The {what} holds numbers that are NaN or infinite, with which none can be compared.")
        if given.size == 0 or wanted.size == 0:
            raise ValueError("The input and the output must hold at least one step; one of them is empty.")
        return cls(given, wanted)

    def last(self, network: Network) -> bool:
        """Whether the output is that after the last step alone."""
        axes = 1 if network.embedding is not None else 2
        return self.output.ndim == self.input.ndim - axes + 1

    def readings(self, network: Network) -> Iterator[tuple[Array, Array]]:
        """Input and output, time first, in each way that the axes can be meant: (T, B) or (T, B, D), and (T, B, N).

        An output after the last step alone comes as (1, B, N). Raises ValueError, in one sentence, if the input is none
        for this network or the output has other axes.
        """
        given, batched = self._given(network)
        steps = given.size // (1 if network.embedding is not None else network.input_size)
        recorded = sum(8 * cell.hidden_size + cell.input_size for layer in network.layers for cell in layer)
        if steps * recorded > ROOM:
            raise ValueError(
                f"The input has {steps:,} steps in all, which is too much to compare: bring at most "
                f"{ROOM // recorded:,} of them."
            )
        wanted, last = self.output, self.last(network)
        if wanted.ndim != 1 + batched + (not last):
            raise ValueError(
                f"The output has shape {wanted.shape}, which does not go with an input of shape {self.input.shape}: it "
                "needs the same axes for steps and sequences, and one for the numbers of a step."
            )
        if not batched:
            yield given[:, None], (wanted[None, None] if last else wanted[:, None])
            return
        yield given, (wanted[None] if last else wanted)
        yield given.swapaxes(0, 1), (wanted[None] if last else wanted.swapaxes(0, 1))

    def _given(self, network: Network) -> tuple[Array, bool]:
        """The input as the network reads it, and whether it has a batch."""
        table, given = network.embedding, self.input
        axes = 1 if table is not None else 2
        if table is not None and given.dtype.kind == "f" and (given == np.round(given)).all():
            given = given.astype(np.int64)
        if table is None:
            needs, fits = f"vectors of {network.input_size} numbers", given.shape[-1:] == (network.input_size,)
        else:
            needs = f"token ids from 0 to {len(table) - 1}"
            fits = given.dtype.kind in "iu" and 0 <= int(given.min()) <= int(given.max()) < len(table)
        if given.ndim not in (axes, axes + 1) or not fits or given.dtype.kind not in "iuf":
            raise ValueError(
                f"The input has shape {given.shape} and dtype {given.dtype}, and this network reads {needs}."
            )
        return (given if table is not None else given.astype(network.dtype)), given.ndim > axes
