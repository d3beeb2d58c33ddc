"""The card of a trained model: its data, its training, its scores, and the command that trains it again."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict, fields
from shlex import quote
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
    *,
    text_file: str | None = None,
    network: Network | None = None,
    scores: Scores | None = None,
    **metadata: Any,
) -> Model:
    """Return a network of a training run as a model, with its card.

    Parameters
    ----------
    trainer : Trainer
        The training run.
    name : str
        Name of the model.
    text_file : str, optional
        Name of the file that the task's text came from.
    network : Network, optional
        A network of the run; the best one by default.
    scores : dict, optional
        Its held-out scores; measured here by default. If it is empty, the card has none.
    **metadata
        Further entries of the card's "training".

    Returns
    -------
    Model
        With vocabulary, labels and card.

    Examples
    --------
    >>> from rnnviz.training import TASKS, Recipe, Trainer, trained_model
    >>> trainer = Trainer(TASKS["parity"](length=3), "rnn", Recipe(hidden=4, epochs=1, batch=8))
    >>> model = trained_model(trainer, "parity-rnn")
    >>> model.card["title"]
    'Parity: is the number of ones even or odd?'
    """
    network = network or trainer.best_network()
    task = trainer.task
    command = retrain_command(trainer, name, text_file)
    card = _card(trainer, network, command, task.held_out_scores(network) if scores is None else scores)
    if not card["scores"]:
        del card["scores"]
    card["training"] |= metadata
    return Model(name, network, task.vocabulary, task.labels, card)


def retrain_command(trainer: Trainer, name: str, text_file: str | None = None) -> str:
    """The command line that trains the same network again: only what differs from the defaults, and no folders."""
    task, recipe = trainer.task, trainer.recipe
    words = ["python -m rnnviz.training", task.name, "--cell", trainer.cell]
    if task.needs_text:
        words += ["--text", quote(text_file or "FILE")]
    for option, value in trainer.given_options.items():
        words += ["--option", f"{option}={value}"]
    if trainer.seed != task.seed:
        words += ["--seed", str(trainer.seed)]
    default_recipe = task.recipe(trainer.cell)
    for f in fields(recipe):
        if getattr(recipe, f.name) != getattr(default_recipe, f.name):
            words += [option_flag(f.name), format_value(getattr(recipe, f.name))]
    for option, (default, _) in task.available_options.items():
        if task.options[option] != default:
            words += [option_flag(option), str(task.options[option])]
    if name != default_name(task.name, trainer.cell):
        words += ["--name", quote(name)]
    return " ".join(words)


def default_name(task: str, cell: str) -> str:
    """The name of a model that was given none: TASK-CELL."""
    return f"{task}-{cell}"


def option_flag(name: str) -> str:
    """A field's name as an option of the command line."""
    return "--" + name.replace("_", "-")


def format_value(value: float | str) -> str:
    """A recipe's value as it is typed, with as many digits as the same number needs."""
    if isinstance(value, str):
        return value
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _card(trainer: Trainer, network: Network, command: str, scores: Scores) -> dict[str, Any]:
    task = trainer.task
    return measured_entries(task, scores) | {
        "architecture": architecture(network),
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
    }


def measured_entries(task: Task, scores: Scores) -> dict[str, Any]:
    """What a card says about the task and its data, and how a network did: all that does not come from training."""
    return {
        "task": task.name,
        "title": task.title,
        "reads": task.reads,
        "says": task.predicts,
        "asked": task.answer_due,
        "examples": list(task.examples),
        "note": task.card_note(),
        "data": _sources(task),
        "split": task.split,
        "scores": rounded(scores),
        "levels": rounded({"chance": asdict(task.chance), "best": asdict(task.best)}),
    }


def architecture(network: Network) -> dict[str, Any]:
    """The sizes of a network of one cell and the convention of its parameters, for a card."""
    cell = network.layers[0][0]
    order = ", ".join(cell.definition.by_name[row].title for row in cell.rows)
    rows = f"gates stacked in the order {order}" if len(cell.rows) > 1 else "one block of rows"
    # A notation that is PyTorch's, the first choice of each option, needs no mention, and neither do activations that
    # no page offers to change.
    unmentioned = {name: cell.choices[name][0] for name in cell.notation}
    unmentioned |= {name: default for name, default in cell.activations.items() if name not in cell.choices}
    options = {name: value for name, value in cell.options.items() if unmentioned.get(name) != value}
    return {
        "cell": network.cell_name,
        "options": options,
        "embedding": network.input_size,
        "hidden": network.hidden_size,
        **{size: length for size, length in cell.lengths.items() if size in cell.sizes.values()},
        "layers": len(network.layers),
        "directions": list(network.directions),
        "parameters": sum(array.size for array in network.parameters.values()),
        "dtype": str(network.dtype),
        "convention": "; ".join([f"{LAYOUT}, {rows}", *(f"{name}: {value}" for name, value in options.items())]),
    }


def _sources(task: Task) -> list[dict[str, str]]:
    """The sources of a task's data, each with its licence and citation."""
    keys = ("name", "licence", "citation", "address")
    return [{key: getattr(source, key) for key in keys if getattr(source, key)} for source in task.sources]


def rounded(value: Any) -> Any:
    """Plain data with floats rounded to six digits, more than any of them is accurate to."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [rounded(entry) for entry in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
