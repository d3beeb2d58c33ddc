"""What is skipped is listed with its command, fails the run where skips are forbidden, and never breaks collection."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]
OPTIONAL = ("torch", "keras", "tf_keras", "tensorflow")
BLOCKER = f"""
from importlib.machinery import PathFinder

find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *rest: None if name.split(".")[0] in {OPTIONAL} else find(name, *rest)
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs the tests of a text under this project's conftest.py."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest("from tests.conftest import *")
    pytester.makeini("[pytest]\nmarkers =\n    peers\n    data")

    def run_text(text, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider")

    return run_text


@pytest.mark.parametrize(("switch", "status"), [("0", pytest.ExitCode.OK), ("1", pytest.ExitCode.TESTS_FAILED)])
def test_a_skip_fails_the_run_only_where_skips_are_forbidden(run, switch, status):
    text = "import pytest\ndef test_passes(): pass\ndef test_skips(): pytest.importorskip('no_such_module')"
    assert run(text, RNNVIZ_NO_SKIPS=switch).ret == status


def test_the_command_that_runs_a_skipped_test_is_shown(run):
    text = "import pytest\n@pytest.mark.data\n@pytest.mark.parametrize('k', range(3))\ndef test_marked(k): assert False"
    result = run(text, RNNVIZ_DATA="no/such/folder", RNNVIZ_NO_SKIPS="0")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["3 skipped: *make peers RNNVIZ_DATA=*", "*3 in test_the_command*"])


def test_collection_needs_no_framework(tmp_path):
    """Every test module that names an optional framework is collected where none can be imported."""
    (tmp_path / "blocker.py").write_text(BLOCKER)
    files = [path for path in Path(__file__).parent.rglob("*.py") if any(name in path.read_text() for name in OPTIONAL)]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "blocker"]
    tests = [str(path) for path in files if path.name.startswith("test_") and path != Path(__file__)]
    found = subprocess.run(
        [*command, *tests], cwd=ROOT, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert len(tests) > 10 and found.returncode == 0, found.stdout[-2000:]
