"""Keras's arrays on their way to ours: turned so that gates run along rows, their blocks left in Keras's order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...cells.activations import Array
from ..stack import Readout, Source, Way
from .layer import CELLS, GATES, OF_CUDNN, Layer

TRANSPOSED = "transposed"
REARRANGED = "CuDNN's blocks transposed"
EXCHANGED = "the halves for the two directions exchanged"


def check(layer: Layer) -> None:
    """Raises ValueError, without the layer's name, for arrays of one direction that are missing or contradict."""
    kernel, recurrent, bias = (layer.arrays.get(name) for name in ("kernel", "recurrent_kernel", "bias"))
    if kernel is None or recurrent is None:
        raise ValueError(f"its {'kernel' if kernel is None else 'recurrent kernel'} is missing in the file")
    gates = GATES[layer.base]
    units = recurrent.shape[0]
    columns = gates * units
    if recurrent.shape != (units, columns) or kernel.shape[1] != columns or 0 in (*kernel.shape, units):
        raise ValueError(
            f"its kernel has shape {kernel.shape} and its recurrent kernel {recurrent.shape}; "
            f"{layer.base} has {_shapes(gates)}"
        )
    wanted = layer.setting("units")
    if isinstance(wanted, int) and wanted != units:
        raise ValueError(f"its configuration says {wanted} units, but its recurrent kernel has shape {recurrent.shape}")
    fitting: list[tuple[int, ...]] = [(columns,)]
    if gates == 3:
        fitting.append((2, columns))
    if gates > 1:
        fitting.append((2 * columns,))
    if layer.kind in OF_CUDNN:
        fitting = fitting[-1:]
        if bias is None:
            raise ValueError(f"its bias is missing in the file, which a {layer.kind} always has")
    if bias is not None and bias.shape not in fitting:
        shapes = " or ".join(map(str, fitting))
        raise ValueError(f"its bias has shape {bias.shape}; a {layer.kind} with {units} units has {shapes}")
    if bias is not None and layer.setting("use_bias", True) is False:
        raise ValueError("its configuration says use_bias=False, but the file has a bias for it")


def way(layer: Layer, exchanged: bool = False) -> Way:
    """One direction of a recurrent layer that passed `check`.

    exchanged: the two directions of the layer below stand the other way round than ours.
    """
    kernel, recurrent, bias = (layer.arrays.get(name) for name in ("kernel", "recurrent_kernel", "bias"))
    assert kernel is not None and recurrent is not None
    gates, columns = GATES[layer.base], recurrent.shape[1]
    cudnn = bias is not None and bias.shape == (2 * columns,)
    if cudnn:
        kernel, recurrent = _from_cudnn(kernel, gates), _from_cudnn(recurrent, gates)
    found = {"weight_ih": _turned(kernel, exchanged), "weight_hh": _turned(recurrent)}
    if bias is not None and bias.array.size == columns:
        found["bias_ih"] = bias
    elif bias is not None:
        for row, name in enumerate(("bias_ih", "bias_hh")):
            part = np.ascontiguousarray(bias.array.reshape(2, columns)[row])
            found[name] = replace(bias, array=part, how=f"the {('first', 'second')[row]} {'half' if cudnn else 'row'}")
    return found


def readout(layer: Layer, exchanged: bool = False) -> Readout:
    """A Dense layer."""
    return Readout(_turned(layer.arrays["kernel"], exchanged), layer.arrays.get("bias"))


def cell(layer: Layer) -> str:
    """Our name of the layer's cell."""
    return CELLS[(layer.halves[0] if layer.halves else layer).base]


def _turned(source: Source, exchanged: bool = False) -> Source:
    array, how = source.array.T, ", ".join(word for word in (source.how, TRANSPOSED) if word)
    if exchanged:
        half = array.shape[1] // 2
        array, how = np.concatenate([array[:, half:], array[:, :half]], axis=1), f"{how}, {EXCHANGED}"
    return replace(source, array=np.ascontiguousarray(array), how=how)


def _from_cudnn(source: Source, gates: int) -> Source:
    """Each gate's block lies in memory as its transpose does."""
    blocks: list[Array] = np.split(source.array, gates, axis=1)
    turned = [np.ascontiguousarray(block).reshape(block.shape[::-1]).T for block in blocks]
    return replace(source, array=np.concatenate(turned, axis=1), how=REARRANGED)


def _shapes(gates: int) -> str:
    blocks = f"{gates}*H" if gates > 1 else "H"
    return f"(D, {blocks}) and (H, {blocks})"
