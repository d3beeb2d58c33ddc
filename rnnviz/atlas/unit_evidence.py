"""Queries for what units have to do with properties of the text, and for what silencing them does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.progress_meter import Tick
from ..errors import ArgumentError, UnknownQuantityError
from ..model import Model
from ..whole_numbers import check_whole
from .corpus_effects import corpus_ablation, next_token_columns
from .evidence import TRACKED, Evidence, evidence_table
from .stored_atlas import StoredAtlas
from .token_sums import TokenSums
from .within_tokens import PropertySums, correlations_within_tokens

if TYPE_CHECKING:
    import pandas as pd

STEPS = 200  # tokens of a document that ablation reads at most


class UnitEvidence(StoredAtlas):
    """Queries for evidence."""

    @property
    def properties(self) -> pd.DataFrame:
        """The properties that units are compared with: name, sentence, and kind, "number" or "yes/no"."""
        import pandas as pd

        return pd.DataFrame(self._facts["properties"], columns=["property", "sentence", "kind"])

    def evidence(
        self,
        quantity: str | None = None,
        *,
        layer: int | None = None,
        direction: str | None = None,
        least: float = TRACKED,
    ) -> pd.DataFrame:
        """Compare units with properties of the text, and tell which ones they track.

        A unit tracks a property if a line predicts the property from the unit, in stretches of the corpus that it was
        not fitted to, with R² of at least `least`, and if their correlation exceeds the control: what any unit of the
        atlas reaches with any property that is shifted against the text, see
        `rnnviz.atlas.evidence.evidence_table`. The control is that of all recorded quantities, whichever are asked for.

        Parameters
        ----------
        quantity : str or None, default None
            One quantity; all if left out.
        layer : int or None, default None
            One layer; all if left out.
        direction : {"forward", "backward"} or None, default None
            One direction; all if left out.
        least : float, default 0.5
            The smallest R² held out of a unit that tracks a property.

        Returns
        -------
        pandas.DataFrame
            A row for each unit and property, the largest absolute correlations first: quantity, layer, direction,
            unit, property, r, r2_held_out, control, r_within_tokens, tracks. Within tokens, r is that of what is left
            of both when the mean at each token is subtracted, with all tokens beyond the 256 most frequent as one: what
            the unit knows of the property beyond the token that it sees. It is NaN where the token alone tells.

        Raises
        ------
        UnknownQuantityError
            If there is no such quantity, layer or direction.
        """
        asked = (quantity, layer, direction)
        chosen = [key for key in self.recorded if all(a is None or a == own for a, own in zip(asked, key, strict=True))]
        if not chosen:
            raise UnknownQuantityError(
                f"The atlas has nothing of {', '.join(str(a) for a in asked if a is not None)}.",
                code="quantity", kind="quantity", name=str(quantity), allowed=self.quantities,
            )  # fmt: skip
        found = {key: self._summaries.find(key, Evidence.name) for key in self.recorded}
        known = {key: evidence for key, evidence in found.items() if isinstance(evidence, Evidence)}
        within = {}
        for key in chosen:
            units, properties = (self._summaries.find(key, kind.name) for kind in (TokenSums, PropertySums))
            if isinstance(units, TokenSums) and isinstance(properties, PropertySums):
                within[key] = correlations_within_tokens(known[key], units, properties)
        return evidence_table(known, self.properties["property"].tolist(), least, chosen, within)

    def ablation(
        self,
        model: Model,
        layer: int = 0,
        direction: str = "forward",
        *,
        documents: int = 50,
        labels: Sequence[str] | None = None,
        tick: Tick | None = None,
    ) -> pd.DataFrame:
        """Silence every unit of a layer in turn, over a sample of the corpus, and average what that changes.

        Parameters
        ----------
        model : Model
            The model of the atlas.
        layer : int, default 0
            The layer, counted from 0.
        direction : {"forward", "backward"}, default "forward"
            The direction of the layer.
        documents : int, default 50
            How many documents are read, evenly spaced; of one that is longer than 200 tokens, the first 200. For a
            model that predicts the next token, they are stretches of at most 200 tokens of the whole corpus.
        labels : sequence of str or None, default None
            The right label of every document of the corpus.
        tick : callable or None, default None
            Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

        Returns
        -------
        pandas.DataFrame
            What `rnnviz.atlas.corpus_ablation` gives: unit, loss, lead and direct with their standard errors, and the
            number of documents.

        Raises
        ------
        ArgumentError
            If the model is not that of the atlas, has no readout, labels are missing or unknown, or `documents` is
            below 1.
        ValueError
            If there is no such layer or direction.
        """
        if not self.is_of(model):
            raise ArgumentError(
                f"The atlas is not one of this {model.name}: its weights, its options or its vocabulary are others.",
                code="other_model", name="model", value=model.name, allowed=self.model,
            )  # fmt: skip
        every = self.corpus.documents + self.corpus.empty
        if labels is not None and len(labels) != every:
            raise ArgumentError(
                f"There are {len(labels)} labels for {every} documents of the corpus.",
                code="labels", name="labels", value=len(labels), allowed=every,
            )  # fmt: skip
        check_whole("documents", documents, 1)
        borders = self.corpus.borders
        lengths = -(-np.diff(borders) // STEPS) if next_token_columns(model) is not None else np.ones(len(borders) - 1)
        ends = np.cumsum(lengths.astype(int))
        chosen = np.unique(np.linspace(0, ends[-1] - 1, documents).round().astype(int))
        of = np.searchsorted(ends, chosen, side="right")
        starts = borders[of] + STEPS * (chosen - (ends - lengths.astype(int))[of])
        texts = [self._content(int(a), int(min(a + STEPS, b))) for a, b in zip(starts, borders[of + 1], strict=True)]
        right = None if labels is None else [labels[number] for number in self.corpus.numbers[of]]
        goes_on = (starts + STEPS < borders[of + 1]).tolist()
        return corpus_ablation(model, texts, layer, direction, labels=right, goes_on=goes_on, tick=tick)

    def _content(self, first: int, last: int) -> Any:
        """What a model reads of a part of a document."""
        if self.corpus.kind == "numbers":
            return np.asarray(self.corpus.tokens[first:last])
        return self.corpus.texts(first, last)
