"""Numbers about units over the whole corpus: moments, histograms, saturation, correlations, means per token."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..analysis.dynamics.state_components import Components, principal_components
from ..whole_numbers import check_whole
from .covariance import Covariance
from .extremes import Extremes
from .moments import Moments
from .sampled_values import SampledValues
from .saturation import Saturation
from .stored_atlas import StoredAtlas
from .summary import Array
from .token_sums import TokenSums
from .value_histogram import ValueHistogram

if TYPE_CHECKING:
    import pandas as pd

HIDDEN = "hidden"


class UnitStatistics(StoredAtlas):
    """Queries for numbers."""

    def units(self, quantity: str = HIDDEN, *, layer: int = 0, direction: str | None = None) -> pd.DataFrame:
        """Describe all units of a layer by the values of one quantity.

        Parameters
        ----------
        quantity : str, default "hidden"
            The quantity.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.

        Returns
        -------
        pandas.DataFrame
            A row for each unit: unit, mean, deviation, low and high (its smallest and largest value), and for a bounded
            quantity below and above, see `saturation`.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded.
        """
        import pandas as pd

        moments = self._find(Moments, quantity, layer, direction)
        extremes = self._find(Extremes, quantity, layer, direction)
        columns = {
            "unit": np.arange(len(moments.means)),
            "mean": moments.means,
            "deviation": moments.deviations,
            "low": extremes.bottom[:, 0],
            "high": extremes.top[:, 0],
        }
        if self._summaries.find(self._key(quantity, layer, direction), Saturation.name) is not None:
            saturation = self._find(Saturation, quantity, layer, direction)
            columns |= {"below": saturation.below / saturation.count, "above": saturation.above / saturation.count}
        return pd.DataFrame(columns)

    def histogram(self, quantity: str, unit: int, *, layer: int = 0, direction: str | None = None) -> pd.DataFrame:
        """Count the values of a unit in fixed bins.

        Parameters
        ----------
        quantity : str
            The quantity.
        unit : int
            The unit.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.

        Returns
        -------
        pandas.DataFrame
            The columns low, high and count, a row for each of 64 bins, which are half open: a value at the border of
            two is in the upper one. For a quantity without bounds, they are even in asinh of the value, and the
            outermost two reach to infinity.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded.
        ArgumentError
            If there is no such unit.
        """
        import pandas as pd

        found = self._find(ValueHistogram, quantity, layer, direction, unit)
        edges = found.edges.copy()
        facts = self.recorded_quantity(quantity, layer, direction)
        if not np.isfinite([facts.low, facts.high]).all():
            edges[[0, -1]] = -np.inf, np.inf
        return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "count": found.counts[unit]})

    def saturation(self, quantity: str, *, layer: int = 0, direction: str | None = None) -> pd.DataFrame:
        """Tell how often each unit is near its bounds.

        Parameters
        ----------
        quantity : str
            A quantity with bounds.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.

        Returns
        -------
        pandas.DataFrame
            The columns unit, below and above: the shares of tokens at which a gate is below 0.1 and above 0.9, or a
            state between −1 and 1 below −0.9 and above 0.9.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded, or has no bounds.

        References
        ----------
        A. Karpathy, J. Johnson and L. Fei-Fei, "Visualizing and understanding recurrent networks", ICLR workshop 2016.
        """
        import pandas as pd

        found = self._find(Saturation, quantity, layer, direction)
        return pd.DataFrame(
            {
                "unit": np.arange(len(found.below)),
                "below": found.below / found.count,
                "above": found.above / found.count,
            }
        )

    def means_by_token(self, quantity: str, unit: int, *, layer: int = 0, direction: str | None = None) -> pd.DataFrame:
        """Compare the means of a unit at the tokens of the vocabulary.

        Parameters
        ----------
        quantity : str
            The quantity.
        unit : int
            The unit.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.

        Returns
        -------
        pandas.DataFrame
            The columns token, count and mean, the highest mean first, for the 256 commonest tokens as the network reads
            them.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded, or the model reads numbers.
        ArgumentError
            If there is no such unit.
        """
        import pandas as pd

        sums = self._find(TokenSums, quantity, layer, direction, unit).sums[unit, :-1]
        rows = np.array(self._facts["listed"], int)
        frame = pd.DataFrame(
            {
                "token": [self.corpus.spellings[row] for row in rows],
                "count": self._row_counts[rows],
                "mean": sums / self._row_counts[rows],
            }
        )
        return frame.sort_values("mean", ascending=False, kind="stable", ignore_index=True)

    def correlations(self, quantity: str = HIDDEN, *, layer: int = 0, direction: str | None = None) -> Array:
        """Compute the correlations of all pairs of units of a layer.

        Parameters
        ----------
        quantity : str, default "hidden"
            A state.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.

        Returns
        -------
        ndarray of float64 of shape (U, U)
            From −1 to 1; NaN for a unit that never changes.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded, or is no state.
        """
        products = self._find(Covariance, quantity, layer, direction).products
        squares = np.diag(products)
        roots = np.sqrt(np.where(squares > 0, squares, np.nan))
        return np.clip(products / np.outer(roots, roots), -1, 1)

    def correlated(
        self, unit: int, n: int = 10, *, quantity: str = HIDDEN, layer: int = 0, direction: str | None = None
    ) -> pd.DataFrame:
        """List the units whose values vary most with those of a unit, or against them.

        Parameters
        ----------
        unit : int
            The unit.
        n : int, default 10
            How many.
        quantity : str, default "hidden"
            A state.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.

        Returns
        -------
        pandas.DataFrame
            The columns unit and correlation, the strongest first.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded, or is no state.
        ArgumentError
            If there is no such unit.
        """
        import pandas as pd

        self._check_unit(self.recorded_quantity(quantity, layer, direction), unit)
        check_whole("n", n)
        row = self.correlations(quantity, layer=layer, direction=direction)[unit]
        others = np.flatnonzero(np.isfinite(row) & (np.arange(len(row)) != unit))
        order = others[np.argsort(-np.abs(row[others]), kind="stable")][:n]
        return pd.DataFrame({"unit": order, "correlation": row[order]})

    def components(self, quantity: str = HIDDEN, *, layer: int = 0, direction: str | None = None) -> Components:
        """Find the principal components of the states of a layer.

        Parameters
        ----------
        quantity : str, default "hidden"
            A state.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.

        Returns
        -------
        Components
            The mean state, and the directions along which states vary, with their variances.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded, or is no state.
        """
        found = self._find(Covariance, quantity, layer, direction)
        count = int(found.count)
        return principal_components(found.means, found.products / max(count - 1, 1), count)

    def sample(self, quantity: str = HIDDEN, *, layer: int = 0, direction: str | None = None) -> Array:
        """Look up the values of all units at the positions of the sample.

        Parameters
        ----------
        quantity : str, default "hidden"
            The quantity.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.

        Returns
        -------
        ndarray of float32 of shape (U, S)
            The values; their positions are `sample_positions`, the same for all quantities.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded.
        """
        return self._find(SampledValues, quantity, layer, direction).values

    @cached_property
    def sample_positions(self) -> Array:
        """The S positions of the sample, ascending; every position of the corpus was as likely to be among them."""
        name, layer, direction = next(iter(self.recorded))
        return self._find(SampledValues, name, layer, direction).positions

    @cached_property
    def _row_counts(self) -> Array:
        counts = np.zeros(int(self.corpus.rows.max(initial=-1)) + 1, np.int64)
        np.add.at(counts, self.corpus.rows, self.corpus.counts)
        return counts
