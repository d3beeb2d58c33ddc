"""The guide names files, settings, commands and benchmarks that exist, and every file of deploy/."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from tests.test_readme import blocks, commands

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
GUIDE = DEPLOY / "README.md"
TEXT = GUIDE.read_text(encoding="utf-8")


def headings(file: Path) -> set[str]:
    """The anchors of a document's headings, as on GitHub."""
    found = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_links_lead_to_files_and_headings():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert len(links) > 10
    for link in links:
        name, _, anchor = link.partition("#")
        file = (DEPLOY / name).resolve() if name else GUIDE
        assert file.exists(), link
        assert not anchor or anchor in headings(file), link


def test_every_file_is_named():
    for path in DEPLOY.iterdir():
        assert path.name in TEXT or path.name == "README.md", path.name


def test_files_in_commands_exist():
    named = {
        word for words in commands(GUIDE) for word in words if re.match(r"(deploy/|tests/|-?r?requirements)", word)
    }
    assert named and all((ROOT / name).exists() for name in named), named


def test_benchmarks_and_targets_exist():
    benchmarks = re.findall(r"python -m benchmarks (\w+)", TEXT)
    assert benchmarks and all((ROOT / "benchmarks" / f"{name}.py").exists() for name in benchmarks)
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake (\w+)", TEXT)) <= targets


def test_what_is_shown_of_compose_fits_into_it():
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["proxy"]
    (shown,) = map(yaml.safe_load, blocks(GUIDE, "yaml"))
    assert shown.keys() <= service.keys() and service["volumes"][0] in shown["volumes"]


def test_settings_of_the_shared_cloud_fit_into_its_memory():
    (block,) = blocks(GUIDE, "toml")
    settings = dict(re.findall(r'^(\w+) = "(\d+)"$', block, re.MULTILINE))
    from .test_manifests import OURS, needed

    assert settings.keys() <= OURS and needed(settings) <= 2700
