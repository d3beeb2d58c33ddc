"""What the tests of the browser's modules compare with, computed in Python and written as JSON files."""

from __future__ import annotations

import json
import random
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import contributions, difference, memory_of, memory_shares, unit_effects
from rnnviz.analysis.effects.unit_effects import direct_effects
from rnnviz.cells import CELLS, GRU, LSTM, RNN
from rnnviz.cells.activations import ACTIVATION_KINDS
from rnnviz.cells.primitives import RULES
from rnnviz.colours import (
    FEW_STEPS,
    LEAST_LIMIT,
    PREDICTION,
    SHARE_WITHIN,
    TEXT_SHARE,
    negative_colour,
    rgb,
    scale_limits,
)
from rnnviz.figures.readout_rows import likeliest_classes
from rnnviz.instrument import TokenValues, as_bytes, as_json, model_schema, payload, payload_encoding, trace_data
from rnnviz.instrument import schema as declared
from rnnviz.instrument.settings_schema import Settings
from rnnviz.interventions import Freeze, Hold, Intervention, Remove, Swap, Zero, parse, parse_all
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from rnnviz.ui.shared.instrument import VIEWS
from tests.exponential_cell import ExponentialLSTM
from tests.js.change_runs import all_changes
from tests.js.forward_runs import all_runs
from tests.js.narration_runs import narration_runs
from tests.js.payload_runs import all_payloads
from tests.js.reading_runs import noises, readings, splits
from tests.strange_networks import strange_tasks
from tests.strategies import PUBLISHED, UNUSUAL
from tests.tied_lstm import TiedLSTM

TEXT = "Schmidhuber"
SHORT = "abcab"
EVERY_KIND = [
    *((RNN, {"activation": kind}) for kind in ACTIVATION_KINDS),
    *((RNN, {"activation": f"{kind} within 0.75"}) for kind in ACTIVATION_KINDS),
    (LSTM, {"squash": "sigmoid"}),
    *((GRU, {"reset": reset, "update": update}) for reset in ("after", "before") for update in ("keeps", "writes")),
    *((CELLS[name], {}) for name in PUBLISHED),
    (ExponentialLSTM, {}),
]
TOKENS = ["x", ";", "'(!*)~", "é", "日", "=", "%", " ", "👩‍🔬", "a\ud800", "\ufeffx", "#", "&", "+", "/"]

FIXTURES: dict[str, Callable[[], Any]] = {}


def fixture(make: Callable[[], Any]) -> Callable[[], Any]:
    """Write what a function returns to a file of its name."""
    FIXTURES[make.__name__] = make
    return make


def write(folder: Path) -> None:
    """Write all fixtures into a folder."""
    for name, make in FIXTURES.items():
        (folder / f"{name}.json").write_text(json.dumps(make()))


def strong_model(kind: Any, options: dict[str, str]) -> Model:
    """A small network whose weights are large enough to reach the bends of every activation."""
    letters = Vocabulary("characters", ("<unk>", *"abc"))
    network = Network.random(
        kind.name, hidden=5, vocabulary=len(letters), embedding=3, rng=np.random.default_rng(1), options=options
    )
    for name, array in network.parameters.items():
        if name.startswith("rnn."):
            array *= 3
    return Model("strong", network, letters, [])


def both_ways() -> Model:
    """Two layers that read in both directions."""
    known = rnnviz.load("names-lstm")
    size = {"hidden": 8, "vocabulary": len(known.vocabulary), "embedding": 4, "classes": len(known.labels)}
    network = Network.random("lstm", **size, layers=2, bidirectional=True, rng=np.random.default_rng(0))
    return Model("both", network, known.vocabulary, known.labels)


def arrays(trace: rnnviz.Trace, layer: int = 0, direction: str = "forward") -> dict[str, Any]:
    """Every quantity of a trace as nested lists, the input vector included."""
    return {name: trace[name, layer, direction].tolist() for name in trace.definition.by_name}


@fixture
def traces() -> dict[str, Any]:
    """Payloads of bundled models with the values that they encode."""
    models = {name: rnnviz.load(name) for name in ("names-lstm", "names-gru", "names-rnn", "counter-lstm")}
    models["writes"] = models["names-gru"].with_options(update="writes")
    models["before"] = models["names-gru"].with_options(reset="before")
    models["tied"] = zoo.untrained_model(rnnviz.load("counter-gru"), TiedLSTM.name)
    models["projected"] = zoo.untrained_model(rnnviz.load("names-gru"), "lstmp")
    found = {}
    for name, model in models.items():
        trace = model.trace("aabb" if name in ("tied", "counter-lstm") else TEXT)
        probabilities = None if trace.probabilities is None else trace.probabilities.tolist()
        found[name] = {
            "payload": payload(trace, model),
            "values": arrays(trace),
            "initial": {state: trace.initial[state, 0, "forward"].tolist() for state in trace.definition.states},
            "probabilities": probabilities,
            "direct": direct_effects(trace).values.tolist(),
        }
    return found


@fixture
def runs() -> dict[str, Any]:
    """Two texts through one model, a text with changes, and one text through three models with the same labels."""
    model = rnnviz.load("names-lstm")
    first, second = model.trace("Romanov"), model.trace("Rmano")
    apart = difference(first, second)
    names = [q.name for q in model.definition.quantities]
    shown = {name: [[None if v != v else v for v in row] for row in apart.values(name).tolist()] for name in names}
    texts = payload(first, model) | {"runs": [{"name": "other", "payload": payload(second, model)}]}
    comparison = {"columns": apart.rows(), "titles": ("the first text", "the second text"), "main": 0}
    changed = model.trace("Romanov", interventions=parse_all("forget.2@6=0;remove@3"))
    what_if = payload(changed, model) | {"runs": [{"name": "other", "payload": payload(first, model)}]}
    columns = difference(first, changed).rows()
    others = [rnnviz.load(f"names-{cell}") for cell in ("rnn", "gru")]
    beside = [{"name": each.network.cell_name, "payload": payload(each.trace("Romanov"), each)} for each in others]
    return {
        "texts": texts | {"comparison": comparison},
        "tokens": [apart.tokens_before, apart.tokens_after],
        "difference": shown,
        "what_if": what_if | {"comparison": comparison | {"columns": columns, "main": 1}},
        "cells": payload(first, model) | {"runs": beside},
    }


@fixture
def backward() -> dict[str, Any]:
    """The second layer's backward direction of a network that reads in both."""
    model = both_ways()
    trace = model.trace(TEXT)
    sent = {f"{layer}{direction[0]}": payload(trace, model, layer, direction) for layer, direction in _places()}
    return {"payloads": sent, "values": arrays(trace, 1, "backward")}


def _places() -> list[tuple[int, str]]:
    return [(layer, direction) for layer in (0, 1) for direction in ("forward", "backward")]


@fixture
def equations() -> list[dict[str, Any]]:
    """Cells of every kind and option, with the values of every quantity at all steps."""
    found = []
    for kind, options in [*UNUSUAL, *EVERY_KIND]:
        model = strong_model(kind, options)
        trace = model.trace(SHORT)
        quantities = [q.name for q in trace.definition.quantities]
        names = {"cell": kind.name, "options": options, "quantities": quantities}
        found.append({**names, "payload": payload(trace, model), "values": arrays(trace)})
    return found


@fixture
def activations() -> list[dict[str, Any]]:
    """Every kind of activation on a grid of sums."""
    grid = [*np.linspace(-6, 6, 49), -40.0, 40.0]
    found = []
    for kind, options in [*UNUSUAL, *EVERY_KIND]:
        model = strong_model(kind, options)
        sent = payload(model.trace(SHORT), model)["definition"]["activations"]
        for name, activation in model.definition.activations.items():
            values = activation(np.array(grid)).tolist()
            found.append({"name": name, "data": sent[name], "sums": grid, "values": values})
    return found


@fixture
def primitives() -> list[dict[str, Any]]:
    """Every primitive on a grid of arguments; that of a logarithm is above -1."""
    grid, found = np.linspace(-0.9, 4, 23), []
    for name, rule in RULES.items():
        points = grid[:, None] if rule.value.nin == 1 else np.stack([grid, -grid[::-1]], 1)
        found.append({"name": name, "points": points.tolist(), "values": rule.value(*points.T).tolist()})
    return found


@fixture
def weighted_sums() -> dict[str, Any]:
    """The sums of the LSTM's forget gate from its weights, in double precision."""
    model = rnnviz.load("names-lstm")
    trace, cell = model.trace(TEXT), model.network.layers[0][0]
    rows = cell.row("forget")
    before = np.vstack([np.zeros_like(trace["hidden"][:1]), trace["hidden"][:-1]])
    sums = (
        trace["input_vector"].astype(float) @ cell.weight_ih[rows].astype(float).T
        + before.astype(float) @ cell.weight_hh[rows].astype(float).T
        + cell.bias_ih[rows]
        + cell.bias_hh[rows]
    )
    return {"forget": sums.tolist()}


@fixture
def forward() -> dict[str, Any]:
    """Runs of whole models."""
    return all_runs()


@fixture
def reading() -> dict[str, Any]:
    """Texts that are read by every kind of vocabulary."""
    return {"cases": readings(), "noises": noises(), **splits()}


@fixture
def scale_limits_of_values() -> dict[str, Any]:
    """Where scales without bounds end."""
    rng = np.random.default_rng(0)
    hidden = LSTM.define().by_name["cell"]
    drawn = [(scale * rng.standard_normal(size)).tolist() for scale in (0.01, 1, 7, 1e5) for size in (1, 7, 49, 50, 51)]
    cases = [*drawn, [], [0.5], [1.0], [3.0, 3.0], [1e300], [2.0] * 98 + [9.0] * 2, [2.0] * 97 + [9.0] * 3]
    rules = {"share_within": SHARE_WITHIN, "least_limit": LEAST_LIMIT, "scale_steps": FEW_STEPS}
    return {"cases": [{"values": c, "limits": scale_limits(hidden, np.array(c))} for c in cases], "rules": rules}


@fixture
def change_texts() -> dict[str, Any]:
    """Texts of changes as Python reads and writes them, and which of several it accepts."""
    return all_changes()


@fixture
def payloads() -> dict[str, Any]:
    """Payloads of runs, with the pages that can make the same ones."""
    return all_payloads()


@fixture
def narrations() -> list[dict[str, Any]]:
    """Runs with some of their steps, of which sentences are told."""
    return narration_runs()


@fixture
def halves() -> dict[str, Any]:
    """Numbers in half precision, from the smallest to the largest, and a trace that is sent so."""
    values = np.array([0, -0.0, 1, -1, 0.5, 2 / 3, 65504, 6e-8, -3.3e-5, 1e-3, -7.25], dtype="<f2")
    random_values = np.random.default_rng(0).normal(size=200).astype("<f2")
    whole = np.concatenate([values, random_values])
    return {"base64": b64encode(whole.tobytes()).decode(), "values": whole.astype(float).tolist()}


@fixture
def overflow() -> dict[str, Any]:
    """Networks whose states overflow, by task: the payload of the first model, with and without a silenced unit."""
    found = {}
    for name, task in strange_tasks().items():
        model = next(iter(task.models.values()))
        traces = [model.trace(task.text), model.trace(task.text, interventions=[Zero(1)])]
        found[name] = [payload(trace, model) for trace in traces]
    return found


@fixture
def packed() -> dict[str, Any]:
    """Traces in both forms: one with held values, and one in half precision without its input vectors."""
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT, interventions=[Hold("forget", 0.3, 6, (4, 6)), Swap(5, "x")])
    found = {}
    for name, budget in (("whole", payload_encoding.BUDGET), ("reduced", 100)):
        with patch.object(payload_encoding, "BUDGET", budget):
            data = trace_data(trace, model)
        found[name] = {"packed": b64encode(as_bytes(data)).decode(), "payload": as_json(data)}
    return found


@fixture
def interventions() -> dict[str, Any]:
    """Traces under interventions, and how Python writes an intervention."""
    model = rnnviz.load("names-lstm")
    changes: dict[str, list[Intervention]] = {
        "none": [],
        "gate": [Hold("forget", 0.3, 6, (4, 6))],
        "frozen": [Freeze(6, (4, 12))],
        "all": [Zero(steps=4)],
        "cell": [Hold("cell", 50, 9, 4)],
        "removed": [Remove(2), Swap(5, "x")],
    }
    found = {name: payload(model.trace(TEXT, interventions=each), model) for name, each in changes.items()}
    swaps = [{"units": _utf16(token), "text": str(Swap(4, token))} for token in TOKENS]
    return {"payloads": found, "swaps": swaps, "read_back": [str(parse(swap["text"])) for swap in swaps]}


def _utf16(text: str) -> list[int]:
    """A text as a browser counts it."""
    return [int(unit) for unit in np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")]


@fixture
def holds() -> list[dict[str, Any]]:
    """Holds as `rnnviz.interventions` writes them, for the positions from which the browser asks."""
    places = {"0f": {}, "1f": {"layer": 1}, "1b": {"layer": 1, "direction": "backward"}}
    found = []
    for place, where in places.items():
        spans = {"step": 4, "onward": (1, 4) if place == "1b" else (4, 12), "all": None}
        for span, steps in spans.items():
            for unit in (6, None):
                for value in (1, 0.25, -2.5, 1e6):
                    hold = str(Hold("cell", value, unit, steps, **where))
                    found.append({"place": place, "span": span, "all": unit is None, "value": value, "text": hold})
        found.append({"place": place, "kind": "zero", "text": str(Zero(6, **where))})
        found.append({"place": place, "kind": "freeze", "text": str(Freeze(6, spans["onward"], **where))})
    return found


@fixture
def credit() -> dict[str, Any]:
    """Token values of a memory and of a logit, with what they add up to."""
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    unit, label = 6, int(trace.probabilities[-1].argmax())
    written = memory_shares(trace, unit)
    initial = np.array([memory_of(trace, step).initial[unit] for step in range(1, len(trace) + 1)])
    shares = [contributions(trace, label, step) for step in range(1, len(trace) + 1)]
    parts = {name: np.array([getattr(each, name) for each in shares]) for name in ("initial", "unexplained", "bias")}
    logits = np.array([each.logit for each in shares])
    tokens = np.stack([each.by_step for each in shares])
    token_values = {
        "memory": TokenValues(
            "What wrote unit 6",
            written,
            "#CC79A7",
            6.0,
            "",
            {"initial state": initial},
            ("cell", trace["cell"][:, unit]),
        ),
        "logit": TokenValues("Shares", tokens, "#6C63C7", 12.0, "nats", parts, ("logit", logits)),
        "sizes": TokenValues("Sizes", np.abs(written), "#CC79A7", 5.0, signed=False),
        "upper": TokenValues("Backward", np.triu(np.ones_like(written)), "#CC79A7", 1.0),
    }
    return {
        "payload": payload(trace, model, token_values=token_values),
        "tokens": list(trace.tokens),
        "written": written.tolist(),
        "initial": initial.tolist(),
        "cell": trace["cell"][:, unit].tolist(),
        "shares": tokens.tolist(),
        "parts": {name: part.tolist() for name, part in parts.items()},
        "logits": logits.tolist(),
    }


@fixture
def colours() -> list[dict[str, Any]]:
    """Values on the colour scales of rnnviz.colours."""
    trace = rnnviz.load("names-lstm").trace(TEXT)
    found = []
    for q in trace.definition.quantities:
        low, high = scale_limits(q, trace[q.name])
        for value in (0.0, 0.5 * high, high, 2 * high, *([] if low == 0 else [0.5 * low, low])):
            hue = rgb(q.colour if value >= 0 else negative_colour(q.colour))
            opacity = min(abs(value) / high, 1.0)
            scale = {"colour": q.colour, "negative_colour": negative_colour(q.colour), "limits": [low, high]}
            found.append({"scale": scale, "value": value, "rgb": hue, "opacity": opacity})
    return found


@fixture
def heatmaps() -> list[dict[str, Any]]:
    """The heatmaps of rnnviz.figures, and the units by the size of their effect."""
    found = []
    for name in ("names-lstm", "names-gru", "names-rnn", "counter-lstm"):
        trace = rnnviz.load(name).trace("aabb" if name == "counter-lstm" else TEXT)
        effects = unit_effects(trace)
        found.append(
            {
                "model": name,
                "display_order": [q.name for q in trace.definition.display_order],
                "by_effect": np.argsort(-np.abs(effects.values), kind="stable").tolist(),
                "labels": [trace.labels[k] for k in likeliest_classes(trace.probabilities)[::-1]],
            }
        )
    return found


@fixture
def significant() -> list[dict[str, Any]]:
    """Random numbers with Python's three significant digits."""
    draw = random.Random(0)
    values = [draw.uniform(-1, 1) * 10 ** draw.randint(-3, 4) for _ in range(300)]
    return [{"value": value, "rounded": float(f"{value:.3g}")} for value in values]


@fixture
def constants() -> dict[str, Any]:
    """What Python and the browser must agree on: the views in their order, and the colour of the prediction."""
    return {"views": VIEWS, "prediction": PREDICTION, "text_share": TEXT_SHARE}


@fixture
def schema() -> dict[str, Any]:
    """The keys of the payload by the dictionary that holds them."""
    names = (
        *(
            "Payload",
            "DefinitionData",
            "InputVectorsData",
            "QuantityData",
            "PhaseData",
            "GatedStateData",
            "ActivationData",
            "WeightsData",
        ),
        *(
            "EffectsData",
            "UnchangedData",
            "TokenValuesData",
            "ModelData",
            "LayerData",
            "TableData",
            "HeadData",
            "HeadLayerData",
        ),
    )
    keys = {
        name: sorted(getattr(declared if hasattr(declared, name) else model_schema, name).__annotations__)
        for name in names
    }
    return keys | {"Settings": sorted(Settings.__annotations__)}
