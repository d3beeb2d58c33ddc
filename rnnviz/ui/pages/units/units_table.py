"""All units of a layer in one table, sortable, with the unit that is shown."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ....analysis.memory.gated_states import gated_state
from ....atlas import Atlas
from ....cells.definition import Quantity
from ....model import Model
from ...shared import link_parameters
from ...shared.markdown import plain
from .unit_choice import UnitChoice, go_to

TRACKS_WIDTH = 150  # pixels: "inside a speaker’s name"


def pick_quantity(model: Model, atlas: Atlas, layer: int, direction: str) -> Quantity:
    """A picker for one of the quantities that the atlas has."""
    definition = model.network.cell(layer, direction).definition
    recorded = [q for q in definition.display_order if (q.name, layer, direction) in atlas.recorded]
    quantities = {q.name: q for q in recorded}
    choice = link_parameters.atlas_quantity(list(quantities))
    key = choice.restore()
    if choice.value not in quantities:  # the cell before had others
        choice.set(choice.default)
    st.selectbox(
        "Quantity", list(quantities), key=key, format_func=lambda name: quantities[name].title, width=190,
        label_visibility="collapsed",
    )  # fmt: skip
    return quantities[choice.save()]


def show(choice: UnitChoice) -> None:
    """Show the table; a click on a row chooses its unit."""
    table = choice.units
    columns: dict[str, object] = {"unit": table["unit"]}
    config: dict[str, Any] = {"unit": st.column_config.NumberColumn("unit", width="small")}
    if "tracks" in table and (table["tracks"] != "").any():
        columns["tracks"] = table["tracks"]
        config["tracks"] = st.column_config.TextColumn(
            "tracks",
            width=TRACKS_WIDTH,
            help="The property of the text that the unit tracks, by the evidence on its card",
        )
    if "loss" in table:
        effect = "lead" if table["loss"].isna().all() else "loss"
        words = {"loss": "loss without it", "lead": "lead from it"}[effect]
        columns[effect] = table[effect]
        config[effect] = st.column_config.NumberColumn(
            words, format="%+.3f",
            help="By how much the loss grows, in nats, when the unit is silenced; the card has the standard error"
            if effect == "loss" else "What the lead of the answer loses when the unit is silenced",
        )  # fmt: skip
    columns["deviation"] = table["deviation"]
    if "half" in table:
        columns["half"] = table["half"]
        config["half"] = st.column_config.NumberColumn("half-life", format="%.1f", help=_half_life_help(choice))
    config |= {
        "deviation": st.column_config.ProgressColumn(
            "spread", format="%.2f", min_value=0.0, max_value=float(table["deviation"].max()) or 1.0,
            help="The standard deviation over the corpus: a unit that never changes has 0",
        ),
    }  # fmt: skip
    if "below" in table:
        columns["near its bounds"] = table["below"] + table["above"]
        gate = choice.quantity.low >= 0
        bounds = "below 0.1 or above 0.9" if gate else "below −0.9 or above 0.9"
        config["near its bounds"] = st.column_config.NumberColumn(
            "near its bounds", format="percent", help=f"The share of the corpus at which it is {bounds}"
        )
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        key=_key(choice),
        on_select=lambda: _selected(choice),
        selection_mode="single-row",
        column_config=config,
        height=min(len(table) + 1, 17) * 35 + 3,
        alt=f"All {len(table)} units by their {choice.quantity.title} over the corpus.",
    )
    st.caption("Choose a row to see its unit; click a column’s title to sort by it.")


def _half_life_help(choice: UnitChoice) -> str:
    gated = gated_state(choice.model.network.cell(choice.layer, choice.direction).definition)
    assert gated is not None
    return (
        f"After how many steps half of what the unit holds would be left if {plain(str(gated.keep_factors[0]))} always "
        "had its mean over the corpus. It is inferred from that mean: a gate that varies keeps less, and what the "
        "network writes again is not counted."
    )


def _key(choice: UnitChoice) -> str:
    return f"units-table-{choice.atlas.fingerprint}-{choice.quantity.name}-{choice.layer}-{choice.direction}"


def _selected(choice: UnitChoice) -> None:
    rows = st.session_state[_key(choice)]["selection"]["rows"]
    if rows:
        go_to(int(choice.units["unit"].iloc[rows[0]]))
