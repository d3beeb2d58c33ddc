"""A figure that is filled with plain data, past Plotly's checks of every property.

Building or changing a `go.Figure` validates each property anew, which costs more than all
the arithmetic of a keystroke. The figures here are made of constant, tested parts; only
numbers and labels change. `Ready` hands such data to whoever asks a figure for its JSON.
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


class Ready(go.Figure):
    """A figure for showing, not for editing: its JSON is `content`, arrays packed as Plotly packs them."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._content = content

    def to_dict(self) -> Content:
        data = [{name: packed(value) for name, value in trace.items()} for trace in self._content["data"]]
        return {"data": data, "layout": self._content["layout"]}


class figure(Generic[P]):  # noqa: N801 - a decorator
    """A function that puts together content: called, it gives a `go.Figure`; `.ready(...)` gives it without checks."""

    def __init__(self, content: Callable[P, Content]) -> None:
        self.content = content
        update_wrapper(self, content)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> go.Figure:
        return go.Figure(self.content(*args, **kwargs))

    def ready(self, *args: P.args, **kwargs: P.kwargs) -> Ready:
        """The same figure, for a page to show at once."""
        return Ready(self.content(*args, **kwargs))


def packed(value: Any) -> Any:
    """A NumPy array as Plotly's typed-array specification (little-endian bytes in base64); all else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    array = np.ascontiguousarray(value)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    kind = "i4" if array.dtype.kind in "iu" else f"f{array.itemsize}"
    shape = {"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {}
    return {"dtype": kind, "bdata": b64encode(array.astype(kind, copy=False).tobytes()).decode(), **shape}
