"""What the units of a layer have to do with properties of the text: correlation, R² held out, and a shifted control.

Everything is computed from sums, in one pass over the corpus; those of its parts merge into those of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

import numpy as np

from ..cells.activations import Array
from .pair_moments import PairMoments
from .property_tokens import FOLDS, SHIFTS, PropertyTokens
from .reading import Block
from .reading_settings import Key
from .summary import Summary, UnitFacts

if TYPE_CHECKING:
    import pandas as pd

TRACKED = 0.5  # R² held out from which a unit is said to track a property: half of its variance


@dataclass
class Evidence(Summary):
    """What U units and P properties have to do with each other, over some tokens.

    Parameters
    ----------
    count, unit_mean, property_mean, unit_squares, property_squares, products : ndarray of shape (K, ...)
        Their moments by fold, K = 5, see `PairMoments`.
    shifted : ndarray of shape (S, U, P)
        The sum of the products of each unit and the deviations of each property, shifted within its shard.
    """

    name = "evidence"
    axes = {
        **dict.fromkeys(("count", "property_mean", "property_squares"), (FOLDS, "P")),
        **dict.fromkeys(("unit_mean", "unit_squares", "products"), (FOLDS, "U", "P")),
        "shifted": (SHIFTS, "U", "P"),
    }

    count: Array
    unit_mean: Array
    property_mean: Array
    unit_squares: Array
    property_squares: Array
    products: Array
    shifted: Array

    @classmethod
    def applies(cls, facts: UnitFacts) -> bool:
        return facts.properties > 0

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        return cls._of_moments(PairMoments.empty(FOLDS, facts.units, facts.properties), np.zeros(()))

    def add(self, block: Block) -> None:
        more = self.measured(block.values, block.columns.properties)
        self.__dict__.update(self.merged(more).arrays)

    @classmethod
    def measured(cls, values: Array, tokens: PropertyTokens) -> Self:
        """Sum up some tokens.

        Parameters
        ----------
        values : ndarray of shape (U, N)
            A quantity of U units at N tokens.
        tokens : PropertyTokens
            The properties of the same tokens.

        Returns
        -------
        Evidence
            Their evidence.
        """
        units, properties = len(values), len(tokens.values)
        moments = PairMoments.empty(FOLDS, units, properties)
        products = np.zeros((SHIFTS, units, properties))
        for rows, known in tokens.known_together:
            for fold in range(FOLDS):
                at = tokens.folds == fold
                _fill(moments[fold], rows, values, tokens.values, np.flatnonzero(at if known is None else at & known))
            shifted, x = tokens.shifted, values
            if known is not None:
                shifted, x = shifted[:, rows][:, :, known], values[:, known]
            sums = x.astype(np.float32, copy=False) @ shifted.reshape(SHIFTS * len(rows), -1).T
            products[:, :, rows] = sums.reshape(units, SHIFTS, len(rows)).swapaxes(0, 1)
        return cls._of_moments(moments, products)

    def merged(self, other: Self) -> Self:
        return self._of_moments(self.moments.merged(other.moments), self.shifted + other.shifted)

    @classmethod
    def _of_moments(cls, moments: PairMoments, shifted: Array) -> Self:
        return cls(**vars(moments), shifted=np.broadcast_to(shifted, (SHIFTS, *moments.products.shape[1:])))

    @property
    def moments(self) -> PairMoments:
        """The moments by fold."""
        return PairMoments(*(getattr(self, field.name) for field in fields(PairMoments)))

    @property
    def correlations(self) -> Array:
        """Pearson's r of each unit and property, (U, P); NaN where one of the two never changes."""
        whole = self.moments.total()
        return np.clip(whole.products / whole.scale, -1, 1)

    @property
    def shifted_correlations(self) -> Array:
        """The same for the shifted properties, (S, U, P)."""
        return np.clip(self.shifted / self.moments.total().scale, -1, 1)

    @property
    def shares_held_out(self) -> Array:
        """R² of each property as a linear function of each unit, (U, P).

        Each fold is predicted by the lines that fit the others. Over all tokens, R² is 1 less the sum of the squared
        errors, divided by the sum of the squared deviations of the property from its mean. It is at most 1, and below 0
        where lines that fit elsewhere are worse than that mean; NaN where all tokens are in one fold, or one of the two
        never changes.
        """
        whole = self.moments.total()
        errors = sum(self.moments.total(without=k).squared_errors(self.moments[k]) for k in range(FOLDS))
        squares = np.where(whole.property_squares > 0, whole.property_squares, np.nan)
        return np.where(np.isnan(whole.scale), np.nan, 1 - errors / squares)


def _fill(moments: PairMoments, rows: Array, values: Array, properties: Array, at: Array) -> None:
    """Fill in the moments of some tokens, for properties that are all known there."""
    if not len(at):
        return
    x, y = values[:, at].astype(np.float64), properties[np.ix_(rows, at)]
    moments.unit_mean[:, rows] = x.mean(1, keepdims=True)
    moments.property_mean[rows] = y.mean(1)
    x -= x.mean(1, keepdims=True)
    y -= y.mean(1, keepdims=True)
    moments.count[rows] = len(at)
    moments.unit_squares[:, rows] = np.einsum("un,un->u", x, x)[:, None]
    moments.property_squares[rows] = np.einsum("pn,pn->p", y, y)
    moments.products[:, rows] = x @ y.T


def evidence_table(
    evidence: Mapping[Key, Evidence],
    properties: Sequence[str],
    least: float = TRACKED,
    listed: Iterable[Key] | None = None,
    within: Mapping[Key, Array] | None = None,
) -> pd.DataFrame:
    """Tabulate which units track which properties.

    A unit is said to track a property if a line predicts the property from the unit in stretches of the corpus that the
    line was not fitted to, with R² of at least `least`, and if their correlation exceeds what chance reaches. Chance is
    measured by shifting the properties against the text, see `shifted_properties`. Among many units and properties some
    will agree by chance, so the most extreme of all is what counts [1]_: of each shift, the largest absolute
    correlation of any unit with any property, each property in terms of the root mean square of its own shifted
    correlations. The control of a property is the largest of these over 19 shifts. If no unit tracked anything, some
    unit would exceed its control once in 20 such tables.

    Parameters
    ----------
    evidence : mapping of (str, int, str) to Evidence
        By quantity, layer and direction, the evidence over one corpus; all of their units make the control.
    properties : sequence of str
        The names of the properties.
    least : float, default 0.5
        The smallest R² held out of a unit that tracks a property.
    listed : iterable of (str, int, str), optional
        The keys that are tabulated; all if left out.
    within : mapping of (str, int, str) to ndarray of shape (U, P), optional
        The correlations within tokens, see `correlations_within_tokens`.

    Returns
    -------
    DataFrame
        A row for each unit and property, the largest absolute correlations first:

        - ``quantity``, ``layer``, ``direction``, ``unit``: the unit, counted from 0.
        - ``property``: the name of the property.
        - ``r``: Pearson's correlation over all tokens at which the property is known.
        - ``r2_held_out``: R² in stretches of the corpus that were not fitted.
        - ``control``: what the absolute value of r must exceed.
        - ``r_within_tokens``: r of what is left of both when the mean at each token is subtracted: what the unit knows
          of the property beyond the token that it sees. NaN where the token alone tells the property.
        - ``tracks``: whether the unit tracks the property.

    References
    ----------
    .. [1] P. H. Westfall and S. S. Young, "Resampling-based multiple testing", Wiley 1993.
    """
    import pandas as pd

    names = ["quantity", "layer", "direction", "unit", "property", "r", "r2_held_out", "control"]
    names += ["r_within_tokens", "tracks"]
    if not evidence or not properties:
        return pd.DataFrame(columns=names)
    controls = control_correlations(list(evidence.values()))
    tables = []
    for key in evidence if listed is None else listed:
        r, shares = evidence[key].correlations, evidence[key].shares_held_out
        units, kinds = (part.reshape(-1) for part in np.indices(r.shape))
        with np.errstate(invalid="ignore"):
            tracks = (shares >= least) & (np.abs(r) > controls)
        columns = [*([part] * r.size for part in key), units, np.array(properties, object)[kinds]]
        columns += [r.reshape(-1), shares.reshape(-1), controls[kinds]]
        columns += [(within or {}).get(key, np.full(r.shape, np.nan)).reshape(-1), tracks.reshape(-1)]
        tables.append(pd.DataFrame(dict(zip(names, columns, strict=True))))
    table = pd.concat(tables, ignore_index=True)
    return table.sort_values("r", key=lambda r: -r.abs(), kind="stable", ignore_index=True)


def control_correlations(evidence: Sequence[Evidence]) -> Array:
    """Find what correlations reach by chance, over all units of several quantities, see `evidence_table`.

    Parameters
    ----------
    evidence : sequence of Evidence
        The evidence of quantities of one corpus, for the same P properties.

    Returns
    -------
    ndarray of shape (P,)
        The absolute correlation that chance does not exceed.
    """
    shifted = np.concatenate([one.shifted_correlations for one in evidence], axis=1)  # (S, U, P)
    known = np.maximum((~np.isnan(shifted)).sum((0, 1)), 1)
    size = np.sqrt(np.nansum(shifted**2, axis=(0, 1)) / known)
    in_sizes = np.abs(shifted) / np.where(size > 0, size, np.inf)
    return np.minimum(size * np.nan_to_num(in_sizes).max(), 1)
