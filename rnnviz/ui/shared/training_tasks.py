"""The tasks that can be trained here, in the order of the Train page."""

from __future__ import annotations

import os
from pathlib import Path

from ...training import TASKS

# The tasks that train fastest come first.
ORDER = ("counter", "recall", "parity", "brackets", "adding", "names", "reviews", "shakespeare", "own")


def available_tasks() -> list[str]:
    """The tasks whose data is available, in the order of the page."""
    names = [name for name, task in TASKS.items() if all(_has(source.folder) for source in task.sources)]
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def _has(folder: str | None) -> bool:
    data = os.environ.get("RNNVIZ_DATA")
    return folder is None or (data is not None and (Path(data) / folder).is_dir())
