"""Options of a cell: those that a page offers as a choice, and activations, of which there are too many for that."""

from __future__ import annotations

from collections.abc import Mapping

from .activations import ACTIVATION_KINDS, activation


def resolved_options(
    title: str, choices: Mapping[str, tuple[str, ...]], activations: Mapping[str, str], options: Mapping[str, str]
) -> dict[str, str]:
    """Options with defaults filled in and activations by their full names. See `Cell.resolve_options`.

    title: of the cell. choices: by option the values that it can have, the default first. activations: by option the
    default, where any activation can stand; an option can be in both.
    """
    found = {name: known[0] for name, known in choices.items()} | dict(activations)
    for option, value in options.items():
        if option in activations and isinstance(value, str):
            try:
                found[option] = activation(value).name
            except ValueError as error:
                raise ValueError(f"{title} has no option {option}={value!r}: {error}") from None
        elif option not in activations and value in choices.get(option, ()):
            found[option] = value
        else:
            raise ValueError(f"{title} has no option {option}={value!r}; its options: {_listed(choices, activations)}")
    return found


def _listed(choices: Mapping[str, tuple[str, ...]], activations: Mapping[str, str]) -> str:
    words = [f"{name} ({' or '.join(known)})" for name, known in choices.items() if name not in activations]
    if activations:
        *names, last = activations
        listed = f"{', '.join(names)} and {last}" if names else last
        words.append(f"{listed} (any of {', '.join(ACTIVATION_KINDS)})")
    return ", ".join(words) or "none"
