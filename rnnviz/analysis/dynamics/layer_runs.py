"""The runs that an analysis of a layer's states begins from: their states, and the vectors that the layer reads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, InputError, NotFiniteError
from ...model import Model
from ...text.tokens import split
from ...trace import Trace

_TEXTS, _LENGTH = 16, 24  # random texts and their tokens, where a model's card names no examples


def example_runs(model: Model) -> list[Trace]:
    """Run a model over texts that show its usual states.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    list of Trace
        Its runs over the examples of its card; without any, over random tokens, or over noise if it reads numbers.
    """
    if examples := model.card.get("examples"):
        return [model.trace(text) for text in examples]
    rng, length = np.random.default_rng(0), model.most_tokens(_LENGTH) or _LENGTH
    if model.network.embedding is None:
        return [model.trace(rng.standard_normal((length, model.network.input_size))) for _ in range(_TEXTS)]
    return [model.trace([*rng.choice(model.vocabulary.tokens, length)]) for _ in range(_TEXTS)]


def stacked_states(trace: Trace, layer: int = 0, direction: str = "forward", *, with_initial: bool = False) -> Array:
    """Put all states of a layer side by side, the hidden state first.

    Parameters
    ----------
    trace : Trace
        A run of T steps.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    with_initial : bool, default False
        Whether the state before the first step is the first row.

    Returns
    -------
    ndarray of shape (T, S) or (T + 1, S)
        The states in float64, in the order of the text.

    Raises
    ------
    UnknownQuantityError
        If the trace has no such layer or direction.
    """
    _ = trace["hidden", layer, direction]  # raises if there is no such layer
    names = trace.definitions[layer].states
    states = np.concatenate([trace[name, layer, direction] for name in names], axis=1).astype(np.float64)
    if not with_initial:
        return states
    first = np.concatenate([trace.initial[name, layer, direction] for name in names])
    return np.vstack([first, states])


def spread_states(traces: Sequence[Trace], count: int, layer: int = 0, direction: str = "forward") -> Array:
    """Pick states of runs, spread evenly over all their steps.

    Parameters
    ----------
    traces : sequence of Trace
        The runs.
    count : int
        How many; all of them if there are fewer.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    ndarray of shape (N, S)
        The states, that before the first step among them.
    """
    initial = stacked_states(traces[0], layer, direction, with_initial=True)[:1]
    states = np.concatenate([initial, *(stacked_states(trace, layer, direction) for trace in traces)])
    return states[np.unique(np.linspace(0, len(states) - 1, count).round().astype(int))]


def held_vector(
    model: Model, token: str | Array | None, traces: Sequence[Trace], layer: int = 0, direction: str = "forward"
) -> Array:
    """Find the vector that a layer reads again and again.

    Parameters
    ----------
    model : Model
        The model.
    token : str, ndarray of shape (D,), or None
        A token that is read for ever, a vector, or None for the mean vector.
    traces : sequence of Trace
        The runs over which the mean is taken.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    ndarray of shape (D,)
        The vector. For a token and a layer above the first, what the layers below settle on while they read the token.

    Raises
    ------
    ArgumentError
        If the vector has another size or is not finite, the model reads no tokens, or the layers below do not settle on
        one vector.
    InputError
        If the text is not one token, or the vocabulary has neither it nor a token for unknown ones.
    """
    size = model.network.cell(layer, direction).input_size
    if token is None:
        mean = np.concatenate([trace["input_vector", layer, direction] for trace in traces]).mean(0, dtype=np.float64)
        if not np.isfinite(mean).all():
            raise ArgumentError(
                "The vectors that the layer reads in the runs are not finite, so they have no mean; give a token or a "
                "vector.",
                code="not_finite", name="token", value=None,
            )  # fmt: skip
        return mean
    if not isinstance(token, str):
        vector = np.asarray(token, np.float64)
        if vector.shape != (size,) or not np.isfinite(vector).all():
            raise ArgumentError(
                f"The layer reads vectors of {size} finite numbers; this one has the shape {vector.shape}.",
                name="token", value=vector.shape, allowed=(size,),
            )  # fmt: skip
        return vector
    if model.network.embedding is None:
        raise ArgumentError(
            "This model reads numbers and has no tokens; give a vector.", code="no_tokens", name="token", value=token
        )
    encoding = model.vocabulary.encode([token])
    is_one = token in model.vocabulary.tokens or len([*split(model.vocabulary.kind, token)]) == 1
    if encoding.unknown[0] and not is_one:
        raise InputError(f"{token!r} is not one token of the model.", code="not_one_token", token=token)
    if layer == 0:
        return model.network.embedding[encoding.inputs[0]].astype(np.float64)
    return _settled_vector(model, token, int(encoding.inputs[0]), layer)


_SETTLING = 1024  # times that a token is read until the layers below have settled
_SETTLED = 1e-3  # the most that they may still move in one step, as a share of the vector's length


def _settled_vector(model: Model, token: str, row: int, layer: int) -> Array:
    """What the layers below a layer pass on in the middle of a long text of one token."""
    moved = size = np.nan
    with np.errstate(over="ignore", invalid="ignore"), suppress(NotFiniteError):
        record = model.network.forward(np.full(2 * _SETTLING, row)).records[layer][0]
        before, vector = record["input_vector"][_SETTLING - 1 : _SETTLING + 1].astype(np.float64)
        moved, size = float(np.linalg.norm(vector - before)), float(np.linalg.norm(vector))
    if not moved <= _SETTLED * size < np.inf:  # NaN compares false
        raise ArgumentError(
            f"The layers below layer {layer} do not settle on one vector while they read {token!r} again and again; "
            "give a vector, or the mean (None).",
            code="unsettled", name="token", value=token,
        )  # fmt: skip
    return vector
