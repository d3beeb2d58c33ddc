"""Runs tests of the browser's modules: `python -m tests.js [file ...]`, all of them without an argument."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from .fixtures import write
from .node import FILES, command

with tempfile.TemporaryDirectory() as folder:
    write(Path(folder))
    files = [Path(name) for name in sys.argv[1:]] or FILES
    sys.exit(subprocess.run(command(files), env={"FIXTURES": folder}, check=False).returncode)
