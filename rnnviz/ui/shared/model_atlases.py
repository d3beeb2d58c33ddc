"""The atlases of a model: what the session has built, what came with the model, and what the server's folders hold."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from ...atlas import Atlas
from ...atlas.bundled import bundled_atlas
from ...atlas.served_atlases import served_atlases
from ...model import Model
from .catalogue import TaskModels
from .long_work import cached
from .session_keys import ATLASES

BUNDLED_ATLAS = "atlas"  # its name in links


class KnownAtlas(NamedTuple):
    """An atlas, and what pickers call it."""

    title: str
    atlas: Atlas


def model_atlases(task: TaskModels, model: Model) -> dict[str, KnownAtlas]:
    """The atlases of a task's model by their name in links: "read-here", "atlas", or "atlas-" and a folder's name.

    Those of another model of the same name, such as this one before it was trained again, are left out.
    """
    own: Atlas | None = st.session_state.setdefault(ATLASES, {}).get(model.name)
    bundled = None if task.own else bundled_atlas(model.name)
    found = {} if own is None else {"read-here": KnownAtlas(own.corpus.name, own)}
    if bundled is not None:
        found[BUNDLED_ATLAS] = KnownAtlas(bundled.corpus.name, bundled)
    for folder, atlas in cached(model.network, ("served atlases",), lambda: served_atlases(model.network)).items():
        found[f"atlas-{folder}"] = KnownAtlas(f"{atlas.corpus.name} ({folder})", atlas)
    return {name: known for name, known in found.items() if _is_of(known.atlas, model)}


def _is_of(atlas: Atlas, model: Model) -> bool:
    key = ("is the atlas of", atlas.fingerprint, atlas.weights, hash(model.vocabulary.tokens))
    return bool(cached(model.network, key, lambda: atlas.is_of(model)))


def keep(model: Model, atlas: Atlas) -> None:
    """Keep an atlas of a model for the session, in place of an earlier one."""
    st.session_state[ATLASES][model.name] = atlas
