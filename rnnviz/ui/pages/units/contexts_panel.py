"""Where in the corpus a unit is largest, smallest and in between, with the text around."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ....atlas import Atlas
from ....atlas.context_values import UnitContext, context_values
from ....colours import scale_limits
from ...shared.long_work import cached
from .coloured_contexts import contexts_html, legend_html
from .unit_choice import UnitChoice

SHOWN, OF = 8, 20  # contexts at each end, and those of the atlas from which they are chosen
ALIKE = {"characters": 3, "others": 2}  # tokens at the end of two contexts that are alike if these are the same
GROUPS, IN_GROUP = 10, 2  # tenths of the sample, and contexts of each
AROUND = {"characters": {"before": 48, "after": 16}, "others": {"before": 16, "after": 6}}


def show(choice: UnitChoice) -> None:
    """Show the contexts, and what their colours mean."""
    quantity, kind = choice.quantity, choice.atlas.corpus.kind
    values = choice.atlas.sample(quantity.name, **choice.place)
    limit = scale_limits(quantity, values[choice.unit])[1]
    row = choice.row
    rarer = "Smallest" if row["mean"] - row["low"] > row["high"] - row["mean"] else "Largest"
    parts = st.tabs(["Largest", "Smallest", "In between"], default=rarer, key=f"contexts-{rarer}")
    for part, contexts in zip(parts, _contexts(choice).values(), strict=True):
        with part:
            if part is parts[-1]:
                st.caption(f"{IN_GROUP} from each tenth of a random sample of the corpus, the highest tenth first.")
            st.html(contexts_html(contexts, quantity, limit, kind != "characters"))
    st.html(legend_html(quantity, limit, {"characters": "character", "words": "word"}.get(kind, choice.words.token)))


def _contexts(choice: UnitChoice) -> dict[str, Sequence[UnitContext]]:
    """The contexts by the title of their tab, read again once for each unit."""
    name, unit, atlas = choice.quantity.name, choice.unit, choice.atlas
    kind = "characters" if atlas.corpus.kind == "characters" else "others"

    def work() -> dict[str, Sequence[UnitContext]]:
        found = {
            "largest": varied(atlas, atlas.top(name, unit, OF, **choice.place), SHOWN, ALIKE[kind]),
            "smallest": varied(atlas, atlas.bottom(name, unit, OF, **choice.place), SHOWN, ALIKE[kind]),
            "between": atlas.groups(name, unit, IN_GROUP, groups=GROUPS, **choice.place).iloc[::-1],
        }
        positions = np.concatenate([frame["position"].to_numpy() for frame in found.values()])
        read = iter(context_values(atlas, choice.model.network, name, unit, positions, **choice.place, **AROUND[kind]))
        return {title: [next(read) for _ in range(len(frame))] for title, frame in found.items()}

    key = ("unit contexts", atlas.fingerprint, name, unit, choice.layer, choice.direction)
    return cached(choice.model.network, key, work)


def varied(atlas: Atlas, contexts: pd.DataFrame, count: int, length: int) -> pd.DataFrame:
    """Choose so many contexts, in their order: those that end with other tokens than any before, then the first.

    length: how many tokens at the end are compared.
    """
    if atlas.corpus.kind == "numbers":
        return contexts.head(count)
    starts = contexts["position"] - np.minimum(contexts["step"], length - 1)
    stops = contexts["position"] + 1
    ends = [tuple(atlas.corpus.texts(start, stop)) for start, stop in zip(starts, stops, strict=True)]
    repeats = pd.Series(ends, contexts.index, dtype=object).duplicated()
    chosen = [*contexts.index[~repeats], *contexts.index[repeats]][:count]
    return contexts.loc[sorted(chosen)]
