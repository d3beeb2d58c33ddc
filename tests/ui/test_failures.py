"""A page whose work fails says so in its own words, keeps the text, and offers a way back."""

from types import SimpleNamespace

import pytest
from streamlit.runtime import fragment
from streamlit.runtime.scriptrunner import exec_code

import app
from rnnviz.errors import ArgumentError
from rnnviz.ui.pages import explore, memory
from rnnviz.ui.shared import failures, page_setup, text_box
from rnnviz.ui.shared.session_keys import TEXT

from ..pages.app_pages import open_page


@pytest.fixture(autouse=True)
def handler(monkeypatch):
    """AppTest runs the script as `streamlit run` does, but without what st.App is told to do with errors."""
    monkeypatch.setattr(page_setup, "PagesManager", SimpleNamespace(uses_pages_directory=False))
    for module in (exec_code, fragment):
        monkeypatch.setattr(module, "handle_user_script_exception", lambda error, _: app.report(error))


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


def test_the_app_tells_streamlit_who_says_what_failed():
    assert app.app._on_script_error is app.report


@pytest.mark.parametrize(
    ("error", "is_named"),
    [
        (ArgumentError("Choose a smaller step.", code="x"), False),
        (MemoryError(), False),
        (ZeroDivisionError("secret"), True),
    ],
)
def test_a_failing_page_says_so_and_keeps_the_text(monkeypatch, error, is_named):
    monkeypatch.setattr(memory, "TextRun", failing(error))
    page = open_page("memory", task="names", text="Ada Lovelace")
    (message,) = page.error
    assert (type(error).__name__ in message.value) == is_named and "secret" not in message.value
    assert [code.value for code in page.code] == ["Ada Lovelace"]
    page = next(button for button in page.button if button.key.endswith("-again")).click().run()
    assert page.error and page.session_state[TEXT] == "Ada Lovelace"
    monkeypatch.undo()
    monkeypatch.setattr(page_setup, "PagesManager", SimpleNamespace(uses_pages_directory=False))
    assert not page.run().error and page.session_state[TEXT] == "Ada Lovelace"


def test_starting_over_leaves_what_made_the_page_fail(monkeypatch):
    real = memory.TextRun

    def fails_on_names(task, *parts):
        if task.name == "names":
            raise ZeroDivisionError
        return real(task, *parts)

    monkeypatch.setattr(memory, "TextRun", fails_on_names)
    page = open_page("memory", task="names", text="Ada Lovelace", **{"if": "zero.1"})
    assert page.error
    page = next(button for button in page.button if button.key.endswith("-over")).click().run()
    assert not page.error and not page.exception and not dict(page.query_params).keys() & {"task", "if"}


def test_a_failure_in_a_part_of_a_page_or_in_a_callback_is_said_too(monkeypatch):
    monkeypatch.setattr(explore.trace_panel, "show", failing(RecursionError()))
    page = open_page("explore")
    assert len(page.error) == 1 and page.text_input
    monkeypatch.undo()
    for module in (exec_code, fragment):
        monkeypatch.setattr(module, "handle_user_script_exception", lambda error, _: app.report(error))
    monkeypatch.setattr(page_setup, "PagesManager", SimpleNamespace(uses_pages_directory=False))
    monkeypatch.setattr(text_box, "shorten", failing(ZeroDivisionError()))
    page = open_page("explore")
    page.text_input(key=TEXT).set_value("Noether").run()
    assert len(page.error) == 1


def test_the_words_of_an_error_that_nobody_foresaw_hold_none_of_its_own():
    assert "4711" not in failures.words(ValueError("4711")) and "4711" in failures.words(ArgumentError("4711"))
