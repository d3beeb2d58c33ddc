"""What stands on the theme's primary colour can be read, in the light and in the dark."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import in_both_themes, rerun
from tests.browser.test_explore import open_page

# The contrast of two computed colours, in whatever notation: a canvas says what they are in red, green and blue.
CONTRAST = """([one, other]) => {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  const luminance = colour => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const linear = [...context.getImageData(0, 0, 1, 1).data].map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""
TICK = """tick => [getComputedStyle(tick).stroke, getComputedStyle(tick.closest("div")).backgroundColor]"""
# A button as Streamlit makes it, which is white on the primary colour by a rule of one class.
BUTTON = """primary => {
  const sheet = document.createElement("style");
  sheet.textContent = `.sample { color: white; background: ${primary} }`;
  const button = document.createElement("button");
  button.className = "sample";
  button.setAttribute("kind", "primary");
  document.querySelector("[data-testid=stMain]").append(sheet, button);
  const { color, backgroundColor } = getComputedStyle(button);
  button.remove();
  sheet.remove();
  return [color, backgroundColor];
}"""


def test_ticks_and_buttons_stand_out_in_both_themes(page: Page, app: str):
    open_page(page, app)
    with rerun(page):
        page.get_by_role("button", name="Share").click()
    tick = page.get_by_role("dialog").locator("polyline").first
    for scheme in in_both_themes(page):
        drawn, primary = tick.evaluate(TICK)
        assert page.evaluate(CONTRAST, [drawn, primary]) >= 4.5, f"{scheme}: a tick, {drawn} on {primary}"
        words, ground = page.evaluate(BUTTON, primary)
        assert page.evaluate(CONTRAST, [words, ground]) >= 4.5, f"{scheme}: a button, {words} on {ground}"
