"""What tests of several pages need."""

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace

import pytest
from streamlit.components.v2 import manifest_scanner

from rnnviz.ui.shared import instrument, page_setup

from .app_pages import RUNS


@pytest.fixture(scope="session", autouse=True)
def components_are_looked_up_once() -> Iterator[None]:
    """Reads the metadata of all installed packages once a session, not for every app that a test opens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session", autouse=True)
def runs_are_kept() -> Iterator[None]:
    """Keeps each run by its id, as the browser does: a page sends it once."""
    gather = instrument.trace_data

    def keep(*args, **options):
        data = gather(*args, **options)
        RUNS[data["id"]] = data
        return data

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instrument, "trace_data", keep)
        yield


@pytest.fixture
def open_door(monkeypatch):
    """A test's server has never called st.navigation, so the door would run the page twice, and lose the click."""
    monkeypatch.setattr(page_setup, "PagesManager", SimpleNamespace(uses_pages_directory=False))
