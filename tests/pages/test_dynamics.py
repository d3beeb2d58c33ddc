"""The Dynamics page's logic: its figures are the analyses, for the chosen cell, text and input."""

import json
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz import Model, zoo
from rnnviz.analysis import (
    components,
    fixed_points,
    lyapunov,
    modifier_effect,
    readout_direction,
    state_machine,
    step_jacobians,
)
from rnnviz.cells import RNN
from rnnviz.figures import machine_graph
from rnnviz.network import Network
from rnnviz.number_format import short_number
from rnnviz.text.tokens import Vocabulary
from rnnviz.training import TASKS
from rnnviz.ui.pages.dynamics import PARTS
from rnnviz.ui.pages.dynamics.machine_panel import MOST
from rnnviz.ui.shared.catalogue import TaskModels
from rnnviz.ui.shared.markdown import percent
from rnnviz.ui.shared.session_keys import OWN_TASKS

from ..analysis.dynamics.test_state_machine import COUNTED, small_model
from ..strategies import CHARACTERS, draw_network
from .app_pages import APP, figure, numbers, open_page, page_text

pytestmark = pytest.mark.usefixtures("open_door")

CELLS = ["rnn", "gru", "lstm"]
TEXTS = (zoo.BUNDLED / "texts" / "reviews-test.txt").read_text(encoding="utf-8").splitlines()
TEXT = "not good at all"


def dynamics(**link):
    return open_page("dynamics", **link)


def named(traces, name):
    return next(trace for trace in traces if trace["name"] == name)


def runs(model):
    return [model.trace(text) for text in TEXTS]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    ("task", "view"), [("reviews", view) for view in PARTS if view != "machine"] + [("counter", "machine")]
)
def test_every_question_is_answered_for_every_cell(task, view, cell):
    app = dynamics(task=task, view=view, cell=cell)
    assert not app.warning and not app.error and not app.info
    assert app.segmented_control(key="dynamics-view").value == view


@pytest.mark.parametrize("task", ["names", "shakespeare", "recall"])
@pytest.mark.parametrize("view", ["paths", "words", "growth"])
def test_so_it_is_for_the_other_tasks(task, view):
    assert not dynamics(task=task, view=view).error


@pytest.mark.parametrize("cell", CELLS)
def test_paths_are_projections_of_the_states(cell):
    app, model = dynamics(text=TEXT), rnnviz.load(f"reviews-{cell}")
    found = components(runs(model)).pointing_along(readout_direction(model, "positive"))
    trace = model.trace(TEXT)
    drawn = figure(app, f"path-{cell}")
    expected = found.project(np.vstack([trace.initial["hidden", 0, "forward"], trace["hidden"]]))
    line = named(drawn, "path of the text")
    np.testing.assert_allclose(np.column_stack([numbers(line["x"]), numbers(line["y"])]), expected, atol=1e-5)
    assert numbers(named(drawn, "current step")["x"]) == pytest.approx(expected[-1, 0], abs=1e-5)


def test_the_current_step_is_marked():
    model = rnnviz.load("reviews-lstm")
    found = components(runs(model)).pointing_along(readout_direction(model, "positive"))
    app = dynamics(text=TEXT, step="2")
    ring = named(figure(app, "path-lstm"), "current step")
    assert numbers(ring["x"]) == pytest.approx(found.project(model.trace(TEXT)["hidden"])[1, 0], abs=1e-5)


def test_the_arrow_is_the_direction_of_the_prediction():
    app, model = dynamics(task="counter", cell="gru", text="aab", among="task"), rnnviz.load("counter-gru")
    (chart,) = (chart for chart in app.get("plotly_chart") if chart.proto.id.endswith("-chart-path-gru"))
    arrow = next(note for note in json.loads(chart.proto.spec)["layout"]["annotations"] if note["showarrow"])
    runs_of_task = [model.trace(text) for text in model.card["examples"]]
    trace = model.trace("aab")
    predicted = model.labels[int(trace.logits[-1].argmax())]
    cosines = components(runs_of_task).turn(readout_direction(model, predicted))
    assert arrow["y"] / arrow["x"] == pytest.approx(cosines[1] / cosines[0], rel=1e-4)


def test_the_first_sentence_has_the_share_of_the_variance():
    share = components(runs(rnnviz.load("reviews-lstm"))).shares[0]
    assert f"{100 * share:.0f}\N{NO-BREAK SPACE}%" in page_text(dynamics())


@pytest.mark.parametrize("held", ["", "good"])
def test_points_are_those_of_the_analysis(held):
    app, model = dynamics(view="settling", cell="rnn", text="a good film", held=held), rnnviz.load("reviews-rnn")
    expected = fixed_points(model, held or None, runs(model))
    found = components(runs(model)).pointing_along(readout_direction(model, "positive"))
    marks = named(figure(app, "points"), "fixed and slow points")
    np.testing.assert_allclose(numbers(marks["x"]), found.project(expected.hidden)[:, 0], atol=1e-4)
    drawn = named(figure(app, "eigenvalues"), "eigenvalues")
    np.testing.assert_allclose(numbers(drawn["customdata"]), np.abs(expected.eigenvalues[0]), atol=1e-4)


def test_points_have_numbers_and_what_the_readout_says_there():
    app, model = dynamics(view="settling", cell="lstm"), rnnviz.load("reviews-lstm")
    expected = fixed_points(model, None, runs(model))
    assert numbers_of_points(app) == [f"<b>{n}</b>" for n in range(1, len(expected) + 1)]
    logits = expected.hidden @ model.network.readout_weight.T + model.network.readout_bias
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    table = app.table[0].value.set_index("point")
    shown = [text.replace("\\", "") for text in table.loc["prediction there"]]
    labels = [model.labels[k] for k in shares.argmax(axis=1)]
    wanted = [f"{label}, {percent(share.max(), 0)}" for label, share in zip(labels, shares, strict=True)]
    assert shown == wanted and set(labels) == {"positive", "negative"}


def numbers_of_points(app):
    return list(named(figure(app, "points"), "fixed and slow points")["text"])


def test_where_nothing_settles_the_page_says_how_far_it_still_moves():
    assert "no point was found" not in page_text(
        dynamics(view="settling", task="counter", cell="lstm", text="ab", held="b")
    )
    one = np.ones((1, 1))
    cell = RNN(weight_ih=one, weight_hh=one, bias_ih=np.array([0.75]), activation="relu")  # 1.75 more at every step
    model = Model("grows", Network([[cell]], np.ones((2, 1))), Vocabulary("characters", ("a", "b")), [])
    text = page_text(own_page(model, ["ab"], view="settling", held="a"))
    assert "no point was found" in text and "moves it by 1.75" in text


def test_a_point_that_no_text_comes_near_is_said_to_be_far():
    """The counting LSTM forgets a share of 2e-9 at each step, and so would settle, at hundreds of millions."""
    model = rnnviz.load("counting-lstm")
    points = fixed_points(model, "a", [model.trace("ab")])
    text = page_text(own_page(model, ["ab"], view="settling", held="a"))
    assert points.distance[0] > 1e8 and f"{points.distance[0]:,.0f} away" in text
    assert "is far from" not in page_text(dynamics(view="settling", cell="lstm"))


def test_another_point_has_its_own_eigenvalues():
    app, model = dynamics(view="settling", cell="rnn"), rnnviz.load("reviews-rnn")
    expected = fixed_points(model, None, runs(model))
    assert len(expected) > 1
    app.segmented_control(key=f"point-{len(expected)}").set_value(2).run()
    drawn = named(figure(app, "eigenvalues"), "eigenvalues")
    np.testing.assert_allclose(numbers(drawn["customdata"]), np.abs(expected.eigenvalues[1]), atol=1e-4)


def test_a_held_token_that_the_next_text_lacks_gives_way_to_the_mean():
    app = dynamics(view="settling", cell="rnn", text="a good film", held="good")
    app.text_input(key="text").set_value("a bad film").run()
    assert not app.exception and app.selectbox(key="dynamics-held").value == ""


def test_gains_are_those_of_the_analysis():
    app = dynamics(view="words", text=TEXT)
    for cell in CELLS:
        model = rnnviz.load(f"reviews-{cell}")
        line = named(figure(app, "gains"), {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}[cell])
        assert len(numbers(line["y"])) == 7
        words = ["good", "bad"]
        rough = modifier_effect(model, "not", words, "positive", runs=runs(model)).gain
        np.testing.assert_allclose(numbers(line["y"]), rough, atol=0.15)


def test_exponents_are_those_of_the_analysis():
    app = dynamics(view="growth", text=TEXT)
    line = named(figure(app, "lyapunov"), "LSTM")
    expected = lyapunov(rnnviz.load("reviews-lstm").trace(TEXT)).exponents[:16]
    np.testing.assert_allclose(numbers(line["y"]), expected, rtol=1e-5)
    product = np.linalg.multi_dot(step_jacobians(rnnviz.load("reviews-rnn").trace(TEXT))[::-1])
    assert f"{short_number(np.linalg.norm(product, 2))} in the RNN" in page_text(app)


@pytest.mark.parametrize("cell", CELLS)
def test_the_machine_is_that_of_the_analysis_on_the_texts_of_the_task(cell):
    model, text = rnnviz.load(f"counter-{cell}"), "aabbb"
    app = dynamics(view="machine", task="counter", cell=cell, text=text)
    machine = state_machine(model, texts=COUNTED)
    (graph,) = app.get("graphviz_chart")
    assert graph.proto.spec == machine_graph(machine, text)
    assert f"is in state {machine.read(text)[-1]} and answers" in graph.proto.alt
    words, states = (table.value for table in app.table)
    brackets = [
        [str(after) if is_taken else rf"\({after}\)" for after, is_taken in zip(*row, strict=True)]
        for row in zip(machine.transitions, machine.is_taken, strict=True)
    ]
    assert states[["after a", "after b"]].to_numpy().tolist() == brackets
    assert list(words["word"]) == ["".join(each.word) for each in machine.on_others.disagreements]
    shown = page_text(app)
    longer = state_machine(model, texts=["a" * n + "b" * n for n in range(1, 25)]).needed
    assert f"a machine of {len(machine)} states" in shown
    assert (f"it needs **{longer}**" if longer > len(machine) else "it needs no more") in shown


def test_the_first_step_at_which_network_and_machine_differ_is_named():
    model, text = rnnviz.load("counter-lstm"), "a" * 13 + "b" * 13
    network = [model.labels[k] for k in model.trace(text).logits.argmax(axis=1)]
    machine = state_machine(model, texts=COUNTED)
    given = [machine.answers[state] for state in machine.read(text)]
    step = next(k for k in range(len(text)) if network[k] != given[k])
    shown = page_text(dynamics(view="machine", task="counter", cell="lstm", text=text))
    assert (
        f"first differ after step {step + 1}: the network answers {network[step]}, the machine {given[step]}" in shown
    )


def own_page(model, texts, **link):
    """The page with a model of the session."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    cell = model.network.cell_name
    app.session_state[OWN_TASKS] = {
        "own": TaskModels("own", "Own", "letters", texts, {cell: model.name}, own={cell: model})
    }
    for name, value in {"task": "own", "cell": cell, **link}.items():
        app.query_params[name] = value
    app.switch_page("pages/dynamics.py").run()
    assert not app.exception
    return app


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_any_layer_and_direction_has_paths_and_points(direction):
    model = Model("deep-gru", draw_network("gru", layers=2, bidirectional=True), CHARACTERS, [*"abcd"])
    texts, place = ["a film", "no film", "but"], {"layer": "1", "direction": direction, "step": "2"}
    for view in ("settling", "words", "growth"):
        own_page(model, texts, view=view, **place)
    found = components([model.trace(text) for text in texts], 1, direction)
    ring = named(figure(own_page(model, texts, **place), "path-gru"), "current step")
    expected = found.project(model.trace(texts[0])["hidden", 1, direction])[1]
    assert (numbers(ring["x"])[0], numbers(ring["y"])[0]) == pytest.approx(tuple(expected), abs=1e-5)


@pytest.mark.parametrize("view", PARTS)
def test_states_that_never_differ_have_no_path(view):
    network = draw_network("rnn")
    network.layers[0][0].weight_hh[...] = network.layers[0][0].weight_ih[...] = 0
    app = own_page(Model("still-rnn", network, CHARACTERS, [*"abcd"]), ["a film"], view=view)
    assert app.info or view != "paths"


def test_the_machine_of_a_model_of_the_session_is_drawn():
    app = own_page(small_model("parity", "gru", 1), ["0110"], view="machine")
    (graph,) = app.get("graphviz_chart")
    assert graph.proto.spec == machine_graph(state_machine(small_model("parity", "gru", 1)), "0110")
    assert "a machine of 3 states" in page_text(app)


def test_a_machine_that_is_too_small_is_said_to_be():
    task = TASKS["counter"](longest=25)
    card = {"task": "counter", "training": {"task_options": task.options}}
    app = own_page(replace(rnnviz.load("counting-lstm"), card=card), ["aabb"], view="machine")
    machine = state_machine(rnnviz.load("counting-lstm"), texts=task.sample_texts(1), most=MOST)
    shown = page_text(app)
    assert machine.needed == 51 and "one that does has 51 states" in shown and "No machine of up to" in shown
    words, others = (table.value for table in app.table[:2])
    assert list(words["word"]) == ["".join(each.word) for each in machine.on_texts.disagreements]
    assert list(others["word"]) == ["".join(each.word) for each in machine.on_others.disagreements]


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("parity", {}),
        ("names", {}),
        ("nothing", {}),
        ("counter", {"longest": 10**9}),
        ("counter", {"longest": -1}),
        ("counter", {"longest": "12"}),
        ("counter", {"shortest": 3}),
        ("counter", ["longest"]),
    ],
)
def test_a_card_with_another_task_has_the_machine_of_all_short_words(task, options):
    model = rnnviz.load("counter-rnn")
    stranger = replace(model, card={"task": task, "training": {"task_options": options}})
    (graph,) = own_page(stranger, ["aabb"], view="machine").get("graphviz_chart")
    assert graph.proto.spec == machine_graph(state_machine(model, most=MOST), "aabb")


def test_a_model_with_many_tokens_is_not_asked_to_be_a_machine():
    app = dynamics(view="machine", task="names")
    assert app.segmented_control(key="dynamics-view").value == "paths"
    assert json.dumps(app.segmented_control(key="dynamics-view").options).count("machine") == 0
