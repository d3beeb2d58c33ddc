"""Settings for all tests: how hard Hypothesis searches, what may be skipped, and whether a skip is a failure.

A test that needs more than `make test` installs is marked (see extras.py) and skipped where that is missing.
With the environment variable RNNVIZ_NO_SKIPS=1 the run fails if any test was skipped: `make peers` sets it, so that
a machine on which Keras failed to install cannot pass for one that compared with it.
"""

import os

import numpy  # noqa: F401  (its BLAS must be loaded before it can be limited)
import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

from .extras import EXTRAS, summary

# One thread each: where several processes share the cores, BLAS threads that wait for a core make the small products of
# a training step take twenty times as long.
threadpool_limits(limits=1, user_api="blas")

settings.register_profile("local", deadline=None, max_examples=20)
settings.register_profile("ci", deadline=None, max_examples=20, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_collection_modifyitems(items):
    for mark, extra in EXTRAS.items():
        marked = [item for item in items if item.get_closest_marker(mark)]
        if marked and not extra.is_here():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=extra.reason))


def _skipped(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


def _forbidden():
    return os.environ.get("RNNVIZ_NO_SKIPS") == "1"


def pytest_sessionfinish(session):
    if _forbidden() and _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    skipped = _skipped(config)
    if skipped:
        terminalreporter.section("skipped")
    for line in summary((report.nodeid.split("::")[0], report.longrepr[2]) for report in skipped):
        terminalreporter.write_line(line)
    if skipped and _forbidden():
        terminalreporter.write_line(f"RNNVIZ_NO_SKIPS=1 and {len(skipped)} skipped: the run fails.", red=True)
