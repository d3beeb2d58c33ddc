"""The card of one unit: where it is largest and smallest, how its values are spread, and what it is connected to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ....atlas.context_values import UnitContext, context_values
from ....atlas.unit_evidence import STEPS
from ....colours import scale_limits
from ....figures import unit_histogram
from ....number_format import short_number, with_minus_signs
from ....text.tokens import visible
from ...shared import charts, link_parameters
from ...shared.long_work import cached
from ...shared.markdown import percent, plain, series
from . import connections_panel
from .coloured_contexts import contexts_html
from .unit_choice import UnitChoice, evidence_of, go_to, random_unit

SHOWN = 8  # contexts at each end
GROUPS, IN_GROUP = 10, 2  # tenths of the sample, and contexts of each
NEIGHBOURS = 6
AROUND = {"characters": {"before": 48, "after": 16}, "others": {"before": 16, "after": 6}}
TOKENS = 6
LEAST_COUNT = 5  # a token that occurs less often has no mean worth showing
CLEAR = 2  # standard errors that a change must exceed, or chance could have made it

TRACKS = (
    "A unit tracks a property if a line through the unit’s values predicts the property with R² of at least 0.5 in "
    "stretches of the corpus that the line was not fitted to, and if |r| exceeds the control: what any unit reaches "
    "with any property that is shifted against the text. Within tokens, r is what is left when the mean at each token "
    "is subtracted: what the unit knows beyond the token that it sees. A correlation does not show that the network "
    "uses the property."
)
SILENCED = (
    "Silenced: all states of the unit are 0 at every step, also where it is never near 0. The loss is that of the "
    "right answer: the label of the text or, in a model that predicts the next token, that token. The answer is the "
    "likeliest label with all units, and its lead is its logit less the mean of all others. After ± is the standard "
    "error of the mean over the texts or stretches."
)


def show(choice: UnitChoice) -> None:
    """Show the card."""
    _head(choice)
    st.markdown(_tracked(choice), help=_meaning(choice))
    st.markdown(_effect(choice), help=SILENCED if "loss" in choice.units else None)
    st.markdown(_summary(choice))
    parts = st.tabs(["Largest", "Smallest", "In between"])
    limit = scale_limits(choice.quantity, choice.atlas.sample(choice.quantity.name, **choice.place))[1]
    words = choice.atlas.corpus.kind != "characters"
    for part, contexts in zip(parts, _contexts(choice).values(), strict=True):
        with part:
            if part is parts[-1]:
                st.caption(
                    f"{IN_GROUP} tokens from each tenth of a random sample of the corpus, the highest tenth first."
                )
            st.html(contexts_html(contexts, choice.quantity, limit, words))
    charts.chart(
        unit_histogram.ready(choice.atlas, choice.quantity, choice.unit, choice.layer, choice.direction),
        f"The {choice.quantity.title} of unit {choice.unit} over the corpus: the share of tokens by value.",
        "unit-histogram",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        _tokens(choice)
    with right:
        _neighbours(choice)
    connections_panel.show(choice)


def _head(choice: UnitChoice) -> None:
    """The unit's name, and the buttons to others and to Explore."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(f"Unit {choice.unit}", anchor=False, width="content")
        order = choice.units["unit"].tolist()
        at = order.index(choice.unit)
        for label, icon, unit, key in (
            ("Previous", "arrow_back", order[at - 1], "unit-previous"),
            ("Next", "arrow_forward", order[(at + 1) % len(order)], "unit-next"),
            ("Random", "casino", random_unit(choice.count, choice.unit), "unit-random"),
        ):
            st.button(
                label, icon=f":material/{icon}:", key=key, on_click=go_to, args=(unit,), help=f"Unit {unit}"
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
        return "No property of this corpus is computed, so nothing can be said about what the unit tracks."
    first, count = rows.iloc[0], len(rows)
    numbers = [f"r = {first['r']:.2f}"]
    if first["tracks"]:
        within = first["r_within_tokens"]
        numbers += ["which the token alone tells" if np.isnan(within) else f"within tokens {within:.2f}"]
    numbers += [f"R² {first['r2_held_out']:.2f} where it was not fitted", f"control {first['control']:.2f}"]
    told = with_minus_signs(", ".join(numbers))
    name = plain(str(first["property"]))
    others = [plain(str(each)) for each in rows[rows["tracks"]]["property"].iloc[1:]]
    if first["tracks"]:
        more = f" It also tracks {series(others)}." if others else ""
        return f"It tracks **{name}** ({told}).{more}"
    if np.isnan(first["r"]):
        return f"It tracks none of the {count} properties that were computed."
    return f"It tracks none of the {count} properties that were computed; *{name}* comes closest ({told})."


def _meaning(choice: UnitChoice) -> str | None:
    """What each property is, and what it is to track one; None without properties."""
    rows = choice.atlas.properties
    listed = "\n".join(f"- *{plain(row.property)}*: {plain(row.sentence)}" for row in rows.itertuples())
    return f"{TRACKS}\n\n{listed}" if len(rows) else None


def _effect(choice: UnitChoice) -> str:
    """What silencing the unit does over the corpus."""
    row = choice.units.set_index("unit").loc[choice.unit]
    if "loss" not in row:
        return (
            "What silencing a unit does was measured over the bundled corpora alone; the page Memory measures it on "
            "your text."
        )
    lead = f"the lead of the answer {_change(-row['lead'], row['lead_error'])}"
    words = (
        lead if np.isnan(row["loss"]) else f"the loss {_change(row['loss'], row['loss_error'], ' nats')}, and {lead}"
    )
    texts = "texts" if row["documents"] <= choice.atlas.corpus.documents else f"stretches of {STEPS} tokens"
    return f"Silenced, over {int(row['documents'])} {texts} of the corpus: {words}."


def _change(value: float, error: float, of: str = "") -> str:
    """By how much a mean changes, and whether that is more than chance does."""
    if not abs(value) > CLEAR * error:
        return with_minus_signs(f"changes by {value:.3f} ± {error:.3f}{of}, which may be chance")
    return f"{'grows' if value > 0 else 'falls'} by {abs(value):.3f} ± {error:.3f}{of}"


def _summary(choice: UnitChoice) -> str:
    """Where the unit's values are, in a sentence."""
    row = choice.units.set_index("unit").loc[choice.unit]
    words = (
        f"Its {plain(choice.quantity.title)} is between {short_number(float(row['low']))} and "
        f"{short_number(float(row['high']))}, {short_number(float(row['mean']))} on average."
    )
    if "below" in row:
        low, high = ("below 0.1", "above 0.9") if choice.quantity.low >= 0 else ("below −0.9", "above 0.9")
        words += f" It is {low} at {percent(row['below'])} of all tokens and {high} at {percent(row['above'])}."
    return words


def _contexts(choice: UnitChoice) -> dict[str, Sequence[UnitContext]]:
    """The contexts by the title of their tab, read again once for each unit."""
    name, unit, atlas = choice.quantity.name, choice.unit, choice.atlas

    def work() -> dict[str, Sequence[UnitContext]]:
        found = {
            "largest": atlas.top(name, unit, SHOWN, **choice.place),
            "smallest": atlas.bottom(name, unit, SHOWN, **choice.place),
            "between": atlas.groups(name, unit, IN_GROUP, groups=GROUPS, **choice.place).iloc[::-1],
        }
        positions = np.concatenate([frame["position"].to_numpy() for frame in found.values()])
        around = AROUND["characters" if atlas.corpus.kind == "characters" else "others"]
        read = iter(context_values(atlas, choice.model.network, name, unit, positions, **choice.place, **around))
        return {title: [next(read) for _ in range(len(frame))] for title, frame in found.items()}

    key = ("unit contexts", atlas.fingerprint, name, unit, choice.layer, choice.direction)
    return cached(choice.model.network, key, work)


def _tokens(choice: UnitChoice) -> None:
    """The tokens after which the unit is highest and lowest on average."""
    if choice.atlas.corpus.kind == "numbers":
        return
    means = choice.atlas.means_by_token(choice.quantity.name, choice.unit, **choice.place)
    means = means[means["count"] >= LEAST_COUNT]
    st.markdown("**After which tokens?**")
    shown = pd.concat([means.head(TOKENS), means.tail(TOKENS)]).drop_duplicates()
    st.dataframe(
        pd.DataFrame(
            {"token": [visible(token) for token in shown["token"]], "mean": shown["mean"], "times": shown["count"]}
        ),
        hide_index=True,
        column_config={"mean": st.column_config.NumberColumn("mean", format="%.2f")},
        height="content",
        alt="The tokens after which the unit is highest and lowest on average.",
    )


def _neighbours(choice: UnitChoice) -> None:
    """The units whose values go along with this one's, or against them."""
    st.markdown("**Units that vary with it**")
    if choice.quantity.role != "state":
        st.caption("Correlations are computed for states.")
        return
    st.markdown("By correlation over all tokens, whatever its sign:")
    for row in choice.atlas.correlated(
        choice.unit, NEIGHBOURS, quantity=choice.quantity.name, **choice.place
    ).itertuples():
        st.button(
            f"Unit {row.unit}: r = {row.correlation:+.2f}".replace("-", "−"), key=f"neighbour-{row.unit}",
            type="tertiary", on_click=go_to, args=(int(row.unit),),
        )  # fmt: skip
