"""Keras's arrays on their way to ours: transposed so that gates run along the rows, their blocks in Keras's order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...cells.activations import Array
from ...errors import DamagedFileError
from ..stack import Parameters, Readout, SourceArray
from .layer import CELLS, GATES, OF_CUDNN, Layer

TRANSPOSED = "transposed"
REARRANGED = "CuDNN's blocks transposed"
EXCHANGED = "the halves for the two directions exchanged"


def check_weights(layer: Layer) -> None:
    """Raises DamagedFileError for arrays of one direction that are missing or contradict each other."""
    kernel, recurrent, bias = (layer.arrays.get(name) for name in ("kernel", "recurrent_kernel", "bias"))
    if kernel is None or recurrent is None:
        which = "kernel" if kernel is None else "recurrent kernel"
        raise DamagedFileError(f"its {which} is missing in the file", code="missing_array")
    gates = GATES[layer.base]
    units = recurrent.shape[0]
    columns = gates * units
    if recurrent.shape != (units, columns) or kernel.shape[1] != columns or 0 in (*kernel.shape, units):
        raise _contradiction(
            f"its kernel has shape {kernel.shape} and its recurrent kernel {recurrent.shape}; "
            f"{layer.base} has {_shapes(gates)}"
        )
    stated = layer.setting("units")
    if isinstance(stated, int) and stated != units:
        raise _contradiction(
            f"its configuration states {stated} units, but its recurrent kernel has shape {recurrent.shape}"
        )
    fitting: list[tuple[int, ...]] = [(columns,)]
    if gates == 3:
        fitting.append((2, columns))
    if gates > 1:
        fitting.append((2 * columns,))
    if layer.kind in OF_CUDNN:
        fitting = fitting[-1:]
        if bias is None:
            raise DamagedFileError(
                f"its bias is missing in the file, although a {layer.kind} always has one", code="missing_array"
            )
    if bias is not None and bias.shape not in fitting:
        shapes = " or ".join(map(str, fitting))
        raise _contradiction(f"its bias has shape {bias.shape}; a {layer.kind} with {units} units has {shapes}")
    if bias is not None and layer.setting("use_bias", True) is False:
        raise _contradiction("its configuration states use_bias=False, but the file has a bias for it")


def direction_parameters(layer: Layer, exchanged: bool = False) -> Parameters:
    """One direction of a recurrent layer that passed `check_weights`.

    exchanged: whether the layer below passes on its two directions in the order opposite to ours.
    """
    kernel, recurrent, bias = (layer.arrays.get(name) for name in ("kernel", "recurrent_kernel", "bias"))
    assert kernel is not None and recurrent is not None
    gates, columns = GATES[layer.base], recurrent.shape[1]
    cudnn = bias is not None and bias.shape == (2 * columns,)
    if cudnn:
        kernel, recurrent = _from_cudnn(kernel, gates), _from_cudnn(recurrent, gates)
    parameters = {"weight_ih": _transposed(kernel, exchanged), "weight_hh": _transposed(recurrent)}
    if bias is not None and bias.array.size == columns:
        parameters["bias_ih"] = bias
    elif bias is not None:
        for row, name in enumerate(("bias_ih", "bias_hh")):
            part = np.ascontiguousarray(bias.array.reshape(2, columns)[row])
            changes = f"the {('first', 'second')[row]} {'half' if cudnn else 'row'}"
            parameters[name] = replace(bias, array=part, changes=changes)
    return parameters


def dense_readout(layer: Layer, exchanged: bool = False) -> Readout:
    """A Dense layer as a readout."""
    return Readout(_transposed(layer.arrays["kernel"], exchanged), layer.arrays.get("bias"))


def cell_of(layer: Layer) -> str:
    """Our name of the layer's cell."""
    return CELLS[(layer.halves[0] if layer.halves else layer).base]


def _transposed(source: SourceArray, exchanged: bool = False) -> SourceArray:
    array, changes = source.array.T, ", ".join(word for word in (source.changes, TRANSPOSED) if word)
    if exchanged:
        half = array.shape[1] // 2
        array, changes = np.concatenate([array[:, half:], array[:, :half]], axis=1), f"{changes}, {EXCHANGED}"
    return replace(source, array=np.ascontiguousarray(array), changes=changes)


def _from_cudnn(source: SourceArray, gates: int) -> SourceArray:
    """Each gate's block is stored as its transpose."""
    blocks: list[Array] = np.split(source.array, gates, axis=1)
    turned = [np.ascontiguousarray(block).reshape(block.shape[::-1]).T for block in blocks]
    return replace(source, array=np.concatenate(turned, axis=1), changes=REARRANGED)


def _contradiction(message: str) -> DamagedFileError:
    return DamagedFileError(message, code="contradiction")


def _shapes(gates: int) -> str:
    blocks = f"{gates}*H" if gates > 1 else "H"
    return f"(D, {blocks}) and (H, {blocks})"
