"""The chapters of the guide in reading order. A new chapter is a line here, beside its two files in pages/."""

from __future__ import annotations

# The name of the page's file, and its title in the menu.
CHAPTERS = {
    "words": "From words to vectors to memory",
    "squashing": "Squashing: tanh and sigmoid",
    "forgetting": "Short-term memory",
    "lstm": "LSTM: a memory with gates",
    "gru": "GRU: one state, two gates",
    "network": "From a cell to a network",
    "training": "How it was trained",
    "writing": "A network that writes",
    "choosing": "Which one?",
}


def number_and_neighbours(name: str) -> tuple[int, str | None, str | None]:
    """A chapter's number, and the names of the chapters before and after it; (0, None, None) if it is not listed."""
    names = list(CHAPTERS)
    if name not in names:
        return 0, None, None
    k = names.index(name)
    return k + 1, names[k - 1] if k else None, names[k + 1] if k + 1 < len(names) else None
