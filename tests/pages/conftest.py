"""What tests of several pages need."""

from types import SimpleNamespace

import pytest

from rnnviz.ui.shared import page_setup


@pytest.fixture
def open_door(monkeypatch):
    """A test's server has never called st.navigation, so the door would run the page twice, and lose the click."""
    monkeypatch.setattr(page_setup, "PagesManager", SimpleNamespace(uses_pages_directory=False))
