"""A model: a network with its vocabulary, the labels of its readout, and its card. Text in, trace out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .cells import Definition
from .interventions import Intervention, apply_interventions
from .network import Network, States, softmax
from .text.tokens import Vocabulary
from .trace import Trace


@dataclass(frozen=True)
class Model:
    """A named network that reads text.

    labels: what the C columns of the readout mean. card: where the model comes from (task,
    data, licence, training, held-out scores), as plain JSON data; empty if nobody wrote one. longest: steps that it
    reads at most, None for as many as there are.

    Raises ValueError if the vocabulary or the labels do not fit the network.
    """

    name: str
    network: Network
    vocabulary: Vocabulary
    labels: list[str]
    card: dict[str, Any] = field(default_factory=dict)
    max_steps: int | None = None

    def __post_init__(self) -> None:
        table, readout = self.network.embedding, self.network.readout_weight
        rows = 0 if table is None else len(table)
        if len(self.vocabulary) != rows:
            raise ValueError(f"the vocabulary has {len(self.vocabulary)} tokens, but embedding.weight has {rows} rows")
        if table is None and self.vocabulary.vector_size != self.network.input_size:
            raise ValueError(
                f"the vocabulary makes steps of {self.vocabulary.vector_size} numbers, "
                f"but the first layer expects {self.network.input_size}"
            )
        classes = 0 if readout is None else len(readout)
        if len(self.labels) != classes:
            raise ValueError(f"there are {len(self.labels)} labels, but readout.weight has {classes} rows")

    @property
    def definition(self) -> Definition:
        """What the network's cell says of itself."""
        return self.network.layers[0][0].definition

    def with_options(self, **options: str) -> Model:
        """This model with its cells under other options (see `Cell.with_options`).

        Name and card stay: they tell of the model as it was trained.
        """
        return replace(self, network=self.network.with_options(**options))

    def trace(
        self,
        text: str | Sequence[Any] | np.ndarray,
        *,
        initial: States | None = None,
        limit: int | None = None,
        interventions: Iterable[Intervention] = (),
    ) -> Trace:
        """Run over a text, a list of tokens, or numbers, and record everything.

        initial: states by layer and direction to start from (zeros if left out).
        limit: read at most so many tokens; the trace's `truncated` says whether there were more.
        interventions: what is held, silenced, swapped or removed; everything after is computed from it.
        Raises ValueError, in one sentence for a person, if there is nothing to read or an intervention makes no sense.
        """
        listed = tuple(interventions)
        most = min((n for n in (limit, self.max_steps) if n is not None), default=None)
        encoding = self.vocabulary.encode(text, most)
        encoding, edits = apply_interventions(encoding, listed, self.vocabulary, self.network)
        inputs = encoding.inputs
        run = self.network.forward(
            inputs if self.network.embedding is not None else inputs.astype(self.network.dtype), initial, edits=edits
        )
        values, start = {}, {}
        for layer, records in enumerate(run.records):
            for direction, record in zip(self.network.directions_by_layer[layer], records, strict=True):
                along = slice(None) if direction == "forward" else slice(None, None, -1)
                for name in self.definition.by_name:
                    values[name, layer, direction] = record[name][along]
                for name, state in record.initial.items():
                    start[name, layer, direction] = state
        return Trace(
            model=self.name,
            cell=self.network.cell_name,
            options=self.network.layers[0][0].options,
            tokens=encoding.tokens,
            unknown=encoding.unknown,
            values=values,
            initial=start,
            probabilities=None if run.logits is None else softmax(run.logits),
            labels=list(self.labels),
            truncated=encoding.truncated,
            network=self.network,
            interventions=listed,
        )
