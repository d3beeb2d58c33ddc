"""Measurements behind claims about speed.

Each module has `run() -> list[Row]`: times of rnnviz as ratios to those of a named peer, measured in the same run.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    what : str
        What was measured.
    size : str
        Sizes and settings.
    ours, theirs : float
        Median milliseconds of rnnviz and of the peer.
    peer : str
        Name of the peer.
    target : str
        The target, in words.
    ratio : float, optional
        Median over rounds of ours / theirs, where rounds were compared one by one; the ratio of the medians by default.
    """

    what: str
    size: str
    ours: float
    peer: str
    theirs: float
    target: str
    ratio: float | None = None

    @property
    def line(self) -> str:
        """The row of a Markdown table; see HEADER."""
        ratio = self.ours / self.theirs if self.ratio is None else self.ratio
        cells = (self.what, self.size, f"{self.ours:.3g}", self.peer, f"{self.theirs:.3g}", f"{ratio:.2f}", self.target)
        return f"| {' | '.join(cells)} |"


HEADER = "| what | size | rnnviz, ms | peer | peer, ms | rnnviz / peer | target |\n|---|---|---|---|---|---|---|"
