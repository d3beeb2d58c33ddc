"""From the models of several seeds to the bundled ones: the median of each cell, and how certainly the cells differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from ..cells.activations import Array
from ..model import Model
from .paired_tests import Difference, McNemar, holm, mcnemar, sign_flip, signed_rank
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
    results = {
        cell: {seed: task.item_results(model.network) for seed, model in by_seed.items()}
        for cell, by_seed in candidates.items()
    }
    compared = compare(task, results, {cell: model.card["training"]["seed"] for cell, model in chosen.items()})
    return {cell: replace(model, card=model.card | {"comparisons": compared[cell]}) for cell, model in chosen.items()}


def compare(
    task: Task, results: Mapping[str, Mapping[int, Array]], seeds: Mapping[str, int]
) -> dict[str, dict[str, Any]]:
    """Test every two cells on the same held-out items: all their seeds together, and the chosen models alone.

    Parameters
    ----------
    task : Task
        The task, which says what the items are.
    results : mapping of str to mapping of int to ndarray of shape (N,)
        What `Task.item_results` returns, by cell and seed.
    seeds : mapping of str to int
        The seeds of the chosen models, by cell.

    Returns
    -------
    dict of str to dict
        By cell: what a card says about its comparisons with the others. "all_seeds" has the test of the cells, in which
        an item counts as often as seeds get it right, or with its mean loss; "models" that of the chosen models.
    """
    pairs = list(combinations(results, 2))
    chosen = {cell: by_seed[seeds[cell]] for cell, by_seed in results.items()}
    by_cell = {cell: np.array([*by_seed.values()]) for cell, by_seed in results.items()}  # (seeds, N)
    first = next(iter(by_cell.values()))
    count, n = first.shape
    if first.dtype == bool:
        test, pooled_test = "McNemar", "sign flips"
        models = [_sides(mcnemar(chosen[one], chosen[other])) for one, other in pairs]
        cells = [_sides(sign_flip(by_cell[one].sum(axis=0), by_cell[other].sum(axis=0)), count) for one, other in pairs]
    else:
        test = pooled_test = "Wilcoxon"
        models = [_sides(signed_rank(chosen[one], chosen[other])) for one, other in pairs]
        cells = [_sides(signed_rank(by_cell[one].mean(axis=0), by_cell[other].mean(axis=0))) for one, other in pairs]
    peers: dict[str, dict[str, Any]] = {cell: {} for cell in results}
    for name, found in (("models", models), ("all_seeds", cells)):
        corrected = holm([sides[0]["p"] for sides in found])
        for pair, sides, p in zip(pairs, found, corrected, strict=True):
            for (cell, peer), side in zip((pair, pair[::-1]), sides, strict=True):
                peers[cell].setdefault(peer, {})[name] = rounded(side | {"corrected": p})
    about = {
        "items": task.items,
        "n": n,
        "seeds": count,
        "tests": {"models": test, "all_seeds": pooled_test},
        "correction": f"Holm, {len(pairs)} comparisons",
    }
    return {cell: about | {"with": entries} for cell, entries in peers.items()}


def _sides(found: McNemar | Difference, seeds: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    """A test's result as it is for the first model and for the second; counts of seeds become shares of them."""
    sides: list[dict[str, float]]
    if isinstance(found, McNemar):
        counts = [("alone", "peer_alone"), ("peer_alone", "alone")]
        sides = [{name: found.first_alone, peer: found.second_alone} for name, peer in counts]
    else:
        error = found.standard_error / seeds
        sides = [{"difference": sign * found.mean / seeds, "standard_error": error} for sign in (1.0, -1.0)]
    return sides[0] | {"p": found.p}, sides[1] | {"p": found.p}
