"""Write on: what the menu appends to the text is what the model draws, and the instrument says so."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz.interventions import Hold
from rnnviz.model import Model
from rnnviz.network import Network, predicted
from rnnviz.text.tokens import Vocabulary
from rnnviz.ui.shared.catalogue import TaskModels
from rnnviz.ui.shared.markdown import prediction
from rnnviz.ui.shared.session_keys import (
    OWN_TASKS,
    WRITE_ON_COUNT,
    WRITE_ON_MENUS,
    WRITE_ON_SEED,
    WRITE_ON_TEMPERATURE,
    WRITE_ON_TOP,
)
from rnnviz.ui.shared.text_box import TOKENS

from ..strange_networks import strange_tasks
from .app_pages import instrument_data, instrument_values

PAGE = Path(__file__).parents[2] / "app.py"


def explore(own: Model | None = None, **link: str) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    if own is not None:
        cell, example = own.network.cell_name, own.vocabulary.example
        app.session_state[OWN_TASKS] = {
            "own": TaskModels("own", "own", "letters", [example], {cell: own.name}, own={cell: own})
        }
        link = {"task": "own", "cell": cell, **link}
    for name, value in link.items():
        app.query_params[name.rstrip("_")] = value
    return opened(app.run())


def opened(app: AppTest) -> AppTest:
    """The page with its menu open."""
    menus = app.session_state[WRITE_ON_MENUS] if WRITE_ON_MENUS in app.session_state else 0  # noqa: SIM401
    app.session_state[f"write-on-{menus}"] = True
    return app.run()


def typed(app: AppTest) -> str:
    return app.text_input(key="text").value


def test_it_appends_what_the_model_draws():
    app = explore(task="shakespeare", cell="gru", text="ROMEO:⏎")
    app.number_input(key=WRITE_ON_COUNT).set_value(30)
    app.slider(key=WRITE_ON_TEMPERATURE).set_value(0.5)
    app.number_input(key=WRITE_ON_SEED).set_value(3)
    app.number_input(key=WRITE_ON_TOP).set_value(4)
    app.button(key="go-on").click().run()
    model = rnnviz.load("shakespeare-gru")
    written = model.generate("ROMEO:\n", steps=30, temperature=0.5, top_k=4, seed=3)
    draws = list(written)
    assert not app.exception
    assert typed(app) == written.text.replace("\n", "⏎")
    data = instrument_data(app)
    assert [draw["step"] for draw in data["notes"]["drawn"]] == [draw.step - 1 for draw in draws]
    shown = data["notes"]["drawn"][7]
    assert shown["label"] == draws[7].label
    assert shown["share"] == pytest.approx(float(draws[7].probabilities[draws[7].index]))
    assert shown["drawn_share"] == pytest.approx(float(draws[7].drawn_from[draws[7].index]))
    assert len(data["tokens"]) == 7 + 30


def test_another_one_begins_where_the_first_did():
    app = explore(task="shakespeare", cell="lstm", text="KING")
    assert app.button(key="another-one").disabled
    app.button(key="go-on").click().run()
    first = typed(app)
    opened(app).button(key="another-one").click().run()
    assert first.startswith("KING") and typed(app).startswith("KING") and typed(app) != first
    assert len(typed(app)) == len(first)
    opened(app).button(key="go-on").click().run()
    assert len(typed(app)) == 4 + 80


def test_an_edited_text_is_not_marked_as_written():
    app = explore(task="shakespeare", cell="gru")
    app.button(key="go-on").click().run()
    app.text_input(key="text").set_value(typed(app) + "x").run()
    assert "drawn" not in instrument_data(app)["notes"]


def test_what_is_held_is_held_while_it_writes():
    app = explore(task="shakespeare", cell="lstm", text="ROMEO: ", if_="forget=0")
    app.slider(key=WRITE_ON_TEMPERATURE).set_value(0.0)
    app.button(key="go-on").click().run()
    written = rnnviz.load("shakespeare-lstm").generate(
        "ROMEO: ", steps=40, temperature=0, interventions=[Hold("forget", 0)]
    )
    list(written)
    assert typed(app) == written.text.replace("\n", "⏎")


def test_the_counter_ends_its_text():
    app = explore(task="counter", cell="lstm", text="aaab")
    app.slider(key=WRITE_ON_TEMPERATURE).set_value(0.0)
    app.button(key="go-on").click().run()
    assert typed(app) == "aaabbb"
    assert [draw["label"] for draw in instrument_data(app)["notes"]["drawn"]] == ["b", "b", "end"]


def test_it_stops_where_the_page_does():
    app = explore(task="shakespeare", cell="gru", text="a" * (TOKENS - 5))
    app.button(key="go-on").click().run()
    assert len(typed(app)) == TOKENS
    assert opened(app).button(key="go-on").disabled and not app.exception


@pytest.mark.parametrize("task", ["names", "reviews", "recall"])
def test_a_model_that_answers_something_else_has_no_such_menu(task):
    app = explore(task=task)
    assert not app.exception
    assert "go-on" not in [button.key for button in app.button]


def test_a_run_begins_with_the_states_that_another_text_leaves():
    model = rnnviz.load("shakespeare-lstm")
    app = explore(task="shakespeare", cell="lstm", text="and so", after="O Romeo, ")
    whole = model.trace("O Romeo, and so")
    shown = instrument_values(app)
    for name in ("hidden", "cell", "forget"):
        np.testing.assert_allclose(shown[name], whole[name][9:], atol=1e-5)
    assert any("O Romeo" in remark for remark in instrument_data(app)["notes"]["remarks"])
    app.slider(key=WRITE_ON_TEMPERATURE).set_value(0.0)
    app.button(key="go-on").click().run()
    written = model.generate("O Romeo, and so", steps=40, temperature=0)
    list(written)
    assert "O Romeo, " + typed(app) == written.text.replace("\n", "⏎")


def test_an_experiment_begins_where_the_run_does():
    model = rnnviz.load("names-lstm")
    app = explore(task="names", cell="lstm", text="ura", after="Nakam")
    app.session_state["what-if-menu-0"] = True
    app.run()
    assert not app.exception
    label, share = predicted(model.labels, model.trace("Nakamura").probabilities[-1])
    assert prediction(label, share) in app.table[0].value["last prediction"].iloc[0]


def test_a_text_to_begin_after_that_cannot_be_read_is_named_and_left_out():
    app = explore(task="counter", cell="lstm", text="ab", after="   ")
    assert not app.exception and len(instrument_data(app)["tokens"]) == 2


def test_a_text_to_begin_after_of_which_something_is_left_out_says_so():
    app = explore(task="shakespeare", cell="gru", text="ab", after="x" * (TOKENS + 9) + "§")
    assert any(str(TOKENS) in remark for remark in instrument_data(app)["notes"]["remarks"])
    app = explore(task="shakespeare", cell="gru", text="ab", after="§x")
    assert any("§" in remark and "<unk>" in remark for remark in instrument_data(app)["notes"]["remarks"])


def test_states_that_are_no_numbers_are_no_beginning():
    task = strange_tasks()["grows"]
    app = explore(own=task.models["rnn"], text="ab", after=task.text)
    assert not app.exception and len(instrument_data(app)["tokens"]) == 2
    assert len(instrument_data(app)["notes"]["remarks"]) == 1


def test_it_stops_before_a_token_that_would_be_read_as_another():
    tokens = ("a", "e", "\u0301")  # an accent joins the letter before it
    network = Network.random("gru", hidden=4, vocabulary=3, embedding=3, classes=3, rng=np.random.default_rng(0))
    model = Model("own", network, Vocabulary("characters", tokens), list(tokens))
    app = explore(own=model, text="ae")
    app.number_input(key=WRITE_ON_SEED).set_value(0)
    app.button(key="go-on").click().run()
    drawn = [draw.token for draw in model.generate("ae", steps=40, temperature=0.8, seed=0)]
    kept = drawn[: drawn.index("\u0301")]
    data = instrument_data(app)
    assert not app.exception and typed(app) == "ae" + "".join(kept)
    assert [draw["label"] for draw in data["notes"].get("drawn", [])] == kept
    assert len(data["tokens"]) == 2 + len(kept) and len(app.warning) == 1
