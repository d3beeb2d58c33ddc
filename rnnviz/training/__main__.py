"""The command line: python -m rnnviz.training names --cell lstm"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from tqdm import tqdm

from ..cells import CELLS
from ..checkpoints.native import model_files as own
from ..text.decoding import decode_text
from .recipe import Recipe
from .retrain_command import command, flag, shown
from .tasks import TASKS, MissingDataError
from .trainer import Trainer
from .training_card import trained_model


def main(arguments: list[str] | None = None) -> int:
    """Train one model. Returns 0, or 1 if training diverged, 2 for a request that makes no sense, 130 after Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    wanted = parser().parse_args(arguments)
    try:
        trainer, name = prepare(wanted)
    except (MissingDataError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if trainer.epochs_finished:
        print(f"Going on after epoch {trainer.epochs_finished}.")
    try:
        follow(trainer)
    except KeyboardInterrupt:
        print(f"Stopped. Epochs finished: {trainer.epochs_finished}. The same command goes on from there.")
        return 130
    if trainer.stop_reason:
        print(trainer.stop_reason)
    text = wanted.text.name if trainer.task.needs_text else None
    model = trained_model(trainer, name, command(trainer, wanted.name, text))
    own.save(model, wanted.out / name)
    checkpoint_file(wanted, name).unlink(missing_ok=True)
    scores = model.card["scores"]
    print(f"{wanted.out / name}: {scores['metric']} {scores['test']:.4f} (validation {scores['validation']:.4f}).")
    return 1 if trainer.diverged else 0


def parser() -> argparse.ArgumentParser:
    """Options for where and what, for every field of a recipe, and for what changes a task itself."""
    top = argparse.ArgumentParser(prog="python -m rnnviz.training", description="Train a recurrent network.")
    tasks = top.add_subparsers(dest="task", required=True, metavar="TASK", help=", ".join(TASKS))
    for name, task in TASKS.items():
        one = tasks.add_parser(
            name, help=task.title, description=f"{task.title} Reads {task.reads}; says {task.predicts}."
        )
        one.add_argument("--cell", choices=list(CELLS), default="lstm")
        one.add_argument("--option", metavar="NAME=VALUE", action="append", default=[], help="an option of the cell")
        one.add_argument("--data", type=Path, help="the folder with the data sets; else the one named by RNNVIZ_DATA")
        if task.needs_text:
            one.add_argument("--text", type=Path, required=True, metavar="FILE", help="the text, of at most 5 MB")
        one.add_argument("--out", type=Path, default=Path("runs"), help="where the model is written")
        one.add_argument("--name", help="the model's name; else TASK-CELL")
        one.add_argument("--seed", type=int, default=task.seed, help=f"of every random number ({task.seed})")
        one.add_argument("--fresh", action="store_true", help="forget an interrupted run and start over")
        types = get_type_hints(Recipe)
        for f in fields(Recipe):
            help = f"{f.metadata['help']} ({default(name, f.name)})"
            one.add_argument(flag(f.name), type=types[f.name], choices=f.metadata["choices"] or None, help=help)
        for option, (value, says) in task.available_options.items():
            one.add_argument(flag(option), type=int, default=value, help=f"{says} ({value})")
    return top


def prepare(wanted: argparse.Namespace) -> tuple[Trainer, str]:
    """The trainer that the options ask for, and the name of the model."""
    kind = TASKS[wanted.task]
    name = wanted.name or f"{wanted.task}-{wanted.cell}"
    text = decode_text(wanted.text.read_bytes()) if kind.needs_text else None
    task = kind(wanted.data, text=text, **{option: getattr(wanted, option) for option in kind.available_options})
    recipe = replace(task.recipe(wanted.cell), **changes(wanted))
    file = checkpoint_file(wanted, name)
    if wanted.fresh:
        file.unlink(missing_ok=True)
    options = dict(pair.split("=", 1) for pair in wanted.option if "=" in pair)
    if len(options) < len(wanted.option):
        raise ValueError("--option wants NAME=VALUE, for example reset=before")
    return Trainer(task, wanted.cell, recipe, seed=wanted.seed, options=options, checkpoint_file=file), name


def follow(trainer: Trainer) -> None:
    """Train to the end, with a progress bar."""
    with tqdm(
        total=trainer.recipe.epochs * trainer.steps_per_epoch,
        initial=trainer.epochs_finished * trainer.steps_per_epoch,
        unit="step",
    ) as bar:
        for progress in trainer.run():
            bar.update()
            if progress.validation is not None:
                shown = " ".join(f"{name} {value:.4f}" for name, value in progress.validation.items())
                bar.set_postfix_str(f"epoch {progress.epoch} loss {progress.loss:.4f} {shown}")


def changes(wanted: argparse.Namespace) -> dict[str, Any]:
    """The fields of the recipe that were given on the command line."""
    return {name: getattr(wanted, name) for name in Recipe.field_names() if getattr(wanted, name) is not None}


def default(task: str, field: str) -> str:
    """A recipe's value in words, and by cell where cells differ."""
    kind = TASKS[task]
    values = {"default": getattr(kind.base_recipe, field)}
    values |= {cell: own[field] for cell, own in kind.cell_changes.items() if field in own}
    return ", ".join(f"{cell} {shown(value)}" for cell, value in values.items())


def checkpoint_file(wanted: argparse.Namespace, name: str) -> Path:
    return wanted.out / f"{name}.checkpoint.npz"


if __name__ == "__main__":
    raise SystemExit(main())
