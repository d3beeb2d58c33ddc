"""The orders in which frameworks stack a cell's gates."""

from __future__ import annotations

from ..cells import CELLS

# By cell: the orders in use, by the gates' letters, and who writes them so. Ours, PyTorch's, stands first.
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
LETTERS = {
    "i": "input", "f": "forget", "g": "candidate", "o": "output",
    "r": "reset", "z": "update", "n": "candidate", "h": "hidden",
}  # fmt: skip


def blocks(cell: str, order: str) -> list[int]:
    """Where each of our blocks of rows stands among those of another order: ours[k] is theirs[blocks[k]].

    Raises ValueError for an order that is none of the cell's gates, each once.
    """
    names = [LETTERS.get(letter, letter) for letter in order]
    rows = CELLS[cell].rows
    if sorted(names) != sorted(rows):
        usual = next(iter(ORDERS.get(cell, {})), [row[0] for row in rows])
        needed = ", ".join(f"{letter} ({row})" for letter, row in zip(usual, rows, strict=True))
        raise ValueError(f"{order!r} is no order of the gates of {CELLS[cell].title}: {needed}, each once.")
    return [names.index(row) for row in rows]
