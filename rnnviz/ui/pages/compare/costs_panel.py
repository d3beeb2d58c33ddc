"""What each cell costs, how well it does on held-out data, and whether the scores differ significantly."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, NamedTuple

import streamlit as st

from ....analysis import Cost, cost
from ....cells.cell_kind import cell_title
from ....figures import seed_scores
from ....figures.score_chart import format_score, is_loss
from ....model import Model
from ....training import Recipe
from ...shared.charts import chart
from ...shared.markdown import plain, series
from . import score_differences
from .cell_runs import CellRuns
from .score_differences import Card, Cards

SIZE, BUDGET = ("embedding", "hidden", "layers", "directions"), ("epochs", "batch")  # as cards call them
WORDS = {
    "keep_bias": "forget bias",
    "dropout_inputs": "dropout of the embedding",
    "dropout_top": "dropout before the readout",
}


def show(runs: CellRuns) -> None:
    """Show a table of costs and scores, and what the model cards say about them."""
    columns = ("cell", "parameters", "multiply-adds per step", "held-out score", "n")
    rows: dict[str, list[str]] = {name: [] for name in columns}
    for cell, model in runs.models.items():
        total, scores = _total_cost(model), model.card.get("scores")
        row = [f"**{plain(cell_title(cell))}**", f"{total.parameters:,}", f"{total.multiply_adds:,}"]
        row += [_score(scores), f"{scores['n']:,}"] if scores else ["not measured", ""]
        for column, value in zip(rows.values(), row, strict=True):
            column.append(value)
    cards = {cell: model.card for cell, model in runs.models.items() if model.card.get("scores")}
    for name, value in _reference_scores(cards):
        for column, entry in zip(rows.values(), (name, "", "", value, ""), strict=True):
            column.append(entry)
    st.table(rows)
    st.caption(
        "Parameters and multiply-adds of the recurrent layers, without embedding and readout."
        + (" ± is the standard error of the held-out score." if _has_errors(cards) else "")
    )
    if words := _metric(cards):
        st.markdown(words)
    if cards and all(len(card.get("seeds", [])) > 1 for card in cards.values()):
        spread = "; ".join(f"{cell_title(cell)} {_seed_range(card)}" for cell, card in cards.items())
        chart(seed_scores.ready(list(cards.values())), f"Test scores of all seeds. {spread}.", "seeds")
        counts = series([str(count) for count in sorted({len(card["seeds"]) for card in cards.values()})])
        st.caption(
            f"Each model was trained from {counts} seeds. The bundled one has the median score on the validation data, "
            f"so it is not the luckiest one. Test scores of all seeds: {plain(spread)}."
        )
    if words := score_differences.in_words(cards):
        st.markdown(words)
    if table := score_differences.models_table(cards):
        with st.expander("Between the three models shown here alone"):
            st.caption(plain(f"One seed of each cell, the bundled one: {table[0]}."))
            st.table(table[1])
    if words := _setups_in_words(cards):
        st.markdown(words)


def _total_cost(model: Model) -> Cost:
    """The cost of all recurrent layers of a model together."""
    costs = [
        cost(cell.name, cell.input_size, cell.hidden_size, cell.lengths, **cell.options)
        for layer in model.network.layers
        for cell in layer
    ]
    return Cost(*(sum(each) for each in zip(*costs, strict=True)))


def _score(scores: Card) -> str:
    return plain(format_score(scores))


def _reference_scores(cards: Cards) -> list[tuple[str, str]]:
    """Rows for chance and the baseline, where they are the same in all cards."""
    rows = []
    scores = [card["scores"] for card in cards.values()]
    if scores and all(other[name] == scores[0][name] for other in scores for name in ("chance", "baseline")):
        first = scores[0]
        rows.append((f"chance: {plain(first['chance_is'])}", _reference(first, first["chance"])))
        if first["baseline"]["value"] != first["chance"]:
            rows.append(
                (f"baseline: {plain(first['baseline']['name'])}", _reference(first, first["baseline"]["value"]))
            )
    return rows


def _reference(scores: Card, value: float) -> str:
    return plain(format_score({"metric": scores["metric"], "test": value}))


def _seed_range(card: Card) -> str:
    """The lowest and the highest test score of a model's seeds."""
    scores = [run["test"] for run in card["seeds"]]
    low, high = (format_score({"metric": card["scores"]["metric"], "test": f(scores)}) for f in (min, max))
    return low if low == high else f"{low} to {high}"


def _has_errors(cards: Cards) -> bool:
    return any(card["scores"].get("standard_error") for card in cards.values())


def _metric(cards: Cards) -> str:
    """The metric, and whether lower is better."""
    metrics = list(dict.fromkeys(card["scores"]["metric"] for card in cards.values()))
    if not metrics:
        return ""
    lower = " Lower is better." if any(is_loss(card["scores"]) for card in cards.values()) else ""
    return f"Score: {plain('; '.join(metrics))}.{lower}"


class Setups(NamedTuple):
    """How models were trained, from their cards.

    same: what is equal for all of them, of "size", "split" and "budget"; by_cell: other settings that differ, by name.
    """

    same: set[str]
    by_cell: dict[str, list[Any]]


def compare_setups(cards: Cards) -> Setups | None:
    """What is the same in the training of all models and what differs; None if the cards do not tell."""
    if len(cards) < 2 or not all({"architecture", "split", "training"} <= set(card) for card in cards.values()):
        return None
    if not all("hyperparameters" in card["training"] for card in cards.values()):
        return None
    usual = asdict(Recipe())  # what a card does not mention was not chosen
    settings = [usual | card["training"]["hyperparameters"] for card in cards.values()]
    equal = {
        "size": _same([card["architecture"] for card in cards.values()], *SIZE),
        "split": _same([card["split"] for card in cards.values()]),
        "budget": _same(settings, *BUDGET),
    }
    names = dict.fromkeys(name for values in settings for name in values if name not in (*SIZE, *BUDGET))
    by_cell = {name: [values.get(name) for values in settings] for name in names if not _same(settings, name)}
    return Setups({what for what, is_equal in equal.items() if is_equal}, by_cell)


def _setups_in_words(cards: Cards) -> str:
    """How the models were trained, in Markdown."""
    setups = compare_setups(cards)
    if setups is None:
        return ""
    card = next(iter(cards.values()))
    size, settings = card["architecture"], card["training"]["hyperparameters"]
    details = {
        "size": f"(embedding {size.get('embedding')}, {size.get('hidden')} hidden units)",
        "split": "of the data",
        "budget": f"(at most {settings.get('epochs')} epochs in batches of {settings.get('batch')})",
    }
    words = []
    if same := [f"the same {what} {detail}" for what, detail in details.items() if what in setups.same]:
        words.append(f"According to their cards, all models have {plain(series(same))}.")
    if different := [f"the same {what}" for what in details if what not in setups.same]:
        words.append(f"They do not have {series(different, 'or')}.")
    differ = []
    for name, values in setups.by_cell.items():
        each = ", ".join(f"{cell_title(cell)} {_setting(value)}" for cell, value in zip(cards, values, strict=True))
        differ.append(f"{WORDS.get(name, name.replace('_', ' '))} ({each})")
    if differ:
        words.append(f"These settings differ: {plain('; '.join(differ))}.")
    return " ".join(words)


def _setting(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _same(parts: list[Card], *names: str) -> bool:
    """Whether some entries, or all of them, are the same in all parts."""
    selected = [{name: part.get(name) for name in names} if names else part for part in parts]
    return all(part == selected[0] for part in selected)
