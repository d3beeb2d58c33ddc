"""The card of a trained model: where it comes from, how it was made, and how good it is, as JSON data."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from .. import __version__
from ..model import Model
from ..network import Network
from .tasks import Scores, Task
from .trainer import Trainer

LAYOUT = "PyTorch's parameter names and layout"


def trained_model(
    trainer: Trainer,
    name: str,
    command: str,
    network: Network | None = None,
    scores: Scores | None = None,
    **more: Any,
) -> Model:
    """The best network of a training run as a model, with its card. command: what reproduces it.

    network: another one of the run, in place of the best epoch's. scores: its held-out scores, if they were
    measured before. more: what else the card says of the training.
    """
    network = network or trainer.best_network()
    task = trainer.task
    card = _card(trainer, network, command, task.held_out_scores(network) if scores is None else scores)
    card["training"] |= more
    return Model(name, network, task.vocabulary, task.labels, card)


def _card(trainer: Trainer, network: Network, command: str, scores: Scores) -> dict[str, Any]:
    task = trainer.task
    return {
        "task": task.name,
        "title": task.title,
        "reads": task.reads,
        "says": task.predicts,
        "asked": task.answer_due,
        "examples": list(task.examples),
        "note": task.card_note(),
        "architecture": architecture(network),
        "data": data(task),
        "split": task.split,
        "training": {
            "command": command,
            "seed": trainer.seed,
            "task_options": task.options,
            "hyperparameters": asdict(trainer.recipe),
            "optimiser": "Adam, betas 0.9 and 0.999",
            "epochs": trainer.epochs_finished,
            "steps": trainer.optimiser.steps_taken,
            "seconds": round(trainer.seconds, 1),
            "best_epoch": trainer.best_epoch,
            "stopped": trainer.stop_reason,
            "rnnviz": __version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "curve": rounded(trainer.curve),
        "scores": rounded(scores),
        "levels": rounded({"chance": asdict(task.chance), "best": asdict(task.best)}),
    }


def architecture(network: Network) -> dict[str, Any]:
    """Sizes of a network, and in words the convention that its weights follow."""
    cell = network.layers[0][0]
    order = ", ".join(cell.definition.by_name[row].title for row in cell.rows)
    rows = f"gates stacked in the order {order}" if len(cell.rows) > 1 else "one block of rows"
    # How the cell is written goes without saying where it is PyTorch's way, the first choice of each option,
    # and so do activations that no page offers to change.
    usual = {name: cell.choices[name][0] for name in cell.notation}
    usual |= {name: default for name, default in cell.activations.items() if name not in cell.choices}
    options = {name: value for name, value in cell.options.items() if usual.get(name) != value}
    return {
        "cell": network.cell_name,
        "options": options,
        "embedding": network.input_size,
        "hidden": network.hidden_size,
        "layers": len(network.layers),
        "directions": list(network.directions),
        "parameters": sum(array.size for array in network.parameters.values()),
        "dtype": str(network.dtype),
        "convention": "; ".join([f"{LAYOUT}, {rows}", *(f"{name}: {value}" for name, value in options.items())]),
    }


def data(task: Task) -> list[dict[str, str]]:
    """The sources of a task's data, each with its licence and whom to cite."""
    named = ("name", "licence", "citation", "address")
    return [{key: getattr(source, key) for key in named if getattr(source, key)} for source in task.sources]


def rounded(value: Any) -> Any:
    """Plain data with floats cut to six digits, which is more than any of them means."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [rounded(entry) for entry in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
