"""A stranger's words are text on every page: no address in them is fetched, and nothing becomes a picture or a link."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page
from safetensors.numpy import save_file

import rnnviz
from rnnviz import zoo

from .conftest import opened, served, settle

AWAY = "stranger.example"
WORDS = (
    f"![x](http://{AWAY}/1.png) [link](http://{AWAY}/2) <img src=http://{AWAY}/3.png> <a href='//{AWAY}/4'>a</a> "
    rf"http://{AWAY}/5 www.{AWAY} a@{AWAY} <http://{AWAY}/6> $\href{{http://{AWAY}/7}}{{x}}$ :material/home: :red[x] "
    f"![y][r] `code` **bold** # head\n\n[r]: http://{AWAY}/8.png\n\n"
    f"| a | b |\n|---|---|\n| ![z](//{AWAY}/9.png) | 1 |\n"
)
KEPT = {"task", "cell", "name", "kind", "vocabulary", "options", "hyperparameters", "cell_options"}
PAGES = {
    "": [{}, {"if": "swap@1=x"}],
    "memory": [{"question": name} for name in ("causes", "reach", "writers", "changes", "units")],
    "compare": [{"mode": "cells"}, {"mode": "texts"}],
    "dynamics": [{"view": "paths"}, {"view": "words"}],
    "models": [{"part": "inside", "model": "stranger-lstm"}, {"part": "beside", "one": "stranger-lstm"}],
}


def written(value: Any) -> Any:
    """A card whose every text is the stranger's, but for the keys by which models are found and run."""
    if isinstance(value, dict):
        return {name: part if name in KEPT else written(part) for name, part in value.items()}
    if isinstance(value, list):
        return [written(part) for part in value]
    return f"{value} {WORDS}" if isinstance(value, str) else value


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app with models whose cards and labels are a stranger's."""
    folder: Path = tmp_path_factory.mktemp("models")
    for cell in ("lstm", "gru"):
        model, card = rnnviz.load(f"names-{cell}"), written(zoo.card(f"names-{cell}"))
        card |= {"task": "stranger", "name": f"stranger-{cell}", "understood": {WORDS: WORDS}}
        card["scores"]["baseline"]["name"] = WORDS
        card["scores"]["by_label"] = {f"{name} {WORDS}": n for name, n in card["scores"]["by_label"].items()}
        for source in card["data"]:
            source["name"] = WORDS
        card["labels"] = [f"{k} {WORDS}" for k in range(len(model.labels))]
        save_file(model.network.parameters, folder / f"stranger-{cell}.safetensors")
        (folder / f"stranger-{cell}.json").write_text(json.dumps(card))
    with served(folder / "log.txt", RNNVIZ_MODELS=str(folder)) as address:
        yield address


FOUND = """away => {
  const all = [document, ...[...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)];
  const leads = (element, name) => {
    const value = element.getAttribute(name);
    return value !== null && URL.parse(value, location.href)?.host.includes(away);
  };
  const marked = all.flatMap(root => [...root.querySelectorAll('img, image, a, iframe, object, link')])
    .filter(element => ['src', 'href', 'xlink:href', 'data'].some(name => leads(element, name)));
  const styled = all.flatMap(root => [...root.querySelectorAll('[style]')])
    .filter(element => element.getAttribute('style').includes(away));
  return [...marked, ...styled].map(element => element.outerHTML.slice(0, 200));
}"""
SAID = """away => {
  const all = [document.body, ...[...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)];
  return all.some(root => root.textContent.includes(away));
}"""


def look(page: Page) -> None:
    """Everything that can be opened on a page is opened; nothing there leads away."""
    settle(page)
    for name in ("About", "Every array in numbers", "In numbers", "All units as a figure"):
        for summary in page.get_by_text(name, exact=False).all():
            if summary.locator("xpath=ancestor-or-self::summary").count() and summary.is_visible():
                summary.click()
                settle(page)
                break
    assert page.evaluate(FOUND, AWAY) == []
    for button in page.get_by_role("button", name="Examples").all()[:1]:
        button.click()
        page.get_by_role("menuitem").first.wait_for()
        assert page.evaluate(FOUND, AWAY) == []
        page.keyboard.press("Escape")
    for sign in page.get_by_test_id("stTooltipIcon").all()[:3]:
        if sign.is_visible():
            sign.hover()
            page.get_by_test_id("stTooltipContent").first.wait_for()
            assert page.evaluate(FOUND, AWAY) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_makes_a_picture_or_a_link_of_a_card(stranger: str, chromium: Browser, path: str) -> None:
    page, asked = opened(chromium), []
    page.on("request", lambda request: asked.append(request.url))
    page.route(f"**://*{AWAY}/**", lambda route: route.abort())
    try:
        for link in PAGES[path]:
            parameters = {"task": "stranger", "cell": "lstm", "text": "Ada http://" + AWAY, **link}
            page.goto(f"{stranger}/{path}?{urlencode(parameters)}")
            look(page)
            assert page.evaluate(SAID, AWAY), "the words are there, as text"
        assert [url for url in asked if AWAY in url.split("?")[0]] == []
    finally:
        page.context.close()
