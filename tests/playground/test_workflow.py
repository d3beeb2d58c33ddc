"""The workflow that publishes the pages runs the command that exists, with no more rights than it needs."""

import re
import shlex
from pathlib import Path

from rnnviz.playground.__main__ import argument_parser

WORKFLOW = (Path(__file__).parents[2] / "deploy" / "playground-pages.yml").read_text(encoding="utf-8")


def test_what_it_writes_is_what_it_publishes():
    (command,) = re.findall(r"- run: python -m rnnviz\.playground (.*)", WORKFLOW)
    assert str(argument_parser().parse_args(shlex.split(command)).out) == re.findall(r"path: (\S+)", WORKFLOW)[0]


def test_it_has_no_more_rights_than_it_needs():
    rights = re.search(r"permissions:\n((?: {6}.*\n)+)", WORKFLOW)
    assert rights is not None
    assert set(re.findall(r"(\S+): (?:write|read)", rights[1])) == {"contents", "pages", "id-token"}
    assert "contents: read" in rights[1]


def test_every_action_is_named_with_its_version():
    actions = re.findall(r"uses: (\S+)", WORKFLOW)
    assert len(actions) == 5 and all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in actions)
