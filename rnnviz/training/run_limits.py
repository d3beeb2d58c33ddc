"""How large a training run may be on a machine that others share; checked before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from ..cells import cell_class
from ..cells.sizes import all_lengths
from ..errors import TrainingError
from .recipe import Recipe
from .run_settings import Settings
from .slices import FORWARD_AND_BACKWARD
from .tasks import Task

MAX_HIDDEN = 128
MAX_EMBEDDING = 128
MAX_LAYERS = 3
MAX_BATCH = 256
MAX_LENGTH = 500  # steps of a sequence
MAX_MULTIPLY_ADDS = 5e12  # of a whole training: ten to twenty minutes on one core
MAX_SEQUENTIAL_STEPS = 1.5e7  # of a whole training; about as long, however small the cell is


def check_limits(settings: Settings, task: Task) -> None:
    """Refuse a training run that is too large.

    Parameters
    ----------
    settings : Settings
        The run's settings.
    task : Task
        The task that they are for.

    Raises
    ------
    TrainingError
        With code "too_large" if a size (`setting`) is above its limit, or "too_much_work" if the whole training would
        take too long; `epochs` is how many would be allowed, 0 if not even one. The message says what to reduce.
    UnknownNameError
        If there is no such cell.
    """
    recipe = settings.recipe
    sizes: Mapping[str, tuple[str, int, int]] = {
        "hidden": ("hidden units", recipe.hidden, MAX_HIDDEN),
        "embedding": ("values in the embedding", recipe.embedding, MAX_EMBEDDING),
        "layers": ("layers", recipe.layers, MAX_LAYERS),
        "batch": ("sequences in a batch", recipe.batch, MAX_BATCH),
        "length": ("steps in a sequence", task.length, MAX_LENGTH),
    }
    for setting, (title, size, limit) in sizes.items():
        if size > limit:
            message = f"{size:,} {title} are too many to train here: choose at most {limit}."
            raise TrainingError(message, code="too_large", setting=setting, value=size, limit=limit)
    for setting, title, work, bound in (
        ("multiply_adds", "multiply-adds", multiply_adds(settings.cell, recipe, task), MAX_MULTIPLY_ADDS),
        ("sequential_steps", "consecutive steps of a cell", sequential_steps(recipe, task), MAX_SEQUENTIAL_STEPS),
    ):
        if work > bound:
            epochs = int(recipe.epochs * bound / work)
            less = f"at most {epochs} epochs" if epochs else "fewer hidden units or layers, or less data"
            layers = f"{recipe.layers} layer{'s' * (recipe.layers > 1)}"
            raise TrainingError(
                f"This training would take about {work:.1e} {title}, and the limit here is {bound:.1e}: choose {less} "
                f"(now {recipe.epochs} epochs, {recipe.hidden} hidden units, {layers}).",
                code="too_much_work",
                setting=setting,
                value=work,
                limit=bound,
                epochs=epochs,
            )


def multiply_adds(cell: str, recipe: Recipe, task: Task) -> float:
    """Estimate the multiply-adds of a whole training, with a validation after every epoch.

    The estimate counts the products with weight matrices, which are nearly all of them.

    Parameters
    ----------
    cell : str
        Name of the cell.
    recipe : Recipe
        Sizes and budget.
    task : Task
        What is trained for.

    Returns
    -------
    float
        Number of multiply-adds.

    Raises
    ------
    UnknownNameError
        If there is no such cell.
    """
    kind, hidden = cell_class(cell), recipe.hidden
    first = recipe.embedding if len(task.vocabulary) else task.vocabulary.vector_size
    sizes = kind.define().sizes
    passed_on = all_lengths(sizes, first, hidden)[sizes["hidden"]]
    input_sizes = [first, *[passed_on] * (recipe.layers - 1)]
    shapes = (shape for size in input_sizes for shape in kind.parameter_shapes(size, hidden).values())
    per_token = sum(prod(shape) for shape in shapes if len(shape) == 2) + passed_on * len(task.labels)
    tokens = FORWARD_AND_BACKWARD * task.tokens_per_epoch(recipe.batch) + task.validation_tokens
    return recipe.epochs * per_token * float(tokens)


def sequential_steps(recipe: Recipe, task: Task) -> float:
    """Estimate how many steps the cells take one after another in a whole training, whatever their size.

    Parameters
    ----------
    recipe : Recipe
        Sizes and budget.
    task : Task
        What is trained for.

    Returns
    -------
    float
        Number of steps.
    """
    return float(recipe.epochs * recipe.layers * task.steps_per_epoch(recipe.batch) * task.length)
