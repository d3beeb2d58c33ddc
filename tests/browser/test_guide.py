"""The guide in a real Chromium: words set the figures, questions reveal, and what is shown is the trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlparse

import numpy as np
import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

import rnnviz
from rnnviz.cells import CELLS
from rnnviz.text.tokens import visible
from rnnviz.trace import Trace
from rnnviz.ui.pages.guide.chapter_parser import Chapter, Prose, Question, parse_chapter
from rnnviz.ui.pages.guide.chapters import CHAPTERS
from rnnviz.ui.pages.guide.glossary import cell_terms
from rnnviz.ui.shared import lesson_link
from rnnviz.ui.shared.catalogue import CELL_ORDER
from tests.browser.conftest import (
    COLOUR_RULES,
    in_both_themes,
    opened,
    rerun,
    serious,
    settle,
    until,
    violations,
    wait_for_link,
)
from tests.browser.conftest import link as address

FOLDER = Path(__file__).parents[2] / "pages"
WRITTEN = {name: parse_chapter(FOLDER / f"{name}.md") for name in CHAPTERS}
STEPPING = [name for name, written in WRITTEN.items() if written.instrument]
WITH_DIAGRAM = [name for name in STEPPING if not WRITTEN[name].instrument_in_bar]
PLACE = "[class*='st-key-section'] a[href^='#'][href*='=']"  # the links in the words that set the figure
OPTIONS = {"reset", "update"}
STEPPER = "[data-testid=stBidiComponentIsolated] .instrument"

# What a reader sees of where the instrument stands. `lit`: what is lit in the views that are on the screen.
STATE = """() => {
  const host = document.querySelector('[data-testid=stBidiComponentIsolated]');
  const root = host?.shadowRoot;
  if (!root?.querySelector('.where')) return null;
  const [, step, steps] = root.querySelector('.where').textContent.match(/^step (\\d+) of (\\d+)$/);
  const roots = [root, ...[...document.querySelectorAll('.rnnviz-slot')].map(slot => slot.shadowRoot).filter(Boolean)];
  const seen = element => {
    const { top, bottom } = element.getBoundingClientRect();
    return element.checkVisibility() && bottom > 0 && top < innerHeight;
  };
  const lit = roots.flatMap(r => [...r.querySelectorAll('.lit, .arithmetic-lit')]).filter(seen);
  return {
    step: Number(step),
    steps: Number(steps),
    unit: Number(root.querySelector('.unit input').value),
    phase: root.querySelector('.phases [aria-pressed=true]')?.textContent ?? null,
    lit: [...new Set(lit.map(element => element.dataset.name))].sort(),
    text: document.querySelector('.st-key-text input')?.value ?? null,
    tokens: [...root.querySelectorAll('.token')].map(token => token.textContent).join(''),
    cell: document.querySelector("[class*='-cell'] [aria-checked=true]")?.textContent ?? null,
    reset: new URL(location).searchParams.get('reset') ?? 'after',
    update: new URL(location).searchParams.get('update') ?? 'keeps',
  };
}"""

# Collects, frame by frame, what is framed by an animation where the reader can see it.
WATCH = """
const SHOWN = {
  step: '.where, .token[aria-selected=true], .playhead-column',
  unit: '.unit input, .playhead-unit',
  phase: '.phases [aria-pressed=true]',
  text: '.st-key-text input',
  cell: "[class*='-cell'] [aria-checked=true]",
};
window.flashed = new Set();
const watch = () => {
  const hosts = document.querySelectorAll('.rnnviz-slot, [data-testid=stBidiComponentIsolated]');
  for (const root of [document, ...[...hosts].map(host => host.shadowRoot).filter(Boolean)]) {
    for (const { effect, playState } of root.getAnimations()) {
      const target = effect?.target;
      if (playState !== 'running' || !target?.checkVisibility()) continue;
      const { top, bottom, left, right } = target.getBoundingClientRect();
      const framed = getComputedStyle(target).outlineStyle !== 'none';
      const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
      if (!framed || !inside) continue;
      for (const [name, selector] of Object.entries(SHOWN)) if (target.matches(selector)) flashed.add(name);
    }
  }
  requestAnimationFrame(watch);
};
requestAnimationFrame(watch);
"""

HAS = f"""wanted => {{
  const now = ({STATE})();
  return now && Object.entries(wanted).every(([name, value]) => String(now[name]) === String(value));
}}"""


def open_chapter(page: Page, app: str, name: str, **link: object) -> Chapter:
    page.goto(f"{app}/{name}{'?' * bool(link)}{urlencode(link)}")
    settle(page)
    if name in STEPPING:
        page.wait_for_function(f"() => ({STATE})() !== null")
    page.mouse.move(1, 1)
    return WRITTEN[name]


def text_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Type a sequence")


def state(page: Page) -> dict[str, Any]:
    return page.evaluate(STATE)


def comes_to(page: Page, about: str, timeout: float = 5000, **wanted: object) -> None:
    """Wait until a reader sees this state."""
    wanted = {name: value if isinstance(value, str | int) else ",".join(value) for name, value in wanted.items()}
    try:
        page.wait_for_function(HAS, arg=wanted, timeout=timeout)
    except TooLate:
        found = state(page)
        raise AssertionError(f"{about}: wanted {wanted}, found { {name: found[name] for name in wanted} }") from None


def title_of(trace_of: Trace, phase: str) -> str:
    return next(p.title for p in trace_of.definition.phases if p.name == phase) if phase else "Whole step"


def trace(written: Chapter, text: str, cell: str = "") -> Trace:
    return rnnviz.load(f"{written.task}-{cell or written.cells[0]}").trace(text)


def shown_tokens(read_as: Trace) -> str:
    return "".join(map(visible, read_as.tokens))


def typed(page: Page, written: Chapter, text: str, cell: str = "") -> Trace:
    """Type a text and wait until the instrument has it; returns its trace."""
    read_as = trace(written, text, cell)
    text_box(page).fill(text)
    comes_to(page, "typing", tokens=shown_tokens(read_as), steps=len(read_as))
    return read_as


def choose_cell(page: Page, cell: str) -> None:
    page.locator(".st-key-bar").get_by_text(CELLS[cell].title, exact=True).click()
    settle(page)


def press(page: Page, key: str) -> None:
    page.locator(STEPPER).press(key)


def choose_unit(page: Page, unit: int) -> None:
    field = page.locator(f"{STEPPER} .unit input")
    field.fill(str(unit))
    field.press("Enter")


def scroll_to(page: Page, section: str, at: float = 0.3) -> None:
    """Bring the beginning of a section to a height of the window, as far as the page can be scrolled."""
    page.evaluate(
        """([section, at]) => {
          const top = document.querySelector(`.st-key-section-${section}`).getBoundingClientRect().top;
          document.querySelector('[data-testid=stMain]').scrollTop += top - at * innerHeight;
        }""",
        [section, at],
    )


def start_of(markdown: str) -> str:
    """The first words of a paragraph, as they are read on the page."""
    inline = MarkdownIt().parse(markdown)[1]
    text = "".join(" " if child.type == "softbreak" else child.content for child in inline.children or [])
    return " ".join(text.split("$")[0][:60].split())


def reveal(page: Page, key: str, question: Question, by_key: bool = False) -> Locator:
    """Answer a question; returns its box."""
    box = page.locator(f".st-key-question-{key}")
    answer = start_of(question.why)
    assert answer not in read_in(box), "shown before it was asked"
    if by_key:
        box.get_by_role("radio").first.focus()
        page.keyboard.press("Space")
    else:
        box.get_by_text(question.choices[-1], exact=True).click()
    shown = "([box, answer]) => box.innerText.replace(/\\s+/g, ' ').includes(answer)"
    page.wait_for_function(shown, arg=[box.element_handle(), answer], timeout=10_000)
    return box


def come_to(link: Locator) -> None:
    """Scroll to a link, and let the page take note of where its reader is now."""
    link.scroll_into_view_if_needed()
    link.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")


def read_in(element: Locator) -> str:
    return " ".join(element.inner_text().split())


def place_of(hash: str) -> dict[str, str]:
    return {key: value for key, _, value in (part.partition("=") for part in hash.lstrip("#").split("&"))}


def links(written: Chapter, revealed: bool = True) -> Iterator[str]:
    """All links in a chapter's words, in reading order: what they lead to."""
    for section in written.sections:
        for part in section.shown:
            texts = [part.markdown] if isinstance(part, Prose) else []
            if isinstance(part, Question):
                texts = [part.ask, part.why] if revealed else [part.ask]
            for token in (token for markdown in texts for token in MarkdownIt().parse(markdown)):
                for child in token.children or []:
                    if child.type == "link_open" and str(child.attrGet("href")).startswith("#"):
                        yield unquote(str(child.attrGet("href")))


def check_place(page: Page, written: Chapter, place: dict[str, str], about: str) -> None:
    """What a link or a question names is what the reader then sees."""
    wanted: dict[str, Any] = {key: int(place[key]) for key in ("step", "unit") if key in place}
    now = state(page)
    cell = place.get("cell", next((c for c in CELLS if CELLS[c].title == now["cell"]), written.cells[0]))
    if "cell" in place:
        wanted["cell"] = CELLS[cell].title
    if "text" in place:
        wanted |= {"text": place["text"], "tokens": shown_tokens(trace(written, place["text"], cell))}
    wanted |= {option: place[option] for option in OPTIONS if option in place}
    if "phase" in place:
        wanted["phase"] = title_of(trace(written, written.examples[0], cell), place["phase"])
    comes_to(page, about, **wanted)
    if "light" in place and written.name in WITH_DIAGRAM:
        comes_to(page, about, lit=[place["light"]])


# ---- words ----


@pytest.mark.parametrize("name", [n for n in STEPPING if any("=" in link for link in links(WRITTEN[n]))])
def test_every_link_in_the_words_sets_what_it_says_and_makes_it_obvious(page: Page, app: str, name: str):
    written = open_chapter(page, app, name)
    check_questions(page, written)
    settle(page)
    page.add_script_tag(content=f"{{ {WATCH} }}")
    found = [unquote(link.get_attribute("href") or "") for link in page.locator(PLACE).all()]
    assert found == [link for link in links(written) if "=" in link]
    left = set()  # texts and cells that were already come to from another one
    for k, link in enumerate(found):
        place = place_of(link)
        before = elsewhere(page, written, place, left)
        page.evaluate("flashed.clear()")
        come_to(page.locator(PLACE).nth(k))
        page.locator(PLACE).nth(k).click()
        page.mouse.move(1, 1)
        about = f"{name}, link {k}, {link}"
        check_place(page, written, place, about)
        now = state(page)
        kept = {key for key in ("step", "unit") if key not in place and "text" not in place}
        assert all(now[key] == before[key] for key in kept), f"{about} changed what it does not name"
        changed = {key for key in place if key not in ("light", "phase") and str(before[key]) != str(now[key])}
        assert changed or not set(place) - {"light", "phase", *OPTIONS}, f"{about}: nothing was elsewhere before"
        changed -= OPTIONS  # their switch may be far from the words
        try:
            page.wait_for_function("names => names.every(name => flashed.has(name))", arg=sorted(changed), timeout=2500)
        except TooLate:
            seen = page.evaluate("[...flashed]")
            pytest.fail(f"{about}: changed {sorted(changed)}, of which the reader saw a flash only at {seen}")


def elsewhere(page: Page, written: Chapter, place: dict[str, str], left: set[tuple[str, str]]) -> dict[str, Any]:
    """Go where a link does not lead, in everything that it names. Returns what a reader sees there."""
    wanted = (place.get("text", ""), place.get("cell", ""))
    if wanted not in left:
        left.add(wanted)
        if wanted[1] and state(page)["cell"] == CELLS[wanted[1]].title:
            choose_cell(page, next(cell for cell in written.cells if cell != wanted[1]))
        if wanted[0] and state(page)["text"] == wanted[0]:
            page.mouse.move(1, 1)
            cell = next((c for c in CELLS if CELLS[c].title == state(page)["cell"]), "")
            typed(page, written, next(text for text in written.examples if text != wanted[0]), cell)
            settle(page)
    if "step" in place:
        press(page, "End" if place["step"] == "1" else "Home")
    if "unit" in place:
        choose_unit(page, 1 if place["unit"] == "0" else 0)
    if "phase" in place:
        page.locator(f"{STEPPER} .phases button").first.click()
    page.mouse.move(1, 1)
    return state(page)


@pytest.mark.parametrize("name", STEPPING)
def test_sections_light_their_part_and_numbers_are_those_of_the_trace(page: Page, app: str, name: str):
    written = open_chapter(page, app, name)
    definition = trace(written, written.examples[0]).definition
    nothing: dict[str, Any] = {"lit": []} | ({"phase": "Whole step"} if name in WITH_DIAGRAM else {})
    comes_to(page, "above all sections", **nothing)
    for k, section in reversed([*enumerate(written.sections)]):
        scroll_to(page, str(k))
        about = f"{name}, section {k}"
        if name in WITH_DIAGRAM:
            comes_to(page, about, phase=title_of(trace(written, written.examples[0]), section.phase))
        comes_to(page, about, lit=[section.light] if section.light else [])
        if name in WITH_DIAGRAM and section.phase:
            computed = next(phase.computes for phase in definition.phases if phase.name == section.phase)
            gates = page.locator(".st-key-instrument .diagram :is(.part.gate, .part.function)")
            until(page, partial(check_brightness, gates, computed, about))  # it changes gently
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 0")
    comes_to(page, "above all sections again", **nothing)
    check_numbers(page, written)


def check_brightness(gates: Locator, computed: tuple[str, ...], about: str) -> None:
    look = "all => all.map(e => [e.dataset.name, Number(getComputedStyle(e).opacity)])"
    for quantity, opacity in gates.evaluate_all(look):
        assert (opacity == 1) == (quantity in computed), f"{about}: {quantity} is at {opacity}"


def check_link_colours(page: Page, written: Chapter) -> None:
    """A link wears the colour of the quantity that it lights."""
    cells = (*CELL_ORDER, written.cells[0])
    colours = {quantity.name: quantity.colour for cell in cells for quantity in CELLS[cell].define().by_name.values()}
    for link in page.locator(PLACE).all():
        if light := place_of(link.get_attribute("href") or "").get("light"):
            worn = link.evaluate("e => getComputedStyle(e).getPropertyValue('--role').trim()")
            assert worn.lower() == colours[light].lower(), f"{written.name}: {light}"


def test_a_term_in_the_words_opens_its_explanation(page: Page, app: str):
    written = open_chapter(page, app, "lstm")
    page.get_by_role("link", name="cell state", exact=True).first.click()
    card = page.get_by_role("dialog")
    expect(card).to_be_visible()
    meaning = cell_terms([trace(written, "ab").definition])["cell-state"].meaning
    expect(card).to_contain_text(meaning)
    expect(card.get_by_role("link")).to_have_count(0), "the page has no list of the terms to lead to"


def test_a_term_leads_to_its_entry_where_no_instrument_opens_a_card(page: Page, app: str):
    open_chapter(page, app, "training")
    entry = page.locator("#term-batch")
    expect(entry).not_to_be_visible()
    page.get_by_role("link", name="batch", exact=True).first.click()
    expect(entry).to_be_in_viewport()


# ---- questions ----


def check_questions(page: Page, written: Chapter, by_key: bool = False) -> None:
    """Every question, when answered, reveals what it is about and moves the instrument there."""
    name = written.name
    for key, question in written.questions:
        if question.go and name in STEPPING:
            press(page, "Home")
        box = reveal(page, key, question, by_key)
        about = f"{name}, question {key}"
        if question.go and name in STEPPING:
            check_place(page, written, place_of(question.go), about)
        if question.show and question.show != "predictions":  # those stand beside the words but on phones
            shown = box.locator(".js-plotly-plot, .rnnviz-slot, table, [data-testid=stButton]").first
            expect(shown, about).to_be_visible(timeout=10_000)
        if by_key:
            first = box.get_by_role("radio").first
            assert first.evaluate("e => e === document.activeElement"), f"{about}: the focus is lost"


def test_answers_outlive_a_reload_and_move_nothing_when_they_come_back(page: Page, app: str):
    written = open_chapter(page, app, "words")
    (first, one), (second, other), *_ = written.questions
    answers = {first: one.right, second: other.choices[1]}
    for key, choice in answers.items():
        page.locator(f".st-key-question-{key}").get_by_text(choice, exact=True).click()
        settle(page)

    def check_answers() -> None:
        for key, choice in answers.items():
            chosen = page.locator(f".st-key-question-{key}").get_by_role("radio", name=choice, exact=True)
            expect(chosen).to_be_checked()
        expect(page.locator(".st-key-tally")).to_contain_text("1 of 2 right")

    check_answers()
    page.reload()
    settle(page)
    check_answers()
    page.locator(".st-key-turn-on a").click()
    page.wait_for_url(re.compile("/squashing"))
    settle(page)
    page.goto(f"{app}/words?text=Wang&step=2")
    settle(page)
    check_answers()
    comes_to(page, "a link with answers that the browser keeps", text="Wang", step=2)
    page.get_by_role("button", name="Ask me again").click()
    expect(page.locator(".st-key-tally")).to_have_count(0)
    page.reload()
    settle(page)
    assert page.get_by_role("radio", checked=True).count() == 0


# ---- numbers ----

OWN = {
    "words": ["Müller", "Ivanova"],
    "squashing": ["Okafor", "Lee"],
    "forgetting": ["Dabc?", "Bhgfedcba?"],
    "lstm": ["aaabbb", "aaaaaabb"],
    "gru": ["aaabbb", "aaaaaabb"],
    "writing": ["MENENIUS:", "O my"],
}


def check_numbers(page: Page, written: Chapter) -> None:
    """Slots and heatmaps show the trace of what is typed at the chosen step."""
    name = written.name
    for text, step, unit in zip(OWN[name], (3, 2), (1, 5), strict=True):
        read_as = typed(page, written, text)
        settle(page)
        press(page, "Home")
        for _ in range(step - 1):
            press(page, "ArrowRight")
        choose_unit(page, unit)
        comes_to(page, name, step=step, unit=unit)
        for slot in page.locator(".rnnviz-slot").all():
            check_slot(page, slot, read_as, step, unit)
    units = page.locator(f"{STEPPER} .unit input").get_attribute("max")
    assert units == str(read_as.hidden_size - 1)


def check_slot(page: Page, slot: Locator, read_as: Trace, step: int, unit: int) -> None:
    view, kind = slot.evaluate("e => [e.dataset.view, {...e.dataset}]")
    if view == "heatmaps":
        slot.scroll_into_view_if_needed()
        panels = slot.locator(".heatmap")
        expect(panels.first).to_be_visible()
        assert panels.evaluate_all("all => all.map(e => e.dataset.name)") == kind["quantities"].split(",")
        return
    if view not in ("arithmetic", "curve", "gate"):
        return
    slot.scroll_into_view_if_needed()
    where = slot.locator(f".{view}-where")
    expect(where).to_contain_text(re.compile(f"step {step} of {len(read_as)}$"))
    if view == "arithmetic":
        results = slot.locator(".arithmetic-result").all()
        computed = next(phase.computes for phase in read_as.definition.phases if phase.name == kind["phase"])
        names = [result.get_attribute("data-name") for result in results]
        assert names == list(computed)
        for quantity, result in zip(computed, results, strict=True):
            assert number(result.inner_text()) == pytest.approx(float(read_as[quantity][step - 1, unit]), abs=5.1e-4)
    elif view == "curve":
        values = slot.locator(".dot").evaluate_all("all => all.map(dot => Number(dot.dataset.value))")
        np.testing.assert_array_equal(np.float32(values), read_as[kind["quantity"]][step - 1])
        expect(slot.locator(".curve-pointed")).to_contain_text(f"unit {unit}:")
    else:
        shown = slot.locator(".gate-pointed").inner_text().removeprefix(f"unit {unit}: ")
        held, opening, product = map(number, re.split("[×=]", shown))
        old = read_as[kind["of"]][step - 2, unit]
        exact = [old, read_as[kind["gate"]][step - 1, unit], old * read_as[kind["gate"]][step - 1, unit]]
        np.testing.assert_allclose([held, opening, product], exact, atol=5.1e-4)


def number(text: str) -> float:
    return float(text.strip().replace("−", "-"))


def check_chosen_token_is_seen(page: Page) -> None:
    strip, chosen = page.locator(f"{STEPPER} .tokens"), page.locator(f"{STEPPER} .token[aria-selected=true]")
    room, token = (element.evaluate("e => e.getBoundingClientRect().toJSON()") for element in (strip, chosen))
    assert room["left"] - 1 <= token["left"] and token["right"] <= room["right"] + 1, "it stands outside the strip"


# ---- how they look ----


def check_fits(page: Page, about: str) -> None:
    over, outside = page.evaluate(OUTSIDE)
    assert over <= 0 and not outside, f"{about}: {over} pixels too wide: {outside}"


OUTSIDE = """() => {
  const wide = document.documentElement.clientWidth, scroller = document.querySelector('[data-testid=stMain]');
  const over = [document.documentElement, scroller].map(e => e.scrollWidth - e.clientWidth);
  const all = [...document.querySelectorAll('[data-testid=stMain] *')].filter(e => {
    const { right, width } = e.getBoundingClientRect();
    if (!width || right <= wide + 1) return false;
    for (let p = e.parentElement; p && p !== scroller; p = p.parentElement)
      if (getComputedStyle(p).overflowX !== 'visible') return false;
    return true;
  });
  return [Math.max(...over), all.slice(0, 3).map(e => e.outerHTML.slice(0, 120))];
}"""


def check_strip_on_a_phone(page: Page, written: Chapter) -> None:
    """On a phone the strip in the bar stays in view and shows where a link leads."""
    page.add_script_tag(content=f"{{ {WATCH} }}")
    last = len(written.sections) - 2
    scroll_to(page, str(last), 0.6)

    def check_bar() -> None:
        bar = page.locator(".st-key-bar").bounding_box()
        assert bar and bar["y"] >= 0 and bar["height"] < 844 * 0.45, "the bar must stay, and leave room to read"

    until(page, check_bar)
    strip = page.locator(".st-key-bar .rnnviz-slot[data-view=strip]")
    expect(strip.locator(".tokens")).to_be_in_viewport(ratio=1)
    link = page.locator(f"{PLACE}[href*='step=']").last
    step = int(place_of(unquote(link.get_attribute("href") or ""))["step"])
    press(page, "End" if step == 1 else "Home")
    come_to(link)
    page.evaluate("flashed.clear()")
    link.click()
    chosen = strip.locator(".token[aria-selected=true]")
    expect(chosen).to_have_attribute("data-step", str(step - 1))
    page.wait_for_function("() => flashed.has('step')", timeout=3000)
    expect(chosen).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("name", [*CHAPTERS, "glossary"])
def test_fits_in_both_themes_and_is_accessible(page: Page, app: str, name: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app}/{name}")
    settle(page)
    if name in WITH_DIAGRAM:
        check_strip_on_a_phone(page, WRITTEN[name])
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        if width > 900 and name in WRITTEN:
            check_questions(page, WRITTEN[name])
        for scheme in in_both_themes(page):
            until(page, partial(check_fits, page, f"{width} {scheme}"))  # tables take their new width a moment later
            if width < 900 and scheme == "light":
                continue  # its colours are those of the wide page
            # On a phone Streamlit draws its own menu of pages into the sidebar, whose lists are not ours.
            context = "[data-testid=stMain]" if width < 900 else None
            wrong = violations(page, context, COLOUR_RULES if scheme == "light" else None)
            assert not serious(wrong), f"{width} {scheme}: {wrong}"


# ---- the keyboard ----

FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!element || element === document.body) return null;
  const box = (element.closest('label') ?? element).getBoundingClientRect();
  const bar = document.querySelector('.st-key-bar');
  const inBar = bar?.contains(element) || bar?.contains(element.getRootNode().host);
  const words = element.closest("[class*='st-key-section']");
  return {
    tag: element.tagName.toLowerCase(),
    href: words ? element.getAttribute('href') : null,
    label: element.getAttribute('aria-label') ?? '',
    text: element.textContent.trim(),
    group: element.closest('[role=group], [role=radiogroup]')?.getAttribute('aria-label') ?? '',
    question: element.closest("[class*='st-key-question']")?.className.match(/st-key-question-(\\S+)/)[1] ?? null,
    inWords: Boolean(words),
    hidden: !inBar && words !== null && box.bottom <= (bar?.getBoundingClientRect().bottom ?? 0),
    legend: Boolean(element.closest('.st-key-section-legend')),
  };
}"""


def stops(page: Page) -> list[dict[str, Any]]:
    """What the tab key reaches on a page, in this order, from its beginning to the words' end."""
    found = []
    for _ in range(300):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None or at["legend"]:
            return found
        found.append(at)
    raise AssertionError("the tab key does not come to the legend at the chapter's end")


@pytest.mark.parametrize("name", list(CHAPTERS))
def test_a_chapter_opens_at_its_token_and_is_read_by_keyboard(page: Page, app: str, name: str):
    written = open_chapter(page, app, name)
    if name in STEPPING:
        check_chosen_token_is_seen(page)
        check_link_colours(page, written)
    check_tab_order(page, written)
    check_questions(page, written, by_key=True)


def check_tab_order(page: Page, written: Chapter) -> None:
    """The tab key goes through the page in reading order."""
    name = written.name
    found = stops(page)
    named = [(at["label"] or at["text"]) * (at["tag"] != "main") for at in found]

    def at(kind: str) -> int:
        return next(k for k, words in enumerate(named) if re.search(kind, words))

    order = ["^Type a sequence$", "^Examples", "Open in Explore"] if written.task else []
    if len(written.cells) > 1:
        order.insert(2, f"^{CELLS[written.cells[0]].title}$")
    if name in STEPPING:
        order += ["^Tokens$", "^First step", "^One step back", "^Play", "^One step forward", "^Last step"]
        order += ["^Speed$", "^Unit$"]
    if name in WITH_DIAGRAM:
        order += ["^Whole step$"]
    places = [at(kind) for kind in order]
    assert places == sorted(places), [order[k] for k in np.argsort(places)]
    words = [at for at in found if at["inWords"] and ((at["href"] or "").startswith("#") or at["question"])]
    assert words and found.index(words[0]) > max(places, default=-1), "the words come after the controls"
    reached = [unquote(at["href"]) for at in words if at["href"] and ("=" in at["href"] or "#term-" in at["href"])]
    assert reached == list(links(written, revealed=False))
    asked = [at["question"] for at in words if at["question"] and at["tag"] == "input"]
    assert asked == [key for key, _ in written.questions], "one stop for each question's answers"
    hidden = [at["href"] or at["label"] for at in found if at["hidden"]]
    assert not hidden, f"the focus lies under the bar: {hidden}"


# ---- the way to Explore, and links for a lesson ----


def to_explore(page: Page) -> None:
    page.get_by_role("link", name="Open in Explore").click()
    page.wait_for_url(re.compile(r"^[^?]*:\d+/(\?.*)?$"))
    settle(page)
    page.wait_for_function(f"() => ({STATE})() !== null")


def check_explore(page: Page, written: Chapter, text: str, cell: str, step: int, unit: int) -> None:
    steps = len(trace(written, text, cell))
    example = rnnviz.zoo.card(f"{written.task}-{cell}")["examples"][0]
    usual = {"task": "names", "cell": "lstm", "step": str(steps), "unit": "0", "text": example}
    wanted = {"task": written.task, "cell": cell, "step": str(step), "unit": str(unit), "text": text}
    comes_to(page, "Explore", step=step, unit=unit, steps=steps, text=text)

    def check_link() -> None:
        found = address(page)
        assert {key: found.get(key, usual[key]) for key in wanted} == wanted

    until(page, check_link)  # the instrument writes the address once it is at rest
    comes_to(page, "Explore", step=step, unit=unit, steps=steps, text=text, cell=CELLS[cell].title)


def test_open_in_explore_carries_text_cell_step_and_unit(page: Page, app: str):
    written = open_chapter(page, app, "forgetting")
    choose_cell(page, "gru")
    typed(page, written, "Dabcabc?", "gru")
    press(page, "Home")
    press(page, "ArrowRight")
    choose_unit(page, 7)
    wait_for_link(page, unit="7", step="2")
    to_explore(page)
    check_explore(page, written, "Dabcabc?", "gru", 2, 7)


def test_open_in_explore_takes_along_where_one_went_a_moment_ago(page: Page, app: str):
    written = open_chapter(page, app, "lstm", text="aaabbb")
    press(page, "Home")
    press(page, "ArrowRight")
    to_explore(page)
    check_explore(page, written, "aaabbb", "lstm", 2, 6)


@pytest.mark.parametrize("typed_before", ["", "aab"], ids=["same text", "other text"])
def test_a_link_and_open_in_explore_at_once_lead_where_the_link_said(page: Page, app: str, typed_before: str):
    written = open_chapter(page, app, "lstm", **({"text": typed_before} if typed_before else {}))
    link = page.locator(f"{PLACE}[href*='step=6'][href*='unit=2']").first
    come_to(link)
    link.click()
    to_explore(page)
    check_explore(page, written, "aaaaabbbbb", "lstm", 6, 2)


def test_back_from_explore_the_chapter_is_as_it_was_left(page: Page, app: str):
    written = open_chapter(page, app, "gru")
    typed(page, written, "aaabb")
    settle(page)
    to_explore(page)
    # Streamlit takes `read` out of the link and puts the text in, a step of the history each; they come before the page
    # has changed or after it.
    for _ in range(3):
        page.go_back()
        settle(page)
        if "/gru" in page.url:
            break
    comes_to(page, "back in the chapter", tokens="aaabb", text="aaabb")


@pytest.mark.parametrize("name", ["lstm", "forgetting"])
def test_a_lesson_s_link_shows_none_of_what_it_hides(page: Page, app: str, name: str):
    text = "aabb" if name == "lstm" else "Dabc?"
    hide = "typing,model,questions,explore,navigation,link"
    open_chapter(page, app, name, hide=hide, text=text, step=2)
    comes_to(page, name, tokens=text, step=2)
    assert text_box(page).count() == 0
    for words in ("Examples", "Open in Explore", "Share", "Guide"):
        assert page.get_by_role("button", name=words).count() == 0, words
    assert page.get_by_role("radio").count() == 0, "neither questions nor cells"
    assert page.get_by_text("Before you look").count() == 0
    assert page.get_by_role("navigation").locator("visible=true").count() == 0
    assert page.locator("[data-testid=stTopNavLink], [data-testid=stSidebar], [data-testid=stPageLink]").count() == 0
    assert page.locator("[data-testid=stMain] h2").count() > 3, "the words stay"


def test_what_is_hidden_stays_hidden_on_the_next_page(page: Page, app: str):
    open_chapter(page, app, "words", hide="typing,questions,explore")
    page.locator("[data-testid=stPageLink] a").last.click()
    page.wait_for_url(re.compile("/squashing"))
    settle(page)
    expect(page.get_by_role("heading", name=WRITTEN["squashing"].title)).to_be_visible()
    assert text_box(page).count() == 0
    assert page.get_by_text("Before you look").count() == 0
    assert page.get_by_role("link", name="Open in Explore").count() == 0
    assert address(page)["hide"] == "explore,questions,typing"
    page.reload()
    settle(page)
    assert text_box(page).count() == 0


def test_the_maker_of_links_gives_a_link_to_the_same_view(page: Page, app: str, chromium: Browser):
    written = open_chapter(page, app, "lstm")
    typed(page, written, "aaabbb")
    settle(page)
    press(page, "Home")
    press(page, "ArrowRight")
    choose_unit(page, 3)
    wait_for_link(page, unit="3", step="2")
    with rerun(page):
        page.get_by_role("button", name="Share").click()
    panel = page.get_by_role("dialog")
    for part in ("typing", "questions"):
        with rerun(page):
            panel.get_by_text(lesson_link.PARTS[part], exact=True).click()
    link = panel.locator("[data-testid=stCode]")
    expect(link).to_contain_text("step=2")
    expect(link).to_contain_text("hide=questions,typing")
    expect(panel.get_by_role("img", name="The QR code of this link")).to_be_visible()
    made = link.inner_text().strip()
    assert {name: values[0] for name, values in parse_qs(urlparse(made).query).items()} == {
        "text": "aaabbb",
        "step": "2",
        "unit": "3",
        "hide": "questions,typing",
    }
    other = opened(chromium)
    other.goto(made)
    settle(other)
    comes_to(other, "the made link", tokens="aaabbb", step=2, unit=3)
    assert urlparse(other.url).path == "/lstm"
    assert text_box(other).count() == 0 and other.get_by_text("Before you look").count() == 0
    expect(other.get_by_role("link", name="Open in Explore")).to_be_visible()
    other.context.close()


def test_the_link_is_copied_and_its_code_shown_large(page: Page, app: str):
    open_chapter(page, app, "words")
    page.get_by_role("button", name="Share").click()
    panel = page.get_by_role("dialog")
    small = panel.get_by_role("img", name="The QR code of this link")
    expect(small).to_be_visible()
    assert small.evaluate("image => image.naturalWidth > 0"), "the page's policy lets the picture in"
    before = small.bounding_box()
    with rerun(page):
        panel.get_by_role("button", name="Show it large").click()
    large = small.bounding_box()
    assert before and large and large["width"] > 1.3 * before["width"] and large["height"] < 900
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel.get_by_role("button", name="Copy link").click()
    expect(panel.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == panel.locator("[data-testid=stCode]").inner_text()
    with rerun(page):
        panel.get_by_role("button", name="Back").click()
    expect(panel.get_by_role("checkbox")).to_have_count(len(lesson_link.PARTS) + 1)


def test_between_a_phone_and_a_laptop_the_words_have_the_whole_width(page: Page, app: str):
    for width in (683, 768, 880):
        page.set_viewport_size({"width": width, "height": 1024})
        page.goto(f"{app}/lstm")
        settle(page)
        box = page.locator("[class*='st-key-section-1']").first.bounding_box()
        assert box and box["width"] > 0.75 * width, f"{width}: {box}"
