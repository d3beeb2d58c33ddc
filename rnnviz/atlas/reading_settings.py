"""How a corpus is read: what is recorded, how long documents are cut, and what is kept of each unit."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..cells.bounds import bounds_of
from ..cells.definition import Quantity
from ..errors import ArgumentError, UnknownNameError, UnknownQuantityError
from ..model import Model
from ..network import Network
from ..whole_numbers import check_whole

CHUNK = 64  # steps between two blocks; states are carried over
BATCH = 128  # sequences that are read together
LISTED = 256  # tokens whose means are kept, the most frequent ones
EXTREMES = 20  # contexts at each end
SHARD, MOST_SHARDS = 100_000, 512
MOST_STORED = 10_000_000  # tokens up to which states are stored unless asked

Key = tuple[str, int, str]  # quantity, layer, direction


@dataclass(frozen=True)
class ReadingSettings:
    """What an atlas depends on beside the model and the corpus.

    Parameters
    ----------
    quantities : tuple of str
        What is recorded; empty for everything that the cells compute.
    segment : int, default 1000
        Documents with more tokens are cut into segments of so many.
    burn_in : int, default 200
        How many tokens before a segment are read first, without being counted, so that its states are not those of a
        text that begins there; for a layer that reads backward, also after it.
    carry_on : bool, default False
        Read long documents whole, however long, one after the other; slow where there are few of them.
    sample : int, default 5000
        At how many positions the values of all units are kept.
    apart : int, default 16
        Contexts of a unit's extremes come from different stretches of so many tokens; 1, 2, 4, ..., 64.
    shard : int, default 100000
        The least tokens of a shard.
    states : tuple of str or None, default None
        The quantities whose values are stored at every token, for `Atlas.match`; None for all states up to ten million
        tokens, and for none beyond.

    Raises
    ------
    ArgumentError
        If a number is outside its range.
    """

    quantities: tuple[str, ...] = ()
    segment: int = 1000
    burn_in: int = 200
    carry_on: bool = False
    sample: int = 5000
    apart: int = 16
    shard: int = SHARD
    states: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.states is not None:
            object.__setattr__(self, "states", tuple(self.states))
        least = {"segment": 1, "burn_in": 0, "sample": 0, "apart": 1, "shard": 1}
        for name, low in least.items():
            check_whole(name, getattr(self, name), low)
        if CHUNK % self.apart:
            allowed = tuple(n for n in range(1, CHUNK + 1) if CHUNK % n == 0)
            raise ArgumentError(
                f"apart is {self.apart}; it must be one of {', '.join(map(str, allowed))}.",
                code="out_of_range", name="apart", value=self.apart, allowed=allowed,
            )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Write the settings as plain JSON data."""
        lists = {"quantities": list(self.quantities), "states": None if self.states is None else list(self.states)}
        return {**asdict(self), **lists}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ReadingSettings:
        """Read the settings from JSON data."""
        states = data.get("states", ())  # atlases that were written before have none
        lists = {"quantities": tuple(data["quantities"]), "states": None if states is None else tuple(states)}
        return cls(**{**data, **lists})

    def storing(self, model: Model, tokens: int) -> ReadingSettings:
        """Copy the settings with the quantities whose values are stored, for a corpus of so many tokens.

        Parameters
        ----------
        model : Model
            The model.
        tokens : int
            N.

        Returns
        -------
        ReadingSettings
            With `states` named one by one.

        Raises
        ------
        UnknownQuantityError
            If one of them is not recorded.
        """
        if self.states is None:
            cells = [cell for layer in model.network.layers for cell in layer]
            names = {state for cell in cells for state in cell.definition.states} if tokens <= MOST_STORED else set()
            return replace(self, states=tuple(q for q in self.quantities if q in names))
        for name in self.states:
            if name not in self.quantities:
                raise UnknownQuantityError(
                    f"The atlas records {', '.join(self.quantities)}; it cannot store {name!r}.",
                    code="quantity", kind="quantity", name=name, allowed=self.quantities,
                )  # fmt: skip
        return replace(self, states=tuple(q for q in self.quantities if q in self.states))

    def fitted(self, model: Model) -> ReadingSettings:
        """Copy the settings with what a model allows.

        Parameters
        ----------
        model : Model
            The model.

        Returns
        -------
        ReadingSettings
            With the quantities named one by one, and segments that the model reads whole if its steps are limited.

        Raises
        ------
        UnknownQuantityError
            If no cell of the model computes a quantity.
        ArgumentError
            If whole documents are asked of a model whose steps are limited.
        """
        cells = [cell for layer in model.network.layers for cell in layer]
        known = tuple(dict.fromkeys(q.name for cell in cells for q in cell.definition.display_order))
        for name in self.quantities:
            if name not in known:
                raise UnknownQuantityError(
                    f"{model.name} records {', '.join(known)}; it has no {name!r}.",
                    code="quantity", kind="quantity", name=name, allowed=known,
                )  # fmt: skip
        settings = replace(self, quantities=tuple(q for q in known if not self.quantities or q in self.quantities))
        if model.max_steps is None:
            return settings
        if self.carry_on:
            raise ArgumentError(
                f"{model.name} reads at most {model.max_steps} steps, so that long documents cannot be read whole.",
                code="max_steps", name="carry_on", value=True, allowed=False,
            )  # fmt: skip
        burn_in = min(self.burn_in, model.max_steps // 4)
        both = 2 if "backward" in model.network.directions else 1
        return replace(settings, burn_in=burn_in, segment=min(self.segment, model.max_steps - both * burn_in))


def recorded_keys(model: Model, quantities: tuple[str, ...]) -> list[Key]:
    """List what is recorded, layer by layer.

    Parameters
    ----------
    model : Model
        The model.
    quantities : tuple of str
        The names of quantities.

    Returns
    -------
    list of (str, int, str)
        Quantity, layer and direction, for the quantities that the cell of each layer computes.
    """
    network = model.network
    return [
        (q.name, k, direction)
        for k, directions in enumerate(network.directions_by_layer)
        for direction, cell in zip(directions, network.layers[k], strict=True)
        for q in cell.definition.display_order
        if q.name in quantities
    ]


def recorded_quantity(network: Network, key: Key) -> Quantity:
    """Look up what is recorded, with the bounds that its values have.

    Parameters
    ----------
    network : Network
        The network.
    key : (str, int, str)
        Quantity, layer and direction.

    Returns
    -------
    Quantity
        That of the cell's definition; without bounds if the network starts from states that lie beyond them, which may
        carry the quantity beyond its own.
    """
    name, layer, direction = key
    definition = network.cell(layer, direction).definition
    quantity = definition.by_name[name]
    if network.initial is None or not quantity.bounded:
        return quantity
    place = network.directions_by_layer[layer].index(direction)
    starts = {
        state: (min(0.0, float(array.min())), max(0.0, float(array.max())))
        for state, array in network.initial[layer][place].items()
    }
    low, high = bounds_of(definition.equations, starts)[name]
    is_inside = quantity.low <= low and high <= quantity.high
    return quantity if is_inside else replace(quantity, low=-math.inf, high=math.inf)


def check_choice(kind: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise UnknownNameError unless a value is one of those allowed."""
    if value not in allowed:
        raise UnknownNameError(
            f"There is no {kind} {value!r}; there are {', '.join(allowed)}.",
            code="unknown", kind=kind, name=value, allowed=allowed,
        )  # fmt: skip
