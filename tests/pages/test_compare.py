"""The Compare page's logic: its numbers are those of the traces and analyses, and its sentences are true."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import cost, reach
from rnnviz.cells import CELLS, GRU, LSTM, RNN
from rnnviz.figures.score_chart import format_score
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary, visible
from rnnviz.ui.pages.compare import COMPARISONS
from rnnviz.ui.pages.compare.costs_panel import compare_setups
from rnnviz.ui.pages.compare.gate_roles import RolePart, parts_by_role
from rnnviz.ui.pages.compare.score_differences import compare_scores, p_value, paired_tests
from rnnviz.ui.shared.catalogue import TaskModels
from rnnviz.ui.shared.markdown import percent
from rnnviz.ui.shared.session_keys import OWN_TASKS
from rnnviz.ui.shared.text_box import TOKENS

from ..tied_lstm import TiedLSTM
from .app_pages import (
    charts,
    figure,
    instrument_data,
    instrument_values,
    numbers,
    page_text,
    runs_beside,
    sent_data,
    slots,
)
from .test_memory import APP, memory, others  # noqa: F401 - `others` is a fixture

THREE = ["rnn", "gru", "lstm"]
TASKS = ["names", "reviews", "shakespeare", "counter", "recall"]


pytestmark = pytest.mark.usefixtures("open_door")


def compare(**link: str) -> AppTest:
    return memory("compare", **link)


def runs(task: str, text: str) -> dict[str, rnnviz.Trace]:
    return {cell: rnnviz.load(f"{task}-{cell}").trace(text, limit=TOKENS) for cell in THREE}


def predicted(trace: rnnviz.Trace, step: int, digits: int = 1) -> tuple[str, str]:
    """The prediction after a step and its probability, as the page writes them."""
    now = trace.probabilities[step - 1]
    return visible(trace.labels[int(now.argmax())]), percent(now.max(), digits)


# ---- one text, all cells ----------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("mode", COMPARISONS)
def test_every_task_opens_on_a_comparison(task, mode):
    app = compare(task=task, mode=mode)
    assert not app.warning and not app.error and not app.info
    assert len(slots(app, "heatmaps")) >= 3
    said = "said" if mode == "cells" else "texts-said"
    assert any(chart.proto.id.endswith(f"-chart-{said}") for chart in app.get("plotly_chart"))
    keys = [one.key for one in app.segmented_control]
    assert ("cell" in keys) == (mode == "texts")  # all cells are compared: there is none to choose


def test_it_opens_where_the_cells_end_in_disagreement():
    app = compare()
    text = app.text_input(key="text").value
    ends = {predicted(trace, len(trace))[0] for trace in runs("reviews", text).values()}
    assert len(ends) > 1


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("names", "Schmidhuber"), ("names", "O'Connor"), ("names", "Rossi"), ("names", "a"), ("names", "<b>*x*</b>"),
        ("reviews", "The food was great, but the service was not."), ("reviews", "not bad"),
        ("recall", "Ehgfa?"), ("shakespeare", "To be, or not"), ("counter", "aababb"),
    ],
)  # fmt: skip
def test_the_first_disagreement_is_that_of_the_traces(task, text):
    read = runs(task, text)
    steps = len(read["lstm"])
    words = [[predicted(trace, step)[0] for trace in read.values()] for step in range(1, steps + 1)]
    asked = range(1, steps + 1) if task in ("shakespeare", "counter") else [steps]  # by their cards
    differ = [step for step, labels in enumerate(words, 1) if len(set(labels)) > 1 and step in asked]
    app = compare(task=task, text=text)
    summary = app.markdown[0].value.replace("\\", "")
    assert any(word in summary for word in ("disagree", "differ:")) == bool(differ)
    for step in {*differ[:1], steps}:
        for cell, trace in read.items():
            label, probability = predicted(trace, step)
            assert f"**{label}**" in summary and f"{CELLS[cell].title} {probability}" in summary
    if differ and len(asked) > 1:
        assert f"step {differ[0]} (“{visible(read['lstm'].tokens[differ[0] - 1])}”)" in summary
    if len(differ) > 1:
        assert f"{len(differ)} of {steps} steps" in summary
    table = app.table[0].value.map(lambda words: words.replace("\\", ""))
    assert [int(step) for step, mark in zip(table["step"], table["≠"], strict=True) if mark] == differ
    for cell, trace in read.items():
        shown = [", ".join(predicted(trace, step, 0)) for step in range(1, steps + 1)]
        marked = [text if step in asked else f"({text})" for step, text in enumerate(shown, 1)]
        assert list(table[CELLS[cell].title]) == marked


def test_predictions_and_states_are_those_of_the_traces():
    app = compare(task="names", text="Nakamura")
    read = runs("names", "Nakamura")
    lines = {line["name"]: numbers(line["y"]) for line in figure(app, "said")}
    beside = runs_beside(app) | {"lstm": instrument_values(app)}
    assert set(beside) == set(THREE)
    for cell, trace in read.items():
        expected = trace.probabilities[:, trace.labels.index("Japanese")]
        np.testing.assert_allclose(lines[CELLS[cell].title], expected, rtol=1e-6)
        for name in ("prediction", *trace.definition.states):
            np.testing.assert_array_equal(
                beside[cell][name], trace.probabilities if name == "prediction" else trace[name]
            )
    app.selectbox(key="label-names-lstm").set_value("Italian").run()
    lines = {line["name"]: numbers(line["y"]) for line in figure(app, "said")}
    expected = read["gru"].probabilities[:, read["gru"].labels.index("Italian")]
    np.testing.assert_allclose(lines["GRU"], expected, rtol=1e-6)


def test_every_quantity_is_shown_once_in_the_run_of_its_cell():
    app = compare(task="names", text="Nakamura")
    shown = [
        (data.get("run", "lstm"), name)
        for data in slots(app, "heatmaps")
        for name in data["quantities"].split(",")
        if name != "prediction"
    ]
    expected = {(cell, q.name) for cell, t in runs("names", "Nakamura").items() for q in t.definition.quantities}
    assert len(shown) == len(set(shown)) and set(shown) == expected
    assert "1 − z" in page_text(app)


def test_a_run_is_sent_once_and_again_only_when_it_changes():
    app = compare(task="names", text="Nakamura")
    assert all("values" in run["payload"] for run in sent_data(app)["runs"])
    app.selectbox(key="label-names-lstm").set_value("Italian").run()
    again = sent_data(app)
    assert not any("values" in payload for payload in (again, *(run["payload"] for run in again["runs"])))
    app.text_input(key="text").set_value("Rossi").run()
    assert all("values" in run["payload"] for run in sent_data(app)["runs"])
    app.segmented_control(key="compare-mode").set_value("texts").run()
    app.text_input(key="other-names").set_value("Rossini").run()
    data = sent_data(app)
    assert "values" not in data and "values" in data["runs"][0]["payload"]


def test_a_page_that_runs_again_sends_no_number_twice():
    app = compare(task="names", text="Nakamura", mode="texts")
    assert "values" in sent_data(app)
    app.run()
    assert "values" not in sent_data(app)


def test_roles_are_read_off_the_equations():
    assert parts_by_role(LSTM.define()) == {
        "keeps": [RolePart("forget")],
        "writes": [RolePart("input")],
        "proposes": [RolePart("candidate")],
        "shows": [RolePart("output")],
        "other": [],
    }
    for update, opposite in (("keeps", "writes"), ("writes", "keeps")):
        found = parts_by_role(GRU.define(reset="after", update=update))
        assert found[update] == [RolePart("update")]
        assert found[opposite] == [RolePart("update", one_minus=True, shown_under=update)]
        assert (found["shows"], found["other"]) == ([], [RolePart("reset")])
    assert not any(parts_by_role(RNN.define()).values())
    assert {role: [part.quantity for part in parts] for role, parts in parts_by_role(TiedLSTM.define()).items()} == {
        "keeps": ["forget"], "writes": ["input"], "proposes": ["candidate"], "shows": ["output"], "other": [],
    }  # fmt: skip


def test_what_acts_inside_a_gate_or_the_candidate_is_not_what_could_be_written():
    for cell, inside in (("mlstm", "intermediate_state"), ("janet", "sum")):
        parts = parts_by_role(CELLS[cell].define())
        assert parts["proposes"] == [RolePart("candidate")] and parts["writes"] == [RolePart("input")]
        assert parts["other"] == [RolePart(inside)]


@pytest.mark.parametrize("cell", CELLS)
def test_every_quantity_but_the_states_of_a_gated_cell_has_one_place(cell):
    definition = CELLS[cell].define()
    places = [part.quantity for parts in parts_by_role(definition).values() for part in parts if not part.shown_under]
    assert sorted(places) == sorted(q.name for q in definition.quantities if q.role != "state")


@pytest.mark.parametrize("step", [None, 3])
def test_how_far_back_each_reaches(step):
    link = {} if step is None else {"step": str(step)}
    app = compare(task="names", text="Nakamura", **link)
    lines = {line["name"]: numbers(line["customdata"]) for line in figure(app, "reach-cells")}
    for cell, trace in runs("names", "Nakamura").items():
        expected = reach(trace, to=step)
        read = slice(0, step)
        np.testing.assert_allclose(lines[CELLS[cell].title][read], expected[read], rtol=1e-6)


@pytest.mark.parametrize("task", TASKS)
def test_costs_and_scores_are_those_of_the_analysis_and_the_cards(task):
    app = compare(task=task)
    table = app.table[1].value.map(lambda text: text.replace("\\", ""))
    for row, cell in enumerate(THREE):
        model, card = rnnviz.load(f"{task}-{cell}"), zoo.card(f"{task}-{cell}")
        layer = model.network.layers[0][0]
        spent = cost(cell, layer.input_size, layer.hidden_size, **layer.options)
        values = (f"{spent.parameters:,}", f"{spent.multiply_adds:,}", format_score(card["scores"]))
        assert list(table.iloc[row])[1:] == [*values, f"{card['scores']['n']:,}"]
    assert table.iloc[3, 0].startswith("chance")


def test_scores_differ_by_more_than_their_uncertainty_or_not():
    def cards(*scores):
        return {
            cell: {"scores": {"metric": "accuracy", "test": test, "standard_error": error}}
            for cell, (test, error) in zip(THREE, scores, strict=False)
        }

    assert compare_scores(cards((0.80, 0.01), (0.82, 0.01))) == {("rnn", "gru"): False}
    assert compare_scores(cards((0.80, 0.01), (0.84, 0.01))) == {("rnn", "gru"): True}
    assert compare_scores(cards((0.80, None), (0.84, 0.01))) == {("rnn", "gru"): None}
    assert compare_scores(cards((0.8, 0.1))) == {}


def test_paired_tests_name_the_better_cell_first():
    cards = {cell: zoo.card(f"names-{cell}") for cell in THREE}
    found = paired_tests(cards)
    assert len(found) == 3
    for (better, worse), entry in found.items():
        mean = {cell: np.mean([run["test"] for run in cards[cell]["seeds"]]) for cell in (better, worse)}
        assert mean[better] - mean[worse] == pytest.approx(entry["all_seeds"]["difference"], abs=1e-5)
        assert entry["all_seeds"]["difference"] >= 0


def test_a_model_trained_again_has_no_paired_tests():
    cards = {cell: zoo.card(f"names-{cell}") for cell in THREE}
    without = {name: entry for name, entry in cards["gru"].items() if name != "comparisons"}
    assert paired_tests(cards | {"gru": without}) == {}
    other = json.loads(json.dumps(cards["gru"]))
    other["comparisons"]["with"]["rnn"]["models"]["p"] /= 2
    assert paired_tests(cards | {"gru": other}) == {}


def test_the_tests_are_told_with_their_numbers():
    app = compare(task="names")
    text = page_text(app).replace("\\", "")
    for (better, worse), entry in paired_tests({cell: zoo.card(f"names-{cell}") for cell in THREE}).items():
        ahead = f"{CELLS[better].title} is **ahead of** {CELLS[worse].title}"
        assert (ahead in text) == (entry["all_seeds"]["corrected"] < 0.05)
        assert p_value(entry["all_seeds"]["corrected"]) in text
        alone = entry["models"]
        table = app.table[2].value.map(lambda words: words.replace("\\", ""))
        row = table[table.iloc[:, 0] == f"{CELLS[better].title} and {CELLS[worse].title}"].iloc[0]
        assert str(alone["alone"]) in row.iloc[1] and str(alone["peer_alone"]) in row.iloc[1]
        assert row.iloc[2] == p_value(alone["corrected"])


def test_without_any_difference_there_is_nothing_to_test():
    tests = paired_tests({cell: zoo.card(f"counter-{cell}") for cell in THREE})
    assert len(tests) == 3 and not any(entry["all_seeds"]["difference"] for entry in tests.values())
    for task, tells in (("counter", False), ("reviews", True)):
        assert ("Holm" in page_text(compare(task=task))) == tells


def test_the_setups_are_those_of_the_cards():
    found = {cell: zoo.card(f"reviews-{cell}") for cell in THREE}
    setups = compare_setups(found)
    assert setups.same == {"size", "split", "budget"}
    assert setups.by_cell == {"learning_rate": [0.001, 0.002, 0.002]}  # what a card leaves out is the default
    found["rnn"] = found["rnn"] | {"split": {"train": 1}}
    assert compare_setups(found).same == {"size", "budget"}


# ---- other tasks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", COMPARISONS)
def test_a_task_with_one_cell_several_layers_and_directions(mode, others):  # noqa: F811
    app = compare(task="deeper", cell="lstm", text="abbab", other="abab", mode=mode)
    app.segmented_control(key="layer").set_value(1).run()
    app.segmented_control(key="direction").set_value("backward").run()
    assert not app.exception and not app.error


@pytest.mark.parametrize("mode", COMPARISONS)
def test_a_network_that_reads_numbers(mode, others):  # noqa: F811
    assert charts(compare(task="pairs", cell="gru", mode=mode))


def test_an_untrained_cell_is_not_compared(others):  # noqa: F811
    app = compare(task="deeper", cell="gru", text="abbab")
    assert "The GRU is not trained" in page_text(app)
    assert instrument_data(app)["cell"] == "lstm" and not runs_beside(app)


def test_another_cell_is_compared_only_where_it_is_trained(monkeypatch):
    monkeypatch.setitem(CELLS, TiedLSTM.name, TiedLSTM)
    app = compare(task="names", text="Li", cell="tied")
    assert "The Tied LSTM is not trained" in page_text(app)
    assert {instrument_data(app)["cell"], *runs_beside(app)} == set(THREE)


def test_the_sessions_own_models_are_compared_without_a_card():
    letters = Vocabulary.collect("characters", ["ab"])
    rng = np.random.default_rng(0)
    models = {
        cell: Model(
            f"mine-{cell}",
            Network.random(cell, hidden=size, vocabulary=len(letters), embedding=2, classes=2, rng=rng),
            letters,
            ["no", "yes"],
        )
        for cell, size in (("rnn", 3), ("gru", 4))
    }
    names = {cell: model.name for cell, model in models.items()}
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state[OWN_TASKS] = {"mine": TaskModels("mine", "Mine", "letters", ["abba", "ab"], names, own=models)}
    app.query_params["task"], app.query_params["cell"] = "mine", "gru"
    app.switch_page("pages/compare.py").run()
    assert not app.exception
    text = app.text_input(key="text").value
    shown = runs_beside(app) | {"gru": instrument_values(app)}
    for cell, model in models.items():
        np.testing.assert_array_equal(shown[cell]["hidden"], model.trace(text)["hidden"])
    assert list(app.table[1].value["held-out score"]) == ["not measured"] * 2
    app.segmented_control(key="compare-mode").set_value("texts").run()
    assert not app.exception and app.text_input(key="other-mine").value == "ab"


def test_the_most_likely_label_follows_the_text():
    app = compare(task="reviews", text="not bad")
    picker = app.selectbox(key="label-reviews-lstm")
    assert picker.options[0] == "the most likely"  # the same words for every text: the browser hands back the words
    for text in ("I like it", "not bad"):
        app.text_input(key="text").set_value(text).run()
        trace = rnnviz.load("reviews-lstm").trace(text)
        lines = {line["name"]: numbers(line["y"]) for line in figure(app, "said")}
        expected = trace.probabilities[:, int(trace.probabilities[-1].argmax())]
        np.testing.assert_allclose(lines["LSTM"], expected, rtol=1e-6)


def test_a_lesson_can_hide_the_choice_and_the_boxes():
    app = compare(mode="texts", other="The film was good", hide="tabs,typing")
    assert not app.text_input and not [one for one in app.segmented_control if one.key == "compare-mode"]
    second = rnnviz.load("reviews-lstm").trace("The film was good")
    np.testing.assert_array_equal(runs_beside(app)["other"]["hidden"], second["hidden"])
