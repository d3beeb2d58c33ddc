"""Views in the middle of a page in a real Chromium: they show the trace, follow the instrument, come and go."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz.model import Model
from rnnviz.network import Network
from tests.browser.plain_page import STEP, TEXT, UNIT, data, frames, go, load, number, plain, slot, state
from tests.browser.test_explore import open_page

ALL = [
    slot("strip"),
    slot("curve", quantity="candidate"),
    slot("curve", quantity="forget"),
    slot("gate", gate="forget", of="cell"),
    slot("arithmetic", phase="forget"),
    slot("diagram", phase="forget"),
    slot("predictions"),
]
GUIDE = ["tokens", "transport", "diagram", "narration", "predictions"]  # what a chapter's instrument shows


def relu() -> Model:
    """An RNN whose activation has one limit only."""
    known = rnnviz.load("names-rnn")
    size = {"hidden": 16, "vocabulary": len(known.vocabulary), "embedding": 8, "classes": len(known.labels)}
    network = Network.random("rnn", **size, options={"activation": "relu"}, rng=np.random.default_rng(0))
    return Model("relu", network, known.vocabulary, known.labels)


def dots(page: Page) -> tuple[np.ndarray, np.ndarray]:
    found = page.locator(".curve-plot .dot").evaluate_all("all => all.map(d => [+d.dataset.sum, +d.dataset.value])")
    return np.array(found).T


# ---- what they show ----


def test_every_dot_is_the_recorded_value_over_its_weighted_sum(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"))
    for step in (1, STEP, len(trace)):
        go(page, step=step - 1)
        sums, values = dots(page)
        np.testing.assert_array_equal(values.astype(np.float32), trace["candidate"][step - 1])
        np.testing.assert_allclose(np.tanh(sums), trace["candidate"][step - 1], atol=2e-6)


def test_the_dots_stand_on_the_line_inside_the_picture(page: Page):
    plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"))
    away = page.evaluate(
        """() => {
          const root = document.querySelector('.rnnviz-slot').shadowRoot;
          const line = root.querySelector('.line');
          const points = Array.from({length: 4001}, (_, k) => line.getPointAtLength(k / 4000 * line.getTotalLength()));
          return [...root.querySelectorAll('.dot')].map(dot => {
            const [x, y] = [Number(dot.getAttribute('cx')), Number(dot.getAttribute('cy'))];
            return Math.min(...points.map(p => Math.hypot(p.x - x, p.y - y)));
          });
        }"""
    )
    assert max(away) < 1


def test_the_bounds_of_an_activation_are_drawn_and_named(page: Page):
    plain(page, relu(), slot("curve", quantity="hidden"))
    assert page.locator(".curve-plot .limit").count() == 1
    assert "0" in page.locator(".curve-plot .tick.value").all_text_contents()
    plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"))
    assert page.locator(".curve-plot .limit").count() == 2
    assert {"−1", "1"} <= set(page.locator(".curve-plot .tick.value").all_text_contents())


def test_the_selected_unit_is_marked_with_its_numbers(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"))
    sums, values = dots(page)
    shown = [number(text) for text in page.locator(".curve-plot .reading").all_text_contents()]
    np.testing.assert_allclose(shown, [sums[UNIT], values[UNIT]], atol=5.1e-4)
    sentence = page.locator(".curve-pointed").inner_text()
    assert sentence.startswith(f"unit {UNIT}: tanh({sums[UNIT]:.3f}) = ".replace("-", "−"))
    assert number(sentence.split(" = ")[1]) == pytest.approx(float(trace["candidate"][STEP - 1, UNIT]), abs=5.1e-4)


def test_a_gate_times_what_it_multiplies_is_what_is_left(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), slot("gate", gate="forget", of="cell"))
    for step, unit in ((STEP, UNIT), (2, 17)):
        go(page, step=step - 1, unit=unit)
        factors, product = page.locator(".gate-pointed").inner_text().removeprefix(f"unit {unit}: ").split(" = ")
        old, opening = trace["cell"][step - 2, unit], trace["forget"][step - 1, unit]
        shown = [*map(number, factors.split(" × ")), number(product)]
        np.testing.assert_allclose(shown, [old, opening, old * opening], atol=5.1e-4)


def test_the_strips_of_a_gate_are_coloured_by_all_units(page: Page):
    """The opacity of a cell is its value's share of the scale that is named above it."""
    trace = plain(page, rnnviz.load("names-lstm"), slot("gate", gate="forget", of="cell"))
    strips = page.locator(".gating .vector").evaluate_all(
        """strips => strips.map(strip => [...strip.querySelectorAll('.cells path')].flatMap(path => {
          const opacity = Number(path.getAttribute('fill').split(',')[3].slice(0, -1));
          return (path.getAttribute('d') ?? '').split('z').filter(Boolean).map(() => opacity);
        }))"""
    )
    ends = [number(text.split(" to ")[1]) for text in page.locator(".gate-scale").all_inner_texts()]
    held, opening = trace["cell"][STEP - 2], trace["forget"][STEP - 1]
    for opacities, end, values in zip(strips, ends, (held, opening, held * opening), strict=True):
        shares = np.sort(np.abs(values) / end)
        np.testing.assert_allclose(
            sorted(opacities), shares[len(shares) - len(opacities) :], atol=1 / 32 + 5e-4
        )  # half a shade, and three decimals


def test_one_phase_of_the_arithmetic_ends_in_the_numbers_of_the_trace(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), slot("arithmetic", phase="write"))
    go(page, phase=1)
    results = page.locator(".arithmetic-result")
    assert results.evaluate_all("all => all.map(e => e.dataset.name)") == ["input", "candidate"]
    for result, name in zip(results.all(), ("input", "candidate"), strict=True):
        assert number(result.inner_text()) == pytest.approx(float(trace[name][STEP - 1, UNIT]), abs=5.1e-4)
    assert page.locator(".arithmetic-dim").count() == 0
    assert page.locator(".arithmetic-title").count() == 0


def test_a_pinned_diagram_lights_its_phase_whichever_is_shown(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), slot("diagram", phase="forget"))
    names = [phase.name for phase in trace.definition.phases]
    look = "parts => parts.map(p => [p.dataset.name, p.getAttribute('class')])"
    before = page.locator(".diagram .part").evaluate_all(look)
    assert any(name == "forget" and "now" in kind for name, kind in before)
    assert any(name == "output" and "later" in kind for name, kind in before)
    go(page, phase=names.index("output"))
    assert page.locator(".diagram .part").evaluate_all(look) == before
    expect(page.locator(".diagram .phase-title")).to_have_text("Forget")


def test_factors_that_are_nearly_0_or_1_are_not_written_so(page: Page):
    """3.244 × 1.000 = 3.243 looks like wrong arithmetic."""
    trace = plain(
        page, rnnviz.load("names-lstm"), slot("gate", gate="forget", of="cell"), slot("arithmetic", phase="cell")
    )
    opening = trace["forget"].astype(float)
    nearly = (np.abs(opening[1:] - 1) < 4e-4) & (np.abs(opening[1:] - 1) > 2e-5)
    step, unit = (int(k) for k in np.argwhere(nearly)[0])
    go(page, step=step + 1, unit=unit)
    factor = page.locator(".gate-number").nth(1).inner_text()
    assert float(factor) != 1 and float(factor) == pytest.approx(opening[step + 1, unit], abs=5.1e-5)
    assert page.locator(".arithmetic-number[data-name=forget]").first.inner_text() == factor


def test_the_numbers_of_a_gate_keep_their_places(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), slot("gate", gate="forget", of="cell"))
    left = set()
    for unit in range(0, trace.hidden_size, 7):
        go(page, unit=unit)
        boxes = [number.bounding_box() for number in page.locator(".gate-number").all()]
        left.add(tuple(round(box["x"] - boxes[0]["x"]) for box in boxes))
    assert len(left) == 1


def test_the_product_of_what_a_phase_computes_is_lit_in_it(page: Page):
    model = rnnviz.load("names-lstm")
    plain(page, model, slot("diagram", phase="write"), slot("diagram", phase="cell"))
    lit = """root => [...root.querySelectorAll('.part.strip.now, .part.operation.now')].map(p => p.textContent)"""
    write, cell = (page.locator(".diagram svg").nth(k).evaluate(lit) for k in (0, 1))
    squeezed = ["".join(text.split()) for text in write]
    assert any("it⊙gt" in text for text in squeezed) and "⊙" in squeezed
    assert not any("ft⊙" in text for text in squeezed), "the old state is no work of this phase"
    assert any("ft⊙ct−1" in "".join(text.split()) for text in cell)


def test_predictions_in_the_words_follow(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), slot("predictions"))
    for step in (STEP, 2):
        go(page, step=step - 1)
        best = int(trace.probabilities[step - 1].argmax())
        first = page.locator(".predictions tbody tr").first.locator("th, td").all_inner_texts()
        assert first[0] == trace.labels[best]
        assert float(first[2].rstrip(" %")) == pytest.approx(100 * trace.probabilities[step - 1, best], abs=0.06)


# ---- how they move ----


def test_the_compact_strip_opens_at_the_selected_token(page: Page):
    text = "Cbhaegfdcabhgedfacbhedgafcbhgeadfcbhe?"
    page.set_viewport_size({"width": 390, "height": 700})
    start = {"step": len(text) - 1, "unit": 0}
    plain(page, rnnviz.load("recall-lstm"), slot("strip"), text=text, start=start, views=["tokens"])
    for strip in page.locator(".tokens").all():
        box = strip.bounding_box()
        chip = strip.locator("[aria-selected=true]").bounding_box()
        assert box and chip
        assert chip["x"] > box["x"] and chip["x"] + chip["width"] <= box["x"] + box["width"] + 1


def test_slots_follow_the_instrument_and_move_it(page: Page):
    plain(page, rnnviz.load("names-lstm"), *ALL)
    page.locator(".compact [data-do=forward]").click()
    expect(page.locator(".arithmetic-where")).to_have_text("Unit 6 at “i”, step 5 of 12")
    page.locator(".compact .token").nth(1).click()
    expect(page.locator(".arithmetic-where")).to_have_text("Unit 6 at “c”, step 2 of 12")
    page.locator(".gating").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".arithmetic-where")).to_have_text("Unit 7 at “h”, step 3 of 12")


def test_keys_on_the_curve_go_along_it(page: Page):
    plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"))
    sums = dots(page)[0]
    order = list(np.argsort(sums))
    page.locator(".curve-plot").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".curve-plot")).to_have_attribute("aria-valuenow", str(order[order.index(UNIT) + 1]))
    page.keyboard.press("ArrowRight")
    expect(page.locator(".curve-where")).to_contain_text("step 5 of 12")


def test_pointing_at_the_curve_describes_and_clicking_selects(page: Page):
    plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"))
    unit = int(np.argmin(np.abs(dots(page)[0])))
    box = page.locator(f".dot[data-unit='{unit}']").bounding_box()
    assert box is not None
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    expect(page.locator(".curve-pointed")).to_contain_text(f"unit {unit}:")
    assert state(page, "unit")[0] == UNIT
    page.mouse.move(2, 2)
    expect(page.locator(".curve-pointed")).to_contain_text(f"unit {UNIT}:")
    page.mouse.click(*at)
    assert state(page, "unit")[0] == unit


def test_pointing_at_a_strip_describes_and_clicking_selects(page: Page):
    plain(page, rnnviz.load("names-lstm"), slot("gate", gate="forget", of="cell"))
    strip = page.locator(".gating .vector").nth(1)
    strip.hover(position={"x": 5, "y": 5})
    expect(page.locator(".gate-pointed")).to_contain_text("unit 0:")
    expect(page.locator(".gate-row.lit")).to_have_attribute("data-name", "forget")
    strip.click(position={"x": 5, "y": 5})
    assert state(page, "unit")[0] == 0


def test_slots_come_go_and_change_with_the_page(page: Page):
    plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"))
    page.evaluate("document.querySelector('.rnnviz-slot').remove()")
    go(page, step=0)
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", slot("curve", quantity="forget"))
    expect(page.locator(".curve-where")).to_contain_text("forget gate f = σ(weighted sum): all 64 units at “S”, step 1")
    page.evaluate("document.querySelector('.rnnviz-slot').dataset.quantity = 'output'")
    expect(page.locator(".curve-where")).to_contain_text("output gate o")
    page.evaluate("document.body.append(document.querySelector('.rnnviz-slot'))")
    go(page, step=2)
    expect(page.locator(".curve-where")).to_contain_text("step 3 of 12")
    page.evaluate("instrument.destroy()")
    expect(page.locator(".curve")).to_have_count(0)


def test_what_is_out_of_sight_waits_until_it_is_seen(page: Page):
    far = "<div style='height: 4000px'></div>"
    plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"), far, slot("curve", quantity="forget"))
    seen = page.locator(".curve-where")
    expect(seen).to_have_count(2)  # it has its size, so that nothing jumps when it is reached
    go(page, step=0)
    expect(seen.nth(0)).to_contain_text("step 1 of 12")
    expect(seen.nth(1)).to_contain_text("step 4 of 12")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(seen.nth(1)).to_contain_text("step 1 of 12")


def test_a_slot_about_what_a_cell_does_not_have_stays_empty(page: Page):
    curve, gate = slot("curve", quantity="forget"), slot("gate", gate="forget", of="cell")
    plain(page, rnnviz.load("names-gru"), curve, gate, slot("arithmetic", phase="forget"))
    for host in page.locator(".rnnviz-slot").all():
        assert host.evaluate("e => e.getBoundingClientRect().height") == 0
    lstm = data(rnnviz.load("names-lstm"))
    load(page, lstm)
    page.evaluate("instrument.store.set({ step: 2 })")
    for view in (".curve", ".gating", ".arithmetic"):
        expect(page.locator(view)).to_be_visible()


def test_a_link_to_another_text_waits_for_that_text(page: Page):
    model = rnnviz.load("names-lstm")
    link = '<a href="#text=Nakamura&step=7&unit=9&phase=output">there</a>'
    plain(page, model, *ALL, link)
    page.get_by_role("link", name="there").click()
    assert page.evaluate("requests") == [{"text": "Nakamura"}] and state(page, "step") == [STEP - 1]
    load(page, data(model))  # a run of the page for another reason
    assert state(page, "step") == [STEP - 1]
    load(page, data(model, "Nakamura"))
    assert state(page, "step", "unit", "phase") == [6, 9, 4]
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".curve-where").first).to_contain_text("“r”, step 7 of 9")


# ---- the instrument around them ----


def test_only_the_views_that_are_asked_for_stand_in_the_instrument(page: Page):
    plain(page, rnnviz.load("names-lstm"), views=["transport", "predictions"])
    views = {"tokens", "transport", "diagram", "narration", "predictions", "arithmetic", "table"}
    assert {view for view in views if page.locator(f"main .{view}").count()} == {"transport", "predictions"}


def boxed(page: Page, model: Model, width: int, height: int) -> None:
    """The instrument of a chapter in a box that stays in view."""
    plain(page, model, views=GUIDE)
    style = f"position: sticky; top: 0; width: {width}px; height: {height}px; overflow-y: auto"
    page.evaluate("style => document.querySelector('main').style.cssText += ';' + style", style)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<div style=\"height: 3000px\"></div>')")
    frames(page)


@pytest.mark.parametrize("name", ["counter-lstm", "counter-gru"])
def test_on_a_laptop_the_instrument_of_a_chapter_fits_beside_the_words(page: Page, name: str):
    for width, height in ((666, 624), (617, 576)):
        boxed(page, rnnviz.load(name), width, height)
        page.wait_for_selector(".diagram svg.wide.dense")
        assert page.locator("main").evaluate("e => e.scrollHeight - e.clientHeight") <= 0
        expect(page.locator(".signal")).to_be_hidden()
        scale = page.locator(".diagram svg").evaluate("e => e.getBoundingClientRect().width / e.viewBox.baseVal.width")
        texts = page.locator(".diagram text")
        assert min(texts.evaluate_all("all => all.map(e => parseFloat(getComputedStyle(e).fontSize))")) * scale > 9.5
        heights = page.evaluate(
            """() => instrument.store.trace.tokens.map((_, step) => {
              instrument.store.set({ step });
              return document.querySelector('.narration').getBoundingClientRect().height;
            })"""
        )
        assert len(set(heights)) == 1, "nothing jumps from step to step"


def test_where_there_is_room_the_phases_are_on_the_row_of_the_transport(page: Page):
    boxed(page, rnnviz.load("names-lstm"), 1200, 800)
    buttons, phases = (page.locator(f".{name}").bounding_box() for name in ("buttons", "phases"))
    assert abs(buttons["y"] + buttons["height"] / 2 - phases["y"] - phases["height"] / 2) < 4


def test_a_box_scrolls_to_what_the_phase_computes_and_the_page_does_not(page: Page):
    boxed(page, rnnviz.load("names-lstm"), 420, 400)
    page.wait_for_selector(".diagram svg.narrow")
    page.evaluate("scrollTo(0, 30)")
    names = [phase.name for phase in rnnviz.load("names-lstm").definition.phases]
    for phase in ("output", "forget", "output"):
        go(page, phase=names.index(phase))
        frames(page)
        gate = page.locator(f".diagram .gate[data-name={phase}]").bounding_box()
        box = page.locator("main").bounding_box()
        assert box["y"] <= gate["y"] and gate["y"] + gate["height"] <= box["y"] + box["height"]
    assert page.evaluate("scrollY") == 30


def test_without_a_box_of_its_own_nothing_scrolls(page: Page):
    page.set_viewport_size({"width": 420, "height": 400})
    plain(page, rnnviz.load("names-lstm"), views=GUIDE)
    go(page, phase=4)
    frames(page)
    assert page.evaluate("scrollY") == 0


# ---- how they look ----


CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = rgb(getComputedStyle(document.body).backgroundColor);
  const roots = [...document.querySelectorAll('.rnnviz-slot')].map(slot => slot.shadowRoot);
  const texts = roots.flatMap(root => [...root.querySelectorAll('.curve *, .gating *, .arithmetic *, .compact .token')])
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length);
  return texts.map(element => {
    let opacity = 1;
    for (let e = element; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
    const { color, fill } = getComputedStyle(element);
    const ink = rgb(element.closest('svg') ? fill : color).map((v, k) => v * opacity + ground[k] * (1 - opacity));
    const [high, low] = [light(ink), light(ground)].sort((a, b) => b - a);
    return [(high + 0.05) / (low + 0.05), element.textContent, element.getAttribute('class')];
  });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_written_can_be_read(page: Page, theme: str):
    plain(page, rnnviz.load("names-lstm"), *ALL, theme=theme)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 40
    faint = [(round(ratio, 2), text, kind) for ratio, text, kind in contrasts if ratio < 4.5]
    assert not faint


def test_slots_fit_on_a_phone(page: Page):
    page.set_viewport_size({"width": 360, "height": 700})
    plain(page, rnnviz.load("names-gru"), *[text.replace("forget", "update").replace("cell", "hidden") for text in ALL])
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 700})
        frames(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        outside = page.evaluate(
            """() => [...document.querySelectorAll('.rnnviz-slot')].flatMap(slot => {
              const edge = slot.getBoundingClientRect();
              return [...slot.shadowRoot.querySelectorAll('.curve text, .gating *')]
                .filter(e => e.getClientRects().length)
                .map(e => [e.getBoundingClientRect(), e.textContent])
                .filter(([box]) => box.left < edge.left - 1 || box.right > edge.right + 1).map(([, text]) => text);
            })"""
        )
        assert not outside


def test_slots_are_accessible(page: Page):
    plain(page, rnnviz.load("names-lstm"), *ALL)
    found = Axe().run(page)
    serious = [v["id"] for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious, found.generate_report()


# The colour and font of the instrument and of the two slots, if all three agree.
COMMON_LOOK = """() => {
  const host = document.querySelector('[data-testid=stBidiComponentIsolated]');
  const slots = [...document.querySelectorAll('.rnnviz-slot')].map(slot => slot.shadowRoot);
  const looks = [host.shadowRoot, ...slots].map(root => {
    const { color, fontFamily } = getComputedStyle(root.querySelector('.instrument'));
    return `${color} ${fontFamily}`;
  });
  return new Set(looks).size === 1 && looks[0];
}"""


def test_in_the_app_a_slot_has_the_theme_of_the_instrument_and_follows_its_change(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step={STEP}&unit={UNIT}")
    page.evaluate(
        "html => document.querySelector('[data-testid=stMainBlockContainer]').insertAdjacentHTML('afterbegin', html)",
        slot("curve", quantity="candidate") + slot("arithmetic", phase="forget"),
    )
    expect(page.locator(".curve-pointed")).to_contain_text("unit 6: tanh(")
    light = page.wait_for_function(COMMON_LOOK).json_value()
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"light => {{ const look = ({COMMON_LOOK})(); return look && look !== light; }}", arg=light)
