"""Pages to type into, opened from disk without a network: they read what is typed, and fetch nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import rnnviz
from rnnviz.analysis import unit_effects
from rnnviz.analysis.effects.run_outcome import run_outcome
from rnnviz.colours import THEMES, rgb
from rnnviz.interventions import parse_all
from rnnviz.model import Model
from rnnviz.network import Head, HeadLayer, Network
from rnnviz.playground import playground_page, write_playground
from rnnviz.text.sentences import MOST_CHARACTERS
from rnnviz.text.tokens import Vocabulary
from tests.browser.conftest import LAPTOP, violations
from tests.browser.test_saved_page import check_step
from tests.playground.test_playground_page import numbers_model

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of three models of one task, and of one of another."""
    folder = tmp_path_factory.mktemp("site")
    names = ("names-rnn", "names-gru", "names-lstm", "shakespeare-rnn")
    write_playground(folder, [rnnviz.load(name) for name in names])
    return folder


@contextmanager
def from_disk(chromium: Browser, file: Path, hash: str = "", viewport: Any = LAPTOP, **context: Any) -> Iterator[Page]:
    """A page from disk in a browser without a network; nothing may be fetched and nothing may go wrong."""
    with chromium.new_context(viewport=viewport, offline=True, **context) as offline:
        page = offline.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda each: wrong.append(each.url) if not each.url.startswith(file.parent.as_uri()) else None
        )
        page.goto(file.as_uri() + hash)
        page.wait_for_selector(".instrument .token, article")
        yield page
        assert not wrong


def tokens(page: Page) -> list[str]:
    return page.locator(".tokens .token").all_inner_texts()


def read(page: Page, text: str, shown: list[str]) -> None:
    """Type a text, and wait for its tokens."""
    page.fill("#text", text)
    page.wait_for_function(
        "shown => [...document.querySelectorAll('.tokens .token')].map(t => t.textContent).join('|') === shown",
        arg="|".join(shown),
    )


def parameters(page: Page) -> dict[str, str]:
    """The parameters in the address after "#"."""
    _, _, hash = page.url.partition("#")
    return {name: values[0] for name, values in parse_qs(hash, keep_blank_values=True).items()}


def test_it_reads_what_is_typed_with_the_numbers_of_python(chromium: Browser, site: Path):
    model = rnnviz.load("names-lstm")
    with from_disk(chromium, site / "names-lstm.html") as page:
        assert page.input_value("#text") == model.card["examples"][0]
        unit = page.locator(".unit input")
        for text in ("Mar", "Mariana", "Nguyễn", "Ng"):
            read(page, text, [*text, "∎"])
            strongest = unit_effects(model.trace(text)).strongest
            page.wait_for_function("unit => document.querySelector('.unit input').value === unit", arg=str(strongest))
        unit.fill("17")
        unit.press("Enter")
        page.get_by_text("This step as a table").click()
        page.locator(".numbers tbody tr").first.wait_for()
        page.get_by_role("button", name="all 64").click()
        check_order = page.get_by_role("button", name="number", exact=True)
        check_order.click()
        page.focus("#text")
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("Nguyen")
        trace = model.trace("Nguyen")
        page.wait_for_function("() => document.querySelectorAll('.tokens .token').length === 7")
        check_step(page, trace, 7)
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowLeft")
        check_step(page, trace, 6)
        page.keyboard.press("Home")


def test_examples_are_one_click_away(chromium: Browser, site: Path):
    with from_disk(chromium, site / "shakespeare-rnn.html") as page:
        example = rnnviz.load("shakespeare-rnn").card["examples"][1]
        assert "\n" in example
        page.get_by_role("button", name=example.split("\n")[0]).click()
        assert page.input_value("#text") == example
        assert tokens(page)[:4] == [*example[:4].replace(" ", "␣")]


def test_a_link_opens_what_was_shared(chromium: Browser, site: Path):
    file = site / "names-gru.html"
    with from_disk(chromium, file) as page:
        read(page, "Li & Søn", ["L", "i", "␣", "&", "␣", "S", "ø", "n", "∎"])
        page.locator(".tokens .token").nth(2).click()
        page.locator(".unit input").fill("17")
        page.locator(".unit input").press("Enter")
        page.wait_for_function("() => location.hash.includes('unit=17')")
        hash = "#" + page.url.partition("#")[2]
        assert parameters(page) == {"text": "Li & Søn", "step": "3", "unit": "17"}
    with from_disk(chromium, file, hash) as page:
        assert page.input_value("#text") == "Li & Søn"
        assert page.locator(".where").inner_text() == "step 3 of 9"
        assert page.locator(".unit input").input_value() == "17"
        page.evaluate("location.hash = '#text=Ab&step=1'")
        page.wait_for_function("() => document.querySelectorAll('.tokens .token').length === 3")
        assert page.locator(".where").inner_text() == "step 1 of 3"


def test_pages_of_one_task_carry_the_text(chromium: Browser, site: Path):
    with from_disk(chromium, site / "index.html") as page:
        page.get_by_role("link", name="LSTM").first.click()
        page.wait_for_selector(".instrument .token")
        read(page, "Eco", ["E", "c", "o", "∎"])
        page.get_by_role("link", name="GRU").click()
        page.wait_for_function("() => document.title && document.querySelector('.instrument .token')")
        assert page.input_value("#text") == "Eco" and tokens(page) == ["E", "c", "o", "∎"]
        assert "names-gru" in page.url
        page.get_by_role("link", name="All models").click()
        assert page.locator("article").count() == 2


def test_what_cannot_be_read_leaves_the_last_run_dimmed_and_says_why(chromium: Browser, site: Path):
    with from_disk(chromium, site / "names-lstm.html") as page:
        read(page, "Ad", ["A", "d", "∎"])
        page.fill("#text", "  ")
        page.locator(".instrument.dimmed").wait_for()
        with pytest.raises(ValueError) as error:
            rnnviz.load("names-lstm").trace("  ")
        assert page.locator(".remark").all_inner_texts() == [str(error.value)]
        assert tokens(page) == ["A", "d", "∎"]
        read(page, "\0<b>👩‍🔬\u202e", ["␀", "<", "b", ">", "👩‍🔬", "U+202E", "∎"])
        assert page.locator(".instrument.dimmed").count() == 0
        assert "␀" in page.locator(".remark").inner_text() and page.locator(".instrument b").count() == 0


def test_a_long_text_is_cut_where_the_dashboard_cuts_it(chromium: Browser, site: Path):
    with from_disk(chromium, site / "shakespeare-rnn.html") as page:
        page.fill("#text", "a" * 300)
        page.wait_for_function("() => document.querySelectorAll('.tokens .token').length === 256")
        assert len(page.locator(".remark").all_inner_texts()) == 1
        page.fill("#text", "b" * (MOST_CHARACTERS + 1))
        page.wait_for_function("() => document.querySelectorAll('.remark').length === 2")
        assert page.input_value("#text") == "b" * MOST_CHARACTERS


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["names-lstm.html", "index.html"])
def test_it_suits_a_phone_and_both_themes(chromium: Browser, site: Path, name: str, scheme: str):
    with from_disk(chromium, site / name, viewport=PHONE, color_scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == f"rgb{rgb(THEMES[scheme]['background'])}"
        assert not violations(page)


def test_a_model_that_reads_numbers_has_a_box_for_them(chromium: Browser, tmp_path: Path):
    model = numbers_model()
    file = tmp_path / "numbers.html"
    file.write_text(playground_page(model), encoding="utf-8")
    with from_disk(chromium, file) as page:
        assert len(tokens(page)) == 24
        read(page, "0.5 -1\n2 1e3", ["0.5 -1", "2 1000"])
        page.fill("#text", "0.5 -1 x")
        page.locator(".instrument.dimmed").wait_for()
        assert "'x'" in page.locator(".remark").inner_text()


def test_outputs_that_are_values_are_shown_as_values(chromium: Browser, tmp_path: Path):
    rng = np.random.default_rng(0)
    plain = Network.random("gru", hidden=4, embedding=2, bidirectional=True, rng=rng)
    layers = (HeadLayer(rng.normal(size=(3, 8)).astype("f4"), np.zeros(3, "f4"), "relu"),)
    weight, bias = rng.normal(size=(2, 3)).astype("f4"), np.ones(2, "f4")
    head = Head("linear", "mean", layers)
    network = replace(plain, embedding=None, readout_weight=weight, readout_bias=bias, head=head)
    model = Model("forecast", network, Vocabulary("numbers", vector_size=2), ["low", "high"])
    file = tmp_path / "forecast.html"
    file.write_text(playground_page(model, "0.5 -1\n2 1"), encoding="utf-8")
    with from_disk(chromium, file) as page:
        outputs = model.trace("1 1\n0 2\n-1 0.5").outputs
        assert outputs is not None
        read(page, "1 1\n0 2\n-1 0.5", ["1 1", "0 2", "-1 0.5"])
        assert page.locator(".answer-label").inner_text() == "low"
        shown = page.locator(".answer-share").inner_text()
        assert float(shown.replace("−", "-")) == pytest.approx(outputs[-1, 0], abs=0.005)
        page.locator(".whatif summary").click()
        page.get_by_role("button", name="Silence this unit").click()
        page.locator(".area-words .change").wait_for()
        (change,) = [each.split("×")[0] for each in page.locator(".area-words .change").all_inner_texts()]
        unit = int(change.split()[1])
        changed = model.trace("1 1\n0 2\n-1 0.5", interventions=parse_all(f"zero.{unit}"))
        assert page.locator(".area-words .outcome").inner_text().strip() == str(run_outcome(changed)).strip()


def test_layers_and_directions_can_be_chosen(chromium: Browser, tmp_path: Path):
    known = rnnviz.load("names-gru")
    size = {"hidden": 6, "vocabulary": len(known.vocabulary), "embedding": 4, "classes": len(known.labels)}
    network = Network.random("gru", **size, layers=2, bidirectional=True, rng=np.random.default_rng(0))
    model = Model("deep", network, known.vocabulary, known.labels)
    file = tmp_path / "deep.html"
    file.write_text(playground_page(model, "Ada"), encoding="utf-8")
    with from_disk(chromium, file) as page:
        page.get_by_label("What is shown").select_option("layer 2, backward")
        page.get_by_text("This step as a table").click()
        page.locator(".numbers tbody tr").first.wait_for()
        assert parameters(page) == {"layer": "1", "direction": "backward"}
        shown = page.locator(".numbers tbody tr").count()
        assert shown == 6
    with from_disk(chromium, file, "#layer=1&direction=backward") as page:
        assert page.get_by_label("What is shown").evaluate("e => e.selectedOptions[0].text") == "layer 2, backward"


def test_a_change_is_run_in_the_browser_and_can_be_shared_and_taken_back(chromium: Browser, site: Path):
    model = rnnviz.load("names-lstm")
    changed = model.trace("Nguyen", interventions=parse_all("zero.6"))
    with from_disk(chromium, site / "names-lstm.html", "#text=Nguyen&unit=6") as page:
        page.locator(".whatif summary").click()
        page.get_by_role("button", name="Silence this unit").click()
        page.locator(".area-words .change").wait_for()
        assert page.locator(".area-words .outcome").inner_text().strip() == str(run_outcome(changed)).strip()
        page.wait_for_function("() => location.hash.includes('if=zero.6')")
        hash = "#" + page.url.partition("#")[2]
        page.fill("#text", "Nguyen!")
        page.wait_for_function("() => document.querySelectorAll('.tokens .token').length === 8")
        assert page.locator(".area-words .change").inner_text() == "unit 6 silenced×"
        page.locator(".area-words .change button").click()
        page.locator(".area-words .change").wait_for(state="detached")
        assert "if" not in parameters(page)
    with from_disk(chromium, site / "names-lstm.html", hash) as page:
        assert page.locator(".area-words .change").inner_text() == "unit 6 silenced×"
        page.evaluate("location.hash = '#text=Li&if=forget=2'")
        page.locator(".area-words .change").wait_for(state="detached")
        with pytest.raises(ValueError) as error:
            model.trace("Li", interventions=parse_all("forget=2"))
        assert page.locator(".remark").all_inner_texts() == [str(error.value)]
