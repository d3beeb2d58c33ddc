"""The words of a page and the instrument in a real Chromium: links, sections and terms."""

from pathlib import Path

import plotly
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz.analysis import unit_effects
from rnnviz.instrument import bundle, payload
from tests.browser.plain_page import frames

TEXT, OTHER = "Dubois", "Li"
SITE = "http://page.test"
UI = Path(rnnviz.__file__).parent / "ui"
PROSE = UI / "pages" / "guide" / "prose.css"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
LSTM = rnnviz.load("names-lstm")

FILLER = "<p>Words that say nothing of the figure.</p>" * 25
WORDS = f"""
<p id="intro">Above all. <a href="#step=4&unit=6">step four</a>, <a href="#light=forget">forget gate</a>,
<a href="#phase=output">the output</a>, <a href="#step=2&signal=mean:forget">coloured</a>,
<a href="#text={TEXT}&step=4&unit=6">same text</a>, <a href="#text={OTHER}%20n&step=2">other text</a>,
<a href="#cell=gru&phase=blend">the GRU</a>, <a href="#term-hidden-state">hidden state</a>,
<a href="#term-nowhere">nowhere</a>, <a href="#anchor">anchor</a></p>{FILLER}
<div class="st-key-section-0"><h2>Forget</h2>
<div class="rnnviz-section" data-phase="forget" data-light=""></div>{FILLER}</div>
<div class="st-key-section-1"><h2>Plain</h2>{FILLER}</div>
<div class="st-key-section-2"><h2>Cell</h2>
<div class="rnnviz-section" data-phase="" data-light="cell"></div>{FILLER}</div>
<div class="st-key-section-3"><h2>Output</h2><div class="rnnviz-section" data-phase="output"></div>
<p>Short. <a id="inside" href="#phase=forget">see the forget gate</a></p></div>
<dl><div id="term-hidden-state"><dt><b>h</b>Hidden state</dt><dd>What it &lt;b&gt;remembers&lt;/b&gt;.</dd></div></dl>
"""

PROGRAM = Path(__file__).with_name("prose_page.js")


def sent(model_name: str, text: str, **options: str) -> dict[str, object]:
    model = rnnviz.load(model_name)
    model = model.with_options(**options) if options else model
    return {**payload(model.trace(text), model), "text": text}


# Where nothing asks for a unit, the instrument shows the one that does most for the answer.
STRONGEST = {
    "lstm": unit_effects(LSTM.trace(TEXT)).strongest,
    "gru": unit_effects(rnnviz.load("names-gru").with_options(reset="before").trace(TEXT)).strongest,
}
PAYLOADS = [sent("names-lstm", TEXT), sent("names-lstm", f"{OTHER} n"), sent("names-gru", TEXT)]
PAYLOADS.append(sent("names-gru", TEXT, reset="before"))


def show(page: Page, *, scroller: str = "window", words: str = WORDS, dark: bool = False) -> None:
    """A page with the words beside an instrument. scroller: the "window", or as in Streamlit an "element" in it."""
    style = bundle.style() + PROSE.read_text()
    main = "position: absolute; inset: 0; overflow: auto;" if scroller == "element" else ""
    document = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Words</title>
      <style>{style} body {{ margin: 0; color-scheme: {"dark" if dark else "light"};
        background: {"#10151c" if dark else "#fff"}; color: {"#e6eaf0" if dark else "#10161f"} }}
        .beside {{ position: sticky; top: 0; float: left; width: 45% }} .words {{ margin-left: 50% }}
        a[href*="light=forget"] {{ --role: #d55e00 }}</style>
      <main class="scroller" style="{main}"><h1>Words</h1><div class="beside"><div class="instrument"></div></div>
      <div class="st-key-text"><input aria-label="text"></div><div class="words">{words}</div></main>"""
    answers = {f"{SITE}/": document}
    page.route(
        f"{SITE}/**", lambda route, request: route.fulfill(content_type="text/html", body=answers.get(request.url))
    )
    page.goto(f"{SITE}/")
    page.evaluate("payloads => { window.payloads = payloads }", PAYLOADS)
    page.evaluate(
        """source => new Promise((done, failed) => {
          const script = Object.assign(document.createElement('script'), {type: 'module', textContent: source});
          window.addEventListener('error', ({ error }) => error && failed(error));
          window.done = done;
          document.body.append(script);
        })""",
        f"{bundle.script(PROGRAM)}\nrequestAnimationFrame(() => setTimeout(done));",
    )


def state(page: Page, *names: str) -> list[object]:
    return page.evaluate("names => names.map(name => store.state[name])", list(names))


def phase(page: Page) -> str | None:
    return page.evaluate("store.trace.phases[store.state.phase]?.name ?? null")


def named(page: Page, words: str):
    return page.get_by_role("link", name=words, exact=True)


def flashed(page: Page) -> list[list[object]]:
    frames(page)
    return page.evaluate("flashed.splice(0)")


def scroll(page: Page, heading: str, to: float = 0.3) -> None:
    """Bring a heading to a height of the window, as far as the page can be scrolled."""
    page.evaluate(
        """([heading, to]) => {
          const found = [...document.querySelectorAll('h2')].find(e => e.textContent === heading);
          const main = document.querySelector('main');
          const scroller = getComputedStyle(main).overflowY === 'auto' ? main : document.scrollingElement;
          scroller.scrollTop += found.getBoundingClientRect().top - to * innerHeight;
        }""",
        [heading, to],
    )
    frames(page)


def test_a_click_sets_what_the_link_names_and_flashes_what_changed(page: Page):
    show(page)
    named(page, "step four").click()
    assert state(page, "step", "unit", "playing") == [3, 6, False]
    assert flashed(page) == [[["step", "unit"], "step 4 of 7, unit 6"]]
    expect(page.locator(".rnnviz-announced")).to_have_text("step 4 of 7, unit 6")
    named(page, "coloured").click()
    assert state(page, "step", "unit", "signal") == [1, 6, "mean:forget"]
    assert flashed(page)[0][0] == ["step", "signal"]
    assert page.url == f"{SITE}/", "a link that sets the figure must not move the page"
    assert page.evaluate("asked") == []


def test_a_place_that_is_already_there_is_flashed_all_the_same(page: Page):
    show(page)
    for _ in range(2):
        named(page, "step four").click()
    assert [changed for changed, _ in flashed(page)] == [["step", "unit"]] * 2


def test_a_flash_is_seen_where_the_place_is_shown(page: Page):
    show(page)
    named(page, "step four").click()
    pulsing = page.evaluate(
        """document.getAnimations().filter(a => a.id === 'rnnviz-flash')
          .map(({effect: {target}}) => target.className || target.type)"""
    )
    assert set(pulsing) == {"token", "where", "number"}
    page.wait_for_function("document.getAnimations().every(a => a.id !== 'rnnviz-flash')")


def test_without_motion_a_flash_is_a_steady_frame(page: Page):
    page.emulate_media(reduced_motion="reduce")
    show(page)
    named(page, "step four").click()
    frames = page.evaluate(
        "document.getAnimations().find(a => a.id === 'rnnviz-flash').effect.getKeyframes().map(f => f.outline)"
    )
    assert len(frames) == 2 and frames[0] == frames[1]


def test_pointing_lights_and_leaving_restores(page: Page):
    show(page)
    named(page, "forget gate").hover()
    assert state(page, "highlight") == ["forget"]
    expect(page.locator(".diagram .lit").first).to_be_visible()
    named(page, "the output").hover()
    assert (phase(page), state(page, "highlight")) == ("output", [None])
    page.mouse.move(5, 5)
    assert (phase(page), state(page, "highlight")) == (None, [None])


def test_links_work_from_the_keyboard(page: Page):
    show(page)
    named(page, "step four").focus()
    page.keyboard.press("Tab")
    assert state(page, "highlight") == ["forget"]
    page.keyboard.press("Tab")
    assert (phase(page), state(page, "highlight")) == ("output", [None])
    page.keyboard.press("Tab")
    assert phase(page) is None
    page.keyboard.press("Enter")
    assert state(page, "step", "signal") == [1, "mean:forget"]


def test_a_clicked_phase_stays_when_the_link_is_left(page: Page):
    show(page)
    named(page, "the output").click()
    page.mouse.move(5, 5)
    assert phase(page) == "output"
    title = next(phase.title for phase in LSTM.definition.phases if phase.name == "output")
    assert flashed(page) == [[["phase"], f"step 1 of 7, unit {STRONGEST['lstm']}, {title}"]]
    named(page, "forget gate").click()
    page.mouse.move(5, 5)
    assert state(page, "highlight") == ["forget"]


def test_other_texts_and_cells_are_asked_for_and_flashed_once_there(page: Page):
    show(page)
    named(page, "same text").click()
    assert page.evaluate("asked") == [] and state(page, "step", "unit") == [3, 6]
    flashed(page)
    named(page, "other text").click()
    assert page.evaluate("asked.splice(0)") == [{"text": f"{OTHER} n"}]
    assert state(page, "step") == [3] and flashed(page) == []
    page.evaluate("arrive(payloads[1])")
    assert state(page, "step") == [1]
    assert flashed(page) == [[["step", "text"], f"text {OTHER} n, step 2 of 5, unit 6"]]
    page.evaluate("arrive(payloads[0])")
    named(page, "the GRU").click()
    assert page.evaluate("asked.splice(0)") == [{"cell": "gru"}]
    page.evaluate("arrive(payloads[2])")
    page.mouse.move(5, 5)
    assert phase(page) == "blend"
    assert flashed(page)[0][0] == ["cell", "phase"]


def test_options_of_the_cell_are_places_too(page: Page):
    words = """<div class="st-key-reset"><button aria-checked="true">W</button></div>
      <a href="#reset=before&amp;step=2">gate first</a> <a href="#update=keeps">as it is</a>
      <a href="#other=1">no</a>"""
    show(page, words=words)
    current = page.locator("[aria-current=true]")
    assert current.count() == 0, "an LSTM has no such options"
    page.evaluate("arrive(payloads[2])")
    assert current.all_inner_texts() == ["as it is"]
    named(page, "gate first").click()
    assert page.evaluate("asked.splice(0)") == [{"reset": "before"}]
    assert state(page, "step") == [0] and flashed(page) == []
    page.evaluate("arrive(payloads[3])")
    assert state(page, "step") == [1]
    assert flashed(page) == [[["step", "reset"], f"reset before, step 2 of 7, unit {STRONGEST['gru']}"]]
    assert current.all_inner_texts() == ["gate first", "as it is"]
    pulsing = "document.getAnimations().filter(a => a.id === 'rnnviz-flash').map(a => a.effect.target.tagName)"
    assert "BUTTON" in page.evaluate(pulsing)


def test_links_to_the_present_place_say_so(page: Page):
    show(page)
    current = page.locator("[aria-current=true]")
    assert current.count() == 0
    named(page, "step four").click()
    assert current.all_inner_texts() == ["step four", "same text"]
    page.evaluate("arrive(payloads[1])")
    assert current.all_inner_texts() == ["step four"]
    page.evaluate("store.set({step: 1})")
    assert current.all_inner_texts() == ["other text"]
    page.evaluate("document.querySelector('#intro a').setAttribute('href', '#step=2')")
    frames(page)
    assert current.all_inner_texts() == ["step four", "other text"]


def test_other_links_and_other_clicks_are_the_browsers(page: Page):
    show(page)
    page.evaluate(
        "addEventListener('click', event => { window.prevented = event.defaultPrevented; event.preventDefault(); })"
    )
    for words in ("anchor", "nowhere"):
        named(page, words).click()
        assert page.evaluate("prevented") is False
    named(page, "step four").click(modifiers=["Control"])
    assert page.evaluate("prevented") is False and state(page, "step") == [0]


@pytest.mark.parametrize("scroller", ["window", "element"])
def test_the_section_at_the_reading_line_lights_its_part(page: Page, scroller: str):
    show(page, scroller=scroller)
    assert (phase(page), state(page, "highlight")) == (None, [None])
    for heading, is_phase, is_lit in (
        ("Forget", "forget", None),
        ("Plain", None, None),
        ("Cell", None, "cell"),
        ("Output", "output", None),  # too short to be scrolled up to the line
        ("Cell", None, "cell"),
        ("Forget", "forget", None),
    ):
        scroll(page, heading)
        assert (phase(page), state(page, "highlight")) == (is_phase, [is_lit]), heading
    scroll(page, "Forget", 0.5)
    assert phase(page) is None, "above the line the section has not begun"


def test_a_choice_by_hand_stays_until_the_next_section(page: Page):
    show(page)
    scroll(page, "Forget")
    page.get_by_role("button", name="Whole step").click()
    scroll(page, "Forget", 0.1)
    assert phase(page) is None
    scroll(page, "Cell")
    assert state(page, "highlight") == ["cell"]


def test_pointing_wins_over_the_section_while_it_lasts(page: Page):
    show(page)
    page.evaluate("document.querySelector('main').scrollIntoView(false)")
    frames(page)
    assert phase(page) == "output"
    named(page, "see the forget gate").hover()
    assert phase(page) == "forget"
    page.mouse.move(5, 5)
    assert phase(page) == "output"


def test_what_the_section_lit_comes_back_after_pointing_at_the_diagram(page: Page):
    show(page)
    scroll(page, "Cell")
    page.locator(".diagram [data-name=forget]").first.hover(force=True)
    assert state(page, "highlight") == ["forget"]
    page.mouse.move(1400, 5)
    assert state(page, "highlight") == ["cell"]


def test_a_new_trace_keeps_the_sections_part_and_playing_is_not_disturbed(page: Page):
    show(page)
    scroll(page, "Forget")
    page.evaluate("arrive(payloads[1])")
    assert phase(page) == "forget"
    page.evaluate("arrive(payloads[2])")
    assert phase(page) is None, "a GRU has no forget gate"
    page.evaluate("arrive(payloads[0])")
    page.evaluate("store.set({playing: true, phase: 0})")
    scroll(page, "Output")
    assert state(page, "phase") == [0]
    page.evaluate("store.set({playing: false})")
    assert phase(page) == "output"


def test_a_page_without_sections_is_left_alone(page: Page):
    show(page, words=FILLER)
    page.evaluate("store.set({phase: 1, highlight: 'cell'})")
    page.mouse.wheel(0, 400)
    frames(page)
    page.evaluate("arrive(payloads[1])")
    page.evaluate("store.set({phase: 1, highlight: null})")
    page.mouse.wheel(0, -400)
    frames(page)
    assert state(page, "phase", "highlight") == [1, None]


def test_a_revealed_question_moves_the_instrument_once(page: Page):
    show(page)
    reveal = """() => {
      document.querySelector('.reveal')?.remove();
      const place = Object.assign(document.createElement('div'), {className: 'reveal st-key-question-1'});
      place.innerHTML = '<div class="rnnviz-go" data-go="step=5&unit=9"></div>';
      document.querySelector('.words').append(place);
    }"""
    page.evaluate(reveal)
    frames(page)
    assert state(page, "step", "unit") == [4, 9]
    assert flashed(page)[0][0] == ["step", "unit"]
    page.evaluate("store.set({step: 0})")
    page.evaluate(reveal)
    frames(page)
    assert state(page, "step") == [0], "drawn again is not revealed again"


def test_a_term_opens_a_card_and_gives_the_focus_back(page: Page):
    show(page)
    card = page.get_by_role("dialog")
    term = named(page, "hidden state")
    term.focus()
    page.keyboard.press("Enter")
    expect(card).to_be_visible()
    assert card.locator("strong").inner_text() == "h Hidden state"
    assert card.locator("p").all_inner_texts() == ["What it <b>remembers</b>."]
    below, box = card.bounding_box(), term.bounding_box()
    assert 0 <= below["y"] - (box["y"] + box["height"]) < 12
    assert below["x"] <= box["x"] < below["x"] + below["width"] <= 1440
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert term.evaluate("e => e === document.activeElement")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert card.get_by_role("link").evaluate("e => e === document.activeElement")
    page.keyboard.press("Tab")
    expect(card).to_be_hidden()
    term.click()
    page.mouse.click(700, 500)
    expect(card).to_be_hidden()
    assert page.url == f"{SITE}/"


def test_all_words_leads_to_the_entry(page: Page):
    show(page)
    named(page, "hidden state").click()
    page.get_by_role("dialog").get_by_role("link").press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    entry = page.locator("#term-hidden-state")
    expect(entry).to_be_in_viewport()
    assert entry.evaluate("e => e === document.activeElement")


@pytest.mark.parametrize("scroller", ["window", "element"])
def test_the_card_goes_with_its_term(page: Page, scroller: str):
    show(page, scroller=scroller)
    named(page, "hidden state").click()
    card = page.get_by_role("dialog")
    before = card.bounding_box()["y"]
    page.mouse.move(1000, 400)
    page.mouse.wheel(0, 20)
    page.wait_for_function(
        "y => Math.abs(document.querySelector('.rnnviz-term').getBoundingClientRect().y - y) < 2", arg=before - 20
    )
    page.mouse.wheel(0, 900)
    expect(card).to_be_hidden()


def test_leaving_takes_everything_along(page: Page):
    show(page)
    named(page, "step four").click()
    page.evaluate("leave()")
    assert page.locator("[aria-current]").count() == 0
    page.evaluate("addEventListener('click', event => event.preventDefault())")
    named(page, "coloured").click()
    assert state(page, "step") == [3]


@pytest.mark.parametrize("dark", [False, True])
def test_links_and_card_are_accessible(page: Page, dark: bool):
    show(page, dark=dark)
    named(page, "step four").click()
    named(page, "hidden state").click()
    for selector in (".words", ".rnnviz-term"):
        found = Axe().run(page, context=selector).response["violations"]
        serious = [v["id"] for v in found if v["impact"] in ("serious", "critical")]
        assert not serious, f"{selector}: {serious}"
