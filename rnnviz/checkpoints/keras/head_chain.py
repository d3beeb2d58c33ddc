"""The head of a Keras model: from a recurrent layer through pooling and plain layers to its outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...cells.activations import Array
from ...errors import FileError
from ...network.head import EVERY_STEP, LAST_STATES, LAST_STEP, LINEAR, MAX, MEAN, SOFTMAX
from ...wording import printable
from ..stack import HeadPart, Readout, SourceArray
from .keras_arrays import dense_readout
from .layer import Layer
from .layer_graph import LayerGraph
from .layer_settings import function

POOLINGS = {"GlobalAveragePooling1D": MEAN, "GlobalMaxPooling1D": MAX}
FUNCTION_LAYERS = ("Activation", "Softmax", "ReLU", "LeakyReLU", "ELU")
NORM = "BatchNormalization"
MOST = 20  # layers of a head


class NotPlainError(Exception):
    """A layer of a head computes something that is not run here; the message is a part of a sentence."""


@dataclass
class HeadChain:
    """Layers on top of a recurrent layer that are plain, as far as they go.

    reading: which states they read; "" if the file does not say. dense: the Dense layers, from below. functions: what
    each of them applies to its sums; "" if the file does not say. norms: by the number of a Dense layer, what a batch
    norm at rest does to what it reads. after: what reads the last one and is not run.
    """

    reading: str
    dense: list[Layer]
    functions: list[str] = field(default_factory=list)
    norms: dict[int, tuple[str, Array, Array]] = field(default_factory=dict)
    sums_norms: dict[int, tuple[str, Array, Array]] = field(default_factory=dict)
    after: list[Layer] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the last Dense layer."""
        return self.dense[-1].name

    @property
    def is_stated(self) -> bool:
        """Whether the file states the activation of the outputs."""
        return bool(self.functions[-1])


def chains_above(graph: LayerGraph, top: Layer, width: int) -> list[HeadChain]:
    """The heads that read a recurrent layer: one for each Dense layer that does, if all of it can be run.

    Raises NotPlainError if a head is not plain.
    """
    reading, chains = _reading(top), []
    for reader, pooled, norm in _readers(graph, top, reading):
        if not fits(reader, width):
            continue
        chain = HeadChain(pooled, [reader])
        if norm is not None:
            chain.norms[0] = norm
        _climb(graph, chain)
        chains.append(chain)
    return chains


def readout_of(chain: HeadChain, exchanged: bool) -> Readout:
    """The head of a chain. exchanged: whether its states come with their two directions in the opposite order."""
    parts = []
    for place, layer in enumerate(chain.dense):
        plain = dense_readout(layer, exchanged and place == 0)
        weight, bias = plain.weight, plain.bias
        if (norm := chain.norms.get(place)) is not None:
            weight, bias = _after_norm(weight, bias, *norm)
        if (norm := chain.sums_norms.get(place)) is not None:
            weight, bias = _before_norm(weight, bias, *norm)
        parts.append(HeadPart(weight, bias, chain.functions[place] or LINEAR))
    *inner, last = parts
    return Readout(last.weight, last.bias, chain.functions[-1], chain.reading, tuple(inner))


def _reading(top: Layer) -> str:
    """Which states of a recurrent layer the next one reads."""
    half = top.halves[0] if top.halves else top
    if half.config is None:
        return ""
    if half.setting("return_sequences", False):
        return EVERY_STEP
    return LAST_STATES if top.halves or half.setting("go_backwards", False) else LAST_STEP


def _readers(
    graph: LayerGraph, top: Layer, reading: str
) -> Iterator[tuple[Layer, str, tuple[str, Array, Array] | None]]:
    """The layers that read a recurrent layer: directly, pooled over time, or through a batch norm."""
    for reader in graph.above(top):
        if reader.kind in POOLINGS and reading == EVERY_STEP:
            yield from ((other, POOLINGS[reader.kind], None) for other in graph.above(reader))
        elif reader.kind == NORM and (norm := _norm(reader)) is not None:
            yield from ((other, reading, norm) for other in graph.above(reader))
        else:
            yield reader, reading, None


def _climb(graph: LayerGraph, chain: HeadChain) -> None:
    """Follow a chain of layers as long as each is read by one other."""
    layer = chain.dense[-1]
    chain.functions.append(_function(layer))
    while len(chain.dense) <= MOST:
        graph.budget.work()
        # A layer without a place is above only if it fits.
        readers = [reader for reader in graph.above(layer) if not reader.loose or _could_read(reader, chain.dense[-1])]
        if len(readers) != 1:
            chain.after = readers
            return
        (reader,) = readers
        place = len(chain.dense) - 1
        norm = _norm(reader) if reader.kind == NORM else None
        if reader.kind in FUNCTION_LAYERS and chain.functions[-1] == LINEAR:
            chain.functions[-1] = _function(reader)
        elif norm is not None and chain.functions[-1] == LINEAR and place not in chain.sums_norms:
            chain.sums_norms[place] = norm
        elif norm is not None and place + 1 not in chain.norms:
            chain.norms[place + 1] = norm
        elif reader.kind == "Dense" and fits(reader, _width(chain.dense[-1])):
            if not chain.functions[-1]:
                raise NotPlainError(
                    f"{chain.name!r} is read by {reader.name!r}, and the file does not say what comes between them"
                )
            if chain.functions[-1] == SOFTMAX:
                raise NotPlainError(f"{chain.name!r} applies softmax below {reader.name!r}")
            chain.dense.append(reader)
            chain.functions.append(_function(reader))
        else:
            chain.after = readers
            break
        layer = reader
    if len(chain.dense) in chain.norms:  # of what nothing plain reads
        chain.norms.pop(len(chain.dense))
        chain.after = [layer] if layer.kind == NORM else chain.after


def _function(layer: Layer) -> str:
    """What a layer applies to its sums; "" where there is no configuration.

    Raises NotPlainError for what is not run.
    """
    if layer.config is None:
        return ""
    try:
        match layer.kind:
            case "Softmax":
                return SOFTMAX
            case "ReLU":
                plain = layer.setting("max_value") is None and not layer.setting("threshold", 0)
                slope = float(layer.setting("negative_slope", 0) or 0)
                if not plain or slope:
                    raise NotPlainError(f"{layer.name!r} is a ReLU with limits")
                return "relu"
            case "LeakyReLU":
                return f"leaky_relu({float(layer.setting('negative_slope', layer.setting('alpha', 0.3))):g})"
            case "ELU":
                return f"elu({float(layer.setting('alpha', 1)):g})"
    except (TypeError, ValueError, OverflowError):
        raise NotPlainError(f"{layer.name!r} has numbers that cannot be read") from None
    raw = layer.setting("activation")
    if raw == SOFTMAX:
        return SOFTMAX
    try:
        return function(raw, layer.version)
    except FileError:
        raise NotPlainError(f"{layer.name!r} applies {printable(str(raw), 40)}, which is not run here") from None


def _norm(layer: Layer) -> tuple[str, Array, Array] | None:
    """What a batch norm at rest multiplies and adds, with its name; None if its arrays do not say."""
    if layer.config is None:
        return None
    sources = [layer.arrays[name] for name in sorted(layer.arrays, key=lambda name: (len(name), name))]
    scaled, centred = bool(layer.setting("scale", True)), bool(layer.setting("center", True))
    epsilon, axis = layer.setting("epsilon", 1e-3), layer.setting("axis", -1)
    axis = axis[0] if isinstance(axis, list) and axis else axis
    shapes = {source.array.shape for source in sources}
    if len(sources) != 2 + scaled + centred or len(shapes) != 1 or axis not in (-1, 1, 2):
        return None
    if len(next(iter(shapes))) != 1 or not (isinstance(epsilon, int | float) and epsilon >= 0):
        return None
    *affine, mean, variance = (source.array.astype(np.float64) for source in sources)
    scale = (affine[0] if scaled else 1.0) / np.sqrt(variance + epsilon)
    shift = (affine[-1] if centred else 0.0) - mean * scale
    return layer.name, scale, shift


def _after_norm(
    weight: SourceArray, bias: SourceArray | None, name: str, scale: Array, shift: Array
) -> tuple[SourceArray, SourceArray]:
    """A linear layer that reads what a batch norm passes on, as one that reads what the norm reads."""
    array = weight.array.astype(np.float64)
    if array.shape[1] != len(scale):
        raise NotPlainError(f"{name!r} normalises {len(scale)} values, and {weight.name} reads {array.shape[1]}")
    before = 0.0 if bias is None else bias.array.astype(np.float64)
    return _folded(weight, bias, name, array * scale, before + array @ shift)


def _before_norm(
    weight: SourceArray, bias: SourceArray | None, name: str, scale: Array, shift: Array
) -> tuple[SourceArray, SourceArray]:
    """A linear layer and the batch norm of its sums as one linear layer."""
    array = weight.array.astype(np.float64)
    if len(array) != len(scale):
        raise NotPlainError(f"{name!r} normalises {len(scale)} values, and {weight.name} has {len(array)}")
    before = 0.0 if bias is None else bias.array.astype(np.float64)
    return _folded(weight, bias, name, array * scale[:, None], before * scale + shift)


def _folded(
    weight: SourceArray, bias: SourceArray | None, name: str, new_weight: Array, new_bias: Array
) -> tuple[SourceArray, SourceArray]:
    dtype, with_norm = weight.array.dtype, f"with the batch norm {name!r} at rest"
    changed = replace(
        weight, array=new_weight.astype(dtype), changes=", ".join(filter(None, (weight.changes, with_norm)))
    )
    if bias is None:
        return changed, SourceArray(name, new_bias.astype(dtype), new_bias.shape, dtype.name, with_norm)
    return changed, replace(
        bias, array=new_bias.astype(dtype), changes=", ".join(filter(None, (bias.changes, with_norm)))
    )


def fits(layer: Layer, width: int | None) -> bool:
    """Whether a layer is a Dense layer that reads vectors of a size."""
    return layer.kind == "Dense" and "kernel" in layer.arrays and layer.reads == width


def _could_read(layer: Layer, dense: Layer) -> bool:
    """Whether a layer could read a Dense layer, by its arrays."""
    width = _width(dense)
    return layer.reads == width or any(source.shape == (width,) for source in layer.arrays.values())


def _width(layer: Layer) -> int:
    return int(layer.arrays["kernel"].array.shape[1])


def not_run(chains: Sequence[HeadChain]) -> list[str]:
    """Sentences on what reads the outputs of heads and is not run."""
    return [
        f"{chain.name!r} is read by {', '.join(repr(layer.name) for layer in chain.after[:4])}, which is not run here: "
        "these outputs are not the last of the model."
        for chain in chains[:1]
        if chain.after
    ]
