"""What Keras's configurations, shapes and versions state about a cell's options, and what they leave open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...errors import DamagedFileError, FileError, UnsupportedFileError
from ...wording import printable
from ..settings import CHOICES, HARD_2, HARD_3, MERGES, NONE, Basis, InferredSetting, inferred, inferred_order
from .layer import CELLS, OF_CUDNN, Layer

# Keras's names of functions, and ours, with their parameters.
FUNCTIONS = {
    "tanh": "tanh", "relu": "relu", "sigmoid": "sigmoid", "linear": "linear", "softsign": "softsign",
    "softplus": "softplus", "elu": "elu(1)", "leaky_relu": "leaky_relu(0.2)",
}  # fmt: skip


def function(value: Any, version: str) -> str:
    """The function that a configuration names, "hard_sigmoid(0.2, 0.5)".

    Raises UnsupportedFileError, code "activation", for one that no cell here has.
    """
    if value is None:
        return "linear"
    if value == "hard_sigmoid":
        return HARD_3 if version.startswith("3") else HARD_2
    if isinstance(value, str) and value in FUNCTIONS:
        return FUNCTIONS[value]
    if isinstance(value, dict):  # a custom function or a layer
        value = value.get("config") if isinstance(value.get("config"), str) else value.get("class_name")
    raise UnsupportedFileError(
        f"its activation {printable(repr(value))} is not supported; supported are {', '.join(FUNCTIONS)} and "
        "hard_sigmoid",
        code="activation",
    )


def layer_settings(layer: Layer) -> tuple[InferredSetting, ...]:
    """The settings of one direction of a recurrent layer. Raises FileError for what cannot be computed."""
    cell = CELLS[layer.base]
    gated = cell != "rnn"
    settings = []
    if layer.own:
        reason = "Its code is not in the file; it has the name, the configuration and the arrays of such a layer."
        choices = {
            NONE: f"{printable(layer.own)}, which is not known here",
            layer.kind: f"what Keras’s {layer.kind} computes",
        }
        settings.append(inferred("cell", NONE, "assumed", reason, choices))
    if gated:
        order = {"lstm": "ifgo", "gru": "zrn"}[cell]
        settings.append(inferred_order(cell, order, "fixed", "Keras always stacks them in this order."))
    if cell == "gru":
        settings.append(_reset(layer))
    if gated:
        settings.append(_activation(layer, "gates", "recurrent_activation", "sigmoid"))
    activation = _activation(layer, "activation", "activation", "tanh")
    settings.append(activation)
    if cell == "lstm":
        reason = "Keras has one activation for the candidate and the cell state."
        squash = inferred("squash", activation.value, activation.basis, reason, activation.choices)
        settings.append(replace(squash, follows="activation"))
    return tuple(settings)


def merge_setting(layer: Layer, above: int | None) -> InferredSetting:
    """How a Bidirectional merges its two directions. above: the size of the vectors that the next layer reads."""
    if layer.config is not None:
        mode = layer.setting("merge_mode", "concat")
        if mode is not None and not (isinstance(mode, str) and mode in MERGES):
            raise UnsupportedFileError(
                f"its merge_mode is {printable(repr(mode))}; supported are {', '.join(MERGES)} and None", code="merge"
            )
        return inferred("merge", mode or "concat", "stated", f"The configuration states merge_mode={mode!r}.")
    units = layer.units
    if above == 2 * units:
        reason = f"The layer above reads vectors of size {above}, twice the {units} units of one direction."
        return inferred("merge", "concat", "fixed", reason, {"concat": MERGES["concat"]})
    if above == units:
        choices = {name: words for name, words in MERGES.items() if name != "concat"}
        reason = f"The layer above reads vectors of size {above}, as one direction has; the file does not say how."
        return inferred("merge", "sum", "assumed", reason, choices)
    return inferred("merge", "concat", "assumed", "The file does not say; this is Keras's default.")


def _activation(layer: Layer, name: str, key: str, usual: str) -> InferredSetting:
    if layer.kind in OF_CUDNN:
        return inferred(name, usual, "fixed", f"A {layer.kind} layer has no other.")
    if layer.config is not None and key in layer.config:
        raw = layer.config[key]
        value = function(raw, layer.version)
        basis: Basis = "stated"
        reason = f"The configuration states {key}={printable(repr(raw))}"
        if raw == "hard_sigmoid" and not layer.version:
            basis, reason = "assumed", f"{reason}, but not the version of Keras"
        elif raw == "hard_sigmoid":
            reason = f"{reason}, and the version of Keras is {layer.version}"
        return inferred(name, value, basis, f"{reason}.", {value: value} | CHOICES[name])
    old = key == "recurrent_activation" and _is_before_2_3(layer.version)
    value, default = (HARD_2, f"the default of Keras {layer.version}") if old else (usual, "Keras's default")
    return inferred(name, value, "assumed", f"The file does not say; this is {default}.")


def _reset(layer: Layer) -> InferredSetting:
    bias, stated = layer.arrays.get("bias"), layer.setting("reset_after")
    if layer.kind in OF_CUDNN:
        return inferred("reset", "after", "fixed", f"A {layer.kind} layer has no other.")
    if bias is not None:
        value = "after" if len(bias.shape) == 2 or bias.shape[0] == 6 * layer.units else "before"
        if stated is not None and bool(stated) != (value == "after"):
            words = printable(str(stated))
            raise _contradiction(f"its configuration states reset_after={words}, but its bias has shape {bias.shape}")
        reason = f"The bias has shape {bias.shape}, {'a row for each matrix' if value == 'after' else 'one for both'}."
    if stated is not None:
        value = "after" if stated else "before"
        return inferred("reset", value, "stated", f"The configuration states reset_after={bool(stated)}.")
    if bias is not None:
        return inferred("reset", value, "fixed", reason)
    # A configuration without reset_after is older than the option.
    old = layer.config is not None or _is_before_2_3(layer.version)
    value, which = ("before", "older versions of Keras") if old else ("after", "Keras since 2.3")
    return inferred("reset", value, "assumed", f"The file does not say; this is the default of {which}.")


def _contradiction(message: str) -> FileError:
    return DamagedFileError(message, code="contradiction")


def _is_before_2_3(version: str) -> bool:
    """Whether a version is known, and older than the change of defaults; TensorFlow's own "2.2.4-tf" is newer."""
    parts = version.split(".")
    if parts[0] in ("0", "1"):
        return True
    if version.endswith("-tf") or len(parts) < 2 or not (parts[0].isdigit() and parts[1].isdigit()):
        return False
    return (int(parts[0]), int(parts[1])) < (2, 3)
