"""Layers of several cells, one above another: one network, with the right equations in every layer."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz import Model, Trace
from rnnviz.analysis import (
    ablation,
    attribution,
    compare_models,
    contributions,
    difference,
    gradient_flow,
    memory_of,
    reach,
    unit_effects,
    weight_statistics,
)
from rnnviz.analysis.gradients.network_gradients import gradient_by_layers
from rnnviz.apart.records import pack, unpack
from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.cells.cell_kind import CellKind
from rnnviz.errors import ArgumentError, DamagedFileError, InterventionError, UnknownQuantityError
from rnnviz.figures import heatmaps
from rnnviz.interventions import Hold, Zero, describe
from rnnviz.network import Network
from rnnviz.training import Batch, loss_and_gradients
from rnnviz.training.loss import state_gradient_norms

from .checkpoints.random_models import models
from .raising import raises
from .strategies import CHARACTERS, VARIANTS

torch = pytest.importorskip("torch")
MODULES = {RNN: torch.nn.RNN, GRU: torch.nn.GRU, LSTM: torch.nn.LSTM}
ORDERS = [(LSTM, GRU), (GRU, LSTM), (RNN, LSTM), (LSTM, RNN), (GRU, RNN, LSTM)]


def drawn(kinds, dtype=np.float64, seed=0, classes=4, both=()):
    """A model that reads letters through layers of these cells, of different sizes."""
    rng = np.random.default_rng(seed)
    layers, width = [], 3
    for k, kind in enumerate(kinds):
        layers.append([kind.random(width, 4 + k, rng, dtype) for _ in range(2 if k in both else 1)])
        width = sum(cell.units("hidden") for cell in layers[-1])
    table = rng.standard_normal((len(CHARACTERS), 3)).astype(dtype)
    weight, bias = rng.standard_normal((classes, width)).astype(dtype), rng.standard_normal(classes).astype(dtype)
    network = Network(layers, table, weight, bias)
    return Model("mixed", network, CHARACTERS, ["a", "b", "c", "d"][:classes])


def in_torch(network):
    """A function from vectors (T, D) to the hidden states of every layer and the logits, and its parameters by name."""
    parameters = {name: torch.tensor(array, requires_grad=True) for name, array in network.parameters.items()}

    def run(x):
        states = []
        for k, layer in enumerate(network.layers):
            cell = layer[0]
            module = MODULES[type(cell)](cell.input_size, cell.hidden_size, dtype=x.dtype)
            own = {name: parameters[f"rnn.{name}_l{k}"] for name in cell.parameters}
            named = {f"{name}_l0": array for name, array in own.items()}
            x, _ = torch.func.functional_call(module, named, x)
            states.append(x)
        return states, x @ parameters["readout.weight"].T + parameters["readout.bias"]

    return run, parameters


@pytest.mark.parametrize("kinds", ORDERS, ids=lambda kinds: "-".join(kind.name for kind in kinds))
def test_states_logits_and_gradients_are_pytorchs(kinds):
    model = drawn(kinds)
    network, ids = model.network, model.prepare("some text").inputs
    run, parameters = in_torch(network)
    states, logits = run(parameters["embedding.weight"][torch.tensor(ids)])
    ours = network.forward(ids)
    for k, hidden in enumerate(states):
        np.testing.assert_allclose(ours.records[k][0]["hidden"], hidden.detach(), atol=1e-12)
    np.testing.assert_allclose(ours.logits, logits.detach(), atol=1e-12)
    targets = np.arange(len(ids)) % 4
    torch.nn.functional.cross_entropy(logits, torch.tensor(targets), reduction="sum").backward()
    batch = Batch(ids[:, None], targets[:, None], np.ones((len(ids), 1)))
    _, gradients, _ = loss_and_gradients(network, batch)
    for name, parameter in parameters.items():
        np.testing.assert_allclose(gradients[name], parameter.grad, atol=1e-11, err_msg=name)


def test_the_network_and_the_trace_know_the_cell_of_each_layer():
    model = drawn((LSTM, GRU))
    trace = model.trace("text")
    assert [definition.name for definition in trace.definitions] == ["lstm", "gru"]
    assert trace.definitions == model.definitions == model.network.definitions
    assert (trace.cell, trace.title, model.title) == ("lstm-gru", "LSTM–GRU", "LSTM–GRU")
    assert trace["forget"].shape == (4, 4) and trace["update", 1].shape == (4, 5)
    assert trace.units(0) == 4 and trace.units(1) == 5 and trace.units(1, quantity="reset") == 5
    for key in (("forget", 1), ("update", 0), ("hidden", 2)):
        with raises(UnknownQuantityError, code="layer" if key[0] == "hidden" else "quantity"):
            trace[key]
    assert set(trace.to_frame().query("layer == 1").quantity) == set(GRU.define().by_name)
    assert drawn((LSTM, LSTM)).network.cell_name == "lstm" and drawn((LSTM, LSTM)).title == "LSTM"


def test_options_go_to_the_layers_that_have_them():
    network = drawn((LSTM, GRU)).network
    changed = network.with_options(update="writes", squash="linear")
    assert changed.cell_kinds[0] == CellKind("lstm", LSTM.resolve_options({"squash": "linear"}))
    assert changed.cell_kinds[1] == CellKind("gru", GRU.resolve_options({"update": "writes"}))


def test_there_are_as_many_kinds_as_layers():
    network = drawn((LSTM, GRU)).network
    with raises(ArgumentError, code="layers", value=1, allowed=2):
        Network.from_parameters(network.parameters, network.cell_kinds[:1])
    again = Network.from_parameters(network.parameters, network.cell_kinds)
    assert again.cell_kinds == network.cell_kinds


@settings(max_examples=20)
@given(model=models([*VARIANTS], most_cells=3), seed=st.integers(0, 99))
def test_a_trace_is_what_its_layers_compute_one_after_another(model, seed):
    network = model.network
    if network.embedding is None:
        text = np.random.default_rng(seed).standard_normal((4, network.input_size))
    else:
        text = [model.vocabulary.tokens[k % len(model.vocabulary)] for k in (seed, seed + 1, 0)]
    trace = model.trace(text)
    for k, cells in enumerate(network.layers):
        for direction, cell in zip(network.directions_by_layer[k], cells, strict=True):
            order = slice(None) if direction == "forward" else slice(None, None, -1)
            start = {state: trace.initial[state, k, direction] for state in cell.states}
            record = cell.forward(np.ascontiguousarray(trace["input_vector", k, direction][order]), start)
            for name in cell.definition.by_name:
                # Not bit for bit: BLAS rounds a reversed view and its copy differently on some processors.
                np.testing.assert_allclose(trace[name, k, direction][order], record[name], rtol=1e-5, atol=1e-6)
    assert {(name, k) for name, k, _ in trace.values} == {
        (name, k) for k, definition in enumerate(model.definitions) for name in definition.by_name
    }
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    again = Trace.load(file)
    assert again.cell_kinds == trace.cell_kinds and again.fingerprint == trace.fingerprint
    assert again.values.keys() == trace.values.keys()
    assert all(again.values[key].tobytes() == array.tobytes() for key, array in trace.values.items())
    network = unpack(*map_buffers(pack(network)))
    assert network.cell_kinds == model.network.cell_kinds


def map_buffers(packed):
    head, buffers = packed
    return head, [bytearray(buffer) for buffer in buffers]


def about_of(trace):
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    with np.load(file) as arrays:
        return json.loads(arrays["about"].tobytes()), {name: arrays[name] for name in arrays.files}


def test_a_file_of_one_cell_is_as_before_and_one_of_several_has_another_format():
    one, _ = about_of(drawn((GRU, GRU)).trace("ab"))
    assert (one["format"], one["cell"], "cells" in one) == (1, "gru", False)
    several, arrays = about_of(drawn((GRU, LSTM)).trace("ab"))
    assert (several["format"], [cell["cell"] for cell in several["cells"]]) == (2, ["gru", "lstm"])
    several["cells"].pop()
    damaged = io.BytesIO()
    arrays["about"] = np.frombuffer(json.dumps(several).encode(), np.uint8)
    np.savez(damaged, **arrays)
    damaged.seek(0)
    with raises(DamagedFileError, code="unreadable"):
        Trace.load(damaged)


# ---- interventions -------------------------------------------------------------------------------


def test_a_change_applies_to_the_layer_that_has_its_quantity():
    model = drawn((LSTM, GRU))
    trace = model.trace("text", interventions=[Hold("update", 1.0, layer=1), Zero((2,), layer=0)])
    assert (trace["update", 1] == 1).all() and (trace["cell"][:, 2] == 0).all() and (trace["hidden"][:, 2] == 0).all()
    assert (trace["hidden", 1] == 0).all()  # the update gate keeps the initial state
    assert describe(Hold("update", 1.0, layer=1), *model.definitions) == "update gate = 1, layer 2"
    for change in (Hold("forget", 1.0, layer=1), Hold("update", 1.0), Hold("cell", 0.0, layer=1)):
        with raises(InterventionError, code="unknown_quantity", intervention=change) as caught:
            model.trace("text", interventions=[change])
        assert f"of layer {change.layer}" in str(caught.value)
    with raises(InterventionError, code="unknown_state"):
        model.trace("text", interventions=[Zero((0,), layer=1, state="cell")])


# ---- analyses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kinds", ORDERS, ids=lambda kinds: "-".join(kind.name for kind in kinds))
def test_gradients_through_layers_of_other_cells_are_autograds(kinds):
    model = drawn(kinds)
    trace = model.trace("text")
    top = len(kinds) - 1
    run, _ = in_torch(model.network)
    vectors = torch.tensor(trace["input_vector"])
    jacobian = torch.autograd.functional.jacobian(lambda x: run(x)[0][-1][-1], vectors)  # (H, T, D)
    np.testing.assert_allclose(gradient_by_layers(trace, 4).inputs, jacobian.transpose(0, 1), atol=1e-12)
    flow = gradient_flow(trace, top)
    assert flow.states == kinds[top].define().states
    for k in range(top + 1):
        assert gradient_flow(trace, k).gated_state == {LSTM: "cell", GRU: "hidden", RNN: None}[kinds[k]]
        assert reach(trace, k).shape == (4,)


def test_what_silencing_a_unit_does_is_counted_with_the_cell_of_its_layer():
    model = drawn((LSTM, GRU))
    trace = model.trace("text")
    for layer, states in ((0, ("cell", "hidden")), (1, ("hidden",))):
        effects = unit_effects(trace, layer)
        table = ablation(model, "text", layer)
        unit = int(table.unit.iloc[0])
        silent = model.trace("text", interventions=[Zero((unit,), layer=layer)])
        assert all((silent[state, layer][:, unit] == 0).all() for state in states)
        before, after = trace.probabilities[-1], silent.probabilities[-1]
        assert abs(np.abs(before - after).sum() / 2 - table.change.iloc[0]) < 1e-9
        answer = before.argmax()

        def lead(run, answer=answer):
            return run.logits[-1, answer] - np.delete(run.logits[-1], answer).mean()

        assert abs(effects.values[unit] - (lead(trace) - lead(silent))) < 1e-6


def test_memory_is_of_the_layer_and_contributions_of_the_top():
    trace = drawn((LSTM, GRU)).trace("text")
    for layer, state in ((0, "cell"), (1, "hidden")):
        memory = memory_of(trace, layer=layer)
        np.testing.assert_allclose(memory.by_step.sum(0) + memory.initial, trace[state, layer][-1], atol=1e-12)
    found = contributions(trace, "a")
    assert abs(found.by_step.sum() + found.bias + found.unexplained - trace.logits[-1, 0]) < 1e-9
    assert len(attribution(trace, "a").values) == 4
    with raises(ArgumentError, code="no_gated_state", value="rnn"):
        contributions(drawn((LSTM, RNN)).trace("text"), "a")
    with raises(ArgumentError, code="no_gated_state", value="rnn"):
        memory_of(drawn((RNN, LSTM)).trace("text"), layer=0)


def test_differences_weights_and_comparisons_go_layer_by_layer():
    model = drawn((LSTM, GRU))
    one, other = model.trace("text"), model.trace("test")
    assert difference(one, other).values("reset", 1).shape[1] == 5
    turned = replace(model, network=model.network.with_options(update="writes"))
    with raises(ArgumentError, code="different_meanings"):
        difference(one, turned.trace("test")).values("update", 1)
    with raises(ArgumentError, code="different_networks"):
        difference(one, drawn((LSTM, RNN)).trace("text")).values("hidden", 1)
    gates = weight_statistics(model.network, by_gate=True)
    for layer, kind in enumerate((LSTM, GRU)):
        assert set(gates[gates.array.str.contains(f"_l{layer}")].gate) == set(kind.rows)
    comparison = compare_models(model, turned)
    assert comparison.same_cell and comparison.differing == ("update",)
    assert (comparison.arrays.relative < 1e-12).all()
    assert compare_models(model, drawn((GRU, LSTM))).differing[0] == "cell"


def test_the_norms_of_a_state_are_none_where_a_layer_has_no_such_state():
    model = drawn((LSTM, GRU))
    ids = model.prepare("text").inputs
    _, norms = state_gradient_norms(model.network, ids, np.zeros(4, int), np.ones(4))
    assert (
        np.isfinite(norms["hidden"]).all() and np.isfinite(norms["cell"][0]).all() and np.isnan(norms["cell"][1]).all()
    )


def test_heatmaps_are_those_of_the_layer():
    trace = drawn((LSTM, GRU)).trace("text")
    titles = [[note.text for note in heatmaps(trace, layer=layer).layout.annotations] for layer in (0, 1)]
    assert any("Forget" in text for text in titles[0]) and not any("Forget" in text for text in titles[1])
    assert any("Update" in text for text in titles[1])
