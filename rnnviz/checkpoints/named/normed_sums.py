"""Cells whose sums pass through a norm right behind their linear layer: x2h.0 is the layer, x2h.1 the norm."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...cells.activations import Array
from ...errors import UnsupportedFileError
from .array_names import LONGEST
from .assembled_layers import AssembledLayers

_INPUT = ("i2h", "x2h", "w_ih", "w_xh", "linear_ih", "fc_ih", "lin_ih", "input_linear")
_STATE = ("h2h", "w_hh", "u_h", "linear_hh", "fc_hh", "lin_hh", "hidden_linear", "recurrent_linear")
_PART = re.compile(
    rf"(?P<head>|.*?[._/])(?P<word>{'|'.join((*_INPUT, *_STATE))})[._/](?P<place>\d)[._/](?:weight|kernel|scale|gamma)",
    re.IGNORECASE | re.DOTALL,
)


def report_normed_sums(assembled: AssembledLayers, arrays: Mapping[str, Array]) -> None:
    """Add a problem for each cell with such layers for the input and the hidden state, a norm behind at least one."""
    found: dict[str, dict[str, dict[int, str]]] = {}
    for name in arrays:
        if len(name) <= LONGEST and (match := _PART.fullmatch(name)) is not None:
            found.setdefault(match["head"], {}).setdefault(match["word"].lower(), {})[int(match["place"])] = name
    for words in found.values():
        sums = {word: names for word, names in words.items() if arrays[names[min(names)]].ndim == 2}
        norms = [
            name
            for names in sums.values()
            for place, name in names.items()
            if place > min(names) and arrays[name].shape in _sizes(arrays[names[min(names)]])
        ]
        if norms and not sums.keys().isdisjoint(_INPUT) and not sums.keys().isdisjoint(_STATE):
            layers = " and ".join(names[min(names)] for names in sums.values())
            assembled.broken |= {name for names in sums.values() for name in names.values()}
            assembled.problems.append(
                UnsupportedFileError(
                    f"{layers} belong to a cell with a norm inside ({', '.join(norms)}). Such a cell has other states "
                    "than one without it and is not run here.",
                    code="cell", part=norms[0],
                )
            )  # fmt: skip


def _sizes(matrix: Array) -> tuple[tuple[int, ...], ...]:
    """The shapes of a norm of what a matrix computes, whichever axis its outputs are on."""
    return (matrix.shape[:1], matrix.shape[1:])
