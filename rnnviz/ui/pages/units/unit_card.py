"""The card of one unit: what it tracks and does, where it is largest and smallest, and what it is connected to."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....atlas.unit_evidence import STEPS
from ....figures import unit_histogram
from ....number_format import with_minus_signs
from ....text.tokens import visible
from ...shared import charts, link_parameters
from ...shared.markdown import percent, plain, series
from . import connections_panel, contexts_panel
from .listed_values import both_ends, unit_buttons, value_text
from .unit_choice import CLEAR, UnitChoice, evidence_of, random_unit

NEIGHBOURS = 6
TOKENS = 6
PLUS_MINUS = "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"
LEAST_COUNT = 5  # a token that occurs less often has no mean worth showing

TRACKS = (
    "A unit tracks a property if a line through the unit’s values predicts the property with R² of at least 0.5 in "
    "parts of the corpus that were held out from the fit, and if |r| exceeds the control: the largest |r| of any unit "
    "with any property that is shifted against the text. Within tokens, r is computed after the mean at each token is "
    "subtracted: it shows what the unit knows beyond the token that it sees. A correlation does not show that the "
    "network uses the property."
)
SILENCED = (
    "A silenced unit has all its states set to 0 at every step, even if it is never near 0 otherwise. The loss is "
    "that of the right answer: the label of the text or, in a model that predicts the next token, that token. The "
    "answer is the likeliest label with all units in place, and its lead is its logit minus the mean of all others. "
    "After ± is the standard error of the mean over the texts or passages."
)


def show(choice: UnitChoice) -> None:
    """Show the card."""
    _head(choice)
    st.markdown(_tracked(choice), help=meaning(choice))
    st.markdown(_effect(choice), help=SILENCED if "loss" in choice.units else None)
    contexts_panel.show(choice)
    charts.chart(
        unit_histogram.ready(choice.atlas, choice.quantity, choice.unit, choice.layer, choice.direction),
        f"The {choice.quantity.title} of unit {choice.unit} over the corpus: the share of tokens by value.",
        "unit-histogram",
    )
    st.markdown(_summary(choice))
    weights = connections_panel.find(choice)
    left, right = st.columns(2, gap="medium")
    with left:
        _tokens(choice)
        if weights is not None:
            connections_panel.drivers(choice, weights)
    with right:
        _neighbours(choice)
        if weights is not None:
            connections_panel.answers(choice, weights)


def _head(choice: UnitChoice) -> None:
    """The unit's name, and the buttons to others and to Explore."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(f"Unit {choice.unit}", anchor=False, width="content")
        order = choice.units["unit"].tolist()
        at = order.index(choice.unit)
        for label, icon, unit, key in (
            ("Previous", "arrow_back", order[at - 1], "unit-previous"),
            ("Next", "arrow_forward", order[(at + 1) % len(order)], "unit-next"),
            ("Random", "casino", random_unit(choice.count, choice.unit), "unit-random"),
        ):
            st.button(
                label, icon=f":material/{icon}:", key=key, on_click=choice.go_to, args=(unit,), help=f"Unit {unit}"
                if key != "unit-random" else "Any other unit",
            )  # fmt: skip
        st.page_link(
            "pages/explore.py",
            label="This unit on my text",
            icon=":material/visibility:",
            query_params=_link(choice),
        )


def _link(choice: UnitChoice) -> dict[str, str]:
    """The unit on Explore, which shows the text that was typed last for this task."""
    link = link_parameters.link_to(choice.task.name, choice.model.network.cell_name, unit=choice.unit)
    if choice.layer:
        link["layer"] = str(choice.layer)
    directions = choice.model.network.directions_by_layer[choice.layer]
    return link if choice.direction == directions[0] else link | {"direction": choice.direction}


def _tracked(choice: UnitChoice) -> str:
    """What the unit tracks, with the evidence, or the property that comes closest."""
    evidence = evidence_of(choice.atlas, choice.model, choice.quantity.name, choice.layer, choice.direction)
    rows = evidence[evidence["unit"] == choice.unit]
    if not len(rows):
        return "No properties of this corpus have been computed, so nothing can be said about what the unit tracks."
    first, count = rows.iloc[0], len(rows)
    none = f"It tracks none of the {count} properties tested" if count > 1 else "It does not track the property tested"
    if np.isnan(first["r"]):
        return f"{none}."
    numbers = [f"r = {first['r']:.2f}"]
    if first["tracks"]:
        within = first["r_within_tokens"]
        numbers += ["which the token alone tells" if np.isnan(within) else f"within tokens {within:.2f}"]
    numbers += [f"R² held out {first['r2_held_out']:.2f}", f"control {first['control']:.2f}"]
    told, name = with_minus_signs(", ".join(numbers)), plain(str(first["property"]))
    if not first["tracks"]:
        return f"{none}; *{name}* comes closest ({told})." if count > 1 else f"{none}, *{name}* ({told})."
    others = [f"*{plain(str(each))}*" for each in rows[rows["tracks"]]["property"].iloc[1:]]
    more = f" It also tracks {series(others)}." if others else ""
    return f"It tracks **{name}** ({told}).{more}"


def meaning(choice: UnitChoice) -> str | None:
    """What each property is, and what it is to track one; None without properties."""
    rows = choice.atlas.properties
    listed = "\n".join(f"- *{plain(row.property)}*: {plain(row.sentence)}" for row in rows.itertuples())
    return f"{TRACKS}\n\n{listed}" if len(rows) else None


def _effect(choice: UnitChoice) -> str:
    """What silencing the unit does over the corpus."""
    row = choice.row
    if "loss" not in row:
        return (
            "What silencing a unit does was measured over the bundled corpora only. The page Memory measures it on "
            "your text."
        )
    lead = _change("the lead of the answer", -row["lead"], row["lead_error"])
    loss = "" if np.isnan(row["loss"]) else _change("the loss", row["loss"], row["loss_error"], " nats") + " and "
    texts = "texts" if row["documents"] <= choice.atlas.corpus.documents else f"passages of {STEPS} tokens"
    return f"Silencing it {loss}{lead}, on average over {int(row['documents'])} {texts}."


def _change(what: str, value: float, error: float, of: str = "") -> str:
    """By how much something changes on average, unless chance could have changed it as much."""
    if not abs(value) > CLEAR * error:
        return with_minus_signs(f"does not clearly change {what} ({value:+.3f}{PLUS_MINUS}{error:.3f}{of})")
    return f"{'raises' if value > 0 else 'lowers'} {what} by {abs(value):.3f}{PLUS_MINUS}{error:.3f}{of}"


def _summary(choice: UnitChoice) -> str:
    """Where the unit's values are, in a sentence."""
    row = choice.row
    low, high, mean = (value_text(float(row[name]), choice.quantity) for name in ("low", "high", "mean"))
    words = f"Its {plain(choice.quantity.title)} lies between {low} and {high}, with a mean of {mean}."
    if "below" in row:
        low, high = ("below 0.1", "above 0.9") if choice.quantity.low >= 0 else ("below −0.9", "above 0.9")
        words += f" It is {low} at {percent(row['below'])} of all tokens and {high} at {percent(row['above'])}."
    return words


def _tokens(choice: UnitChoice) -> None:
    """The tokens after which the unit is highest and lowest on average."""
    if choice.atlas.corpus.kind == "numbers":
        return
    means = choice.atlas.means_by_token(choice.quantity.name, choice.unit, **choice.place)
    means = means[means["count"] >= LEAST_COUNT]
    if means.empty:
        return
    st.markdown("**After which tokens is it high or low?**")
    st.markdown(f"Its mean after each token that occurs at least {LEAST_COUNT} times:")
    form = ".2f" if choice.quantity.low >= 0 else "+.2f"
    both_ends(means["mean"].to_numpy(), [visible(token) for token in means["token"]], TOKENS, form)


def _neighbours(choice: UnitChoice) -> None:
    """The units whose values go along with this one's, or against them."""
    st.markdown("**Which units vary with it?**")
    if choice.quantity.role != "state":
        st.markdown("Correlations are computed for states only.")
        return
    st.markdown("Units with the strongest correlation, positive or negative:")
    found = choice.atlas.correlated(choice.unit, NEIGHBOURS, quantity=choice.quantity.name, **choice.place)
    unit_buttons(choice, zip(found["unit"].tolist(), found["correlation"].tolist(), strict=True), "neighbour")
