"""Runs of models in NumPy, over what Hypothesis draws, for the test of the browser's forward pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.cells import CELLS, Edit
from rnnviz.instrument import model_data
from rnnviz.instrument.array_packing import in_base64, little_endian
from rnnviz.model import Model
from rnnviz.network import READINGS, Head, HeadLayer, Network, reverse_if_backward
from tests.checkpoints.random_models import drawn, models
from tests.exponential_cell import ExponentialLSTM
from tests.strategies import PUBLISHED, UNUSUAL, VARIANTS, activations, seeds, texts


def encoded(array: np.ndarray) -> str:
    """An array as it is sent."""
    return in_base64(little_endian(array))


TEXTS, NETWORKS = 4, 200
FUNCTIONS = ["tanh", "relu", "leaky_relu(0.1)", "hard_sigmoid", "softplus"]  # of heads
KINDS = [
    *VARIANTS,
    *UNUSUAL,
    *((CELLS[name], {}) for name in PUBLISHED),
    (ExponentialLSTM, {}),
]


def examples(strategy: st.SearchStrategy, count: int) -> list[Any]:
    """What Hypothesis draws, the same every time."""
    found: list[Any] = []

    @settings(max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck])
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found[:count]


@st.composite
def kinds(draw: Any) -> tuple[Any, dict[str, str]]:
    """A cell with options, at times with activations that nobody combines."""
    cell, options = draw(st.sampled_from(KINDS))
    if draw(st.booleans()):
        options = options | {name: draw(activations).name for name in cell.activations}
    return cell, options


@st.composite
def with_heads(draw: Any, strategy: st.SearchStrategy[Model]) -> Model:
    """A model whose readout, if it has one, often reads in another way, through layers, or gives values."""
    model = draw(strategy)
    network, rng = model.network, np.random.default_rng(draw(seeds))
    if network.readout_weight is None or draw(st.integers(0, 2)) == 0:
        return model
    classes, width = network.readout_weight.shape
    layers = []
    for _ in range(draw(st.integers(0, 2))):
        units = draw(st.integers(1, 4))
        arrays = drawn(rng, np.float64, units, width), drawn(rng, np.float64, units)
        layers.append(HeadLayer(*arrays, draw(st.sampled_from(["linear", *FUNCTIONS]))))
        width = units
    activation = draw(st.sampled_from(["softmax", "softmax", "sigmoid", "sigmoid", "linear", *FUNCTIONS]))
    head = Head(activation, draw(st.sampled_from(["last states", *READINGS])), tuple(layers))
    weight = drawn(rng, np.float64, classes, width) if layers else network.readout_weight
    changed = Network(
        network.layers,
        network.embedding,
        weight,
        network.readout_bias,
        network.directions_by_layer,
        network.merge,
        network.initial,
        head,
    )
    return replace(model, network=changed)


@st.composite
def random_runs(draw: Any) -> dict[str, Any]:
    """A random network with a run: what it reads, initial states, and values that are held."""
    model = draw(with_heads(models([draw(kinds()), draw(kinds())], dtypes=("float64",))))
    network, rng, steps = model.network, np.random.default_rng(draw(seeds)), draw(st.integers(1, 9))
    for array in network.parameters.values():
        array[...] = array.astype(np.float32)  # as it is sent
    if network.embedding is None:
        inputs = rng.standard_normal((steps, network.input_size)).astype(np.float32).astype(np.float64)
    else:
        inputs = rng.integers(0, len(network.embedding), steps)
    initial = None
    if draw(st.booleans()):
        initial = [
            [{state: drawn(rng, np.float64, cell.units(state)) for state in cell.states} for cell in layer]
            for layer in network.layers
        ]
    holds = [draw(random_holds(model, steps)) for _ in range(draw(st.integers(0, 3)))]
    try:
        with np.errstate(over="raise", invalid="raise"):
            return a_run(model, inputs, initial, holds) | {"model": model_data(model)}
    except FloatingPointError:  # gates without bounds
        reject()


@st.composite
def random_holds(draw: Any, model: Model, steps: int) -> dict[str, Any]:
    """A quantity that is held, or a state that is frozen, as the browser is asked for it."""
    network = model.network
    layer = draw(st.integers(0, len(network.layers) - 1))
    direction = draw(st.sampled_from(network.directions_by_layer[layer]))
    first, last = sorted(draw(st.tuples(st.integers(0, steps - 1), st.integers(0, steps - 1))))
    frozen = draw(st.booleans())
    definition = model.definitions[layer]
    names = definition.states if frozen else [quantity.name for quantity in definition.quantities]
    quantity = draw(st.sampled_from(names))
    units = st.sets(st.integers(0, network.cell(layer, direction).units(quantity) - 1), min_size=1)
    return {
        "layer": layer,
        "direction": direction,
        "quantity": quantity,
        "units": draw(st.none() | units.map(sorted)),
        "first": first,
        "end": last + 1,
        "value": None if frozen else draw(st.sampled_from([-1.0, 0.0, 0.25, 1.0])),
    }


def a_run(model: Model, inputs: np.ndarray, initial: Any = None, holds: list[dict[str, Any]] | None = None) -> Any:
    """A run with all that it computed."""
    network, steps = model.network, len(inputs)
    edits: dict[tuple[int, str], list[Edit]] = {}
    for hold in holds or []:
        first, end = hold["first"], hold["end"]
        if hold["direction"] == "backward":
            first, end = steps - end, steps - first
        where = slice(None) if hold["units"] is None else np.array(hold["units"])
        edit = Edit(hold["quantity"], where, hold["value"], first, end)
        edits.setdefault((hold["layer"], hold["direction"]), []).append(edit)
    run = network.forward(inputs, initial, edits=edits)
    layers = [
        [
            {name: encoded(reverse_if_backward(record[name], direction)) for name in model.definitions[layer].equations}
            for direction, record in zip(network.directions_by_layer[layer], records, strict=True)
        ]
        for layer, records in enumerate(run.records)
    ]
    logits = run.logits
    return {
        "cell": model.network.cell_name,
        "inputs": inputs.ravel().tolist(),
        "initial": initial and [[{n: a.tolist() for n, a in states.items()} for states in layer] for layer in initial],
        "holds": holds or [],
        "layers": layers,
        "logits": None if logits is None else encoded(logits),
        "outputs": None if logits is None else encoded(network.head.outputs(logits)),
    }


def bundled_runs() -> list[dict[str, Any]]:
    """Every bundled model over texts."""
    drawn_texts = examples(texts.filter(str.strip), TEXTS)
    found = []
    for name in rnnviz.models():
        model = rnnviz.load(name)
        encoded = [model.prepare(text, limit=40).inputs for text in ("The counter aab is not bad", *drawn_texts)]
        found.append({"model": model_data(model), "runs": [a_run(model, inputs) for inputs in encoded]})
    return found


def all_runs() -> dict[str, Any]:
    """The fixture: bundled models, and random networks with everything that a network can have."""
    return {"bundled": bundled_runs(), "random": examples(random_runs(), NETWORKS)}
