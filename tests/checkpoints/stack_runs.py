"""A stack run by the cells alone: the plainest reading of what `Stack` says, to compare with frameworks' outputs."""

import numpy as np

from rnnviz.cells import CELLS
from rnnviz.checkpoints.gate_orders import block_places

MERGED = {
    "concat": np.hstack,
    "sum": lambda two: two[0] + two[1],
    "mul": lambda two: two[0] * two[1],
    "ave": lambda two: (two[0] + two[1]) / 2,
}
# What cells computed before they had these options; no other value may pass unseen.
PLAIN = {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"}


def values(stack, **chosen):
    """The settings' values, some chosen by a person; what follows from another setting follows."""
    return {
        setting.name: chosen.get(setting.name, chosen.get(setting.follows, setting.value)) for setting in stack.settings
    }


def built(stack, way, **chosen):
    """The cell of one direction of one layer."""
    kind, taken = CELLS[stack.cell], values(stack, **chosen)
    known = {*kind.choices, *getattr(kind, "activations", ())}
    options = {name: value for name, value in taken.items() if name in known}
    for name, value in taken.items():
        assert name in options or name not in PLAIN or value == PLAIN[name], f"{kind.title} has no {name}={value}"
    place = block_places(stack.cell, taken["order"]) if "order" in taken else [0]
    return kind(**{name: _ours(source.array, place) for name, source in way.items()}, **options)


def run(stack, x, **chosen):
    """By layer, the hidden states of each way in the order of the text, (T, H) each; and what the top hands on."""
    layers = []
    for k, layer in enumerate(stack.layers):
        states, alike = {}, stack.run_of(k, {})[0]
        for name, way in layer.items():
            turn = slice(None, None, -1 if name == "backward" else 1)
            states[name] = built(alike, way, **chosen).forward(np.ascontiguousarray(x[turn]))["hidden"][turn]
        layers.append(states)
        merge = chosen.get("merge", stack.merge)
        both = [states[name] for name in ("forward", "backward") if name in states]
        x = both[0] if len(both) == 1 else MERGED[merge](both)
    return layers, x


def read_out(stack, top, name=None):
    """The sums of a readout, (T, C), over what the top hands on."""
    readout = stack.readouts[name or next(iter(stack.readouts))]
    return top @ readout.weight.array.T + (0 if readout.bias is None else readout.bias.array)


def _ours(array, place):
    parts = np.split(array, len(place))
    return np.concatenate([parts[k] for k in place])
