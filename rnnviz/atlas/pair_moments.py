"""The means, squares and products of units and properties over tokens, which merge into those of more tokens."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import reduce
from typing import Self

import numpy as np

from ..cells.activations import Array

ROUNDING = 2.0**-22  # a unit whose standard deviation is a smaller share of its mean does not change, in float32


@dataclass(frozen=True, eq=False)
class PairMoments:
    """The moments of U units and P properties, each pair over the tokens at which the property is known.

    Deviations are those from the means. So the variance of a count to a million, and of a gate that is open by 0.9999,
    are as precise as others.

    Parameters
    ----------
    count : ndarray of shape (..., P)
        The number of tokens.
    unit_mean : ndarray of shape (..., U, P)
        The mean of each unit.
    property_mean : ndarray of shape (..., P)
        The mean of each property.
    unit_squares : ndarray of shape (..., U, P)
        The sum of the squared deviations of each unit.
    property_squares : ndarray of shape (..., P)
        That of each property.
    products : ndarray of shape (..., U, P)
        The sum of the products of both deviations.
    """

    count: Array
    unit_mean: Array
    property_mean: Array
    unit_squares: Array
    property_squares: Array
    products: Array

    @classmethod
    def empty(cls, *shape: int) -> Self:
        """The moments of no tokens, for a shape (..., U, P)."""
        one, pair = (*shape[:-2], shape[-1]), shape
        return cls(*map(np.zeros, (one, pair, one, pair, one, pair)))

    def __len__(self) -> int:
        return len(self.count)

    def __getitem__(self, index: int) -> Self:
        return type(self)(*(getattr(self, field.name)[index] for field in fields(self)))

    def merged(self, other: Self) -> Self:
        """Compute the moments over the tokens of both.

        Parameters
        ----------
        other : PairMoments
            Those over other tokens, for the same units and properties.

        Returns
        -------
        PairMoments
            Those over all.

        References
        ----------
        .. [1] T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing
           sample variances", COMPSTAT 1982.
        """
        count = self.count + other.count
        share = np.divide(other.count, count, out=np.zeros_like(count), where=count > 0)
        weight = self.count * share
        units_apart = other.unit_mean - self.unit_mean
        properties_apart = other.property_mean - self.property_mean
        return type(self)(
            count,
            self.unit_mean + units_apart * share[..., None, :],
            self.property_mean + properties_apart * share,
            self.unit_squares + other.unit_squares + units_apart**2 * weight[..., None, :],
            self.property_squares + other.property_squares + properties_apart**2 * weight,
            self.products + other.products + units_apart * (properties_apart * weight)[..., None, :],
        )

    def total(self, without: int | None = None) -> Self:
        """Merge along the first axis, all or all but one."""
        parts = [self[k] for k in range(len(self)) if k != without]
        return reduce(type(self).merged, parts)

    @property
    def constant(self) -> Array:
        """Where a unit does not change by more than rounding, (..., U, P)."""
        constant: Array = self.unit_squares <= self.count[..., None, :] * (ROUNDING * self.unit_mean) ** 2
        return constant

    @property
    def scale(self) -> Array:
        """The product of both standard deviations and the number of tokens, (..., U, P); NaN where one is 0."""
        scale = np.sqrt(self.unit_squares * self.property_squares[..., None, :])
        return np.where(self.constant | (scale == 0), np.nan, scale)

    def squared_errors(self, tested: Self) -> Array:
        """Sum up the squared errors of the lines that fit these tokens, over other tokens.

        Parameters
        ----------
        tested : PairMoments
            The moments over the other tokens.

        Returns
        -------
        ndarray of shape (..., U, P)
            For each unit and property, the squared errors of the property as a linear function of the unit, which is
            constant where the unit does not change; NaN where there is nothing to fit.
        """
        squares = np.where(self.constant, np.inf, self.unit_squares)
        slope = np.where(self.count[..., None, :] > 0, self.products / squares, np.nan)
        predicted = self.property_mean[..., None, :] + slope * (tested.unit_mean - self.unit_mean)
        bias = predicted - tested.property_mean[..., None, :]
        spread = tested.property_squares[..., None, :] - 2 * slope * tested.products + slope**2 * tested.unit_squares
        errors: Array = spread + tested.count[..., None, :] * bias**2
        return np.where(tested.count[..., None, :] > 0, errors, 0)
