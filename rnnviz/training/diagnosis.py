"""Why a training run failed, and what to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

from .history import History
from .run_settings import Settings

LATEST = 20  # steps
EXPLODED = 100.0  # a gradient of this norm has exploded ...
FAR_LONGER = 10.0  # ... if it is this many times the median, or the median itself is that large
HIGH_RATE = 0.03  # a learning rate above it is usually too much for Adam

Cause = Literal["high_loss", "not_finite", "untrained_not_finite"]


@dataclass(frozen=True)
class Diagnosis:
    """Why a run diverged.

    Parameters
    ----------
    cause : {"high_loss", "not_finite", "untrained_not_finite"}
        What was observed: a loss far above that of guessing, a loss or a gradient that is not finite, or a network
        that is not finite even before training.
    limits : dict of str to float
        The recipe's fields to change, the most promising first, each with the highest value to try.
    message : str
        Cause, advice and the parameters that are kept, in a few sentences.
    """

    cause: Cause
    limits: Mapping[str, float]
    message: str


@dataclass(frozen=True)
class Explosion:
    """The longest gradient of a run without clipping, if it exploded.

    Parameters
    ----------
    step : int
        Its step, from 1.
    norm : float
        Its norm.
    median_norm : float
        The median norm of all steps.
    """

    step: int
    norm: float
    median_norm: float

    @property
    def message(self) -> str:
        """What happened and what it means, in a few sentences."""
        return (
            f"Gradients exploded during training: clipping is off, and the longest gradient, at step {self.step}, had "
            f"a length of {_length(self.norm)} (median {_length(self.median_norm)}). Adam divides by the size of "
            "recent gradients, so the loss need not show it, but training hardly moves for a long time after such a "
            "step."
        )


def diagnose(settings: Settings, history: History, kept: str | None, guessing_loss: float | None = None) -> Diagnosis:
    """Explain why a run diverged.

    Parameters
    ----------
    settings : Settings
        The run's settings.
    history : History
        Its curves so far.
    kept : str or None
        Where the kept parameters come from, in words; None if there are none.
    guessing_loss : float, optional
        Loss of guessing among all labels, in nats, if the run ended because its loss is far above that.

    Returns
    -------
    Diagnosis
        Cause, advice and message.
    """
    cause: Cause
    if kept is None:
        cause, observed = "untrained_not_finite", "Even the untrained network outputs numbers that are not finite."
    elif guessing_loss is None:
        cause = "not_finite"
        observed = f"After step {len(history.loss)} the loss or its gradient was no longer a finite number."
    else:
        cause = "high_loss"
        observed = (
            f"Training diverged: over the last {LATEST} steps the loss was {fmean(history.loss[-LATEST:]):.3g} nats, "
            f"while guessing among all labels costs {guessing_loss:.3g}."
        )
    limits, advice = _advice(settings, history)
    todo = "; ".join(advice)
    message = f"{observed} {todo[0].upper()}{todo[1:]}. Kept: {kept or 'nothing'}."
    return Diagnosis(cause, limits, message)


def find_explosion(settings: Settings, history: History) -> Explosion | None:
    """Find out whether gradients exploded in a run without clipping, even if it came to its end.

    Parameters
    ----------
    settings : Settings
        The run's settings.
    history : History
        Its curves.

    Returns
    -------
    Explosion or None
        None for a run with clipping, and for one whose longest gradient is not out of the ordinary.
    """
    if settings.recipe.clip or not history.norm:
        return None
    longest, usual = max(history.norm), median(history.norm)
    if longest < EXPLODED or (longest < FAR_LONGER * usual and usual < EXPLODED):
        return None
    return Explosion(history.norm.index(longest) + 1, longest, usual)


def _advice(settings: Settings, history: History) -> tuple[dict[str, float], list[str]]:
    """The recipe's fields to change, each with the highest value to try, and the same in words."""
    recipe, limits, advice = settings.recipe, {}, []
    if not recipe.clip:
        longest = max(history.norm[-LATEST:], default=0.0)
        grew = f", and the gradient grew to a length of {_length(longest)}" if longest > FAR_LONGER else ""
        limits["clip"] = 1.0
        advice.append(f"gradient clipping is off{grew}: turn it on (1 is usual)")
    if recipe.recurrent_scale > 1:
        limits["recurrent_scale"] = 1.0
        scale = f"{recipe.recurrent_scale:g}"
        advice.append(f"initialise the recurrent matrix with a scale of 1 or less (now {scale})")
    if recipe.learning_rate > HIGH_RATE or not advice:
        highest = float(f"{min(recipe.learning_rate / 3, HIGH_RATE):.1g}")
        limits["learning_rate"] = highest
        advice.append(f"choose a learning rate of at most {highest:g} (now {recipe.learning_rate:g})")
    return limits, advice


def _length(value: float) -> str:
    return f"{value:,.0f}" if 100 <= value < 1e6 else f"{value:.3g}"
