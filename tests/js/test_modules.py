"""The browser's modules without a browser: what they compute is what Python computes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from rnnviz.instrument import bundle
from tests.js.fixtures import write
from tests.js.node import FILES, HERE, command

# Modules that only make and place elements: tests/browser has their tests.
IN_THE_BROWSER = {
    "diagram/diagram.js",
    "diagram/drawing.js",
    "diagram/picture.js",
    "instrument.js",
    "page/dom.js",
    "page/flash.js",
    "page/glossary.js",
    "page/host.js",
    "page/keys.js",
    "page/markers.js",
    "page/picture-file.js",
    "page/place-links.js",
    "page/view-address.js",
    "page/presenter.js",
    "page/prose.js",
    "page/scroll-box.js",
    "page/sections.js",
    "page/slots.js",
    "page/svg-copy.js",
    "page/theme.js",
    "page/vector-copy.js",
    "playground-page.js",
    "playground/playground.js",
    "saved-page.js",
    "unpacker.js",
    "views/answer.js",
    "views/arithmetic.js",
    "views/chips.js",
    "views/coach.js",
    "views/credit.js",
    "views/curve-plot.js",
    "views/curve.js",
    "views/fold.js",
    "views/formula.js",
    "views/gate.js",
    "views/heatmap-axis.js",
    "views/heatmap-lens.js",
    "views/heatmap-panel.js",
    "views/heatmap-tools.js",
    "views/heatmaps.js",
    "views/narration-line.js",
    "views/notes.js",
    "views/phases.js",
    "views/predictions.js",
    "views/saving.js",
    "views/signal-picker.js",
    "views/step-table.js",
    "views/tokens.js",
    "views/unit-field.js",
    "views/what-if.js",
}


def test_the_modules_do_what_they_promise(tmp_path: Path):
    """`python -m tests.js FILE` runs a single file of these tests."""
    write(tmp_path)
    run = subprocess.run(command(FILES), env={"FIXTURES": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout.rpartition("failing tests:")[2] + run.stderr


def test_every_module_has_tests_here_or_in_the_browser():
    modules = {str(file.relative_to(bundle.SCRIPTS)) for file in bundle.SCRIPTS.rglob("*.js")}
    tested = {str(file.relative_to(HERE)).replace(".test.js", ".js") for file in FILES if file.parent != HERE}
    assert tested | IN_THE_BROWSER == modules
    assert not tested & IN_THE_BROWSER
