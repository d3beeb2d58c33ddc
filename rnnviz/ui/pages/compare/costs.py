"""What each cell costs, how well it does on held-out data, and whether these data could show a difference at all."""

from __future__ import annotations

from itertools import combinations
from math import hypot
from typing import Any

import streamlit as st

from ....analysis.cost import Cost, cost
from ....cells import CELLS
from ....figures.score_chart import in_words, is_loss
from ....model import Model
from ...shared.link_state import plain
from .task_runs import Runs, listed

Card = dict[str, Any]

SIZE, BUDGET = ("embedding", "hidden", "layers", "directions"), ("epochs", "batch")  # as cards call them
ERRORS = 2.0  # standard errors of a difference, below which it is none that the data could show


def answer(runs: Runs) -> None:
    columns = ("cell", "parameters", "multiply-adds a step", "held-out score", "n")
    rows: dict[str, list[str]] = {name: [] for name in columns}
    for cell, model in runs.models.items():
        spent, scores = cost_of(model), model.card.get("scores")
        row = [f"**{plain(CELLS[cell].title)}**", f"{spent.parameters:,}", f"{spent.multiply_adds:,}"]
        row += [_score(scores), f"{scores['n']:,}"] if scores else ["not measured", ""]
        for column, value in zip(rows.values(), row, strict=True):
            column.append(value)
    cards = {cell: model.card for cell, model in runs.models.items() if model.card.get("scores")}
    for name, value in _beside(cards):
        for column, written in zip(rows.values(), (name, "", "", value, ""), strict=True):
            column.append(written)
    st.table(rows)
    st.caption(
        "Parameters and multiply-adds are those of the recurrent layers, without embedding and readout."
        + (" ± is the standard error of the held-out score." if _errors(cards) else "")
    )
    for words in (measured(cards), same_score(cards), made_alike(cards)):
        if words:
            st.markdown(words)


def cost_of(model: Model) -> Cost:
    """What all recurrent layers of a model cost together."""
    found = [
        cost(cell.name, cell.input_size, cell.hidden_size, **cell.options)
        for layer in model.network.layers
        for cell in layer
    ]
    return Cost(*(sum(each) for each in zip(*found, strict=True)))


def _score(scores: Card) -> str:
    return plain(in_words(scores))


def _beside(cards: dict[str, Card]) -> list[tuple[str, str]]:
    """Rows for chance and the baseline, where all cards say the same of them."""
    found = []
    each = [card["scores"] for card in cards.values()]
    if each and all((one["chance"], one["baseline"]) == (each[0]["chance"], each[0]["baseline"]) for one in each):
        first = each[0]
        found.append((f"chance: {plain(first['chance_is'])}", _written(first, first["chance"])))
        if first["baseline"]["value"] != first["chance"]:
            found.append((f"baseline: {plain(first['baseline']['name'])}", _written(first, first["baseline"]["value"])))
    return found


def _written(scores: Card, value: float) -> str:
    return plain(in_words({"metric": scores["metric"], "test": value}))


def _errors(cards: dict[str, Card]) -> bool:
    return any(card["scores"].get("standard_error") for card in cards.values())


def measured(cards: dict[str, Card]) -> str:
    """What the score is, and which way is better."""
    metrics = list(dict.fromkeys(card["scores"]["metric"] for card in cards.values()))
    if not metrics:
        return ""
    less = " Less is better." if any(is_loss(card["scores"]) for card in cards.values()) else ""
    return f"The score is: {plain('; '.join(metrics))}.{less}"


def same_score(cards: dict[str, Card]) -> str:
    """Which scores differ by more than their uncertainty, and which do not, as their cards tell; empty for one card.

    Two scores differ if they are further apart than twice the standard error of a difference, which is the square
    root of the sum of both squares, as of tests on data of their own. That cells were tested on the same data makes
    this careful.
    """
    if len(cards) < 2 or len({card["scores"]["metric"] for card in cards.values()}) > 1:
        return ""
    if any(card["scores"].get("standard_error") is None for card in cards.values()):
        return "The cards give no standard error for this score, so nothing is said here about how sure the ranking is."
    none: list[str] = []
    some: list[str] = []
    for one, other in combinations(cards, 2):
        (score, error), (against, its) = (
            (card["scores"]["test"], card["scores"]["standard_error"]) for card in (cards[one], cards[other])
        )
        pair = f"{plain(CELLS[one].title)} and {plain(CELLS[other].title)}"
        limit = ERRORS * hypot(error, its)
        (some if abs(score - against) > limit else none).append(pair)
    said = []
    if none:
        said.append(f"Between {'; '.join(none)}: **no difference that these data could show**.")
    if some:
        said.append(f"Between {'; '.join(some)} the scores differ by more than their uncertainty.")
    return f"{' '.join(said)} Each was trained once: what another seed would change, ± does not hold."


def made_alike(cards: dict[str, Card]) -> str:
    """What the cards say of how the models were made: what is the same for all, and what is not."""
    if len(cards) < 2 or not all({"architecture", "split", "training"} <= set(card) for card in cards.values()):
        return ""
    if not all("hyperparameters" in card["training"] for card in cards.values()):
        return ""
    built, made = ([card[part] for card in cards.values()] for part in ("architecture", "training"))
    size, settings = built[0], [one["hyperparameters"] for one in made]
    alike = {
        f"the same size (embedding {size.get('embedding')}, {size.get('hidden')} hidden units)": _same(built, *SIZE),
        "the same split of the data": _same([card["split"] for card in cards.values()]),
        f"the same budget (at most {settings[0].get('epochs')} epochs in batches of {settings[0].get('batch')})": _same(
            settings, *BUDGET
        ),
    }
    told = []
    if same := [what for what, is_so in alike.items() if is_so]:
        told.append(f"The cards say that all have {plain(listed(same))}.")
    if other := [what.split(" (")[0] for what, is_so in alike.items() if not is_so]:
        told.append(f"They do not have {plain(listed(other))}.")
    titles = [CELLS[cell].title for cell in cards]
    differ = []
    for name in dict.fromkeys(name for one in settings for name in one if name not in (*SIZE, *BUDGET)):
        if not _same(settings, name):
            each = ", ".join(f"{title} {one.get(name)}" for title, one in zip(titles, settings, strict=True))
            differ.append(f"{name.replace('_', ' ')} ({each})")
    if differ:
        told.append(f"Set for each cell on its own: {plain('; '.join(differ))}.")
    return " ".join(told)


def _same(parts: list[Card], *names: str) -> bool:
    """Whether all say the same, of some entries or of all."""
    each = [{name: part.get(name) for name in names} if names else part for part in parts]
    return all(one == each[0] for one in each)
