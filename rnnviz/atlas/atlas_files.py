"""The files of a finished atlas, and the facts beside its arrays."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..bounded_json import parse_json
from ..errors import DamagedFileError, MissingFileError, UnsupportedFileError
from ..network.run import DIRECTIONS
from ..whole_numbers import check_whole
from ..wording import printable
from .planning import FORMAT, Plan
from .reading_settings import Key, ReadingSettings, recorded_quantity

FACTS_FILE, SUMMARIES_FILE = "atlas.json", "summaries.npz"


@dataclass(frozen=True)
class RecordedQuantity:
    """What an atlas says about one quantity.

    Parameters
    ----------
    name, symbol, title, role : str
        As in the definition of the cell.
    low, high : float
        Its bounds, infinite where there is none.
    units : int
        U, the number of its values at a token.
    """

    name: str
    symbol: str
    title: str
    role: str
    low: float
    high: float
    units: int


def finished(folder: Path) -> bool:
    """Whether a folder holds a whole atlas."""
    return (folder / FACTS_FILE).is_file()


def write_facts(plan: Plan) -> None:
    """Write the facts of a finished atlas, as the last of its files."""
    network = plan.network
    recorded = []
    for name, layer, direction in plan.keys:
        cell = network.cell(layer, direction)
        q = recorded_quantity(network, (name, layer, direction))
        bounds = [q.low if math.isfinite(q.low) else None, q.high if math.isfinite(q.high) else None]
        recorded.append([name, layer, direction, q.symbol, q.title, q.role, *bounds, cell.units(name)])
    facts = {
        "format": FORMAT,
        "model": plan.model.name,
        "cell": network.cell_name,
        "fingerprint": plan.fingerprint,
        "weights": plan.weights,
        "settings": plan.settings.to_json(),
        "both_ways": "backward" in network.directions,
        "listed": plan.listed.tolist(),
        "recorded": recorded,
        "properties": [[one.name, one.sentence, one.kind] for one in plan.properties.properties],
    }
    part = plan.folder / f"{FACTS_FILE}.part"
    part.write_text(json.dumps(facts), encoding="utf-8")
    part.replace(plan.folder / FACTS_FILE)


def read_facts(folder: Path) -> tuple[dict[str, Any], dict[Key, RecordedQuantity]]:
    """Read the facts of an atlas, and its quantities by key.

    Raises
    ------
    MissingFileError
        If there is no atlas, or it is unfinished.
    UnsupportedFileError
        If it is written in another format.
    DamagedFileError, LimitError
        If they are damaged, or more than is read.
    """
    file = folder / FACTS_FILE
    if not file.is_file():
        unfinished = (
            " It is unfinished: build it again with the same settings to go on."
            if any(folder.glob("plan.json"))
            else ""
        )
        raise MissingFileError(
            f"{printable(str(folder), 200)} holds no atlas.{unfinished}",
            code="unfinished" if unfinished else "missing", file=str(folder),
        )  # fmt: skip
    facts = parse_json(f"{FACTS_FILE} of the atlas", file.read_bytes())
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise UnsupportedFileError(
            f"The atlas {printable(folder.name)} is written in another format; build it again.",
            code="format", file=str(folder),
        )  # fmt: skip
    try:
        _check_facts(facts)
        recorded = {}
        for name, layer, direction, symbol, title, role, low, high, units in facts["recorded"]:
            bounds = (-math.inf if low is None else float(low), math.inf if high is None else float(high))
            quantity = RecordedQuantity(name, symbol, title, role, *bounds, units)
            _check_quantity(quantity, layer, direction)
            recorded[name, layer, direction] = quantity
        if not recorded:
            raise ValueError("recorded")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DamagedFileError(
            f"The atlas {printable(folder.name)} is damaged: build it again.", code="facts", file=str(folder)
        ) from error
    return facts, recorded


def _check_facts(facts: dict[str, Any]) -> None:
    """Raise ValueError, KeyError or TypeError for what `write_facts` does not write."""
    if not isinstance(facts["settings"], dict):
        raise TypeError("settings")
    ReadingSettings.from_json(facts["settings"])
    for row in facts["listed"]:
        check_whole("listed", row)
    texts = [facts["model"], facts["cell"], facts["fingerprint"], facts["weights"]]
    for texts_of_one in facts["properties"]:
        name, sentence, kind = texts_of_one
        texts += [name, sentence, kind]
    if not all(isinstance(text, str) for text in texts) or not isinstance(facts["both_ways"], bool):
        raise ValueError("texts")


def _check_quantity(quantity: RecordedQuantity, layer: Any, direction: Any) -> None:
    """Raise ValueError or TypeError unless a quantity has a name that no path is made of, and sizes that can be."""
    texts = (quantity.name, quantity.symbol, quantity.title, quantity.role)
    if not all(isinstance(text, str) for text in texts) or not quantity.name.isidentifier():
        raise ValueError("quantity")
    if direction not in DIRECTIONS:
        raise ValueError("direction")
    check_whole("layer", layer)
    check_whole("units", quantity.units, 1)
