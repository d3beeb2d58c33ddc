"""A page without Streamlit that holds an instrument and slots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

import rnnviz
from rnnviz.colours import THEMES
from rnnviz.instrument import bundle, payload
from rnnviz.model import Model

ADAPTER = Path(rnnviz.__file__).parent / "ui" / "shared" / "streamlit.js"
TEXT = "Schmidhuber"
STEP, UNIT = 4, 6  # where the pages open, counted as people see them
# Every slot is drawn, even one that stays empty.
DRAWN = """() => window.instrument && [...document.querySelectorAll('.rnnviz-slot')].every(
  slot => slot.shadowRoot?.querySelector('.instrument')?.childElementCount > 0)"""


def slot(view: str, **data: str) -> str:
    """The element into which the instrument draws a view."""
    attributes = " ".join(f'data-{key}="{value}"' for key, value in data.items())
    return f'<div class="rnnviz-slot" data-view="{view}" {attributes}></div>'


def data(model: Model, text: str = TEXT, /, **extra: Any) -> dict[str, Any]:
    """What the instrument is given: the trace of a text with settings; in the instrument itself no view is shown."""
    start = {"step": STEP - 1, "unit": UNIT}
    return {**payload(model.trace(text), model), "text": text, "views": [], "start": start, **extra}


def plain(
    page: Page, model: Model, /, *slots: str, theme: str = "light", text: str = TEXT, **extra: Any
) -> rnnviz.Trace:
    """Open a page with an instrument and slots, and return the trace; `requests` collects what is requested."""
    colours = "".join(f"--theme-{name}: {colour};" for name, colour in THEMES[theme].items())
    ground = f"body {{ background: {THEMES[theme]['background']}; margin: 8px }} main {{ {colours} }}"
    page.goto("about:blank")  # of no origin, whatever the tab showed before: it finds nothing stored and stores nothing
    page.set_content(
        f"<!doctype html><html lang=en><title>Plain</title><style>{ground}</style><style>{bundle.style()}</style>"
        f"<main></main>{''.join(slots)}"
    )
    page.add_script_tag(
        type="module",
        content=f"{bundle.script()}\nwindow.requests = [];\n"
        f"window.instrument = mount(document.querySelector('main'), {json.dumps(data(model, text, **extra))},"
        "{ onRequest: (request) => requests.push(request) });",
    )
    page.wait_for_function(DRAWN)
    return model.trace(text)


def go(page: Page, **state: Any) -> None:
    """Change the state of the instrument."""
    page.evaluate("state => instrument.store.set(state)", state)


def load(page: Page, next_data: Any) -> None:
    """Give the instrument other data."""
    page.evaluate("next => instrument.load(next)", next_data)


def state(page: Page, *names: str) -> list[Any]:
    """Parts of the state of the instrument."""
    return list(page.evaluate("names => names.map(name => instrument.store.state[name])", list(names)))


def number(text: str) -> float:
    """The number in a text with a real minus sign."""
    return float(text.replace("−", "-"))


def frames(page: Page) -> None:
    """Wait until the page has been drawn twice, so that observers have reported and their changes are seen."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
