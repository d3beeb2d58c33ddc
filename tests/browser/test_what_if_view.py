"""Picking and overriding values in a real Chromium, and what is shown of values that an intervention holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz.analysis import run_outcome
from rnnviz.cells import CELLS
from rnnviz.instrument import payload
from rnnviz.interventions import Freeze, Hold, Intervention, Remove, Swap, Zero, parse
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from rnnviz.text.vectors import noise
from tests.browser.plain_page import STEP, TEXT, UNIT, data, go, load, number, plain, slot, state

EDITING = ["tokens", "narration", "arithmetic", "whatif"]


def about(model: Model, *interventions: Intervention, text: str = TEXT, **where: Any) -> dict[str, Any]:
    """What is sent of a run under interventions, with one model, of which a page knows already."""
    found = payload(model.trace(text, interventions=interventions), model, **where)
    del found["model_key"]
    return found


def editing(page: Page, model: Model, *interventions: Intervention, slots: tuple[str, ...] = (), **extra: Any) -> None:
    """A plain page with an opened view of editing."""
    plain(page, model, *slots, **{**about(model, *interventions), "views": EDITING, "editable": True, **extra})
    page.locator(".whatif summary").click()


def requested(page: Page) -> list[Intervention]:
    """The interventions that were requested since the last look, read by the grammar, which writes the same texts."""
    found = page.evaluate("requests.splice(0)")
    assert all(list(request) == ["if"] for request in found)
    texts = [request["if"] for request in found]
    assert [str(parse(text)) for text in texts] == texts
    return [parse(text) for text in texts]


def set_value(page: Page, value: str) -> None:
    page.get_by_label("Value", exact=True).fill(value)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


# ---- editing ----


def test_the_summary_says_what_is_picked_and_follows(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    editing(page, model)
    summary = page.locator(".whatif summary")
    first = next(q for q in trace.definition.quantities if q.role == "gate")

    def words(name: str, title: str, step: int, unit: int) -> str:
        now = f"{trace[name][step - 1, unit]:.3g}".replace("-", "−")
        return f"What if … the {title} of unit {unit} at step {step} (now {now})?"

    expect(summary).to_have_text(words(first.name, first.title, STEP, UNIT))
    go(page, step=7, unit=20, picked="cell")
    expect(summary).to_have_text(words("cell", "cell state", 8, 20))
    page.get_by_label("Quantity").select_option("output")
    expect(summary).to_have_text(words("output", "output gate", 8, 20))
    assert page.evaluate("instrument.store.state.picked") == "output"


def test_a_value_is_held_where_the_controls_say(page: Page):
    editing(page, rnnviz.load("names-lstm"))
    page.get_by_label("Quantity").select_option("forget")
    set_value(page, "0.25")
    press(page, "Try it")
    page.get_by_label("When").select_option("onward")
    press(page, "Try it")
    page.get_by_label("When").select_option("all")
    page.get_by_label("Which units").select_option("all")
    page.get_by_label("Value, as a slider").fill("1")
    press(page, "Try it")
    expected = [Hold("forget", 0.25, UNIT, STEP), Hold("forget", 0.25, UNIT, (STEP, 12)), Hold("forget", 1)]
    assert requested(page) == expected
    page.get_by_label("When").select_option("onward")
    go(page, step=11)
    page.get_by_label("Quantity").select_option("cell")
    set_value(page, "-2.5")
    press(page, "Try it")
    assert requested(page) == [Hold("cell", -2.5, None, 12)]


def test_the_reply_is_where_the_change_was_made_with_its_undo(page: Page):
    model = rnnviz.load("names-lstm")
    changes = [{"text": "forget=1", "words": "forget gate = 1"}]
    editing(page, model, Hold("forget", 1), notes={"remarks": [], "changes": changes, "dimmed": False})
    trace = model.trace(TEXT, interventions=[Hold("forget", 1)])
    expect(page.locator(".whatif-reply")).to_contain_text(run_outcome(trace).end)
    page.locator(".whatif-reply").get_by_role("button", name="Take back").click()
    assert page.evaluate("requests.splice(0)") == [{"without": "forget=1"}]


def test_bars_and_heatmaps_show_the_unchanged_run(page: Page):
    model = rnnviz.load("names-lstm")
    plain(
        page, model, slot("predictions"), **{**about(model, Hold("forget", 1), text="Mariana"), "views": ["heatmaps"]}
    )
    changed, unchanged = model.trace("Mariana", interventions=[Hold("forget", 1)]), model.trace("Mariana")
    go(page, step=7)
    bars = page.locator(".predictions tbody tr")
    names = bars.locator("th").all_text_contents()
    order = np.argsort(-unchanged.probabilities[7], kind="stable")
    assert names[:4] == [model.labels[k] for k in order[:4]]
    assert changed.labels[int(changed.probabilities[7].argmax())] in names
    for name, row in zip(names, bars.all(), strict=True):
        label = model.labels.index(name)
        shares = [f"{100 * run.probabilities[7, label]:.1f} %" for run in (changed, unchanged)]
        assert row.locator(".number").all_text_contents() == shares
        width, room = (row.locator(place).bounding_box()["width"] for place in (".bar i", ".bar"))  # type: ignore[index]
        assert width == pytest.approx(room * unchanged.probabilities[7, label], abs=1)
    expect(page.locator(".bar-key").first).to_contain_text("the step before")
    canvas = page.locator(".heatmap[data-name='forget'] canvas").first
    assert canvas.evaluate("each => each.height") == 12 * 3  # a strip along every row
    page.locator(".heatmap[data-name='forget'] .heatmap-plot").hover(position={"x": 40, "y": 4})
    unit, step = int(page.locator(".lens-title").inner_text().split()[1]), 1
    entry = page.locator(".lens-values dd.selected")
    value = f"{unchanged['forget'][step, unit]:.3f}"
    expect(entry).to_contain_text("unchanged")
    assert abs(float(entry.inner_text().rpartition(" ")[2]) - float(value)) < 0.0006


def test_the_value_proposed_is_far_from_what_is_there_until_one_is_typed(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    editing(page, model, picked="forget")
    page.get_by_label("Quantity").select_option("forget")
    value = page.get_by_label("Value", exact=True)
    for step in (1, 5, 9):
        go(page, step=step - 1)
        assert float(value.input_value()) == (trace["forget"][step - 1, UNIT] < 0.5)
    set_value(page, "0.4")
    go(page, step=2)
    assert value.input_value() == "0.4" == page.get_by_label("Value, as a slider").input_value()


def test_a_value_beyond_the_range_is_not_sent(page: Page):
    editing(page, rnnviz.load("names-lstm"))
    value = page.get_by_label("Value", exact=True)
    for name, wrong in (("forget", "1.5"), ("forget", "-0.1"), ("candidate", "-1.01"), ("hidden", "2"), ("cell", "")):
        page.get_by_label("Quantity").select_option(name)
        set_value(page, wrong)
        press(page, "Try it")
        assert not value.evaluate("e => e.validity.valid")
        assert value.evaluate("e => e.validationMessage")
    assert page.evaluate("requests") == []
    set_value(page, "1e6")  # the cell state has no bounds
    press(page, "Try it")
    assert requested(page) == [Hold("cell", 1e6, UNIT, STEP)]


def test_bounds_are_those_of_the_quantity_and_only_bounded_ones_have_a_slider(page: Page):
    editing(page, rnnviz.load("names-lstm"))
    value, slider = page.get_by_label("Value", exact=True), page.get_by_label("Value, as a slider")
    options = page.get_by_label("Quantity").locator("option")
    names = [option.get_attribute("value") for option in options.all()]
    assert sorted(map(str, names)) == sorted(q.name for q in CELLS["lstm"].define().quantities)
    roles = [CELLS["lstm"].define().by_name[str(name)].role for name in names]
    assert roles == sorted(roles, key=["gate", "candidate", "state"].index)
    for q in CELLS["lstm"].define().quantities:
        page.get_by_label("Quantity").select_option(q.name)
        ends = [value.get_attribute(end) for end in ("min", "max")]
        assert ends == ([f"{q.low:g}", f"{q.high:g}"] if q.bounded else [None, None])
        assert slider.is_visible() == q.bounded


def test_a_token_is_swapped_as_python_writes_it(page: Page):
    editing(page, rnnviz.load("names-lstm"))
    field = page.get_by_label("Another token")
    for token in ("x", "'(!*)~", "👩‍🔬", "a\ud800"):
        units = np.frombuffer(token.encode("utf-16-le", "surrogatepass"), dtype="<u2").tolist()
        field.evaluate("(e, units) => { e.value = String.fromCharCode(...units) }", units)
        press(page, "Swap")
        assert requested(page) == [Swap(STEP, token)]
    field.fill("")
    press(page, "Swap")
    assert not field.evaluate("e => e.validity.valid")
    assert page.evaluate("requests") == [], "no token is no swap"


def test_a_long_vector_is_swapped_for_drawn_numbers_and_says_how(page: Page):
    network = Network.random("lstm", hidden=20, embedding=512, rng=np.random.default_rng(0))
    model = Model("wide", network, Vocabulary("numbers", vector_size=512, tables={TEXT: noise(0, 12, 512)}), [])
    editing(page, model)
    field = page.get_by_label("Other numbers")
    assert field.get_attribute("placeholder") == "512 numbers, or noise(seed=1, steps=1)"
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    field.fill("noise(seed=4, steps=1)")
    press(page, "Swap")
    swap = Swap(STEP, "noise(seed=4, steps=1)")
    assert requested(page) == [swap]
    changed = model.trace(TEXT, interventions=[swap])
    np.testing.assert_array_equal(changed["input_vector"][STEP - 1], noise(4, 1, 512)[0].astype(np.float32))
    assert changed.tokens[STEP - 2 : STEP] == [f"#{STEP - 1}", f"#{STEP}′"]


def test_removing_silencing_and_freezing(page: Page):
    editing(page, rnnviz.load("names-lstm"))
    for name in ("Remove", "Silence this unit", "Freeze it from here"):
        press(page, name)
    assert requested(page) == [Remove(STEP), Zero(UNIT), Freeze(UNIT, (STEP, 12))]
    assert state(page, "step", "unit") == [STEP - 1, UNIT]


def test_the_position_stays_at_the_same_token_when_one_before_it_is_removed(page: Page):
    model = rnnviz.load("names-lstm")
    editing(page, model)
    load(page, {**data(model), **about(model, Remove(2))})
    assert state(page, "step", "unit") == [STEP - 2, UNIT]
    assert page.locator(".token[aria-selected=true]").inner_text() == TEXT[STEP - 1]
    load(page, data(model))
    assert state(page, "step")[0] == STEP - 1


def test_another_layer_and_direction_is_named(page: Page):
    known = rnnviz.load("names-lstm")
    size = {"hidden": 8, "vocabulary": len(known.vocabulary), "embedding": 4, "classes": len(known.labels)}
    network = Network.random("lstm", **size, layers=2, bidirectional=True, rng=np.random.default_rng(0))
    model = Model("two", network, known.vocabulary, known.labels)
    plain(page, model, **{**about(model, layer=1, direction="backward"), "views": EDITING, "editable": True})
    page.locator(".whatif summary").click()
    page.get_by_label("When").select_option("onward")
    for name in ("Try it", "Silence this unit", "Freeze it from here"):
        press(page, name)
    place = {"layer": 1, "direction": "backward"}
    hold, zero, freeze = requested(page)
    assert isinstance(hold, Hold) and (hold.steps, hold.layer, hold.direction) == ((1, STEP), 1, "backward")
    assert [zero, freeze] == [Zero(UNIT, **place), Freeze(UNIT, (1, STEP), **place)]
    model.trace(TEXT, interventions=[hold])  # makes sense to the model


def test_keys_in_the_controls_stay_there(page: Page):
    editing(page, rnnviz.load("names-lstm"))
    page.get_by_label("Another token").focus()
    for key in ("Home", "ArrowRight", "ArrowUp", " ", "b"):
        page.keyboard.press(key)
    page.get_by_label("Value, as a slider").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("Quantity").focus()
    page.keyboard.press("ArrowDown")
    assert state(page, "step", "unit", "playing") == [STEP - 1, UNIT, False]
    assert page.get_by_label("Another token").input_value() == " b"
    page.get_by_label("Another token").press("Enter")
    page.locator(".whatif summary").focus()
    page.keyboard.press(" ")
    assert page.locator(".whatif").get_attribute("open") is None
    page.keyboard.press("ArrowRight")
    assert state(page, "step")[0] == STEP


def test_editing_is_shown_only_where_it_is_asked_for(page: Page):
    model = rnnviz.load("names-lstm")
    for views, editable, shown in ((None, True, True), (None, False, False), (["whatif"], False, True)):
        plain(page, model, views=views, editable=editable)
        assert page.locator(".whatif").count() == shown


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_phone(page: Page, theme: str):
    page.set_viewport_size({"width": 390, "height": 900})
    swap = Swap(2, "x")
    editing(page, rnnviz.load("names-lstm"), swap, Hold("forget", 1), Freeze(3, 4), theme=theme, slots=(GATE,))
    found = Axe().run(page)
    serious = [v["id"] for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    right = page.locator(".whatif :is(input, select, button)").evaluate_all(
        "all => Math.max(...all.map(e => e.getBoundingClientRect().right))"
    )
    assert right <= 382


# ---- what is held ----

GATE = slot("gate", gate="forget", of="cell")
CURVE = slot("curve", quantity="forget")


def line(page: Page, name: str) -> str:
    """What the arithmetic says of a quantity."""
    result = page.locator(f".arithmetic-result[data-name={name}]").first
    return result.evaluate("e => e.closest('.arithmetic-values').innerText").replace("\u00a0", " ")


def test_a_held_gate_is_said_to_be_held(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT, interventions=[Hold("forget", 0.3, UNIT, (STEP, 6))])
    editing(page, model, Hold("forget", 0.3, UNIT, (STEP, 6)), slots=(GATE, CURVE))
    assert line(page, "forget").strip().startswith("held at 0.3 by what-if")
    assert number(line(page, "forget").split("= ")[-1]) == pytest.approx(0.3)
    details = page.locator(".arithmetic-equation", has=page.locator(".arithmetic-result[data-name=forget]"))
    assert details.locator("details").is_hidden(), "the sum does not give the value"
    expect(page.locator(".gate-pointed")).to_contain_text("; the forget gate is held at 0.3 by what-if")
    expect(page.locator(".curve-pointed")).to_have_text(f"unit {UNIT}: held at 0.3 by what-if = 0.300")
    expect(page.locator(".curve-where")).to_contain_text("; 1 of them held off the curve by what-if")
    expect(page.locator(".narration")).to_contain_text(f"By what-if, the forget gate of unit {UNIT} is held at 0.3.")
    cell = line(page, "cell")
    assert cell.startswith("= ") and "what-if" not in cell
    assert number(cell.split("= ")[-1]) == pytest.approx(float(trace["cell"][STEP - 1, UNIT]), abs=6e-4)
    for place in ({"unit": UNIT + 1}, {"unit": UNIT, "step": 6}):
        go(page, **place)
        assert "what-if" not in line(page, "forget")
        for described in (".gate-pointed", ".curve-pointed"):
            page.locator(described).scroll_into_view_if_needed()
            expect(page.locator(described)).not_to_contain_text("what-if")
        assert details.locator("details").is_visible()
    for described in (".narration", ".curve-where"):
        expect(page.locator(described)).not_to_contain_text("what-if")


def test_a_swapped_token_is_marked_even_after_a_removed_one(page: Page):
    editing(page, rnnviz.load("names-lstm"), Remove(2), Swap(5, "x"))
    marked = page.locator(".tokens .token.swapped")
    assert marked.count() == 1
    assert marked.inner_text() == "x" and marked.get_attribute("data-step") == "3"
    assert marked.get_attribute("title") == "swapped: what-if"
    assert marked.evaluate("e => getComputedStyle(e, '::after').content") == '"⇄"'
