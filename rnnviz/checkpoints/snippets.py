"""The few lines of Python that do what a page does: load a model, trace a text, and build the same in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import UnsupportedFileError
from ..model import Model

# A PyTorch module for each cell, and the options under which it computes the same.
_MODULES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM", "lstmp": "LSTM"}
_FIXED = {
    "rnn": {},
    "gru": {"reset": "after", "update": "keeps", "gates": "sigmoid", "activation": "tanh"},
    "lstm": {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"},
    "lstmp": {},
}


class Obstacle(NamedTuple):
    """Why PyTorch has no module that computes the same: a short key, and a sentence."""

    code: str
    message: str


def python_code(model: Model, source: str, arguments: Mapping[str, str] | None = None, text: str | None = None) -> str:
    """Lines that load the model and trace a text.

    source: a bundled name, or a file's. arguments: of `rnnviz.load`, such as the stack, and overrides.
    """
    listed = ", ".join([repr(source), *(f"{name}={value!r}" for name, value in (arguments or {}).items())])
    shown = example_text(model) if text is None else text
    gate = next((q.name for q in model.definition.quantities if q.role == "gate"), "hidden")
    return "\n".join(
        [
            "import rnnviz",
            "",
            f"model = rnnviz.load({listed})",
            f"trace = model.trace({shown!r})",
            f'trace["{gate}"]  # (T, {model.network.layers[0][0].units(gate)})',
        ]
    )


def example_text(model: Model) -> str:
    """A text that the model can read."""
    examples = model.card.get("examples")
    if isinstance(examples, list) and examples:
        return str(examples[0])
    return model.vocabulary.example


def torch_obstacle(model: Model) -> Obstacle | None:
    """Why PyTorch has no module that computes the same; None if it has one."""
    network = model.network
    cell = network.layers[0][0]
    if any(kind != network.cell_kinds[0] for kind in network.cell_kinds):
        return Obstacle("cells", f"All layers of a PyTorch module have one cell; these are {model.title}.")
    if cell.name not in _MODULES:
        return Obstacle("cell", f"PyTorch has no {cell.title}.")
    if cell.name == "rnn" and cell.options["activation"] not in ("tanh", "relu"):
        return Obstacle("activation", f"PyTorch’s RNN supports tanh and relu, not {cell.options['activation']}.")
    for name, value in _FIXED[cell.name].items():
        if cell.options.get(name, value) != value:
            return Obstacle(
                name, f"PyTorch’s {_MODULES[cell.name]} has {name} = {value}, this model has {cell.options[name]}."
            )
    members = [member for layer in network.layers for member in layer]
    if len({(member.hidden_size, member.units("hidden")) for member in members}) > 1:
        return Obstacle("sizes", "All layers of a PyTorch module have the same size; these differ.")
    if cell.name == "lstmp" and cell.units("hidden") >= cell.hidden_size:
        return Obstacle(
            "projection", "PyTorch projects to fewer values than a layer has units; here they are not fewer."
        )
    if len(set(network.directions_by_layer)) > 1 or network.directions_by_layer[0] == ("backward",):
        return Obstacle("directions", "All layers of a PyTorch module are forward or all bidirectional; these are not.")
    if network.initial is not None:
        return Obstacle(
            "initial", "This network has its own initial states; a PyTorch module gets them as an argument."
        )
    if network.readout_weight is not None and not network.reads_directly:
        return Obstacle("head", "The head of this network does more than read each step with one linear layer.")
    if network.merge != "concat" and len(network.directions_by_layer[0]) == 2:
        return Obstacle("merge", "PyTorch concatenates two directions; here they are merged in another way.")
    return None


def torch_code(model: Model, file: str) -> str:
    """Lines that build the same network in PyTorch from the model's .safetensors file, and run it.

    Raises UnsupportedFileError, with the code and the sentence of the obstacle, if PyTorch has no such module.
    """
    obstacle = torch_obstacle(model)
    if obstacle is not None:
        raise UnsupportedFileError(obstacle.message, code=obstacle.code, file=file)
    network = model.network
    cell = network.layers[0][0]
    sizes: list[Any] = [network.input_size, network.hidden_size]
    if len(network.layers) > 1:
        sizes.append(f"num_layers={len(network.layers)}")
    if len(network.directions_by_layer[0]) == 2:
        sizes.append("bidirectional=True")
    if cell.name == "lstmp":
        sizes.append(f"proj_size={cell.units('hidden')}")
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
