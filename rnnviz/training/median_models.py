"""From the models of several seeds to the bundled ones: the median of each cell, and how certainly the cells differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from ..cells.activations import Array
from ..model import Model
from .paired_tests import McNemar, SignedRank, holm, mcnemar, signed_rank
from .tasks import Task
from .training_card import measured_entries, rounded

SEED_MEASURES = ("validation", "test", "largest")  # of a card's scores, told for every seed


def median_seed(scores: Mapping[int, float]) -> int:
    """Return the seed with the median score; the lowest one of several, and the lower score of two in the middle.

    Parameters
    ----------
    scores : mapping of int to float
        A score by seed.

    Returns
    -------
    int
        A seed.

    Examples
    --------
    >>> median_seed({0: 0.81, 1: 0.80, 2: 0.83})
    0
    """
    ordered = sorted(scores.values())
    middle = ordered[(len(ordered) - 1) // 2]
    return min(seed for seed, score in scores.items() if score == middle)


def median_models(task: Task, candidates: Mapping[str, Mapping[int, Model]]) -> dict[str, Model]:
    """Choose the median model of each cell by its validation score, and complete the cards.

    The choice does not look at the test scores, so these are as good an estimate as those of any one seed. Everything
    on a card that does not come from training is measured anew.

    Parameters
    ----------
    task : Task
        The task that all models were trained for.
    candidates : mapping of str to mapping of int to Model
        Models by cell and seed.

    Returns
    -------
    dict of str to Model
        By cell. The cards have the scores of all seeds ("seeds") and the paired tests with the other cells
        ("comparisons").
    """
    chosen: dict[str, Model] = {}
    for cell, by_seed in candidates.items():
        scores = {seed: task.held_out_scores(model.network) for seed, model in by_seed.items()}
        seed = median_seed({seed: each["validation"] for seed, each in scores.items()})
        runs = [{"seed": s} | {m: each[m] for m in SEED_MEASURES if m in each} for s, each in scores.items()]
        model = by_seed[seed]
        card = model.card | measured_entries(task, scores[seed]) | {"seeds": rounded(runs)}
        chosen[cell] = replace(model, card=card)
    compared = compare(task, {cell: task.item_results(model.network) for cell, model in chosen.items()})
    return {cell: replace(model, card=model.card | {"comparisons": compared[cell]}) for cell, model in chosen.items()}


def compare(task: Task, results: Mapping[str, Array]) -> dict[str, dict[str, Any]]:
    """Test every two cells on the same held-out items.

    Parameters
    ----------
    task : Task
        The task, which says what the items are.
    results : mapping of str to ndarray of shape (N,)
        What `Task.item_results` returns, by cell.

    Returns
    -------
    dict of str to dict
        By cell: what a card says about its comparisons with the others.
    """
    pairs = list(combinations(results, 2))
    counts_right = all(result.dtype == bool for result in results.values())
    found = [(mcnemar if counts_right else signed_rank)(results[one], results[other]) for one, other in pairs]
    corrected = dict(zip(pairs, holm([each.p for each in found]), strict=True))
    entries: dict[str, dict[str, Any]] = {cell: {} for cell in results}
    for pair, each in zip(pairs, found, strict=True):
        for (cell, other), entry in zip((pair, pair[::-1]), both_sides(each), strict=True):
            entries[cell][other] = rounded(entry | {"p": each.p, "corrected": corrected[pair]})
    about = {
        "test": "McNemar" if counts_right else "Wilcoxon",
        "items": task.items,
        "n": len(next(iter(results.values()))),
        "pairs": len(pairs),
        "correction": "Holm",
    }
    return {cell: about | {"with": others} for cell, others in entries.items()}


def both_sides(found: McNemar | SignedRank) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a test found besides p, as the card of either model says it."""
    if isinstance(found, SignedRank):
        one, other = found.difference, -found.difference
        error = {"standard_error": found.standard_error}
        return {"difference": one} | error, {"difference": other} | error
    one, other = found.first_alone, found.second_alone
    return {"alone": one, "other_alone": other}, {"alone": other, "other_alone": one}
