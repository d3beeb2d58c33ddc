"""The orders in which frameworks stack the gates of a cell."""

from __future__ import annotations

from ..cells import CELLS
from ..errors import ArgumentError
from ..wording import printable

# By cell: the orders in use, by the gates' letters, and who writes them so. Ours, PyTorch's, comes first.
ORDERS: dict[str, dict[str, str]] = {
    "rnn": {"h": "one block"},
    "lstm": {
        "ifgo": "PyTorch, Keras",
        "iofg": "ONNX",
        "igfo": "TensorFlow 1",
        "fiog": "some papers and hand-written cells",
        "ifog": "char-rnn for Torch, Theano’s tutorial",
    },
    "gru": {"rzn": "PyTorch", "zrn": "Keras, ONNX"},
}
ORDERS["peephole"] = ORDERS["lstm"]
ORDERS["lstmp"] = {"ifgo": "PyTorch", "igfo": "TensorFlow 1"}
ORDERS["mlstm"] = {"mifgo": "Apex for PyTorch", "mifog": "OpenAI’s sentiment neuron"}
LETTERS = {
    "i": "input", "f": "forget", "g": "candidate", "o": "output",
    "m": "intermediate_state", "r": "reset", "z": "update", "n": "candidate", "h": "hidden",
}  # fmt: skip


def block_places(cell: str, order: str) -> list[int]:
    """For each block of rows in rnnviz's order of gates, its place in another order.

    Raises ArgumentError for an order that does not name each of the cell's gates once.
    """
    rows = CELLS[cell].rows
    names = [LETTERS.get(letter, letter) for letter in order[: len(rows) + 1]]
    if sorted(names) != sorted(rows):
        usual = next(iter(ORDERS.get(cell, {})), [row[0] for row in rows])
        needed = ", ".join(f"{letter} ({row})" for letter, row in zip(usual, rows, strict=True))
        raise ArgumentError(
            f"{printable(order)!r} is not an order of the gates of {CELLS[cell].title}: name each of {needed} once.",
            name="order", value=order, allowed=tuple(ORDERS.get(cell, ())),
        )  # fmt: skip
    return [names.index(row) for row in rows]
