"""Neural Amp Modeler's JSON, `.nam`: a configuration, and all weights in one list.

Reference: the LSTM of NeuralAmpModelerCore. For each layer, a matrix of 4H rows over [input, state], gates i, f, g, o,
a bias, and the initial hidden and cell states; then the row and the bias of the output.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...cells.activations import Array
from ...errors import DamagedFileError, UnsupportedFileError
from ...wording import printable
from ..io.opening_budget import OpeningBudget
from ..named.named_arrays import NamedArrays

MOST_LAYERS = 100


def is_nam(data: Any) -> bool:
    """Whether JSON is a file of Neural Amp Modeler."""
    return (
        isinstance(data, dict)
        and isinstance(data.get("architecture"), str)
        and isinstance(data.get("config"), dict)
        and isinstance(data.get("weights"), list)
    )


def nam_arrays(name: str, data: Any, budget: OpeningBudget) -> NamedArrays:
    """The arrays of a file under PyTorch's names, its initial states as h0 and c0.

    Raises UnsupportedFileError for a network that is not recurrent, DamagedFileError if the list has another length.
    """
    if data["architecture"] != "LSTM":
        raise UnsupportedFileError(
            f"{name} is a {printable(data['architecture'], 40)} of Neural Amp Modeler, which has no recurrent layer: "
            "open one of its LSTM models.",
            code="no_recurrent_layer", file=name,
        )  # fmt: skip
    sizes = [data["config"].get(key) for key in ("input_size", "hidden_size", "num_layers")]
    if not all(type(size) is int and 0 < size < 10_000 for size in sizes) or sizes[2] > MOST_LAYERS:
        raise DamagedFileError(f"The configuration of {name} has no valid sizes.", code="configuration", file=name)
    inputs, hidden, count = sizes
    needed = sum(4 * hidden * ((hidden if k else inputs) + hidden + 1) + 2 * hidden for k in range(count)) + hidden + 1
    budget.unpack(4 * len(data["weights"]))
    try:
        weights = np.asarray(data["weights"], np.float64).astype(np.float32)
    except (TypeError, ValueError):
        weights = np.zeros(0, np.float32)
    if weights.shape != (needed,):
        raise DamagedFileError(
            f"{name} has {len(data['weights']):,} weights, and an LSTM of its sizes has {needed:,}.",
            code="contradiction", file=name,
        )  # fmt: skip
    arrays: dict[str, Array] = {}
    states: dict[str, list[Array]] = {"h0": [], "c0": []}
    place = 0

    def take(*shape: int) -> Array:
        nonlocal place
        size = int(np.prod(shape))
        place += size
        return weights[place - size : place].reshape(shape)

    for k in range(count):
        below = hidden if k else inputs
        joint = take(4 * hidden, below + hidden)
        arrays[f"lstm.weight_ih_l{k}"], arrays[f"lstm.weight_hh_l{k}"] = joint[:, :below], joint[:, below:]
        arrays[f"lstm.bias_ih_l{k}"] = take(4 * hidden)
        for rows in states.values():
            rows.append(take(hidden))
    for state, rows in states.items():
        arrays[f"lstm.{state}"] = np.stack(rows)[:, None]
    arrays["fc.weight"], arrays["fc.bias"] = take(1, hidden), take(1)
    budget.spend("arrays", len(arrays))
    description = f"Neural Amp Modeler {printable(str(data.get('version', '')), 20)}".strip()
    return NamedArrays(description, arrays, dict.fromkeys(arrays, "float32"))
