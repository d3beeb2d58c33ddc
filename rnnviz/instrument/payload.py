"""What the instrument in the browser needs of a trace, as plain JSON data with arrays in base64.

A trace beyond the budget is sent in reduced form, and says so: without its input vectors, and
if that is not enough, in half precision.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np

from ..cells.definition import INPUT_VECTOR
from ..colours import below_zero, bounds
from ..interventions import Remove, Swap, held_and_frozen, remaining_steps
from ..model import Model
from ..text.tokens import visible
from ..trace import Trace

BUDGET = 2_000_000  # bytes of base64 for the values of one trace
PUT, FROZEN = 1, 2  # how an intervention holds a value: put in place, or kept as it was before


@dataclass(frozen=True)
class Rows:
    """Numbers over tokens, another row of them at each step: values[t, k] is about token k at step t, (T, T).

    The browser shows the row of the current step and leaves out the tokens that are not yet read. limit: the end of the
    colour scale, which begins at -limit, or at 0 if the values are not `signed`. What a row adds up to may go along:
    total, its words and its number at each step (T,), is the row's sum plus the `parts`, by their words, (T,) each.
    colour: as "#D55E00". unit_of_value: what stands behind each number.
    """

    title: str
    values: np.ndarray
    colour: str
    limit: float
    unit_of_value: str = ""
    parts: dict[str, np.ndarray] = field(default_factory=dict)
    total: tuple[str, np.ndarray] | None = None
    signed: bool = True


def model_key(model: Model, layer: int, direction: str) -> str:
    """By what the browser knows the weights of one layer and direction of a model, under its cell's options."""
    options = model.network.cell(layer, direction).options
    return "/".join([model.name, str(layer), direction, *(f"{name}={value}" for name, value in options.items())])


def trace_id(trace: Trace) -> str:
    """By what a trace is known, in Python and in the browser: its model, what was read, and its interventions."""
    return trace.fingerprint


def payload(
    trace: Trace,
    model: Model,
    layer: int = 0,
    direction: str = "forward",
    weights: bool = True,
    rows: Mapping[str, Rows] | None = None,
) -> dict[str, Any]:
    """The trace of one layer and direction with what its cell says of itself.

    weights: whether the layer's weights go along; the browser keeps them for each model. rows: numbers over tokens,
    by the names under which the page's slots ask for them. The payload's `id` names what is shown and does
    not depend on the rows, which have a `rows_id` of their own. Raises ValueError for rows of another shape.
    """
    definition = trace.definition
    network = model.network
    cell = network.cell(layer, direction)
    arrays = {name: trace[name, layer, direction] for name in definition.by_name}
    reduced = []
    if _bytes(arrays) > BUDGET:
        del arrays[INPUT_VECTOR.name]
        reduced.append("without its input vectors")
    half = _bytes(arrays) > BUDGET
    if half:
        reduced.append("in half precision (three digits)")
    probabilities = None if trace.probabilities is None else packed(trace.probabilities)
    sent_rows = {name: _row_data(name, one, len(trace)) for name, one in (rows or {}).items()}
    found: dict[str, Any] = {
        "trace": trace_id(trace),
        "id": _hash([trace_id(trace), model_key(model, layer, direction)]),
        "rows": sent_rows,
        "rows_id": _hash(sent_rows),
        "model": model_key(model, layer, direction),
        "layer": layer,
        "direction": direction,
        "kind": model.vocabulary.kind,
        "reads": model.vocabulary.vector_size,
        "cell": definition.name,
        "title": definition.title,
        "options": trace.options,
        "tokens": [visible(token) for token in trace.tokens],
        "typed": [row + 1 for row in _typed(trace)],
        "swapped": sorted(one.step for one in trace.interventions if isinstance(one, Swap)),
        "unknown": [bool(new) for new in trace.unknown],
        "units": trace.units(layer),
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
                "says": q.description,
                "activation": q.activation.name if q.activation else None,
                "limits": bounds(q, arrays[q.name]) if q.name in arrays else [-1, 1],
                "low": _finite(q.low),
                "high": _finite(q.high),
            }
            for q in definition.by_name.values()
        ],
        "phases": [
            {
                "name": phase.name,
                "title": phase.title,
                "computes": phase.computes,
                "says": phase.description,
                "equations": phase.equations,
            }
            for phase in definition.phases
        ],
        "functions": {
            name: {
                "kind": one.kind,
                "parameters": one.parameters,
                "within": one.within,
                "symbol": one.symbol,
                "low": _finite(one.low),
                "high": _finite(one.high),
            }
            for name, one in definition.activations.items()
        },
        "labels": [visible(label) for label in trace.labels],
        "half": half,
        "values": {name: packed(array, "<f2" if half else "<f4") for name, array in arrays.items()},
        "held": _held(trace, layer, direction),
        "initial": {name: packed(trace.initial[name, layer, direction]) for name in definition.states},
        "probabilities": probabilities,
        "reduced": reduced,
        "weights": None,
    }
    if weights:
        packed_weights = {name: packed(array) for name, array in cell.parameters.items()}
        found["weights"] = {"rows": cell.rows, "further": cell.extra_parameters, **packed_weights}
    return found


def packed(array: np.ndarray, dtype: str = "<f4") -> str:
    """Little-endian numbers in base64."""
    return b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode()


def _finite(number: float) -> float | None:
    """The number, or None in place of an infinite one, which JSON does not have."""
    return number if np.isfinite(number) else None


def _bytes(arrays: dict[str, np.ndarray]) -> float:
    """What the arrays take as float32 in base64."""
    return sum(array.size * 4 * 4 / 3 for array in arrays.values())


def _hash(data: Any) -> str:
    return blake2b(json.dumps(data).encode(), digest_size=8).hexdigest()


def _typed(trace: Trace) -> list[int]:
    """Which step of the text as typed each step of the trace is, both from 0."""
    removed = len({one.step for one in trace.interventions if isinstance(one, Remove)})
    return [int(row) for row in remaining_steps(trace.interventions, len(trace) + removed)]


def _held(trace: Trace, layer: int, direction: str) -> dict[str, str]:
    """Where interventions hold a value, by quantity: (T, H) bytes in base64, 0, PUT or FROZEN."""
    found = {}
    for q in trace.definition.quantities if trace.has_held_values else ():
        values = trace[q.name, layer, direction]
        put, frozen = held_and_frozen(trace.interventions, trace.definition, q.name, values.shape, layer, direction)
        if put.any() or frozen.any():
            found[q.name] = packed(np.where(frozen, FROZEN, np.where(put, PUT, 0)), "u1")
    return found


def _row_data(name: str, rows: Rows, steps: int) -> dict[str, Any]:
    if rows.values.shape != (steps, steps):
        raise ValueError(f"the rows {name!r} are {rows.values.shape}; a trace of {steps} steps needs {(steps, steps)}")
    columns = {**rows.parts, **({rows.total[0]: rows.total[1]} if rows.total else {})}
    if wrong := [title for title, column in columns.items() if np.shape(column) != (steps,)]:
        raise ValueError(f"{wrong[0]!r} of the rows {name!r} needs a number for each of the {steps} steps")
    return {
        "title": rows.title,
        "values": packed(rows.values),
        "colour": rows.colour,
        "negative": below_zero(rows.colour),
        "limit": float(rows.limit),
        "unit": rows.unit_of_value,
        "parts": [[title, packed(column)] for title, column in rows.parts.items()],
        "total": None if rows.total is None else [rows.total[0], packed(rows.total[1])],
        "signed": rows.signed,
    }
