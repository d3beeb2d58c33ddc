"""What the shapes of a layer's arrays say: its cell, whether they fit each other, and how directions are merged."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from ...cells import CELLS
from ...errors import DamagedFileError, UnsupportedFileError
from ..arrangements import Layers
from ..stack import Parameters, SourceArray

CELLS_BY_GATES = {1: "rnn", 3: "gru", 4: "lstm"}


def merge_of(layers: Layers, merge: str) -> str:
    """How directions are merged: summed where layers above read as many values as one direction has."""
    for below, above in pairwise(layers):
        reads = next(iter(above.values()))["weight_ih"].array.shape[1]
        if len(below) == 2 and reads == _passes_on(next(iter(below.values()))):
            return "sum"
    return merge


def _passes_on(parameters: Parameters) -> int:
    """The size of the hidden state of one direction."""
    if "weight_hh" in parameters:
        return int(parameters["weight_hh"].array.shape[1])
    return len(parameters["weight_ih"].array)


def kind_of(parameters: Parameters) -> str:
    """The kind of cell that the shapes of one direction tell. Raises FileError if they tell none."""
    ih, hh = parameters["weight_ih"], parameters["weight_hh"]
    rows, columns = hh.array.shape
    if (projection := parameters.get("weight_hr")) is not None:
        _check_projection(projection, hh)
        columns = projection.array.shape[1]
    if columns == 0 or rows % columns or rows // columns not in CELLS_BY_GATES:
        raise UnsupportedFileError(
            f"{hh.name} has shape {hh.shape}, which is not that of a recurrent matrix: H columns, and H rows for a "
            "simple RNN, 3H for a GRU, or 4H for an LSTM.",
            code="cell", part=hh.name,
        )  # fmt: skip
    if len(ih.array) != rows or ih.array.shape[1] == 0:
        raise _contradiction(
            ih, f"{hh.name} has shape {hh.shape}", "because both need one row for each gate of each unit"
        )
    return CELLS_BY_GATES[rows // columns] if projection is None else "lstmp"


def _check_projection(projection: SourceArray, recurrent: SourceArray) -> None:
    """Raises DamagedFileError unless the projection of an LSTM gives what its gates read."""
    outputs, units = projection.array.shape
    if recurrent.array.shape != (4 * units, outputs):
        reason = "because a projection of an LSTM has P rows and H columns, and its recurrent matrix 4H rows and P"
        raise _contradiction(projection, f"{recurrent.name} has shape {recurrent.shape}", reason)


def check_sizes(layers: Layers, merge: str) -> None:
    """Raises FileError unless both directions have one size and each layer reads what the one below passes on."""
    below: int | None = None
    lower = ""
    for directions in layers:
        sizes = {_passes_on(parameters) for parameters in directions.values()}
        recurrent = [p.get("weight_hh", p["weight_ih"]) for p in directions.values()]
        if len(sizes) > 1:
            first, second = recurrent
            raise UnsupportedFileError(
                f"{first.name} has shape {first.shape} and {second.name} has shape {second.shape}: the two directions "
                "of a layer must have the same size.",
                code="direction_sizes", part=second.name,
            )  # fmt: skip
        for parameters in directions.values():
            source = parameters["weight_ih"]
            if below is not None and source.array.shape[1] != below:
                raise _contradiction(source, f"the layer below passes on vectors of size {below} ({lower})")
        below = sizes.pop() * (len(directions) if merge == "concat" else 1)
        lower = " and ".join(f"{source.name} {source.shape}" for source in recurrent)


def with_biases(name: str, cell: str, parameters: Parameters) -> Parameters:
    """The parameters with a bias of two rows (Keras: the input's and the recurrent one) as two biases."""
    blocks = CELLS[cell].parameter_blocks()
    units = len(parameters["weight_ih"].array) // len(blocks["weight_ih"])
    bias, rows = parameters.get("bias_ih"), units * len(blocks["bias_ih"])
    if bias is not None and bias.array.ndim == 2:
        if bias.array.shape != (2, rows) or "bias_hh" in parameters:
            raise _contradiction(bias, f"a bias of {name} has {rows} values, or two rows of them")
        return {
            **parameters,
            "bias_ih": replace(bias, array=bias.array[0], changes="row 0"),
            "bias_hh": replace(bias, array=bias.array[1], changes="row 1"),
        }
    for parameter in ("bias_ih", "bias_hh"):
        if parameter in parameters and parameters[parameter].array.shape != (rows,):
            needed = f"{parameters['weight_ih'].name} needs a bias of {rows} values"
            raise _contradiction(parameters[parameter], needed)
    return parameters


def _contradiction(source: SourceArray, other: str, reason: str = "") -> DamagedFileError:
    because = f", {reason}" if reason else ""
    return DamagedFileError(
        f"{source.name} has shape {source.shape}, but {other}: they contradict each other{because}.",
        code="contradiction", part=source.name,
    )  # fmt: skip
