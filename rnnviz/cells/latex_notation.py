"""How the quantities of a cell are written in LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .activations import LINEAR, Activation


@dataclass(frozen=True)
class LatexNotation:
    """The symbols of a cell in LaTeX.

    Parameters
    ----------
    symbols : mapping of str to str
        By the name of the quantity.
    colours : mapping of str to str, default {}
        Colours by the name of the quantity; other symbols have none.
    """

    symbols: Mapping[str, str]
    colours: Mapping[str, str] = field(default_factory=dict)

    def quantity(self, name: str) -> str:
        """Write a quantity in an equation.

        Parameters
        ----------
        name : str
            The name of the quantity.

        Returns
        -------
        str
            Its symbol, in its colour if it has one.
        """
        colour = self.colours.get(name)
        return rf"\textcolor{{{colour}}}{{{self.symbols[name]}}}" if colour else self.symbols[name]

    def subscript(self, name: str) -> str:
        """Write a quantity in the subscript of the weights that compute it.

        Parameters
        ----------
        name : str
            The name of the quantity.

        Returns
        -------
        str
            Its symbol.
        """
        return self.symbols[name]

    def function(self, chosen: Activation) -> str:
        """Write an activation.

        Parameters
        ----------
        chosen : Activation
            The activation.

        Returns
        -------
        str
            Its symbol; empty for a linear one, which is not written.
        """
        return "" if chosen == LINEAR else chosen.latex_symbol
