"""What a person sees of a network that overflows: crosses on what is no number, and words that say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from rnnviz.checkpoints.native.model_files import save_pair

from ..strange_networks import strange_tasks
from .conftest import served, settle

TASKS = ("grows", "cancels", "huge")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("models")
    for name in TASKS:
        for cell, model in strange_tasks()[name].models.items():
            card = {"task": name, "title": name, "reads": "letters", "says": "a label", "cell": cell}
            save_pair(replace(model, card=card), folder / f"{name}-{cell}")
    with served(folder / "log.txt", RNNVIZ_MODELS=str(folder)) as address:
        yield address


@pytest.mark.parametrize("name", TASKS)
def test_what_is_no_number_has_a_cross_and_a_name(page: Page, address: str, name: str) -> None:
    text = strange_tasks()[name].text[:90]
    page.goto(f"{address}/?{urlencode({'task': name, 'cell': 'rnn', 'text': text})}")
    settle(page)
    heatmap = page.locator(".heatmap[data-name=prediction]")
    crosses = heatmap.locator(".crosses").get_attribute("d")
    assert crosses and crosses.startswith("M")
    in_strips = page.locator(".diagram .crosses").evaluate_all("paths => paths.map(path => path.getAttribute('d'))")
    assert any(d and d.startswith("M") for d in in_strips)
    expect(page.locator(".diagram[aria-label*='not a number'], .diagram [aria-label*='not a number']")).to_have_count(1)
    expect(heatmap.locator(".heatmap-legend")).to_contain_text("not a number")
    expect(page.locator(".answer-label")).to_have_text("no prediction")
    words = page.locator("body").inner_text()
    assert "NaN" not in words and "Infinity" not in words
    page.get_by_text("All units as a figure").click()
    settle(page)
    assert page.locator(".js-plotly-plot .points path.point").count() > 0


@pytest.mark.parametrize("question", ["causes", "reach", "writers", "changes", "units"])
def test_every_question_about_it_is_answered_or_says_why_not(page: Page, address: str, question: str) -> None:
    for name in TASKS:
        link = {"task": name, "cell": "rnn", "text": strange_tasks()[name].text[:60], "question": question}
        page.goto(f"{address}/memory?{urlencode(link)}")
        settle(page)
        words = page.locator("body").inner_text()
        assert "nobody foresaw" not in words and "NaN" not in words and "nan %" not in words
