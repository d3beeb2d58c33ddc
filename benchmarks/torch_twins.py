"""The bundled models against PyTorch twins: same sizes, recipe and split, trained by torch.nn and autograd.

    python -m benchmarks.torch_twins                    all tasks and cells: about half an hour on two cores
    python -m benchmarks.torch_twins names --cell lstm
    python -m benchmarks.torch_twins --table            no training: the stored twins beside the current cards

A twin reads the same batches as our model of the task's default seed, in the same order. Its initial parameters are
drawn as PyTorch draws them, and its dropout masks are its own, so scores differ by chance. Its best parameters are
copied into an rnnviz network, so both are scored by the same code. The results are stored in
benchmarks/results/torch_twins.json; entries of tasks that were not run stay as they are.
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
from rnnviz.training import TASKS as ALL_TASKS
from rnnviz.training import Batch, Recipe, Task

TASKS = {name: task for name, task in ALL_TASKS.items() if f"{name}-lstm" in zoo.models()}  # those with bundled models
RESULTS = Path(__file__).parent / "results" / "torch_twins.json"
CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
# The block of PyTorch's rows that belongs to the gate that keeps the memory.
KEEPING_BLOCK = {"gru": 1, "lstm": 1}


class Twin(nn.Module):
    """Embedding, recurrent layers and readout, with the parameter names of rnnviz's files."""

    def __init__(self, cell: str, recipe: Recipe, vocabulary: int, classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, recipe.embedding)
        self.rnn = CELLS[cell](recipe.embedding, recipe.hidden, recipe.layers)
        self.readout = nn.Linear(recipe.hidden, classes)
        self.drop_inputs, self.drop_top = nn.Dropout(recipe.dropout_inputs), nn.Dropout(recipe.dropout_top)
        with torch.no_grad():
            self.embedding.weight *= recipe.embedding_scale
            if cell in KEEPING_BLOCK:
                start = KEEPING_BLOCK[cell] * recipe.hidden
                self.rnn.bias_ih_l0[start : start + recipe.hidden] += recipe.keep_bias

    def forward(self, ids, states=None):
        top, states = self.rnn(self.drop_inputs(self.embedding(ids)), states)
        return self.readout(self.drop_top(top)), states

    def as_network(self, cell: str) -> Network:
        """A copy as an rnnviz network."""
        return Network.from_parameters({name: p.detach().numpy().copy() for name, p in self.state_dict().items()}, cell)


def train_step(twin: Twin, optimiser: torch.optim.Optimizer, batch: Batch, states, clip: float):
    """One training step of a twin: forward, backward, clipping, Adam. Returns the final states, detached."""
    logits, states = twin(torch.from_numpy(batch.inputs), states)
    targets = torch.from_numpy(np.ascontiguousarray(batch.targets)).flatten()
    surprisals = nn.functional.cross_entropy(logits.flatten(0, 1), targets, reduction="none")
    optimiser.zero_grad()
    (surprisals * torch.from_numpy(batch.weights).flatten()).sum().backward()
    nn.utils.clip_grad_norm_(twin.parameters(), clip)
    optimiser.step()
    return tuple(s.detach() for s in states) if isinstance(states, tuple) else states.detach()


def train(task: Task, cell: str, quiet: bool = False) -> tuple[Network, float, int]:
    """The best network of a twin by validation, the seconds that training took, and the epochs it ran."""
    torch.manual_seed(task.seed)
    recipe = task.recipe(cell)
    twin = Twin(cell, recipe, len(task.vocabulary), len(task.labels))
    optimiser = torch.optim.Adam(twin.parameters())
    total_steps = task.steps_per_epoch(recipe.batch) * recipe.epochs
    best, best_epoch, curve, steps_taken, seconds = twin.as_network(cell), 0, [], 0, 0.0
    with tqdm(total=total_steps, desc=f"{task.name} {cell}", leave=False, disable=quiet) as bar:
        for epoch in range(1, recipe.epochs + 1):
            began, states = time.monotonic(), None
            twin.train()
            for batch in task.batches(np.random.default_rng([task.seed, epoch]), recipe.batch):
                for group in optimiser.param_groups:
                    group["lr"] = recipe.learning_rate_at(steps_taken, total_steps)
                states = train_step(twin, optimiser, batch, states if batch.continues else None, recipe.clip)
                steps_taken += 1
                bar.update()
            validation = task.validate(twin.as_network(cell))
            seconds += time.monotonic() - began
            if not curve or task.selection_key(validation) > max(map(task.selection_key, curve)):
                best, best_epoch = twin.as_network(cell), epoch
            curve.append(validation)
            if task.is_learned(curve) or (recipe.patience and epoch - best_epoch >= recipe.patience):
                break
    return best, seconds, epoch


def measure_twin(task: Task, cell: str) -> dict:
    """The scores of a twin and how long it trained."""
    best, seconds, epochs = train(task, cell)
    scores = task.held_out_scores(best)
    return {
        "task": task.name,
        "cell": cell,
        "twin": {"validation": round(scores["validation"], 5), "test": round(scores["test"], 5)},
        "epochs": epochs,
        "seconds": round(seconds, 1),
    }


def with_bundled_scores(entry: dict) -> dict:
    """A twin's entry with the scores of the bundled model's current card."""
    scores = zoo.card(f"{entry['task']}-{entry['cell']}")["scores"]
    return entry | {
        "metric": scores["metric"],
        "ours": {part: scores[part] for part in ("validation", "test")},
        "baseline": scores["baseline"]["value"],
        "chance": scores["chance"],
    }


def markdown_table(entries: list[dict]) -> str:
    """The entries as a Markdown table, with differences in points, or in nats for shakespeare."""
    lines = [
        "| model | ours: validation | test | twin: validation | test | ours - twin, test | baseline, test |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in entries:
        ours, twin = entry["ours"], entry["twin"]
        gap = ours["test"] - twin["test"]
        difference = f"{gap:+.3f} nats" if "nats" in entry["metric"] else f"{100 * gap:+.1f} points"
        scores = " | ".join(f"{value:.3f}" for peer in (ours, twin) for value in (peer["validation"], peer["test"]))
        lines.append(f"| {entry['task']}-{entry['cell']} | {scores} | {difference} | {entry['baseline']:.3f} |")
    return "\n".join(lines)


def store(*new: dict) -> list[dict]:
    """Put entries into the results, in place of older ones, update all from the cards, and return them."""
    old = json.loads(RESULTS.read_text())["lines"] if RESULTS.exists() else []
    by_model = {(entry["task"], entry["cell"]): entry for entry in [*old, *new]}
    entries = [with_bundled_scores(by_model[key]) for key in sorted(by_model)]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"torch": torch.__version__, "lines": entries}, indent=1) + "\n")
    return entries


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", nargs="?", choices=list(TASKS), help="one task; all by default")
    parser.add_argument("--cell", choices=list(CELLS), help="one cell; all by default")
    parser.add_argument("--data", help="folder with the data sets (default: RNNVIZ_DATA)")
    parser.add_argument("--table", action="store_true", help="no training: the stored twins beside the current cards")
    args = parser.parse_args()
    for name in [] if args.table else [args.task] if args.task else TASKS:
        task = TASKS[name](args.data)
        for cell in [args.cell] if args.cell else CELLS:
            store(measure_twin(task, cell))
    print(markdown_table(store()))


if __name__ == "__main__":
    main()
