"""`python -m rnnviz` starts the dashboard, for this machine alone, and on a file."""

import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from urllib.request import urlopen

import pytest

import rnnviz
from rnnviz.__main__ import ADDRESS, REQUIRED, argument_parser, main, streamlit_arguments

ROOT = Path(__file__).parents[1]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_healthy(server, address):
    end = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < end:
        try:
            with urlopen(f"{address}/_stcore/health") as answer:
                return answer.status == 200
        except OSError:
            time.sleep(0.1)
    return False


def test_it_serves_until_it_is_stopped(tmp_path):
    """From another folder, with a file named relative to it."""
    (tmp_path / "model.pt").write_bytes(b"")
    port = free_port()
    command = [sys.executable, "-m", "rnnviz", "model.pt", "--port", str(port), "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert wait_until_healthy(server, f"http://127.0.0.1:{port}")
        with urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert b"<html" in answer.read()
    finally:
        server.terminate()
        said, _ = server.communicate(timeout=20)
    assert f"http://localhost:{port}" in said


def options(*arguments):
    return [option for option in streamlit_arguments(argument_parser().parse_args(arguments)) if option.startswith("-")]


def test_only_this_machine_reaches_it_unless_something_else_is_asked_for(monkeypatch):
    monkeypatch.delenv(ADDRESS, raising=False)
    assert options("--port", "8600") == ["--server.port=8600", "--server.address=localhost"]
    assert options("--address", "0.0.0.0", "--no-browser") == ["--server.address=0.0.0.0", "--server.headless=true"]
    monkeypatch.setenv(ADDRESS, "192.0.2.1")
    assert options() == []


def test_it_needs_what_the_app_adds_to_the_library():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.match(r"[\w.-]+", need)[0] for need in project["optional-dependencies"]["app"]]
    assert {name.replace("-", "_") for name in names} == {{"markdown_it": "markdown_it_py"}.get(n, n) for n in REQUIRED}


def test_what_it_needs_is_named_where_it_is_missing(capsys, monkeypatch):
    monkeypatch.setattr("rnnviz.__main__.find_spec", lambda name: None if name == "plotly" else object())
    monkeypatch.setattr("runpy.run_module", lambda *_, **__: pytest.fail("it started"))
    with pytest.raises(SystemExit) as exit:
        main([])
    assert exit.value.code == 2 and "plotly" in capsys.readouterr().err


def test_it_tells_its_version(capsys):
    with pytest.raises(SystemExit) as exit:
        main(["--version"])
    assert exit.value.code == 0 and capsys.readouterr().out.split() == ["rnnviz", rnnviz.__version__]
    assert f"## [{rnnviz.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("arguments", [["no-such-file.pt"], ["--port", "x"], ["--no-such-option"]])
def test_what_it_cannot_do_is_said_before_anything_starts(arguments, capsys, monkeypatch):
    monkeypatch.setattr("runpy.run_module", lambda *_, **__: pytest.fail("it started"))
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    assert exit.value.code == 2 and arguments[-1].removeprefix("--port") in capsys.readouterr().err
