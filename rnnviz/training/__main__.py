"""The command line: `python -m rnnviz.training names --cell lstm`, and `python -m rnnviz.training zoo`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

from tqdm import tqdm

from ..cells import CELLS
from ..checkpoints.native.model_files import load_pair, save_pair
from ..errors import ArgumentError
from ..text.decoding import read_training_text
from .median_models import median_models
from .recipe import Recipe
from .tasks import TASKS
from .trainer import Trainer
from .training_card import default_name, format_value, option_flag, trained_model

ZOO = "zoo"  # stands in for a task
ZOO_TASKS = [name for name, task in TASKS.items() if task.seeds]
ZOO_CELLS = ("rnn", "gru", "lstm")


def main(arguments: list[str] | None = None) -> int:
    """Train one model or all. Returns 0, 1 if training diverged, 2 for an invalid request, 130 after Ctrl-C."""
    args = argument_parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    try:
        if args.task == ZOO:
            return train_zoo(args)
        trainer, name = make_trainer(args)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return train(trainer, args.out / name, args.text.name if trainer.task.needs_text else None)


def train(trainer: Trainer, path: Path, text_file: str | None = None) -> int:
    """Train one model to the end and save it. Returns 0, 1 if training diverged, 130 after Ctrl-C."""
    if trainer.epochs_finished:
        print(f"Continuing after epoch {trainer.epochs_finished}.")
    try:
        train_with_progress_bar(trainer)
    except KeyboardInterrupt:
        print(f"Stopped. Epochs finished: {trainer.epochs_finished}. Run the same command to continue.")
        return 130
    if trainer.stop_reason:
        print(trainer.stop_reason)
    model = trained_model(trainer, path.name, text_file=text_file)
    save_pair(model, path)
    progress_file(path).unlink(missing_ok=True)
    scores = model.card["scores"]
    print(f"{path}: {scores['metric']} {scores['test']:.4f} (validation {scores['validation']:.4f}).")
    return 1 if trainer.diverged else 0


def train_zoo(args: argparse.Namespace) -> int:
    """Train the bundled models from several seeds, where OUT lacks them, and save the median ones in OUT."""
    tasks = [TASKS[name](args.data) for name in args.tasks]
    seeds = {task.name: range(args.seeds or task.seeds) for task in tasks}
    jobs = [(task, seed, cell) for task in tasks for seed in seeds[task.name] for cell in ZOO_CELLS]
    for k, (task, seed, cell) in enumerate(jobs, 1):
        path = args.out / f"seed-{seed}" / default_name(task.name, cell)
        if path.with_suffix(".json").exists():
            continue
        print(f"{path.name}, seed {seed} ({k} of {len(jobs)})")
        path.parent.mkdir(parents=True, exist_ok=True)
        if train(Trainer(task, cell, seed=seed, checkpoint_file=progress_file(path)), path) == 130:
            return 130
    for task in tasks:
        name = partial(default_name, task.name)
        candidates = {
            cell: {seed: load_pair(args.out / f"seed-{seed}" / name(cell)) for seed in seeds[task.name]}
            for cell in ZOO_CELLS
        }
        for cell, model in median_models(task, candidates).items():
            save_pair(model, args.out / name(cell))
            scores = ", ".join(f"{run['validation']:.4f}" for run in model.card["seeds"])
            print(f"{args.out / name(cell)}: seed {model.card['training']['seed']}, the median of {scores}.")
    return 0


def argument_parser() -> argparse.ArgumentParser:
    """Options for data and output, for every field of a recipe, and for the task's own options."""
    parser = argparse.ArgumentParser(prog="python -m rnnviz.training", description="Train a recurrent network.")
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK", help=", ".join([*TASKS, ZOO]))
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
    help = "The bundled models from several seeds: trains what OUT/seed-N lacks and saves the median models in OUT."
    zoo = tasks.add_parser(ZOO, help=help, description=help)
    names = ", ".join(ZOO_TASKS)
    zoo.add_argument(
        "--tasks", nargs="+", choices=ZOO_TASKS, default=ZOO_TASKS, metavar="TASK", help=f"{names}; or all"
    )
    zoo.add_argument("--seeds", type=int, help="number of seeds, 0, 1, ... (default 5; 3 for shakespeare)")
    zoo.add_argument("--data", type=Path, help="folder with the data sets (default RNNVIZ_DATA)")
    zoo.add_argument("--out", type=Path, default=Path("runs"), help="folder for the models (default runs)")
    return parser


def make_trainer(args: argparse.Namespace) -> tuple[Trainer, str]:
    """The trainer for the given options, and the name of the model."""
    task_class = TASKS[args.task]
    name = args.name or default_name(args.task, args.cell)
    text = read_training_text(args.text.read_bytes()).text if task_class.needs_text else None
    task = task_class(
        args.data, text=text, **{option: getattr(args, option) for option in task_class.available_options}
    )
    recipe = replace(task.recipe(args.cell), **recipe_overrides(args))
    file = progress_file(args.out / name)
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


def progress_file(path: Path) -> Path:
    """The file in which an interrupted run saves its progress."""
    return path.with_name(f"{path.name}.checkpoint.npz")


if __name__ == "__main__":
    raise SystemExit(main())
