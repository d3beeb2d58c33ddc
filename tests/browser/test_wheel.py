"""The built wheel in an environment of its own, started in a folder that has nothing of this project.

`make wheel` builds it, names it in RNNVIZ_WHEEL and runs these tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz.number_format import whole_percent
from tests.extras import WHEEL

from .conftest import ROOT, free_port, running, settle

pytestmark = pytest.mark.wheel
INSIDE = {"app.py": "rnnviz/dashboard/app.py", ".streamlit/config.toml": "rnnviz/dashboard/.streamlit/config.toml"}
# What a folder may hold in which somebody starts the command.
OTHER_APP = "raise SystemExit('another app was started')"
OTHER_THEME = '[theme.light]\nbackgroundColor = "#FFC0CB"\n[browser]\ngatherUsageStats = true\n'
BACKGROUND = "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"


def tracked(*places: str) -> set[str]:
    """The files of the project's history below some places."""
    command = ["git", "ls-files", "-z", *places]
    return set(
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip("\0").split("\0")
    )


def installed_name(name: str) -> str:
    return INSIDE.get(name) or (f"rnnviz/dashboard/{name}" if name.startswith("pages/") else name)


def test_the_wheel_holds_what_the_project_has_and_nothing_else() -> None:
    with ZipFile(WHEEL) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == {installed_name(name) for name in tracked("rnnviz", "pages", *INSIDE)}


def test_the_source_archive_holds_all_that_the_wheel_is_built_from_and_its_tests() -> None:
    archive = next(WHEEL.parent.glob("*.tar.gz"))
    with tarfile.open(archive) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert tracked("rnnviz", "pages", "tests", "CHANGELOG.md", "Makefile", "pyproject.toml", *INSIDE) <= names


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a new environment, with the library alone."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    install(folder / "bin", str(WHEEL))
    return folder / "bin"


def install(programs: Path, *packages: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        programs / "python",
        "install",
        "--quiet",
        "--no-compile",
        *packages,
    ]
    subprocess.run(command, env=bare_environment(programs), check=True)


def bare_environment(programs: Path) -> dict[str, str]:
    """The environment of this process without what leads Python to this project."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "RNNVIZ", "STREAMLIT"))}


def outcome(programs: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What comes of a command of the environment in a folder."""
    return subprocess.run(
        [programs / command[0], *command[1:]],
        cwd=folder,
        env=bare_environment(programs),
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def programs(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, once the library was tried alone, with all that the dashboard needs."""
    folder = tmp_path_factory.mktemp("empty")
    code = "import rnnviz; print(rnnviz.load('names-lstm').trace('Schmidhuber').probabilities[-1].max())"
    ran = outcome(library, folder, "python", "-c", code)
    expected = rnnviz.load("names-lstm").trace("Schmidhuber").probabilities[-1].max()
    assert abs(float(ran.stdout) - expected) < 1e-5, ran.stderr
    refused = outcome(library, folder, "rnnviz")
    assert refused.returncode == 2 and 'pip install "rnnviz[app]"' in refused.stderr
    install(library, f"rnnviz[app] @ {WHEEL.as_uri()}")
    return library


def test_the_command_tells_its_version(programs: Path, tmp_path: Path) -> None:
    assert outcome(programs, tmp_path, "rnnviz", "--version").stdout.split() == ["rnnviz", rnnviz.__version__]
    module = outcome(programs, tmp_path, "python", "-m", "rnnviz", "--version")
    assert module.stdout.split() == ["rnnviz", rnnviz.__version__]


@contextmanager
def dashboard(command: list[str], programs: Path, folder: Path, log: Path) -> Iterator[str]:
    """The address of the installed dashboard, started in a folder."""
    port = free_port()
    address = f"http://localhost:{port}"
    options = ["--no-browser", "--port", str(port)]
    environment = bare_environment(programs) | {"HOME": str(folder)}
    with running([str(programs / command[0]), *command[1:], *options], address, log, folder, environment):
        yield address


def test_it_opens_in_an_empty_folder(page: Page, programs: Path, tmp_path: Path) -> None:
    """The first page and a chapter are painted, with the numbers, the theme and the icon of this project."""
    empty = tmp_path / "empty"
    empty.mkdir()
    with dashboard(["rnnviz"], programs, empty, tmp_path / "log.txt") as address:
        check_explore(page, address)
        page.goto(f"{address}/lstm?text=Wang")
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("LSTM")
        expect(page.locator(".instrument .token").first).to_have_text("W")
        expect(page.locator(".instrument canvas").first).to_be_visible()
    assert list(empty.iterdir()) == []
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


def check_explore(page: Page, address: str) -> None:
    page.goto(f"{address}/?text=Schmidhuber")
    settle(page)
    trace = rnnviz.load("names-lstm").trace("Schmidhuber")
    best = int(trace.probabilities[-1].argmax())
    expect(page.locator(".instrument .answer-label")).to_have_text(trace.labels[best])
    expect(page.locator(".instrument .answer-share")).to_contain_text(whole_percent(trace.probabilities[-1, best]))
    assert page.evaluate(BACKGROUND) == "rgb(255, 255, 255)"
    with urlopen(page.locator("link[rel*=icon]").first.evaluate("link => link.href")) as icon:
        assert icon.read() == (ROOT / "rnnviz/ui/shared/icon.svg").read_bytes()


def test_another_app_in_the_folder_changes_nothing(page: Page, programs: Path, tmp_path: Path) -> None:
    """Started as a module, which looks into the folder first, where an app with settings of its own is."""
    for name, text in {
        "app.py": OTHER_APP,
        "pages/explore.py": OTHER_APP,
        ".streamlit/config.toml": OTHER_THEME,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with dashboard(["python", "-m", "rnnviz"], programs, tmp_path, tmp_path / "log.txt") as address:
        check_explore(page, address)


def test_it_opens_on_a_file(page: Page, programs: Path, tmp_path: Path) -> None:
    rnnviz.save(rnnviz.load("counter-gru"), tmp_path / "mine.safetensors")
    with dashboard(["rnnviz", "mine.safetensors"], programs, tmp_path, tmp_path / "log.txt") as address:
        page.goto(address)
        page.get_by_role("button", name="Open in Explore").first.wait_for()
        settle(page)
        expect(page.get_by_text("mine.safetensors").first).to_be_visible()
