"""Settings for all tests: how hard Hypothesis searches, and whether a skipped test is a failure.

With the environment variable RNNVIZ_NO_SKIPS=1 the run fails if any test was skipped. CI sets it,
so that a machine on which PyTorch failed to install cannot pass for one that compared with it.
"""

import os

import pytest
from hypothesis import settings

settings.register_profile("local", deadline=None, max_examples=30)
settings.register_profile("ci", deadline=None, max_examples=30, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def _skipped(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter and os.environ.get("RNNVIZ_NO_SKIPS") == "1" else []


def pytest_sessionfinish(session):
    if _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if skipped := _skipped(config):
        terminalreporter.write_line(f"RNNVIZ_NO_SKIPS=1 and {len(skipped)} skipped: the run fails.", red=True)
