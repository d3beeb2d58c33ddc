"""The values of one unit over whole contexts, read again from the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ArgumentError
from ..network import Network, States
from .atlas import Atlas
from .reading import without_outputs
from .summary import Array

CHUNK = 64  # steps that are in memory at once; states are carried over


@dataclass(frozen=True)
class UnitContext:
    """A stretch of a document with a unit's values.

    Parameters
    ----------
    tokens : list of str
        The n tokens as they are spelled.
    values : ndarray of shape (n,)
        The unit's value after each.
    at : int
        The place of the token that the context is about.
    document : int
        The document, counted from 0.
    position : int
        The position of that token in the corpus.
    step : int
        Its place in the document, from 0.
    """

    tokens: list[str]
    values: Array
    at: int
    document: int
    position: int
    step: int

    @property
    def value(self) -> float:
        """The unit's value after the token that the context is about."""
        return float(self.values[self.at])


def context_values(
    atlas: Atlas,
    network: Network,
    quantity: str,
    unit: int,
    positions: Sequence[int] | Array,
    *,
    layer: int = 0,
    direction: str = "forward",
    before: int = 30,
    after: int = 10,
) -> list[UnitContext]:
    """Read contexts again and record one unit.

    Each token is read as the atlas read it, in a stretch of the document from the same beginning, so that its value is
    the one in the atlas, but for rounding. A context in which one stretch ends and the next begins is read in both.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    network : Network
        The network that it is of.
    quantity : str
        The quantity.
    unit : int
        The unit.
    positions : sequence of int
        Positions of the corpus.
    layer : int, default 0
        The layer.
    direction : {"forward", "backward"}, default "forward"
        The direction.
    before, after : int, default 30 and 10
        How many tokens of the same document are shown around each.

    Returns
    -------
    list of UnitContext
        One for each position, in their order.

    Raises
    ------
    ArgumentError
        If a position is outside the corpus, the network does not compute the quantity at this place, or it is not that
        of the atlas.
    """
    atlas.check_network(network)
    corpus, pieces = atlas.corpus, atlas.pieces
    places = np.asarray(positions, np.int64)
    if len(places) and not (places.min() >= 0 and places.max() < len(corpus)):
        raise ArgumentError(
            f"Positions are from 0 to {len(corpus) - 1}.", code="out_of_range", name="positions", value=places.tolist()
        )
    if not network.has_layer(layer, direction):
        raise ArgumentError(f"The network has no layer {layer}, {direction}.", code="layer", name="layer", value=layer)
    document = corpus.document_of(places)
    starts, stops = corpus.borders[document], corpus.borders[document + 1]
    firsts, lasts = np.maximum(starts, places - before), np.minimum(stops, places + after + 1)
    where = [np.searchsorted(pieces.firsts, at, side="right") - 1 for at in (firsts, lasts - 1)]
    counts = where[1] - where[0] + 1  # of the stretches that a context is in
    which = np.repeat(where[0] - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))
    last = np.repeat(lasts, counts)
    begins = pieces.begins[which]
    ends = np.minimum(pieces.lasts[which], last) if network.directions == ("forward",) else pieces.ends[which]
    read = _read(atlas, without_outputs(network), begins, ends, (quantity, layer, direction), unit)
    lows, highs = np.maximum(pieces.firsts[which], np.repeat(firsts, counts)), np.minimum(pieces.lasts[which], last)
    parts = iter([array[low - b : high - b] for array, b, low, high in zip(read, begins, lows, highs, strict=True)])
    contexts = []
    for k, position in enumerate(places.tolist()):
        first = int(firsts[k])
        values = np.concatenate([next(parts) for _ in range(int(counts[k]))])
        tokens = corpus.texts(first, int(lasts[k]))
        number, step = int(corpus.numbers[document[k]]), position - int(starts[k])
        contexts.append(UnitContext(tokens, values, position - first, number, position, step))
    return contexts


def _read(
    atlas: Atlas, network: Network, begins: Array, ends: Array, key: tuple[str, int, str], unit: int
) -> list[Array]:
    """The unit's values over stretches of the corpus, each read from the network's initial states."""
    corpus = atlas.corpus
    if network.directions != ("forward",):  # what is read backward needs the whole stretch, of its own length
        return [
            _record(network, corpus.read(first, last)[:, None], None, key, unit)[0][:, 0]
            for first, last in zip(begins.tolist(), ends.tolist(), strict=True)
        ]
    lengths = ends - begins
    longest, values = int(lengths.max(initial=0)), []
    states = None
    for start in range(0, longest, CHUNK):
        steps = np.arange(start, min(start + CHUNK, longest))
        # A stretch that is over is read on with its last token, which is not looked at.
        inputs = [
            corpus.read(first, last)[np.minimum(steps, last - first - 1)]
            for first, last in zip(begins.tolist(), ends.tolist(), strict=True)
        ]
        found, states = _record(network, np.stack(inputs, axis=1), states, key, unit)
        values.append(found)
    together = np.concatenate(values) if values else np.empty((0, len(begins)), np.float32)
    return [together[: int(length), k] for k, length in enumerate(lengths)]


def _record(
    network: Network, inputs: Array, states: States | None, key: tuple[str, int, str], unit: int
) -> tuple[Array, States]:
    """The unit's values (T, B), and the states after the last step."""
    quantity, layer, direction = key
    run = network.forward(inputs, states)
    record = run.records[layer][network.directions_by_layer[layer].index(direction)]
    values = record.feature_first(quantity)[:, unit]
    return (values[::-1] if direction == "backward" else values), run.final
