"""A trace: everything that one run of a model over one input recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from .bounded_json import parse_json
from .cells import CELLS, Definition
from .cells.activations import Array
from .cells.cell_kind import CellKinds
from .errors import DamagedFileError, FileError, UnknownQuantityError, UnsupportedFileError
from .interventions import Intervention, ValueIntervention, format_all, parse_all
from .network.head import Head
from .representations import html_of
from .trace_arrays import read_trace_arrays
from .trace_frame import values_frame

if TYPE_CHECKING:
    import pandas as pd

    from .network import Network, States
    from .text.tokens import Vocabulary

Key = tuple[str, int, str]  # quantity, layer, direction

FORMAT, MIXED_FORMAT = 1, 2  # of a file with one cell, and with a cell for each layer

# What a description or arrays of another kind lead to.
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Trace:
    """One run over T tokens.

    `trace["forget"]` is of shape (T, H), for the first layer in its forward direction (or its only one);
    `trace["forget", 1]` is the second layer's, `trace["forget", 0, "backward"]` the backward direction's. Row t belongs
    to token t in both directions. "input_vector" is what a layer read, of shape (T, D).

    Parameters
    ----------
    model : str
        The name of the model.
    cell_kinds : tuple of CellKind
        The cell of each layer with its options, from below.
    tokens : list of str
        The T tokens as typed, after interventions.
    unknown : ndarray of bool of shape (T,)
        Where the token is not in the vocabulary.
    values : dict of (str, int, str) to ndarray of shape (T, H)
        By quantity, layer and direction, after interventions.
    initial : dict of (str, int, str) to ndarray of shape (H,)
        The states that each layer started from.
    logits : ndarray of shape (T, C) or None
        The sums of the readout after each step; None without a readout.
    outputs : ndarray of shape (T, C) or None
        What the head makes of them: the network's output after each step, as if the text ended there.
    labels : list of str
        The C labels.
    head : Head, default Head()
        How the outputs come from the hidden states.
    truncated : bool, default False
        Whether the input is longer than the limit.
    network : Network or None, default None
        The network that ran; None in a trace from a file, which does not store it.
    interventions : tuple of Intervention, default ()
        What was held, silenced, frozen, swapped or removed.
    vocabulary : Vocabulary or None, default None
        The vocabulary of the model; None in a trace from a file.
    card : dict, optional
        The card of the model; empty in a trace from a file.
    run_unchanged : callable or None, default None
        Runs the same text without the interventions; None without any, and in a trace from a file.

    Examples
    --------
    >>> import rnnviz
    >>> trace = rnnviz.load("names-lstm").trace("Ada")
    >>> trace.tokens
    ['A', 'd', 'a', '<end>']
    >>> trace["cell"].shape
    (4, 64)
    """

    model: str
    cell_kinds: CellKinds
    tokens: list[str]
    unknown: np.ndarray
    values: dict[Key, Array]
    initial: dict[Key, Array]
    logits: Array | None
    outputs: Array | None
    labels: list[str]
    head: Head = field(default_factory=Head, compare=False)
    truncated: bool = False
    network: Network | None = field(default=None, repr=False, compare=False)
    interventions: tuple[Intervention, ...] = ()
    vocabulary: Vocabulary | None = field(default=None, compare=False)
    card: dict[str, Any] = field(default_factory=dict, compare=False)
    run_unchanged: Callable[[], Trace] | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<Trace of {self.model}: {len(self)} steps, {self.units()} units>"

    def _repr_html_(self) -> str | None:
        """What a notebook shows."""
        return html_of(self)

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, key: str | tuple[Any, ...]) -> Array:
        quantity, layer, direction = self._full(key)
        try:
            return self.values[quantity, layer, direction]
        except KeyError:
            names = tuple(self._definition_at(layer).by_name)
            places = tuple(f"{k}, {d}" for k, directions in enumerate(self.directions_by_layer) for d in directions)
            there = f"{', '.join(names)}; {self.layers} layers, {' and '.join(self.directions)}"
            if len(set(self.directions_by_layer)) > 1:
                there += "".join(
                    f"; layer {k} {' and '.join(directions)}" for k, directions in enumerate(self.directions_by_layer)
                )
            known = quantity in names
            raise UnknownQuantityError(
                f"The trace has no {quantity!r} in layer {layer}, {direction}; it has {there}.",
                code="layer" if known else "quantity",
                kind="quantity",
                name=str(quantity),
                allowed=places if known else names,
            ) from None

    @property
    def probabilities(self) -> Array | None:
        """The outputs, (T, C), where they are probabilities that add up to 1; None for other outputs."""
        return self.outputs if self.head.is_distribution else None

    @property
    def answer(self) -> Array | None:
        """What the network answers for the whole sequence, (C,): the outputs after the last step."""
        return None if self.outputs is None else self.outputs[-1]

    @property
    def start(self) -> States:
        """The states before anything was read, by layer and direction, as `Model.run` takes them."""
        return [
            [{state: self.initial[state, k, d].copy() for state in self.definitions[k].states} for d in directions]
            for k, directions in enumerate(self.directions_by_layer)
        ]

    @property
    def final(self) -> States:
        """The states after everything was read: the `initial` of a run that carries on, of this model or its decoder.

        They are by layer and direction. The backward direction has those after the first token, which it reads last.
        """
        row = {"forward": -1, "backward": 0}
        return [
            [{state: self[state, k, d][row[d]].copy() for state in self.definitions[k].states} for d in directions]
            for k, directions in enumerate(self.directions_by_layer)
        ]

    @property
    def cell(self) -> str:
        """The name of the cell; of layers of several cells, the names as they follow each other: "lstm-gru"."""
        return self.cell_kinds.name

    @property
    def title(self) -> str:
        """The cell in words: "LSTM", or "LSTM–GRU" for layers of several cells."""
        return self.cell_kinds.title

    @property
    def options(self) -> dict[str, str]:
        """The options of the cell; of several cells, those of the first layer."""
        return self.cell_kinds[0].options

    @property
    def definition(self) -> Definition:
        """The definition of the cell: its quantities, equations and phases; that of the first layer."""
        return self.definitions[0]

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The definition of each layer's cell, from below."""
        return self.cell_kinds.definitions

    @property
    def has_held_values(self) -> bool:
        """Whether an intervention replaced values of the cell, and not only tokens."""
        return any(isinstance(intervention, ValueIntervention) for intervention in self.interventions)

    @cached_property
    def unchanged(self) -> Trace | None:
        """The run of the same text without the interventions, which is run at the first question."""
        return None if self.run_unchanged is None else self.run_unchanged()

    @property
    def layers(self) -> int:
        """The number of layers."""
        return 1 + max(layer for _, layer, _ in self.values)

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions in which any layer reads."""
        return tuple(dict.fromkeys(direction for directions in self.directions_by_layer for direction in directions))

    @property
    def directions_by_layer(self) -> tuple[tuple[str, ...], ...]:
        """The directions of each layer, forward first."""
        return tuple(
            tuple(d for d in ("forward", "backward") if ("hidden", k, d) in self.values) for k in range(self.layers)
        )

    @property
    def hidden_size(self) -> int:
        """H of the first layer."""
        return self.units()

    def units(self, layer: int = 0, direction: str | None = None, quantity: str | None = None) -> int:
        """Find the number of units of a layer, which its directions share.

        Parameters
        ----------
        layer : int, default 0
            The layer, counted from 0.
        direction : str or None, default None
            A direction, which must exist; None for any.
        quantity : str or None, default None
            A quantity, which may have a size of its own; None for the one with the most units.

        Returns
        -------
        int
            H, unless the cell has further sizes.

        Raises
        ------
        UnknownQuantityError
            If there is no such layer, direction or quantity.
        """
        names = [q.name for q in self._definition_at(layer).quantities] if quantity is None else [quantity]
        return max(self[name, layer, *([direction] if direction else [])].shape[1] for name in names)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of 16 hexadecimal digits that distinguishes this run from others of the same network.

        It covers the model's name, the cell and its options, the interventions, the initial states, the tokens, and the
        numbers that the first layer read: vectors can differ where their labels do not.
        """
        facts = [self.model, *self.cell_kinds.to_json().values(), format_all(self.interventions), self.tokens]
        digest = blake2b(json.dumps(facts).encode(), digest_size=8)
        key = ("input_vector", 0, self.directions[0])
        arrays = {key: self.values[key]} | self.initial
        for name, array in sorted(arrays.items()):
            digest.update(f"{name}{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def to_frame(self) -> pd.DataFrame:
        """Convert the trace to a tidy pandas frame.

        Returns
        -------
        pandas.DataFrame
            One row for each value, with the columns step, token, layer, direction, quantity, unit and value. Steps
            count from 1, as in formulas and on pages, so that step t is row t - 1 of the arrays; layers and units count
            from 0.
        """
        return values_frame(self.values, self.tokens)

    def save(self, file: str | Path | IO[bytes]) -> None:
        """Write the trace to an .npz file, which `Trace.load` reads back to the same numbers, bit for bit.

        Parameters
        ----------
        file : str, Path or binary file
            Where to write.
        """
        about = {
            "format": MIXED_FORMAT if len(self.cell_kinds.different) > 1 else FORMAT,
            "model": self.model,
            **self.cell_kinds.to_json(),
            "tokens": self.tokens,
            "labels": self.labels,
            "head": {"activation": self.head.activation, "reading": self.head.reading},
            "cut": self.truncated,
            "interventions": format_all(self.interventions),
        }
        arrays = {f"values/{'/'.join(map(str, key))}": array for key, array in self.values.items()}
        arrays |= {f"initial/{'/'.join(map(str, key))}": array for key, array in self.initial.items()}
        arrays["unknown"] = self.unknown
        if self.logits is not None and self.outputs is not None:
            arrays |= {"logits": self.logits, "outputs": self.outputs}
        about_bytes = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        with nullcontext(file) if hasattr(file, "write") else Path(file).open("wb") as target:
            np.savez_compressed(target, about=about_bytes, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, file: str | Path | IO[bytes]) -> Trace:
        """Read a trace from a file that `save` wrote. Nothing in the file is executed.

        Parameters
        ----------
        file : str, Path or binary file
            Where to read.

        Returns
        -------
        Trace
            The trace, without its network.

        Raises
        ------
        DamagedFileError
            If the file is not one that `save` wrote.
        UnsupportedFileError
            If it is of another version, or of an unknown cell.
        LimitError
            If it holds far more than a trace does.
        FileNotFoundError
            If there is no such file.
        """
        try:
            arrays = read_trace_arrays(file)
            about = parse_json("Its description", arrays.pop("about").tobytes())
            if (form := about.pop("format")) not in (FORMAT, MIXED_FORMAT):
                raise UnsupportedFileError("It is written in another format.", code="format")
            unknown, logits, outputs = arrays.pop("unknown"), arrays.pop("logits", None), arrays.pop("outputs", None)
            if outputs is None and "probabilities" in arrays:  # as rnnviz wrote them before heads had activations
                outputs = arrays.pop("probabilities")
                with np.errstate(divide="ignore"):
                    logits = np.log(outputs)
            about["head"] = Head.from_json(about.get("head", {}), {})
            kinds = {name: about.pop(name) for name in (("cells",) if form == MIXED_FORMAT else ("cell", "options"))}
            about["interventions"] = parse_all(about.get("interventions", ""))
            about["truncated"] = about.pop("cut")
            groups: dict[str, dict[Key, Array]] = {"values": {}, "initial": {}}
            for name, array in arrays.items():
                group, quantity, layer, direction = name.split("/")
                groups[group][quantity, int(layer), direction] = array
            values, initial = groups["values"], groups["initial"]
            if (layers := 1 + max(layer for _, layer, _ in values)) > len(values):
                raise DamagedFileError("Its arrays are not those of all of its layers.", code="quantities")
            trace = cls(
                **about, cell_kinds=_resolved(CellKinds.from_json(kinds, layers)),
                values=values, initial=initial, unknown=unknown, logits=logits, outputs=outputs,
                network=None, vocabulary=None, card={},
            )  # fmt: skip
            trace._check()
        except OSError:  # there is no such file, or it cannot be opened
            raise
        except FileError as error:
            raise error.with_message(f"{file} is not a trace saved by rnnviz: {error}", file=str(file)) from error
        except _BROKEN as error:
            message = f"{file} is not a trace saved by rnnviz: {error}"
            raise DamagedFileError(message, code="unreadable", file=str(file)) from error
        return trace

    def _check(self) -> None:
        """Raise FileError unless the arrays are those of a known cell, with one row for each token."""
        if unknown := [kind.name for kind in self.cell_kinds if kind.name not in CELLS]:
            raise UnsupportedFileError(
                f"It has the cell {unknown[0]!r}, which is not known here; define its class first.", code="unknown_cell"
            )
        places = [(k, direction) for k, directions in enumerate(self.directions_by_layer) for direction in directions]
        keys = {(name, k, direction) for k, direction in places for name in self.definitions[k].by_name}
        if set(self.values) != keys:
            raise DamagedFileError(f"Its arrays are not those of a {self.cell}.", code="quantities")
        if set(self.initial) != {key for key in keys if key[0] in self.definitions[key[1]].states}:
            raise DamagedFileError(f"Its initial states are not those of a {self.cell}.", code="initial_states")
        outputs = tuple(table for table in (self.logits, self.outputs) if table is not None)
        if len(outputs) == 1:
            raise DamagedFileError("It has outputs without logits, or logits without outputs.", code="outputs")
        tables = [*self.values.values(), *outputs]
        if any(array.dtype.kind != "f" for array in (*tables, *self.initial.values())):
            raise DamagedFileError("Its arrays do not hold numbers.", code="not_numbers")
        if any(table.shape[-1:] != (len(self.labels),) for table in outputs):
            raise DamagedFileError(
                f"Its outputs do not have a column for each of the {len(self.labels)} labels.", code="labels"
            )
        if self.unknown.shape != (len(self),) or any(a.ndim != 2 or len(a) != len(self) for a in tables):
            raise DamagedFileError(f"Its arrays do not have a row for each of the {len(self)} tokens.", code="rows")

    def _full(self, key: str | tuple[Any, ...]) -> Key:
        """A key with its layer and direction filled in."""
        if isinstance(key, str):
            key = (key,)
        if not 1 <= len(key) <= 3:
            raise UnknownQuantityError(
                f"{key} is not a key: a key is a quantity, (quantity, layer) or (quantity, layer, direction).",
                code="key", kind="key", name=str(key),
            )  # fmt: skip
        quantity, layer, *direction = (*key, 0)[: max(len(key), 2)]
        if direction:
            return quantity, layer, direction[0]
        lone = (quantity, layer, "forward") not in self.values and (quantity, layer, "backward") in self.values
        return quantity, layer, "backward" if lone else "forward"

    def _definition_at(self, layer: Any) -> Definition:
        """The definition of a layer; of one that does not exist, the first one's."""
        return self.definitions[layer if layer in range(len(self.definitions)) else 0]


def _resolved(kinds: CellKinds) -> CellKinds:
    """The kinds in a file; options that are newer than it have their defaults."""
    return CellKinds(
        replace(kind, options=CELLS[kind.name].resolve_options(kind.options)) if kind.name in CELLS else kind
        for kind in kinds
    )
