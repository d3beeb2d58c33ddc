"""What nodes of an ONNX graph are called in reports."""

from __future__ import annotations

from collections import Counter

from .flat_graph import Node


def display_name(node: Node) -> str:
    """A node's name for messages.

    "encoder.rnn" for "/encoder/rnn/LSTM_1", and for one that PyTorch's newer exporter has put into
    ": app.Model/encoder: app.Encoder/rnn: torch.nn.LSTM/lstm: aten.lstm.input".
    """
    modules = [part.partition(": ")[0] for part in node.scope.split("/")[1:-1]]
    if any(modules):
        return ".".join(filter(None, modules))[:80]
    parts = [part for part in node.name.replace(":", "/").split("/") if part]
    if len(parts) > 1 and parts[-1].startswith(node.op):
        parts.pop()
    return ".".join(parts)[:80] or node.op.lower()


class UnusedNames:
    """Names with a number after those that were there before."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def of(self, name: str) -> str:
        """The name, or with a number if it was there before."""
        self.seen[name] += 1
        return name if self.seen[name] == 1 else f"{name} ({self.seen[name]})"
