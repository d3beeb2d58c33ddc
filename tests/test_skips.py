"""The switch in conftest.py that turns a skipped test into a failed run."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(("switch", "status"), [("0", pytest.ExitCode.OK), ("1", pytest.ExitCode.TESTS_FAILED)])
def test_a_skip_fails_the_run_only_where_skips_are_forbidden(pytester, monkeypatch, switch, status):
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text())
    pytester.makepyfile("import pytest\npytest.importorskip('no_such_module')", test_other="def test_passes(): pass")
    monkeypatch.setenv("RNNVIZ_NO_SKIPS", switch)
    result = pytester.runpytest_subprocess()
    assert result.ret == status
