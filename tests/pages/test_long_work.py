"""Long work can be stopped and gone on with, and ends when nobody looks any more."""

import pytest

from rnnviz.ui.pages.memory import unit_ablation_panel
from rnnviz.ui.shared import long_work, page_setup
from rnnviz.ui.shared.session_keys import STOPPED

from .app_pages import open_page

pytestmark = pytest.mark.usefixtures("open_door")


@pytest.fixture
def begun(monkeypatch):
    """How often the ablation was begun; its bar appears at once, and it is stopped the first time."""
    monkeypatch.setattr(long_work, "DELAY", -1)
    monkeypatch.setattr(long_work, "INTERVAL", -1)
    real, begun = unit_ablation_panel.ablation, []

    def ablation(*arguments, tick, **more):
        begun.append(tick)
        tick(0.5)
        if len(begun) == 1:
            tick.stop()
        tick(0.6)
        return real(*arguments, tick=tick, **more)

    monkeypatch.setattr(unit_ablation_panel, "ablation", ablation)
    return begun


def test_work_that_was_stopped_waits_until_it_may_go_on(begun):
    app = open_page("memory", question="units", task="names", text="Stopperova")
    assert not app.dataframe and STOPPED in app.session_state
    app.run()
    assert not app.dataframe and len(begun) == 2  # it comes no further than its first step
    app.button(key="go-on").click().run()
    assert not app.exception and app.dataframe and len(begun) == 3
    app.run()
    assert len(begun) == 3


def test_another_text_is_not_stopped(begun):
    app = open_page("memory", question="units", task="names", text="Stopperov")
    assert not app.dataframe
    app.text_input(key="text").set_value("Stopper").run()
    assert app.dataframe and "go-on" not in [button.key for button in app.button]


def test_work_ends_when_its_browser_has_gone(begun, monkeypatch):
    monkeypatch.setattr(page_setup, "is_left", lambda: True)
    app = open_page("memory", question="units", task="names", text="Goner")
    assert len(begun) == 1 and not app.dataframe and STOPPED not in app.session_state
