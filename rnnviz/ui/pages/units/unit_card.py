"""The card of one unit: where it is largest and smallest, how its values are spread, and what it is connected to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ....atlas.context_values import UnitContext, context_values
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


def show(choice: UnitChoice) -> None:
    """Show the card."""
    _head(choice)
    st.markdown(_tracked(choice))
    st.markdown(_effect(choice))
    st.markdown(_summary(choice))
    parts = st.tabs(["Largest", "Smallest", "In between"])
    limit = scale_limits(choice.quantity, choice.atlas.sample(choice.quantity.name, **choice.place))[1]
    words = choice.atlas.corpus.kind != "characters"
    for part, contexts in zip(parts, _contexts(choice).values(), strict=True):
        with part:
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
            query_params=link_parameters.link_to(
                choice.task.name, choice.model.network.cell_name, choice.task.examples[0], unit=choice.unit
            ),
        )


def _tracked(choice: UnitChoice) -> str:
    """What the unit tracks, with the evidence, or the property that comes closest."""
    evidence = evidence_of(choice.atlas, choice.model, choice.quantity.name, choice.layer, choice.direction)
    rows = evidence[evidence["unit"] == choice.unit]
    if not len(rows):
        return "No property of this corpus is computed, so nothing can be said about what the unit tracks."
    first, count = rows.iloc[0], len(rows)
    numbers = (
        f"r = {first['r']:.2f}, R² {first['r2_held_out']:.2f} where it was not fitted, control {first['control']:.2f}"
    )
    numbers = with_minus_signs(numbers)
    name = plain(str(first["property"]))
    others = [plain(str(each)) for each in rows[rows["tracks"]]["property"].iloc[1:]]
    if first["tracks"]:
        more = f" It also tracks {series(others)}." if others else ""
        return f"It tracks **{name}** ({numbers}).{more}"
    if np.isnan(first["r"]):
        return f"It tracks none of the {count} properties that were computed."
    return f"It tracks none of the {count} properties that were computed; *{name}* comes closest ({numbers})."


def _effect(choice: UnitChoice) -> str:
    """What silencing the unit does over the corpus."""
    row = choice.units.set_index("unit").loc[choice.unit]
    if "loss" not in row:
        return "What silencing it does was measured over the bundled corpora only; see Memory for your own text."
    lead = f"the lead of the answer falls by {_with_error(row, 'lead')}"
    if np.isnan(row["loss"]):
        return f"Silenced, {lead}."
    return f"Silenced, the loss of what is right grows by {_with_error(row, 'loss')} nats, and {lead}."


def _with_error(row: pd.Series, name: str) -> str:
    return with_minus_signs(f"{row[name]:.3f} ± {row[f'{name}_error']:.3f}")


def _summary(choice: UnitChoice) -> str:
    """Where the unit's values are, in a sentence."""
    row = choice.units.set_index("unit").loc[choice.unit]
    words = (
        f"Its {plain(choice.quantity.title)} is between {short_number(float(row['low']))} and "
        f"{short_number(float(row['high']))}, {short_number(float(row['mean']))} on average."
    )
    if "below" in row:
        low, high = ("below 0.1", "above 0.9") if choice.quantity.low >= 0 else ("below −0.9", "above 0.9")
        words += f" It is {low} at {percent(row['below'])} of the corpus and {high} at {percent(row['above'])}."
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
    """The units whose values go along with this one's."""
    st.markdown("**Units that vary with it**")
    if choice.quantity.role != "state":
        st.caption("Correlations are computed for states.")
        return
    for row in choice.atlas.correlated(
        choice.unit, NEIGHBOURS, quantity=choice.quantity.name, **choice.place
    ).itertuples():
        st.button(
            f"Unit {row.unit}: r = {row.correlation:+.2f}".replace("-", "−"), key=f"neighbour-{row.unit}",
            type="tertiary", on_click=go_to, args=(int(row.unit),),
        )  # fmt: skip
