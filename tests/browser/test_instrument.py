"""The instrument in a real Chromium: it moves without the server, shows the trace, and keeps its place."""

import base64
import json
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz import zoo
from rnnviz.instrument import bundle, payload
from tests.browser.conftest import settle
from tests.browser.test_explore import heatmap, link, open_page, text_box, write
from tests.coupled_lstm import CoupledLSTM

TEXT = "Dubois"


def instrument(page: Page):
    return page.locator(".instrument")


def where(page: Page) -> str:
    return page.locator(".where").inner_text()


def keys(page: Page, *names: str) -> None:
    instrument(page).focus()
    for name in names:
        page.keyboard.press(name)


def selected(page: Page) -> list[str]:
    return page.locator(".tokens .token[aria-selected=true]").all_inner_texts()


def playheads_stand_over(page: Page, step: int, unit: int) -> None:
    """Every heatmap has a box over the step's column, and every quantity's a mark at the unit's row."""
    found = page.evaluate(
        """([step, unit]) => {
          const graph = document.querySelector('.st-key-heatmaps .js-plotly-plot');
          const [low, high] = graph._fullLayout.xaxis.range;
          const areas = [...graph.querySelectorAll('.nsewdrag')].map(e => e.getBoundingClientRect());
          const boxes = [...graph.querySelectorAll('.playhead-column')].map(e => e.getBoundingClientRect());
          const marks = [...graph.querySelectorAll('.playhead-unit')].map(e => e.getBoundingClientRect());
          const units = graph._fullData.at(-1).z.length;
          return {
            columns: boxes.map((box, k) => {
              const pixel = x => areas[k].left + (x - low) / (high - low) * areas[k].width;
              return Math.max(Math.abs(box.left - pixel(step - 1.5)), Math.abs(box.right - pixel(step - 0.5)),
                              Math.abs(box.top - areas[k].top), Math.abs(box.bottom - areas[k].bottom));
            }),
            rows: marks.map((mark, k) => {
              const area = areas[k + areas.length - marks.length];
              return Math.abs((mark.top + mark.bottom) / 2 - (area.top + (unit + 0.5) / units * area.height));
            }),
            areas: areas.length,
          };
        }""",
        [step, unit],
    )
    assert len(found["columns"]) == found["areas"] and len(found["rows"]) == found["areas"] - 1
    assert max(found["columns"]) < 4, f"playheads are off by {found['columns']} pixels"
    assert max(found["rows"]) < 2, f"unit marks are off by {found['rows']} pixels"


def shown_numbers(page: Page) -> dict[str, float]:
    """The last number of each equation of the arithmetic: what it ends in, by the quantity's name."""
    return page.evaluate(
        """() => {
          const shadows = [...document.querySelectorAll('*')].map(e => e.shadowRoot);
          const root = shadows.find(shadow => shadow?.querySelector('.instrument')) ?? document;
          const found = {};
          for (const line of root.querySelectorAll('.arithmetic-equation')) {
            const last = [...line.querySelectorAll('.arithmetic-number')].at(-1);
            found[last.dataset.name] = Number(last.textContent.replace('−', '-'));
          }
          return found;
        }"""
    )


def test_keys_move_through_time_units_and_phases(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}")
    keys(page, "Home")
    assert where(page) == "step 1 of 7" and selected(page) == ["D"]
    keys(page, "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowUp")
    assert where(page) == "step 2 of 7" and selected(page) == ["u"]
    expect(page.get_by_role("spinbutton", name="Unit")).to_have_value("1")
    playheads_stand_over(page, 2, 1)
    keys(page, "End", "ArrowRight")
    assert where(page) == "step 7 of 7"


def test_keys_in_the_text_box_stay_there(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=3")
    text_box(page).click()
    for key in ("Home", "ArrowRight", "End", "ArrowLeft", " "):
        page.keyboard.press(key)
    assert where(page) == "step 3 of 7"
    assert text_box(page).input_value() == "Duboi s"


def test_phases_come_in_the_order_of_computation(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=2")
    phases = [phase.title for phase in rnnviz.load("names-lstm").definition.phases]
    pressed = page.locator(".phases [aria-pressed=true]")
    seen = []
    for _ in phases:
        keys(page, "Shift+ArrowRight")
        seen.append(pressed.inner_text())
    assert seen == phases
    keys(page, "Shift+ArrowRight")
    assert (where(page), pressed.inner_text()) == ("step 3 of 7", phases[0])
    keys(page, "Shift+ArrowLeft")
    assert (where(page), pressed.inner_text()) == ("step 2 of 7", phases[-1])


def test_playing_runs_to_the_end_and_stops(page: Page, app: str):
    open_page(page, f"{app}/?text=Li&step=1")
    page.get_by_label("Speed").select_option("8")
    keys(page, " ")
    expect(page.get_by_role("button", name="Pause (space)")).to_be_visible()
    expect(page.locator(".where")).to_have_text("step 3 of 3", timeout=10_000)
    expect(page.get_by_role("button", name="Play (space)")).to_be_visible(timeout=10_000)


def test_stepping_pauses_play(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=1")
    keys(page, " ")
    expect(page.get_by_role("button", name="Pause (space)")).to_be_visible()
    keys(page, "ArrowRight")
    expect(page.get_by_role("button", name="Play (space)")).to_be_visible()


def test_moving_asks_nothing_of_the_server(page: Page, app: str):
    sent = []
    page.once("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    open_page(page, f"{app}/?text={TEXT}")
    sent.clear()
    keys(page, "Home", *["ArrowRight"] * 5, "ArrowDown")
    page.wait_for_timeout(1200)
    assert not sent
    assert link(page) == {"text": TEXT, "step": "6", "unit": "1"}


def test_a_link_opens_on_the_same_moment(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=3&unit=17&cell=gru")
    assert where(page) == "step 3 of 7"
    playheads_stand_over(page, 3, 17)


def test_clicking_a_heatmap_moves_the_instrument_there(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}")
    area = page.locator(".st-key-heatmaps .nsewdrag").nth(3)
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 2.5 / 7, box["y"] + box["height"] * 20.5 / 64)
    expect(page.locator(".where")).to_have_text("step 3 of 7")
    expect(page.get_by_role("spinbutton", name="Unit")).to_have_value("20")
    playheads_stand_over(page, 3, 20)


def test_playheads_follow_resizing_and_zooming(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=4&unit=9")
    page.set_viewport_size({"width": 1100, "height": 800})
    page.wait_for_timeout(800)
    playheads_stand_over(page, 4, 9)
    page.evaluate(
        """() => {
          const graph = document.querySelector('.st-key-heatmaps .js-plotly-plot');
          const zoom = graph.querySelector('[data-title="Zoom in"]');
          zoom.dispatchEvent(new MouseEvent('click', {bubbles: true}));
        }"""
    )
    page.wait_for_timeout(800)
    low, high = page.evaluate("document.querySelector('.st-key-heatmaps .js-plotly-plot')._fullLayout.xaxis.range")
    assert high - low < 6.9, "the zoom did not zoom"
    playheads_stand_over(page, 4, 9)


def test_new_text_and_another_model_keep_the_place(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=3&unit=5")
    write(page, "Nakamura")
    assert where(page) == "step 3 of 9" and selected(page) == ["k"]
    playheads_stand_over(page, 3, 5)
    page.get_by_text("GRU", exact=True).click()
    page.wait_for_timeout(300)
    settle(page)
    expect(page.locator(".phases")).to_contain_text("Blend")
    assert where(page) == "step 3 of 9"
    playheads_stand_over(page, 3, 5)


def test_typing_keeps_the_focus_and_follows_the_end(page: Page, app: str):
    open_page(page, f"{app}/?text=Dub")
    box = text_box(page)
    box.click()
    page.keyboard.press("End")
    page.keyboard.type("ois", delay=30)
    page.wait_for_timeout(500)
    settle(page)
    assert where(page) == "step 7 of 7"
    assert box.evaluate("e => e === document.activeElement")


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_arithmetic_ends_in_the_numbers_of_the_trace(page: Page, app: str, cell: str):
    trace = rnnviz.load(f"names-{cell}").trace(TEXT)
    open_page(page, f"{app}/?text={TEXT}&step=1&unit=0&cell={cell}")
    for step, unit in ((1, 0), (2, 1), (3, 2)):
        numbers = shown_numbers(page)
        assert set(numbers) == {q.name for q in trace.definition.quantities}
        for name, value in numbers.items():
            assert value == pytest.approx(float(trace[name][step - 1, unit]), abs=6e-4)
        keys(page, "ArrowRight", "ArrowDown")


def test_a_sum_opens_into_terms_that_add_up(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=3&unit=2")
    first = page.locator("details.arithmetic-sum").first
    first.locator("summary").click()
    expect(first.locator(".arithmetic-whole")).to_be_visible()
    amounts = first.locator("tbody .arithmetic-amount").all_inner_texts()
    values = [float(text.replace("−", "-").replace("+", "")) for text in amounts]
    model = rnnviz.load("names-lstm")
    trace, cell = model.trace(TEXT), model.network.layers[0][0]
    row = cell.row("forget").start + 2
    total = (
        cell.weight_ih[row] @ trace["input_vector"][2]
        + cell.weight_hh[row] @ trace["hidden"][1]
        + cell.bias_ih[row]
        + cell.bias_hh[row]
    )
    *parts, shown = values
    assert shown == pytest.approx(float(total), abs=1e-3)
    assert sum(parts) == pytest.approx(shown, abs=6e-4 * len(values))


def test_pointing_at_a_number_lights_the_same_quantity_in_the_diagram(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=3")
    page.locator(".arithmetic-number[data-name=forget]").first.hover()
    expect(page.locator(".diagram .lit, .diagram [class*=lit]").first).to_be_visible()


def test_the_diagram_shows_the_values_and_changes_with_the_step(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=2")
    before = page.locator(".diagram svg").first.inner_html()
    keys(page, "ArrowRight")
    after = page.locator(".diagram svg").first.inner_html()
    assert before != after


def test_a_phase_dims_the_rest_of_the_diagram(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=2")
    later = page.locator(".diagram .part.later")
    assert later.count() == 0
    keys(page, "Shift+ArrowRight", "Shift+ArrowRight")
    boxes = later.filter(has=page.locator(".box"))
    faint = boxes.evaluate_all("parts => parts.map(p => [p.dataset.name, Number(getComputedStyle(p).opacity)])")
    assert {"input", "output", "candidate"} <= {name for name, _ in faint}
    assert "forget" not in {name for name, _ in faint}, "the phase that is shown must not be dimmed"
    page.wait_for_timeout(300)
    assert max(opacity for _, opacity in faint) < 1


def test_the_narration_is_read_aloud_once_at_rest(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=2")
    keys(page, "ArrowRight", "ArrowRight")
    page.wait_for_timeout(900)
    spoken = page.locator("[role=status]").inner_text()
    assert spoken and spoken == page.locator(".narration").inner_text()


def test_the_table_holds_the_step(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=3")
    page.get_by_text("This step as a table").click()
    trace = rnnviz.load("names-lstm").trace(TEXT)
    row = page.locator(".numbers tbody tr").nth(5).locator("td").all_inner_texts()
    numbers = [float(text.replace("−", "-")) for text in row]
    expected = [trace[q["name"]][2, 5] for q in ({"name": q.name} for q in trace.definition.quantities)]
    np.testing.assert_allclose(numbers, expected, atol=6e-4)


def test_predictions_and_their_change(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}&step=3")
    trace = rnnviz.load("names-lstm").trace(TEXT)
    name, _, share, moved = page.locator(".predictions tbody tr").first.locator("th, td").all_inner_texts()
    best = int(trace.probabilities[2].argmax())
    assert name == trace.labels[best]
    assert float(share.rstrip(" %")) == pytest.approx(100 * trace.probabilities[2, best], abs=0.06)
    change = 100 * (trace.probabilities[2, best] - trace.probabilities[1, best])
    assert float(moved.replace("−", "-")) == pytest.approx(float(change), abs=0.06)


def test_tokens_are_coloured_by_the_signal_that_is_picked(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}")
    trace = rnnviz.load("names-lstm").trace(TEXT)
    for signal, values in (
        ("prediction", trace.probabilities.max(axis=1)),
        ("mean:forget", trace["forget"].mean(axis=1)),
    ):
        page.get_by_label("Colour the tokens by").select_option(signal)
        shown = page.locator(".tokens .token").evaluate_all("tokens => tokens.map(t => Number(t.dataset.value))")
        np.testing.assert_allclose(shown, values, atol=1e-5)


def test_script_tags_typed_as_text_stay_text(page: Page, app: str):
    open_page(page, app)
    write(page, "<script>alert(1)</script>")
    assert "".join(page.locator(".tokens .token").all_inner_texts()) == "<script>alert(1)</script>∎"
    assert page.locator(".instrument script").count() == 0


def test_unknown_tokens_are_marked(page: Page, app: str):
    open_page(page, f"{app}/?text=A中b")
    classes = page.locator(".tokens .token").evaluate_all("tokens => tokens.map(t => t.classList.contains('unknown'))")
    assert classes == [False, True, False, False]


def test_reduced_motion_is_respected(page: Page, app: str):
    page.emulate_media(reduced_motion="reduce")
    open_page(page, f"{app}/?text={TEXT}&step=1")
    keys(page, " ")
    page.wait_for_timeout(300)
    running = page.locator(".diagram").evaluate(
        "e => e.getAnimations({subtree: true}).filter(a => a.playState === 'running').length"
    )
    assert running == 0
    expect(page.get_by_role("button", name="Pause (space)")).to_be_visible()


def test_the_heatmaps_stay_the_trace_while_stepping(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}")
    before = heatmap(page, "cell")
    keys(page, "Home", "ArrowRight")
    np.testing.assert_array_equal(heatmap(page, "cell"), before)


def test_a_long_text_scrolls_the_strip_to_the_current_token(page: Page, app: str):
    open_page(page, f"{app}/?task=shakespeare&text={'To be or not to be ' * 6}&step=1")
    keys(page, "End")
    chip = page.locator(".tokens .token[aria-selected=true]").bounding_box()
    strip = page.locator(".tokens").bounding_box()
    assert strip["x"] <= chip["x"] and chip["x"] + chip["width"] <= strip["x"] + strip["width"] + 1
    assert re.match(r"step (\d+) of \1$", where(page))


def test_a_page_opens_with_the_current_token_in_the_strip(page: Page, app: str):
    open_page(page, f"{app}/?task=shakespeare&text={'To be or not to be ' * 6}&step=90")
    chip = page.locator(".tokens .token[aria-selected=true]").bounding_box()
    strip = page.locator(".tokens").bounding_box()
    assert strip["x"] < chip["x"] and chip["x"] + chip["width"] <= strip["x"] + strip["width"] + 1


def test_half_precision_is_read_as_numpy_writes_it(page: Page, app: str):
    values = np.array([0, -0.0, 1, -1, 0.5, 2 / 3, 65504, 6e-8, -3.3e-5, 1e-3, -7.25], dtype="<f2")
    module = (bundle.SCRIPTS / "model" / "trace.js").read_text().replace("export ", "")
    page.goto("about:blank")
    read = page.evaluate(
        f"text => {{ {module}; return Array.from(decodeHalves(text)); }}", base64.b64encode(values.tobytes()).decode()
    )
    np.testing.assert_array_equal(np.array(read, dtype=np.float32), values.astype(np.float32))


@pytest.mark.parametrize("cell", ["coupled", "gru"])
def test_the_instrument_plays_in_a_plain_page_and_draws_any_cell(page: Page, cell: str):
    """Without Streamlit, and for a cell that has no diagram of its own."""
    known = rnnviz.load("counter-gru")
    model = zoo.untrained_model(known, CoupledLSTM.name) if cell == "coupled" else known
    trace = model.trace("aabb")
    page.set_content(f"<style>{bundle.style()}</style><main></main>")
    page.add_script_tag(
        type="module",
        content=bundle.script()
        + f"\nwindow.instrument = mount(document.querySelector('main'), {json.dumps(payload(trace, model))});",
    )
    page.wait_for_function("window.instrument")
    keys(page, "Home", "ArrowRight")
    assert where(page) == "step 2 of 4"
    for quantity in trace.definition.quantities:
        assert page.locator(f".diagram [data-name={quantity.name}]").count() > 0
    result = page.locator(".arithmetic-result[data-name=hidden], .arithmetic-result [data-name=hidden]").first
    assert float(result.inner_text().replace("−", "-")) == pytest.approx(float(trace["hidden"][1, 0]), abs=6e-4)


def test_hovering_a_heatmap_names_token_unit_quantity_and_value(page: Page, app: str):
    open_page(page, f"{app}/?text={TEXT}")
    trace = rnnviz.load("names-lstm").trace(TEXT)
    area = page.locator(".st-key-heatmaps .nsewdrag").nth(2)
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 2.5 / 7, box["y"] + box["height"] * 20.5 / 64)
    label = page.locator(".st-key-heatmaps .hoverlayer .hovertext")
    expect(label).to_contain_text("unit 20")
    expect(label).to_contain_text("token b")
    expect(label).to_contain_text(f"cell state {trace['cell'][2, 20]:.4f}")
