"""Where else in the corpus the units are on that are on in a span of text: exact, over every token."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ArgumentError, ArrayError
from ..whole_numbers import check_whole
from .bit_planes import LEVELS, ahead, bits_at, in_order, one_before, packed, unpacked
from .stored_atlas import StoredAtlas
from .stored_states import read_states
from .summary import Array
from .unit_contexts import AFTER, BEFORE
from .unit_planes import UnitPlanes, stored_planes

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.9  # of the values of a unit that are below what counts as on
HIDDEN = "hidden"


class SpanMatches(StoredAtlas):
    """Queries for spans in which the same units are on."""

    def thresholds(
        self,
        quantity: str = HIDDEN,
        *,
        layer: int = 0,
        direction: str | None = None,
        level: float = LEVEL,
        threshold: float | None = None,
        planes: UnitPlanes | None = None,
    ) -> Array:
        """Look up above which value each unit counts as on.

        Parameters
        ----------
        quantity : str, default "hidden"
            A quantity whose values are stored.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.
        level : {0.5, 0.75, 0.9, 0.95, 0.99}, default 0.9
            The quantile of each unit's own values that is its threshold, so that at most the rest of its values is
            above; if more of them are its highest value, just these are.
        threshold : float or None, default None
            One value for all units in place of this.
        planes : UnitPlanes or None, default None
            What `unit_planes` gave, for a quantity whose values are not stored.

        Returns
        -------
        ndarray of float16 of shape (U,)
            The thresholds.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded.
        ArgumentError
            If its values are not stored, there is no such level, or the threshold is no finite number.
        """
        key = self._key(quantity, layer, direction)
        planes = planes or stored_planes(self.folder, key, (self.recorded[key].units, self.tokens))
        if threshold is not None:
            if not isinstance(threshold, Real) or not np.isfinite(threshold):
                raise ArgumentError(
                    f"threshold is {threshold!r}; it must be a finite number.",
                    code="out_of_range", name="threshold", value=threshold,
                )  # fmt: skip
            with np.errstate(over="ignore"):  # beyond the largest number of float16 no value is above
                return np.full(self.recorded[key].units, threshold, np.float16)
        found: Array = planes.thresholds[_level(level)]
        return found

    def units_on(
        self,
        states: Array,
        first: int,
        last: int,
        quantity: str = HIDDEN,
        *,
        layer: int = 0,
        direction: str | None = None,
        level: float = LEVEL,
        threshold: float | None = None,
        planes: UnitPlanes | None = None,
        around: bool = True,
    ) -> list[int]:
        """List the units that are on in a span of a text.

        Parameters
        ----------
        states : ndarray of shape (T, U)
            The values of the quantity over the text, as a trace has them.
        first, last : int
            The first and the last step of the span, counted from 0.
        quantity : str, default "hidden"
            A quantity whose values are stored.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.
        level : {0.5, 0.75, 0.9, 0.95, 0.99}, default 0.9
            The quantile that is each unit's threshold, see `thresholds`.
        threshold : float or None, default None
            One value for all units in place of this.
        planes : UnitPlanes or None, default None
            What `unit_planes` gave, for a quantity whose values are not stored.
        around : bool, default True
            Whether the units must be off just before and just after the span.

        Returns
        -------
        list of int
            The units that are above their thresholds at every step of the span.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded.
        ArgumentError
            If its values are not stored, there is no such level, or the span is not within the text.
        ArrayError
            If there are not as many values as units.
        """
        limits = self.thresholds(
            quantity, layer=layer, direction=direction, level=level, threshold=threshold, planes=planes
        )
        states = np.asarray(states)
        if states.ndim != 2 or states.shape[1] != len(limits):
            raise ArrayError(
                f"The states have shape {states.shape}; expected (T, {len(limits)}).",
                code="shape", name="states", shape=states.shape, expected=len(limits),
            )  # fmt: skip
        if not 0 <= first <= last < len(states):
            raise ArgumentError(
                f"The span from {first} to {last} is not within {len(states)} steps.",
                code="out_of_range", name="first", value=(first, last), allowed=(0, len(states) - 1),
            )  # fmt: skip
        with np.errstate(over="ignore"):
            on = states.astype(np.float16) > limits
        chosen = on[first : last + 1].all(0)
        if around:
            chosen &= ~on[max(first - 1, 0) : first].any(0) & ~on[last + 1 : last + 2].any(0)
        return [int(unit) for unit in np.flatnonzero(chosen)]

    def match(
        self,
        units: Sequence[int],
        length: int,
        n: int = 20,
        quantity: str = HIDDEN,
        *,
        layer: int = 0,
        direction: str | None = None,
        level: float = LEVEL,
        threshold: float | None = None,
        planes: UnitPlanes | None = None,
        around: bool = True,
        before: int = BEFORE,
        after: int = AFTER,
    ) -> pd.DataFrame:
        """Find the spans of the corpus in which the same units are on.

        Every span of this length within a document is compared; nothing is estimated or left out. Spans with more of
        the units come first, of these the ones in which fewer other units are on, of these the earlier ones. Spans
        that overlap one further up are left out.

        Parameters
        ----------
        units : sequence of int
            The units, as `units_on` finds them.
        length : int
            The tokens of a span, at least 1.
        n : int, default 20
            How many spans.
        quantity : str, default "hidden"
            A quantity whose values are stored.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.
        level : {0.5, 0.75, 0.9, 0.95, 0.99}, default 0.9
            The quantile that is each unit's threshold, see `thresholds`.
        threshold : float or None, default None
            One value for all units in place of this; slower, because all values are read, which must be stored.
        planes : UnitPlanes or None, default None
            What `unit_planes` gave, for a quantity whose values are not stored.
        around : bool, default True
            Whether a unit counts only if it is off just before and just after the span; it is off outside a document.
        before, after : int, default 30 and 10
            How many tokens are shown around each.

        Returns
        -------
        pandas.DataFrame
            The columns document, position and step (of the first token), before, span, after, common (how many of the
            units are on), others (how many other units are) and units (which of the units, a tuple); only spans in
            which one at least is on.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded.
        ArgumentError
            If its values are not stored, there is no such level or unit, or no unit is given.

        References
        ----------
        H. Strobelt, S. Gehrmann, H. Pfister and A. M. Rush, "LSTMVis: a tool for visual analysis of hidden state
        dynamics in recurrent neural networks", IEEE Transactions on Visualization and Computer Graphics 24(1), 2018.
        """
        key = self._key(quantity, layer, direction)
        for unit in units:
            self._check_unit(self.recorded[key], unit)
        asked = list(dict.fromkeys(int(unit) for unit in units))
        if not asked:
            raise ArgumentError("A match needs one unit at least.", code="out_of_range", name="units", value=asked)
        for name, value, least in (("length", length, 1), ("n", n, 1), ("before", before, 0), ("after", after, 0)):
            check_whole(name, value, least)
        planes = planes or stored_planes(self.folder, key, (self.recorded[key].units, self.tokens))
        limits = self.thresholds(
            quantity, layer=layer, direction=direction, level=level, threshold=threshold, planes=planes
        )
        if threshold is None:
            bits = planes.words[_level(level)]
        else:
            states = read_states(self.folder, key, (self.recorded[key].units, self.tokens))
            bits = np.stack(
                [packed(in_order(row) > limit) for row, limit in zip(states, in_order(limits), strict=True)]
            )
        spans = _Spans(self, bits, length, around)
        places, common, others, which = spans.best(asked, n)
        return self._span_frame(places, length, before, after, common, others, which)

    def _span_frame(
        self,
        places: Array,
        length: int,
        before: int,
        after: int,
        common: Array,
        others: Array,
        which: list[tuple[int, ...]],
    ) -> pd.DataFrame:
        """The frame of spans."""
        import pandas as pd

        corpus = self.corpus
        document = corpus.document_of(places)
        starts, stops = corpus.borders[document], corpus.borders[document + 1]
        texts = []
        for place, start, stop in zip(places.tolist(), starts.tolist(), stops.tolist(), strict=True):
            low, end = max(start, place - before), place + length
            tokens = corpus.texts(low, min(stop, end + after))
            parts = (tokens[: place - low], tokens[place - low : end - low], tokens[end - low :])
            texts.append([corpus.joined(part) for part in parts])
        columns = {"document": np.asarray(corpus.numbers)[document], "position": places, "step": places - starts}
        columns |= {name: [row[k] for row in texts] for k, name in enumerate(("before", "span", "after"))}
        return pd.DataFrame(columns | {"common": common, "others": others, "units": which})

    @cached_property
    def _document_starts(self) -> Array:
        """A bit at the first token of every document."""
        starts = np.zeros(self.tokens, bool)
        starts[self.corpus.borders[:-1]] = True
        return packed(starts)


def _level(level: float) -> int:
    """Which of the planes."""
    if level not in LEVELS:
        raise ArgumentError(
            f"The level is {level}; it must be one of {', '.join(map(str, LEVELS))}, or give a threshold.",
            code="out_of_range", name="level", value=level, allowed=LEVELS,
        )  # fmt: skip
    return LEVELS.index(level)


class _Spans:
    """Spans of one length, and in which of them units are on."""

    def __init__(self, atlas: SpanMatches, bits: Array, length: int, around: bool) -> None:
        self._tokens, self._bits, self._length, self._around = atlas.tokens, bits, length, around
        starts = atlas._document_starts
        inside = np.ones(self._tokens, bool)  # whether a span is within one document
        lasts = np.asarray(atlas.corpus.borders[1:])
        for k in range(1, min(length, int(np.diff(atlas.corpus.borders).max()) + 1)):
            outside = lasts - k
            inside[outside[outside >= 0]] = False
        if length > self._tokens:
            inside[:] = False
        self._inside = packed(inside)
        self._starts, self._after_end = starts, ahead(starts, length) if around else starts

    def on(self, unit: int) -> Array:
        """A bit at every first token of a span in which a unit is on, packed."""
        bits = np.asarray(self._bits[unit])
        spans, joined = bits & self._inside, 1
        reach = bits
        while joined < self._length:  # of twice the length, as long as that is not too long
            step = min(joined, self._length - joined)
            reach = reach & ahead(reach, step)
            joined += step
        spans &= reach
        if self._around:
            spans &= ~one_before(bits) | self._starts
            spans &= ~ahead(bits, self._length) | self._after_end
        return spans

    def best(self, units: list[int], n: int) -> tuple[Array, Array, Array, list[tuple[int, ...]]]:
        """The best spans: where they begin, how many units and how many others are on, and which units."""
        counts = np.zeros(self._tokens, np.uint16)
        on = {}
        for unit in units:
            on[unit] = self.on(unit)
            counts += unpacked(on[unit], self._tokens)
        totals = np.bincount(counts, minlength=2)
        # Each span that is chosen leaves out fewer than twice its length: more candidates than these cannot be needed.
        enough, least = n * (2 * self._length - 1), len(totals) - 1
        while least > 1 and totals[least:].sum() < enough:
            least -= 1
        places = np.flatnonzero(counts >= max(least, 1))
        others = np.zeros(len(places), np.int64)
        for unit in range(len(self._bits)) if len(places) else ():
            if unit not in on:
                others += bits_at(self.on(unit), places)
        order = np.lexsort((places, others, -counts[places].astype(np.int64)))
        chosen: list[int] = []
        for at in order:
            if len(chosen) == n:
                break
            if all(abs(int(places[at]) - int(places[other])) >= self._length for other in chosen):
                chosen.append(int(at))
        best = places[chosen]
        which = [tuple(unit for unit in units if bits_at(on[unit], best[k : k + 1])[0]) for k in range(len(best))]
        return best, counts[best].astype(np.int64), others[chosen], which
