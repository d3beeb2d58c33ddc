"""Whether held-out scores differ: paired tests from the cards, or standard errors where there are none."""

from __future__ import annotations

from itertools import combinations
from math import hypot
from typing import Any

from ....cells.cell_kind import cell_title
from ....figures.score_chart import is_loss
from ...shared.markdown import plain, series

Card = dict[str, Any]
Cards = dict[str, Card]  # by cell
Pair = tuple[str, str]

ERRORS = 2.0  # standard errors that a difference must exceed
LEVEL = 0.05  # below which a corrected p-value counts
COUNTED = {
    "sign flips": "each item counts with how many of the {seeds} seeds get it right (exact test over all signs of the "
    "differences, which for one seed is McNemar's)",
    "Wilcoxon": "each item counts with its mean loss over all seeds (exact Wilcoxon signed-rank test)",
}
ALONE = {"McNemar": "exact McNemar test", "Wilcoxon": "exact Wilcoxon signed-rank test"}


def paired_tests(cards: Cards) -> dict[Pair, Card]:
    """What the cards' tests on the same items say about each pair, the better cell first; {} unless all have some.

    Both cards must say the same, so a model that was trained again is not taken for the one that was tested.
    """
    found: dict[Pair, Card] = {}
    for one, other in combinations(cards, 2):
        entry, mirrored = (
            cards[cell].get("comparisons", {}).get("with", {}).get(peer) for cell, peer in ((one, other), (other, one))
        )
        if not entry or not mirrored or entry["models"]["p"] != mirrored["models"]["p"]:
            return {}
        worse = -1 if is_loss(cards[one]["scores"]) else 1
        if worse * entry["all_seeds"]["difference"] >= 0:
            found[one, other] = entry
        else:
            found[other, one] = mirrored
    return found


def compare_scores(cards: Cards) -> dict[Pair, bool | None]:
    """Whether the scores of each pair of cells differ by more than their uncertainty; None without standard errors.

    Two scores differ if they are further apart than twice the standard error of a difference: the square root of the
    sum of both squares, as for tests on independent data. The cells were tested on the same data, so this is
    conservative. Cards with different metrics give no pairs.
    """
    if len({card["scores"]["metric"] for card in cards.values()}) > 1:
        return {}
    differ: dict[Pair, bool | None] = {}
    for pair in combinations(cards, 2):
        first, second = (cards[cell]["scores"] for cell in pair)
        errors = [score.get("standard_error") for score in (first, second)]
        differ[pair] = None if None in errors else abs(first["test"] - second["test"]) > ERRORS * hypot(*errors)
    return differ


def in_words(cards: Cards) -> str:
    """Which scores differ and which do not, in Markdown."""
    tests = paired_tests(cards)
    return _tests_in_words(cards, tests) if tests else _errors_in_words(cards)


def _tests_in_words(cards: Cards, tests: dict[Pair, Card]) -> str:
    about = next(iter(cards.values()))["comparisons"]
    if not any(entry["all_seeds"]["standard_error"] or entry["all_seeds"]["difference"] for entry in tests.values()):
        return f"All cells score the same on each of the {about['n']:,} {about['items']} of the test data."
    ahead, alike = [], []
    for (better, worse), entry in tests.items():
        evidence = plain(f"({_difference(entry['all_seeds'], cards)}, {p_value(entry['all_seeds']['corrected'])})")
        if entry["all_seeds"]["corrected"] < LEVEL:
            ahead.append(f"{_title(better)} is **ahead of** {_title(worse)} {evidence}")
        else:
            alike.append(f"{_title(better)} from {_title(worse)} {evidence}")
    over = f"Over {about['seeds']} seeds each" if about["seeds"] > 1 else "With one seed each"
    words = [f"{over}, {series(ahead)}."] if ahead else []
    if alike:
        words.append(f"The test scores **do not distinguish** {series(alike, 'or')}.")
    counted = COUNTED[about["tests"]["all_seeds"]].format(seeds=about["seeds"])
    words.append(
        f"The cells are compared on the same {about['n']:,} {about['items']}: {counted}, and p is corrected for "
        f"{len(tests)} comparisons (Holm)."
    )
    return " ".join(words)


def models_table(cards: Cards) -> tuple[str, dict[str, list[str]]] | None:
    """The tests of the bundled models alone: their name, and columns of Markdown; None without such tests."""
    tests = paired_tests(cards)
    if not tests:
        return None
    about = next(iter(cards.values()))["comparisons"]
    counts = about["tests"]["models"] == "McNemar"
    columns: dict[str, list[str]] = {
        "pair": [],
        "only one is right" if counts else "difference": [],
        "p, corrected": [],
    }
    for pair, both in tests.items():
        entry = both["models"]
        first, second = (_title(cell) for cell in pair)
        if counts:
            numbers = f"only {first} {entry['alone']}, only {second} {entry['peer_alone']}"
        else:
            numbers = plain(_difference(entry, cards))
        row = (f"{first} and {second}", numbers, plain(p_value(entry["corrected"])))
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    return f"{ALONE[about['tests']['models']]}, {about['n']:,} {about['items']}", columns


def _difference(entry: Card, cards: Cards) -> str:
    """A mean difference with its standard error, without its sign for a test in which the better one comes first."""
    size, error = abs(entry["difference"]), entry["standard_error"]
    if is_loss(next(iter(cards.values()))["scores"]):
        return f"{size:.3f} ± {error:.3f} nats"
    return f"{100 * size:.1f} ± {100 * error:.1f} points"


def p_value(p: float) -> str:
    """A p-value as it is printed."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def _title(cell: str) -> str:
    return plain(cell_title(cell))


def _errors_in_words(cards: Cards) -> str:
    pairs = compare_scores(cards)
    if not pairs:
        return ""
    if None in pairs.values():
        return "The cards give no standard error for this score, so it is unknown how certain the ranking is."
    similar = [" from ".join(map(_title, pair)) for pair, differ in pairs.items() if not differ]
    different = [" and ".join(map(_title, pair)) for pair, differ in pairs.items() if differ]
    words = []
    if similar:
        words.append(f"The test scores **do not distinguish** {series(similar, 'or')}.")
    if different:
        words.append(f"The scores differ by more than their uncertainty between {'; '.join(different)}.")
    return f"{' '.join(words)} Each model was trained once; ± does not include the variation between seeds."
