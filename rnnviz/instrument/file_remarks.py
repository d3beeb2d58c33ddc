"""What a file left open about a model, and what of its network is not run, in sentences that stay with its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FEW = 3  # sentences on what is not run


def not_run(card: Mapping[str, Any]) -> str:
    """Say what of the network in a file is not run.

    Parameters
    ----------
    card : mapping of str to Any
        The card of a model.

    Returns
    -------
    str
        A few sentences; "" if all of it is run.
    """
    left_out = card.get("left_out")
    if not left_out or not isinstance(left_out, list | tuple):
        return ""
    sentences = [*map(str, left_out[:FEW])]
    if len(left_out) > FEW:
        sentences.append(f"And {len(left_out) - FEW} more.")
    return f"Not all of the file’s network is run. {' '.join(sentences)}"


def assumed(card: Mapping[str, Any]) -> str:
    """Say what was assumed about the network in a file.

    Parameters
    ----------
    card : mapping of str to Any
        The card of a model.

    Returns
    -------
    str
        A sentence; "" if nothing was assumed.
    """
    settings = card.get("assumed")
    if not settings or not isinstance(settings, Mapping):
        return ""
    return f"Assumed, because the file leaves it open: {'; '.join(f'{k}: {v}' for k, v in settings.items())}."


def file_remarks(card: Mapping[str, Any]) -> list[str]:
    """Say both, for a page that lists remarks.

    Parameters
    ----------
    card : mapping of str to Any
        The card of a model.

    Returns
    -------
    list of str
        Up to two remarks.
    """
    return [remark for remark in (not_run(card), assumed(card)) if remark]
