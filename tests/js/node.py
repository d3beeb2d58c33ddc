"""The Node that Playwright's package brings, and how it runs a test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import playwright

HERE = Path(__file__).parent
FILES = sorted(HERE.rglob("*.test.js"))
NODE = Path(playwright.__file__).parent / "driver" / "node"


def command(files: Sequence[Path]) -> list[str]:
    """The command that runs test files; FIXTURES in the environment names the folder of the fixtures."""
    quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"  # modules are recognised by their imports
    return [str(NODE), quiet, "--test", "--test-isolation=none", "--test-reporter=spec", *map(str, files)]
