"""What is known of a model: its held-out score beside chance and a baseline, its data and its making."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ...model import Model
from .link_state import plain


def score_line(model: Model) -> None:
    """One line under the pickers: what the model reads and says, and how well it does on held-out data.

    Of a model from somebody else's file, what was taken for its conventions.
    """
    understood = model.card.get("understood")
    if isinstance(understood, dict) and understood:
        told = "; ".join(f"{title}: {words}" for title, words in understood.items())
        st.caption(plain(f"{model.name}, from a file. {told}."))
    if "scores" not in model.card:
        return
    card, scores = model.card, model.card["scores"]
    beside = [f"chance {_number(scores, scores['chance'])}"]
    if (baseline := scores["baseline"])["value"] != scores["chance"]:
        beside.append(f"{baseline['name'].split(',')[0]} {_number(scores, baseline['value'])}")
    st.caption(
        plain(
            f"{model.name} reads {card['reads']}, and says {card['says']}. Held out: {scores['metric']} "
            f"{_number(scores, scores['test'])} ({', '.join(beside)})."
        )
    )


def about(model: Model) -> None:
    """The card, written out once opened: scores, data and licence, size, and how it was trained."""
    if not {"scores", "training", "architecture", "data", "note"} <= set(model.card):
        return
    opened = st.expander(f"About {model.name}", icon=":material/badge:", key="about", on_change="rerun")
    if not opened.open:
        return
    card = model.card
    scores, made, built = card["scores"], card["training"], card["architecture"]
    rows = [
        (f"{model.name}, test", scores["test"], f"{scores['n']:,} held out{_error(scores)}"),
        (f"{model.name}, validation", scores["validation"], "the data that chose the epoch and the settings"),
        ("chance", scores["chance"], scores["chance_is"]),
        ("baseline", scores["baseline"]["value"], scores["baseline"]["name"]),
    ]
    with opened:
        st.markdown(plain(card["note"]))
        table = {f"{scores['metric']}": [_number(scores, value) for _, value, _ in rows]}
        st.table({"": [name for name, _, _ in rows], **table, "measured on, or meaning": [text for *_, text in rows]})
        st.markdown(
            f"**Built of** {built['parameters']:,} numbers: embedding {built['embedding']}, {built['hidden']} hidden "
            f"units, {built['layers']} layer{'s' * (built['layers'] > 1)}. {plain(built['convention'])}."
        )
        st.markdown(f"**Trained** for {made['epochs']} epochs in {made['seconds']:.0f} s:")
        st.code(made["command"], language="bash")
        for source in card["data"]:
            parts = [source.get(key) for key in ("name", "citation", "address")]
            st.markdown(f"**Data:** {plain('; '.join(filter(None, parts)))}. Licence: {plain(source['licence'])}.")


def _number(scores: dict[str, Any], value: float) -> str:
    return f"{value:.1%}" if "nats" not in scores["metric"] else f"{value:.2f}"


def _error(scores: dict[str, Any]) -> str:
    error = scores["standard_error"]
    return f", standard error {_number(scores, error)}" if error else ""
