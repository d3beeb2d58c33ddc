"""The lessons for teachers: every link opens what it says, and every step has what a teacher needs."""

import re
import subprocess
from urllib.parse import parse_qsl, urlsplit

import pytest

from rnnviz.ui.pages.guide.teaching_page import BASE
from rnnviz.ui.shared.session_keys import HIDDEN, NOTICES

from .app_pages import APP, open_page

pytestmark = pytest.mark.usefixtures("open_door")
ROOT = APP.parent
WRITTEN = (ROOT / "pages" / "teaching.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\]\((http[^)]*)\)", WRITTEN)
STEPS = re.findall(r"^### (.*?)\n(.*?)(?=^##|\Z)", WRITTEN, re.MULTILINE | re.DOTALL)
PARAMETERS = {"task", "cell", "text", "other", "mode", "step", "unit", "if", "hide"}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_opens_what_it_says(link):
    assert link.startswith(BASE)
    address = urlsplit(link)
    given = dict(parse_qsl(address.query, strict_parsing=True)) if address.query else {}
    assert set(given) <= PARAMETERS
    app = open_page(address.path.strip("/") or "explore", **given)
    state = app.session_state
    assert not app.warning and not app.error and (NOTICES not in state or not state[NOTICES])
    if "hide" in given:
        assert state[HIDDEN] == given["hide"].split(",")
    if "text" in given:
        assert app.text_input(key="text").value == given["text"]
    if "cell" in given:  # a link leaves out the page's first one
        assert app.query_params.get("cell", "rnn" if address.path == "/forgetting" else "lstm") == given["cell"]
    if "if" in given:
        assert app.query_params["if"] == given["if"]


def test_every_step_has_a_link_minutes_and_the_four_parts():
    assert len(STEPS) == len(LINKS) == 16
    for title, step in STEPS:
        assert re.search(r" `\d+ min`$", title), title
        assert re.findall(r"^- \*\*(.*?):\*\*", step, re.MULTILINE) == ["Say", "Ask", "They see", "Often thought"], (
            title
        )
        assert len(re.findall(r"\]\(", step)) == 1, title


def test_on_the_page_the_links_lead_to_the_server_that_it_is_on():
    app = open_page("teaching")
    shown = "".join(element.value for element in app.markdown)
    assert BASE not in shown and [link.replace(BASE, "./") for link in LINKS] == re.findall(r"\]\((\./[^)]*)\)", shown)


def test_a_handout_has_an_address_of_one_s_own():
    (command,) = re.findall(r"^sed .*$", (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8"), re.MULTILINE)
    handout = subprocess.run(command.split(" > ")[0], shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "localhost" not in handout.stdout and handout.stdout.count("(https://rnn.example.org/") == len(LINKS)
