"""Two models side by side: where their architectures agree, and how far apart their numbers are.

Units are compared by their number. Two networks that compute the same with their units in another order differ here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...cells import CELLS
from ...cells.activations import Array
from ...model import Model
from ...network import Network
from .gate_weights import array_name, blocks_of, cell_of, cells_of, gates_of

if TYPE_CHECKING:
    import pandas as pd

_PIECE = 2**20  # numbers that are worked on at once, so that a large embedding is never doubled


class Feature(NamedTuple):
    """One thing that two architectures have or do not have in common, in words."""

    title: str
    one: str
    other: str
    agrees: bool


class Apart(NamedTuple):
    """How far an array A is from an array B of its shape.

    relative: |A - B| / |B|, with the root of the sum of squares; 0 if they are equal, infinite if only B is all zeros.
    cosine: of the angle between them, from -1 to 1; NaN if either is all zeros. largest: the largest |a - b|.
    equal: whether they are the same bit for bit, dtype included (0 and -0 are not).
    """

    relative: float
    cosine: float
    largest: float
    equal: bool


@dataclass(frozen=True)
class ModelsBeside:
    """Two models, `one` against `other`, the reference.

    features: of both architectures. same_cell: whether rows of their weights stand for the same gates.
    rewritten: what was done to `other` so that its arrays compare with those of `one`, in words; empty if nothing.

    arrays: a frame with a row for every array of either, in `one`'s order: array, its name; shape_one and shape_other,
    None where it is missing; and, NaN or False unless the shapes agree, the columns of `Apart`.
    gates: the same for the rows of each gate: array, layer, direction, parameter, gate, and the columns of `Apart`;
    empty unless same_cell.
    biases: of each gate, added up as the cell adds them, so that a bias in one array is the same as one in two: layer,
    direction, gate, bias ("bias" or "recurrent bias"), the columns of `Apart`, and correlation, of the H numbers, NaN
    where either does not vary.
    """

    one: Model = field(repr=False)
    other: Model = field(repr=False)
    features: tuple[Feature, ...]
    same_cell: bool
    rewritten: str
    arrays: pd.DataFrame = field(repr=False)
    gates: pd.DataFrame = field(repr=False)
    biases: pd.DataFrame = field(repr=False)

    @property
    def differing(self) -> tuple[str, ...]:
        """Titles of what the architectures do not have in common."""
        return tuple(feature.title for feature in self.features if not feature.agrees)


def models_beside(one: Model, other: Model) -> ModelsBeside:
    """Compare two models of any shapes; relative differences are by the size of the second one's arrays.

    Where their cells are written differently but compute the same (an option of the cell's `notation`, as the GRU's two
    meanings of z), the second is rewritten like the first before its numbers are compared.
    """
    features = _features(one, other)
    other_alike, rewritten = _in_one_notation(one, other)
    a, b = one.network, other_alike.network
    same_cell = a.cell_name == b.cell_name
    return ModelsBeside(
        one,
        other_alike,
        features,
        same_cell,
        rewritten,
        _arrays(a, b),
        _gates(a, b, same_cell),
        _biases(a, b, same_cell),
    )


def apart(one: Array, other: Array) -> Apart:
    """How far an array is from another one. Raises ValueError if their shapes differ."""
    if one.shape != other.shape:
        raise ValueError(f"arrays of shapes {one.shape} and {other.shape} have no difference number by number")
    a, b = one.reshape(-1), other.reshape(-1)
    equal, sizes = one.dtype == other.dtype, np.zeros(3)  # largest absolute values of a, b and a - b
    for x, y in _pieces(a, b):
        equal = equal and x.tobytes() == y.tobytes()
        x, y = x.astype(np.float64), y.astype(np.float64)
        sizes = np.maximum(sizes, [np.abs(v).max() for v in (x, y, x - y)])
    scale, squares, product = np.where(sizes > 0, sizes, 1.0), np.zeros(3), 0.0
    for x, y in _pieces(a, b):
        x, y = x.astype(np.float64), y.astype(np.float64)
        scaled = [v / size for v, size in zip((x, y, x - y), scale, strict=True)]
        squares += [np.vdot(v, v) for v in scaled]
        product += float(np.vdot(scaled[0], scaled[1]))
    lengths = np.sqrt(squares)
    if sizes[2] == 0:
        relative = 0.0
    else:
        relative = float(sizes[2] / sizes[1] * (lengths[2] / lengths[1])) if sizes[1] > 0 else np.inf
    cosine = float(np.clip(product / (lengths[0] * lengths[1]), -1, 1)) if min(sizes[:2]) > 0 else np.nan
    return Apart(relative, cosine, float(sizes[2]), bool(equal))


def correlation(one: Array, other: Array) -> float:
    """Pearson's correlation of two vectors, from -1 to 1; NaN where either does not vary."""
    a, b = (v.astype(np.float64) - v.astype(np.float64).mean() for v in (one, other))
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return np.nan
    a, b = a / np.abs(a).max(), b / np.abs(b).max()
    return float(np.clip(np.vdot(a, b) / np.sqrt(np.vdot(a, a) * np.vdot(b, b)), -1, 1))


def _pieces(a: Array, b: Array) -> list[tuple[Array, Array]]:
    return [(a[k : k + _PIECE], b[k : k + _PIECE]) for k in range(0, max(len(a), 1), _PIECE)]


def _features(one: Model, other: Model) -> tuple[Feature, ...]:
    nets = (one.network, other.network)

    def feature(title: str, said: Callable[[Network], str]) -> Feature:
        a, b = map(said, nets)
        return Feature(title, a, b, a == b)

    options = dict.fromkeys(name for net in nets for name in cell_of(net).options)
    return (
        feature("cell", lambda net: CELLS[net.cell_name].title if net.cell_name in CELLS else net.cell_name),
        *(feature(name, lambda net, name=name: cell_of(net).options.get(name, "–")) for name in options),  # type: ignore[misc]
        feature("layers", lambda net: str(len(net.layers))),
        feature("reads", lambda net: _each([" and ".join(directions) for directions in net.directions_by_layer])),
        feature("hidden units", lambda net: _each([str(layer[0].hidden_size) for layer in net.layers])),
        feature("input numbers", lambda net: str(net.input_size)),
        feature("embedding", lambda net: _sizes(net.embedding, "tokens")),
        feature("readout", lambda net: _sizes(net.readout_weight, "labels", net.readout_bias)),
        _listed("vocabulary", "tokens", one.vocabulary.tokens, other.vocabulary.tokens),
        _listed("labels", "labels", one.labels, other.labels),
        feature("dtype", lambda net: str(net.dtype)),
        feature("parameters", lambda net: f"{sum(array.size for array in net.parameters.values()):,}"),
    )


def _each(said: list[str]) -> str:
    """What holds of each layer, said once if it is the same everywhere."""
    return said[0] if len(set(said)) == 1 else ", ".join(said)


def _sizes(table: Array | None, what: str, bias: Array | None = None) -> str:
    if table is None:
        return "none"
    biased = "" if what == "tokens" else ", no bias" if bias is None else ", with bias"
    return f"{len(table):,} {what} × {table.shape[1]:,}{biased}"


def _listed(title: str, what: str, one: Sequence[str], other: Sequence[str]) -> Feature:
    """Two lists in words, which may be equally long and yet differ."""
    agrees, said = list(one) == list(other), [f"{len(names):,} {what}" if names else "none" for names in (one, other)]
    if not agrees and said[0] == said[1]:
        differ = sum(a != b for a, b in zip(one, other, strict=True))
        said[1] += f", {differ:,} of them others"
    return Feature(title, said[0], said[1], agrees)


def _in_one_notation(one: Model, other: Model) -> tuple[Model, str]:
    """The other model written like the first, as far as the way of writing changes nothing that it computes."""
    first, second = cell_of(one.network), cell_of(other.network)
    if type(first) is not type(second):
        return other, ""
    changed = {name: first.options[name] for name in first.notation if first.options[name] != second.options[name]}
    if not changed:
        return other, ""
    told = ", ".join(f"{name}={value!r}" for name, value in changed.items())
    return other.with_options(
        **changed
    ), f"the second model was rewritten to {told}, which leaves its states as they are"


_UNLIKE = Apart(np.nan, np.nan, np.nan, False)


def _arrays(one: Network, other: Network) -> pd.DataFrame:
    import pandas as pd

    a, b = one.parameters, other.parameters
    rows = []
    for name in [*a, *(name for name in b if name not in a)]:
        x, y = a.get(name), b.get(name)
        far = _UNLIKE if x is None or y is None or x.shape != y.shape else apart(x, y)
        shapes = {"shape_one": None if x is None else x.shape, "shape_other": None if y is None else y.shape}
        rows.append({"array": name, **shapes, **far._asdict()})
    return pd.DataFrame(rows, columns=["array", "shape_one", "shape_other", *Apart._fields])


def _both(one: Network, other: Network) -> list[tuple[int, str]]:
    """Layers and directions that both networks have."""
    there = {(layer, direction) for layer, direction, _ in cells_of(other)}
    return [(layer, direction) for layer, direction, _ in cells_of(one) if (layer, direction) in there]


def _gates(one: Network, other: Network, same_cell: bool) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for layer, direction in _both(one, other) if same_cell else ():
        a, b = cell_of(one, layer, direction), cell_of(other, layer, direction)
        for gate in a.rows:
            x, y = blocks_of(a, gate), blocks_of(b, gate)
            for name in (name for name in x if name in y and x[name].shape == y[name].shape):
                where = {"array": array_name(name, layer, direction), "layer": layer, "direction": direction}
                rows.append({**where, "parameter": name, "gate": gate, **apart(x[name], y[name])._asdict()})
    return pd.DataFrame(rows, columns=["array", "layer", "direction", "parameter", "gate", *Apart._fields])


def _biases(one: Network, other: Network, same_cell: bool) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for layer, direction in _both(one, other) if same_cell else ():
        pairs = zip(gates_of(cell_of(one, layer, direction)), gates_of(cell_of(other, layer, direction)), strict=True)
        for a, b in pairs:
            for name, x in a.biases.items():
                y = b.biases.get(name)
                if y is not None and x.shape == y.shape:
                    where = {"layer": layer, "direction": direction, "gate": a.gate.name, "bias": name}
                    rows.append({**where, **apart(x, y)._asdict(), "correlation": correlation(x, y)})
    return pd.DataFrame(rows, columns=["layer", "direction", "gate", "bias", *Apart._fields, "correlation"])
