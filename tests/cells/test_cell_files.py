"""Cells in a user's own files: the README's example, from a file, in a new process and on every page."""

import os
import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

import rnnviz
from rnnviz.cells import CELLS, load_cells
from rnnviz.cells.cell_files import VARIABLE
from rnnviz.errors import ArgumentError, UnsupportedFileError
from rnnviz.zoo import untrained_model

from ..raising import raises

ROOT = Path(__file__).parents[2]
EXAMPLE = next(
    block
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    if "class LinearLSTM(Cell)" in block
)


@pytest.fixture(autouse=True)
def cells_are_forgotten():
    """Cells that a test adds are not there for others."""
    with patch.dict(CELLS), patch.dict(sys.modules):
        yield


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """A command in a new process with these environment variables."""
    return subprocess.run(
        [sys.executable, *command],
        env=os.environ | environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my_cells.py"
    path.write_text(EXAMPLE)
    return path


def test_the_example_has_at_most_15_lines():
    definition = EXAMPLE[EXAMPLE.index("class") :]
    assert len([line for line in definition.splitlines() if line.strip()]) <= 15


def test_files_and_folders_are_run_in_order(tmp_path, file):
    folder = tmp_path / "more"
    folder.mkdir()
    for name in ("b", "a"):
        (folder / f"{name}.py").write_text(EXAMPLE.replace('"linear"', f'"linear_{name}"'))
    (folder / "notes.txt").write_text("not Python")
    load_cells(os.pathsep.join([str(file), "", str(folder)]))
    assert list(CELLS)[-3:] == ["linear", "linear_a", "linear_b"]
    assert load_cells("") == []


@pytest.mark.parametrize(
    "content", ["1 / 0", "def (", "from rnnviz.cells import nothing", "raise ValueError('a.\\nb')"]
)
def test_a_file_that_fails_is_named(tmp_path, content):
    path = tmp_path / "bad.py"
    path.write_text(content)
    with raises(ArgumentError, code="failed", name=VARIABLE, value=str(path)):
        load_cells(str(path))
    with raises(ArgumentError, code="missing", name=VARIABLE, value=str(tmp_path / "nowhere.py")):
        load_cells(str(tmp_path / "nowhere.py"))


def test_a_cell_in_a_file_is_trained_and_loaded_in_a_process_that_is_told_of_it(tmp_path, file):
    training = ("-m", "rnnviz.training", "counter", "--cell", "linear", "--epochs", "1", "--out", str(tmp_path))
    done = run(*training, **{VARIABLE: str(file)})
    assert done.returncode == 0, done.stderr
    path = str(tmp_path / "counter-linear.safetensors")
    script = f"import rnnviz; print(rnnviz.load({path!r}).trace('aabb')['forget'].shape)"
    assert "(4, 8)" in run("-c", script, **{VARIABLE: str(file)}).stdout
    assert "linear" in run("-c", script).stderr and run(*training).returncode == 2


@pytest.mark.parametrize("suffix", ["safetensors", "npz", "onnx", "trace"])
def test_a_file_with_a_cell_that_is_not_known_here_is_refused(tmp_path, file, suffix):
    load_cells(str(file))
    model, path = untrained_model(rnnviz.load("counter-gru"), "linear"), tmp_path / f"mine.{suffix}"
    if suffix == "trace":
        with path.open("wb") as target:
            model.trace("aabb").save(target)
    else:
        rnnviz.save(model, path)
    load = rnnviz.Trace.load if suffix == "trace" else rnnviz.load
    assert load(path).definition.name == "linear"
    del CELLS["linear"]
    with raises(UnsupportedFileError, code="unknown_cell"):
        load(path)
