"""The few lines of Python that do what the page does: load a model, trace a text, and build the same in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Model

# A module of PyTorch for each cell, and the options under which it computes the same.
_MODULES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
_USUAL = {
    "rnn": {},
    "gru": {"reset": "after", "update": "keeps", "gates": "sigmoid", "activation": "tanh"},
    "lstm": {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"},
}


def in_python(model: Model, source: str, given: Mapping[str, str] | None = None, text: str | None = None) -> str:
    """Lines that load the model and trace a text. source: a bundled name, or a file's. given: further arguments of
    `rnnviz.load`, such as the stack, and the facts that are taken otherwise."""
    arguments = ", ".join([repr(source), *(f"{name}={value!r}" for name, value in (given or {}).items())])
    gate = next((q.name for q in model.definition.quantities if q.role == "gate"), "hidden")
    shown = example(model) if text is None else text
    return "\n".join(
        [
            "import rnnviz",
            "",
            f"model = rnnviz.load({arguments})",
            f"trace = model.trace({shown!r})",
            f'trace["{gate}"]  # (T, {model.network.hidden_size})',
        ]
    )


def example(model: Model) -> str:
    """A text that the model can read."""
    examples = model.card.get("examples")
    if isinstance(examples, list) and examples:
        return str(examples[0])
    return model.vocabulary.example


def why_not_torch(model: Model) -> str | None:
    """Why PyTorch has no module that computes the same, in a sentence; None if it has."""
    network = model.network
    cell = network.layers[0][0]
    if cell.name not in _MODULES:
        return f"PyTorch has no {cell.title}."
    if cell.name == "rnn" and cell.options["activation"] not in ("tanh", "relu"):
        return f"PyTorch’s RNN knows tanh and relu, not {cell.options['activation']}."
    for name, value in _USUAL[cell.name].items():
        if cell.options.get(name, value) != value:
            return f"PyTorch’s {_MODULES[cell.name]} has {name} = {value}, this model has {cell.options[name]}."
    if len({one.hidden_size for layer in network.layers for one in layer}) > 1:
        return "The layers of one PyTorch module all have the same size; these differ."
    if len(set(network.directions_by_layer)) > 1 or network.directions_by_layer[0] == ("backward",):
        return "The layers of one PyTorch module all read forward, or all both ways; these do not."
    if network.initial is not None:
        return "This network starts from states of its own, which PyTorch’s modules are given from outside."
    if network.merge != "concat" and len(network.directions_by_layer[0]) == 2:
        return "PyTorch puts two directions side by side; here they are merged otherwise."
    return None


def in_torch(model: Model, file: str) -> str:
    """Lines that build the same network in PyTorch from the model's .safetensors file, and run it.

    Raises ValueError, with the reason, if PyTorch has no such module.
    """
    why = why_not_torch(model)
    if why is not None:
        raise ValueError(why)
    network = model.network
    cell = network.layers[0][0]
    sizes: list[Any] = [network.input_size, network.hidden_size]
    if len(network.layers) > 1:
        sizes.append(f"num_layers={len(network.layers)}")
    if len(network.directions_by_layer[0]) == 2:
        sizes.append("bidirectional=True")
    if cell.options.get("activation") == "relu":
        sizes.append('nonlinearity="relu"')
    members, forward, x = [], [], "ids" if network.embedding is not None else "x"
    if network.embedding is not None:
        members.append(f"self.embedding = torch.nn.Embedding{network.embedding.shape}")
        forward.append("x = self.embedding(ids)")
    members.append(f"self.rnn = torch.nn.{_MODULES[cell.name]}({', '.join(map(str, sizes))})")
    forward.append("hidden, _ = self.rnn(x)")
    if network.readout_weight is not None:
        classes, width = network.readout_weight.shape
        bias = "" if network.readout_bias is not None else ", bias=False"
        members.append(f"self.readout = torch.nn.Linear({width}, {classes}{bias})")
    forward.append("return self.readout(hidden)" if network.readout_weight is not None else "return hidden")
    lines = [
        "import torch",
        "from safetensors.torch import load_file",
        "",
        "",
        "class Network(torch.nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        {line}" for line in members),
        "",
        f"    def forward(self, {x}):  # {'(T,)' if x == 'ids' else f'(T, {network.input_size})'}",
        *(f"        {line}" for line in forward),
        "",
        "",
        f"network = Network(){'.double()' if network.dtype == 'float64' else ''}",
        f"network.load_state_dict(load_file({file!r}))",
    ]
    return "\n".join(lines)
