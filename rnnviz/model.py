"""A model: a network with its vocabulary, the labels of its readout, and its card. Text in, trace out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .cells import Definition
from .interventions import Intervention, intervened
from .layouts import Stack, build, keras_stacks, one_of, torch_stacks
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
    longest: int | None = None

    def __post_init__(self) -> None:
        table, readout = self.network.embedding, self.network.readout_weight
        rows = 0 if table is None else len(table)
        if len(self.vocabulary) != rows:
            raise ValueError(f"the vocabulary has {len(self.vocabulary)} tokens, but embedding.weight has {rows} rows")
        if table is None and self.vocabulary.width != self.network.input_size:
            raise ValueError(
                f"the vocabulary makes steps of {self.vocabulary.width} numbers, "
                f"but the first layer expects {self.network.input_size}"
            )
        classes = 0 if readout is None else len(readout)
        if len(self.labels) != classes:
            raise ValueError(f"there are {len(self.labels)} labels, but readout.weight has {classes} rows")

    @classmethod
    def from_stack(
        cls,
        stack: Stack,
        taken: Mapping[str, str] | None = None,
        *,
        name: str | None = None,
        vocabulary: Vocabulary | None = None,
        labels: Sequence[str] | None = None,
    ) -> Model:
        """A model of recurrent layers that come from elsewhere. taken: see `layouts.build`.

        vocabulary: of the embedding; if left out, tokens are typed as the numbers of its rows, "12 5 7". Without an
        embedding vectors of numbers are read. labels: of the readout's outputs; if left out the vocabulary's tokens,
        where there are as many of them, else the outputs' numbers.
        Raises ValueError, in one sentence, for what does not fit together.
        """
        built = build(stack, taken)
        network = built.network
        rows = None if network.embedding is None else len(network.embedding)
        if rows is None:
            vocabulary = Vocabulary("numbers", width=network.input_size)
        elif vocabulary is None:
            vocabulary = Vocabulary("pieces", tuple(map(str, range(rows))))
        elif len(vocabulary) != rows:
            raise ValueError(
                f"The vocabulary has {len(vocabulary):,} tokens, but the embedding {built.values['embedding']} has "
                f"{rows:,} rows: it needs one token for each, in the order of the rows."
            )
        classes = 0 if network.readout_weight is None else len(network.readout_weight)
        if labels is None:
            alike = vocabulary.tokens if len(vocabulary) == classes else ()
            labels = [*alike] or [str(k) for k in range(classes)]
        said = (fact for fact in built.facts if not fact.follows and fact.value != "none" and fact.name != "initial")
        card = {"understood": {fact.title: fact.words() for fact in said}}
        return cls(name or stack.name, network, vocabulary, list(labels), card, stack.longest)

    @classmethod
    def from_torch(cls, module: Any, *, stack: str | None = None, **given: Any) -> Model:
        """A model of the recurrent layers of a torch.nn.Module, for a notebook; the weights are copied.

        stack: which of them, if there are several: "encoder.rnn". given: facts by name that are to be taken otherwise,
        and name, vocabulary, labels as of `from_stack`. Torch is not imported.
        Raises TypeError if it is no module, ValueError if it holds no layer that can be run here, or several and stack
        names none of them.
        """
        return cls._from_live(torch_stacks(module), stack, given)

    @classmethod
    def from_keras(cls, layer: Any, *, stack: str | None = None, **given: Any) -> Model:
        """A model of a Keras layer, or of the recurrent layers of a Keras model; all else as of `from_torch`."""
        return cls._from_live(keras_stacks(layer), stack, given)

    @classmethod
    def _from_live(cls, stacks: Sequence[Stack], stack: str | None, given: dict[str, Any]) -> Model:
        ours = {key: given.pop(key) for key in ("name", "vocabulary", "labels") if key in given}
        return cls.from_stack(one_of(stacks, stack), given, **ours)

    @property
    def definition(self) -> Definition:
        """What the network's cell says of itself."""
        return self.network.layers[0][0].definition

    def converted(self, **options: str) -> Model:
        """This model with its cells under other options (see `Cell.converted`).

        Name and card stay: they tell of the model as it was trained.
        """
        return replace(self, network=self.network.converted(**options))

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
        limit: read at most so many tokens; the trace's `cut` says whether there were more.
        interventions: what is held, silenced, swapped or removed; everything after is computed from it.
        Raises ValueError, in one sentence for a person, if there is nothing to read or an intervention makes no sense.
        """
        listed = tuple(interventions)
        most = min((n for n in (limit, self.longest) if n is not None), default=None)
        reading = self.vocabulary.read(text, most)
        reading, edits = intervened(reading, listed, self.vocabulary, self.network)
        inputs = reading.inputs
        run = self.network.forward(
            inputs if self.network.embedding is not None else inputs.astype(self.network.dtype), initial, edits=edits
        )
        values, start = {}, {}
        for layer, records in enumerate(run.records):
            for direction, record in zip(self.network.ways[layer], records, strict=True):
                along = slice(None) if direction == "forward" else slice(None, None, -1)
                for name in self.definition.by_name:
                    values[name, layer, direction] = record[name][along]
                for name, state in record.initial.items():
                    start[name, layer, direction] = state
        return Trace(
            model=self.name,
            cell=self.network.cell_name,
            options=self.network.layers[0][0].options,
            tokens=reading.tokens,
            unknown=reading.unknown,
            values=values,
            initial=start,
            probabilities=None if run.logits is None else softmax(run.logits),
            labels=list(self.labels),
            cut=reading.cut,
            network=self.network,
            interventions=listed,
        )
