"""A file whose reader crashes costs its own user a sentence, on a page that goes on working."""

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rnnviz.apart import Workers
from rnnviz.apart.worker import WorkerLimits
from rnnviz.limits import MILLION
from rnnviz.ui.shared import opened_file, strangers_files
from rnnviz.ui.shared.session_keys import NOTICES, OPENED_FILE

from .app_pages import open_page
from .test_models import models, npz, upload

pytestmark = pytest.mark.usefixtures("open_door")


@pytest.fixture
def faulty(monkeypatch):
    """Workers that do what the file's name says."""
    workers = Workers(1, 1, WorkerLimits(1.0, 300 * MILLION), jobs="tests.apart.faulty_jobs")
    monkeypatch.setattr(strangers_files, "workers", lambda: workers)
    yield workers
    workers.stop()


def is_open(app: AppTest) -> bool:
    return any(button.key == "models-close" for button in app.button)


@pytest.mark.parametrize("fault", ["crash", "fill_memory", "hang_in_c", "overflow_stack"])
def test_a_fault_is_one_sentence(faulty, fault):
    app = upload(models(), f"{fault}.npz", b"any")
    assert len(app.error) == 1 and not is_open(app)
    assert app.session_state[OPENED_FILE].checkpoint is None
    app.switch_page("pages/explore.py").run()
    assert not app.exception and app.text_input(key="text").value


def test_others_still_open_theirs(faulty, monkeypatch):
    upload(models(), "crash.npz", b"any")
    monkeypatch.undo()
    arrays = {"rnn.weight_ih_l0": np.ones((4, 2), "f4"), "rnn.weight_hh_l0": np.ones((4, 4), "f4")}
    assert is_open(upload(models(), "net.npz", npz(arrays)))


def test_a_full_queue_is_said(faulty, monkeypatch):
    monkeypatch.setattr(faulty, "longest_queue", 0)
    monkeypatch.setattr(faulty, "_queue", [0])
    app = upload(open_page("models"), "echo.npz", b"any")
    assert len(app.error) == 1 and not is_open(app)


def test_a_file_that_was_lost_is_said_until_another_is_opened():
    app = open_page("models", opened="1")
    assert len(app.run().info) == 1 and not is_open(app)
    arrays = {"rnn.weight_ih_l0": np.ones((4, 2), "f4"), "rnn.weight_hh_l0": np.ones((4, 4), "f4")}
    app = upload(app, "net.npz", npz(arrays))
    assert is_open(app) and not app.info and app.query_params["opened"] == "1"
    app.button(key="models-close").click().run()
    assert "opened" not in app.query_params and not app.info


def test_a_model_that_was_lost_is_said_where_its_link_leads():
    for page in ("explore", "memory", "compare"):
        app = open_page(page, task="zebra", text="3 7 1 4 9 8")
        assert "link-task" in app.session_state[NOTICES] and app.text_input(key="text").value == "3 7 1 4 9 8"


def test_what_was_stopped_is_not_begun_again(faulty, monkeypatch):
    """As when the user does something else: Streamlit ends the run of the page where it next draws something."""
    begun = []

    def stop(*arguments):
        begun.append(arguments)
        st.stop()

    monkeypatch.setattr(opened_file, "read_apart", stop)
    app = models()
    app.file_uploader(key="models-files").upload("net.npz", b"any")
    app.run().run()
    assert len(begun) == 1 and len(app.error) == 1 and not is_open(app)
