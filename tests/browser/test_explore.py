"""What a person sees and does on Explore, in a real Chromium."""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Browser, Page, expect

import rnnviz
from rnnviz.analysis import attribution_over_time, run_outcome
from rnnviz.interventions import Hold
from tests.browser.conftest import (
    COLOUR_RULES,
    in_both_themes,
    link,
    opened,
    rerun,
    serious,
    settle,
    until,
    violations,
    wait_for_link,
)
from tests.browser.test_saved_page import from_disk


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)


def text_box(page: Page):
    return page.get_by_role("textbox", name="Type a sequence")


def write(page: Page, text: str) -> None:
    """Type into the box and wait for what comes of it (typing is committed after a pause)."""
    with rerun(page):
        text_box(page).fill(text)


def tokens(page: Page) -> str:
    """The tokens that the instrument shows."""
    return "".join(page.locator(".instrument .token").all_text_contents())


def step_values(page: Page, title: str) -> np.ndarray:
    """The values of a quantity at the current step, (H,), with three decimals, from the table of the step."""
    table = page.locator(".instrument details.table")
    if table.get_attribute("open") is None:
        table.locator("summary").click()
    table.locator("tbody tr").first.wait_for()  # it is drawn once it is open
    values = table.evaluate(
        """(table, title) => {
          const column = [...table.querySelectorAll('thead th')].findIndex(th => th.textContent.startsWith(title));
          return [...table.querySelectorAll('tbody tr')].map(row => row.cells[column].textContent.replace('−', '-'));
        }""",
        title,
    )
    return np.array(values, float)


def check_step(page: Page, trace: rnnviz.Trace, name: str, layer: int = 0) -> None:
    """What the instrument shows of a quantity at its last step is the trace."""
    title = trace.definitions[layer].by_name[name].title
    np.testing.assert_allclose(step_values(page, title), trace[name, layer][-1], atol=5.1e-4)


def click_cell(page: Page, name: str, step: int, unit: int) -> None:
    """Click a cell of a heatmap, at a step from 1."""
    for choice in (page.get_by_role("button", name=re.compile("^all ")), page.get_by_role("button", name="number")):
        if choice.is_visible():
            choice.click()
    plot = page.locator(f".instrument .heatmap[data-name={name}] .heatmap-plot")
    steps = page.locator(".instrument .tokens .token").count()
    units = int(page.get_by_role("spinbutton", name="Unit").get_attribute("max") or 0) + 1
    box = plot.bounding_box()
    assert box
    plot.click(position={"x": box["width"] * (step - 0.5) / steps, "y": box["height"] * (unit + 0.5) / units})


def answer(page: Page) -> tuple[str, str]:
    """The prediction in words, and its per cent."""
    share = page.locator(".answer-share").inner_text().replace("\xa0", " ")
    return page.locator(".answer-label").inner_text(), share


def expected_answer(text: str) -> tuple[str, str]:
    """The answer of names-lstm to a text, and its per cent."""
    trace = rnnviz.load("names-lstm").trace(text)
    assert trace.probabilities is not None
    best = int(trace.probabilities[-1].argmax())
    return trace.labels[best], f"{100 * trace.probabilities[-1, best]:.0f} %"


def test_the_first_screen_has_the_answer_the_cell_and_its_formula(page: Page, app: str):
    for size in ({"width": 1366, "height": 768}, {"width": 1280, "height": 720}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        open_page(page, app)
        assert tokens(page) == "Schmidhuber∎"
        assert answer(page) == expected_answer("Schmidhuber")
        assert page.title() == "Explore · rnnviz"
        assert page.locator(".instrument .answer").bounding_box()["y"] <= 132  # type: ignore[index]
        for part in (
            ".answer",
            ".tokens",
            ".transport",
            ".diagram svg",
            ".area-left .arithmetic-values >> visible=true",
            *(f".heatmap >> nth={k}" for k in range(page.locator(".instrument .heatmap").count())),
        ):
            box = page.locator(f".instrument {part}").first.bounding_box()
            assert box and box["y"] >= 0 and box["y"] + box["height"] <= size["height"], part
    page.get_by_text("About names-lstm").click()
    expect(page.get_by_text("python -m rnnviz.training names --cell lstm")).to_be_visible(timeout=20_000)


def test_typing_changes_the_answer_and_changing_the_cell_keeps_the_text(page: Page, app: str):
    open_page(page, app)
    write(page, "Nakamura")
    assert tokens(page) == "Nakamura∎"
    assert answer(page)[0] == "Japanese"
    write(page, "Dubois")
    with rerun(page):
        page.get_by_text("GRU", exact=True).click()
    assert text_box(page).input_value() == "Dubois"
    trace = rnnviz.load("names-gru").trace("Dubois")
    best = trace.probabilities[-1].argmax()
    assert answer(page) == (trace.labels[best], f"{100 * trace.probabilities[-1, best]:.0f} %")
    assert link(page) == {"text": "Dubois", "cell": "gru"}


# Frame by frame, how many heatmaps have no colour at all.
WATCH = """() => {
  const hosts = [document, ...[...document.querySelectorAll('*')].flatMap(element => element.shadowRoot ?? [])];
  const root = hosts.map(host => host.querySelector('.instrument.whole')).find(Boolean).getRootNode();
  const coloured = canvas => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, k) => k % 4 === 3 && value > 0);
  };
  window.blank = [];
  window.watching = true;
  const look = () => {
    const panels = [...root.querySelectorAll('.heatmap:not([data-name=input_vector])')];
    const empty = panels.filter(panel => ![...panel.querySelectorAll('canvas')].some(coloured)).length;
    window.blank.push(panels.length < 7 ? 7 : empty);
    if (window.watching) requestAnimationFrame(look);
  };
  look();
}"""


def test_while_one_types_no_frame_is_blank(page: Page, app: str):
    open_page(page, app)
    page.evaluate(WATCH)
    text_box(page).click()
    page.keyboard.press("End")
    page.keyboard.type("mann", delay=400)
    expect(page.locator(".instrument .token")).to_have_count(len("Schmidhubermann∎"))
    settle(page)
    blank = page.evaluate("() => { watching = false; return blank }")
    assert len(blank) > 20 and not any(blank), f"{sum(map(bool, blank))} of {len(blank)} frames"


def test_the_formula_is_that_of_the_phase(page: Page, app: str):
    open_page(page, f"{app}/?text=Dubois")
    formula = page.locator(".area-left .arithmetic-phase >> visible=true")
    for phase in ("Forget", "Output"):
        page.get_by_role("button", name=phase, exact=True).click()
        expect(formula).to_have_count(1)
        expect(formula.locator(".arithmetic-title")).to_have_text(phase)
    page.locator(".diagram .gate[data-name=input]").click()
    expect(formula.locator(".arithmetic-title")).to_have_text("Choose what to write")


def test_keys_work_at_once_and_after_typing(page: Page, app: str):
    open_page(page, app)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("step 11 of 12", exact=True)).to_be_visible()
    write(page, "Dubois")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("step 7 of 7", exact=True)).to_be_visible()  # the key is the text box's
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("step 6 of 7", exact=True)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_the_first_steps_are_ticked_off_and_do_not_come_back(chromium: Browser, app: str):
    other = chromium.new_page()
    other.goto(app)
    coach = other.locator(".coach")
    expect(coach).to_be_visible(timeout=15_000)
    other.get_by_role("textbox", name="Type a sequence").fill("Dubois")
    expect(coach.locator(".ticked")).to_have_count(1)
    other.get_by_role("button", name="Play").click()
    expect(coach.locator(".ticked")).to_have_count(2)
    other.get_by_role("button", name="Forget", exact=True).click()
    expect(coach).to_be_hidden()
    other.reload()
    expect(other.locator(".answer")).to_be_visible()
    expect(coach).to_be_hidden()
    other.context.close()


def test_an_emptied_text_box_keeps_the_last_run_in_its_place(page: Page, app: str):
    open_page(page, f"{app}/?text=Dubois")
    before = page.locator(".diagram svg").bounding_box()
    write(page, "")
    expect(page.locator(".instrument.dimmed")).to_be_visible()
    assert tokens(page) == "Dubois∎"
    assert page.locator(".diagram svg").bounding_box() == before
    write(page, "Dubois3")
    expect(page.locator(".instrument .remark")).to_contain_text("3")
    assert page.locator(".diagram svg").bounding_box() == before


def test_a_change_is_a_chip_that_can_be_taken_back(page: Page, app: str):
    open_page(page, f"{app}/?text=Mariana&if=forget=1")
    with rerun(page):
        page.get_by_role("button", name="Take back").click()
    expect(page.locator(".instrument .change")).to_have_count(0)
    assert "if" not in link(page)
    trace = rnnviz.load("names-lstm").trace("Mariana")
    assert answer(page)[0] == trace.labels[trace.probabilities[-1].argmax()]


def test_the_menu_closes_over_what_it_has_changed_and_the_reply_is_beside_its_undo(page: Page, app: str):
    open_page(page, f"{app}/?text=Mariana")
    page.get_by_role("button", name="What if").click()
    experiment = page.get_by_role("button", name="Never forget")
    changed = rnnviz.load("names-lstm").trace("Mariana", interventions=[Hold("forget", 1)])
    unchanged = rnnviz.load("names-lstm").trace("Mariana")
    ends = [run.labels[int(run.probabilities[-1].argmax())] for run in (unchanged, changed)]
    expect(page.get_by_role("row").filter(has_text="Never forget")).to_contain_text(ends[1])
    experiment.click()
    expect(experiment).to_be_hidden()
    expect(page.locator(".area-words .notes")).to_contain_text(run_outcome(changed).end)
    expect(page.locator(".answer")).to_contain_text(f"instead of {ends[0]}")
    page.get_by_role("button", name="Take back: forget gate = 1").first.click()
    expect(page.locator(".answer-label")).to_have_text(ends[0])
    expect(page.locator(".area-words .notes")).to_be_hidden()


def test_a_presenter_makes_everything_larger(page: Page, app: str):
    open_page(page, app)
    before = page.locator(".answer-label").bounding_box()
    page.get_by_role("button", name="A+").click()
    after = page.locator(".answer-label").bounding_box()
    assert before and after and abs(after["width"] / before["width"] - 1.4) < 0.05
    assert link(page)["present"] == "1"
    page.get_by_role("button", name="A+").click()
    assert page.locator(".answer-label").bounding_box() == before


def test_a_copied_link_opens_the_same_view(page: Page, app: str, chromium: Browser):
    open_page(page, f"{app}/?task=counter")
    write(page, "aaabbb")
    with rerun(page):
        page.get_by_text("RNN", exact=True).click()
    page.locator(".instrument").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="similar").click()
    page.get_by_role("button", name="Join", exact=True).click()
    wait_for_link(page, step="5", order="similar", phase="join")
    other = opened(chromium)
    open_page(other, page.url)
    view = {"step": "5", "order": "similar", "phase": "join"}
    assert link(other) == {"task": "counter", "text": "aaabbb", "cell": "rnn"} | view
    for name in ("similar", "Join"):
        expect(other.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")
    assert text_box(other).input_value() == "aaabbb"
    expect(other.get_by_text("step 5 of 6", exact=True)).to_be_visible()
    assert answer(other) == answer(page)
    other.context.close()


def download(page: Page, title: str) -> bytes:
    if not page.get_by_role("button", name=title).is_visible():
        page.get_by_role("button", name="Save", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name=title).click()
    return started.value.path().read_bytes()


def test_downloads_hold_the_trace(page: Page, app: str):
    open_page(page, f"{app}/?text=Dubois")
    trace = rnnviz.load("names-lstm").trace("Dubois")
    csv = pd.read_csv(io.BytesIO(download(page, "Trace as CSV")), keep_default_na=False)
    parquet = pd.read_parquet(io.BytesIO(download(page, "Trace as Parquet")))
    for frame in (csv, parquet):
        forget = frame[(frame["quantity"] == "forget") & (frame["step"] == 3)]
        np.testing.assert_allclose(forget["value"], trace["forget"][2], rtol=1e-6)
        assert list(frame.columns) == ["step", "token", "layer", "direction", "quantity", "unit", "value"]
        assert len(frame) == len(trace.to_frame())
    loaded = rnnviz.Trace.load(io.BytesIO(download(page, "Trace as npz")))
    np.testing.assert_array_equal(loaded["cell"], trace["cell"])
    assert loaded.tokens == trace.tokens


def test_a_page_to_type_into_reads_on_without_the_server(page: Page, app: str, chromium: Browser, tmp_path: Path):
    open_page(page, f"{app}/?text=Dubois")
    file = tmp_path / "page.html"
    file.write_bytes(download(page, "A page to type into"))
    with chromium.new_context(offline=True) as context:
        saved = context.new_page()
        saved.goto(file.as_uri())
        saved.locator(".tokens .token").first.wait_for()
        assert saved.input_value("#text") == "Dubois"
        saved.fill("#text", "Li")
        saved.wait_for_function("() => document.querySelectorAll('.tokens .token').length === 3")


def test_a_saved_page_shows_the_view_that_was_on_the_screen(page: Page, app: str, chromium: Browser, tmp_path: Path):
    open_page(page, f"{app}/?text=Dubois&if=forget.5=1")
    page.locator(".instrument").focus()
    for key in ("Home", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Forget", exact=True).click()
    page.get_by_role("button", name="number", exact=True).click()
    text = download(page, "This view as a page").decode()
    expect(page.locator(".saving [role=status]")).to_have_text("Saved as names-lstm-Dubois-step-2.html")
    with from_disk(chromium, tmp_path / "page.html", text) as saved:
        for selector in (".where", ".unit input", ".phases [aria-pressed=true]", ".change", ".answer", ".area-left"):
            here, there = (each.locator(selector).first for each in (page, saved))
            if selector == ".unit input":
                assert there.input_value() == here.input_value()
            else:
                assert there.inner_text().removesuffix("×") == here.inner_text().removesuffix("×")
        assert saved.get_by_role("button", name="number", exact=True).get_attribute("aria-pressed") == "true"


def test_markup_typed_as_text_stays_text(page: Page, app: str):
    open_page(page, app)
    page.evaluate("() => { window.alerted = []; window.alert = words => alerted.push(words) }")
    write(page, "<script>alert(1)</script><img src=x onerror=alert(2)>")
    assert page.evaluate("alerted") == []
    assert page.locator("img[src='x']").count() == 0
    assert tokens(page).startswith("<script>")
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_pasted_novel_is_cut_with_a_message(page: Page, app: str):
    open_page(page, app)
    write(page, "It was the best of times. " * 40_000)
    expect(page.locator(".st-key-dismiss")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Only the first 256 tokens are read")).to_be_visible()
    assert len(text_box(page).input_value()) == 4000


def test_a_bad_link_opens_and_says_so(page: Page, app: str):
    open_page(page, f"{app}/?task=poetry&cell=perceptron&step=999")
    expect(page.get_by_text("The link leads to “poetry”")).to_be_visible()
    expect(page.get_by_text("“cell”: “perceptron”")).to_be_visible()
    expect(page.get_by_text("“step”: “999”")).to_be_visible()
    assert tokens(page) == "Schmidhuber∎"


def test_fits_every_width_in_both_themes_and_is_accessible(page: Page, app: str):
    open_page(page, f"{app}/?task=reviews")
    for width in (1440, 1280, 768, 683, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in in_both_themes(page):
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
            wrong = violations(page, only=COLOUR_RULES if scheme == "light" else None)
            assert not serious(wrong), f"{width} {scheme}: {wrong}"


def test_the_tokens_are_coloured_by_what_made_it_say_this(page: Page, app: str):
    open_page(page, f"{app}/?text=Rossi")
    values = attribution_over_time(rnnviz.load("names-lstm").trace("Rossi"))
    picker = page.get_by_role("combobox", name="Colour the tokens by")
    with rerun(page):
        picker.select_option("attribution")

    def check(expected: np.ndarray) -> None:
        shown = page.locator(".token").evaluate_all("chips => chips.map(chip => Number(chip.dataset.value))")
        np.testing.assert_allclose(shown[: len(expected)], expected, atol=1e-4)

    until(page, lambda: check(values[-1]))
    page.locator(".instrument").first.focus()
    page.keyboard.press("ArrowLeft")  # asks no server: the answers after all steps have come
    step = len(values) - 2
    until(page, lambda: check(values[step, : step + 1]))
    write(page, "Rosso")
    longer = attribution_over_time(rnnviz.load("names-lstm").trace("Rosso"))
    until(page, lambda: check(longer[step, :3]), timeout=15)
    with rerun(page):
        picker.select_option("prediction")
