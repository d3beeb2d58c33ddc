"""Checks of the cards in untrusted files: what pages cannot rely on is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

# Whether a value is what a page expects; JSON itself is bounded already, so numbers are finite.
Check = Callable[[Any], bool]

LONGEST = 10_000  # letters of a text on a card
LARGEST = 1e15  # a number on a card


def number(low: float = 0, high: float = LARGEST) -> Check:
    """A number in a range."""
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def whole(low: int = 0) -> Check:
    """A whole number from `low` on."""
    return lambda value: type(value) is int and low <= value <= LARGEST


def text(value: Any) -> bool:
    """A text that a page has room for."""
    return isinstance(value, str) and len(value) <= LONGEST


def optional(check: Check) -> Check:
    """Null, or what passes another check."""
    return lambda value: value is None or check(value)


def listed(check: Check, least: int = 0) -> Check:
    """A list of what passes another check."""
    return lambda value: isinstance(value, list) and len(value) >= least and all(map(check, value))


def mapped(check: Check) -> Check:
    """Names, and values that pass another check."""
    return lambda value: isinstance(value, dict) and all(map(text, value)) and all(map(check, value.values()))


def parts(**checks: Check) -> Check:
    """An object with at least these parts."""
    return lambda value: (
        isinstance(value, dict) and all(name in value and check(value[name]) for name, check in checks.items())
    )


def anything(value: Any) -> bool:
    """An object, of which pages show only whether it is the same as another."""
    return isinstance(value, dict)


SHARE = number(0, 1)
DIFFERENCE = parts(difference=number(-LARGEST), standard_error=number(), p=SHARE, corrected=SHARE)
COUNTS = parts(peer_alone=whole(), alone=whole(), p=SHARE, corrected=SHARE)
COMPARISON = parts(items=text, n=whole(1), seeds=whole(1), tests=anything, correction=text)


def is_comparison(value: Any) -> bool:
    """Tests against other cells, with the parts that the named tests have."""
    if not COMPARISON(value) or value["tests"].get("all_seeds") not in ("sign flips", "Wilcoxon"):
        return False
    models = {"McNemar": COUNTS, "Wilcoxon": DIFFERENCE}.get(str(value["tests"].get("models")))
    return models is not None and mapped(parts(models=models, all_seeds=DIFFERENCE))(value.get("with"))


# By entry of a card.
ENTRIES: dict[str, Check] = {
    **dict.fromkeys(("task", "title", "reads", "says", "asked", "note"), text),
    "examples": listed(text, least=1),
    "understood": mapped(text),
    "assumed": mapped(text),
    "left_out": listed(text),
    "data": listed(lambda source: isinstance(source, dict) and "licence" in source and mapped(text)(source)),
    "split": anything,
    "seeds": listed(parts(seed=whole(), test=number(-LARGEST), validation=number(-LARGEST))),
    "scores": parts(
        metric=text, test=number(-LARGEST), validation=number(-LARGEST), n=whole(1), standard_error=optional(number()),
        chance=number(-LARGEST), chance_is=text, baseline=parts(name=text, value=number(-LARGEST)),
    ),
    "training": parts(command=text, epochs=whole(), seconds=number()),
    "architecture": parts(
        parameters=whole(), embedding=whole(), hidden=whole(), layers=whole(), convention=text
    ),
    "comparisons": is_comparison,
}  # fmt: skip
# By entry: what it may also have.
MORE: dict[str, dict[str, Check]] = {
    "scores": {
        "calibration": parts(
            error=SHARE, confident_when_right=optional(SHARE), confident_when_wrong=optional(SHARE),
            bins=listed(parts(n=whole(1), confidence=SHARE, accuracy=SHARE), least=1),
        ),
        "by_label": mapped(parts(n=whole(), recall=SHARE)),
    },
    "training": {"seed": whole(), "hyperparameters": anything},
}  # fmt: skip


def checked_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """The card without the entries that differ from what rnnviz writes; a model without them still runs."""
    checked = {name: value for name, value in card.items() if name not in ENTRIES or ENTRIES[name](value)}
    for name, more in MORE.items():
        if name in checked:
            checked[name] = {
                part: value for part, value in checked[name].items() if part not in more or more[part](value)
            }
    scores = checked.get("scores", {})
    if not {"calibration", "by_label"} <= set(scores):  # they are shown together
        scores.pop("calibration", None)
    if not {"reads", "says"} <= set(checked):
        checked.pop("scores", None)  # one sentence needs all three
    if "seed" not in checked.get("training", {}):
        checked.pop("seeds", None)  # one of them is this model's
    return checked
