"""Recurrent stacks among named arrays.

PyTorch's names say nearly everything: what is multiplied by what, layer, direction, and with that the order of gates.
The kind of cell follows from the shapes, since weight_hh has as many blocks of H rows as the cell has gates. What
neither names nor shapes tell is assumed, and can be overridden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np

from ...cells.activations import Array
from ...errors import DamagedFileError, FileError, LimitError, UnsupportedFileError
from ..arrangements import MOST as MOST_MEMBERS
from ..arrangements import Layers, with_arrangements
from ..io.opening_budget import OpeningBudget
from ..joined_stacks import fit, join_stacks, with_families, with_offers
from ..settings import Basis, InferredSetting, general_settings, inferred
from ..stack import Parameters, SourceArray, Stack
from .array_names import ArrayName, display_names, head_of, parse_name, short_name
from .array_settings import inferred_settings, orientation, with_separate_gates
from .assembled_layers import AssembledLayers
from .initial_states import with_initial_states
from .inner_arrays import inner_arrays, settings_of
from .joint_matrices import assemble_joint
from .layer_groups import LayerGroup, gates_along_columns, group_layers, orientation_is_known
from .layer_shapes import check_sizes, kind_of, merge_of, with_biases
from .listed_arrays import assemble_listed
from .normed_sums import report_normed_sums
from .numbered_layers import join_numbered
from .paired_directions import pair_directions
from .prepared_arrays import PreparedArrays, prepare_arrays
from .published_layers import assemble_published
from .separate_gates import assemble_gates
from .surroundings import with_surroundings

MOST = 100  # stacks of one file


def stacks_from_arrays(
    arrays: Mapping[str, Array], dtypes: Mapping[str, str] | None = None, budget: OpeningBudget | None = None
) -> tuple[Stack, ...]:
    """Every recurrent stack among arrays by name.

    dtypes: as the file has them, where they differ from the arrays'. budget: of the opening of a file. Raises FileError
    if arrays of a recurrent layer contradict each other or the layer cannot be run here. Of several stacks those that
    can be run are returned; the reason is then among the notes of the first.
    """
    usable = {name: array for name, array in arrays.items() if array.dtype.kind == "f"}
    prepared = prepare_arrays(usable, budget)
    assembled = assemble_layers(prepared, budget)
    complete = prepared.arrays | assembled.arrays
    grouped = join_numbered(pair_directions(group_layers(complete, assembled), complete), complete, assembled)
    if len(grouped) > MOST:
        raise LimitError(
            f"There are {len(grouped):,} recurrent layers, none above another; at most {MOST} are read.",
            code="stacks", limit=MOST, actual=len(grouped),
        )  # fmt: skip
    if budget is not None:
        budget.spend("layers", sum(len(group.layers) for group in grouped.values()))
    reader = _Reader(complete, dtypes or {}, assembled, grouped)
    stacks: list[Stack] = []
    problems: list[FileError] = [*prepared.problems, *assembled.problems]
    names = display_names(grouped)
    for owner, name in names.items():
        try:
            stacks.append(reader.stack(name, grouped[owner]))
        except FileError as error:
            problems.append(error)
    if not stacks:
        problems += _quantised(arrays)
        if problems:
            raise problems[0]
        return ()
    stacks = list(with_initial_states(stacks, reader.free(), assembled.work))
    stacks[0] = replace(stacks[0], notes=(*stacks[0].notes, *map(str, problems)))
    free = {name: array for name, array in prepared.arrays.items() if name not in reader.used}
    surrounded = [_with_origins(stack, reader) for stack in with_surroundings(stacks, free, dtypes or {})]
    families = {name: short_name(group.family) for owner, name in names.items() if (group := grouped[owner]).family}
    return with_offers(with_families(surrounded, families), "The file does not say whether one reads the other.")


def _with_origins(stack: Stack, reader: _Reader) -> Stack:
    """The stack, whose embeddings and readouts say which arrays of the file they are made of."""

    def known(source: SourceArray | None) -> SourceArray | None:
        origin = source and reader.assembled.prepared.origins.get(source.name)
        if source is None or origin is None:
            return source
        changes = ", ".join(filter(None, (origin.changes, source.changes)))
        return replace(source, shape=origin.shape or source.shape, changes=changes, parts=origin.names)

    embeddings = {name: known(source) or source for name, source in stack.embeddings.items()}
    readouts = {
        name: replace(readout, weight=known(readout.weight) or readout.weight, bias=known(readout.bias))
        for name, readout in stack.readouts.items()
    }
    return replace(stack, embeddings=embeddings, readouts=readouts)


def assemble_layers(prepared: PreparedArrays, budget: OpeningBudget | None = None) -> AssembledLayers:
    """The layers among named arrays whose own arrays have to be assembled."""
    assembled = AssembledLayers(prepared, budget)
    assemble_gates(assembled, prepared.arrays)
    assemble_joint(assembled, prepared.arrays)
    assemble_published(assembled, prepared.arrays)
    report_normed_sums(assembled, prepared.arrays)
    if not assembled.layers:
        assemble_listed(assembled, prepared.arrays)
    return assembled


def _quantised(arrays: Mapping[str, Array]) -> list[FileError]:
    """The errors for weights that are integers."""
    integers = [name for name, array in arrays.items() if array.dtype.kind in "iu" and array.ndim == 2]
    return [
        UnsupportedFileError(
            f"{name} holds integers ({arrays[name].dtype}): open the model as it was before quantisation.",
            code="quantised", part=name,
        )
        for name in integers
        if (parsed := parse_name(name)) is not None and parsed.exact
    ]  # fmt: skip


@dataclass(frozen=True)
class _Layer:
    """One direction of a layer.

    names: its arrays. plain_cell: what it would be without the arrays inside the cell. biased: whether one of these is
    a bias of the recurrent candidate. order: of the gates, as these suggest it. left_out, notes: as a stack has them.
    """

    names: Mapping[str, ArrayName]
    parameters: Parameters
    cell: str
    plain_cell: str
    biased: bool
    order: str
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


class _Reader:
    """Makes stacks of groups of named arrays."""

    def __init__(
        self,
        arrays: Mapping[str, Array],
        dtypes: Mapping[str, str],
        assembled: AssembledLayers,
        groups: Mapping[str, LayerGroup],
    ) -> None:
        self.arrays, self.dtypes, self.assembled = arrays, dtypes, assembled
        self.layers: dict[int, _Layer] = {}
        self._free: dict[str, SourceArray] | None = None
        self.used = {
            part
            for group in groups.values()
            for names in group.layers.values()
            for parsed in names.values()
            for part in assembled.parts(parsed.name)
        }

    def free(self) -> dict[str, SourceArray]:
        """The arrays that no layer has."""
        if self._free is None:
            self._free = {
                name: self.source(name, "") for name in self.assembled.prepared.arrays if name not in self.used
            }
        self.assembled.work(len(self._free))
        return self._free

    def use(self, names: set[str]) -> None:
        """Take arrays out of those that no layer has."""
        self.used |= names
        for name in names:
            self.free().pop(name, None)

    def stack(self, name: str, group: LayerGroup) -> Stack:
        """The stack of a group. Raises FileError if its arrays contradict each other or it cannot be run."""
        layers: list[dict[str, _Layer]] = []
        for k in range(1 + max(k for k, _ in group.layers)):
            directions = {d: group.layers[k, d] for d in ("forward", "backward") if (k, d) in group.layers}
            if not directions:
                raise DamagedFileError(
                    f"{name} has arrays of a layer above layer {k}, but none of layer {k} itself.",
                    code="missing_layer", part=name,
                )  # fmt: skip
            layers.append({d: self._layer(name, names) for d, names in directions.items()})
        each = [layer for directions in layers for layer in directions.values()]
        if any(len({layer.cell for layer in directions.values()}) > 1 for directions in layers):
            raise UnsupportedFileError(
                f"{name} has directions of different cells ({', '.join(sorted({layer.cell for layer in each}))}) in "
                "one layer. Both directions of a layer have one cell.",
                code="mixed_cells", part=name,
            )  # fmt: skip
        cells = [next(iter(directions.values())).cell for directions in layers]
        if len(set(cells)) > 1:
            return self._of_several_cells(name, group, cells)
        parameters = tuple({d: layer.parameters for d, layer in directions.items()} for directions in layers)
        merge = merge_of(parameters, group.merge)
        check_sizes(parameters, merge)
        names = next(iter(group.layers.values()))
        plain, cell = each[0].plain_cell, each[0].cell
        biased, suggested = any(one.biased for one in each), each[0].order
        settings = settings_of(cell, plain, self._settings(plain, names, parameters), biased, suggested)
        exact = not group.directions and all(
            parsed.exact and (parsed.direction == "forward" or "_reverse" in parsed.name.rpartition(".")[2])
            for each_names in group.layers.values()
            for parsed in each_names.values()
        )
        words = "PyTorch’s names say it." if exact else "The file does not say; it is what names and sizes suggest."
        basis: Basis = "fixed" if exact else "assumed"
        why = "The layer above reads as many values as one direction has."
        summed = [] if merge == "concat" else [inferred("merge", merge, "assumed", why)]
        stack = Stack(
            name, cell, parameters,
            general_settings((*settings, *summed), parameters, merge, basis, words),
            merge=merge,
            notes=tuple(dict.fromkeys(note for layer in each for note in layer.notes)),
            left_out=tuple(dict.fromkeys([*group.left_out, *(words for layer in each for words in layer.left_out)])),
        )  # fmt: skip
        return with_arrangements(stack, self._members(name, group, cell), group.reason, group.directions)

    def _of_several_cells(self, name: str, group: LayerGroup, cells: Sequence[str]) -> Stack:
        """The stack of a group whose layers have several cells. Raises FileError if they do not fit each other."""
        stacks: list[Stack] = []
        for _, run in groupby(range(len(cells)), key=cells.__getitem__):
            numbers = list(run)
            own = {(k - numbers[0], d): names for (k, d), names in group.layers.items() if k in numbers}
            stacks.append(self.stack(name, LayerGroup(own, merge=group.merge)))
        if not all(fit(low, high) for low, high in pairwise(stacks)):
            raise DamagedFileError(
                f"{name} has layers that do not read what the layer below them passes on.",
                code="contradiction", part=name,
            )  # fmt: skip
        left_out = dict.fromkeys([*group.left_out, *(words for stack in stacks for words in stack.left_out)])
        return join_stacks(stacks, name, tuple(left_out))

    def _members(self, name: str, group: LayerGroup, cell: str) -> dict[str, tuple[dict[str, Parameters], ...]]:
        """By owner, the layers that a group could be joined of; empty if some of them cannot be run."""
        if len(group.members) > MOST_MEMBERS:
            return {}
        members = {}
        for owner, layers in group.members.items():
            only = [direction for _, direction in layers]
            backward = group.directions and owner != next(iter(group.members))
            made: list[dict[str, Parameters]] = [{} for _ in range(1 + max(k for k, _ in layers))]
            try:
                for (k, direction), names in layers.items():
                    layer = self._layer(name, names)
                    if layer.cell != cell:
                        return {}
                    made[k]["backward" if backward and "backward" not in only else direction] = layer.parameters
            except FileError:
                return {}
            members[short_name(owner)] = tuple(made)
        return members

    def _layer(self, name: str, names: Mapping[str, ArrayName]) -> _Layer:
        """One direction of a layer. Raises FileError."""
        if id(names) not in self.layers:
            parsed = next(iter(names.values()))
            plain = self._parameters(name, names)
            cell = self.assembled.cells.get(parsed.owner) or kind_of(plain)
            place = parsed.layer, parsed.direction
            inner = inner_arrays(cell, plain, self._head(names, parsed.direction), place, self.free())
            self.use(inner.names)
            left_out = [*inner.left_out, *self.assembled.left_out.get(parsed.owner, ())]
            biased = "bias_hh" in inner.parameters and "bias_hh" not in plain
            parameters = with_biases(name, inner.cell, inner.parameters)
            self.layers[id(names)] = _Layer(
                names, parameters, inner.cell, cell, biased, inner.order, tuple(left_out), tuple(self._notes(names))
            )
        return self.layers[id(names)]

    def _settings(self, cell: str, names: Mapping[str, ArrayName], layers: Layers) -> tuple[InferredSetting, ...]:
        owner = _owner(names)
        if owner in self.assembled.settings:
            settings = self.assembled.settings[owner]
        elif owner in self.assembled.layers:
            settings = with_separate_gates(
                inferred_settings(cell, names, layers), layers, "joining" in self._extra(owner)
            )
        else:
            settings = inferred_settings(cell, names, layers)
        if cell == "rnn" and owner not in self.assembled.layers and not orientation_is_known(names, self.arrays):
            settings = (*settings, orientation(gates_along_columns(names, self.arrays)))
        return (*settings, *self.assembled.extra.get(owner, ()))

    def _extra(self, owner: str) -> set[str]:
        return {setting.name for setting in self.assembled.extra.get(owner, ())}

    def _head(self, names: Mapping[str, ArrayName], direction: str) -> str:
        """What precedes the names of a direction's arrays in the file."""
        parsed = next(iter(names.values()))
        if (parsed.owner, direction) in self.assembled.heads:
            return self.assembled.heads[parsed.owner, direction]
        return head_of(parsed.name)

    def _notes(self, names: Mapping[str, ArrayName]) -> list[str]:
        """How weights were computed from others."""
        computed = self.assembled.prepared.notes
        return [computed[p] for n in names.values() for p in self.assembled.parts(n.name) if p in computed]

    def _parameters(self, name: str, names: Mapping[str, ArrayName]) -> Parameters:
        """One direction of a layer, gates along the rows."""
        assembled = any(parsed.name in self.assembled.arrays for parsed in names.values())
        needed = ("weight_ih",) if "weight_u" in names else ("weight_ih", "weight_hh")
        if missing := [parameter for parameter in needed if parameter not in names]:
            present = ", ".join(parsed.name for parsed in names.values())
            raise DamagedFileError(
                f"{name} has {present}, but no {missing[0]} that belongs to it.", code="missing_array", part=name
            )
        columns = not assembled and gates_along_columns(names, self.arrays)
        return {
            parameter: self.source(parsed.name, "transposed" if columns and parameter.startswith("weight") else "")
            for parameter, parsed in names.items()
        }

    def source(self, name: str, changes: str) -> SourceArray:
        """An array on its way into a network, transposed if that is its change."""
        array = self.arrays[name]
        parts = self.assembled.file_names(name)
        origins = [
            origin
            for origin in (self.assembled.origins.get(name), self.assembled.prepared.origins.get(name))
            if origin is not None
        ]
        words = [*(origin.changes for origin in origins), changes]
        shape = next((origin.shape for origin in origins if origin.shape), array.shape)
        return SourceArray(
            name.partition(" for ")[0] if name in self.assembled.origins else name,
            _as_float(array.T if changes else array),
            shape,
            self.dtypes.get(parts[0], str(array.dtype)),
            ", ".join(filter(None, words)),
            parts,
        )


def _owner(names: Mapping[str, ArrayName]) -> str:
    return next(iter(names.values())).owner


def _as_float(array: Array) -> Array:
    """As float32 or float64; float16 fits into float32 exactly."""
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)
