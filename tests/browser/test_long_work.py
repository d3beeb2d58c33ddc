"""Long work in the browser: a bar with a button that stops it at once, and another that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from rnnviz.checkpoints.native.model_files import save_pair
from rnnviz.model import Model
from rnnviz.network import Network

from ..strategies import CHARACTERS
from .conftest import served, settle


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app with a model whose every unit takes a while to be silenced."""
    folder: Path = tmp_path_factory.mktemp("models")
    network = Network.random(
        "lstm", hidden=400, vocabulary=len(CHARACTERS), embedding=8, classes=4, rng=np.random.default_rng(0)
    )
    card = {"task": "large", "title": "large", "reads": "letters", "says": "a label", "cell": "lstm"}
    save_pair(Model("large-lstm", network, CHARACTERS, list("wxyz"), card), folder / "large-lstm")
    with served(folder / "log.txt", RNNVIZ_MODELS=str(folder)) as address:
        yield address


def test_long_work_is_stopped_by_its_button_and_goes_on_by_another(page: Page, address: str) -> None:
    link = {"task": "large", "cell": "lstm", "text": "abcd" * 60, "question": "units"}
    page.goto(f"{address}/memory?{urlencode(link)}")
    stop = page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)
    stop.wait_for()
    expect(page.get_by_test_id("stProgress")).to_be_visible()
    stop.click()
    go_on = page.get_by_role("button", name="Go on")
    go_on.wait_for(timeout=5000)
    settle(page)
    assert page.get_by_test_id("stDataFrame").count() == 0 and not stop.is_visible()
    go_on.click()
    stop.wait_for()
    page.get_by_role("textbox").first.fill("ab")
    page.get_by_role("textbox").first.press("Enter")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=15_000)
