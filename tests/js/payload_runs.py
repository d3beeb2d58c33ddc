"""Payloads of runs that Python sends, for the test of those that the browser makes itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis.overflow import first_overflow, overflow_sentence
from rnnviz.errors import InterventionError
from rnnviz.instrument import as_json, payload
from rnnviz.instrument.run_notes import run_notes
from rnnviz.interventions import parse
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.playground.playground_encoding import playground_data
from rnnviz.text.remarks import reading_remarks
from rnnviz.text.sentences import MOST_TOKENS
from tests.checkpoints.random_models import models
from tests.js.change_runs import change_texts
from tests.js.forward_runs import examples, kinds, with_heads
from tests.js.reading_runs import utf16
from tests.strategies import texts

TEXTS, NETWORKS = 4, 240

small_numbers = st.lists(st.floats(-4, 4, width=32), min_size=1, max_size=24).map(
    lambda drawn: " ".join(map(str, drawn))
)


def a_payload(
    model: Model,
    text: str,
    layer: int = 0,
    direction: str = "forward",
    definition: bool = True,
    changes: Sequence[str] = (),
) -> dict[str, Any]:
    """A text with the payload and the notes of its run; definition: what is the same in every run of a model."""
    parsed, remarks = [], []
    for change in changes:
        try:
            parsed.append(parse(change))
        except InterventionError as error:
            remarks.append(str(error))
    prepared = model.prepare(text, dict.fromkeys(parsed), limit=MOST_TOKENS, skip_invalid=True)
    trace = model.run(prepared)
    most = model.most_tokens(MOST_TOKENS)
    assert most is not None
    remarks += [str(error) for error in prepared.rejected]
    remarks += reading_remarks(prepared.encoding, model.vocabulary, most)
    overflow = first_overflow(trace)
    if overflow is not None:
        remarks.append(overflow_sentence(overflow, trace))
    return {
        "text": utf16(text),
        "changes": list(changes),
        "layer": layer,
        "direction": direction,
        "payload": payload(trace, model, layer, direction, definition),
        "notes": run_notes(trace, remarks),
    }


def bundled_payloads() -> list[dict[str, Any]]:
    """Every bundled model over texts."""
    drawn = examples(texts.filter(str.strip), TEXTS)
    found = []
    for name in rnnviz.models():
        model = rnnviz.load(name)
        runs = [a_payload(model, model.card["examples"][0])]
        runs += [a_payload(model, text, definition=False) for text in drawn]
        changes = [f"hidden.{k}@2-4=0.5" for k in range(3)] + ["zero.0", "freeze.1@3", "remove@1", "swap@2=a"]
        runs.append(a_payload(model, model.card["examples"][0], definition=False, changes=changes))
        runs.append(a_payload(in_double(model), "".join(model.card["examples"]) * 9, definition=False))
        found.append({"playground": as_json(playground_data(model, "")), "runs": runs})
    return found


def in_double(model: Model) -> Model:
    """The same model in double precision, in which the browser computes: over 256 steps, rounding errors grow."""
    network = model.network
    arrays = {name: array.astype(np.float64) for name, array in network.parameters.items()}
    return replace(model, network=Network.from_parameters(arrays, network.cell_kinds, merge=network.merge))


@st.composite
def random_payloads(draw: Any) -> dict[str, Any]:
    """A random network with a run, of which any layer and direction is shown."""
    model = draw(with_heads(models([draw(kinds()), draw(kinds())], dtypes=("float64",))))
    network = model.network
    for array in network.parameters.values():
        array[...] = array.astype(np.float32)  # as it is sent
    text = draw(small_numbers if model.vocabulary.kind == "numbers" else texts)
    layer = draw(st.integers(0, len(network.layers) - 1))
    direction = draw(st.sampled_from(network.directions_by_layer[layer]))
    try:
        with np.errstate(over="raise", invalid="raise"):
            steps = len(model.prepare(text, limit=MOST_TOKENS).tokens)
            changes = draw(st.lists(change_texts(model, steps), max_size=5))
            run = a_payload(model, text, layer, direction, changes=changes)
    except (FloatingPointError, ValueError):  # gates without bounds; a text that cannot be read
        reject()
    return {"playground": as_json(playground_data(model, "")), "runs": [run]}


def all_payloads() -> dict[str, Any]:
    """The fixture."""
    return {"bundled": bundled_payloads(), "random": examples(random_payloads(), NETWORKS)}
