"""The Explore page's logic: what is drawn is the trace, and no input breaks it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz.checkpoints.native.model_files import load_pair, save_pair
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from rnnviz.ui.shared.session_keys import NOTICES
from rnnviz.ui.shared.text_box import CHARACTERS, TOKENS
from tests.tied_lstm import TiedLSTM

from .app_pages import charts, instrument_data, instrument_values, numbers, page_text

PAGE = Path(__file__).parents[2] / "app.py"


def explore(**link: str) -> AppTest:
    """The page as a link opens it."""
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_what_the_instrument_shows_is_the_trace(cell):
    app = explore(text="Nakamura", cell=cell)
    trace = rnnviz.load(f"names-{cell}").trace("Nakamura")
    shown = instrument_values(app)
    assert set(shown) == {"prediction", *trace.definition.by_name}
    for name in trace.definition.by_name:
        np.testing.assert_array_equal(shown[name], trace[name])
    np.testing.assert_array_equal(shown["prediction"], trace.probabilities)
    assert not app.exception
    assert not app.get("plotly_chart"), "the figure is drawn when it is opened"


def test_opens_on_an_example():
    app = explore()
    assert not app.exception
    assert app.text_input(key="text").value == "Schmidhuber"
    assert "".join(instrument_data(app)["tokens"]) == "Schmidhuber∎"


def test_changing_the_cell_keeps_the_text():
    app = explore(text="Dubois", step="2")
    app.segmented_control(key="cell").set_value("gru").run()
    assert app.text_input(key="text").value == "Dubois"
    assert set(instrument_values(app)) == {"input_vector", "prediction", "hidden", "reset", "update", "candidate"}


def test_each_task_remembers_its_own_text():
    app = explore(text="Dubois")
    app.selectbox(key="task").set_value("counter").run()
    assert app.text_input(key="text").value == "aaaaabbbbb"
    app.text_input(key="text").set_value("aabb").run()
    app.selectbox(key="task").set_value("names").run()
    assert app.text_input(key="text").value == "Dubois"
    app.selectbox(key="task").set_value("counter").run()
    assert app.text_input(key="text").value == "aabb"


@pytest.mark.parametrize("task", ["names", "reviews", "shakespeare", "counter", "recall"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_bundled_model_opens(task, cell):
    app = explore(task=task, cell=cell)
    assert not app.exception and not app.warning
    trace = rnnviz.load(f"{task}-{cell}").trace(app.text_input(key="text").value)
    np.testing.assert_array_equal(instrument_values(app)["hidden"], trace["hidden"])


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\t\u00a0"],
)
def test_an_empty_text_gives_a_remark_and_keeps_the_last_run(text):
    app = explore(text="Dubois")
    app.text_input(key="text").set_value(text).run()
    assert not app.exception
    data = instrument_data(app)
    assert data["notes"]["dimmed"] and data["notes"]["remarks"]
    assert "".join(data["tokens"]) == "Dubois∎"
    app.text_input(key="text").set_value("Duboi").run()
    data = instrument_data(app)
    assert not data["notes"]["dimmed"] and "".join(data["tokens"]) == "Duboi∎"


def test_without_a_last_run_an_empty_text_gives_a_message():
    app = explore(text=" ")
    assert not app.exception
    assert app.info and not app.get("bidi_component")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("<script>alert(1)</script>", 26),
        ("\x00\x07\x1b[31m", 8),
        ("👩🏽‍🚀👨‍👩‍👧‍👦", 3),
        ("שלום", 5),
        ("مرحبا", 6),
        ("e\u0301a", 3),
        ("[link](javascript:alert(1)) **bold** $x$ :material/home:", 57),
    ],
)
def test_strange_text_is_read_and_its_unknown_tokens_are_named(text, tokens):
    app = explore(text=text)
    assert not app.exception
    assert instrument_values(app)["hidden"].shape == (tokens, 64)
    assert "vocabulary" in " ".join(instrument_data(app)["notes"]["remarks"]) or text == "e\u0301a"


@settings(max_examples=15)
@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_gives_a_figure_or_a_message(text):
    app = explore(text="Dubois")
    app.text_input(key="text").set_value(text).run()
    assert not app.exception
    assert instrument_data(app)["notes"]["dimmed"] or instrument_data(app)["text"] == text


def test_a_pasted_novel_is_cut_with_a_message():
    app = explore()
    app.text_input(key="text").set_value("Call me Ishmael. " * 20_000).run()
    assert not app.exception
    assert len(app.text_input(key="text").value) == CHARACTERS
    assert "340,000 characters" in app.session_state[NOTICES]["text-length"]
    assert any(f"first {TOKENS} tokens" in remark for remark in instrument_data(app)["notes"]["remarks"])
    assert instrument_values(app)["hidden"].shape == (TOKENS + 1, 64)  # and the end mark


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task", "nope"),
        ("cell", "perceptron"),
        ("step", "99"),
        ("step", "0"),
        ("step", "-1"),
        ("step", "<b>"),
        ("unit", "64"),
        ("if", "forget"),
    ],
)
def test_an_invalid_value_in_the_link_is_reported_and_can_be_dismissed(name, value):
    app = explore(**{"text": "Smith", name: value})
    assert not app.exception
    assert list(app.session_state[NOTICES]) == [f"link-{name}"]
    assert f"“{value}”" in page_text(app)
    assert "hidden" in instrument_values(app)
    app.button(key="dismiss").click().run()
    assert not app.session_state[NOTICES] and not app.warning


def test_a_new_cell_gets_its_place_with_no_other_edit():
    """tests/tied_lstm.py defines a cell; page, figure, table and equations know it by that alone."""
    app = explore(cell=TiedLSTM.name, text="Dubois")
    assert not app.exception
    assert TiedLSTM.title in app.segmented_control(key="cell").options
    assert set(instrument_values(app)) == {"prediction", *TiedLSTM.define().by_name}
    forget, write = (instrument_values(app)[name] for name in ("forget", "input"))
    np.testing.assert_allclose(forget, 1 - write, atol=1e-6)
    assert app.warning, "it is not trained, and the page must say so"


@pytest.fixture
def own_models(tmp_path, monkeypatch):
    """A folder of models that the user added: a deep one in both directions, and one that reads numbers."""
    rng = np.random.default_rng(0)
    about = {"title": "Made here", "reads": "letters", "says": "yes or no", "examples": ["ab"]}
    scores = {"metric": "accuracy", "test": 0.5, "chance": 0.5, "baseline": {"name": "none", "value": 0.5}}
    letters = Vocabulary.collect("characters", ["ab"])
    deep = Network.random(
        "gru", hidden=5, vocabulary=len(letters), embedding=3, classes=2, layers=2, bidirectional=True, rng=rng
    )
    plain = Network.random("lstm", hidden=4, embedding=2, classes=2, rng=rng)
    for name, network, vocabulary, example in (
        ("deep", deep, letters, "abba"),
        ("number", plain, Vocabulary("numbers", vector_size=2), "0.5 1, -1 2"),
    ):
        card = {**about, "task": name, "examples": [example], "scores": scores}
        save_pair(Model(f"{name}-{network.cell_name}", network, vocabulary, ["no", "yes"], card), tmp_path / name)
    save_pair(Model("bare", plain, Vocabulary("numbers", vector_size=2), ["no", "yes"]), tmp_path / "bare")
    monkeypatch.setenv("RNNVIZ_MODELS", str(tmp_path))
    return tmp_path


def test_layer_and_direction_can_be_chosen_where_there_are_several(own_models):
    app = explore(task="deep", cell="gru")
    model = load_pair(own_models / "deep")
    trace = model.trace("abba")
    assert app.segmented_control(key="layer").options == ["1 of 2", "2 of 2"]
    app.segmented_control(key="layer").set_value(1).run()
    app.segmented_control(key="direction").set_value("backward").run()
    assert not app.exception
    np.testing.assert_array_equal(instrument_values(app)["update"], trace["update", 1, "backward"])


@pytest.mark.usefixtures("own_models")
def test_numbers_are_read_and_what_is_not_a_number_is_named():
    app = explore(task="number", cell="lstm")
    assert not app.exception
    assert instrument_values(app)["hidden"].shape == (2, 4)
    app.text_input(key="text").set_value("0.5 one").run()
    assert "one" in instrument_data(app)["notes"]["remarks"][0]
    for text in ("0.5 1 2", "0.5 nan"):
        app.text_input(key="text").set_value(text).run()
        assert not app.exception and instrument_data(app)["notes"]["dimmed"]


@pytest.mark.usefixtures("own_models")
def test_a_model_without_a_card_opens_too():
    app = explore(task="bare", cell="lstm", text="1 2 3 4")
    assert not app.exception
    assert instrument_values(app)["hidden"].shape == (2, 4)


@pytest.mark.parametrize(
    ("task", "words"), [("counting", "Weights set by hand, not trained"), ("counter", "Training saw every n")]
)
def test_the_card_says_where_the_weights_come_from(task, words):
    app = explore(task=task, cell="lstm", text="aabb")
    app.session_state["about"] = True  # opens its expander
    app.run()
    assert not app.exception
    assert any(words in text.value.replace("\\", "") for text in app.expander[-1].markdown)


def test_changes_are_notes_that_can_be_taken_back():
    app = explore(text="Mariana", **{"if": "forget=1;zero.4"})
    changes = instrument_data(app)["notes"]["changes"]
    assert [change["text"] for change in changes] == ["forget=1", "zero.4"]
    assert all(change["words"] != change["text"] for change in changes)


def test_all_units_as_a_figure_is_the_trace():
    app = explore(text="Nakamura")
    app.session_state["figure"] = True
    app.run()
    trace = rnnviz.load("names-lstm").trace("Nakamura")
    drawn = {trace["name"]: trace for trace in charts(app)}
    assert [name for name in drawn if name != "prediction"] == [q.name for q in trace.definition.display_order]
    for quantity in trace.definition.display_order:
        np.testing.assert_array_equal(numbers(drawn[quantity.name]["z"]), trace[quantity.name].T)
