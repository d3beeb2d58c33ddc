"""The payload is the trace, complete or visibly reduced."""

import base64
import json

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import unit_effects
from rnnviz.cells.expressions import from_json
from rnnviz.errors import ArrayError
from rnnviz.instrument import TokenValues, as_bytes, as_json, model_data, payload, trace_data
from rnnviz.interventions import Freeze, Hold, Remove, Swap
from rnnviz.zoo import untrained_model
from tests.instrument.unpacking import unpack
from tests.raising import raises


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f4")


@pytest.mark.parametrize("name", ["names-lstm", "names-gru", "counter-rnn"])
def test_the_payload_is_the_trace(name):
    model = rnnviz.load(name)
    trace = model.trace("aab<b>")
    sent = json.loads(json.dumps(payload(trace, model)))
    definition = sent["definition"]
    for quantity, numbers in sent["values"].items():
        np.testing.assert_array_equal(floats(numbers), trace[quantity].ravel())
    rows = floats(sent["input_vectors"]["rows"]).reshape(-1, sent["units"]["input_vector"])
    assert len(rows) == len(np.unique(rows, axis=0)) < len(trace)
    np.testing.assert_array_equal(rows[sent["input_vectors"]["row_of_step"]], trace["input_vector"])
    np.testing.assert_array_equal(floats(sent["probabilities"]), trace.probabilities.ravel())
    np.testing.assert_array_equal(floats(sent["initial"]["hidden"]), trace.initial["hidden", 0, "forward"])
    cell = model.network.layers[0][0]
    for parameter, array in cell.parameters.items():
        np.testing.assert_array_equal(floats(definition["weights"]["arrays"][parameter]), array.ravel())
    assert definition["weights"]["blocks"] == {name: list(blocks) for name, blocks in cell.parameter_blocks().items()}
    sent_equations = [equation for phase in definition["phases"] for equation in phase["equations"]]
    read_back = {equation["target"]: from_json(equation["right"]) for equation in sent_equations}
    assert read_back == trace.definition.equations
    assert not sent["reductions"]
    effects = unit_effects(trace)
    np.testing.assert_array_equal(floats(sent["effects"]["values"]), effects.values)
    assert (sent["effects"]["label"], sent["effects"]["measure"]) == (effects.label, effects.measure)


def test_what_is_the_same_in_every_run_is_left_out_when_the_browser_has_it():
    model = rnnviz.load("names-lstm")
    short, long = model.trace("ab"), model.trace("Schmidhuber", interventions=[Hold("forget", 1)])
    assert payload(short, model)["definition"] == payload(long, model)["definition"]
    assert payload(short, model, definition=False) == payload(short, model) | {"definition": None}


def test_a_projection_has_units_and_holds_of_its_own():
    model = untrained_model(rnnviz.load("names-lstm"), "lstmp")
    trace = model.trace("Ada", interventions=[Hold("hidden", 1, units=3)])
    sent, cell = payload(trace, model), model.network.layers[0][0]
    assert sent["units"] == {name: cell.units(name) for name in trace.definition.by_name}
    for name, numbers in sent["values"].items():
        np.testing.assert_array_equal(floats(numbers).reshape(len(trace), -1), trace[name])
    held = np.frombuffer(base64.b64decode(sent["holds"]["hidden"]), np.uint8).reshape(trace["hidden"].shape)
    assert (held == (np.arange(cell.units("hidden")) == 3)).all()
    assert len(floats(sent["effects"]["values"])) == cell.hidden_size
    assert sent["effects"]["label"] == "", "what is held is no projection, and so no unit contributes to an answer"


def test_the_browser_unpacks_what_json_says():
    model = rnnviz.load("names-gru")
    trace = model.trace("aab", interventions=[Hold("update", 1, 5, 2)])
    assert as_json(unpack(as_bytes(trace_data(trace, model)))) == payload(trace, model)


def test_a_trace_beyond_the_budget_is_reduced_and_says_so(monkeypatch):
    model = rnnviz.load("names-lstm")
    trace = model.trace("Schmidhuber")
    monkeypatch.setattr("rnnviz.instrument.payload_encoding.BUDGET", 19_000)
    sent = payload(trace, model)
    assert sent["reductions"] == ["without its input vectors"]
    assert sent["input_vectors"] is None
    assert set(sent["values"]) == {q.name for q in trace.definition.quantities}
    np.testing.assert_array_equal(floats(sent["values"]["cell"]), trace["cell"].ravel())
    monkeypatch.setattr("rnnviz.instrument.payload_encoding.BUDGET", 18_000)
    sent = payload(trace, model)
    assert sent["reductions"] == ["without its input vectors", "in half precision (three digits)"]
    halves = np.frombuffer(base64.b64decode(sent["values"]["cell"]), dtype="<f2")
    np.testing.assert_allclose(halves, trace["cell"].ravel(), rtol=1e-3, atol=1e-6)


def test_other_texts_models_and_layers_have_other_identities():
    lstm, gru = rnnviz.load("names-lstm"), rnnviz.load("names-gru")
    identities = [
        payload(model.trace(tokens), model, definition=False)["id"]
        for model, tokens in (
            (lstm, "ab"),
            (gru, "ab"),
            (gru.with_options(update="writes"), "ab"),
            (lstm, "ba"),
            (lstm, ["a", "b", "a"]),
        )
    ]
    traces = [lstm.trace("ab", interventions=[one]) for one in (Hold("forget", 1), Hold("forget", 0))]
    identities += [payload(trace, lstm, definition=False)["id"] for trace in traces]
    assert len(set(identities)) == len(identities)


def test_other_rows_leave_the_identity_and_have_their_own():
    model = rnnviz.load("names-lstm")
    trace = model.trace("ab")
    rows = [TokenValues("x", np.full((3, 3), value), "#CC79A7", 1.0) for value in (1.0, 2.0)]
    none, one, two = (payload(trace, model, token_values=sent) for sent in (None, {"a": rows[0]}, {"a": rows[1]}))
    assert none["id"] == one["id"] == two["id"]
    assert len({none["token_values_id"], one["token_values_id"], two["token_values_id"]}) == 3
    assert payload(trace, model, token_values={"a": rows[0]})["token_values_id"] == one["token_values_id"]


def test_rows_are_sent_as_they_are_and_only_in_the_right_shape():
    model = rnnviz.load("names-lstm")
    trace = model.trace("ab")
    values, part = np.arange(9.0).reshape(3, 3), np.array([1.0, 2.0, 3.0])
    rows = TokenValues("Title", values, "#CC79A7", 8, parts={"rest": part}, total=("all", part * 2))
    sent = json.loads(json.dumps(payload(trace, model, token_values={"a": rows})))["token_values"]["a"]
    np.testing.assert_array_equal(floats(sent["values"]), values.ravel())
    assert sent["parts"][0]["title"] == "rest" and sent["total"]["title"] == "all"
    np.testing.assert_array_equal(floats(sent["parts"][0]["values"]), part)
    np.testing.assert_array_equal(floats(sent["total"]["values"]), part * 2)
    with raises(ArrayError, name="a", shape=(2, 3), expected=(3, 3)):
        payload(trace, model, token_values={"a": TokenValues("x", values[:2], "#CC79A7", 1)})
    with raises(ArrayError, name="rest", shape=(2,), expected=(3,)):
        payload(trace, model, token_values={"a": TokenValues("x", values, "#CC79A7", 1, parts={"rest": part[:2]})})


def test_what_is_held_swapped_and_removed_goes_along():
    model = rnnviz.load("names-lstm")
    changes = [Remove(2), Swap(4, "x"), Hold("forget", 1, 5, (1, 3)), Freeze(6, 5)]
    sent = payload(model.trace("Dubois", interventions=changes), model)
    assert sent["typed_steps"] == [1, 3, 4, 5, 6, 7] and sent["swapped_steps"] == [4]
    assert set(sent["holds"]) == {"forget", "hidden", "cell"}
    held = {name: np.frombuffer(base64.b64decode(text), "u1").reshape(6, 64) for name, text in sent["holds"].items()}
    assert np.argwhere(held["forget"] == 1).tolist() == [[0, 5], [1, 5]] and not (held["forget"] == 2).any()
    for name in ("hidden", "cell"):
        assert np.argwhere(held[name]).tolist() == [[3, 6]] and held[name][3, 6] == 2
    plain = payload(model.trace("Dubois"), model)
    assert (plain["typed_steps"], plain["swapped_steps"], plain["holds"]) == ([1, 2, 3, 4, 5, 6, 7], [], {})


def test_a_model_is_sent_with_all_that_a_run_needs():
    model = rnnviz.load("names-lstm")
    network, sent = model.network, json.loads(json.dumps(model_data(model)))
    (cell,), ((layer,),) = network.layers[0], sent["layers"]
    assert (layer["direction"], layer["units"]["hidden"], layer["input_size"]) == (
        "forward",
        cell.units("hidden"),
        cell.input_size,
    )
    for parameter, array in cell.parameters.items():
        np.testing.assert_array_equal(floats(layer["weights"]["arrays"][parameter]), array.ravel())
    for name, array in (("embedding", network.embedding), ("readout", network.readout_weight)):
        assert (sent[name]["rows"], sent[name]["columns"]) == array.shape
        np.testing.assert_array_equal(floats(sent[name]["values"]), array.ravel())
    np.testing.assert_array_equal(floats(sent["readout_bias"]), network.readout_bias)
    assert (sent["merge"], sent["labels"]) == (network.merge, list(model.labels))
    right_sides = {equation["target"]: from_json(equation["right"]) for equation in sent["cells"][0]["equations"]}
    assert right_sides == model.definition.equations


def test_a_what_if_brings_the_unchanged_run_at_the_steps_that_are_left():
    model = rnnviz.load("names-lstm")
    changed, unchanged = model.trace("Mariana", interventions=[Remove(3), Hold("forget", 1)]), model.trace("Mariana")
    sent = payload(changed, model)["unchanged"]
    rows = [0, 1, 3, 4, 5, 6, 7]
    for quantity, numbers in sent["values"].items():
        np.testing.assert_allclose(floats(numbers), unchanged[quantity][rows].ravel(), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(floats(sent["probabilities"]), unchanged.probabilities[rows].ravel(), rtol=1e-6)
    np.testing.assert_allclose(floats(sent["effects"]["values"]), unit_effects(unchanged).values, atol=1e-6)
    assert sent["effects"]["label"] == unit_effects(unchanged).label


def test_a_run_without_interventions_brings_no_other():
    model = rnnviz.load("names-lstm")
    assert payload(model.trace("Mariana"), model)["unchanged"] is None


def test_the_same_run_of_another_text_has_another_identity():
    model = rnnviz.load("names-lstm")
    runs = [model.trace(text, interventions=[Remove(3)]) for text in ("Mariana", "Maxiana")]
    assert runs[0].fingerprint == runs[1].fingerprint
    assert payload(runs[0], model)["id"] != payload(runs[1], model)["id"]
