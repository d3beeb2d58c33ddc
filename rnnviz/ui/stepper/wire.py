"""What the stepper in the browser needs of a trace, as plain JSON data with arrays in base64.

A trace beyond the budget is sent in reduced form, and says so: without its input vectors, and
if that is not enough, in half precision.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import blake2b
from typing import Any

import numpy as np

from ...cells.definition import INPUT_VECTOR
from ...figures.colours import below_zero, bounds
from ...model import Model
from ...network import DIRECTIONS
from ...tokens import visible
from ...trace import Trace

BUDGET = 2_000_000  # bytes of base64 for the values of one trace


def model_key(model: Model, layer: int, direction: str) -> str:
    """By what the browser knows the weights of one layer and direction of a model, under its cell's options."""
    options = model.network.layers[layer][DIRECTIONS.index(direction)].options
    return "/".join([model.name, str(layer), direction, *(f"{name}={value}" for name, value in options.items())])


def payload(
    trace: Trace, model: Model, layer: int = 0, direction: str = "forward", weights: bool = True
) -> dict[str, Any]:
    """The trace of one layer and direction with what its cell says of itself.

    weights: whether the layer's weights go along; the browser keeps them for each model.
    """
    definition = trace.definition
    network = model.network
    cell = network.layers[layer][DIRECTIONS.index(direction)]
    arrays = {name: trace[name, layer, direction] for name in definition.by_name}
    reduced = []
    if _bytes(arrays) > BUDGET:
        del arrays[INPUT_VECTOR.name]
        reduced.append("without its input vectors")
    half = _bytes(arrays) > BUDGET
    if half:
        reduced.append("in half precision (three digits)")
    probabilities = None if trace.probabilities is None else packed(trace.probabilities)
    found: dict[str, Any] = {
        "model": model_key(model, layer, direction),
        "cell": definition.name,
        "title": definition.title,
        "options": trace.options,
        "tokens": [visible(token) for token in trace.tokens],
        "unknown": [bool(new) for new in trace.unknown],
        "units": trace.hidden_size,
        "inputs": trace[INPUT_VECTOR.name, layer, direction].shape[1],
        "backward": direction == "backward",
        "quantities": [
            {
                "name": q.name,
                "symbol": q.symbol,
                "title": q.title,
                "role": q.role,
                "colour": q.colour,
                "negative": below_zero(q.colour),
                "says": q.says,
                "activation": q.activation.name if q.activation else None,
                "limits": bounds(q, arrays[q.name]) if q.name in arrays else [-1, 1],
            }
            for q in definition.by_name.values()
        ],
        "phases": [
            {
                "name": phase.name,
                "title": phase.title,
                "computes": phase.computes,
                "says": phase.says,
                "equations": phase.equations,
            }
            for phase in definition.phases
        ],
        "labels": [visible(label) for label in trace.labels],
        "half": half,
        "values": {name: packed(array, "<f2" if half else "<f4") for name, array in arrays.items()},
        "initial": {name: packed(trace.initial[name, layer, direction]) for name in definition.states},
        "probabilities": probabilities,
        "reduced": reduced,
        "weights": None,
    }
    if weights:
        found["weights"] = {"rows": cell.rows, **{name: packed(array) for name, array in cell.parameters.items()}}
    identity = blake2b("\0".join([found["model"], *trace.tokens]).encode(), digest_size=8)
    found["id"] = identity.hexdigest()
    return found


def packed(array: np.ndarray, dtype: str = "<f4") -> str:
    """Little-endian numbers in base64."""
    return b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode()


def _bytes(arrays: dict[str, np.ndarray]) -> float:
    """What the arrays take as float32 in base64."""
    return sum(array.size * 4 * 4 / 3 for array in arrays.values())
