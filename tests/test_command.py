"""`python -m rnnviz` starts the dashboard, for this machine alone, and on a file."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from rnnviz.__main__ import argument_parser, main, streamlit_arguments

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


def test_only_this_machine_reaches_it():
    arguments = streamlit_arguments(argument_parser().parse_args(["--port", "8600"]))
    assert "--server.address=localhost" in arguments and "--server.port=8600" in arguments


@pytest.mark.parametrize("arguments", [["no-such-file.pt"], ["--port", "x"], ["--no-such-option"]])
def test_what_it_cannot_do_is_said_before_anything_starts(arguments, capsys, monkeypatch):
    monkeypatch.setattr("runpy.run_module", lambda *_, **__: pytest.fail("it started"))
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    assert exit.value.code == 2 and arguments[-1].removeprefix("--port") in capsys.readouterr().err
