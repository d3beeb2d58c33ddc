"""Layers whose arrays are not those of the file: joined from single gates, or split from joint matrices."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...cells.activations import Array
from ...errors import FileError
from ..io.opening_budget import OpeningBudget
from ..settings import InferredSetting
from .array_names import ArrayName, split_direction
from .prepared_arrays import Origin, PreparedArrays


@dataclass
class AssembledLayers:
    """Layers whose arrays had to be assembled.

    prepared: the arrays that they are made of. budget: of the opening of a file. layers: by owner and direction, the
    parameters. arrays: the assembled arrays, gates along the rows, by names of their own. origins: what each is made
    of. cells: by owner, the cell, where names tell more than shapes. settings: by owner, all settings, where names tell
    them; others are inferred. extra: by owner, further settings. left_out: by owner, sentences on what is not run.
    heads: by owner and direction, what precedes the names of its arrays in the file. problems: of layers that cannot be
    assembled. broken: the arrays of these, which are not taken for those of another layer.
    """

    prepared: PreparedArrays
    budget: OpeningBudget | None = None
    layers: dict[str, dict[str, dict[str, ArrayName]]] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    settings: dict[str, tuple[InferredSetting, ...]] = field(default_factory=dict)
    extra: dict[str, list[InferredSetting]] = field(default_factory=dict)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    heads: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: list[FileError] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def work(self, steps: int) -> None:
        """Spend steps of the opening."""
        if self.budget is not None:
            self.budget.work(steps)

    @property
    def used(self) -> set[str]:
        """The prepared arrays that the assembled ones are made of, or would be if none were missing."""
        return {name for origin in self.origins.values() for name in origin.names} | self.broken

    def parts(self, name: str) -> tuple[str, ...]:
        """The prepared arrays that an array is made of."""
        return self.origins[name].names if name in self.origins else (name,)

    def file_names(self, name: str) -> tuple[str, ...]:
        """The names of the file's arrays that an array is made of."""
        return tuple(dict.fromkeys(part for each in self.parts(name) for part in self.prepared.file_names(each)))

    def add(self, head: str, parameter: str, array: Array, names: tuple[str, ...], changes: str) -> str:
        """Add one assembled array, made of prepared arrays; returns its owner's name."""
        owner, direction = split_direction(head)
        shape = self.prepared.arrays[names[0]].shape if len(names) == 1 else None
        name = f"{', '.join(names[:4])}{' and others' if len(names) > 4 else ''} for {parameter}"
        self.arrays[name], self.origins[name] = array, Origin(names, changes, shape)
        self.heads[owner, direction] = head
        parameters = self.layers.setdefault(owner, {}).setdefault(direction, {})
        word = {"weight_ih": "w_ih", "weight_hh": "w_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}.get(
            parameter, parameter
        )
        parameters[parameter] = ArrayName(name, owner, parameter, word, 0, direction, False, 0)
        return owner

    def add_split(
        self, head: str, joint: str, whole: Array, inputs: int, state_first: bool, gates: int = 1, changes: str = ""
    ) -> str:
        """Add both matrices of a joint one, (G*H, D + H), whose columns are for the input and for the hidden state."""
        width = whole.shape[1]
        states = slice(0, width - inputs) if state_first else slice(inputs, width)
        reads = slice(width - inputs, width) if state_first else slice(0, inputs)
        axis = "rows" if changes else "columns"
        for parameter, part in (("weight_ih", reads), ("weight_hh", states)):
            words = ", ".join(filter(None, (f"{axis} {part.start} to {part.stop - 1}", changes)))
            owner = self.add(head, parameter, whole[:, part], (joint,), words)
        return owner
