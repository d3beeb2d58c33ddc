"""Where a host has no environment variables for its apps, settings are among Streamlit's secrets."""

from pathlib import Path
from urllib.request import urlopen

import pytest

from ..browser.conftest import served


@pytest.mark.parametrize("place", ["secrets", "environment"])
def test_a_setting_is_heard_of(place: str, tmp_path: Path):
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text('RNNVIZ_METRICS = "1"\n' if place == "secrets" else "")
    environment = {"RNNVIZ_METRICS": "1"} if place == "environment" else {}
    with (
        served(tmp_path / "log.txt", HOME=str(tmp_path), **environment) as address,
        urlopen(f"{address}/_stcore/metrics") as answer,
    ):
        assert answer.status == 200 and b"active_sessions" in answer.read()
