"""The progress file of an interrupted training: named arrays and plain data, written in one go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ..cells.activations import Array
from ..errors import DamagedFileError


def save_progress(path: Path, arrays: dict[str, Array], metadata: dict[str, Any]) -> None:
    """Write arrays and JSON data to an .npz file; the old file is replaced only when the new one is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, about=np.array(json.dumps(metadata)), **arrays)
    partial.replace(path)


def load_progress(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read what `save_progress` wrote. Raises DamagedFileError for anything else."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        return arrays, json.loads(str(arrays.pop("about")))
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        message = f"{path} is not a progress file of rnnviz, or it is damaged: {error}"
        raise DamagedFileError(message, code="damaged", file=str(path)) from error
