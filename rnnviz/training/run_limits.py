"""How large a training run may be where others wait for the same machine, told before it starts."""

from __future__ import annotations

from collections.abc import Mapping

from ..cells import CELLS
from .recipe import Recipe
from .run_settings import Settings
from .tasks import Task

MAX_HIDDEN = 128
MAX_EMBEDDING = 128
MAX_LAYERS = 3
MAX_BATCH = 256
MAX_LENGTH = 500  # steps of a sequence
MAX_MULTIPLY_ADDS = 5e12  # multiply-adds of a whole training: ten to twenty minutes of one core
MAX_SEQUENTIAL_STEPS = 1.5e7  # times that a cell makes a step forwards and back, however small it is: about as long
# The way back takes twice the products of the way forwards: gradients by what was read, and by the weights.
FORWARD_AND_BACKWARD = 3


def check_limits(settings: Settings, task: Task) -> None:
    """Raises ValueError, in a sentence that says what to reduce, for a training run that is too large."""
    recipe = settings.recipe
    sizes: Mapping[str, tuple[int, int]] = {
        "hidden units": (recipe.hidden, MAX_HIDDEN),
        "numbers in the embedding": (recipe.embedding, MAX_EMBEDDING),
        "layers": (recipe.layers, MAX_LAYERS),
        "sequences in a batch": (recipe.batch, MAX_BATCH),
        "steps in a sequence": (task.length, MAX_LENGTH),
    }
    for what, (wanted, most) in sizes.items():
        if wanted > most:
            raise ValueError(f"{wanted:,} {what} are too many to train here: choose at most {most}.")
    for work, bound, what in (
        (multiply_adds(settings.cell, recipe, task), MAX_MULTIPLY_ADDS, "multiply-adds"),
        (sequential_steps(recipe, task), MAX_SEQUENTIAL_STEPS, "steps of a cell, one after another"),
    ):
        if work > bound:
            epochs = int(recipe.epochs * bound / work)
            fewer = f"at most {epochs} epochs" if epochs else "fewer hidden units or layers, or less to read"
            raise ValueError(
                f"This training would take about {work:.1e} {what}, and {bound:.1e} is the most here: choose {fewer}"
                f" (now {recipe.epochs} epochs, {recipe.hidden} hidden units, {recipe.layers} "
                f"layer{'s' * (recipe.layers > 1)})."
            )


def multiply_adds(cell: str, recipe: Recipe, task: Task) -> float:
    """About how many multiply-adds a whole training takes, validation after every epoch included.

    Counts the products with weight matrices, which are nearly all of them. Raises ValueError for an unknown cell.
    """
    if cell not in CELLS:
        raise ValueError(f"there is no cell {cell!r}; known are {', '.join(CELLS)}")
    rows, hidden = len(CELLS[cell].rows) * recipe.hidden, recipe.hidden
    first = recipe.embedding if len(task.vocabulary) else task.vocabulary.vector_size
    read = [first, *[hidden] * (recipe.layers - 1)]
    a_token = sum(rows * (width + hidden) for width in read) + hidden * len(task.labels)
    return (
        recipe.epochs
        * a_token
        * float(FORWARD_AND_BACKWARD * task.tokens_per_epoch(recipe.batch) + task.validation_tokens)
    )


def sequential_steps(recipe: Recipe, task: Task) -> float:
    """About how many steps the cells make one after another, whatever their size, in a whole training."""
    return float(recipe.epochs * recipe.layers * task.steps_per_epoch(recipe.batch) * task.length)
