"""Why a training run went wrong, and what to do about it, in a few sentences."""

from __future__ import annotations

from statistics import fmean, median

from .history import History
from .run_settings import Settings

LATEST = 20  # steps
LONG = 100.0  # a gradient of that length, and so many times the usual one, has exploded
FAR_LONGER = 10.0
HIGH = 0.03  # a learning rate above it is more than Adam usually bears


def explain_divergence(settings: Settings, history: History, kept: str | None, guessing: float | None = None) -> str:
    """What happened to a run that diverged, what to change, and which weights are kept.

    kept: where those are from, in words; None if there are none to keep. guessing: the loss in nats of naming all
    labels alike, if the run ended because its loss is far above that; None if numbers were no longer finite.
    """
    happened = f"After step {len(history.loss)} the loss or its gradient was no longer a finite number."
    if guessing is not None:
        happened = (
            f"Training ran away: over the last {LATEST} steps the loss was {fmean(history.loss[-LATEST:]):.3g} nats, "
            f"where naming all labels alike costs {guessing:.3g}."
        )
    if kept is None:
        happened = "Even the untrained network gives numbers that are not finite."
    return f"{happened} {_advice(settings, history)} Kept: {kept or 'nothing'}."


def explosion_warning(settings: Settings, history: History) -> str | None:
    """What a run without clipping should tell even if it came to its end: that gradients exploded on the way."""
    if settings.recipe.clip or not history.norm:
        return None
    longest, usual = max(history.norm), median(history.norm)
    if longest < LONG or (longest < FAR_LONGER * usual and usual < LONG):
        return None
    step = history.norm.index(longest) + 1
    return (
        f"Gradients exploded on the way: clipping is off, and the longest, at step {step}, had a length of "
        f"{_length(longest)} ({_length(usual)} is the middle of all). Adam divides by how long gradients were lately, "
        "so that the loss need not show it, but after such a step it hardly moves for a long time."
    )


def _advice(settings: Settings, history: History) -> str:
    recipe, todo = settings.recipe, []
    if not recipe.clip:
        longest = max(history.norm[-LATEST:], default=0.0)
        grew = f", and the gradient grew to a length of {_length(longest)}" if longest > FAR_LONGER else ""
        todo.append(f"gradient clipping is off{grew}: turn it on (1 is usual)")
    if recipe.recurrent_scale > 1:
        todo.append(f"start the recurrent matrix with a scale of 1 or less (now {recipe.recurrent_scale:g})")
    if recipe.learning_rate > HIGH or not todo:
        most = min(recipe.learning_rate / 3, HIGH)
        todo.append(f"choose a learning rate of at most {most:.1g} (now {recipe.learning_rate:g})")
    advice = "; ".join(todo)
    return advice[0].upper() + advice[1:] + "."


def _length(value: float) -> str:
    return f"{value:,.0f}" if 100 <= value < 1e6 else f"{value:.3g}"
