"""A model as a page to type into holds it: its weights, how it reads, and what makes a payload of a run."""

from __future__ import annotations

import numpy as np

from .. import colours
from ..analysis import overflow
from ..analysis.asked_steps import asked_at
from ..analysis.effects import run_outcome, silenced_units, unit_effects
from ..cells.cell_kind import CellKind
from ..cells.gated_equations import projected_quantity
from ..instrument import leading_labels
from ..instrument.definition_encoding import common_definition
from ..instrument.model_encoding import different_kinds, encode_model
from ..instrument.payload_encoding import FEWER_LABELS
from ..interventions import checked_interventions, intervention_kinds, phrases, problems
from ..model import Model
from ..network import NO_PREDICTION
from ..text import sentences, tokens, vectors
from ..text.remarks import only_first
from .character_classes import character_classes
from .playground_schema import CellRules, ChangeRules, EffectRules, NumbersData, PlaygroundData, ReaderData, RunRules

SEEDS, NOISE_NUMBERS = 2, 2400  # of noise: this many seeds, and as many steps as have about this many numbers
NOISE_STEPS = 24  # at most


def playground_data(model: Model, text: str) -> PlaygroundData:
    """Gather what a page to type into holds of a model.

    Parameters
    ----------
    model : Model
        The model.
    text : str
        The text at first.

    Returns
    -------
    PlaygroundData
        Data with arrays, for `as_bytes` or `as_json`.
    """
    return {
        "model": encode_model(model),
        "cells": [_cell_rules(kind, model.labels) for kind in different_kinds(model)],
        "reader": reader_data(model),
        "effects": _effect_rules(),
        "changes": _change_rules(model),
        "rules": _run_rules(model),
        "text": text,
    }


def reader_data(model: Model) -> ReaderData:
    """Gather how a model reads what is typed.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    ReaderData
        Plain data.
    """
    vocabulary = model.vocabulary
    most = model.most_tokens(sentences.MOST_TOKENS)
    assert most is not None
    said = {
        "nothing": sentences.NOTHING,
        "no_numbers": sentences.NO_NUMBERS,
        "unknown_token": sentences.UNKNOWN_TOKEN.replace("{some}", vocabulary.some_tokens),
        "only_first": only_first(vocabulary, most),
        "not_in_vocabulary": sentences.NOT_IN_VOCABULARY,
        "and_others": sentences.AND_OTHERS,
        "too_long": sentences.TOO_LONG,
        "not_finite": sentences.NOT_FINITE.format(largest=f"{vectors.LARGEST:g}"),
        "missing_table": sentences.MISSING_TABLE,
        "not_a_number": sentences.NOT_A_NUMBER.replace("{sample}", vectors.sample(vocabulary.vector_size)),
        "incomplete_line": sentences.INCOMPLETE_LINE,
        "incomplete_step": sentences.INCOMPLETE_STEP,
        "ambiguous_comma": sentences.AMBIGUOUS_COMMA,
    }
    return {
        "kind": vocabulary.kind,
        "tokens": list(vocabulary.tokens),
        "end": vocabulary.end,
        "vector_size": vocabulary.vector_size,
        "unknown": tokens.UNKNOWN,
        "end_mark": tokens.END,
        "most": most,
        "most_characters": sentences.MOST_CHARACTERS,
        "longest": tokens.LONGEST,
        "listed": tokens.UNKNOWN_LISTED,
        "names": sentences.MOST_NAMES,
        "classes": character_classes(vocabulary.kind),
        "signs": tokens.SIGNS,
        "sentences": said,
        "numbers": _numbers(vocabulary.vector_size) if vocabulary.kind == "numbers" else None,
    }


def noise_steps(vector_size: int) -> int:
    """Count the steps of noise that a page holds for each seed.

    Parameters
    ----------
    vector_size : int
        How many numbers a step has.

    Returns
    -------
    int
        The number of steps.
    """
    return max(1, min(NOISE_STEPS, NOISE_NUMBERS // vector_size))


def _numbers(vector_size: int) -> NumbersData:
    steps = noise_steps(vector_size)
    return {
        "largest": vectors.LARGEST,
        "look": vectors.LOOK,
        "name": vectors.NAME,
        "few": vectors.FEW,
        "noise": [vectors.noise(seed, steps, vector_size).ravel().tolist() for seed in range(SEEDS)],
    }


def _cell_rules(kind: CellKind, labels: list[str]) -> CellRules:
    definition = kind.definition
    projected = projected_quantity(definition.equations)
    return {
        "title": definition.title,
        "options": dict(kind.options),
        "definition": common_definition(definition, labels),
        "projected": projected,
        "size": unit_effects.size_measure(definition, projected),
        "unit_states": list(definition.unit_states),
    }


def _effect_rules() -> EffectRules:
    return {
        "gate_values": silenced_units.GATE_VALUES,
        "lead": unit_effects.LEAD,
        "output": unit_effects.OUTPUT,
        "silenced": unit_effects.SILENCED,
        "direct": unit_effects.DIRECT,
        "first_order": unit_effects.FIRST_ORDER,
    }


def _change_rules(model: Model) -> ChangeRules:
    return {
        "problems": problems.PROBLEMS,
        "sentences": {
            "impossible": problems.IMPOSSIBLE,
            "invalid_token": problems.INVALID_TOKEN,
            "nothing_left": problems.NOTHING_LEFT,
            "contradiction": problems.CONTRADICTION,
            "unreadable": problems.UNREADABLE,
            "too_many": problems.TOO_MANY,
        },
        "shown": checked_interventions.SHOWN,
        "shown_unreadable": intervention_kinds.SHOWN_UNREADABLE,
        "shown_token": phrases.SHOWN,
        "listed": intervention_kinds.MOST_LISTED,
        "most": problems.MOST_CHANGES,
        "most_units": problems.MOST_UNITS,
        "directions": list(model.network.directions),
        "ends": run_outcome.ENDS,
        "value_ends": run_outcome.VALUE_ENDS,
        "first": run_outcome.FIRST,
        "no_prediction": NO_PREDICTION,
    }


def _run_rules(model: Model) -> RunRules:
    asked, token = asked_at(model.card)
    return {
        "asked": asked,
        "asked_token": token,
        "share_within": colours.SHARE_WITHIN,
        "least_limit": colours.LEAST_LIMIT,
        "scale_steps": list(colours.FEW_STEPS),
        "most_labels": leading_labels.MOST_LABELS,
        "leading": leading_labels.LEADING,
        "fewer_labels": FEWER_LABELS,
        "is_double": model.network.dtype == np.float64,
        "overflow": overflow.SENTENCE,
        "output": overflow.PROBABILITY if model.head.is_distribution else overflow.OUTPUT,
    }
