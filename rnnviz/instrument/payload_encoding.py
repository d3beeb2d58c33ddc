"""A trace as the payload that the browser reads.

A trace beyond the budget is sent in reduced form, and says so: without its input vectors, and if that is not enough, in
half precision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np

from ..analysis.asked_steps import asked_steps
from ..analysis.effects.run_outcome import run_outcome
from ..analysis.effects.unit_effects import unit_effects
from ..cells.definition import INPUT_VECTOR, Quantity
from ..colours import largest_size, negative_colour, scale_limits
from ..errors import ArrayError
from ..interventions import Remove, Swap, held_and_frozen, remaining_steps
from ..model import Model
from ..network.head import SIGMOID
from ..text.tokens import visible
from ..trace import Trace
from .array_packing import as_bytes, as_json, little_endian
from .definition_encoding import encode_definition
from .leading_labels import leading_labels
from .schema import EffectsData, InputVectorsData, OutputsData, PartData, Payload, TokenValuesData, UnchangedData

LARGEST_HALF = float(np.finfo(np.float16).max)  # beyond it, half precision would make infinities of numbers
BUDGET = 1_500_000  # bytes for the values of one trace
FEWER_LABELS = "with the {count} most likely of {all} labels"
HELD, FROZEN = 1, 2  # how an intervention holds a value: at a given one, or at that of the step before


@dataclass(frozen=True)
class TokenValues:
    """A value of every token at every step, such as how much each token wrote into the present state.

    The browser shows the row of the current step and leaves out tokens that are not yet read. It can also show what the
    row adds up to.

    Parameters
    ----------
    title : str
        What the values are.
    values : ndarray of shape (T, T)
        values[t, k] belongs to token k at step t.
    colour : str
        The hue of values above zero, as "#D55E00".
    limit : float
        The end of the colour scale, which begins at -limit, or at 0 if the values are not `signed`.
    unit_of_value : str, default ""
        The unit that follows each value.
    parts : dict of str to ndarray of shape (T,)
        Numbers at each step, by name, that are added to the sum of the row to give the total.
    total : tuple of str and ndarray of shape (T,), optional
        The name of what the row adds up to, and its number at each step.
    signed : bool, default True
        Whether values can be negative.
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
    """Identify the weights of one layer and direction of a model, under its cell's options.

    Parameters
    ----------
    model : Model
        The model.
    layer : int
        The layer, from 0.
    direction : str
        "forward" or "backward".

    Returns
    -------
    str
        The key under which the browser keeps the weights.
    """
    return _key(model.name, layer, direction, model.network.cell(layer, direction).options)


def _key(model: str, layer: int, direction: str, options: Mapping[str, str]) -> str:
    return "/".join([model, str(layer), direction, *(f"{name}={value}" for name, value in options.items())])


def payload(
    trace: Trace,
    model: Model | None,
    layer: int = 0,
    direction: str = "forward",
    definition: bool = True,
    token_values: Mapping[str, TokenValues] | None = None,
) -> dict[str, Any]:
    """Encode the trace of one layer and direction as JSON.

    Parameters
    ----------
    trace : Trace
        A trace of `model`.
    model : Model or None
        The model; without it, the definition has no weights.
    layer : int, default 0
        The layer, from 0.
    direction : str, default "forward"
        "forward" or "backward".
    definition : bool, default True
        Whether to include what is the same in every run.
    token_values : mapping of str to TokenValues, optional
        Values of all tokens at each step, by the names that the page's slots ask for.

    Returns
    -------
    dict
        A `Payload` that JSON can hold, with arrays in base64.
    """
    return dict(as_json(trace_data(trace, model, layer, direction, definition, token_values)))


def trace_data(
    trace: Trace,
    model: Model | None,
    layer: int = 0,
    direction: str = "forward",
    definition: bool = True,
    token_values: Mapping[str, TokenValues] | None = None,
    labels: np.ndarray | None = None,
) -> Payload:
    """Gather what the browser is sent of the trace of one layer and direction.

    Parameters
    ----------
    trace : Trace
        A trace of `model`.
    model : Model or None
        The model; without it, the definition has no weights.
    layer : int, default 0
        The layer, from 0.
    direction : str, default "forward"
        "forward" or "backward".
    definition : bool, default True
        Whether to include what is the same in every run. The browser keeps it by `model_key`.
    token_values : mapping of str to TokenValues, optional
        Values of all tokens at each step, by the names that the page's slots ask for.
    labels : ndarray of int, optional
        Which labels of a large readout to send, for runs side by side; `leading_labels` of the trace by default.

    Returns
    -------
    Payload
        Data with arrays, for `as_bytes` or `as_json`. Its `id` identifies the trace, layer and direction; the token
        values have an id of their own.

    Raises
    ------
    ArrayError
        If token values, their parts or their total have the wrong shape.
    """
    _ = trace["hidden", layer, direction]  # raises if there is no such layer
    kind, own = trace.cell_kinds[layer], trace.definitions[layer]
    quantities = own.by_name
    arrays = {name: trace[name, layer, direction] for name in quantities}
    limits = {name: scale_limits(quantities[name], array) for name, array in arrays.items()}
    inputs = arrays.pop(INPUT_VECTOR.name)
    rows, row_of_step = _different_rows(inputs)
    size = sum(array.size for array in arrays.values()) * (4 if trace.unchanged is None else 8)
    reductions = []
    read = size + rows.size * 4 <= BUDGET
    if not read:
        reductions.append("without its input vectors")
    half = not read and size > BUDGET and largest_size(*arrays.values()) <= LARGEST_HALF
    if half:
        reductions.append("in half precision (three digits)")
    if labels is None:
        labels = leading_labels([trace])
    if labels is not None:
        reductions.append(FEWER_LABELS.format(count=f"{len(labels):,}", all=f"{len(trace.labels):,}"))
    dtype = "<f2" if half else "<f4"
    key = model_key(model, layer, direction) if model else _key(trace.model, layer, direction, kind.options)
    encoded, values_id = token_values_data(trace, token_values)
    asked = asked_steps(trace)
    unchanged = trace.unchanged
    return {
        "id": trace_id(trace, key, labels),
        "fingerprint": trace.fingerprint,
        "model": trace.model,
        "model_key": key,
        "definition": encode_definition(trace, model, layer, direction) if definition else None,
        "layer": layer,
        "direction": direction,
        "cell": own.name,
        "title": own.title,
        "options": kind.options,
        "token_kind": model.vocabulary.kind if model else "pieces",
        "token_width": model.vocabulary.vector_size if model else 1,
        "tokens": [visible(token) for token in trace.tokens],
        "typed_steps": [row + 1 for row in _typed_rows(trace)],
        "swapped_steps": sorted(swap.step for swap in trace.interventions if isinstance(swap, Swap)),
        "unknown_steps": np.flatnonzero(trace.unknown).tolist(),
        "units": {name: array.shape[1] for name, array in [*arrays.items(), (INPUT_VECTOR.name, inputs)]},
        "asked_steps": None if asked.all() else np.flatnonzero(asked).tolist(),
        "limits": limits,
        "half_precision": half,
        "values": {name: little_endian(array, dtype) for name, array in arrays.items()},
        "input_vectors": InputVectorsData(rows=little_endian(rows), row_of_step=row_of_step) if read else None,
        "initial": {name: little_endian(trace.initial[name, layer, direction]) for name in own.states},
        "holds": _holds(trace, layer, direction),
        "labels": None if labels is None else [visible(trace.labels[number]) for number in labels],
        "probabilities": _probabilities(trace, labels),
        "outputs": _outputs(trace, labels),
        "effects": _effects(trace, layer, direction),
        "unchanged": _unchanged(trace, unchanged, layer, direction, dtype, labels) if unchanged else None,
        "reductions": reductions,
        "token_values": encoded,
        "token_values_id": values_id,
    }


def trace_id(trace: Trace, key: str, labels: np.ndarray | None = None) -> str:
    """Identify what `trace_data` gathers of a trace, apart from token values, without gathering it.

    Parameters
    ----------
    trace : Trace
        A trace.
    key : str
        Its `model_key`.
    labels : ndarray of int, optional
        The labels that are sent of a large readout; None for all.

    Returns
    -------
    str
        The `id` in `Payload`.
    """
    unchanged = trace.unchanged
    parts = [trace.fingerprint, *([unchanged.fingerprint] if unchanged else []), key]
    return _hash(parts if labels is None else [*parts, labels.tolist()])


def token_values_data(
    trace: Trace, token_values: Mapping[str, TokenValues] | None
) -> tuple[dict[str, TokenValuesData], str]:
    """Gather token values, as `trace_data` does.

    Parameters
    ----------
    trace : Trace
        A trace.
    token_values : mapping of str to TokenValues or None
        Values of all its tokens at each step, by name.

    Returns
    -------
    tuple of (dict of str to TokenValuesData, str)
        The `token_values` and the `token_values_id` in `Payload`.

    Raises
    ------
    ArrayError
        If token values, their parts or their total have the wrong shape.
    """
    encoded = {name: _token_values(name, values, len(trace)) for name, values in (token_values or {}).items()}
    return encoded, _hash(encoded)


def _different_rows(inputs: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The different rows of an array in the order of their first step, and for each step its row."""
    numbers: dict[bytes, int] = {}
    row_of_step = [numbers.setdefault(row.tobytes(), len(numbers)) for row in inputs]
    first = [row_of_step.index(number) for number in range(len(numbers))]
    return inputs[first], row_of_step


def _effects(trace: Trace, layer: int, direction: str) -> EffectsData:
    """What each unit adds to the answer."""
    effects = unit_effects(trace, layer, direction)
    label = visible(effects.label) if effects.label else ""
    return {"values": little_endian(effects.values), "label": label, "measure": effects.measure}


def _probabilities(trace: Trace, labels: np.ndarray | None, rows: np.ndarray | None = None) -> np.ndarray | None:
    """The probabilities of some labels or all, at some steps or all; None without a readout."""
    if trace.probabilities is None:
        return None
    chosen = trace.probabilities if rows is None else trace.probabilities[rows]
    return little_endian(chosen if labels is None else chosen[:, labels])


def _outputs(trace: Trace, labels: np.ndarray | None) -> OutputsData | None:
    """The outputs where they are no probabilities, and how far their colours reach."""
    if trace.outputs is None or trace.probabilities is not None:
        return None
    unchanged = None if trace.unchanged is None else trace.unchanged.outputs
    before = None if unchanged is None else unchanged[np.array(_typed_rows(trace))]
    tables = [table if labels is None else table[:, labels] for table in (trace.outputs, before) if table is not None]
    size = largest_size(*tables) or 1.0
    bounded = trace.head.activation == SIGMOID
    return {
        "values": little_endian(tables[0]),
        "unchanged": little_endian(tables[1]) if len(tables) == 2 else None,
        "limits": (0.0, 1.0) if bounded else (-size, size),
        "activation": trace.head.activation,
    }


def _unchanged(
    trace: Trace, unchanged: Trace, layer: int, direction: str, dtype: str, labels: np.ndarray | None
) -> UnchangedData:
    """The run without interventions, at the steps that are left of it."""
    rows = np.array(_typed_rows(trace))
    arrays = {
        q.name: (unchanged[q.name, layer, direction][rows], trace[q.name, layer, direction]) for q in _own(trace, layer)
    }
    outcome = run_outcome(trace)
    return {
        "values": {name: little_endian(old, dtype) for name, (old, new) in arrays.items() if (old != new).any()},
        "probabilities": _probabilities(unchanged, labels, rows),
        "effects": _effects(unchanged, layer, direction),
        "end": outcome.end,
        "first": outcome.first,
    }


def _own(trace: Trace, layer: int) -> list[Quantity]:
    """The quantities that the cell of a layer computes."""
    return [q for q in trace.definitions[layer].by_name.values() if q is not INPUT_VECTOR]


def _token_values(name: str, values: TokenValues, steps: int) -> TokenValuesData:
    """Token values and what they add up to, checked against the number of steps."""
    if values.values.shape != (steps, steps):
        raise ArrayError(
            f"The token values {name!r} have shape {values.values.shape}; a trace of {steps} steps needs "
            f"{(steps, steps)}.",
            name=name,
            shape=values.values.shape,
            expected=(steps, steps),
        )
    columns = {**values.parts, **({values.total[0]: values.total[1]} if values.total else {})}
    for title, column in columns.items():
        if np.shape(column) != (steps,):
            raise ArrayError(
                f"{title!r} of the token values {name!r} has shape {np.shape(column)}; it needs one number for each of "
                f"the {steps} steps.",
                name=title,
                shape=np.shape(column),
                expected=(steps,),
            )
    return {
        "title": values.title,
        "values": little_endian(values.values),
        "colour": values.colour,
        "negative_colour": negative_colour(values.colour),
        "limit": float(values.limit),
        "unit": values.unit_of_value,
        "parts": [_part(title, column) for title, column in values.parts.items()],
        "total": _part(*values.total) if values.total else None,
        "signed": values.signed,
    }


def _part(title: str, values: np.ndarray) -> PartData:
    return {"title": title, "values": little_endian(values)}


def _typed_rows(trace: Trace) -> list[int]:
    """For each step, the step of the text as typed; both from 0."""
    removed = len({removal.step for removal in trace.interventions if isinstance(removal, Remove)})
    return [int(row) for row in remaining_steps(trace.interventions, len(trace) + removed)]


def _holds(trace: Trace, layer: int, direction: str) -> dict[str, np.ndarray]:
    """Where interventions hold a value, by quantity: 0, HELD or FROZEN for each step and unit."""
    holds, definition = {}, trace.definitions[layer]
    for q in definition.quantities if trace.has_held_values else ():
        values = trace[q.name, layer, direction]
        held, frozen = held_and_frozen(trace.interventions, definition, q.name, values.shape, layer, direction)
        if held.any() or frozen.any():
            holds[q.name] = little_endian(np.where(frozen, FROZEN, np.where(held, HELD, 0)), "u1")
    return holds


def _hash(data: Any) -> str:
    """A short digest of data with arrays."""
    return blake2b(as_bytes(data), digest_size=8).hexdigest()
