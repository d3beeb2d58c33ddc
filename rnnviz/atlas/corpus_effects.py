"""What silencing each unit of a layer does to a model's answers, over many documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.effects.unit_effects import direct_effects
from ..analysis.progress_meter import ProgressMeter, Tick
from ..cells import Edit
from ..cells.activations import Array
from ..errors import ArgumentError
from ..generation import END_LABELS, next_token_ids, reason_against
from ..model import Model
from ..network.readout import logits_of, without_readout
from .equal_lengths import equal_lengths

if TYPE_CHECKING:
    import pandas as pd

_ELEMENTS = 2**22  # gate values and logits that one forward pass may hold


def corpus_ablation(
    model: Model,
    documents: Iterable[Any],
    layer: int = 0,
    direction: str = "forward",
    *,
    labels: Sequence[str] | None = None,
    tick: Tick | None = None,
) -> pd.DataFrame:
    """Silence every unit of a layer in turn, over many documents, and average what that changes.

    A unit is silenced as by the intervention `Zero`: all of its states are zero at every step, and everything else is
    computed from there. A model that predicts the next token at every step is compared at all steps, but for the last
    one if no label stands for the end of a text; any other model is compared at the last step of each document.

    Parameters
    ----------
    model : Model
        A model with a readout.
    documents : iterable of str, sequence of tokens, or ndarray
        At least one, read whole. Means and errors are those of documents, which count alike; cut a long text into
        stretches.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    labels : sequence of str, optional
        The right label of each document. The next tokens of a text are known without.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    DataFrame
        A row for each unit, the largest change of the lead first:

        - ``unit``: the unit, counted from 0.
        - ``loss``, ``loss_error``: by how much the loss of what is right grows without the unit, in nats, and the
          standard error of this mean over documents; NaN where nothing says what is right, or where the outputs are no
          probabilities.
        - ``lead``, ``lead_error``: what the lead of the answer loses without the unit. The answer is the likeliest
          label with all units; its lead is its logit less the mean of all other logits. Where the outputs are no
          probabilities, it is the first output's logit.
        - ``direct``, ``direct_error``: what the unit itself adds to the lead after the last step of each document, see
          `rnnviz.analysis.unit_effects`: its effect without what it does to others and to later steps.
        - ``documents``: the number of documents. The error of one is NaN.

    Raises
    ------
    ArgumentError
        If the model has no readout, there is no document, or labels are missing or unknown.
    ValueError
        If there is no such layer or direction, or nothing to read.
    """
    import pandas as pd

    texts = list(documents)
    if model.network.readout_weight is None:
        raise ArgumentError(
            "The model has no readout, and so no prediction that a unit could change.", code="no_readout", name="model"
        )
    if not texts or (labels is not None and (len(labels) != len(texts) or set(labels) - set(model.labels))):
        raise ArgumentError(
            "Ablation over a corpus needs at least one document and, if labels are given, one of the model's labels "
            "for each.",
            code="labels" if texts else "empty", name="labels" if texts else "documents", value=len(texts),
        )  # fmt: skip
    columns = None if labels is None else np.array([model.labels.index(label) for label in labels])
    cell = model.network.cell(layer, direction)
    units = cell.units(cell.definition.unit_states[0])
    losses, leads, direct = np.full((units, len(texts)), np.nan), *np.zeros((2, units, len(texts)))
    encoded = [model.prepare(text).inputs for text in texts]
    progress = ProgressMeter(tick, (units + 1) * sum(map(len, encoded)))
    for group in equal_lengths(encoded):
        inputs = np.stack([encoded[d] for d in group], axis=1)
        asked = _asked(model, inputs, None if columns is None else columns[group])
        losses[:, group], leads[:, group] = _changes(model, inputs, asked, layer, direction, units, progress)
    for d, text in enumerate(texts):
        direct[:, d] = direct_effects(model.trace(text), layer, direction).values
    progress.finish()
    table: dict[str, Any] = {"unit": np.arange(units)}
    for name, values in (("loss", losses), ("lead", leads), ("direct", direct)):
        table[name] = values.mean(1)
        table[f"{name}_error"] = _standard_error(values)
    table["documents"] = len(texts)
    return pd.DataFrame(table).sort_values("lead", key=lambda lead: -lead.abs(), kind="stable", ignore_index=True)


def next_token_columns(model: Model) -> Array | None:
    """Find the outputs that stand for the tokens of a vocabulary, in a model that predicts the next one.

    Parameters
    ----------
    model : Model
        Any model.

    Returns
    -------
    ndarray of int of shape (V + 1,) or None
        The number of the output for each token, and for the end of the text; -1 where there is none. None for a model
        that does not predict the next token at every step.
    """
    ids = next_token_ids(model.vocabulary, model.labels)
    if ids is None or reason_against(model.network, model.vocabulary, model.labels, model.card.get("asked")):
        return None
    columns = np.full(len(model.vocabulary) + 1, -1)
    columns[ids[ids >= 0]] = np.flatnonzero(ids >= 0)
    ends = [k for k, label in enumerate(model.labels) if label in END_LABELS]
    columns[-1] = ends[0] if ends else -1
    return columns


@dataclass(frozen=True)
class _Asked:
    """The rows at which B documents are compared, and what is right there, (R, B); -1 where that is not known."""

    rows: Array
    right: Array


def _asked(model: Model, inputs: Array, labels: Array | None) -> _Asked:
    steps, batch = inputs.shape[:2]
    columns = next_token_columns(model)
    if labels is not None or columns is None:
        return _Asked(np.array([steps - 1]), np.full((1, batch), -1) if labels is None else labels[None])
    after = np.concatenate([inputs[1:], np.full((1, batch), len(columns) - 1)])
    compared = slice(None) if columns[-1] >= 0 or steps == 1 else slice(-1)
    return _Asked(np.arange(steps)[compared], columns[after][compared])


def _changes(
    model: Model, inputs: Array, asked: _Asked, layer: int, direction: str, units: int, progress: ProgressMeter
) -> tuple[Array, Array]:
    """How much the loss grows and the lead loses without each unit, (U, B) each, for B documents of one length."""
    network = without_readout(model.network)
    if network.embedding is None:
        inputs = inputs.astype(network.dtype)
    steps, batch = inputs.shape[:2]
    states = network.cell(layer, direction).definition.unit_states
    rows = sum(len(cell.weight_ih) for cells in network.layers for cell in cells)
    at_once = max(1, _ELEMENTS // (steps * rows + len(asked.rows) * len(model.labels)))
    before = np.zeros((2, batch))
    answers = np.zeros((len(asked.rows), batch), int)
    found = np.zeros((2, units, batch))
    # First all documents with all units, whose answers are needed for the rest.
    for pairs in (np.arange(batch), np.arange(batch, (units + 1) * batch)):
        for start in range(0, len(pairs), at_once):
            unit, document = np.divmod(pairs[start : start + at_once], batch)
            unit -= 1  # -1 is no unit at all
            silenced = np.flatnonzero(unit >= 0)
            where = (unit[silenced], silenced)
            edits = {(layer, direction): [Edit(state, where, 0.0, 0, steps) for state in states]}
            run = network.forward(inputs[:, document], edits=edits if len(silenced) else None)
            logits = logits_of(model.network, run.top[asked.rows]).astype(np.float64)
            if not len(silenced):
                if model.head.is_distribution:
                    answers[:, document] = logits.argmax(-1)
                before[:, document] = _measured(model, logits, answers[:, document], asked.right[:, document])
            else:
                after = _measured(model, logits, answers[:, document], asked.right[:, document])
                found[:, unit, document] = before[:, document] - after
            progress.add(len(unit) * steps)
    return -found[0], found[1]


def _measured(model: Model, logits: Array, answers: Array, right: Array) -> Array:
    """The loss and the lead of the answers, by document, (2, B), each a mean over the rows (R, B, C)."""
    own = np.take_along_axis(logits, answers[..., None], -1)[..., 0]
    others = logits.shape[-1] - 1
    if not model.head.is_distribution:
        return np.stack([np.full(own.shape[1], np.nan), own.mean(0)])
    leads = own - (logits.sum(-1) - own) / max(others, 1)
    top = logits.max(-1)
    normaliser = top + np.log(np.exp(logits - top[..., None]).sum(-1))
    loss = np.where(right >= 0, normaliser - np.take_along_axis(logits, right[..., None], -1)[..., 0], np.nan)
    known = np.maximum((right >= 0).sum(0), 1)
    return np.stack([np.where((right >= 0).any(0), np.nansum(loss, 0) / known, np.nan), leads.mean(0)])


def _standard_error(values: Array) -> Array:
    """The standard error of the mean of each row (U, D)."""
    count = values.shape[1]
    return values.std(1, ddof=1) / np.sqrt(count) if count > 1 else np.full(len(values), np.nan)
