"""When the server first answers, every page has been run once, and nobody is there."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from ..browser.conftest import served

PAGES = """
import os
from pathlib import Path
import streamlit as st

def note(name):
    query = " ".join(f"{key}={value}" for key, value in sorted(st.query_params.items()))
    with Path(os.environ["NOTES"]).open("a") as file:
        file.write(f"{name} {query}".strip() + "\\n")

def first(): note("first")
def fails():
    note("fails")
    raise ValueError
def last():
    if "again" not in st.session_state:
        st.session_state["again"] = True
        st.rerun()
    note("last")

st.navigation([st.Page(page, default=page is first) for page in (first, fails, last)], position="hidden").run()
"""
APP = """
import streamlit as st
from starlette.responses import JSONResponse
from starlette.routing import Route
from rnnviz.ui.shared import packed_files, streamlit_sessions
from rnnviz.ui.shared.upkeep import upkeep

async def facts(request):
    missing = sorted(streamlit_sessions._missing)
    return JSONResponse([streamlit_sessions.count(), missing, len(packed_files._files)])

app = st.App("pages.py", lifespan=upkeep, routes=[Route("/facts", facts)])
"""


@pytest.fixture
def start(tmp_path: Path):
    """Starts a server; what its pages noted until it answered, and what it says of itself."""
    (tmp_path / "pages.py").write_text(PAGES)
    (tmp_path / "app.py").write_text(APP)
    notes = tmp_path / "notes.txt"

    def started(**environment: str) -> tuple[list[str], list]:
        notes.write_text("")
        script, log = str(tmp_path / "app.py"), tmp_path / "log.txt"
        with served(log, "", script, PYTHONPATH=".", NOTES=str(notes), **environment) as address:
            noted = notes.read_text().splitlines()
            with urlopen(f"{address}/facts") as answer:
                return noted, json.load(answer)

    return started


def test_every_page_has_run_and_nobody_is_there(start):
    noted, (sessions, missing, packed) = start()
    assert {"first", "fails", "last"} <= set(noted)
    assert {"first cell=lstm task=names", "first cell=rnn task=recall"} <= set(noted), "and every bundled model"
    assert sessions == 0 and missing == [] and packed > 200


def test_who_starts_the_server_on_a_file_waits_for_no_page(start):
    noted, (sessions, _, packed) = start(RNNVIZ_FILE="model.pt")
    assert noted == [] and sessions == 0 and packed > 200
