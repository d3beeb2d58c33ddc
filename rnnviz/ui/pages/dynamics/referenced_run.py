"""A text as one model reads it, and the texts among whose states it is seen."""

from __future__ import annotations

from dataclasses import dataclass

from ....model import Model
from ...shared.text_run import TextRun
from .reference_texts import ReferenceTexts


@dataclass(frozen=True)
class ReferencedRun(TextRun):
    """A `TextRun`, with the texts that tell what the states of its task's models are usually like."""

    reference: ReferenceTexts

    def referenced_models(self) -> dict[str, Model]:
        """The task's models for which there are such texts, by cell."""
        models = self.models_by_cell()
        return {cell: model for cell, model in models.items() if self.reference.offers(model, *self.location)}
