"""The Memory page's logic: its figures are the analyses, its changes are in the link, and nothing typed breaks it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz.analysis import ablation, attribution, gradient_flow, kept_by_gate, memory_shares, reach, unit_effects
from rnnviz.checkpoints.native.model_files import save_pair
from rnnviz.interventions import parse, parse_all
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from rnnviz.ui.pages.memory import QUESTIONS
from rnnviz.ui.shared import catalogue
from rnnviz.ui.shared.text_box import TOKENS

from .app_pages import charts, figure, instrument_data, instrument_values, numbers, page_text, runs_beside, slots

APP = Path(__file__).parents[2] / "app.py"
CELLS = ["rnn", "gru", "lstm"]


pytestmark = pytest.mark.usefixtures("open_door")


def memory(page: str = "memory", **link: str) -> AppTest:
    """The page as a link opens it."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app = app.run() if page == "explore" else app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_question_is_answered_for_every_cell(question, cell):
    app = memory(question=question, cell=cell)
    assert not app.warning and not app.error
    assert app.segmented_control(key="memory-question").value == question


@pytest.mark.parametrize("text", ["Nakamura", "a", "Müller-Lüdenscheidt"])
def test_the_gradient_of_all_three_cells_is_that_of_the_analysis(text):
    app = memory(task="names", text=text, question="reach")
    for cell in CELLS:
        norms = gradient_flow(rnnviz.load(f"names-{cell}").trace(text)).norms
        (heatmap,) = (t for t in figure(app, f"gradient-{cell}") if t["type"] == "heatmap")
        shown = numbers(heatmap["customdata"])
        below = np.tril(np.ones_like(norms, dtype=bool))
        np.testing.assert_allclose(shown[below], norms[below], rtol=1e-6)


def test_the_curve_is_the_reach_of_the_guide_and_of_compare():
    app = memory(task="names", text="Nakamura", question="reach")
    curves = figure(app, "reach-curve")
    assert len(curves) == len(CELLS)
    shown = {tuple(np.round(numbers(curve["customdata"]), 5)) for curve in curves}
    assert shown == {tuple(np.round(reach(rnnviz.load(f"names-{cell}").trace("Nakamura")), 5)) for cell in CELLS}


def bars(app: AppTest) -> np.ndarray:
    return numbers(next(t for t in figure(app, "attribution") if t["type"] == "bar")["y"])


def test_on_the_default_text_the_first_symbol_is_what_made_it_say_this():
    assert int(np.abs(bars(memory())).argmax()) == 0


@pytest.mark.parametrize("method", ["swap", "integrated-gradients", "gradient"])
def test_what_made_it_say_this_is_the_attribution(method):
    trace = rnnviz.load("reviews-lstm").trace("not good at all")
    app = memory(task="reviews", text="not good at all", method=method)
    wanted = attribution(trace, method=method.replace("-", " "))
    np.testing.assert_allclose(bars(app), wanted.values, rtol=1e-5)
    assert not app.warning


def test_why_this_rather_than_that():
    trace = rnnviz.load("names-lstm").trace("Nakamura")
    app = memory(task="names", text="Nakamura")
    assert [app.selectbox(key=f"{k}label-names-lstm").value for k in ("", "other-")] == [
        "",
        "",
    ]  # None would be no choice
    app.selectbox(key="label-names-lstm").set_value("Italian").run()
    np.testing.assert_allclose(bars(app), attribution(trace, "Italian").values, rtol=1e-5)
    app.selectbox(key="other-label-names-lstm").set_value("Japanese").run()
    np.testing.assert_allclose(bars(app), attribution(trace, "Italian", against="Japanese").values, rtol=1e-5)
    app.selectbox(key="label-names-lstm").set_value("Japanese").run()  # is no longer compared with itself
    assert not app.exception
    np.testing.assert_allclose(bars(app), attribution(trace, "Japanese").values, rtol=1e-5)


def test_the_labels_asked_about_are_in_the_link():
    app = memory(task="names", text="Nakamura", label="Italian", **{"rather-than": "Japanese"})
    trace = rnnviz.load("names-lstm").trace("Nakamura")
    np.testing.assert_allclose(bars(app), attribution(trace, "Italian", against="Japanese").values, rtol=1e-5)
    app.selectbox(key="label-names-lstm").set_value("German").run()
    assert app.query_params["label"] in ("German", ["German"])
    assert len(memory(task="names", text="Nakamura", label="Klingon").warning) == 1


def test_where_the_integral_does_not_converge_a_swap_is_shown():
    app = memory(method="integrated-gradients")
    assert len(app.warning) == 1
    model = rnnviz.load("recall-lstm")
    np.testing.assert_allclose(bars(app), attribution(model.trace(model.card["examples"][0])).values, rtol=1e-5)


def test_who_wrote_it_opens_where_the_sums_mean_something():
    def task(app: AppTest) -> str:
        return app.selectbox(key="task").value

    app = memory()
    assert task(app) == "recall"
    for question, opened in (("writers", "reviews"), ("reach", "recall"), ("writers", "reviews")):
        app.segmented_control(key="memory-question").set_value(question).run()
        assert not app.exception and task(app) == opened
    app.text_input(key="text").set_value("not bad").run()
    app.segmented_control(key="memory-question").set_value("causes").run()
    assert task(app) == "reviews" and app.text_input(key="text").value == "not bad"
    assert task(memory(task="names", question="writers")) == "names"


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_memory_of_the_chosen_unit_or_the_strongest_is_split_by_step(cell):
    trace = rnnviz.load(f"names-{cell}").trace("Nakamura")
    strongest = unit_effects(trace).strongest
    for unit, link in ((7, {"unit": "7"}), (12, {"unit": "12"}), (strongest, {})):
        app = memory(task="names", text="Nakamura", cell=cell, question="writers", **link)
        (heatmap,) = (t for t in figure(app, "written") if t["type"] == "heatmap")
        shown = np.nan_to_num(numbers(heatmap["z"]))
        np.testing.assert_allclose(shown, memory_shares(trace, unit), atol=1e-6)
    most = kept_by_gate(trace).order[0]
    assert f"(unit {most})." in page_text(app).replace("\\", "")


def test_a_simple_network_shows_its_gradient_in_place_of_a_sum():
    app = memory(task="names", text="Nakamura", cell="rnn", question="writers")
    assert app.info
    assert [t["name"] for t in charts(app)] == ["gradient"]


def after(app: AppTest) -> dict[str, np.ndarray]:
    """What the heatmaps of the changed run show."""
    is_main = instrument_data(app)["comparison"]["main"] == 1
    return instrument_values(app) if is_main else runs_beside(app)["other"]


@pytest.mark.parametrize(
    ("cell", "experiment", "state"),
    [
        ("lstm", "forget=1", "cell"),
        ("lstm", "input=0", "cell"),
        ("gru", "reset=1", "hidden"),
        ("gru", "update=1", "hidden"),
    ],
)
def test_one_click_makes_an_experiment(cell, experiment, state):
    app = memory(task="names", text="Nakamura", cell=cell, question="changes")
    app.button(key=f"experiment-{experiment}").click().run()
    changed = rnnviz.load(f"names-{cell}").trace("Nakamura", interventions=parse_all(experiment))
    np.testing.assert_array_equal(after(app)[state], changed[state])
    assert app.query_params["if"] in (experiment, [experiment])


def test_without_changes_the_run_is_the_same():
    app = memory(task="names", text="Nakamura", question="changes")
    trace = rnnviz.load("names-lstm").trace("Nakamura")
    assert slots(app, "heatmaps") == [{"view": "heatmaps"}]
    for name in trace.definition.states:
        np.testing.assert_array_equal(instrument_values(app)[name], trace[name])


def test_changes_compose_and_can_be_removed():
    app = memory(task="names", text="Nakamura", question="changes", **{"if": "forget@3=0;remove@5"})
    changed = rnnviz.load("names-lstm").trace("Nakamura", interventions=parse_all("forget@3=0;remove@5"))
    columns = instrument_data(app)["comparison"]["columns"]
    assert [tuple(column) for column in columns[3:6]] == [(3, 3), (4, None), (5, 4)]
    np.testing.assert_array_equal(after(app)["cell"], changed["cell"])
    before = rnnviz.load("names-lstm").trace("Nakamura")
    np.testing.assert_array_equal(instrument_values(app)["cell"], before["cell"])
    app.multiselect(key="what-if").unselect(parse("remove@5")).run()
    alone = rnnviz.load("names-lstm").trace("Nakamura", interventions=parse_all("forget@3=0"))
    np.testing.assert_array_equal(after(app)["cell"], alone["cell"])


@pytest.mark.parametrize(
    "change",
    ["forget=1.5", "forget.64=1", "forget@10=1", "reset=1", "swap@9=x"],  # step 9 is the end mark
)
def test_an_impossible_change_is_reported_and_not_applied(change):
    app = memory(task="names", text="Nakamura", question="changes", **{"if": f"{change};forget@3=0"})
    (warning,) = app.warning
    assert f"“{change}”" in warning.value.replace("\\", "")
    changed = rnnviz.load("names-lstm").trace("Nakamura", interventions=parse_all("forget@3=0"))
    np.testing.assert_array_equal(after(app)["cell"], changed["cell"])
    assert app.multiselect(key="what-if").value == [parse(change), parse("forget@3=0")]  # kept for other texts


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=20))
def test_any_change_in_the_link_opens_the_page(text):
    app = memory(task="names", text="Nakamura", question="changes", **{"if": text})
    assert slots(app, "heatmaps")


def test_changes_follow_to_explore_and_back():
    app = memory(task="names", text="Nakamura", question="changes")
    app.button(key="experiment-forget=1").click().run()
    app.switch_page("pages/explore.py").run()
    assert not app.exception
    assert app.text_input(key="text").value == "Nakamura"
    changed = rnnviz.load("names-lstm").trace("Nakamura", interventions=parse_all("forget=1"))
    shown = instrument_values(app)
    np.testing.assert_array_equal(shown["cell"], changed["cell"])
    assert (shown["forget"] == 1).all()


@pytest.mark.parametrize("question", QUESTIONS)
def test_model_and_cell_stay_from_page_to_page(question):
    app = memory("explore", task="reviews", cell="gru", text="not good at all")
    for page in ("memory", "explore", "memory"):
        app.query_params.clear()  # as Streamlit does when the page changes
        if page == "memory":
            app.query_params["question"] = question
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception and not app.warning
        assert app.selectbox(key="task").value == "reviews"
        assert app.segmented_control(key="cell").value == "gru"
        assert app.text_input(key="text").value == "not good at all"
        assert app.query_params["cell"] in ("gru", ["gru"])


def test_a_change_replaces_an_earlier_one_of_the_same_gate():
    app = memory(task="names", text="Nakamura", question="changes")
    app.button(key="experiment-forget=0").click().run()
    app.button(key="experiment-forget=1").click().run()
    assert app.multiselect(key="what-if").value == [parse("forget=1")] and not app.warning


@pytest.mark.parametrize("typed", ["Forget = 0.5", " forget=0.5 ", "FORGET=0.5"])
def test_a_typed_change_may_have_capitals_and_spaces(typed):
    app = memory(task="names", text="Nakamura", question="changes")
    app.multiselect(key="what-if").set_value([typed]).run()
    assert app.multiselect(key="what-if").value == [parse("forget=0.5")]


def test_explore_reads_changes_from_its_link():
    app = memory("explore", task="names", text="Nakamura", **{"if": "swap@1=R"})
    changed = rnnviz.load("names-lstm").trace("Rakamura")
    np.testing.assert_array_equal(instrument_values(app)["hidden"], changed["hidden"])


def test_the_table_is_the_ablation():
    app = memory(task="names", text="Nakamura", question="units")
    table = ablation(rnnviz.load("names-lstm"), "Nakamura")
    shown = app.dataframe[0].value
    np.testing.assert_array_equal(shown["unit"], table["unit"])
    np.testing.assert_array_equal(shown["change"], table["change"])
    assert f"Without unit {table['unit'].iloc[0]}" in page_text(app)


def test_every_question_reads_a_text_at_the_limit():
    for question in QUESTIONS:
        memory(text="aab" * TOKENS, task="counter", question=question)


@pytest.fixture
def others(tmp_path, monkeypatch):
    """A deep network in two directions, and one that reads pairs of numbers."""
    rng = np.random.default_rng(0)
    letters = Vocabulary.collect("characters", ["ab"])
    deep = Network.random(
        "lstm", hidden=5, vocabulary=len(letters), embedding=3, classes=2, layers=2, bidirectional=True, rng=rng
    )
    plain = Network.random("gru", hidden=4, embedding=2, classes=2, rng=rng)
    for name, network, vocabulary, example in (
        ("deeper", deep, letters, "abba"),
        ("pairs", plain, Vocabulary("numbers", vector_size=2), "0.5 1, -1 2"),
    ):
        model = Model(f"{name}-{network.cell_name}", network, vocabulary, ["no", "yes"])
        save_pair(replace(model, card={"task": name, "examples": [example]}), tmp_path / name)
    monkeypatch.setenv("RNNVIZ_MODELS", str(tmp_path))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_network_of_several_layers_and_directions(question, others):
    app = memory(task="deeper", cell="lstm", text="abbab", question=question)
    app.segmented_control(key="layer").set_value(1).run()
    app.segmented_control(key="direction").set_value("backward").run()
    assert not app.exception and not app.error


@pytest.mark.parametrize("method", ["swap", "integrated-gradients", "gradient"])
def test_what_each_number_does(method, others):
    app = memory(task="pairs", cell="gru", method=method)
    (heatmap,) = figure(app, "attribution-map")
    trace = catalogue.model(catalogue.tasks()["pairs"], "gru").trace("0.5 1, -1 2")
    wanted = attribution(trace, method=method.replace("-", " ")).inputs
    np.testing.assert_allclose(numbers(heatmap["z"]), wanted.T, rtol=1e-5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_network_that_reads_numbers(question, others):
    assert not memory(task="pairs", cell="gru", question=question).warning
