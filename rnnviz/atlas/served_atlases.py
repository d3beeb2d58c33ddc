"""The atlases in the folders that the environment variable RNNVIZ_ATLASES names, for the pages to show."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import FileError
from ..network import Network
from .atlas import Atlas
from .atlas_files import finished
from .network_digest import network_digest

VARIABLE = "RNNVIZ_ATLASES"


def served_atlases(network: Network) -> dict[str, Atlas]:
    """Find the atlases of a network, whatever it was called when they were built.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    dict of str to Atlas
        By the name of the folder; of a second one of this name, its path. Folders that hold no whole atlas, or one that
        cannot be read, are left out.
    """
    wanted, found = network_digest(network), {}
    for folder in _folders():
        try:
            atlas = Atlas.load(folder)
        except (FileError, OSError):
            continue
        if atlas.weights == wanted:
            found[str(folder) if folder.name in found else folder.name] = atlas
    return found


def _folders() -> Iterator[Path]:
    """The folders that hold an atlas: those that are named, and those inside them."""
    for named in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        folder = Path(named)
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        yield from (each for each in (folder, *inside) if each.is_dir() and finished(each))
