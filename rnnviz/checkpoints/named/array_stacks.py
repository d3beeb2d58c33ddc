"""Recurrent stacks among named arrays.

PyTorch's names say nearly everything: what is multiplied by what, layer, direction, and with that the order of gates.
The kind of cell follows from the shapes, since weight_hh has as many blocks of H rows as the cell has gates. What
neither names nor shapes tell is assumed, and can be overridden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...cells.activations import Array
from ...errors import DamagedFileError, FileError, LimitError, UnsupportedFileError
from ..io.opening_budget import OpeningBudget
from ..stack import Parameters, SourceArray, Stack
from .array_names import ArrayName, display_names, parse_name
from .array_settings import inferred_settings, orientation, with_joint_kernel, with_separate_gates
from .layer_groups import LayerGroup, gates_along_columns, group_layers, orientation_is_known
from .separate_gates import AssembledLayers, assemble_layers
from .surroundings import with_surroundings

CELLS_BY_GATES = {1: "rnn", 3: "gru", 4: "lstm"}
MOST = 100  # stacks of one file


def stacks_from_arrays(
    arrays: Mapping[str, Array], dtypes: Mapping[str, str] | None = None, budget: OpeningBudget | None = None
) -> tuple[Stack, ...]:
    """Every recurrent stack among arrays by name.

    dtypes: as the file has them, where they differ from the arrays'. budget: of the opening of a file. Raises FileError
    if arrays of a recurrent layer contradict each other or the layer cannot be run here. Of several stacks those that
    can be run are returned; the reason is then among the notes of the first.
    """
    usable = {name: array for name, array in arrays.items() if array.dtype.kind == "f"}
    stacks: list[Stack] = []
    problems: list[FileError] = []
    assembled = assemble_layers(usable)
    complete = usable | assembled.arrays
    grouped = group_layers(complete, assembled)
    if len(grouped) > MOST:
        raise LimitError(
            f"There are {len(grouped):,} recurrent layers, none above another; at most {MOST} are read.",
            code="stacks", limit=MOST, actual=len(grouped),
        )  # fmt: skip
    if budget is not None:
        budget.spend("layers", sum(len(group.layers) for group in grouped.values()))
    for owner, name in display_names(grouped).items():
        try:
            stacks.append(_stack(name, grouped[owner], complete, dtypes or {}, assembled))
        except FileError as error:
            problems.append(error)
    if not stacks:
        problems += _quantised(arrays)
        if problems:
            raise problems[0]
        return ()
    stacks[0] = replace(stacks[0], notes=(*stacks[0].notes, *map(str, problems)))
    return with_surroundings(stacks, usable, dtypes or {})


def _quantised(arrays: Mapping[str, Array]) -> list[FileError]:
    """The errors for weights that are integers."""
    integers = [name for name, array in arrays.items() if array.dtype.kind in "iu" and array.ndim == 2]
    return [
        UnsupportedFileError(
            f"{name} holds integers ({arrays[name].dtype}): open the model as it was before quantisation.",
            code="quantised", part=name,
        )
        for name in integers
        if (parsed := parse_name(name)) is not None and parsed.exact
    ]  # fmt: skip


def _stack(
    name: str, group: LayerGroup, arrays: Mapping[str, Array], dtypes: Mapping[str, str], assembled: AssembledLayers
) -> Stack:
    layers: list[dict[str, Parameters]] = []
    for layer in range(1 + max(layer for layer, _ in group.layers)):
        directions = {d: group.layers[layer, d] for d in ("forward", "backward") if (layer, d) in group.layers}
        if not directions:
            raise DamagedFileError(
                f"{name} has arrays of a layer above layer {layer}, but none of layer {layer} itself.",
                code="missing_layer", part=name,
            )  # fmt: skip
        layers.append({d: _parameters(name, names, arrays, dtypes, assembled) for d, names in directions.items()})
    cell = _cell(name, layers)
    layers = [{d: _with_biases(name, parameters) for d, parameters in directions.items()} for directions in layers]
    _check_sizes(layers)
    names = next(iter(group.layers.values()))
    owners = {parsed.owner for parsed in names.values()}
    if owners & assembled.joint:
        settings = with_joint_kernel()
    elif owners & set(assembled.layers):
        settings = with_separate_gates(inferred_settings(cell, names, layers), layers)
        settings += tuple(orientation(assembled.square[owner]) for owner in owners & set(assembled.square))
    else:
        settings = inferred_settings(cell, names, layers)
    if cell == "rnn" and not orientation_is_known(names, arrays):
        settings = (*settings, orientation(gates_along_columns(names, arrays)))
    return Stack(name, cell, tuple(layers), settings, notes=group.notes)


def _parameters(
    name: str,
    names: Mapping[str, ArrayName],
    arrays: Mapping[str, Array],
    dtypes: Mapping[str, str],
    assembled: AssembledLayers,
) -> Parameters:
    """One direction of a layer, gates along the rows."""
    if missing := [parameter for parameter in ("weight_ih", "weight_hh") if parameter not in names]:
        present = ", ".join(parsed.name for parsed in names.values())
        raise DamagedFileError(
            f"{name} has {present}, but no {missing[0]} that belongs to it.", code="missing_array", part=name
        )
    columns = gates_along_columns(names, arrays)
    parameters = {}
    for parameter, parsed in names.items():
        array, transposed = arrays[parsed.name], columns and parameter.startswith("weight")
        origin = assembled.origins.get(parsed.name)
        parts = origin.names if origin else (parsed.name,)
        parameters[parameter] = SourceArray(
            parsed.name.partition(" for ")[0] if origin else parsed.name,
            _as_float(array.T if transposed else array),
            array.shape,
            dtypes.get(parts[0], str(array.dtype)),
            origin.changes if origin else "transposed" if transposed else "",
            parts,
        )
    return parameters


def _as_float(array: Array) -> Array:
    """As float32 or float64; float16 fits into float32 exactly."""
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def _cell(name: str, layers: list[dict[str, Parameters]]) -> str:
    """The kind of cell, from the shapes of all its recurrent weights."""
    kinds = {_kind(parameters) for directions in layers for parameters in directions.values()}
    if len(kinds) > 1:
        raise UnsupportedFileError(
            f"{name} has layers of different cells ({', '.join(sorted(kinds))}), one above another. Only one kind of "
            "cell per network is supported.",
            code="mixed_cells", part=name,
        )  # fmt: skip
    return kinds.pop()


def _kind(parameters: Parameters) -> str:
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


def _check_sizes(layers: list[dict[str, Parameters]]) -> None:
    """Raises FileError unless both directions have one size and each layer reads what the one below passes on."""
    below: int | None = None
    lower = ""
    for directions in layers:
        sizes = {parameters["weight_hh"].array.shape[1] for parameters in directions.values()}
        if len(sizes) > 1:
            first, second = (parameters["weight_hh"] for parameters in directions.values())
            raise UnsupportedFileError(
                f"{first.name} has shape {first.shape} and {second.name} has shape {second.shape}: the two directions "
                "of a layer must have the same size.",
                code="direction_sizes", part=second.name,
            )  # fmt: skip
        for parameters in directions.values():
            source = parameters["weight_ih"]
            if below is not None and source.array.shape[1] != below:
                raise _contradiction(source, f"the layer below passes on vectors of size {below} ({lower})")
        below = sum(parameters["weight_hh"].array.shape[1] for parameters in directions.values())
        lower = " and ".join(f"{p['weight_hh'].name} {p['weight_hh'].shape}" for p in directions.values())


def _with_biases(name: str, parameters: Parameters) -> Parameters:
    """The parameters with a bias of two rows (Keras: the input's and the recurrent one) as two biases."""
    bias, rows = parameters.get("bias_ih"), len(parameters["weight_hh"].array)
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
            needed = f"{parameters['weight_hh'].name} needs a bias of {rows} values"
            raise _contradiction(parameters[parameter], needed)
    return parameters


def _contradiction(source: SourceArray, other: str, reason: str = "") -> DamagedFileError:
    because = f", {reason}" if reason else ""
    return DamagedFileError(
        f"{source.name} has shape {source.shape}, but {other}: they contradict each other{because}.",
        code="contradiction", part=source.name,
    )  # fmt: skip
