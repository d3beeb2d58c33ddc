"""A stack of recurrent layers as another framework's file holds it, and what was inferred about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..cells import CELLS
from ..cells.activations import Array
from ..errors import ArgumentError, UnknownNameError
from ..text.word_lists import WordList
from .settings import InferredSetting


@dataclass(frozen=True)
class SourceArray:
    """An array on its way from a file into a network.

    Parameters
    ----------
    name : str
        Its name in the file; for an array put together from several, a name for messages.
    array : ndarray
        float32 or float64, with gates along the rows as in our parameters, but with the gates' blocks still in the
        file's order.
    shape : tuple of int
        The shape in the file.
    dtype : str
        The type in the file, such as "float16".
    changes : str, default ""
        What was done to it so far, in words: "transposed".
    parts : tuple of str, default ()
        The names of the file's arrays, if it was put together from several.
    """

    name: str
    array: Array
    shape: tuple[int, ...]
    dtype: str
    changes: str = ""
    parts: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the file's arrays that it contains."""
        return self.parts or (self.name,)


@dataclass(frozen=True)
class HeadPart:
    """A linear layer with an activation, between the hidden states and the readout.

    Parameters
    ----------
    weight : SourceArray of shape (K, N)
        The weight.
    bias : SourceArray of shape (K,), optional
        The bias.
    activation : str, default "linear"
        What is applied to its sums.
    """

    weight: SourceArray
    bias: SourceArray | None = None
    activation: str = "linear"


@dataclass(frozen=True)
class Readout:
    """A linear layer on top.

    Parameters
    ----------
    weight : SourceArray of shape (C, H)
        The weight; its columns are as many as the top layer passes on.
    bias : SourceArray of shape (C,), optional
        The bias.
    activation : str, default ""
        What the file applies to its sums; "" if it does not say.
    reading : str, default ""
        Which states it reads, a key of `rnnviz.network.READINGS`; "" if the file does not say.
    layers : tuple of HeadPart, default ()
        The layers between the hidden states and it, from below.
    """

    weight: SourceArray
    bias: SourceArray | None = None
    activation: str = ""
    reading: str = ""
    layers: tuple[HeadPart, ...] = ()

    @property
    def arrays(self) -> tuple[SourceArray, ...]:
        """Its arrays, and those of the layers below it."""
        own = [part for layer in self.layers for part in (layer.weight, layer.bias)]
        return tuple(array for array in (*own, self.weight, self.bias) if array is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the file's arrays that it contains."""
        return tuple(name for array in self.arrays for name in array.names)

    @property
    def width(self) -> int:
        """N, the size of the vectors that it reads, or that the lowest of its layers reads."""
        return int((self.layers[0] if self.layers else self).weight.array.shape[1])


LAYERS = "layers"  # the setting that says which layers a stack consists of
_RUN = re.compile(r"(.*)_l(\d+)", re.DOTALL)
_OPPOSITE = {"forward": "backward", "backward": "forward"}

# One direction of one layer: weight_ih, weight_hh, bias_ih, bias_hh, weight_hr, as far as they exist.
Parameters = dict[str, SourceArray]


@dataclass(frozen=True)
class Stack:
    """Recurrent layers one above the other, as a file holds them.

    Parameters
    ----------
    name : str
        What distinguishes it from other stacks in the file, such as "encoder.rnn".
    cell : str
        The cell's name in `rnnviz.cells.CELLS`; of several, that of the lowest layer.
    layers : tuple of dict
        From the bottom up, the parameters by direction: "forward", "backward", or both.
    settings : tuple of InferredSetting
        What was inferred. Settings named like an option of the cell ("reset", "activation") set it; "order" is the
        order in which gates are stacked.
    embeddings : dict of str to SourceArray
        Tables that could be the embedding, the likeliest first. The setting "embedding" names the one in use.
    readouts : dict of str to Readout
        Linear layers that could be the readout, the likeliest first. The setting "readout" names the one in use.
    initial : dict
        States of shape (H,) that the file starts from, by layer, direction and state.
    max_steps : int, optional
        Steps that the file reads at most.
    merge : {"concat", "sum", "mul", "ave"}
        How two directions become one vector.
    notes : tuple of str
        Sentences on what else a user should know.
    left_out : tuple of str
        Sentences on what in the file belongs to the network and is not run, which pages show as long as the model is
        open.
    arrangements : dict of str to tuple of dict
        By value of the setting "layers", the layers that the stack then has.
    words : dict of str to WordList
        Lists of words in the file that could be its vocabulary or its labels. The settings "vocabulary" and "labels"
        name those in use.
    runs : tuple of (int, str)
        Where layers differ in their cell or its settings: the first layer and the cell of each run of layers that are
        alike. Their settings then end like the names of arrays: "order_l1" is that of the run that begins with layer 1.
    alternatives : dict of str to Stack
        By value of the setting "layers", the stack that takes the place of this one.
    """

    name: str
    cell: str
    layers: tuple[dict[str, Parameters], ...]
    settings: tuple[InferredSetting, ...] = ()
    embeddings: dict[str, SourceArray] = field(default_factory=dict)
    readouts: dict[str, Readout] = field(default_factory=dict)
    initial: dict[tuple[int, str, str], SourceArray] = field(default_factory=dict)
    max_steps: int | None = None
    merge: str = "concat"
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    arrangements: dict[str, tuple[dict[str, Parameters], ...]] = field(default_factory=dict)
    words: dict[str, WordList] = field(default_factory=dict)
    runs: tuple[tuple[int, str], ...] = ()
    alternatives: dict[str, Stack] = field(default_factory=dict)

    @property
    def array_names(self) -> set[str]:
        """The names of the file's arrays that its layers and their initial states are made of."""
        return {
            name
            for directions in self.layers
            for parameters in directions.values()
            for source in parameters.values()
            for name in source.names
        } | {name for source in self.initial.values() for name in source.names}

    @property
    def input_size(self) -> int:
        """D, the size of the vectors that the first layer reads."""
        return next(iter(self.layers[0].values()))["weight_ih"].array.shape[1]

    def hidden_size(self, layer: int = 0) -> int:
        """H, the number of units in one direction of a layer.

        Parameters
        ----------
        layer : int, default 0
            The layer, counted from the bottom.

        Returns
        -------
        int
            The number of units.
        """
        parameters = next(iter(self.layers[layer].values()))
        for name in ("weight_hr", "weight_hh"):
            if name in parameters:
                return parameters[name].array.shape[1]
        return len(parameters["weight_ih"].array) // len(CELLS[self.cells[layer]].rows)

    def output_size(self, layer: int = 0) -> int:
        """The size of the hidden state of one direction of a layer.

        Parameters
        ----------
        layer : int, default 0
            The layer, counted from the bottom.

        Returns
        -------
        int
            H, or P where the hidden state is a projection of the units.
        """
        parameters = next(iter(self.layers[layer].values()))
        return len(parameters["weight_hr"].array) if "weight_hr" in parameters else self.hidden_size(layer)

    @property
    def cells(self) -> tuple[str, ...]:
        """The name of each layer's cell, from below."""
        return tuple(
            next((cell for first, cell in reversed(self.runs) if first <= layer), self.cell)
            for layer in range(len(self.layers))
        )

    @property
    def width(self) -> int:
        """The size of the vectors that the top layer passes on, its directions merged."""
        directions = len(self.layers[-1]) if self.merge == "concat" else 1
        return self.output_size(-1) * directions

    def setting(self, name: str) -> InferredSetting | None:
        """Look up an inferred setting.

        Parameters
        ----------
        name : str
            Its name, such as "order".

        Returns
        -------
        InferredSetting or None
            The setting; None if the stack has none of that name.
        """
        return next((setting for setting in self.settings if setting.name == name), None)

    def chosen(self, values: Mapping[str, str]) -> Stack:
        """Find the stack that the setting "layers" names.

        Parameters
        ----------
        values : mapping of str to str
            The values of settings.

        Returns
        -------
        Stack
            One of the alternatives, or this stack.
        """
        return self.alternatives.get(values.get(LAYERS, ""), self)

    def run_of(self, layer: int, values: Mapping[str, str]) -> tuple[Stack, dict[str, str]]:
        """Find the layers that are like one layer, as a stack of their own.

        Parameters
        ----------
        layer : int
            The layer, counted from the bottom.
        values : mapping of str to str
            The values of settings.

        Returns
        -------
        stack : Stack
            The layers with their settings, without the end of their names; this stack if all layers are alike.
        values : dict of str to str
            The values by these names.
        """
        if not self.runs:
            return self, dict(values)
        firsts = [first for first, _ in self.runs]
        number = max(k for k, first in enumerate(firsts) if first <= layer)
        first, end = firsts[number], [*firsts, len(self.layers)][number + 1]
        own = {}
        for setting in self.settings:
            base, start = of_run(setting.name)
            if start in (None, first):
                own[setting.name] = replace(setting, name=base, follows=of_run(setting.follows)[0])
        stack = replace(
            self,
            cell=self.runs[number][1],
            layers=self.layers[first:end],
            settings=tuple(own.values()),
            initial={
                (k - first, direction, state): source
                for (k, direction, state), source in self.initial.items()
                if first <= k < end
            },
            runs=(),
        )
        return stack, {of_run(name)[0]: value for name, value in values.items() if name in own}

    def _runs_arranged(self, values: Mapping[str, str]) -> Stack:
        """The stack whose runs of layers are arranged each as its own settings say."""
        layers: list[dict[str, Parameters]] = []
        initial: dict[tuple[int, str, str], SourceArray] = {}
        for first, _ in self.runs:
            run, own = self.run_of(first, values)
            run = run.arranged(own)
            initial |= {(first + k, direction, state): source for (k, direction, state), source in run.initial.items()}
            layers += run.layers
        return replace(self, layers=tuple(layers), initial=initial, merge=values.get("merge", self.merge))

    def arranged(self, values: Mapping[str, str]) -> Stack:
        """Arrange the layers as settings say.

        Parameters
        ----------
        values : mapping of str to str
            The values of settings; "layers", "direction", "merge" and "initial" matter here.

        Returns
        -------
        Stack
            The stack with other layers or directions, and of embeddings, readouts and initial states those that fit.
        """
        if (other := self.chosen(values)) is not self:
            return other.arranged(values)
        given = {setting.name: setting.value for setting in self.settings} | dict(values)
        if self.runs:
            stack = self._runs_arranged(given)
            readouts = {name: readout for name, readout in self.readouts.items() if readout.width == stack.width}
            return replace(stack, readouts=readouts)
        layers = self.arrangements.get(given.get("layers", ""), self.layers)
        direction = self.setting("direction")
        turned = direction is not None and given["direction"] != direction.value
        initial = {} if given.get("initial") == "zeros" else self._initial_of(layers)
        merge = given.get("merge", self.merge)
        if layers is self.layers and not turned and merge == self.merge and len(initial) == len(self.initial):
            return self
        if turned:
            layers = tuple({d: one[_OPPOSITE[d]] for d in _OPPOSITE if _OPPOSITE[d] in one} for one in layers)
            initial = {(k, _OPPOSITE[d], state): source for (k, d, state), source in initial.items()}
        stack = replace(self, layers=layers, merge=merge, initial=initial)
        lowest = _weights(layers[0]) == _weights(self.layers[0])
        return replace(
            stack,
            embeddings={n: s for n, s in self.embeddings.items() if lowest and s.array.shape[1] == stack.input_size},
            readouts={n: r for n, r in self.readouts.items() if r.width == stack.width},
        )

    def _initial_of(self, layers: Sequence[Mapping[str, Parameters]]) -> dict[tuple[int, str, str], SourceArray]:
        """The initial states of some layers, by their places among these."""
        if layers is self.layers:
            return dict(self.initial)
        places = {parameters["weight_ih"].name: (k, d) for k, one in enumerate(layers) for d, parameters in one.items()}
        initial = {}
        for (k, direction, state), source in self.initial.items():
            place = places.get(self.layers[k][direction]["weight_ih"].name)
            if place is not None:
                initial[*place, state] = source
        return initial

    @property
    def assumed(self) -> tuple[InferredSetting, ...]:
        """The settings that the file leaves open."""
        return tuple(setting for setting in self.settings if setting.basis == "assumed")


def of_run(name: str) -> tuple[str, int | None]:
    """A setting's name without its end, and the first layer of the run that it is of: "order_l1" is ("order", 1)."""
    match = _RUN.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, None)


def _weights(directions: Mapping[str, Parameters]) -> set[str]:
    """The names of what multiplies the input, by which a layer is known."""
    return {parameters["weight_ih"].name for parameters in directions.values()}


def select_stack(stacks: Sequence[Stack], name: str | None = None) -> Stack:
    """The stack of that name, or the only one.

    Raises UnknownNameError if there is none of that name, ArgumentError if there are several and none is named.
    """
    names = tuple(stack.name for stack in stacks)
    if name is None:
        if len(stacks) > 1:
            raise ArgumentError(
                f"There are {len(stacks)} recurrent stacks, {', '.join(names)}: choose one, as in stack={names[-1]!r}.",
                code="several_stacks", name="stack", allowed=names,
            )  # fmt: skip
        return stacks[0]
    selected = next((stack for stack in stacks if stack.name == name), None)
    if selected is None:
        raise UnknownNameError(
            f"There is no stack {name!r}; the stacks are: {', '.join(names)}.", kind="stack", name=name, allowed=names
        )
    return selected
