"""How often each attribution finds the token that a swap finds: a claim about truth, not about speed.

    python -m benchmarks attribution_agreement                 reviews, names and recall, all cells: a few minutes
    python -m benchmarks attribution_agreement reviews --texts 100

The texts are those of the test split (reviews, names; the first ones, of at least three tokens) and new sequences with
delays of 30 to 40 (recall). For each method: on how many texts the strongest token is the one whose swap for <unk>
changes the log odds of the answer most, and the median correlation of the values with the swaps. The length of the
gradient is there because it is often shown as saliency.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

import rnnviz
from rnnviz.analysis import Attribution, agreement, attribution, input_gradient
from rnnviz.errors import ArgumentError
from rnnviz.trace import Trace
from rnnviz.training import TASKS
from rnnviz.training.tasks.labelled_texts import LabelledTexts

LENGTH = "length of the gradient"
METHODS = ("integrated gradients", "gradient", LENGTH, "contributions")
NAMES = {"gradient": "gradient times input", "contributions": "contributions (bookkeeping)"}
LEAST = 3  # tokens of a text: of two, half would agree by chance


class Found(NamedTuple):
    """How far a method agrees with swaps over some texts. converged: the share of texts with an exact integral."""

    same_strongest: float
    correlation: float
    converged: float


def compare(traces: Iterable[Trace]) -> dict[str, Found]:
    """Each method against swaps; methods that the cell does not have are left out."""
    found: dict[str, list[tuple[bool, float, bool]]] = {}
    for trace in traces:
        swap = attribution(trace)
        for method in METHODS:
            try:
                result = gradient_length(trace, swap) if method == LENGTH else attribution(trace, method=method)  # type: ignore[arg-type]
            except ArgumentError:
                continue  # a simple RNN has no sum over the past
            correlation, same = agreement(result, swap)
            found.setdefault(method, []).append((same, correlation, result.converged))
    return {
        method: Found(
            float(np.mean([same for same, _, _ in rows])),
            float(np.nanmedian([correlation for _, correlation, _ in rows])),
            float(np.mean([converged for _, _, converged in rows])),
        )
        for method, rows in found.items()
    }


def gradient_length(trace: Trace, swap: Attribution) -> Attribution:
    """The Euclidean length of the gradient of the answer's logit by each token's vector, as saliency maps show it."""
    return replace(swap, values=input_gradient(trace, swap.label)[1], method=LENGTH)


def texts_of(name: str, data: Path | None, count: int) -> list[str]:
    """Texts that the models of a task have not been trained on."""
    if name == "recall":
        rng = np.random.default_rng(2)
        return [
            "".join([rng.choice(list("ABCDEFGH")), *rng.choice(list("abcdefgh"), rng.integers(30, 41)), "?"])
            for _ in range(count)
        ]
    task = TASKS[name](data)
    assert isinstance(task, LabelledTexts)
    chosen = (k for k in task.indices.test if len(task.sequences[k]) >= LEAST + task.has_end_mark)
    return [task.texts[k] for k, _ in zip(chosen, range(count), strict=False)]


def rows(name: str, texts: list[str]) -> Iterator[str]:
    """Lines of a Markdown table."""
    for cell in ("rnn", "gru", "lstm"):
        model = rnnviz.load(f"{name}-{cell}")
        for method, found in compare(model.trace(text) for text in texts).items():
            exact = f"{100 * found.converged:.0f} %" if method == "integrated gradients" else "–"
            yield (
                f"| {name} | {cell} | {NAMES.get(method, method)} | {100 * found.same_strongest:.0f} % | "
                f"{found.correlation:.2f} | {exact} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks attribution_agreement")
    parser.add_argument("tasks", nargs="*", default=["reviews", "names", "recall"])
    parser.add_argument("--texts", type=int, default=200, help="texts of each task (default 200)")
    parser.add_argument("--data", type=Path, help="folder with the data sets (default RNNVIZ_DATA)")
    args = parser.parse_args()
    print("| task | cell | method | same strongest token | median correlation | integral converged |")
    print("|---|---|---|---|---|---|")
    for name in args.tasks:
        for row in rows(name, texts_of(name, args.data, args.texts)):
            print(row, flush=True)
