"""What Keras's configurations, shapes and versions say of a cell's options, and what they leave open."""

from __future__ import annotations

from typing import Any

from ..gate_orders import ORDERS
from ..settings import ACTIVATIONS, GATES, HARD_2, HARD_3, MERGES, RESETS
from ..stack import Fact, How
from .layer import CELLS, OF_CUDNN, Layer

# Keras's names of functions, as ONNX writes them with their parameters.
FUNCTIONS = {
    "tanh": "tanh", "relu": "relu", "sigmoid": "sigmoid", "linear": "linear", "softsign": "softsign",
    "softplus": "softplus", "elu": "elu(1)", "leaky_relu": "leaky_relu(0.2)",
}  # fmt: skip


def function(value: Any, version: str) -> str:
    """The function that a config names, "hard_sigmoid(0.2, 0.5)". Raises ValueError for one that no cell here has."""
    if value is None:
        return "linear"
    if value == "hard_sigmoid":
        return HARD_3 if version.startswith("3") else HARD_2
    if isinstance(value, str) and value in FUNCTIONS:
        return FUNCTIONS[value]
    if isinstance(value, dict):  # a function or a layer of its own
        value = value.get("config") if isinstance(value.get("config"), str) else value.get("class_name")
    raise ValueError(f"its activation {value!r} is none that rnnviz can compute: {', '.join(FUNCTIONS)}, hard_sigmoid")


def facts(layer: Layer) -> tuple[Fact, ...]:
    """What is understood of one recurrent layer, one direction. Raises ValueError for what cannot be computed."""
    cell = CELLS[layer.base]
    gated = cell != "rnn"
    found = []
    if gated:
        order = {"lstm": "ifgo", "gru": "zrn"}[cell]
        found.append(Fact("order", "Order of the gates", order, ORDERS[cell], "fixed", "Keras always stacks them so."))
    if cell == "gru":
        found.append(_reset(layer))
    if gated:
        found.append(_chosen(layer, "gates", "Activation of the gates", "recurrent_activation", "sigmoid", GATES))
    activation = _chosen(layer, "activation", "Activation", "activation", "tanh", ACTIVATIONS)
    found.append(activation)
    if cell == "lstm":
        why = "Keras has one function for the candidate and for the cell state on its way out."
        squash = Fact("squash", "The cell state's way out", activation.value, activation.options, activation.how, why)
        found.append(Fact(**(vars(squash) | {"follows": "activation"})))
    return tuple(found)


def merge(layer: Layer, above: int | None) -> Fact:
    """How a Bidirectional joins its two directions. above: how many numbers the layer on top of it reads, if known."""
    title = "The two directions"
    if layer.config is not None:
        mode = layer.setting("merge_mode", "concat")
        if mode is not None and mode not in MERGES:
            raise ValueError(f"its merge_mode is {mode!r}; known are {', '.join(MERGES)} and None")
        said = f"The configuration says merge_mode={mode!r}."
        return Fact("merge", title, mode or "concat", MERGES, "said", said)
    units = layer.units
    if above == 2 * units:
        why = f"The layer above reads {above} numbers, twice the {units} units of one direction."
        return Fact("merge", title, "concat", {"concat": MERGES["concat"]}, "fixed", why)
    if above == units:
        options = {name: words for name, words in MERGES.items() if name != "concat"}
        why = f"The layer above reads {above} numbers, as many as one direction has; how they merge is left open."
        return Fact("merge", title, "sum", options, "assumed", why)
    return Fact("merge", title, "concat", MERGES, "assumed", "The file does not say; this is Keras's default.")


def _chosen(layer: Layer, name: str, title: str, key: str, usual: str, options: dict[str, str]) -> Fact:
    if layer.kind in OF_CUDNN:
        return Fact(name, title, usual, options, "fixed", f"A {layer.kind} layer knows no other.")
    if layer.config is not None and key in layer.config:
        raw = layer.config[key]
        value = function(raw, layer.version)
        how: How = "said"
        why = f"The configuration says {key}={raw!r}"
        if raw == "hard_sigmoid" and not layer.version:
            how, why = "assumed", f"{why}, and not of which version of Keras"
        elif raw == "hard_sigmoid":
            why = f"{why}, and Keras is {layer.version}"
        return Fact(name, title, value, {value: value} | options, how, f"{why}.")
    old = key == "recurrent_activation" and _until_2_2(layer.version)
    value, default = (HARD_2, f"the default of Keras {layer.version}") if old else (usual, "Keras's default")
    return Fact(name, title, value, options, "assumed", f"The file does not say; this is {default}.")


def _reset(layer: Layer) -> Fact:
    title, bias = "Reset gate", layer.arrays.get("bias")
    said = layer.setting("reset_after")
    if layer.kind in OF_CUDNN:
        return Fact("reset", title, "after", RESETS, "fixed", f"A {layer.kind} layer knows no other.")
    if bias is not None:
        value = "after" if len(bias.shape) == 2 or bias.shape[0] == 6 * layer.units else "before"
        if said is not None and bool(said) != (value == "after"):
            raise ValueError(f"its configuration says reset_after={said}, but its bias has shape {bias.shape}")
        why = f"The bias has shape {bias.shape}, {'one row for each matrix' if value == 'after' else 'one for both'}."
    if said is not None:
        value = "after" if said else "before"
        return Fact("reset", title, value, RESETS, "said", f"The configuration says reset_after={bool(said)}.")
    if bias is not None:
        return Fact("reset", title, value, RESETS, "fixed", why)
    old = layer.config is not None or _until_2_2(layer.version)  # a config without reset_after is older than the option
    value, rests = ("before", "an older Keras") if old else ("after", "Keras since 2.3")
    return Fact("reset", title, value, RESETS, "assumed", f"The file does not say; this is the default of {rests}.")


def _until_2_2(version: str) -> bool:
    """Whether a version is known, and older than the change of defaults; TensorFlow's own "2.2.4-tf" is newer."""
    parts = version.split(".")
    if version.endswith("-tf") or len(parts) < 2 or not (parts[0].isdigit() and parts[1].isdigit()):
        return False
    return (int(parts[0]), int(parts[1])) < (2, 3)
