"""What a page may rely on in a card that a stranger wrote: parts of another shape than usual are left out."""

from __future__ import annotations

from typing import Any

NUMBER = (int, float)
WORDS = ("task", "title", "reads", "says", "asked", "note")
# By part: its entries, and of what type each is; a tuple of types for a choice, a dict for what is nested.
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


def tidy(card: dict[str, Any]) -> dict[str, Any]:
    """The card without the parts that are not what rnnviz writes; a model without them still runs."""
    found = dict(card)
    for name in WORDS:
        if not isinstance(found.get(name, ""), str):
            del found[name]
    for name, shape in SHAPES.items():
        if name in found and not _fits(found[name], shape):
            del found[name]
    examples = found.get("examples", ["-"])
    if not (isinstance(examples, list) and examples and all(isinstance(one, str) for one in examples)):
        del found["examples"]
    if "data" in found and not _sources(found["data"]):
        del found["data"]
    if not {"reads", "says"} <= set(found):
        found.pop("scores", None)  # they are told in one sentence
    return found


def _fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(name in value and _fits(value[name], of) for name, of in shape.items())
    return isinstance(value, shape) and not isinstance(value, bool)


def _sources(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and "licence" in one and all(isinstance(text, str) for text in one.values())
        for one in value
    )
