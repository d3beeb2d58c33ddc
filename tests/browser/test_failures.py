"""What a person sees of a page that fails: what happened, the text, and a way back; nothing of the server's inside."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from .conftest import ROOT, served, settle


def test_a_failure_is_said_with_the_text_and_gone_with_another(page: Page, tmp_path: Path) -> None:
    with served(tmp_path / "log.txt", script="tests/browser/failing_app.py", PYTHONPATH=str(ROOT)) as address:
        page.goto(address)
        box = page.get_by_role("textbox", name="Text")
        expect(box).to_have_value("Ada")
        box.fill("Adam")
        box.press("Enter")
        alert = page.get_by_test_id("stAlert")
        expect(alert).to_contain_text("ZeroDivisionError")
        expect(page.get_by_test_id("stCode")).to_contain_text("Adam")
        expect(box).to_have_value("Adam")
        assert page.get_by_test_id("stException").count() == 0
        assert "Traceback" not in page.content() and str(ROOT) not in page.inner_text("body")
        page.get_by_role("button", name="Try again").click()
        settle(page)
        expect(alert).to_be_visible()
        box.fill("Adamo")
        box.press("Enter")
        expect(page.get_by_text("10 letters.")).to_be_visible()
        expect(alert).to_have_count(0)
