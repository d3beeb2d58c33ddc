"""The unit that the page shows: its model, atlas and place, and how another one is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

import numpy as np
import pandas as pd

from ....analysis.memory.gated_states import gated_state
from ....atlas import Atlas
from ....atlas.bundled import bundled_atlas, bundled_effects
from ....atlas.half_lives import half_lives
from ....cells.definition import Quantity
from ....model import Model
from ....text.read_words import ReadWords, read_words
from ...shared import link_parameters
from ...shared.catalogue import TaskModels
from ...shared.long_work import cached

CLEAR = 2  # standard errors that a change must exceed, or chance could have made it


class Place(TypedDict):
    """A layer and a direction, as queries of an atlas take them."""

    layer: int
    direction: str


@dataclass(frozen=True)
class UnitChoice:
    """A unit of a layer, and the atlas that knows it."""

    task: TaskModels
    model: Model
    atlas: Atlas
    quantity: Quantity
    layer: int
    direction: str
    unit: int

    @property
    def place(self) -> Place:
        """Its layer and direction."""
        return {"layer": self.layer, "direction": self.direction}

    @property
    def words(self) -> ReadWords:
        """The words for what the model reads."""
        return read_words(self.model.vocabulary)

    @property
    def count(self) -> int:
        """The number of units."""
        return self.atlas.recorded_quantity(self.quantity.name, self.layer, self.direction).units

    @cached_property
    def units(self) -> pd.DataFrame:
        """A row for each unit, see `Atlas.units`."""
        return units_of(self.atlas, self.model, self.quantity.name, self.layer, self.direction)

    @property
    def row(self) -> pd.Series:
        """The unit's own row of `units`."""
        return self.units.set_index("unit").loc[self.unit]

    def go_to(self, unit: int) -> None:
        """Choose another unit; for a callback."""
        link_parameters.atlas_unit(self.model.name, self.count, 0).set(unit)


def choose(task: TaskModels, model: Model, atlas: Atlas, quantity: Quantity, layer: int, direction: str) -> UnitChoice:
    """The unit that the link or a click has chosen; the first of the table otherwise."""
    count = atlas.recorded_quantity(quantity.name, layer, direction).units
    units = units_of(atlas, model, quantity.name, layer, direction)
    parameter = link_parameters.atlas_unit(model.name, count, int(units["unit"].iloc[0]))
    parameter.restore()
    if not 0 <= parameter.value < count:  # the model before had more of them
        parameter.set(parameter.default)
    return UnitChoice(task, model, atlas, quantity, layer, direction, parameter.save())


def units_of(atlas: Atlas, model: Model, quantity: str, layer: int, direction: str) -> pd.DataFrame:
    """All units with what is known of them.

    Those that track a property come first, by R² held out; then those whose silencing clearly changes the loss, or the
    lead where there is no loss, by how much worse it becomes; then all others, by how much they vary.

    The columns of `Atlas.units`, and where they are known "loss", "loss_error", "lead", "lead_error" and
    "documents" of `Atlas.ablation`, "half", see `half_lives`, and "tracks", the property that the unit tracks, or an
    empty text.
    """

    def work() -> pd.DataFrame:
        table = atlas.units(quantity, layer=layer, direction=direction)
        evidence = evidence_of(atlas, model, quantity, layer, direction)
        first = evidence[evidence["tracks"]].drop_duplicates("unit").set_index("unit")
        surest = first["r2_held_out"].reindex(table["unit"]).to_numpy(float)
        if len(evidence):
            table["tracks"] = [first["property"].get(unit, "") for unit in table["unit"]]
        definition = model.network.cell(layer, direction).definition
        steps, gated = half_lives(atlas, definition, layer, direction), gated_state(definition)
        if steps is not None and gated is not None and definition.sizes[quantity] == definition.sizes[gated.state]:
            table["half"] = steps[table["unit"]]
        effects = effects_of(atlas, model, layer)
        cost = np.full(len(table), np.nan)
        if effects is not None and len(effects) == len(table):
            table = table.merge(effects.drop(columns=["direct", "direct_error"]), on="unit")
            cost = clear(table, effect_of(table)).to_numpy()
        order = np.lexsort([-table["deviation"], -cost, -surest])  # NaN comes last
        return table.iloc[order].reset_index(drop=True)

    return cached(model.network, ("units", atlas.fingerprint, quantity, layer, direction), work)


def effect_of(units: pd.DataFrame) -> str:
    """The column that says what silencing a unit does: the loss, or where there is none the lead of the answer."""
    return "lead" if units["loss"].isna().all() else "loss"


def clear(units: pd.DataFrame, effect: str) -> pd.Series:
    """A column of effects, with NaN where chance alone could have made the change."""
    return units[effect].where(units[effect].abs() > CLEAR * units[f"{effect}_error"])


def evidence_of(atlas: Atlas, model: Model, quantity: str, layer: int, direction: str) -> pd.DataFrame:
    """What the units have to do with properties of the text, see `Atlas.evidence`."""

    def work() -> pd.DataFrame:
        if not len(atlas.properties):
            return pd.DataFrame(columns=["unit", "property", "r", "r2_held_out", "control", "tracks"])
        return atlas.evidence(quantity, layer=layer, direction=direction)

    return cached(model.network, ("evidence", atlas.fingerprint, quantity, layer, direction), work)


def effects_of(atlas: Atlas, model: Model, layer: int) -> pd.DataFrame | None:
    """What silencing each unit does, if that was measured over the bundled corpus."""
    own = bundled_atlas(model.name)
    return (
        bundled_effects(model.name) if layer == 0 and own is not None and own.fingerprint == atlas.fingerprint else None
    )


def random_unit(count: int, now: int) -> int:
    """Another unit at random."""
    return int((now + np.random.default_rng().integers(1, max(count, 2))) % count)
