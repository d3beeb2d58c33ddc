"""The bundled models against PyTorch twins: same batches, sizes, recipe and split, trained by torch.nn and autograd.

    python -m benchmarks.twin                    every task and cell: about half an hour on two cores
    python -m benchmarks.twin names --cell lstm
    python -m benchmarks.twin --table            trains nothing: the kept twins beside the cards as they are now

A twin reads the very batches that the bundled model was trained on, in the same order. Its first weights
are drawn as PyTorch draws them, and its dropout masks are its own, so scores differ by chance. Its best
weights are put into an rnnviz network for scoring, so both are scored by the same lines. The printed table
goes to benchmarks/results/twin.json as well, where lines of tasks that were not run now stay as they were.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from rnnviz import zoo
from rnnviz.network import Network
from rnnviz.training import TASKS as ALL
from rnnviz.training import Recipe, Task

TASKS = {name: task for name, task in ALL.items() if f"{name}-lstm" in zoo.models()}  # those with bundled models
RESULTS = Path(__file__).parent / "results" / "twin.json"
CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
# Where PyTorch's rows of the gate that keeps the memory begin, counted in hidden sizes.
KEEPING = {"gru": 1, "lstm": 1}


class Twin(nn.Module):
    """Embedding, recurrent layers and readout, with the names that rnnviz's files use."""

    def __init__(self, cell: str, recipe: Recipe, vocabulary: int, classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, recipe.embedding)
        self.rnn = CELLS[cell](recipe.embedding, recipe.hidden, recipe.layers)
        self.readout = nn.Linear(recipe.hidden, classes)
        self.drop_inputs, self.drop_top = nn.Dropout(recipe.dropout_inputs), nn.Dropout(recipe.dropout_top)
        with torch.no_grad():
            self.embedding.weight *= recipe.embedding_scale
            if cell in KEEPING:
                rows = slice(KEEPING[cell] * recipe.hidden, (KEEPING[cell] + 1) * recipe.hidden)
                self.rnn.bias_ih_l0[rows] += recipe.keep_bias

    def forward(self, ids, states=None):
        top, states = self.rnn(self.drop_inputs(self.embedding(ids)), states)
        return self.readout(self.drop_top(top)), states

    def as_network(self, cell: str) -> Network:
        """A copy of the weights as an rnnviz network."""
        return Network.from_parameters({name: p.detach().numpy().copy() for name, p in self.state_dict().items()}, cell)


def train(task: Task, cell: str, quiet: bool = False) -> tuple[Network, float, int]:
    """The best network of a twin by validation, the seconds that training took, and the epochs it ran."""
    torch.manual_seed(task.seed)
    recipe = task.recipe(cell)
    twin = Twin(cell, recipe, len(task.vocabulary), len(task.labels))
    optimiser = torch.optim.Adam(twin.parameters())
    steps = task.steps_per_epoch(recipe.batch) * recipe.epochs
    best, best_epoch, curve, taken, seconds = twin.as_network(cell), 0, [], 0, 0.0
    with tqdm(total=steps, desc=f"{task.name} {cell}", leave=False, disable=quiet) as bar:
        for epoch in range(1, recipe.epochs + 1):
            began, states = time.monotonic(), None
            twin.train()
            for batch in task.batches(np.random.default_rng([task.seed, epoch]), recipe.batch):
                if not batch.continues:
                    states = None
                for group in optimiser.param_groups:
                    group["lr"] = recipe.learning_rate_at(taken, steps)
                logits, states = twin(torch.from_numpy(batch.inputs), states)
                states = tuple(s.detach() for s in states) if isinstance(states, tuple) else states.detach()
                targets = torch.from_numpy(np.ascontiguousarray(batch.targets)).flatten()
                surprises = nn.functional.cross_entropy(logits.flatten(0, 1), targets, reduction="none")
                optimiser.zero_grad()
                (surprises * torch.from_numpy(batch.weights).flatten()).sum().backward()
                nn.utils.clip_grad_norm_(twin.parameters(), recipe.clip)
                optimiser.step()
                taken += 1
                bar.update()
            validation = task.validate(twin.as_network(cell))
            seconds += time.monotonic() - began
            if not curve or task.selection_key(validation) > max(map(task.selection_key, curve)):
                best, best_epoch = twin.as_network(cell), epoch
            curve.append(validation)
            if task.is_learned(curve) or (recipe.patience and epoch - best_epoch >= recipe.patience):
                break
    return best, seconds, epoch


def measured(task: Task, cell: str) -> dict:
    """What a twin scores and how long it trained."""
    best, seconds, epochs = train(task, cell)
    scores = task.held_out_scores(best)
    return {
        "task": task.name,
        "cell": cell,
        "twin": {"validation": round(scores["validation"], 5), "test": round(scores["test"], 5)},
        "epochs": epochs,
        "seconds": round(seconds, 1),
    }


def beside_ours(line: dict) -> dict:
    """A twin's line with what the card of the bundled model says now."""
    card = zoo.card(f"{line['task']}-{line['cell']}")
    scores = card["scores"]
    ours = {
        "metric": scores["metric"],
        "ours": {part: scores[part] for part in ("validation", "test")},
        "baseline": scores["baseline"]["value"],
        "chance": scores["chance"],
    }
    return line | ours


def table(lines: list[dict]) -> str:
    """The lines as a Markdown table; differences in points, or in nats for shakespeare."""
    shown = [
        "| model | ours: validation | test | twin: validation | test | ours - twin, test | baseline, test |",
        "|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        ours, twin = line["ours"], line["twin"]
        away = ours["test"] - twin["test"]
        difference = f"{away:+.3f} nats" if "nats" in line["metric"] else f"{100 * away:+.1f} points"
        scores = " | ".join(f"{value:.3f}" for one in (ours, twin) for value in (one["validation"], one["test"]))
        shown.append(f"| {line['task']}-{line['cell']} | {scores} | {difference} | {line['baseline']:.3f} |")
    return "\n".join(shown)


def keep(*new: dict) -> list[dict]:
    """Put lines into the results, in place of older ones, set all beside the cards, and return them."""
    old = json.loads(RESULTS.read_text())["lines"] if RESULTS.exists() else []
    known = {(one["task"], one["cell"]): one for one in [*old, *new]}
    lines = [beside_ours(known[key]) for key in sorted(known)]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"torch": torch.__version__, "lines": lines}, indent=1) + "\n")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", nargs="?", choices=list(TASKS), help="one task; else all")
    parser.add_argument("--cell", choices=list(CELLS), help="one cell; else all")
    parser.add_argument("--data", help="the folder with the data sets; else the one named by RNNVIZ_DATA")
    parser.add_argument("--table", action="store_true", help="train nothing: set the kept twins beside today's cards")
    wanted = parser.parse_args()
    for name in [] if wanted.table else [wanted.task] if wanted.task else TASKS:
        task = TASKS[name](wanted.data)
        for cell in [wanted.cell] if wanted.cell else CELLS:
            keep(measured(task, cell))
    print(table(keep()))


if __name__ == "__main__":
    main()
