"""What to type to train the same network again."""

from __future__ import annotations

from dataclasses import fields
from shlex import quote

from .trainer import Trainer


def command(trainer: Trainer, name: str | None = None, text: str | None = None) -> str:
    """The command line of a run: only what differs from the defaults, and no folders.

    name: of the model, if it is not TASK-CELL. text: the name of the file that own text came from.
    """
    task, recipe = trainer.task, trainer.recipe
    words = ["python -m rnnviz.training", task.name, "--cell", trainer.cell]
    if task.needs_text:
        words += ["--text", quote(text or "FILE")]
    for option, value in trainer.given_options.items():
        words += ["--option", f"{option}={value}"]
    if trainer.seed != task.seed:
        words += ["--seed", str(trainer.seed)]
    usual = task.recipe(trainer.cell)
    for one in fields(recipe):
        if getattr(recipe, one.name) != getattr(usual, one.name):
            words += [flag(one.name), shown(getattr(recipe, one.name))]
    for option, (default, _) in task.available_options.items():
        if task.options[option] != default:
            words += [flag(option), str(task.options[option])]
    if name:
        words += ["--name", quote(name)]
    return " ".join(words)


def flag(name: str) -> str:
    """A field's name as an option of the command line."""
    return "--" + name.replace("_", "-")


def shown(value: float | str) -> str:
    """A recipe's number or word as it is typed, with as many digits as it takes to get the same number."""
    if isinstance(value, str):
        return value
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
