"""What silencing each unit of a layer does to a model's answers, over many documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.effects.unit_effects import direct_effects
from ..analysis.progress_meter import ProgressMeter, Tick
from ..cells import Edit
from ..cells.activations import Array
from ..errors import ArgumentError
from ..generation import end_columns, next_token_ids, reason_against
from ..interventions import PreparedText, prepare_text
from ..model import Model
from ..network.readout import logits_of, without_readout
from ..text.tokens import END
from .corpus import as_documents
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
    goes_on: Sequence[bool] | None = None,
    tick: Tick | None = None,
) -> pd.DataFrame:
    """Silence every unit of a layer in turn, over many documents, and average what that changes.

    A unit is silenced as by the intervention `Zero`: all of its states are zero at every step, and everything else is
    computed from there. A model that predicts the next token at every step is compared at all steps, but for the last
    one if the text goes on or no label stands for its end; any other model is compared at the last step of each
    document.

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
    goes_on : sequence of bool, optional
        Whether a document is the beginning of a longer one, so that its last token is not the end of a text; none is if
        left out.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    DataFrame
        A row for each unit, the largest change of the lead first:

        - ``unit``: the unit, counted from 0.
        - ``loss``, ``loss_error``: by how much the loss of what is right grows without the unit, in nats, and the
          standard error of this mean over the documents in which something says what is right; NaN where nothing does
          in any, or where the outputs are no probabilities.
        - ``lead``, ``lead_error``: what the lead of the answer loses without the unit. The answer is the likeliest
          label with all units; its lead is its logit less the mean of all other logits. Where the outputs are no
          probabilities, it is the first output's logit.
        - ``direct``, ``direct_error``: what the unit itself adds to the lead after the last step of each document, see
          `rnnviz.analysis.unit_effects`: its effect without what it does to others and to later steps.
        - ``documents``: the number of documents. The error of one is NaN.

    Raises
    ------
    ArgumentError
        If the model has no readout, there is no document, labels are missing or unknown, or `goes_on` has not a value
        for each document.
    ValueError
        If there is no such layer or direction, or nothing to read.
    """
    import pandas as pd

    texts = as_documents(documents)
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
    cut = np.zeros(len(texts), bool) if goes_on is None else np.asarray(goes_on, bool)
    if cut.shape != (len(texts),):
        raise ArgumentError(
            f"goes_on has {cut.size} values for {len(texts)} documents.", code="goes_on", name="goes_on", value=cut.size
        )
    columns = None if labels is None else np.array([model.labels.index(label) for label in labels])
    cell = model.network.cell(layer, direction)
    units = cell.units(cell.definition.unit_states[0])
    losses, leads, direct = np.full((units, len(texts)), np.nan), *np.zeros((2, units, len(texts)))
    prepared = [_prepared(model, text, goes) for text, goes in zip(texts, cut, strict=True)]
    encoded = [one.inputs for one in prepared]
    progress = ProgressMeter(tick, (units + 1) * sum(map(len, encoded)))
    for group in equal_lengths(encoded):
        inputs = np.stack([encoded[d] for d in group], axis=1)
        asked = _asked(model, inputs, None if columns is None else columns[group], cut[group])
        losses[:, group], leads[:, group] = _changes(model, inputs, asked, layer, direction, units, progress)
    for d, one in enumerate(prepared):
        direct[:, d] = direct_effects(model.run(one), layer, direction).values
    progress.finish()
    table: dict[str, Any] = {"unit": np.arange(units)}
    for name, values in (("loss", losses), ("lead", leads), ("direct", direct)):
        known = values[:, ~np.isnan(losses).all(0)] if name == "loss" else values
        table[name] = known.mean(1) if known.size else np.nan
        table[f"{name}_error"] = _standard_error(known)
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
    ends = np.flatnonzero(end_columns(model.labels, ids))
    columns[-1] = ends[0] if len(ends) else -1
    if END in model.vocabulary.tokens:
        columns[model.vocabulary.tokens.index(END)] = columns[-1]
    return columns


@dataclass(frozen=True)
class _Asked:
    """The rows at which B documents are compared.

    right: the output that is right there, (R, B); -1 where that is not known. counts: which rows count for each.
    """

    rows: Array
    right: Array
    counts: Array


def _prepared(model: Model, text: Any, goes_on: bool) -> PreparedText:
    """A document as it is read: without an end mark where the text goes on, and the next token is asked for."""
    if not goes_on or not model.vocabulary.end or next_token_columns(model) is None:
        return model.prepare(text)
    vocabulary = replace(model.vocabulary, end=False)
    return prepare_text(vocabulary.encode(text, model.max_steps), (), vocabulary, model.network)


def _asked(model: Model, inputs: Array, labels: Array | None, goes_on: Array) -> _Asked:
    steps, batch = inputs.shape[:2]
    columns = next_token_columns(model)
    if labels is not None or columns is None:
        right = np.full((1, batch), -1) if labels is None else labels[None]
        return _Asked(np.array([steps - 1]), right, np.ones((1, batch), bool))
    right = columns[np.concatenate([inputs[1:], np.full((1, batch), len(columns) - 1)])]
    counts = np.ones(right.shape, bool)
    marked = inputs[-1] == model.vocabulary.tokens.index(END) if END in model.vocabulary.tokens else False
    counts[-1] = (right[-1] >= 0) & ~goes_on & ~marked  # nothing comes after an end mark
    right[-1, ~counts[-1]] = -1
    counts[-1] |= steps == 1  # the one answer that there is
    return _Asked(np.arange(steps), right, counts)


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
                before[:, document] = _measured(model, logits, answers[:, document], asked, document)
            else:
                after = _measured(model, logits, answers[:, document], asked, document)
                found[:, unit, document] = before[:, document] - after
            progress.add(len(unit) * steps)
    return -found[0], found[1]


def _measured(model: Model, logits: Array, answers: Array, asked: _Asked, documents: Array) -> Array:
    """The loss and the lead of the answers, by document, (2, B), each a mean over the rows (R, B, C) that count."""
    right, counts = asked.right[:, documents], asked.counts[:, documents]
    own = np.take_along_axis(logits, answers[..., None], -1)[..., 0]
    others = logits.shape[-1] - 1
    if not model.head.is_distribution:
        return np.stack([np.full(own.shape[1], np.nan), own.mean(0, where=counts)])
    leads = own - (logits.sum(-1) - own) / max(others, 1)
    top = logits.max(-1)
    normaliser = top + np.log(np.exp(logits - top[..., None]).sum(-1))
    loss = np.where(right >= 0, normaliser - np.take_along_axis(logits, right[..., None], -1)[..., 0], np.nan)
    known = np.maximum((right >= 0).sum(0), 1)
    return np.stack([np.where((right >= 0).any(0), np.nansum(loss, 0) / known, np.nan), leads.mean(0, where=counts)])


def _standard_error(values: Array) -> Array:
    """The standard error of the mean of each row (U, D)."""
    count = values.shape[1]
    return values.std(1, ddof=1) / np.sqrt(count) if count > 1 else np.full(len(values), np.nan)
