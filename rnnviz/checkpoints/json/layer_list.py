"""RTNeural's JSON: a list of layers with Keras's arrays, one after another."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import DamagedFileError, UnsupportedFileError
from ...wording import printable
from ..io.opening_budget import OpeningBudget
from ..keras.layer import Layer, arrays_by_name
from ..stack import SourceArray

# RTNeural's names of layers, and Keras's.
KINDS = {
    "lstm": "LSTM", "gru": "GRU", "rnn": "SimpleRNN", "dense": "Dense", "time-distributed-dense": "Dense",
    "conv1d": "Conv1D", "conv2d": "Conv2D", "activation": "Activation", "prelu": "PReLU",
    "batchnorm": "BatchNormalization", "batchnorm2d": "BatchNormalization",
}  # fmt: skip


def is_layer_list(data: Any) -> bool:
    """Whether JSON is RTNeural's."""
    layers = data.get("layers") if isinstance(data, dict) else None
    return isinstance(layers, list) and bool(layers) and all(
        isinstance(layer, dict) and isinstance(layer.get("type"), str) and "weights" in layer for layer in layers
    )  # fmt: skip


def listed_layers(data: Any, budget: OpeningBudget) -> list[Layer]:
    """The layers, each of which reads the one before. Raises DamagedFileError for weights that are no arrays."""
    layers: list[Layer] = []
    for place, raw in enumerate(data["layers"]):
        budget.spend("nodes")
        kind = KINDS.get(raw["type"], printable(raw["type"]))
        name = f"{printable(raw['type'], 30)}_{place}"
        sources = [_source(f"layers.{place}.weights.{k}", array, budget) for k, array in enumerate(raw["weights"])]
        activation = raw.get("activation")
        if kind in ("LSTM", "GRU", "SimpleRNN"):
            if activation not in (None, "", "tanh"):
                raise UnsupportedFileError(
                    f"Layer {name!r} has the activation {printable(str(activation))}, which RTNeural itself does not "
                    "run in a recurrent layer.",
                    code="activation", part=name,
                )  # fmt: skip
            config: dict[str, Any] = {"return_sequences": True}
        else:
            config = {"activation": activation or "linear"}
        below = (layers[-1].name,) if layers else ()
        layers.append(Layer(name, kind, config, arrays_by_name(kind, sources), below=below))
    return layers


def _source(name: str, values: Any, budget: OpeningBudget) -> SourceArray:
    budget.spend("arrays")
    try:
        array = np.asarray(values, np.float64).astype(np.float32)
    except (TypeError, ValueError):
        raise DamagedFileError(f"{name} is not an array of numbers.", code="shape", part=name) from None
    budget.unpack(array.nbytes)
    return SourceArray(name, array, array.shape, "float32")
