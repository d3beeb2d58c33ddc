"""The chapters of the guide, in the order in which its story is told."""

from __future__ import annotations

# By the name of the page's file: what the menu calls it.
CHAPTERS = {
    "words": "From words to vectors to memory",
    "squashing": "Squashing: tanh and sigmoid",
    "forgetting": "Short-term memory",
    "lstm": "LSTM: a memory with gates",
    "gru": "GRU: one state, two gates",
    "choosing": "Which one?",
}


def place(name: str) -> tuple[int, str | None, str | None]:
    """A chapter's number (0 for one that is not among them), and the names of those before and after it."""
    names = list(CHAPTERS)
    if name not in names:
        return 0, None, None
    k = names.index(name)
    return k + 1, names[k - 1] if k else None, names[k + 1] if k + 1 < len(names) else None
