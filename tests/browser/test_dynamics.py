"""The Dynamics page in a real Chromium: it fits, is accessible, and its figures follow the transport."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import components, readout_direction, state_machine
from tests.browser.conftest import check_in_both_themes, until
from tests.browser.test_explore import open_page
from tests.browser.test_memory import press

TEXT = "not good at all"
RING = """cell => {
  const gd = document.querySelector(`.st-key-chart-path-${cell} .js-plotly-plot`);
  return gd._fullData.find(trace => trace.name === "current step").x[0];
}"""


@pytest.mark.parametrize("view", ["paths", "settling", "machine"])
def test_every_question_fits_and_is_accessible(page: Page, app: str, view: str):
    task = "counter" if view == "machine" else "reviews"
    open_page(page, f"{app}/dynamics?task={task}&view={view}")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        check_in_both_themes(page, f"{width}")


def test_the_ring_follows_the_transport(page: Page, app: str):
    open_page(page, f"{app}/dynamics?text={TEXT}")
    texts = (zoo.BUNDLED / "texts" / "reviews-test.txt").read_text(encoding="utf-8").splitlines()
    places = {}
    for cell in ("rnn", "gru", "lstm"):
        model = rnnviz.load(f"reviews-{cell}")
        found = components([model.trace(text) for text in texts])
        found = found.pointing_along(readout_direction(model, "positive"))
        places[cell] = found.project(model.trace(TEXT)["hidden"], 1)[:, 0]

    def is_at(step: int) -> None:
        for cell, place in places.items():
            np.testing.assert_allclose(page.evaluate(RING, cell), place[step - 1], atol=1e-4)

    is_at(4)
    press(page, "ArrowLeft", "ArrowLeft")
    until(page, lambda: is_at(2))


def test_the_machine_is_drawn_in_the_state_of_the_current_step(page: Page, app: str):
    open_page(page, f"{app}/dynamics?task=counter&cell=rnn&view=machine&text=aab")
    machine = state_machine(rnnviz.load("counter-rnn"), texts=["a" * n + "b" * n for n in range(1, 13)])
    expect(page.locator("[data-testid=stGraphVizChart] g.node")).to_have_count(len(machine) + 1)
    here = page.get_by_text(f"the machine is in state {machine.read('aab')[-1]}")
    expect(here).to_be_visible()
    graph = page.locator(".st-key-machine-graph")
    letters = graph.locator("g.node text").first.evaluate("text => text.getBoundingClientRect().height")
    page.set_viewport_size({"width": 390, "height": 844})  # letters stay as large, and the graph scrolls in its frame
    until(page, lambda: _is_wider_than_its_frame(graph))
    assert graph.locator("g.node text").first.evaluate("text => text.getBoundingClientRect().height") == letters > 12


def _is_wider_than_its_frame(frame: Locator) -> None:
    assert frame.evaluate("frame => frame.scrollWidth > frame.clientWidth + 300")
