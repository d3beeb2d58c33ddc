"""The server is killed and started again: a page says what is lost before its reader does anything, and offers it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from playwright.sync_api import Browser, expect

from rnnviz.checkpoints.native.model_archive import pack

from ..checkpoints.hostile_files import small_model
from .conftest import ROOT, free_port, opened, running, settle


def test_a_lost_model_is_said_without_an_action(chromium: Browser, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    page = opened(chromium)
    with running(command, address, tmp_path / "first.txt", ROOT, dict(os.environ)):
        page.goto(f"{address}/models")
        settle(page)
        page.locator("input[type=file]").first.set_input_files(
            {"name": "mine.zip", "mimeType": "application/zip", "buffer": pack([small_model(name="zebra")])}
        )
        expect(page.get_by_text("Kept in this browser: 1 model")).to_be_visible()
        page.get_by_role("button", name="Open in Explore").click()
        page.get_by_role("textbox", name="Type a sequence").fill("abcab")
        settle(page)
        expect(page.locator(".instrument .token")).to_have_text([*"abcab"])
        assert page.get_by_test_id("stAlert").count() == 0
        models = page.context.new_page()
        models.goto(f"{address}/models")
        models.get_by_role("button", name="Open again").click()
        expect(models.get_by_text("Opened zebra")).to_be_visible()
        settle(models)
    with running(command, address, tmp_path / "second.txt", ROOT, dict(os.environ)):
        expect(page.get_by_text("zebra lived in the tab")).to_be_visible(timeout=30_000)
        expect(models.get_by_test_id("stAlert")).to_contain_text("Open it again below", timeout=30_000)
        page.get_by_role("button", name="Open it again").click()
        expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile("zebra"))
        models.get_by_role("button", name="Open again").click()
        expect(models.get_by_text("Opened zebra")).to_be_visible()
    page.context.close()
