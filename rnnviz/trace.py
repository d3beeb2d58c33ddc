"""A trace: everything that one run of a model over one input recorded."""

from __future__ import annotations

import json
import zlib
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from .cells import CELLS, Definition
from .cells.activations import Array
from .interventions import Intervention, ValueIntervention, format_all, parse_all

if TYPE_CHECKING:
    import pandas as pd

    from .network import Network

Key = tuple[str, int, str]  # quantity, layer, direction

FORMAT = 1

# What NumPy, zipfile and JSON raise on a file that is cut off, damaged or of another kind.
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, OSError, EOFError, RuntimeError, BadZipFile, zlib.error)


@dataclass(frozen=True)
class Trace:
    """One run over T tokens.

    `trace["forget"]` is (T, H) for the first layer's forward direction (or its only one); `trace["forget", 1]`
    is the second layer's, `trace["forget", 0, "backward"]` the backward direction's. Row t
    belongs to token t in both directions. "input_vector" is what a layer read, (T, D).

    tokens: as typed. unknown: (T,) bool, where the vocabulary lacked the token.
    probabilities: (T, C), what the readout says after each step, or None without a readout;
    labels names the C columns. initial: the states (H,) that each layer started from.
    truncated: whether the input went on beyond the limit that was set. network: the Network that
    ran, which a file does not keep: a trace read from one has None there. interventions: what was
    held, silenced, swapped or removed in this run; tokens and arrays are those after it.
    """

    model: str
    cell: str
    options: dict[str, str]
    tokens: list[str]
    unknown: np.ndarray
    values: dict[Key, Array]
    initial: dict[Key, Array]
    probabilities: Array | None
    labels: list[str]
    truncated: bool = False
    network: Network | None = field(default=None, repr=False, compare=False)
    interventions: tuple[Intervention, ...] = ()

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, key: str | tuple[Any, ...]) -> Array:
        quantity, layer, direction = self._full(key)
        try:
            return self.values[quantity, layer, direction]
        except KeyError:
            there = f"{', '.join(self.definition.by_name)}; {self.layers} layers, {' and '.join(self.directions)}"
            if len(set(self.directions_by_layer)) > 1:
                there += "".join(
                    f"; layer {k} {' and '.join(directions)}" for k, directions in enumerate(self.directions_by_layer)
                )
            raise KeyError(f"the trace has no {quantity!r} in layer {layer}, {direction}; it has {there}") from None

    @property
    def definition(self) -> Definition:
        """What the cell says of itself: its quantities, equations and phases."""
        return CELLS[self.cell].define(**self.options)

    @property
    def has_held_values(self) -> bool:
        """Whether an intervention put values in place of the cell's own, and not just other tokens."""
        return any(isinstance(one, ValueIntervention) for one in self.interventions)

    @property
    def layers(self) -> int:
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

    def units(self, layer: int = 0, direction: str | None = None) -> int:
        """H of a layer; its directions have the same. Raises KeyError if there is none."""
        return self["hidden", layer, *([direction] if direction else [])].shape[1]

    @cached_property
    def fingerprint(self) -> str:
        """What tells this run from every other one of the same network: 16 hexadecimal digits.

        A digest of the model's name, the cell and its options, the interventions, the states at the start, the tokens,
        and the very numbers that the first layer read: vectors can differ where their labels do not.
        """
        said = [self.model, self.cell, self.options, format_all(self.interventions), self.tokens]
        digest = blake2b(json.dumps(said).encode(), digest_size=8)
        key = ("input_vector", 0, self.directions[0])
        arrays = {key: self.values[key]} | self.initial
        for name, array in sorted(arrays.items()):
            digest.update(f"{name}{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def to_frame(self) -> pd.DataFrame:
        """A tidy pandas frame: step, token, layer, direction, quantity, unit, value.

        `step` counts from 1, as formulas and screens do, so that step t is row t - 1 of the
        arrays; layers and units count from 0.
        """
        import pandas as pd

        parts = []
        for (quantity, layer, direction), array in self.values.items():
            steps, units = array.shape
            step = np.repeat(np.arange(steps), units)
            parts.append(
                {
                    "step": step + 1,
                    "token": np.array(self.tokens, dtype=object)[step],
                    "layer": np.full(array.size, layer),
                    "direction": np.full(array.size, direction, dtype=object),
                    "quantity": np.full(array.size, quantity, dtype=object),
                    "unit": np.tile(np.arange(units), steps),
                    "value": array.ravel(),
                }
            )
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        frame = pd.DataFrame(columns)
        for name in ("direction", "quantity"):
            frame[name] = frame[name].astype("category")
        return frame

    def save(self, file: str | Path | IO[bytes]) -> None:
        """Write an .npz file that `Trace.load` reads back to the same numbers, bit for bit."""
        about = {
            "format": FORMAT,
            "model": self.model,
            "cell": self.cell,
            "options": self.options,
            "tokens": self.tokens,
            "labels": self.labels,
            "cut": self.truncated,
            "interventions": format_all(self.interventions),
        }
        arrays = {f"values/{'/'.join(map(str, key))}": array for key, array in self.values.items()}
        arrays |= {f"initial/{'/'.join(map(str, key))}": array for key, array in self.initial.items()}
        arrays["unknown"] = self.unknown
        if self.probabilities is not None:
            arrays["probabilities"] = self.probabilities
        about_bytes = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        with nullcontext(file) if hasattr(file, "write") else Path(file).open("wb") as target:
            np.savez_compressed(target, about=about_bytes, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, file: str | Path | IO[bytes]) -> Trace:
        """Read what `save` wrote. Nothing in the file is executed.

        Raises ValueError if it is not such a file or is of a cell that is not known here,
        FileNotFoundError if there is no such file.
        """
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = dict(archive)
            about = json.loads(arrays.pop("about").tobytes())
            if about.pop("format") != FORMAT:
                raise ValueError("it is written in another format")
            unknown, probabilities = arrays.pop("unknown"), arrays.pop("probabilities", None)
            if about["cell"] in CELLS:  # options that came later than the file have their defaults
                about["options"] = CELLS[about["cell"]].resolve_options(about["options"])
            about["interventions"] = parse_all(about.get("interventions", ""))
            about["truncated"] = about.pop("cut")
            groups: dict[str, dict[Key, Array]] = {"values": {}, "initial": {}}
            for name, array in arrays.items():
                group, quantity, layer, direction = name.split("/")
                groups[group][quantity, int(layer), direction] = array
            values, initial = groups["values"], groups["initial"]
            trace = cls(
                **about, values=values, initial=initial, unknown=unknown, probabilities=probabilities, network=None
            )
            trace._check()
        except FileNotFoundError:
            raise
        except _BROKEN as error:
            raise ValueError(f"{file} is not a trace saved by rnnviz: {error}") from error
        return trace

    def _check(self) -> None:
        """Raises ValueError unless the arrays are those of a known cell, with one row for each token."""
        if self.cell not in CELLS:
            raise ValueError(f"it is of a cell {self.cell!r}; known here are {', '.join(CELLS)}")
        wanted = {
            (q, k, d)
            for q in self.definition.by_name
            for k, directions in enumerate(self.directions_by_layer)
            for d in directions
        }
        if set(self.values) != wanted:
            raise ValueError(f"its arrays are not those of a {self.cell}")
        if set(self.initial) != {key for key in wanted if key[0] in self.definition.states}:
            raise ValueError(f"its initial states are not those of a {self.cell}")
        said = () if self.probabilities is None else (self.probabilities,)
        tables = [*self.values.values(), *said]
        if any(array.dtype.kind != "f" for array in (*tables, *self.initial.values())):
            raise ValueError("its arrays do not hold numbers")
        if any(table.shape[-1:] != (len(self.labels),) for table in said):
            raise ValueError(f"its probabilities do not have a column for each of the {len(self.labels)} labels")
        if self.unknown.shape != (len(self),) or any(a.ndim != 2 or len(a) != len(self) for a in tables):
            raise ValueError(f"its arrays do not have a row for each of the {len(self)} tokens")

    def _full(self, key: str | tuple[Any, ...]) -> Key:
        if isinstance(key, str):
            key = (key,)
        if not 1 <= len(key) <= 3:
            raise KeyError(f"{key} is no key: it is a quantity, or (quantity, layer), or (quantity, layer, direction)")
        quantity, layer, *named = (*key, 0)[: max(len(key), 2)]
        if named:
            return quantity, layer, named[0]
        lone = (quantity, layer, "forward") not in self.values and (quantity, layer, "backward") in self.values
        return quantity, layer, "backward" if lone else "forward"
