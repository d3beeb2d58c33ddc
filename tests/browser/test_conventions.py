"""The GRU's conventions in a real Chromium: diagram, arithmetic and words follow which one is in use."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import Page

import rnnviz
from rnnviz.instrument import bundle, payload

TEXT, STEP, UNIT = "Dubois", 3, 5  # counted from 1, and from 0
FORMS = {"wide": 1200, "dense": 600, "narrow": 390}  # dense: the wide form with larger letters
CONVENTIONS = [(reset, update) for reset in ("after", "before") for update in ("keeps", "writes")]
EVERY_CONVENTION = pytest.mark.parametrize(("reset", "update"), CONVENTIONS, ids=["-".join(c) for c in CONVENTIONS])


def model_of(reset: str, update: str):
    return rnnviz.load("names-gru").with_options(reset=reset, update=update)


def mount(page: Page, data: dict[str, object], form: str = "wide") -> None:
    """The instrument in a plain page, at the step and unit above."""
    page.set_viewport_size({"width": FORMS[form], "height": 900})
    page.goto("about:blank")  # of no origin, whatever the tab showed before
    page.set_content(f"<style>{bundle.style()}</style><main></main>")
    data = json.dumps({**data, "start": {"step": STEP - 1, "unit": UNIT}})
    script = f"{bundle.script()}\nwindow.instrument = mount(document.querySelector('main'), {data});"
    page.add_script_tag(type="module", content=script)
    page.wait_for_function("window.instrument")
    page.wait_for_selector(f".diagram svg.{form}")


def show(page: Page, reset: str, update: str, form: str = "wide") -> rnnviz.Trace:
    """The instrument with a model under a convention. Returns the trace that it shows."""
    model = model_of(reset, update)
    trace = model.trace(TEXT)
    mount(page, payload(trace, model), form)
    return trace


def labels(page: Page) -> set[str]:
    """What is written beside the strips, without spaces: "z⊙h" with its indices."""
    found = page.locator(".diagram .strip text").all_text_contents()
    return {re.sub(r"\s", "", label) for label in found}


def numbers(page: Page) -> dict[str, list[float]]:
    """Every number in the arithmetic, by the name of the quantity that its equation computes."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.arithmetic-equation')].map(line => {
          const all = [...line.querySelectorAll('.arithmetic-number')];
          return [all.at(-1).dataset.name, all.map(e => Number(e.textContent.replace('−', '-').match(/[-\\d.]+/)[0]))];
        }))"""
    )


@EVERY_CONVENTION
@pytest.mark.parametrize("form", FORMS)
def test_the_diagram_says_what_is_kept_and_what_is_written(page: Page, form: str, reset: str, update: str):
    show(page, reset, update, form)
    written = labels(page)
    kept = {"keeps": "zt⊙ht−1", "writes": "(1−zt)⊙ht−1"}
    fresh = {"keeps": "(1−zt)⊙nt", "writes": "zt⊙nt"}
    other = next(side for side in kept if side != update)
    assert kept[update] in written and kept[other] not in written
    assert (fresh[update] in written) == (form != "narrow") and fresh[other] not in written
    glyphs = page.locator(".diagram .glyph").all_text_contents()
    assert glyphs.count("1−") == 1
    assert glyphs.count("W") == (reset == "after"), "the matrix stands before the reset gate or not at all"
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        check_nothing_overlaps(page)


@EVERY_CONVENTION
def test_wires_and_arithmetic_are_those_of_the_convention(page: Page, reset: str, update: str):
    trace = show(page, reset, update)
    shut, opened = 1.5, 7.0
    mean = float(trace["update"][STEP - 1].mean())
    kept = mean if update == "keeps" else 1 - mean
    shown = page.evaluate(
        "[...document.querySelectorAll('.diagram .line')].map(e => parseFloat(e.style.strokeWidth)).filter(w => w > 0)"
    )
    reset_mean = float(trace["reset"][STEP - 1].mean())
    expected = [shut + share * (opened - shut) for share in (reset_mean, kept, 1 - kept)]
    np.testing.assert_allclose(shown, expected, atol=0.011)
    check_arithmetic(page, trace, update)


def check_arithmetic(page: Page, trace: rnnviz.Trace, update: str) -> None:
    """The arithmetic is that of the convention."""
    z, n, h = (float(trace[name][STEP - 1, UNIT]) for name in ("update", "candidate", "hidden"))
    old = float(trace["hidden"][STEP - 2, UNIT])
    shown = numbers(page)
    for name in ("reset", "update", "candidate", "hidden"):
        assert shown[name][-1] == pytest.approx(float(trace[name][STEP - 1, UNIT]), abs=6e-4)
    # First what stands in the equation, in its order, then the products that are added, then the sum.
    put_in = [z, n, z, old]
    share = z if update == "keeps" else 1 - z
    np.testing.assert_allclose(shown["hidden"], [*put_in, (1 - share) * n, share * old, h], atol=6e-4)


@pytest.mark.parametrize("reset", ["after", "before"])
def test_the_narration_is_the_same_for_both_sides_of_z(page: Page, reset: str):
    told = []
    for update in ("keeps", "writes"):
        show(page, reset, update)
        told.append(page.locator(".narration").inner_text())
    assert told[0] == told[1]
    assert "keeps" in told[0] and "writes most into" in told[0]


def check_nothing_overlaps(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    boxes = page.evaluate(
        """kinds => [...document.querySelectorAll(kinds)]
          .flatMap(part => [...part.querySelectorAll('.box, .edge, text.symbol')])
          .map(e => [e.getBoundingClientRect(), e.textContent])
          .map(([b, text]) => [b.left, b.top, b.right, b.bottom, text])""",
        ".diagram :is(.part.gate, .part.operation, .part.function, .part.strip)",
    )
    edges = [box for box in boxes if not box[4]]
    for k, one in enumerate(edges):
        for other in edges[k + 1 :]:
            apart = max(other[0] - one[2], one[0] - other[2], other[1] - one[3], one[1] - other[3])
            assert apart > 0, f"{one} and {other}"
    for label in (box for box in boxes if box[4]):
        for box in edges:
            over = [min(label[2], box[2]) - max(label[0], box[0]), min(label[3], box[3]) - max(label[1], box[1])]
            assert min(over) < 4, f"the label {label} lies upon {box}"


def test_switching_the_convention_draws_anew_and_keeps_the_place(page: Page):
    show(page, "after", "keeps")
    model = model_of("before", "writes")
    page.evaluate("next => window.instrument.load(next)", payload(model.trace(TEXT), model))
    assert "(1−zt)⊙ht−1" in labels(page)
    assert page.locator(".where").inner_text() == f"step {STEP} of 7"
    assert numbers(page)["hidden"][-1] == pytest.approx(float(model.trace(TEXT)["hidden"][STEP - 1, UNIT]), abs=6e-4)


def test_a_trace_from_before_there_was_a_choice_is_drawn_as_the_default(page: Page):
    model = rnnviz.load("names-gru")
    data = payload(model.trace(TEXT), model)
    del data["options"]["update"]
    mount(page, data)
    assert "zt⊙ht−1" in labels(page)
