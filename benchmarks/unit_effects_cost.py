"""The effects of all units, measured over the last steps as Explore does, against ablation at every step."""

from __future__ import annotations

import rnnviz
from benchmarks import Row
from benchmarks._timing import compare
from rnnviz.analysis import ablation, unit_effects

TEXT = "Schmidhuber" * 6


def run() -> list[Row]:
    """Milliseconds for the effects of all units of the names models, for a text of 64 steps."""
    rows = []
    for cell in ("rnn", "gru", "lstm"):
        model = rnnviz.load(f"names-{cell}")
        text = TEXT[:63]
        trace = model.trace(text)
        ours, theirs, ratio = compare(lambda t=trace: unit_effects(t), lambda m=model, t=text: ablation(m, t))
        rows.append(
            Row(f"effects of all units, {cell}", "T=64, H=64", ours, "ablation at every step", theirs, "", ratio)
        )
    return rows
