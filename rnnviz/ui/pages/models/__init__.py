"""The Models page: a checkpoint of your own, the weights of any model, and two models side by side."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ...shared import link_parameters, notices, pickers
from . import comparison_panel, kept_panel, upload_panel, use_panel, weights_panel

__all__ = ["PARTS", "page"]

# By name in the link: the title of a part, and its panel.
PARTS: dict[str, tuple[str, Callable[[], None]]] = {
    "yours": ("Your model", upload_panel.show),
    "inside": ("Weights", weights_panel.show),
    "beside": ("Compare two", comparison_panel.show),
}


def page() -> None:
    """Show everything under the title."""
    titles = {name: title for name, (title, _) in PARTS.items()}
    part = pickers.pick_part("Part", link_parameters.models_part(list(titles)), titles, labels="collapsed")
    messages = st.container()
    if part != "yours":
        use_panel.enter_current()
    _, show = PARTS[part]
    show()
    kept_panel.keep()
    with messages:
        notices.show()
