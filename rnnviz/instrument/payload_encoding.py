"""A trace as the payload that the browser reads: plain JSON data with arrays in base64.

A trace beyond the budget is sent in reduced form, and says so: without its input vectors, and if that is not enough, in
half precision.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np

from ..analysis.attribution.unit_effects import unit_effects
from ..analysis.memory.gated_states import gated_states
from ..cells.definition import INPUT_VECTOR, Definition
from ..cells.gated_equations import GatedState
from ..colours import negative_colour, scale_limits
from ..errors import ArrayError
from ..interventions import Remove, Swap, held_and_frozen, remaining_steps
from ..model import Model
from ..text.tokens import visible
from ..trace import Trace
from .cell_encoding import encode_activations, encode_array, encode_equation, encode_weights, finite
from .schema import (
    EffectsData,
    FactorData,
    GatedStateData,
    PartData,
    Payload,
    PhaseData,
    QuantityData,
    TokenValuesData,
)

BUDGET = 2_000_000  # bytes of base64 for the values of one trace
EVERY_STEP = "at every step"  # when a card says that a model is asked
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
    weights: bool = True,
    token_values: Mapping[str, TokenValues] | None = None,
) -> Payload:
    """Encode the trace of one layer and direction for the browser.

    Parameters
    ----------
    trace : Trace
        A trace of `model`.
    model : Model or None
        The model; without it, the payload has no weights.
    layer : int, default 0
        The layer, from 0.
    direction : str, default "forward"
        "forward" or "backward".
    weights : bool, default True
        Whether to include the layer's weights. The browser keeps them by `model_key`.
    token_values : mapping of str to TokenValues, optional
        Values of all tokens at each step, by the names that the page's slots ask for.

    Returns
    -------
    Payload
        Plain data that JSON can hold. Its `id` identifies the trace, layer and direction; the token values have an id
        of their own.

    Raises
    ------
    ArrayError
        If token values, their parts or their total have the wrong shape.
    """
    definition = trace.definition
    arrays = {name: trace[name, layer, direction] for name in definition.by_name}
    input_size = arrays[INPUT_VECTOR.name].shape[1]
    reductions = []
    if _encoded_size(arrays.values()) > BUDGET:
        del arrays[INPUT_VECTOR.name]
        reductions.append("without its input vectors")
    half = _encoded_size(arrays.values()) > BUDGET
    if half:
        reductions.append("in half precision (three digits)")
    key = model_key(model, layer, direction) if model else _key(trace.model, layer, direction, trace.options)
    encoded = {name: _token_values(name, values, len(trace)) for name, values in (token_values or {}).items()}
    return {
        "id": _hash([trace.fingerprint, key]),
        "fingerprint": trace.fingerprint,
        "model_key": key,
        "layer": layer,
        "direction": direction,
        "cell": definition.name,
        "title": definition.title,
        "options": trace.options,
        "token_kind": model.vocabulary.kind if model else "pieces",
        "token_width": model.vocabulary.vector_size if model else 1,
        "tokens": [visible(token) for token in trace.tokens],
        "typed_steps": [row + 1 for row in _typed_rows(trace)],
        "swapped_steps": sorted(swap.step for swap in trace.interventions if isinstance(swap, Swap)),
        "unknown": [bool(new) for new in trace.unknown],
        "units": trace.units(layer),
        "input_size": input_size,
        "quantities": _quantities(definition, arrays),
        "phases": _phases(definition),
        "gated_states": [_gated_state(gated) for gated in gated_states(definition)],
        "activations": encode_activations(definition),
        "labels": [visible(label) for label in trace.labels],
        "answers_at_end": model is not None and model.card.get("asked", EVERY_STEP) != EVERY_STEP,
        "half_precision": half,
        "values": {name: encode_array(array, "<f2" if half else "<f4") for name, array in arrays.items()},
        "initial": {name: encode_array(trace.initial[name, layer, direction]) for name in definition.states},
        "holds": _holds(trace, layer, direction),
        "probabilities": None if trace.probabilities is None else encode_array(trace.probabilities),
        "effects": _effects(trace, layer, direction),
        "reductions": reductions,
        "weights": encode_weights(model.network.cell(layer, direction)) if weights and model else None,
        "token_values": encoded,
        "token_values_id": _hash(encoded),
    }


def _quantities(definition: Definition, arrays: Mapping[str, np.ndarray]) -> list[QuantityData]:
    """The quantities, with colour scales that hold the values of the trace."""
    return [
        {
            "name": q.name,
            "symbol": q.symbol,
            "title": q.title,
            "role": q.role,
            "colour": q.colour,
            "negative_colour": negative_colour(q.colour),
            "activation": q.activation.name if q.activation else None,
            "limits": scale_limits(q, arrays[q.name]) if q.name in arrays else (-1, 1),
            "low": finite(q.low),
            "high": finite(q.high),
        }
        for q in definition.by_name.values()
    ]


def _phases(definition: Definition) -> list[PhaseData]:
    """The phases of a step."""
    return [
        {
            "name": phase.name,
            "title": phase.title,
            "description": phase.description,
            "computes": list(phase.computes),
            "equations": [encode_equation(equation) for equation in phase.equations],
        }
        for phase in definition.phases
    ]


def _effects(trace: Trace, layer: int, direction: str) -> EffectsData:
    """What each unit adds to the answer."""
    effects = unit_effects(trace, layer, direction)
    return {"values": encode_array(effects.values), "label": visible(effects.label), "measure": effects.measure}


def _gated_state(gated: GatedState) -> GatedStateData:
    """A state that a gate carries on."""
    keep, *write = (
        [FactorData(name=factor.name, complement=factor.complement) for factor in product]
        for product in (gated.keep_factors, *gated.write_terms)
    )
    return {"state": gated.state, "keep": keep, "write": write}


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
        "values": encode_array(values.values),
        "colour": values.colour,
        "negative_colour": negative_colour(values.colour),
        "limit": float(values.limit),
        "unit": values.unit_of_value,
        "parts": [_part(title, column) for title, column in values.parts.items()],
        "total": _part(*values.total) if values.total else None,
        "signed": values.signed,
    }


def _part(title: str, values: np.ndarray) -> PartData:
    return {"title": title, "values": encode_array(values)}


def _typed_rows(trace: Trace) -> list[int]:
    """For each step, the step of the text as typed; both from 0."""
    removed = len({removal.step for removal in trace.interventions if isinstance(removal, Remove)})
    return [int(row) for row in remaining_steps(trace.interventions, len(trace) + removed)]


def _holds(trace: Trace, layer: int, direction: str) -> dict[str, str]:
    """Where interventions hold a value, by quantity: 0, HELD or FROZEN for each step and unit."""
    holds = {}
    for q in trace.definition.quantities if trace.has_held_values else ():
        values = trace[q.name, layer, direction]
        held, frozen = held_and_frozen(trace.interventions, trace.definition, q.name, values.shape, layer, direction)
        if held.any() or frozen.any():
            holds[q.name] = encode_array(np.where(frozen, FROZEN, np.where(held, HELD, 0)), "u1")
    return holds


def _encoded_size(arrays: Iterable[np.ndarray]) -> float:
    """The size of arrays as float32 in base64, in bytes."""
    return sum(array.size * 4 * 4 / 3 for array in arrays)


def _hash(data: Any) -> str:
    """A short digest of plain data."""
    return blake2b(json.dumps(data).encode(), digest_size=8).hexdigest()
