"""Comparison of two models: where their architectures agree, and how far apart their arrays are.

Units are compared by their number. Two networks that compute the same with their units in another order differ here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...cells.activations import Array
from ...errors import ArrayError
from ...model import Model
from ...network import Network
from .gate_weights import array_name, cells_of, gate_blocks, units_in_words, weights_by_gate

if TYPE_CHECKING:
    import pandas as pd

_CHUNK = 2**20  # elements that are worked on at once, so that a large embedding is never doubled


class Feature(NamedTuple):
    """A feature of two architectures.

    Attributes
    ----------
    title : str
        The name of the feature, for example "hidden units".
    value, reference_value : str
        What it is in the model and in the reference.
    agrees : bool
        Whether the two agree.
    """

    title: str
    value: str
    reference_value: str
    agrees: bool


class ArrayDistance(NamedTuple):
    """How far an array A is from a reference array B of its shape.

    Attributes
    ----------
    relative : float
        |A - B| / |B|, where |.| is the root of the sum of squares: 0 if they are equal, infinite if only B is all
        zeros.
    cosine : float
        The cosine of the angle between them, from -1 to 1; NaN if either is all zeros.
    largest : float
        The largest absolute difference of two elements.
    identical : bool
        Whether they are the same bit for bit, dtype included (0 and -0 are not).
    """

    relative: float
    cosine: float
    largest: float
    identical: bool


@dataclass(frozen=True)
class ModelComparison:
    """A model compared with a reference.

    Parameters
    ----------
    model, reference : Model
        The two models; the reference as it was converted for the comparison.
    features : tuple of Feature
        The features of both architectures.
    same_cell : bool
        Whether rows of their weights belong to the same gates.
    conversion : str
        How the reference was converted so that its arrays compare with those of the model, in a sentence; empty if it
        was not.
    arrays : DataFrame
        One row for every array of either, in the model's order. Columns: ``array``, the name; ``shape`` and
        ``reference_shape``, None where it is missing; and those of `ArrayDistance`, NaN or False unless the shapes
        agree.
    gates : DataFrame
        The same for the rows of each gate; empty unless `same_cell`. Columns: ``array``, ``layer``, ``direction``,
        ``parameter``, ``gate``, and those of `ArrayDistance`.
    biases : DataFrame
        The biases of each gate, added as the cell adds them, so that a bias in one array equals one in two. Columns:
        ``layer``, ``direction``, ``gate``, ``bias`` ("bias" or "recurrent bias"), those of `ArrayDistance`, and
        ``correlation``, Pearson's correlation of the H values, NaN where either is constant.
    """

    model: Model = field(repr=False)
    reference: Model = field(repr=False)
    features: tuple[Feature, ...]
    same_cell: bool
    conversion: str
    arrays: pd.DataFrame = field(repr=False)
    gates: pd.DataFrame = field(repr=False)
    biases: pd.DataFrame = field(repr=False)

    @property
    def differing(self) -> tuple[str, ...]:
        """The titles of the features that differ."""
        return tuple(feature.title for feature in self.features if not feature.agrees)


def compare_models(model: Model, reference: Model) -> ModelComparison:
    """Compare the architectures and the arrays of two models of any shapes.

    Where their cells are written differently but compute the same (an option of the cell's `notation`, such as the two
    meanings of the GRU's z), the reference is converted to the model's notation before the arrays are compared.

    Parameters
    ----------
    model, reference : Model
        The models. Relative differences are relative to the arrays of the reference.

    Returns
    -------
    ModelComparison
        The features, and the distances of arrays, gates and biases.
    """
    features = _features(model, reference)
    converted, conversion = _in_notation_of(model, reference)
    network, other = model.network, converted.network
    same_cell = network.cell_name == other.cell_name
    return ModelComparison(
        model,
        converted,
        features,
        same_cell,
        conversion,
        _compare_arrays(network, other),
        _compare_gates(network, other, same_cell),
        _compare_biases(network, other, same_cell),
    )


def array_distance(array: Array, reference: Array) -> ArrayDistance:
    """Compute how far an array is from a reference array.

    Parameters
    ----------
    array, reference : ndarray
        Two arrays of the same shape. Values of any finite size are handled without overflow.

    Returns
    -------
    ArrayDistance
        The distances, computed in float64.

    Raises
    ------
    ArrayError
        If the shapes differ.
    """
    if array.shape != reference.shape:
        raise ArrayError(
            f"Arrays of shapes {array.shape} and {reference.shape} cannot be compared element by element.",
            name="array",
            shape=array.shape,
            expected=reference.shape,
        )
    a, b = array.reshape(-1), reference.reshape(-1)
    identical, largest = array.dtype == reference.dtype, np.zeros(3)  # largest absolute values of a, b and a - b
    for x, y in _chunks(a, b):
        identical = identical and x.tobytes() == y.tobytes()
        x, y = x.astype(np.float64), y.astype(np.float64)
        largest = np.maximum(largest, [np.abs(v).max() for v in (x, y, x - y)])
    scale, squares, product = np.where(largest > 0, largest, 1.0), np.zeros(3), 0.0
    for x, y in _chunks(a, b):
        x, y = x.astype(np.float64), y.astype(np.float64)
        scaled = [v / size for v, size in zip((x, y, x - y), scale, strict=True)]
        squares += [np.vdot(v, v) for v in scaled]
        product += float(np.vdot(scaled[0], scaled[1]))
    lengths = np.sqrt(squares)
    if largest[2] == 0:
        relative = 0.0
    else:
        relative = float(largest[2] / largest[1] * (lengths[2] / lengths[1])) if largest[1] > 0 else np.inf
    cosine = float(np.clip(product / (lengths[0] * lengths[1]), -1, 1)) if min(largest[:2]) > 0 else np.nan
    return ArrayDistance(relative, cosine, float(largest[2]), bool(identical))


def correlation(array: Array, reference: Array) -> float:
    """Pearson's correlation of two vectors, from -1 to 1; NaN where either is constant."""
    a, b = (v.astype(np.float64) - v.astype(np.float64).mean() for v in (array, reference))
    if np.ptp(array) == 0 or np.ptp(reference) == 0:
        return np.nan
    a, b = a / np.abs(a).max(), b / np.abs(b).max()
    return float(np.clip(np.vdot(a, b) / np.sqrt(np.vdot(a, a) * np.vdot(b, b)), -1, 1))


def _chunks(a: Array, b: Array) -> list[tuple[Array, Array]]:
    return [(a[k : k + _CHUNK], b[k : k + _CHUNK]) for k in range(0, max(len(a), 1), _CHUNK)]


def _features(model: Model, reference: Model) -> tuple[Feature, ...]:
    nets = (model.network, reference.network)

    def feature(title: str, value_of: Callable[[Network], str]) -> Feature:
        a, b = map(value_of, nets)
        return Feature(title, a, b, a == b)

    first, second = ({name for kind in net.cell_kinds for name in kind.options} for net in nets)
    options = sorted(first & second)  # other cells have none, or fix what is an option here
    return (
        feature("cell", lambda net: net.cell_kinds.title),
        *(feature(name, lambda net, name=name: _option(net, name)) for name in options),  # type: ignore[misc]
        feature("layers", lambda net: str(len(net.layers))),
        feature(
            "directions", lambda net: _by_layer([" and ".join(directions) for directions in net.directions_by_layer])
        ),
        feature("hidden units", lambda net: _by_layer([units_in_words(layer[0]) for layer in net.layers])),
        feature("input size", lambda net: str(net.input_size)),
        feature("embedding", lambda net: _sizes(net.embedding, "tokens")),
        feature("readout", lambda net: _sizes(net.readout_weight, "labels", net.readout_bias)),
        _compare_names("vocabulary", "tokens", model.vocabulary.tokens, reference.vocabulary.tokens),
        _compare_names("labels", "labels", model.labels, reference.labels),
        feature("dtype", lambda net: str(net.dtype)),
        feature("parameters", lambda net: f"{sum(array.size for array in net.parameters.values()):,}"),
    )


def _option(network: Network, name: str) -> str:
    """The value of an option in all layers that have it."""
    return _by_layer([kind.options[name] for kind in network.cell_kinds if name in kind.options])


def _by_layer(values: list[str]) -> str:
    """What holds for each layer, once if it is the same everywhere."""
    return values[0] if len(set(values)) == 1 else ", ".join(values)


def _sizes(table: Array | None, what: str, bias: Array | None = None) -> str:
    if table is None:
        return "none"
    biased = "" if what == "tokens" else ", no bias" if bias is None else ", with bias"
    return f"{len(table):,} {what} × {table.shape[1]:,}{biased}"


def _compare_names(title: str, what: str, names: Sequence[str], reference: Sequence[str]) -> Feature:
    """A feature that is a list of names; two lists can be of one length and still differ."""
    agrees = list(names) == list(reference)
    values = [f"{len(listed):,} {what}" if listed else "none" for listed in (names, reference)]
    if not agrees and values[0] == values[1]:
        differing = sum(a != b for a, b in zip(names, reference, strict=True))
        values[1] += f", {differing:,} of them different"
    return Feature(title, values[0], values[1], agrees)


def _in_notation_of(model: Model, reference: Model) -> tuple[Model, str]:
    """Convert the reference to the model's notation, as far as that changes nothing that it computes."""
    changed: dict[str, str] = {}
    for layers in zip(model.network.layers, reference.network.layers, strict=False):
        first, second = (layer[0] for layer in layers)
        if type(first) is type(second):
            changed |= {n: first.options[n] for n in first.notation if first.options[n] != second.options[n]}
    if not changed or model.network.cell_name != reference.network.cell_name:
        return reference, ""
    options = ", ".join(f"{name}={value!r}" for name, value in changed.items())
    return (
        reference.with_options(**changed),
        f"The second model was converted to {options}, which leaves its states as they are.",
    )


_NO_DISTANCE = ArrayDistance(np.nan, np.nan, np.nan, False)


def _compare_arrays(network: Network, reference: Network) -> pd.DataFrame:
    import pandas as pd

    a, b = network.parameters, reference.parameters
    rows = []
    for name in [*a, *(name for name in b if name not in a)]:
        x, y = a.get(name), b.get(name)
        distance = _NO_DISTANCE if x is None or y is None or x.shape != y.shape else array_distance(x, y)
        shapes = {"shape": None if x is None else x.shape, "reference_shape": None if y is None else y.shape}
        rows.append({"array": name, **shapes, **distance._asdict()})
    return pd.DataFrame(rows, columns=["array", "shape", "reference_shape", *ArrayDistance._fields])


def _in_both(network: Network, reference: Network) -> list[tuple[int, str]]:
    """Layers and directions that both networks have."""
    others = {(layer, direction) for layer, direction, _ in cells_of(reference)}
    return [(layer, direction) for layer, direction, _ in cells_of(network) if (layer, direction) in others]


def _compare_gates(network: Network, reference: Network, same_cell: bool) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for layer, direction in _in_both(network, reference) if same_cell else ():
        a, b = network.cell(layer, direction), reference.cell(layer, direction)
        for gate in a.rows:
            x, y = gate_blocks(a, gate), gate_blocks(b, gate)
            for name in (name for name in x if name in y and x[name].shape == y[name].shape):
                where = {"array": array_name(name, layer, direction), "layer": layer, "direction": direction}
                rows.append({**where, "parameter": name, "gate": gate, **array_distance(x[name], y[name])._asdict()})
    return pd.DataFrame(rows, columns=["array", "layer", "direction", "parameter", "gate", *ArrayDistance._fields])


def _compare_biases(network: Network, reference: Network, same_cell: bool) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for layer, direction in _in_both(network, reference) if same_cell else ():
        cells = (each.cell(layer, direction) for each in (network, reference))
        for a, b in zip(*map(weights_by_gate, cells), strict=True):
            for name, x in a.biases.items():
                y = b.biases.get(name)
                if y is not None and x.shape == y.shape:
                    where = {"layer": layer, "direction": direction, "gate": a.gate.name, "bias": name}
                    rows.append({**where, **array_distance(x, y)._asdict(), "correlation": correlation(x, y)})
    columns = ["layer", "direction", "gate", "bias", *ArrayDistance._fields, "correlation"]
    return pd.DataFrame(rows, columns=columns)
