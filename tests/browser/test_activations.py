"""Activations and peepholes in the browser: what the arithmetic computes is what was recorded, and all is named."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from rnnviz.cells import LSTM, RNN
from rnnviz.cells.activations import ACTIVATION_KINDS
from rnnviz.instrument import bundle, payload
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from tests.strategies import UNUSUAL

TEXT = "abcab"
EVERY_KIND = [
    *((RNN, {"activation": kind}) for kind in ACTIVATION_KINDS),
    *((RNN, {"activation": f"{kind} within 0.75"}) for kind in ACTIVATION_KINDS),
    (LSTM, {"squash": "sigmoid"}),
]


def made(kind, options) -> Model:
    """A small network whose weights are large enough to reach the bends of every activation."""
    letters = Vocabulary("characters", ("<unk>", *"abc"))
    network = Network.random(
        kind.name, hidden=5, vocabulary=len(letters), embedding=3, rng=np.random.default_rng(1), options=options
    )
    for name, array in network.parameters.items():
        if name.startswith("rnn."):
            array *= 3
    return Model("made", network, letters, [])


def test_every_equation_gives_the_recorded_values(page: Page):
    """For every cell, at all steps and units: the number of an equation's right side is the value of its left one."""
    page.set_content("<main></main>")
    page.add_script_tag(
        type="module",
        content=bundle.script()
        + """
        window.computed = (payload) => {
          module_model_functions.learn(payload.functions);
          const trace = new module_model_trace.Trace(payload);
          const found = {};
          for (const latex of trace.phases.flatMap((phase) => phase.equations)) {
            const equation = module_model_equations.parseEquation(latex);
            if (!equation || !module_model_terms.computable(trace, equation)) continue;
            found[equation.target] = trace.tokens.map((_, step) =>
              Array.from({ length: trace.units }, (_, unit) =>
                module_model_terms.valueOf(equation.tree, module_model_terms.placeOf(trace, equation, step, unit))));
          }
          return found;
        };""",
    )
    page.wait_for_function("window.computed !== undefined")
    for kind, options in [*UNUSUAL, *EVERY_KIND]:
        model = made(kind, options)
        trace = model.trace(TEXT)
        found = page.evaluate("payload => computed(payload)", json.loads(json.dumps(payload(trace, model))))
        assert found.keys() == {q.name for q in trace.definition.quantities}, options
        for name, values in found.items():
            np.testing.assert_allclose(values, trace[name], rtol=1e-4, atol=1e-5, err_msg=f"{options}, {name}")


@pytest.mark.parametrize(("kind", "options"), [UNUSUAL[3], UNUSUAL[5]], ids=["lstm", "peephole"])
def test_the_diagram_and_the_arithmetic_name_what_is_computed(page: Page, kind, options):
    model = made(kind, options)
    trace = model.trace(TEXT)
    page.set_content(f"<style>{bundle.style()}</style><main></main>")
    page.add_script_tag(
        type="module",
        content=bundle.script()
        + f"\nwindow.instrument = mount(document.querySelector('main'), {json.dumps(payload(trace, model))});"
        "\ninstrument.store.set({ step: 2, unit: 3 });",
    )
    page.wait_for_function("window.instrument")
    for quantity in trace.definition.quantities:
        if quantity.activation:
            glyph = page.locator(f".diagram .gate[data-name={quantity.name}] .glyph")
            expect(glyph).to_have_text(quantity.activation.symbol)
            box = page.locator(f".diagram .gate[data-name={quantity.name}] .box").bounding_box()
            letters = glyph.bounding_box()
            assert letters["x"] >= box["x"] and letters["x"] + letters["width"] <= box["x"] + box["width"]
    if kind is LSTM:
        expect(page.locator(".diagram .function .glyph")).to_have_text("linear")
    shown = page.locator(".arithmetic-result[data-name]").evaluate_all(
        "all => all.map(e => [e.dataset.name, Number(e.textContent.replace('−', '-'))])"
    )
    assert {name for name, _ in shown} == {q.name for q in trace.definition.quantities}
    for name, value in shown:
        assert value == pytest.approx(float(trace[name][2, 3]), abs=6e-4)
    # A gate's sum opens into terms that add up, its peephole among them.
    details = page.locator("details.arithmetic-sum").first
    details.locator("summary").click()
    expect(details.locator("tbody .arithmetic-amount").first).to_be_visible()  # they are drawn once it is open
    amounts = details.locator("tbody .arithmetic-amount").all_inner_texts()
    *parts, whole = (float(text.replace("−", "-").replace("+", "")) for text in amounts)
    assert sum(parts) == pytest.approx(whole, abs=6e-4 * len(parts))
    names = details.locator("tbody th").all_inner_texts()
    assert (kind is not LSTM) == any(name.startswith("p") for name in names), names
    assert ("1 peephole" in details.locator("summary").inner_text()) == (kind is not LSTM)
