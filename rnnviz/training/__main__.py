"""The command line: `python -m rnnviz.training names --cell lstm`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from tqdm import tqdm

from ..cells import CELLS
from ..checkpoints.native.model_files import save_pair
from ..errors import ArgumentError
from ..text.decoding import decode_text
from .recipe import Recipe
from .tasks import TASKS
from .trainer import Trainer
from .training_card import default_name, format_value, option_flag, trained_model


def main(arguments: list[str] | None = None) -> int:
    """Train one model. Returns 0, or 1 if training diverged, 2 for an invalid request, 130 after Ctrl-C."""
    args = argument_parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    try:
        trainer, name = make_trainer(args)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if trainer.epochs_finished:
        print(f"Continuing after epoch {trainer.epochs_finished}.")
    try:
        train_with_progress_bar(trainer)
    except KeyboardInterrupt:
        print(f"Stopped. Epochs finished: {trainer.epochs_finished}. Run the same command to continue.")
        return 130
    if trainer.stop_reason:
        print(trainer.stop_reason)
    model = trained_model(trainer, name, text_file=args.text.name if trainer.task.needs_text else None)
    save_pair(model, args.out / name)
    progress_file(args, name).unlink(missing_ok=True)
    scores = model.card["scores"]
    print(f"{args.out / name}: {scores['metric']} {scores['test']:.4f} (validation {scores['validation']:.4f}).")
    return 1 if trainer.diverged else 0


def argument_parser() -> argparse.ArgumentParser:
    """Options for data and output, for every field of a recipe, and for the task's own options."""
    parser = argparse.ArgumentParser(prog="python -m rnnviz.training", description="Train a recurrent network.")
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK", help=", ".join(TASKS))
    for name, task in TASKS.items():
        description = f"{task.title} Reads {task.reads}; predicts {task.predicts}."
        options = tasks.add_parser(name, help=task.title, description=description)
        options.add_argument("--cell", choices=list(CELLS), default="lstm", help="kind of cell (default lstm)")
        options.add_argument("--option", metavar="NAME=VALUE", action="append", default=[], help="a cell option")
        options.add_argument("--data", type=Path, help="folder with the data sets (default RNNVIZ_DATA)")
        if task.needs_text:
            options.add_argument("--text", type=Path, required=True, metavar="FILE", help="text file, at most 5 MB")
        options.add_argument("--out", type=Path, default=Path("runs"), help="folder for the model (default runs)")
        options.add_argument("--name", help="name of the model (default TASK-CELL)")
        options.add_argument(
            "--seed", type=int, default=task.seed, help=f"seed of all random numbers (default {task.seed})"
        )
        options.add_argument("--fresh", action="store_true", help="discard an interrupted run and start over")
        types = get_type_hints(Recipe)
        for f in fields(Recipe):
            help = f"{f.metadata['help']} ({defaults_by_cell(name, f.name)})"
            options.add_argument(
                option_flag(f.name), type=types[f.name], choices=f.metadata["choices"] or None, help=help
            )
        for option, (default, help) in task.available_options.items():
            options.add_argument(option_flag(option), type=int, default=default, help=f"{help} (default {default})")
    return parser


def make_trainer(args: argparse.Namespace) -> tuple[Trainer, str]:
    """The trainer for the given options, and the name of the model."""
    task_class = TASKS[args.task]
    name = args.name or default_name(args.task, args.cell)
    text = decode_text(args.text.read_bytes()) if task_class.needs_text else None
    task = task_class(
        args.data, text=text, **{option: getattr(args, option) for option in task_class.available_options}
    )
    recipe = replace(task.recipe(args.cell), **recipe_overrides(args))
    file = progress_file(args, name)
    if args.fresh:
        file.unlink(missing_ok=True)
    for pair in args.option:
        if "=" not in pair:
            message = f"--option is {pair!r}; it must be NAME=VALUE, for example reset=before."
            raise ArgumentError(message, code="not_a_pair", name="option", value=pair)
    options = dict(pair.split("=", 1) for pair in args.option)
    return Trainer(task, args.cell, recipe, seed=args.seed, options=options, checkpoint_file=file), name


def train_with_progress_bar(trainer: Trainer) -> None:
    """Train to the end."""
    steps = trainer.steps_per_epoch
    total, initial = trainer.recipe.epochs * steps, trainer.epochs_finished * steps
    with tqdm(total=total, initial=initial, unit="step") as bar:
        for report in trainer.run():
            bar.update()
            if report.validation is not None:
                measures = " ".join(f"{name} {value:.4f}" for name, value in report.validation.items())
                bar.set_postfix_str(f"epoch {report.epoch} loss {report.loss:.4f} {measures}")


def recipe_overrides(args: argparse.Namespace) -> dict[str, Any]:
    """The fields of the recipe that were given on the command line."""
    return {name: getattr(args, name) for name in Recipe.field_names() if getattr(args, name) is not None}


def defaults_by_cell(task: str, field: str) -> str:
    """A recipe's default value, and those of cells with a different one."""
    task_class = TASKS[task]
    values = {"default": getattr(task_class.base_recipe, field)}
    values |= {cell: changes[field] for cell, changes in task_class.cell_changes.items() if field in changes}
    return ", ".join(f"{cell} {format_value(value)}" for cell, value in values.items())


def progress_file(args: argparse.Namespace, name: str) -> Path:
    """The file in which an interrupted run saves its progress."""
    return args.out / f"{name}.checkpoint.npz"


if __name__ == "__main__":
    raise SystemExit(main())
