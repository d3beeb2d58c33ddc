"""The Train page in a real Chromium: networks that really learn, and a page that stays alive while they do."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from rnnviz.checkpoints import open_files
from rnnviz.training import TASKS, Settings, TrainingRun
from tests.browser.conftest import check_in_both_themes, link, opened, rerun, settle, until, wait_for_link
from tests.browser.test_explore import check_step, open_page, write

OVER = "Training is over."
LEARNED = 60_000  # milliseconds that a busy machine may take for what takes a quiet one a few seconds
POINTS = """([key, name]) => {
  const gd = document.querySelector(`.st-key-chart-${key} .js-plotly-plot`);
  return gd?._fullData.filter(trace => trace.name.includes(name)).map(trace => [...trace.y]).at(-1) ?? [];
}"""


def button(page: Page, name: str):
    """A button of the page's own: while it runs, Streamlit shows one called Stop above it."""
    return page.get_by_test_id("stMainBlockContainer").get_by_role("button", name=name, exact=True)


def steps(page: Page, cell: str) -> int:
    """How many steps the page says a cell has taken."""
    line = page.locator("p", has_text=re.compile(rf"{cell}.*: step [\d,]+ of")).inner_text()
    return int(re.search(rf"{cell}[^:]*: step ([\d,]+) of", line)[1].replace(",", ""))  # type: ignore[index]


def comes_past(page: Page, cell: str, step: int) -> None:
    """Wait until a cell has taken more steps."""

    def has() -> None:
        assert steps(page, cell) > step

    until(page, has, LEARNED / 1000)


def started(page: Page, app: str, link: str = "") -> Page:
    open_page(page, f"{app}/train{link}")
    button(page, "Start").click()
    expect(page.get_by_text("Training. At most").or_(page.get_by_text(OVER))).to_be_visible(timeout=LEARNED)
    return page


def paused(page: Page) -> None:
    button(page, "Pause").click()
    expect(page.get_by_text("Paused.")).to_be_visible()
    settle(page)


def trained(task: str, cell: str, **options: int) -> TrainingRun:
    made = TASKS[task](**options)
    run = TrainingRun(Settings.for_task(made, cell), made)
    while not run.ended:
        run.work(10)
    return run


def test_counting_is_learned_opened_and_typed_into(page: Page, app: str):
    started(page, app)
    expect(page.get_by_text(OVER)).to_be_visible(timeout=LEARNED)
    settle(page)
    same = {cell: trained("counter", cell) for cell in ("rnn", "gru", "lstm")}
    for cell, run in same.items():
        assert steps(page, cell.upper()) == run.steps_taken
        drawn = page.evaluate(POINTS, ["train-accuracy", cell.upper()])
        assert drawn[-1] == 1
    button(page, "Open in Explore").click()
    expect(page.get_by_role("heading", name="Watch a recurrent network read")).to_be_visible(timeout=LEARNED)
    settle(page)
    assert link(page)["task"] == "counter-1"
    write(page, "aaabbb")
    trace = same["lstm"].best_model("x").trace("aaabbb")
    check_step(page, trace, "cell")
    with rerun(page):
        page.get_by_text("GRU", exact=True).click()
    trace = same["gru"].best_model("x").trace("aaabbb")
    check_step(page, trace, "update")


def test_pause_holds_still_and_resume_goes_on(page: Page, app: str):
    started(page, app, "?cells=rnn,gru&longest=40")
    comes_past(page, "GRU", 0)
    paused(page)
    before = steps(page, "GRU")
    page.wait_for_timeout(700)  # in which a step would be taken
    assert steps(page, "GRU") == before
    button(page, "One step").click()
    comes_past(page, "GRU", before)
    settle(page)  # the slider has one more moment now
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("After 0 training steps")).to_be_visible()
    button(page, "Resume").click()
    expect(button(page, "Pause")).to_be_visible()
    comes_past(page, "GRU", before + 3)
    button(page, "Stop").click()
    expect(page.get_by_text(OVER)).to_be_visible()
    expect(button(page, "Resume")).to_be_disabled()


def test_the_page_stays_usable_while_it_trains(page: Page, app: str):
    started(page, app, "?task=recall&cells=rnn")
    box = page.get_by_role("spinbutton", name="Hidden units")
    box.fill("24")
    box.press("Enter")
    wait_for_link(page, hidden="24")
    assert box.input_value() == "24"
    expect(page.get_by_text("Settings: defaults.")).to_be_visible()
    expect(button(page, "Pause")).to_be_visible()
    before = steps(page, "RNN")
    comes_past(page, "RNN", before)
    page.get_by_role("link", name="Memory").first.click()
    expect(page.get_by_role("heading", name="What does it remember?")).to_be_visible()
    settle(page)
    page.get_by_role("link", name="Train").first.click()
    expect(page.get_by_text("paused while this page was closed")).to_be_visible(timeout=20_000)
    assert steps(page, "RNN") >= before
    assert page.get_by_role("spinbutton", name="Hidden units").input_value() == "24"
    button(page, "Stop").click()
    expect(page.get_by_text(OVER)).to_be_visible()


def test_two_sessions_train_at_once(page: Page, chromium: Browser, app: str):
    other = opened(chromium)
    sessions = {"parity": page, "counter": other}
    for task, tab in sessions.items():
        started(tab, app, f"?task={task}&cells=gru")
    for task, tab in sessions.items():
        expect(tab.get_by_text(OVER)).to_be_visible(timeout=LEARNED)
        settle(tab)
        assert steps(tab, "GRU") == trained(task, "gru").steps_taken
        assert tab.get_by_role("combobox", name="Run", exact=True).count() == 0  # no other run is seen
    other.context.close()


def test_a_reload_in_the_middle_is_told_and_can_start_again(page: Page, app: str):
    started(page, app, "?task=recall&cells=lstm&seed=3")
    comes_past(page, "LSTM", 0)
    page.wait_for_function("() => location.search.includes('started=')")
    page.reload()
    settle(page)
    expect(page.locator(".st-key-train-again")).to_be_visible()
    assert link(page) == {"task": "recall", "cells": "lstm", "seed": "3", "started": "1"}
    button(page, "Start again").click()
    expect(page.get_by_text("seed 3")).to_be_visible()
    expect(page.locator(".st-key-train-again")).to_have_count(0)
    button(page, "Stop").click()
    expect(page.get_by_text(OVER)).to_be_visible()


def test_a_download_loaded_back_gives_the_same_numbers(page: Page, app: str, tmp_path: Path):
    started(page, app, "?cells=lstm&seed=2")
    expect(page.get_by_text(OVER)).to_be_visible(timeout=LEARNED)
    settle(page)
    with page.expect_download() as download:
        button(page, "Download").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    (model,) = open_files({file.name: file.read_bytes()}).models.values()
    page.reload()  # nothing of the run is left
    settle(page)
    page.get_by_role("link", name="Load a model from a file").click()
    page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(file)
    expect(page.get_by_text("counter-1: Counter")).to_be_visible()
    page.get_by_role("button", name="Open in Explore").click()
    expect(page.get_by_role("heading", name="Watch a recurrent network read")).to_be_visible()
    settle(page)
    write(page, "aabb")
    check_step(page, model.trace("aabb"), "forget")


def test_an_explosion_is_seen(page: Page, app: str):
    open_page(page, f"{app}/train")
    button(page, "See an RNN explode").click()
    expect(page.get_by_text("Training diverged")).to_be_visible(timeout=LEARNED)
    settle(page)
    assert max(page.evaluate(POINTS, ["train-norm", "RNN"])) > 1000


def test_it_fits_and_is_accessible(page: Page, app: str):
    open_page(page, f"{app}/train?cells=lstm&epochs=2")
    check_at_both_widths(page, "before")
    button(page, "Start").click()
    expect(page.get_by_text(OVER)).to_be_visible(timeout=LEARNED)
    page.get_by_text("What makes or breaks an RNN").click()
    settle(page)
    check_at_both_widths(page, "after")


def check_at_both_widths(page: Page, about: str) -> None:
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        check_in_both_themes(page, f"{about} at {width}")
