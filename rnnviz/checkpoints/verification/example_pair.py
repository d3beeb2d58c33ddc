"""An input and the output that a framework computed for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, ArrayError, DtypeError, NotFiniteError
from ...network import Network

INPUTS = ("input", "inputs", "x", "ids", "input_ids", "tokens", "text_ids")
OUTPUTS = (
    "output", "outputs", "y", "hidden", "states", "h", "out", "logits", "probabilities", "expected", "hidden_states",
)  # fmt: skip
LONGEST_RUN = 10_000  # steps one after another, which take a second or two however small the network is
LARGEST_RUN = 40_000_000  # values that a run may record, for all steps of all sequences


@dataclass(frozen=True)
class ExamplePair:
    """An input, and a framework's output for it.

    Parameters
    ----------
    input : ndarray
        Token ids of shape (T,), (T, B) or (B, T); or vectors of shape (T, D), (T, B, D) or (B, T, D).
    output : ndarray
        Values at every step, with the same leading axes: shape (T, N), (T, B, N) or (B, T, N); or after the last step
        only: shape (N,) or (B, N).
    """

    input: Array
    output: Array

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> ExamplePair:
        """Find the pair among named arrays.

        Parameters
        ----------
        arrays : mapping of str to ndarray
            The arrays of a file, such as one written by ``np.savez("check.npz", input=x, output=y)``.

        Returns
        -------
        ExamplePair
            The pair.

        Raises
        ------
        ArgumentError
            If no array is named like an input, or none like an output; code "names".
        DtypeError
            If they do not hold numbers.
        ArrayError
            If they are empty; code "empty".
        NotFiniteError
            If they hold NaN or infinite values.
        """
        by_name = {name.lower().rsplit(".", 1)[-1].rsplit("/", 1)[-1]: array for name, array in arrays.items()}
        given = next((by_name[name] for name in INPUTS if name in by_name), None)
        output = next((by_name[name] for name in OUTPUTS if name in by_name), None)
        if given is None or output is None:
            listed = ", ".join(f"{name} {array.shape}" for name, array in arrays.items()) or "no array"
            raise ArgumentError(
                "The file needs an array named input and one named output, as "
                f"np.savez('check.npz', input=x, output=y) writes them; it has {listed}.",
                code="names", name="arrays", value=tuple(arrays), allowed=("input", "output"),
            )  # fmt: skip
        for name, array, kinds in (("input", given, "iuf"), ("output", output, "f")):
            if array.dtype.kind not in kinds:
                raise DtypeError(
                    f"The {name} holds {array.dtype}; it must hold {'integers or ' * (len(kinds) > 1)}real numbers.",
                    name=name, dtype=str(array.dtype), expected=kinds,
                )  # fmt: skip
            if not np.isfinite(array).all():
                raise NotFiniteError(
                    f"The {name} holds NaN or infinite values, so it cannot be compared.",
                    name=name, shape=array.shape, count=int(array.size - np.isfinite(array).sum()),
                )  # fmt: skip
        if given.size == 0 or output.size == 0:
            raise ArrayError(
                "The input and the output must hold at least one step; one of them is empty.",
                code="empty", name="input" if given.size == 0 else "output",
            )  # fmt: skip
        return cls(given, output)

    def is_last_step(self, network: Network) -> bool:
        """Whether the output is that after the last step only.

        Parameters
        ----------
        network : Network
            The network that reads the input.

        Returns
        -------
        bool
            True if it lacks the axis of steps.
        """
        axes = 1 if network.embedding is not None else 2
        return self.output.ndim == self.input.ndim - axes + 1

    def readings(self, network: Network) -> Iterator[tuple[Array, Array]]:
        """Iterate over the ways to read the axes, time first.

        Parameters
        ----------
        network : Network
            The network that reads the input.

        Yields
        ------
        tuple of ndarray
            Input (T, B) or (T, B, D), and output (T, B, N), or (1, B, N) after the last step only.

        Raises
        ------
        ArrayError
            If the network cannot read the input (code "input_shape"), or the output has other axes (code "axes").
        ArgumentError
            If there are too many steps; code "too_many_steps".
        """
        given, batched = self._readable_input(network)
        longest = max(given.shape[: 1 + batched])
        if longest > LONGEST_RUN:
            raise ArgumentError(
                f"The input has {longest:,} steps one after another, and up to {LONGEST_RUN:,} are compared: a shorter "
                "example says as much.",
                code="too_many_steps", name="input", value=longest, allowed=LONGEST_RUN,
            )  # fmt: skip
        steps = given.size // (1 if network.embedding is not None else network.input_size)
        recorded = sum(8 * cell.hidden_size + cell.input_size for layer in network.layers for cell in layer)
        if steps * recorded > LARGEST_RUN:
            most = LARGEST_RUN // recorded
            raise ArgumentError(
                f"The input has {steps:,} steps in all, which is too much to compare: the limit for this network is "
                f"{most:,}.",
                code="too_many_steps", name="input", value=steps, allowed=most,
            )  # fmt: skip
        output, last = self.output, self.is_last_step(network)
        if output.ndim != 1 + batched + (not last):
            raise ArrayError(
                f"The output has shape {output.shape}, which does not fit an input of shape {self.input.shape}: it "
                "needs the same axes for steps and sequences, and one for the values of a step.",
                code="axes", name="output", shape=output.shape, expected=self.input.shape,
            )  # fmt: skip
        if not batched:
            yield given[:, None], (output[None, None] if last else output[:, None])
            return
        yield given, (output[None] if last else output)
        yield given.swapaxes(0, 1), (output[None] if last else output.swapaxes(0, 1))

    def _readable_input(self, network: Network) -> tuple[Array, bool]:
        """The input as the network reads it, and whether it has a batch."""
        table, given = network.embedding, self.input
        axes = 1 if table is not None else 2
        if table is not None and given.dtype.kind == "f" and (given == np.round(given)).all():
            given = given.astype(np.int64)
        if table is None:
            needs, fits = f"vectors of size {network.input_size}", given.shape[-1:] == (network.input_size,)
        else:
            needs = f"token ids from 0 to {len(table) - 1}"
            fits = given.dtype.kind in "iu" and 0 <= int(given.min()) <= int(given.max()) < len(table)
        if given.ndim not in (axes, axes + 1) or not fits or given.dtype.kind not in "iuf":
            raise ArrayError(
                f"The input has shape {given.shape} and dtype {given.dtype}, but this network reads {needs}.",
                code="input_shape", name="input", shape=given.shape, expected=needs,
            )  # fmt: skip
        return (given if table is not None else given.astype(network.dtype)), given.ndim > axes
