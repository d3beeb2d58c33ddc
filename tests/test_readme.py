"""What the README promises exists and works: its Python examples, commands, links and layout."""

import re
import shlex
import tempfile
import tomllib
import webbrowser
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from rnnviz.cells import CELLS
from rnnviz.checkpoints import suffixes
from rnnviz.training.__main__ import argument_parser

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    file for file in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs" / "teaching.md") if file.exists()
]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def blocks(file, language):
    """The fenced blocks in one language."""
    return [body for kind, body in BLOCK.findall(file.read_text(encoding="utf-8")) if kind == language]


def commands(file):
    """The command lines in a document's shell examples, split as a shell does."""
    lines = [line for block in blocks(file, "bash") for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


@pytest.fixture
def given(tmp_path, monkeypatch):
    """The file and the module that the examples start from."""
    torch = pytest.importorskip("torch")
    arrays = {f"enc_{name}": value.detach().numpy() for name, value in torch.nn.GRU(3, 4).named_parameters()}
    np.savez(tmp_path / "checkpoint20.npz", **arrays)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", lambda address: True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with patch.dict(CELLS):  # the example's cell is not there for other tests
        yield {"module": torch.nn.LSTM(3, 4)}


@pytest.mark.parametrize("example", blocks(ROOT / "README.md", "python"))
def test_a_python_example_runs(given, example):
    exec(example, given)


def test_every_suffix_of_a_file_is_named():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"`{suffix}`" in readme for suffix in suffixes())


def test_make_has_every_target_that_is_named():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for file in DOCUMENTS:
        named = [words[1] for words in commands(file) if words[0] == "make"]
        named += re.findall(r"`make (\w+)", file.read_text(encoding="utf-8"))
        assert named and set(named) <= targets, file.name


def test_commands_name_files_and_benchmarks_that_exist():
    for file in DOCUMENTS:
        for words in commands(file):
            assert all((ROOT / word).exists() for word in words if word.startswith("tests/")), words
            if "benchmarks" in words:
                assert (ROOT / "benchmarks" / f"{words[-1]}.py").exists(), words


def test_training_commands_are_understood():
    trainings = [
        words[3:] for words in commands(ROOT / "README.md") if words[:3] == ["python", "-m", "rnnviz.training"]
    ]
    assert trainings
    with patch.dict(CELLS):
        exec(next(block for block in blocks(ROOT / "README.md", "python") if "(Cell)" in block), {})
        for arguments in trainings:
            assert argument_parser().parse_args(arguments).task == arguments[0]


def test_optional_dependencies_are_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = re.findall(r'"\.\[(\w+)\]"', (ROOT / "README.md").read_text(encoding="utf-8"))
    assert named and set(named) <= set(project["optional-dependencies"])


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_links_lead_to_files(file):
    links = LINK.findall(file.read_text(encoding="utf-8"))
    assert links and all((file.parent / link).exists() for link in links)


def test_the_layout_is_the_real_one():
    """Each line of the layout is a file or folder, indented under the folder it is in."""
    layout = next(block for block in blocks(ROOT / "README.md", "") if block.startswith("app.py"))
    folder = ROOT
    for line in layout.splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else ROOT
        assert (folder / name).exists(), line
        if not line.startswith(" ") and name.endswith("/"):
            folder = ROOT / name
