"""A file that the server was started with is open in every session, on the Models page."""

from pathlib import Path

import pytest
from safetensors.numpy import save_file
from streamlit.testing.v1 import AppTest

import rnnviz

from .app_pages import APP, page_text

pytestmark = pytest.mark.usefixtures("open_door")


@pytest.fixture
def given(tmp_path, monkeypatch) -> Path:
    """A file with a network's arrays."""
    file = tmp_path / "mine.safetensors"
    save_file(rnnviz.load("names-gru").network.parameters, file)
    monkeypatch.setenv("RNNVIZ_FILE", str(file))
    return file


def start(**link: str) -> AppTest:
    """The app as its address opens it."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def opens_on_models(app: AppTest) -> bool:
    return any(button.key == "models-close" for button in app.button)


def test_the_first_page_shows_what_is_in_it(given):
    app = start()
    assert opens_on_models(app)
    assert "mine.safetensors" in page_text(app)
    assert any("Open in Explore" in button.label for button in app.button)


def test_once_closed_it_stays_closed(given):
    app = start()
    app.button(key="models-close").click().run()
    assert not app.exception and not opens_on_models(app)
    app.switch_page("pages/explore.py").run()
    assert not opens_on_models(app) and not app.exception
    app.switch_page("pages/models.py").run()
    assert not opens_on_models(app)


def test_a_link_leads_where_it_says(given):
    app = start(text="Dubois")
    assert not opens_on_models(app) and app.text_input(key="text").value == "Dubois"
    app.switch_page("pages/models.py").run()
    assert opens_on_models(app)


def test_a_file_that_cannot_be_read_is_an_error_on_the_page(given):
    given.write_bytes(b"nothing")
    app = start()
    assert len(app.error) == 1 and "mine.safetensors" in page_text(app)


def test_without_a_file_it_opens_on_explore(monkeypatch):
    monkeypatch.delenv("RNNVIZ_FILE", raising=False)
    assert start().text_input(key="text").value
