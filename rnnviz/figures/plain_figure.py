"""A Plotly figure made of plain data, without Plotly's checks of every property.

Building or changing a `go.Figure` validates each property anew, which takes longer than all the arithmetic of a
keystroke. The figures here consist of constant, tested parts in which only numbers and labels change. `PlainFigure`
gives such data to whatever asks a figure for its JSON.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec

import numpy as np
import plotly.graph_objects as go

Content = dict[str, Any]  # {"data": [...], "layout": {...}}
P = ParamSpec("P")


class PlainFigure(go.Figure):
    """A figure for showing, not for editing: its JSON is its content, with arrays packed as Plotly packs them.

    Parameters
    ----------
    content : dict
        The figure's "data" and "layout" as plain data.
    """

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._content = content

    def described(self, **words: str) -> PlainFigure:
        """Write words into the figure that are not drawn.

        Parameters
        ----------
        **words : str
            The words, by name.

        Returns
        -------
        PlainFigure
            The figure with the words as its layout's "meta".
        """
        return PlainFigure({**self._content, "layout": {**self._content["layout"], "meta": words}})

    def to_dict(self) -> Content:
        """Convert the figure to plain data.

        Returns
        -------
        dict
            The content, with packed arrays.
        """
        data = [{name: pack_array(value) for name, value in trace.items()} for trace in self._content["data"]]
        return {"data": data, "layout": self._content["layout"]}


class figure(Generic[P]):  # noqa: N801 - a decorator
    """Turn a function that returns content into one that returns a `go.Figure`; `.ready(...)` skips the checks.

    Parameters
    ----------
    content : callable
        A function that returns the figure's "data" and "layout" as plain data.
    """

    def __init__(self, content: Callable[P, Content]) -> None:
        self.content = content
        update_wrapper(self, content)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> go.Figure:
        return go.Figure(self.content(*args, **kwargs))

    def ready(self, *args: P.args, **kwargs: P.kwargs) -> PlainFigure:
        """Make the same figure without Plotly's checks, for a page to show at once.

        Parameters
        ----------
        *args, **kwargs
            The arguments of the function.

        Returns
        -------
        PlainFigure
            The figure.
        """
        return PlainFigure(self.content(*args, **kwargs))


def pack_array(value: Any) -> Any:
    """Pack an array as Plotly's typed-array specification, little-endian bytes in base64; pass on other values."""
    if not isinstance(value, np.ndarray):
        return value
    array = np.ascontiguousarray(value)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    kind = "i4" if array.dtype.kind in "iu" else f"f{array.itemsize}"
    shape = {"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {}
    return {"dtype": kind, "bdata": b64encode(array.astype(kind, copy=False).tobytes()).decode(), **shape}
