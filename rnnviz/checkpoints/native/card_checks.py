"""Checks of the cards in untrusted files: what pages cannot rely on is left out."""

from __future__ import annotations

from typing import Any

NUMBER = (int, float)
TEXTS = ("task", "title", "reads", "says", "asked", "note")
# By entry: its parts, and of what type each is; a tuple of types for a choice, a dict for what is nested.
SHAPES: dict[str, dict[str, Any]] = {
    "scores": {
        "metric": str,
        "test": NUMBER,
        "validation": NUMBER,
        "n": int,
        "standard_error": (*NUMBER, type(None)),
        "chance": NUMBER,
        "chance_is": str,
        "baseline": {"name": str, "value": NUMBER},
    },
    "training": {"command": str, "epochs": int, "seconds": NUMBER},
    "architecture": {
        "parameters": int,
        "embedding": int,
        "hidden": int,
        "layers": int,
        "convention": str,
    },
}


def checked_card(card: dict[str, Any]) -> dict[str, Any]:
    """The card without the entries that differ from what rnnviz writes; a model without them still runs."""
    checked = dict(card)
    for name in TEXTS:
        if not isinstance(checked.get(name, ""), str):
            del checked[name]
    for name, shape in SHAPES.items():
        if name in checked and not _fits(checked[name], shape):
            del checked[name]
    examples = checked.get("examples", ["-"])
    if not (isinstance(examples, list) and examples and all(isinstance(text, str) for text in examples)):
        del checked["examples"]
    if "data" in checked and not _is_sources(checked["data"]):
        del checked["data"]
    if not {"reads", "says"} <= set(checked):
        checked.pop("scores", None)  # one sentence needs all three
    return checked


def _fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(name in value and _fits(value[name], of) for name, of in shape.items())
    return isinstance(value, shape) and not isinstance(value, bool)


def _is_sources(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(source, dict) and "licence" in source and all(isinstance(text, str) for text in source.values())
        for source in value
    )
