"""Views in the middle of a page in a real Chromium: they show the trace, follow the instrument, come and go."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz.instrument import bundle, payload
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.trace import Trace
from tests.browser.conftest import settle
from tests.browser.test_explore import open_page

TEXT = "Schmidhuber"
STEP, UNIT = 4, 6  # where the pages open, counted as people see them
FUNCTIONS = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: np.maximum(z, 0)}
THEMES = {
    "light": {"text": "#10161F", "background": "#FFFFFF", "secondary-background": "#F3F5F8", "primary": "#5B54B8"},
    "dark": {"text": "#E6EAF0", "background": "#10151C", "secondary-background": "#1A222C", "primary": "#A29BF0"},
}


def slot(view: str, **data: str) -> str:
    attributes = " ".join(f'data-{key}="{value}"' for key, value in data.items())
    return f'<div class="rnnviz-slot" data-view="{view}" {attributes}></div>'


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


def data(model: Model, text: str = TEXT, **extra: Any) -> dict[str, Any]:
    start = {"step": STEP - 1, "unit": UNIT}
    return {**payload(model.trace(text), model), "text": text, "views": [], "start": start, **extra}


def plain(page: Page, model: Model, *slots: str, theme: str = "light", **extra: Any) -> Trace:
    """A page without Streamlit with an instrument and slots; `asked` collects what the instrument asks for."""
    colours = "".join(f"--theme-{name}: {colour};" for name, colour in THEMES[theme].items())
    ground = f"body {{ background: {THEMES[theme]['background']}; margin: 8px }} main {{ {colours} }}"
    page.set_content(
        f"<!doctype html><html lang=en><title>Slots</title><style>{ground}</style><style>{bundle.style()}</style>"
        f"<main></main>{''.join(slots)}"
    )
    page.add_script_tag(
        type="module",
        content=f"{bundle.script()}\nwindow.asked = [];\n"
        f"window.instrument = mount(document.querySelector('main'), {json.dumps(data(model, **extra))},"
        "{ onRequest: (request) => asked.push(request) });",
    )
    page.wait_for_function(
        "window.instrument && [...document.querySelectorAll('.rnnviz-slot')].every(s => s.shadowRoot)"
    )
    page.wait_for_timeout(100)
    return model.trace(TEXT)


def go(page: Page, **state: Any) -> None:
    page.evaluate("state => instrument.store.set(state)", state)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def dots(page: Page) -> tuple[np.ndarray, np.ndarray]:
    found = page.locator(".curve-plot .dot").evaluate_all("all => all.map(d => [+d.dataset.sum, +d.dataset.value])")
    return np.array(found).T


# ---- what they show ----


@pytest.mark.parametrize(
    ("name", "quantity"),
    [("names-lstm", "candidate"), ("names-lstm", "forget"), ("names-gru", "candidate"), ("names-rnn", "hidden")],
)
def test_every_dot_is_the_recorded_value_over_the_sum_that_gives_it(page: Page, name: str, quantity: str):
    model = rnnviz.load(name)
    trace = plain(page, model, slot("curve", quantity=quantity))
    activation = trace.definition.by_name[quantity].activation
    for step in (1, STEP, len(trace)):
        go(page, step=step - 1)
        sums, values = dots(page)
        np.testing.assert_array_equal(values.astype(np.float32), trace[quantity][step - 1])
        np.testing.assert_allclose(FUNCTIONS[activation.name](sums), trace[quantity][step - 1], atol=2e-6)
        assert np.abs(sums).max() > 1, "sums that are all small would test nothing"


def test_the_sums_are_those_of_the_weights(page: Page):
    model = rnnviz.load("names-lstm")
    trace, cell = plain(page, model, slot("curve", quantity="forget")), model.network.layers[0][0]
    rows = cell.row("forget")
    expected = (
        cell.weight_ih[rows].astype(float) @ trace["input_vector"][STEP - 1]
        + cell.weight_hh[rows].astype(float) @ trace["hidden"][STEP - 2]
        + cell.bias_ih[rows]
        + cell.bias_hh[rows]
    )
    np.testing.assert_allclose(dots(page)[0], expected, atol=1e-5)


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


@pytest.mark.parametrize(
    ("model", "quantity", "limits"),
    [("names-lstm", "candidate", ["−1", "1"]), ("names-lstm", "forget", ["0", "1"]), ("relu", "hidden", ["0"])],
)
def test_the_limits_of_an_activation_are_drawn_and_named(page: Page, model: str, quantity: str, limits: list[str]):
    plain(page, relu() if model == "relu" else rnnviz.load(model), slot("curve", quantity=quantity))
    assert page.locator(".curve-plot .limit").count() == len(limits)
    assert set(limits) <= set(page.locator(".curve-plot .tick.value").all_text_contents())


def test_the_chosen_unit_is_marked_with_its_numbers(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"))
    sums, values = dots(page)
    shown = [number(text) for text in page.locator(".curve-plot .reading").all_text_contents()]
    np.testing.assert_allclose(shown, [sums[UNIT], values[UNIT]], atol=5.1e-4)
    told = page.locator(".curve-pointed").inner_text()
    assert told.startswith(f"unit {UNIT}: tanh({sums[UNIT]:.3f}) = ".replace("-", "−"))
    assert number(told.split(" = ")[1]) == pytest.approx(float(trace["candidate"][STEP - 1, UNIT]), abs=5.1e-4)


@pytest.mark.parametrize(
    ("name", "options", "gate", "of"),
    [
        ("names-lstm", {}, "forget", "cell"),
        ("names-lstm", {}, "input", "candidate"),
        ("names-gru", {}, "update", "hidden"),
        ("names-gru", {"update": "writes"}, "update", "hidden"),
        ("names-gru", {}, "update", "candidate"),
    ],
)
def test_a_gate_times_what_it_lies_on_is_what_is_left(
    page: Page, name: str, options: dict[str, str], gate: str, of: str
):
    known = rnnviz.load(name)
    model = known.with_options(**options) if options else known
    trace = plain(page, model, slot("gate", gate=gate, of=of))
    keeps = options.get("update") != "writes"
    for step, unit in ((STEP, UNIT), (2, 17)):
        go(page, step=step - 1, unit=unit)
        held = trace[of][step - 1] if of == "candidate" else trace[of][step - 2]
        opening = trace[gate][step - 1]
        if gate == "update" and (of == "candidate") == keeps:
            opening = 1 - opening
        told = page.locator(".gate-pointed").inner_text().removeprefix(f"unit {unit}: ")
        factors, product = told.split(" = ")
        shown = [*map(number, factors.split(" × ")), number(product)]
        exact = [held[unit], opening[unit], held[unit] * opening[unit]]
        np.testing.assert_allclose(shown, exact, atol=5.1e-4)


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
        np.testing.assert_allclose(sorted(opacities), shares[len(shares) - len(opacities) :], atol=1 / 32)


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


def test_factors_that_are_nearly_0_or_1_are_not_called_so(page: Page):
    """3.244 × 1.000 = 3.243 looks like wrong arithmetic."""
    trace = plain(
        page, rnnviz.load("names-lstm"), slot("gate", gate="forget", of="cell"), slot("arithmetic", phase="cell")
    )
    opening = trace["forget"].astype(float)
    hidden = (np.abs(opening[1:] - 1) < 4e-4) & (np.abs(opening[1:] - 1) > 2e-5)
    step, unit = (int(k) for k in np.argwhere(hidden)[0])
    go(page, step=step + 1, unit=unit)
    factor = page.locator(".gate-number").nth(1).inner_text()
    assert float(factor) != 1 and float(factor) == pytest.approx(opening[step + 1, unit], abs=5.1e-5)
    assert page.locator(".arithmetic-number[data-name=forget]").first.inner_text() == factor
    terms = bundle.script(bundle.SCRIPTS / "model" / "numbers.js")
    exactly = page.evaluate(
        f"async () => {{ {terms}; return [0, 1, 0.5, -1, -0].map(v => decimal(v)); }}".replace("export ", "")
    )
    assert exactly == ["0.000", "1.000", "0.500", "−1.000", "0.000"]


def test_the_numbers_of_a_gate_stand_still(page: Page):
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


def test_predictions_stand_among_the_words_and_follow(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), slot("predictions"))
    for step in (STEP, 2):
        go(page, step=step - 1)
        best = int(trace.probabilities[step - 1].argmax())
        first = page.locator(".predictions tbody tr").first.locator("th, td").all_inner_texts()
        assert first[0] == trace.labels[best]
        assert float(first[2].rstrip(" %")) == pytest.approx(100 * trace.probabilities[step - 1, best], abs=0.06)


# ---- how they move ----


def test_the_compact_strip_opens_at_the_chosen_token(page: Page):
    model = rnnviz.load("recall-lstm")
    text = "Cbhaegfdcabhgedfacbhedgafcbhgeadfcbhe?"
    page.set_viewport_size({"width": 390, "height": 700})
    sent = payload(model.trace(text), model)
    start = {"step": len(text) - 1, "unit": 0}
    plain(
        page,
        model,
        slot("strip"),
        **{key: sent[key] for key in sent if key != "model_key"},
        start=start,
        views=["tokens"],
    )
    for strip in page.locator(".tokens").all():
        box = strip.bounding_box()
        chip = strip.locator("[aria-selected=true]").bounding_box()
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


def test_pointing_at_the_curve_tells_and_clicking_chooses(page: Page):
    plain(page, rnnviz.load("names-lstm"), slot("curve", quantity="candidate"))
    unit = int(np.argmin(np.abs(dots(page)[0])))
    box = page.locator(f".dot[data-unit='{unit}']").bounding_box()
    assert box is not None
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    expect(page.locator(".curve-pointed")).to_contain_text(f"unit {unit}:")
    assert page.evaluate("instrument.store.state.unit") == UNIT
    page.mouse.move(2, 2)
    expect(page.locator(".curve-pointed")).to_contain_text(f"unit {UNIT}:")
    page.mouse.click(*at)
    assert page.evaluate("instrument.store.state.unit") == unit


def test_pointing_at_a_strip_tells_and_clicking_chooses(page: Page):
    plain(page, rnnviz.load("names-lstm"), slot("gate", gate="forget", of="cell"))
    strip = page.locator(".gating .vector").nth(1)
    strip.hover(position={"x": 5, "y": 5})
    expect(page.locator(".gate-pointed")).to_contain_text("unit 0:")
    expect(page.locator(".gate-row.lit")).to_have_attribute("data-name", "forget")
    strip.click(position={"x": 5, "y": 5})
    assert page.evaluate("instrument.store.state.unit") == 0


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
    page.evaluate("next => instrument.load(next)", lstm)
    page.evaluate("instrument.store.set({ step: 2 })")
    for view in (".curve", ".gating", ".arithmetic"):
        expect(page.locator(view)).to_be_visible()


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
    page.wait_for_timeout(150)


@pytest.mark.parametrize(("width", "height"), [(666, 624), (617, 576)])
@pytest.mark.parametrize("name", ["counter-lstm", "counter-gru"])
def test_on_a_laptop_the_instrument_of_a_chapter_fits_beside_the_words(page: Page, name: str, width: int, height: int):
    boxed(page, rnnviz.load(name), width, height)
    page.wait_for_selector(".diagram svg.wide.dense")
    assert page.locator("main").evaluate("e => e.scrollHeight - e.clientHeight") <= 0
    expect(page.locator(".signal")).to_be_hidden()
    scale = page.locator(".diagram svg").evaluate("e => e.getBoundingClientRect().width / e.viewBox.baseVal.width")
    sizes = page.locator(".diagram text").evaluate_all("all => all.map(e => parseFloat(getComputedStyle(e).fontSize))")
    assert min(sizes) * scale > 9.5
    told = page.locator(".narration")
    tall = set()
    for step in range(12):
        go(page, step=step)
        tall.add(told.bounding_box()["height"])
    assert len(tall) == 1, "nothing jumps from step to step"


def test_where_there_is_room_the_phases_stand_on_the_row_of_the_transport(page: Page):
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
        page.wait_for_timeout(120)
        gate = page.locator(f".diagram .gate[data-name={phase}]").bounding_box()
        box = page.locator("main").bounding_box()
        assert box["y"] <= gate["y"] and gate["y"] + gate["height"] <= box["y"] + box["height"]
    assert page.evaluate("scrollY") == 30


def test_without_a_box_of_its_own_nothing_scrolls(page: Page):
    page.set_viewport_size({"width": 420, "height": 400})
    plain(page, rnnviz.load("names-lstm"), views=GUIDE)
    go(page, phase=4)
    page.wait_for_timeout(100)
    assert page.evaluate("scrollY") == 0


def ask(page: Page, request: dict[str, str], place: dict[str, Any]) -> None:
    link = "&".join(f"{key}={value}" for key, value in {**request, **place}.items())
    page.evaluate(
        """href => {
          const link = Object.assign(document.createElement('a'), { href: '#' + href, textContent: 'there' });
          document.body.append(link);
        }""",
        link,
    )
    page.wait_for_timeout(100)
    page.locator("a").last.click()


def test_what_is_on_the_screen_needs_no_server(page: Page):
    plain(page, rnnviz.load("names-lstm"), *ALL)
    ask(page, {"text": TEXT, "cell": "lstm"}, {"step": 2, "unit": 9})
    assert page.evaluate("[instrument.store.state.step, instrument.store.state.unit, asked]") == [1, 9, []]


def test_a_place_in_another_text_waits_for_that_text(page: Page):
    model = rnnviz.load("names-lstm")
    plain(page, model, *ALL)
    ask(page, {"text": "Nakamura"}, {"step": 7, "unit": 9, "phase": "output"})
    assert page.evaluate("[instrument.store.state.step, asked]") == [STEP - 1, [{"text": "Nakamura"}]]
    page.evaluate("next => instrument.load(next)", data(model))  # a run of the page for another reason
    assert page.evaluate("instrument.store.state.step") == STEP - 1
    page.evaluate("next => instrument.load(next)", data(model, "Nakamura"))
    state = page.evaluate("instrument.store.state")
    assert (state["step"], state["unit"], state["phase"]) == (6, 9, 4)
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".curve-where").first).to_contain_text("“r”, step 7 of 9")


def test_a_place_is_forgotten_when_something_else_is_typed(page: Page):
    model = rnnviz.load("names-lstm")
    plain(page, model, *ALL)
    ask(page, {"text": "Nakamura"}, {"step": 7})
    for text in ("Dubois", "Nakamura"):
        page.evaluate("next => instrument.load(next)", data(model, text))
    assert page.evaluate("instrument.store.state.step") == STEP - 1


def test_a_place_in_another_cell_waits_for_that_cell(page: Page):
    plain(page, rnnviz.load("names-lstm"), *ALL)
    ask(page, {"cell": "gru", "text": TEXT}, {"step": 2, "phase": "blend"})
    assert page.evaluate("asked") == [{"cell": "gru"}]
    page.evaluate("next => instrument.load(next)", data(rnnviz.load("names-gru")))
    assert page.evaluate("[instrument.store.state.step, instrument.store.state.phase]") == [1, 4]


def test_a_place_under_another_option_waits_for_it(page: Page):
    model = rnnviz.load("names-gru")
    plain(page, model, *ALL)
    ask(page, {"reset": "after"}, {"step": 3})
    assert page.evaluate("[instrument.store.state.step, asked]") == [2, []]
    ask(page, {"reset": "before", "update": "keeps"}, {"step": 7, "unit": 9})
    assert page.evaluate("[instrument.store.state.step, asked]") == [2, [{"reset": "before"}]]
    current = page.locator("a[aria-current=true]")
    assert current.count() == 1
    page.evaluate("next => instrument.load(next)", data(model.with_options(reset="before")))
    assert page.evaluate("[instrument.store.state.step, instrument.store.state.unit]") == [6, 9]
    assert current.count() == 1 and "reset=before" in current.get_attribute("href")


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


@pytest.mark.parametrize("width", [320, 360])
def test_slots_fit_on_a_phone(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 700})
    plain(page, rnnviz.load("names-gru"), *[text.replace("forget", "update").replace("cell", "hidden") for text in ALL])
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


def test_in_the_app_a_slot_has_the_theme_of_the_instrument_and_follows_its_change(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step={STEP}&unit={UNIT}")
    page.evaluate(
        "html => document.querySelector('[data-testid=stMainBlockContainer]').insertAdjacentHTML('afterbegin', html)",
        slot("curve", quantity="candidate") + slot("arithmetic", phase="forget"),
    )
    styles = """() => [...document.querySelectorAll('.rnnviz-slot')].map(slot => {
      const { color, fontFamily } = getComputedStyle(slot.shadowRoot.querySelector('.instrument'));
      return [color, fontFamily];
    })"""
    look = "e => [getComputedStyle(e).color, getComputedStyle(e).fontFamily]"
    expect(page.locator(".curve-pointed")).to_contain_text("unit 6: tanh(")
    seen = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(500)
        settle(page)
        own = page.locator("[data-testid=stBidiComponentIsolated] .instrument").evaluate(look)
        assert page.evaluate(styles) == [own, own]
        seen.append(own[0])
    assert seen[0] != seen[1]
