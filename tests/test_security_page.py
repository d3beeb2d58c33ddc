"""SECURITY.md lists every setting with its default."""

import re
from dataclasses import fields
from pathlib import Path

from rnnviz.ui.shared import admission, response_headers, rooms
from rnnviz.ui.shared.server_limits import ServerLimits

PAGE = (Path(__file__).parents[1] / "SECURITY.md").read_text(encoding="utf-8")


def test_the_limits_are_those_of_the_code():
    rows = dict(re.findall(r"^\| `(RNNVIZ_\w+)` \| (\d+) \|", PAGE, re.MULTILINE))
    assert {name: int(default) for name, default in rows.items()} == {
        limit.metadata["variable"]: limit.default for limit in fields(ServerLimits)
    }


def test_the_other_settings_are_there():
    for name in (response_headers.FRAME_ANCESTORS, admission.METRICS, rooms.SERVER):
        assert f"| `{name}` |" in PAGE
