"""Links that ask for too much, or in vain: bounded in number and length, said once, and never an error."""

import pytest

from rnnviz.interventions import format_all
from rnnviz.interventions.intervention_kinds import Hold
from rnnviz.ui.shared.link_parameters import CHANGES, MOST_CHANGES
from rnnviz.ui.shared.notices import LONGEST, MOST
from rnnviz.ui.shared.session_keys import HIDDEN, NOTICES

from .app_pages import instrument_data, open_page

pytestmark = pytest.mark.usefixtures("open_door")


def messages(app):
    return app.session_state[NOTICES]


def test_a_link_with_many_changes_keeps_as_many_as_there_is_room_for_and_says_so_once():
    listed = [Hold("forget", (k + 1) / 1000, k % 64, k % 12 + 1) for k in range(1000)]
    app = open_page("explore", **{"if": format_all(dict.fromkeys(listed))})
    assert list(messages(app)) == ["changes"]
    assert app.session_state[CHANGES.key] == tuple(listed[:MOST_CHANGES])
    assert len(instrument_data(app)["notes"]["changes"]) == MOST_CHANGES


def test_changes_that_name_very_many_units_are_left_out_too():
    app = open_page("explore", **{"if": ";".join(f"zero.0-9999@{k}" for k in range(1, 9))})
    assert len(app.session_state[CHANGES.key]) == 2 and "changes" in messages(app)


@pytest.mark.parametrize(
    "page", ["explore", "memory", "compare", "dynamics", "train", "models", "glossary", "lstm", "room"]
)
def test_ten_thousand_hidden_names_are_one_message(page):
    names = ["typing", *(f"n{k}" for k in range(10_000))]
    app = open_page(page, hide=",".join(names))
    assert list(messages(app)) == ["hide"] and len(messages(app)["hide"]) <= LONGEST
    assert app.session_state[HIDDEN] == ["typing"] and len(app.warning) == 1


@pytest.mark.parametrize("name", ["hide", "task", "cell", "layer", "direction", "if", "step", "unit"])
def test_a_message_repeats_a_bounded_part_of_what_a_link_says(name):
    app = open_page("explore", **{name: "x" * 50_000})
    assert len(messages(app)) == 1 and all(len(words) <= LONGEST for words in messages(app).values())


@pytest.mark.parametrize("page", ["explore", "memory", "compare", "lstm"])
@pytest.mark.parametrize("name", ["step", "unit"])
@pytest.mark.parametrize("digits", [400, 4301])
def test_a_number_of_thousands_of_digits_is_no_step(page, name, digits):
    assert list(messages(open_page(page, **{name: "9" * digits}))) == [f"link-{name}"]


@pytest.mark.parametrize(("name", "value"), [("layer", "99"), ("direction", "sideways")])
def test_what_a_model_has_one_of_is_said_if_a_link_asks_for_another(name, value):
    app = open_page("explore", **{name: value})
    assert list(messages(app)) == [f"link-{name}"]


def test_what_a_model_has_one_of_may_be_asked_for():
    assert NOTICES not in open_page("explore", layer="0", direction="forward").session_state


# Every one of them has another value than "x".
OF_TRAIN = [
    "task",
    "cells",
    "clip",
    "recurrent",
    "activation",
    "hidden",
    "learning_rate",
    "epochs",
    "batch",
    "embedding",
    "layers",
    "keep_bias",
    "recurrent_scale",
    "truncate",
    "seed",
    "hide",
]


def test_messages_are_few():
    app = open_page("train", **dict.fromkeys(OF_TRAIN, "x"))
    assert len(messages(app)) == MOST == len(app.warning) < len(OF_TRAIN)


def test_train_survives_a_visit_elsewhere_without_any_cell():
    app = open_page("train")
    app.button_group(key="train-cells").set_value([]).run()
    app.switch_page("pages/explore.py").run()
    app.switch_page("pages/train.py").run()
    assert not app.exception and not messages(app)
    assert app.button_group(key="train-cells").value == [] and app.button(key="train-start").disabled
    app.button_group(key="train-cells").set_value(["gru"]).run()
    assert not app.exception and not app.button(key="train-start").disabled
