"""What is inferred about a stack of recurrent layers: one table of titles and choices for all formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..network.head import READINGS
from .gate_orders import ORDERS

Basis = Literal["stated", "fixed", "assumed"]

NONE = "none"
HARD_2, HARD_3 = "hard_sigmoid(0.2, 0.5)", "hard_sigmoid(0.16666667, 0.5)"
GATES = {
    "sigmoid": "sigmoid (the default; Keras since 2.3)",
    HARD_2: "hard sigmoid, slope 0.2 (Keras up to 2.2, and Keras 2’s own)",
    HARD_3: "hard sigmoid, slope 1/6 (Keras 3, PyTorch)",
}
ACTIVATIONS = {
    "tanh": "tanh (the default)",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "linear": "none (linear)",
    "softsign": "softsign",
    "softplus": "softplus",
    "elu(1)": "elu",
    HARD_2: "hard sigmoid, slope 0.2 (Keras 2)",
    HARD_3: "hard sigmoid, slope 1/6 (Keras 3)",
}
RESETS = {
    "after": "after the matrix product (PyTorch, cuDNN, Keras since 2.3)",
    "before": "before the matrix product (Cho et al., Keras up to 2.2, ONNX’s default)",
}
UPDATES = {
    "keeps": "z keeps the old state: h′ = (1 − z) n + z h (PyTorch, Keras, ONNX)",
    "writes": "z writes the candidate: h′ = z n + (1 − z) h (Chung et al., many textbooks)",
}
MERGES = {"concat": "concatenated", "sum": "summed", "mul": "multiplied", "ave": "averaged"}
ORIENTATIONS = {
    "rows": "one row per unit, W x (PyTorch)",
    "columns": "one column per unit, x W (Keras)",
}
JOININGS = {"hx": "hidden state, then input: [h; x]", "xh": "input, then hidden state: [x; h]"}
DIRECTIONS = {"forward": "from the first step to the last", "backward": "from the last step to the first"}
BOTH_DIRECTIONS = {"both": "both, as they are named", "exchanged": "both, with the names exchanged"}
STARTS = {"file": "those of the file", "zeros": "zeros"}
OUTPUTS = {
    "softmax": "softmax: probabilities that add up to 1",
    "sigmoid": "sigmoid: each output by itself, from 0 to 1",
    "linear": "none (linear): values",
}
FORGET_BIASES = {"1": "1 is added to the forget gate’s sum", "0": "nothing is added"}

# By setting: its title and, where they do not depend on the file, the values that it can have.
TITLES = {
    "order": "Order of the gates",
    "reset": "Reset gate",
    "update": "Update gate",
    "gates": "Activation of the gates",
    "activation": "Activation",
    "squash": "Activation of the cell state",
    "forget_bias": "Bias of the forget gate",
    "merge": "The two directions",
    "orientation": "Orientation",
    "joining": "Joint matrix",
    "layers": "Layers",
    "direction": "Direction",
    "embedding": "Embedding",
    "readout": "Readout",
    "outputs": "Activation of the outputs",
    "reading": "The readout reads",
    "initial": "Initial states",
    "cell": "What the layer computes",
    "vocabulary": "Vocabulary",
    "labels": "Labels",
}
CHOICES = {
    "reset": RESETS,
    "update": UPDATES,
    "gates": GATES,
    "activation": ACTIVATIONS,
    "squash": ACTIVATIONS,
    "forget_bias": FORGET_BIASES,
    "merge": MERGES,
    "outputs": OUTPUTS,
    "reading": READINGS,
    "orientation": ORIENTATIONS,
    "joining": JOININGS,
    "direction": DIRECTIONS,
    "initial": STARTS,
}


@dataclass(frozen=True)
class InferredSetting:
    """One setting of a stack that a file's reader inferred.

    Parameters
    ----------
    name : str
        The name by which it can be overridden, such as "order".
    title : str
        The name in words.
    value : str
        The value that was inferred.
    choices : dict of str to str
        The values that it can have, each with a description.
    basis : {"stated", "fixed", "assumed"}
        Whether the file states it, its format or shapes fix it, or it is assumed because the file leaves it open.
    reason : str
        One sentence on what the value rests on.
    follows : str, default ""
        Another setting whose value this one takes when that one is overridden. Such a setting need not be shown.
    """

    name: str
    title: str
    value: str
    choices: dict[str, str]
    basis: Basis
    reason: str
    follows: str = ""

    def describe(self, value: str | None = None) -> str:
        """Describe a value in words; an order with its gates: "i, f, g, o (PyTorch, Keras)".

        Parameters
        ----------
        value : str, optional
            The value; the inferred one if left out.

        Returns
        -------
        str
            Its description, or the value itself if it has none.
        """
        chosen = self.value if value is None else value
        words = self.choices.get(chosen, chosen)
        if self.name.partition("_l")[0] != "order":
            return words
        return ", ".join(chosen) + (f" ({words})" if words != chosen else "")


def inferred(
    name: str, value: str, basis: Basis, reason: str, choices: dict[str, str] | None = None, follows: str = ""
) -> InferredSetting:
    """A setting with the title that it has in every format and, if left out, with the usual choices."""
    known = CHOICES[name] if choices is None else choices
    return InferredSetting(name, TITLES.get(name, name), value, known, basis, reason, follows)


def inferred_order(cell: str, order: str, basis: Basis, reason: str) -> InferredSetting:
    """The order in which the gates of a cell are stacked."""
    return inferred("order", order, basis, reason, ORDERS[cell])


def general_settings(
    settings: Sequence[InferredSetting],
    layers: Sequence[Mapping[str, object]],
    merge: str,
    basis: Basis,
    reason: str,
) -> tuple[InferredSetting, ...]:
    """The settings of a stack with those that every stack has: its direction and, of two, how they are merged."""
    both = any(len(directions) == 2 for directions in layers)
    value = "both" if both else next(iter(layers[0]))
    direction = inferred("direction", value, basis, reason, BOTH_DIRECTIONS if both else None)
    named = {setting.name for setting in settings}
    added = [direction] if "direction" not in named else []
    if both and "merge" not in named:
        added.append(inferred("merge", merge, basis, reason))
    return (*settings, *added)
