"""Claims about speed, each in a module with `run() -> list[Row]`: ratios against a named peer, measured in one run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table. ours and theirs: milliseconds, medians; aim: what was aimed at, in words.

    ratio: the median over rounds of ours / theirs, where rounds were compared one by one.
    """

    what: str
    size: str
    ours: float
    peer: str
    theirs: float
    aim: str
    ratio: float | None = None

    @property
    def line(self) -> str:
        """The row of a Markdown table; see HEADER."""
        ratio = self.ours / self.theirs if self.ratio is None else self.ratio
        cells = (self.what, self.size, f"{self.ours:.3g}", self.peer, f"{self.theirs:.3g}", f"{ratio:.2f}", self.aim)
        return f"| {' | '.join(cells)} |"


HEADER = "| what | size | rnnviz, ms | peer | peer, ms | rnnviz / peer | aim |\n|---|---|---|---|---|---|---|"
