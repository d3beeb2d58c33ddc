"""The instrument in a real Chromium: it moves without the server, shows the trace, and keeps its position."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import unit_effects
from tests.browser.conftest import rerun, settle
from tests.browser.plain_page import frames, go, number, plain, state
from tests.browser.test_explore import link, open_page, text_box, write
from tests.tied_lstm import TiedLSTM

TEXT = "Dubois"
EVERYTHING = None  # all views


def where(page: Page) -> str:
    return page.locator(".where").inner_text()


def keys(page: Page, *names: str) -> None:
    page.locator(".instrument").first.focus()
    for name in names:
        page.keyboard.press(name)


def selected(page: Page) -> list[str]:
    return page.locator(".tokens .token[aria-selected=true]").all_inner_texts()


def open_figure(page: Page) -> None:
    """All units as a figure of Plotly's."""
    with rerun(page):
        page.get_by_text("All units as a figure").click()


# ---- in the app ----


def test_keys_move_through_time_and_units_without_the_server(page: Page, app: str):
    sent: list[object] = []
    page.once("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, f"{app}/?text={TEXT}")
    sent.clear()
    keys(page, "Home")
    assert where(page) == "step 1 of 7" and selected(page) == ["D"]
    keys(page, "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowUp")
    assert where(page) == "step 2 of 7" and selected(page) == ["u"]
    unit = unit_effects(rnnviz.load("names-lstm").trace(TEXT)).strongest + 1
    expect(page.get_by_role("spinbutton", name="Unit")).to_have_value(str(unit))
    keys(page, "End", "ArrowRight")
    assert where(page) == "step 7 of 7"
    keys(page, "ArrowLeft")
    page.wait_for_url(re.compile("step=6"))  # written once at rest
    assert link(page) == {"text": TEXT, "step": "6", "unit": str(unit)}
    assert not sent


def test_keys_in_the_text_box_stay_there(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=3")
    text_box(page).click()
    for key in ("Home", "ArrowRight", "End", "ArrowLeft", " "):
        page.keyboard.press(key)
    assert where(page) == "step 3 of 7"
    assert text_box(page).input_value() == "Duboi s"


def test_a_link_opens_on_the_same_moment_and_a_click_on_a_heatmap_goes_to_its_cell(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=4&unit=17&cell=gru&rows=number")
    assert where(page) == "step 4 of 7"
    plot = page.locator(".heatmap[data-name=update] .heatmap-plot")
    shown = page.locator(".heatmap[data-name=update] .heatmap-names div").all_inner_texts()
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box and "17" in shown
    page.mouse.click(box["x"] + box["width"] * 2.5 / 7, box["y"] + box["height"] * 3.5 / len(shown))
    expect(page.locator(".where")).to_have_text("step 3 of 7")
    expect(page.get_by_role("spinbutton", name="Unit")).to_have_value(shown[3])


def test_new_text_and_another_model_keep_the_position(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=3&unit=5")
    write(page, "Nakamura")
    assert where(page) == "step 3 of 9" and selected(page) == ["k"]
    page.get_by_text("GRU", exact=True).click()
    expect(page.locator(".phases")).to_contain_text("Blend")
    settle(page)
    assert where(page) == "step 3 of 9"
    expect(page.get_by_role("spinbutton", name="Unit")).to_have_value("5")


def test_typing_keeps_the_focus_and_follows_the_end(page: Page, app: str):
    open_page(page, f"{app}/?text=Dub")
    box = text_box(page)
    box.click()
    page.keyboard.press("End")
    page.keyboard.type("ois", delay=30)
    expect(page.locator(".where")).to_have_text("step 7 of 7")
    assert box.evaluate("e => e === document.activeElement")


def test_markup_typed_as_text_stays_text(page: Page, app: str):
    open_page(page, app)
    write(page, "<script>alert(1)</script>")
    assert "".join(page.locator(".tokens .token").all_inner_texts()) == "<script>alert(1)</script>∎"
    assert page.locator(".instrument script").count() == 0


def test_hovering_a_heatmap_names_token_unit_quantity_and_value(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}")
    open_figure(page)
    trace = rnnviz.load("names-lstm").trace(TEXT)
    area = page.locator(".st-key-chart-heatmaps .nsewdrag").nth(2)
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 2.5 / 7, box["y"] + box["height"] * 20.5 / 64)
    label = page.locator(".st-key-chart-heatmaps .hoverlayer .hovertext")
    expect(label).to_contain_text("unit 20")
    expect(label).to_contain_text("at b")
    expect(label).to_contain_text(f"cell state {trace['cell'][2, 20]:.4f}")


# ---- on a plain page ----


def test_play_runs_to_the_end_and_stops_and_moving_pauses_it(page: Page):
    plain(page, rnnviz.load("names-lstm"), views=EVERYTHING, start={"step": 9, "unit": 0})
    page.get_by_label("Speed").select_option("8")
    keys(page, " ")
    expect(page.get_by_role("button", name="Pause (space)")).to_be_visible()
    expect(page.locator(".where")).to_have_text("step 12 of 12")
    expect(page.get_by_role("button", name="Play (space)")).to_be_visible()
    keys(page, "Home", " ")
    expect(page.get_by_role("button", name="Pause (space)")).to_be_visible()
    page.get_by_role("button", name="One step forward (right arrow)").click()
    expect(page.get_by_role("button", name="Play (space)")).to_be_visible()


def test_phases_are_chosen_by_keys_and_by_buttons(page: Page):
    model = rnnviz.load("names-lstm")
    plain(page, model, views=EVERYTHING)
    titles = [phase.title for phase in model.definition.phases]
    assert page.locator(".phases button").all_inner_texts() == ["Whole step", *titles]
    pressed = page.locator(".phases [aria-pressed=true]")
    keys(page, "Shift+ArrowRight", "Shift+ArrowRight")
    assert pressed.all_inner_texts() == [titles[1]]
    page.get_by_role("button", name=titles[3], exact=True).click()
    assert pressed.all_inner_texts() == [titles[3]] and state(page, "phase") == [3]


def test_the_step_is_described_and_read_aloud_once_at_rest(page: Page):
    plain(page, rnnviz.load("names-lstm"), views=EVERYTHING)
    keys(page, "ArrowRight", "ArrowRight")
    spoken, narration = page.locator(".spoken"), page.locator(".narration")
    assert spoken.inner_text() == "", "not while one still moves"
    expect(narration).to_contain_text("(step 6 of 12)")
    expect(spoken).to_have_text(narration.inner_text())


def test_the_table_holds_the_step(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), views=EVERYTHING)
    page.get_by_text("This step as a table").click()
    page.locator(".numbers tbody tr").nth(5).click()
    assert state(page, "unit") == [5]
    for step in (3, 7):
        go(page, step=step)
        row = page.locator(".numbers tbody tr.selected td").all_inner_texts()
        expected = [trace[q.name][step, 5] for q in trace.definition.quantities]
        np.testing.assert_allclose([number(text) for text in row], expected, atol=6e-4)


def test_tokens_are_marked_and_coloured_by_the_signal_that_is_picked(page: Page):
    model = rnnviz.load("names-lstm")
    plain(page, model, text="A中b", views=EVERYTHING)
    trace = model.trace("A中b")
    tokens = page.locator(".tokens .token")
    assert tokens.evaluate_all("all => all.map(t => t.classList.contains('unknown'))") == [False, True, False, False]
    likeliest, mean = trace.probabilities.max(axis=1), trace["forget"].mean(axis=1)
    for signal, values in (("prediction", likeliest), ("mean:forget", mean)):
        page.get_by_label("Colour the tokens by").select_option(signal)
        shown = tokens.evaluate_all("all => all.map(t => Number(t.dataset.value))")
        np.testing.assert_allclose(shown, values, atol=1e-5)


def test_reduced_motion_is_respected(page: Page):
    page.emulate_media(reduced_motion="reduce")
    plain(page, rnnviz.load("names-lstm"), views=EVERYTHING)
    keys(page, "Home", " ")
    expect(page.get_by_role("button", name="Pause (space)")).to_be_visible()
    frames(page)
    running = "e => e.getAnimations({subtree: true}).filter(a => a.playState === 'running').length"
    assert page.locator(".diagram").evaluate(running) == 0


def test_a_long_text_scrolls_the_strip_to_the_current_token(page: Page):
    model, text = rnnviz.load("shakespeare-lstm"), "To be or not to be " * 6
    plain(page, model, views=EVERYTHING, text=text, start={"step": 89, "unit": 0})

    def strip_and_token() -> tuple[float, float, float, float]:
        strip = page.locator(".tokens").bounding_box()
        token = page.locator(".tokens .token[aria-selected=true]").bounding_box()
        assert strip and token
        return strip["x"], token["x"], token["x"] + token["width"], strip["x"] + strip["width"] + 1

    left, start, end, right = strip_and_token()
    assert left < start and end <= right, "it opens there"
    keys(page, "End")
    left, start, end, right = strip_and_token()
    assert left <= start and end <= right
    assert re.match(r"step (\d+) of \1$", where(page))


def test_a_cell_without_a_diagram_of_its_own_is_drawn_and_plays(page: Page):
    model = zoo.untrained_model(rnnviz.load("counter-gru"), TiedLSTM.name)
    plain(page, model, views=EVERYTHING, text="aabb")
    trace = model.trace("aabb")
    keys(page, "Home", "ArrowRight")
    assert where(page) == "step 2 of 4"
    for quantity in trace.definition.quantities:
        assert page.locator(f".diagram [data-name={quantity.name}]").count() > 0
    unit = state(page, "unit")[0]
    page.get_by_text("All formulas of this step").click()
    shown = number(page.locator(".fold .arithmetic-result[data-name=hidden]").first.inner_text())
    assert shown == pytest.approx(float(trace["hidden"][1, unit]), abs=6e-4)
