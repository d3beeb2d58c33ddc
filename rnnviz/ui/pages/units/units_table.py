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
from ...shared.markdown import plain, series
from .unit_choice import CLEAR, UnitChoice, clear, effect_of

TRACKS_WIDTH = 150  # pixels: "inside a speaker’s name"
ROWS = 12  # that are seen without scrolling; on a phone the card is below them


def pick_quantity(model: Model, atlas: Atlas, layer: int, direction: str) -> Quantity:
    """A picker for one of the quantities that the atlas has: first the state that a gate carries on."""
    definition = model.network.cell(layer, direction).definition
    gated = gated_state(definition)
    recorded = [q for q in definition.display_order if (q.name, layer, direction) in atlas.recorded]
    recorded.sort(key=lambda q: gated is None or q.name != gated.state)
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


def show(choice: UnitChoice, meaning: str | None) -> None:
    """Show the table; a click on a row chooses its unit. `meaning` says what it is to track a property."""
    if (summary := _summary(choice)) is not None:
        st.markdown(summary, help=meaning)
    table = choice.units
    columns: dict[str, object] = {"unit": table["unit"]}
    config: dict[str, Any] = {"unit": st.column_config.NumberColumn("unit", width=50)}
    if "tracks" in table and (table["tracks"] != "").any():
        columns["tracks"] = table["tracks"]
        config["tracks"] = st.column_config.TextColumn(
            "tracks",
            width=TRACKS_WIDTH,
            help="The property of the text that the unit tracks. Its card has the evidence.",
        )
    if "loss" in table:
        effect = effect_of(table)
        columns[effect] = clear(table, effect) * (1 if effect == "loss" else -1)
        what = "the loss changes, in nats," if effect == "loss" else "the lead of the answer changes"
        below = " Below 0, the model predicts better without the unit." if effect == "loss" else ""
        config[effect] = st.column_config.NumberColumn(
            f"Δ {effect}", format="%+.3f",
            help=f"By how much {what} when the unit is silenced. Empty where chance alone could have made the change: "
            f"up to {CLEAR} standard errors.{below}",
        )  # fmt: skip
    columns["deviation"] = table["deviation"]
    config["deviation"] = st.column_config.NumberColumn(
        "spread", format="%.2f", help="The standard deviation over the corpus; 0 for a unit that never changes."
    )
    if "half" in table:
        columns["half"] = table["half"]
        config["half"] = st.column_config.NumberColumn("half-life", format="%.1f", help=_half_life_help(choice))
    key = _key(choice)
    # The mark follows when another unit is chosen elsewhere.
    st.session_state[key] = {"selection": {"rows": [int(choice.units["unit"].tolist().index(choice.unit))]}}
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        key=key,
        on_select=lambda: _selected(choice),
        selection_mode=["single-row-required", "single-cell"],
        column_config=config,
        placeholder="",
        height=min(len(table), ROWS) * 35 + 38,
        alt=f"All {len(table)} units by their {choice.quantity.title} over the corpus.",
    )
    st.caption("Click a row to see its unit, and a column’s title to sort by it.")


def _summary(choice: UnitChoice) -> str | None:
    """How many units track which property; None without properties."""
    count, properties = len(choice.units), len(choice.atlas.properties)
    if not properties:
        return None
    tracked = choice.units["tracks"].loc[lambda names: names != ""].value_counts()
    if not len(tracked):
        return (
            f"No unit tracks {f'any of the {properties} properties' if properties > 1 else 'the one property'} tested."
        )
    parts = [f"**{number}** {_verb(number)} *{plain(name)}*" for name, number in tracked.items()]
    words = f"Of {count} units, {series(parts)}"
    if tracked.iloc[0] > count / 2:
        return f"{words}, so their cards look much alike."
    return f"{words}."


def _verb(number: int) -> str:
    return "tracks" if number == 1 else "track"


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
    """Choose the unit of the cell or the box that was clicked."""
    selection = st.session_state[_key(choice)]["selection"]
    rows = [row for row, _ in selection["cells"]] or selection["rows"]
    if rows:
        choice.go_to(int(choice.units["unit"].iloc[rows[0]]))
