"""A text prepared for a run: encoded once, with its interventions checked and applied once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..errors import InterventionError
from ..network import Edits, Network
from ..text.tokens import Encoding, Vocabulary
from .checked_interventions import CheckedInterventions, no_step
from .intervention_kinds import Intervention, ValueIntervention


@dataclass(frozen=True)
class PreparedText:
    """A text that a network is ready to read, made by `Model.prepare`.

    Parameters
    ----------
    typed : Encoding
        The text as it was typed, before interventions.
    encoding : Encoding
        What the network reads: the text with its tokens swapped and removed.
    edits : mapping of (int, str) to sequence of Edit
        What interventions put in place of the cells' own values, by layer and direction.
    interventions : tuple of Intervention
        Those that are applied.
    rejected : tuple of InterventionError, default ()
        Why the others were left out; the field `intervention` of each error names the intervention.
    """

    typed: Encoding
    encoding: Encoding
    edits: Edits
    interventions: tuple[Intervention, ...] = ()
    rejected: tuple[InterventionError, ...] = ()

    @property
    def tokens(self) -> list[str]:
        """The T tokens that the network reads."""
        return self.encoding.tokens

    @property
    def unchanged(self) -> PreparedText:
        """The same text without interventions."""
        return PreparedText(self.typed, self.typed, {})

    @property
    def inputs(self) -> np.ndarray:
        """The ids (T,) or vectors (T, D) that the network reads."""
        return self.encoding.inputs


def prepare_text(
    typed: Encoding,
    interventions: Iterable[Intervention],
    vocabulary: Vocabulary,
    network: Network,
    *,
    skip_invalid: bool = False,
) -> PreparedText:
    """Apply interventions to an encoded text.

    Parameters
    ----------
    typed : Encoding
        The text as it was typed.
    interventions : iterable of Intervention
        What to change.
    vocabulary : Vocabulary
        What encoded the text.
    network : Network
        What will read it.
    skip_invalid : bool, default False
        Leave out interventions that do not fit the network, the text, or those before them, in place of raising.

    Returns
    -------
    PreparedText
        What `Model.run` takes.

    Raises
    ------
    InterventionError
        If an intervention does not fit and `skip_invalid` is False.
    """
    checked = CheckedInterventions(typed, vocabulary, network)
    accepted, rejected = [], []
    for intervention in interventions:
        try:
            checked.add(intervention)
        except InterventionError as error:
            if not skip_invalid:
                raise
            rejected.append(error)
        else:
            accepted.append(intervention)
    encoding, edits = checked.apply()
    return PreparedText(typed, encoding, edits, tuple(accepted), tuple(rejected))


def prepare_nothing(interventions: Iterable[Intervention], vocabulary: Vocabulary, network: Network) -> PreparedText:
    """Check interventions for what is read later, where there is no text yet.

    Parameters
    ----------
    interventions : iterable of Intervention
        What to change at every step to come.
    vocabulary : Vocabulary
        What encodes texts.
    network : Network
        What will read.

    Returns
    -------
    PreparedText
        A text of no tokens.

    Raises
    ------
    InterventionError
        If an intervention names a step, which does not exist, or does not fit the network or those before it.
    """
    chosen = tuple(interventions)
    for each in chosen:
        if not isinstance(each, ValueIntervention) or each.steps is not None:
            raise no_step(each)
    any_step = Encoding([""], np.zeros(1, int), np.zeros(1, bool), truncated=False)
    checked = CheckedInterventions(any_step, vocabulary, network)
    for each in chosen:
        checked.add(each)
    nothing = Encoding([], any_step.inputs[:0], any_step.unknown[:0], truncated=False)
    return PreparedText(nothing, nothing, {}, tuple(checked.accepted))
