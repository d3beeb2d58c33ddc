"""Links, changes, numbers and texts at random: pages live with all of them. A new finding becomes a case of its own.

Every value below has broken a page or its message once, or is of a kind that did.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz.errors import InterventionError
from rnnviz.interventions import format_all, parse_all
from rnnviz.ui.shared.catalogue import TaskModels
from rnnviz.ui.shared.notices import LONGEST, MOST
from rnnviz.ui.shared.session_keys import NOTICES, OWN_TASKS

from ..strange_networks import strange_tasks
from ..strategies import texts
from .app_pages import APP

pytestmark = [pytest.mark.usefixtures("open_door"), pytest.mark.filterwarnings("ignore::RuntimeWarning")]

PAGES = ["explore", "memory", "compare", "units", "dynamics", "train", "models", "glossary", "lstm", "room"]
CHAPTERS = ["words", "network", "training", "choosing", "forgetting"]  # all are made by what makes "lstm"
PARAMETERS = [
    *("task", "cell", "layer", "direction", "text", "read", "step", "unit", "if", "hide", "question", "method"),
    *("after", "span", "level", "around", "without", "quantity", "view"),
    *("label", "rather-than", "against", "mode", "other", "part", "model", "one", "opened", "started", "cells", "clip"),
    *("recurrent", "activation", "seed", "hidden", "learning_rate", "epochs", "batch", "embedding", "layers"),
    *(
        "keep_bias",
        "recurrent_scale",
        "truncate",
        "longest",
        "shortest",
        "length",
        "reset",
        "update",
        "room",
        "unheard-of",
        *("view", "held", "word"),
    ),
]
VALUES = [
    *("", " ", "x", "-1", "0", "1", "2.5", "1e400", "-inf", "nan", "9" * 4301, "0" * 300, "0x10", "1_000", "١٢", "²"),
    *(",", ",,,", ";", ";;;", "a,a,a", "null", "[]", "{}", "..", "/", "%", "%00", "\0", "\x1b[31m", "\n", "é" * 3000),
    *("<script>alert(1)</script>", "![x](http://a.example/1.png)", "$x$", ":material/home:", "\\", "`", "“”"),
    *("x" * 20_000, "names", "names,reviews", "lstm", "rnn,gru,lstm", "forget=1", "forget=1e999", "forget.0-9999=1"),
    *("zero.4@3;zero.4@3", "swap@1=%", "swap@1=" + "x" * 3000, "remove@1;remove@2;remove@3;remove@4", "freeze:9b"),
    *("ф", "\u202e", "\ud7ff", "👩🏽‍🚀", "a" + "\u0316" * 400, "مرحبا"),
]

any_value = st.sampled_from(VALUES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
links = st.dictionaries(st.sampled_from(PARAMETERS), any_value, max_size=6)
slowly = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


def check(app: AppTest) -> None:
    """Nothing failed, and what is said is bounded."""
    assert not app.exception, [error.message for error in app.exception]
    messages: dict[str, str] = {}
    if NOTICES in app.session_state:
        messages = app.session_state[NOTICES]
    assert len(messages) <= MOST and all(len(words) <= LONGEST for words in messages.values())
    for element in (*app.warning, *app.error, *app.info):
        assert len(element.value) < 5000


def visited(page: str, link: dict[str, str]) -> None:
    """Open a page by a link, run it again, and come back to it: what the session kept is read as well."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    check(app.switch_page(f"pages/{page}.py").run())
    for name in link:
        app.query_params.pop(name, None)
    check(app.switch_page("pages/glossary.py").run())
    check(app.switch_page(f"pages/{page}.py").run())


@pytest.mark.parametrize("page", PAGES)
def test_every_parameter_may_have_any_value(page):
    for value in VALUES:
        visited(page, dict.fromkeys(PARAMETERS, value))


@slowly
@given(page=st.sampled_from([*PAGES, *CHAPTERS]), link=links)
def test_a_link_of_any_parameters_opens_a_page(page, link):
    visited(page, link)


PLACES = st.sampled_from(["", ".0", ".1-3", ".0,2", "@1", "@2-3", ".1@2", ":0", ":1b", ".9999", "@99", ".3-1", "@3-1"])
HEADS = st.sampled_from(["forget", "hidden", "cell", "input", "zero", "freeze", "zero/cell", "swap@2", "remove@1", "x"])
ENDS = st.sampled_from(["", "=1", "=0.5", "=-2", "=1e400", "=nan", "=x", "=%E9", "=%C3%A9", "==", "=" + "9" * 400])
changes = st.lists(st.builds("{}{}{}".format, HEADS, PLACES, ENDS) | st.text(max_size=20), max_size=12)


@given(parts=changes, text=texts, seed=st.integers(0, 3))
def test_changes_are_read_or_refused_and_what_fits_is_run(parts, text, seed):
    read = []
    for part in parts:
        try:
            read += parse_all(part)
        except InterventionError as error:
            assert error.code == "unreadable" and len(error.message) < 1000
    assert parse_all(format_all(read)) == tuple(read)
    model = rnnviz.load("counter-lstm") if seed else rnnviz.load("names-gru")
    try:
        prepared = model.prepare(text, read, limit=32, skip_invalid=True)
    except ValueError:
        return  # there is nothing to read
    assert len(prepared.interventions) + len(prepared.rejected) == len(read)
    assert len(model.run(prepared)) == len(prepared.tokens)


WORDS = ["1", "-2.5", "1e38", "1e39", "1e400", "nan", "inf", "−3", "0,5", "1,234", "noise(seed=1, steps=4)", "x.csv"]
WORDS += [
    "noise(seed=1, steps=10**9)",
    "noise()",
    "(",
    "[",
    ";",
    ",",
    "\n",
    "\t",
    "9" * 400,
    "1_0",
    "½",
    "”",
    "0x1",
    "True",
]
numbers = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join) | st.text(max_size=30)


def explore_numbers() -> AppTest:
    """Explore with models that read numbers."""
    task = strange_tasks()["far"]
    app = AppTest.from_file(str(APP), default_timeout=60)
    names = {cell: model.name for cell, model in task.models.items()}
    app.session_state[OWN_TASKS] = {
        "far": TaskModels("far", "Far", "numbers", ["1 2"], names, own=task.models, vector_size=1)
    }
    app.query_params["task"], app.query_params["cell"] = "far", "rnn"
    return app.switch_page("pages/explore.py").run()


@slowly
@given(text=numbers)
def test_numbers_in_the_box_are_read_or_refused(text):
    app = explore_numbers()
    app.text_input(key="text").set_value(text).run()
    check(app)


@slowly
@given(text=texts, page=st.sampled_from(["explore", "memory", "compare", "dynamics"]))
def test_any_text_may_be_typed(text, page):
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["task"] = "names"
    app.switch_page(f"pages/{page}.py").run()
    app.text_input(key="text").set_value(text.encode("utf-8", "replace").decode()).run()
    check(app)
