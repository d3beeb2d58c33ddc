"""A model: a network with its vocabulary, the labels of its readout, and its card. Text in, trace out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from .cells import Definition
from .errors import ArrayError, InputError
from .generation import Generation, generation
from .interventions import Intervention, PreparedText, prepare_nothing, prepare_text
from .network import Head, Network, States, reverse_if_backward
from .representations import html_of
from .text.tokens import Vocabulary
from .trace import Trace


@dataclass(frozen=True)
class Model:
    """A named network that reads text.

    Parameters
    ----------
    name : str
        What traces and pages call it.
    network : Network
        The embedding, recurrent layers and readout.
    vocabulary : Vocabulary
        The V tokens of the embedding's rows; of kind "numbers" for a network without an embedding.
    labels : list of str
        The meanings of the readout's C outputs; empty without a readout.
    card : dict, optional
        Where the model comes from, as plain JSON data: task, data, licence, training, held-out scores.
    max_steps : int or None, default None
        The most steps that the model reads; None for no limit.

    Raises
    ------
    ArrayError
        If vocabulary or labels do not fit the network's arrays.

    Examples
    --------
    >>> import rnnviz
    >>> model = rnnviz.load("names-lstm")
    >>> model.trace("Ada")["forget"].shape
    (4, 64)
    """

    name: str
    network: Network
    vocabulary: Vocabulary
    labels: list[str]
    card: dict[str, Any] = field(default_factory=dict)
    max_steps: int | None = None

    def __repr__(self) -> str:
        return f"<Model {self.name}: {self.title}, {self.network.hidden_size} units>"

    def _repr_html_(self) -> str | None:
        """What a notebook shows."""
        return html_of(self)

    def __post_init__(self) -> None:
        table, readout = self.network.embedding, self.network.readout_weight
        rows = 0 if table is None else len(table)
        if len(self.vocabulary) != rows:
            raise ArrayError(
                f"The vocabulary has {len(self.vocabulary)} tokens, but embedding.weight has {rows} rows.",
                code="vocabulary", name="embedding.weight", shape=() if table is None else table.shape,
                expected=len(self.vocabulary),
            )  # fmt: skip
        if table is None and self.vocabulary.vector_size != self.network.input_size:
            raise ArrayError(
                f"The vocabulary has {self.vocabulary.vector_size} numbers a step, "
                f"but the first layer expects {self.network.input_size}.",
                code="vector_size", name="input_vector", expected=self.network.input_size,
            )  # fmt: skip
        classes = 0 if readout is None else len(readout)
        if len(self.labels) != classes:
            raise ArrayError(
                f"There are {len(self.labels)} labels, but readout.weight has {classes} rows.",
                code="labels", name="readout.weight", shape=() if readout is None else readout.shape,
                expected=len(self.labels),
            )  # fmt: skip

    @property
    def definition(self) -> Definition:
        """The definition of the cell: its quantities, equations and phases; that of the first layer."""
        return self.network.definitions[0]

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The definition of each layer's cell, from below."""
        return self.network.definitions

    @property
    def title(self) -> str:
        """The cell in words: "LSTM", or "LSTM–GRU" for layers of several cells."""
        return self.network.cell_kinds.title

    @property
    def head(self) -> Head:
        """What the network's readout reads, and what becomes of its sums."""
        return self.network.head

    def with_head(self, **changes: Any) -> Model:
        """Copy the model with another head.

        Parameters
        ----------
        **changes
            Attributes of `Head` by name: `activation`, `reading`, `layers`.

        Returns
        -------
        Model
            The model with this head.

        Raises
        ------
        UnknownNameError
            If there is no such activation or reading.

        Examples
        --------
        >>> import rnnviz
        >>> model = rnnviz.load("reviews-lstm").with_head(activation="linear")
        >>> trace = model.trace("not good")
        >>> trace.probabilities is None, trace.outputs.shape
        (True, (2, 2))
        """
        return replace(self, network=replace(self.network, head=replace(self.head, **changes)))

    def with_options(self, **options: str) -> Model:
        """Copy the model with its cells under other options.

        Parameters
        ----------
        **options : str
            Options of the cell by name, as for `Cell.with_options`.

        Returns
        -------
        Model
            The model under these options; name and card stay those of the model as it was trained.

        Raises
        ------
        UnknownNameError
            If the cell does not have such an option.
        """
        return replace(self, network=self.network.with_options(**options))

    def most_tokens(self, limit: int | None = None) -> int | None:
        """Find how many tokens of a text are read at most, without the end mark, which is a step as well.

        Parameters
        ----------
        limit : int or None, default None
            A limit beside the model's own.

        Returns
        -------
        int or None
            The number; None if there is no limit.
        """
        room = None if self.max_steps is None else max(self.max_steps - self.vocabulary.end, 1)
        return min((n for n in (limit, room) if n is not None), default=None)

    def prepare(
        self,
        text: str | Sequence[Any] | np.ndarray,
        interventions: Iterable[Intervention] = (),
        *,
        limit: int | None = None,
        skip_invalid: bool = False,
    ) -> PreparedText:
        """Encode a text and apply interventions to it, without running the network.

        Parameters
        ----------
        text : str, sequence of str, sequence of float, or ndarray of shape (T, D)
            A text, a list of tokens, or numbers.
        interventions : iterable of Intervention, default ()
            What to hold, silence, freeze, swap or remove.
        limit : int or None, default None
            Read at most so many tokens.
        skip_invalid : bool, default False
            Leave out interventions that do not fit in place of raising, and list the reasons in `rejected`.

        Returns
        -------
        PreparedText
            What `run` takes.

        Raises
        ------
        InputError
            If there is nothing to read, or the text is not what the vocabulary can encode.
        InterventionError
            If an intervention does not fit and `skip_invalid` is False.

        Examples
        --------
        >>> import rnnviz
        >>> from rnnviz.interventions import Hold
        >>> model = rnnviz.load("names-lstm")
        >>> prepared = model.prepare("Ada", [Hold("forget", 1), Hold("forget", 2)], skip_invalid=True)
        >>> [error.code for error in prepared.rejected]
        ['out_of_range']
        >>> len(model.run(prepared))
        4
        """
        typed = self.vocabulary.encode(text, self.most_tokens(limit))
        return prepare_text(typed, interventions, self.vocabulary, self.network, skip_invalid=skip_invalid)

    def run(self, prepared: PreparedText, *, initial: States | None = None) -> Trace:
        """Run over a prepared text and record everything.

        Parameters
        ----------
        prepared : PreparedText
            What `prepare` of this model returned.
        initial : list of list of dict, optional
            The states to start from, by layer and direction, as `Trace.final` gives them; if left out, those of the
            network, which are zeros unless it has learned others.

        Returns
        -------
        Trace
            Everything that the run computed.

        Raises
        ------
        ArrayError
            If an initial state has another size than the layer's.
        ArgumentError
            If the initial states are those of other layers or of another cell.
        """
        inputs = prepared.inputs
        if self.network.embedding is None:
            inputs = inputs.astype(self.network.dtype)
        run = self.network.forward(inputs, initial, edits=prepared.edits)
        values, start = {}, {}
        for layer, records in enumerate(run.records):
            for direction, record in zip(self.network.directions_by_layer[layer], records, strict=True):
                for name in self.definitions[layer].by_name:
                    values[name, layer, direction] = reverse_if_backward(record[name], direction)
                for name, state in record.initial.items():
                    start[name, layer, direction] = state
        return Trace(
            model=self.name,
            cell_kinds=self.network.cell_kinds,
            tokens=prepared.tokens,
            unknown=prepared.encoding.unknown,
            values=values,
            initial=start,
            logits=run.logits,
            outputs=None if run.logits is None else self.head.outputs(run.logits),
            labels=list(self.labels),
            head=self.head,
            truncated=prepared.encoding.truncated,
            network=self.network,
            interventions=prepared.interventions,
            vocabulary=self.vocabulary,
            card=self.card,
            run_unchanged=partial(self.run, prepared.unchanged, initial=initial) if prepared.interventions else None,
        )

    def trace(
        self,
        text: str | Sequence[Any] | np.ndarray,
        *,
        initial: States | None = None,
        limit: int | None = None,
        interventions: Iterable[Intervention] = (),
    ) -> Trace:
        """Run over a text and record everything: `prepare` and `run` in one.

        Parameters
        ----------
        text : str, sequence of str, sequence of float, or ndarray of shape (T, D)
            A text, a list of tokens, or numbers.
        initial : list of list of dict, optional
            The states to start from, as for `run`: those that this model ended with, or another one whose layers have
            the same cells and sizes, such as an encoder.
        limit : int or None, default None
            Read at most so many tokens; `Trace.truncated` says whether there were more.
        interventions : iterable of Intervention, default ()
            What to hold, silence, freeze, swap or remove; everything after is computed from it.

        Returns
        -------
        Trace
            Everything that the run computed.

        Raises
        ------
        InputError
            If there is nothing to read, or the text is not what the vocabulary can encode.
        InterventionError
            If an intervention does not fit the network or the text.
        ArrayError
            If an initial state has another size than the layer's.
        ArgumentError
            If the initial states are those of other layers or of another cell.

        Examples
        --------
        >>> import rnnviz
        >>> trace = rnnviz.load("names-lstm").trace("Schmidhuber")
        >>> trace["hidden"].shape
        (12, 64)

        A decoder begins where its encoder ends. The two are models of their own, as the stacks of one file are:
        `rnnviz.load("translator.pt", stack="encoder")`. Here two models that fit stand for them:

        >>> encoder, decoder = rnnviz.load("names-lstm"), rnnviz.load("reviews-lstm")
        >>> begun = decoder.trace("not good", initial=encoder.trace("Schmidhuber").final)
        >>> bool((begun.initial["cell", 0, "forward"] == encoder.trace("Schmidhuber")["cell"][-1]).all())
        True
        """
        return self.run(self.prepare(text, interventions, limit=limit), initial=initial)

    def generate(
        self,
        text: str | Sequence[str] = "",
        *,
        steps: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        seed: int | None = None,
        initial: States | None = None,
        interventions: Iterable[Intervention] = (),
    ) -> Generation:
        """Let a model that predicts the next token write on.

        Parameters
        ----------
        text : str or sequence of str, default ""
            What it reads first, without the end mark that other runs read after it. It may be empty where `initial` is
            given.
        steps : int or None, default None
            How many tokens to draw at most; None for no end but an end mark, so that the caller stops. With
            `max_steps`, no more than the model still reads.
        temperature : float, default 1.0
            What the logits are divided by before the draw: below 1 the likeliest tokens gain, above 1 the others; 0
            takes the likeliest always.
        top_k : int or None, default None
            How many of the likeliest tokens take part; None for all.
        seed : int or None, default None
            The seed of the draws; None for another one each time.
        initial : list of list of dict, optional
            The states to start from, as `Trace.final` gives them; if left out, the network's own.
        interventions : iterable of Intervention, default ()
            What to hold, silence or change while it reads the text. Those that name no steps go on afterwards; without
            a text, others do not fit.

        Returns
        -------
        Generation
            An iterator over draws, with `text`, `states` and the `seed` in use.

        Raises
        ------
        ArgumentError
            If the model does not predict the next token, or an argument is out of range.
        InputError
            If there is neither a text nor a state to start from, or the text has more than `max_steps` tokens.
        InterventionError
            If an intervention does not fit.
        ArrayError
            If the initial states do not fit the network.

        References
        ----------
        Graves, A. (2013). Generating sequences with recurrent neural networks. arXiv:1308.0850.

        Examples
        --------
        >>> import rnnviz
        >>> written = rnnviz.load("counter-lstm").generate("aaab", temperature=0)
        >>> [draw.token for draw in written]
        ['b', 'b', 'end']
        >>> written.text
        'aaabbb'
        """
        vocabulary = replace(self.vocabulary, end=False)
        if initial is not None and not len(text):
            prepared = prepare_nothing(interventions, vocabulary, self.network)
        else:
            typed = vocabulary.encode(text, self.max_steps)
            if typed.truncated:
                raise InputError(
                    f"The model reads at most {self.max_steps} steps, and the text has more: begin with a shorter one.",
                    code="max_steps",
                )
            prepared = prepare_text(typed, interventions, vocabulary, self.network)
        room = None if self.max_steps is None else max(self.max_steps - len(prepared.tokens), 0)
        return generation(
            self.network, self.vocabulary, self.labels, prepared, asked=self.card.get("asked"),
            initial=initial, steps=steps, room=room, temperature=temperature, top_k=top_k, seed=seed,
        )  # fmt: skip
