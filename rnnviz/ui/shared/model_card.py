"""A model's card: its held-out score, with chance and a baseline, its data, its size and its training."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from ...figures import recall_by_label, reliability
from ...instrument.file_remarks import assumed, not_run
from ...model import Model
from ...wording import printable
from .charts import chart
from .markdown import percent, plain, series

# What rnnviz writes into cards: `python -m rnnviz.training names --cell lstm`.
OWN_COMMAND = re.compile(r"python -m rnnviz\.training( [\w.=-]+){0,40}", re.ASCII)


def report_file(model: Model) -> None:
    """Show what a file left open about a model, and what of its network is not run, if it comes from a file."""
    if left_out := not_run(model.card):
        st.warning(plain(left_out), icon=":material/rule:")
    if doubts := assumed(model.card):
        st.caption(f":material/help: {plain(doubts)}")


def score_line(model: Model) -> None:
    """Show one line on what the model reads and predicts, and how well it does on held-out data.

    For a model from a file, the line says which conventions were read or inferred.
    """
    conventions = model.card.get("understood")
    if isinstance(conventions, dict) and conventions:
        words = "; ".join(f"{title}: {value}" for title, value in conventions.items())
        st.caption(plain(f"{model.name}, from a file. {words}."))
    if "scores" not in model.card:
        return
    card, scores = model.card, model.card["scores"]
    references = [f"chance {_number(scores, scores['chance'])}"]
    if (baseline := scores["baseline"])["value"] != scores["chance"]:
        references.append(f"{baseline['name'].split(',')[0]} {_number(scores, baseline['value'])}")
    st.caption(
        plain(
            f"{model.name} reads {card['reads']}, and predicts {card['says']}. Held out: {scores['metric']} "
            f"{_number(scores, scores['test'])} ({', '.join(references)})."
        )
    )


def show(model: Model) -> None:
    """Show the card behind an expander: its note and, if it has them, scores, data and licence, size, and training."""
    if "note" not in model.card:
        return
    expander = st.expander(f"About {plain(model.name)}", icon=":material/badge:", key="about", on_change="rerun")
    if not expander.open:
        return
    card = model.card
    expander.markdown(plain(card["note"]))
    if not {"scores", "training", "architecture", "data"} <= set(card):
        return
    scores, training, architecture = card["scores"], card["training"], card["architecture"]
    rows = [
        (f"{model.name}, test", scores["test"], f"{scores['n']:,} held out{_error(scores)}"),
        (f"{model.name}, validation", scores["validation"], "data used to choose the epoch and the settings"),
        ("chance", scores["chance"], scores["chance_is"]),
        ("baseline", scores["baseline"]["value"], scores["baseline"]["name"]),
    ]
    with expander:
        columns = {
            "": [name for name, *_ in rows],
            scores["metric"]: [_number(scores, value) for _, value, _ in rows],
            "what it is": [text for *_, text in rows],
        }
        st.table({plain(title): [plain(text) for text in column] for title, column in columns.items()})
        if len(card.get("seeds", [])) > 1:
            st.markdown(_seeds_in_words(card))
        if "calibration" in scores:
            _answers(model)
        st.markdown(
            f"**{architecture['parameters']:,} parameters:** embedding {architecture['embedding']}, "
            f"{architecture['hidden']} hidden units, {architecture['layers']} "
            f"layer{'s' * (architecture['layers'] > 1)}. {plain(architecture['convention'])}."
        )
        st.markdown(f"**Trained** for {training['epochs']} epochs:")
        if OWN_COMMAND.fullmatch(training["command"]):
            st.code(training["command"], language="bash")
        else:  # a stranger's command has no button that copies it into a terminal
            st.caption(plain(f"The card names another command: {printable(training['command'])}"))
        for source in card["data"]:
            parts = [source.get(key) for key in ("name", "citation", "address")]
            st.markdown(f"**Data:** {plain('; '.join(filter(None, parts)))}. Licence: {plain(source['licence'])}.")


def _seeds_in_words(card: dict[str, Any]) -> str:
    """The scores of all seeds, in Markdown."""
    scores, seeds = card["scores"], card["seeds"]
    each = [_number(scores, run["test"]) for run in sorted(seeds, key=lambda run: run["seed"])]
    tested = f"all score {each[0]}" if len(set(each)) == 1 else f"they score {series(each)}"
    return (
        f"**{len(seeds)} seeds:** on the test data {plain(tested)}. This model is seed "
        f"{card['training']['seed']}, the median by the validation score."
    )


def _answers(model: Model) -> None:
    """How the answers turn out by label, and how far their probabilities can be believed."""
    found = model.card["scores"]["calibration"]
    left, right = st.columns(2, gap="medium")
    with left:
        words = f"The share of each label's test items that {model.name} recognises, and their number."
        chart(recall_by_label.ready(model.card), words, "recall-by-label")
    with right:
        words = f"How often predictions of {model.name} are right, against their probability."
        chart(reliability.ready(model.card), words, "reliability")
        means = {case: found[f"confident_when_{case}"] for case in ("right", "wrong")}
        given = [f"{percent(mean, 0)} when {case}" for case, mean in means.items() if mean is not None]
        st.caption(
            f"Calibration: over ten bins, probability and accuracy are {100 * found['error']:.1f} points apart on "
            f"average (expected calibration error). The mean probability of a prediction is {series(given)}."
        )


def _number(scores: dict[str, Any], value: float) -> str:
    return percent(value) if "nats" not in scores["metric"] else f"{value:.2f}"


def _error(scores: dict[str, Any]) -> str:
    error = scores["standard_error"]
    return f", standard error {_number(scores, error)}" if error else ""
