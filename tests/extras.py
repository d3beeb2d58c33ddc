"""What some tests need beyond `make test`: such a test is marked, and skipped where it is missing."""

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks._farm import haproxy

from .checkpoints import published_packages

DATA = Path(os.environ.get("RNNVIZ_DATA") or "no/data")
WHEEL = Path(os.environ.get("RNNVIZ_WHEEL") or "no/wheel").absolute()


@dataclass(frozen=True)
class Extra:
    """Something that a machine may lack, and the command that runs the tests that need it."""

    title: str
    command: str
    is_here: Callable[[], bool]

    @property
    def reason(self) -> str:
        return f"needs {self.title}"


def _peers_are_here() -> bool:
    return all(find_spec(name) for name in ("keras", "tf_keras", "tensorflow")) and published_packages.fetched()


def _notebooks_are_here() -> bool:
    return all(find_spec(name) for name in ("nbconvert", "ipykernel"))


def _servers_are_wanted() -> bool:
    return os.environ.get("RNNVIZ_SERVERS") == "1" and haproxy() is not None


def _image_can_be_built() -> bool:
    return bool(os.environ.get("RNNVIZ_BASE")) and shutil.which("buildah") is not None and os.geteuid() == 0


# By mark.
EXTRAS = {
    "notebook": Extra("nbconvert and ipykernel", "make peers", _notebooks_are_here),
    "peers": Extra("Keras, TensorFlow and the published models", "make peers", _peers_are_here),
    "wheel": Extra("the built wheel", "make wheel", WHEEL.is_file),
    "data": Extra("the training data", "make peers RNNVIZ_DATA=path/to/data", DATA.is_dir),
    "proxy": Extra("HAProxy, and a minute of two cores", "make servers", _servers_are_wanted),
    "image": Extra("Buildah and a base image", "make servers RNNVIZ_BASE=an/image", _image_can_be_built),
}


def summary(skipped: Iterable[tuple[str, str]]) -> list[str]:
    """The lines that list skipped tests, given as pairs (file, reason), with the command that runs them."""
    files: dict[str, Counter[str]] = defaultdict(Counter)
    for file, reason in skipped:
        files[reason.removeprefix("Skipped: ")][file] += 1
    commands = {extra.reason: extra.command for extra in EXTRAS.values()}
    lines = []
    for reason, counts in files.items():
        lines.append(f"{counts.total()} skipped: {reason}. Run them with: {commands.get(reason, 'make test')}")
        lines.extend(f"    {count:4} in {file}" for file, count in sorted(counts.items()))
    return lines
