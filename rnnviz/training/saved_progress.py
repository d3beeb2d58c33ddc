"""A checkpoint: named arrays and plain data in one file, replaced in one go so that a kill never leaves half of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ..cells.activations import Array


def write(path: Path, arrays: dict[str, Array], about: dict[str, Any]) -> None:
    """Write arrays and JSON data to PATH (.npz)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, about=np.array(json.dumps(about)), **arrays)
    partial.replace(path)


def read(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read what `write` wrote. Raises ValueError if the file is something else."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        return arrays, json.loads(str(arrays.pop("about")))
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise ValueError(f"{path} is not a checkpoint that rnnviz can read: {error}") from error
