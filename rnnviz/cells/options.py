"""Options of a cell: choices that a page offers, and activations, of which there are too many to list."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ArgumentError, UnknownNameError
from ..wording import printable
from .activations import ACTIVATION_KINDS, activation


def resolve_options(
    title: str, choices: Mapping[str, tuple[str, ...]], activations: Mapping[str, str], options: Mapping[str, str]
) -> dict[str, str]:
    """Fill in the defaults of options and write activations by their full names.

    Parameters
    ----------
    title : str
        The title of the cell.
    choices : mapping of str to tuple of str
        The values of each option, the default first.
    activations : mapping of str to str
        The options that take any activation, with their defaults; an option can be in both mappings.
    options : mapping of str to str
        The options that are given.

    Returns
    -------
    dict of str to str
        The values of all options.

    Raises
    ------
    UnknownNameError
        If the cell does not have an option.
    ArgumentError
        If an option does not have a value.
    """
    resolved = {name: values[0] for name, values in choices.items()} | dict(activations)
    for option, value in options.items():
        if option not in resolved:
            raise UnknownNameError(
                f"{title} has no option {printable(option)}={printable(repr(value))}; its options: "
                f"{_listed(choices, activations)}.",
                code="unknown", kind="option", name=option, allowed=tuple(resolved),
            )  # fmt: skip
        if option in activations and isinstance(value, str):
            try:
                resolved[option] = activation(value).name
            except (ArgumentError, UnknownNameError) as error:
                raise ArgumentError(
                    f"{title} has no option {option}={printable(repr(value))}: {error}",
                    code=error.code, name=option, value=value, allowed=tuple(ACTIVATION_KINDS),
                ) from None  # fmt: skip
        elif option not in activations and value in choices[option]:
            resolved[option] = value
        else:
            raise ArgumentError(
                f"{title} has no option {printable(option)}={printable(repr(value))}; its options: "
                f"{_listed(choices, activations)}.",
                code="unknown", name=option, value=value, allowed=choices.get(option, tuple(ACTIVATION_KINDS)),
            )  # fmt: skip
    return resolved


def _listed(choices: Mapping[str, tuple[str, ...]], activations: Mapping[str, str]) -> str:
    """The options and their values in words."""
    words = [f"{name} ({' or '.join(values)})" for name, values in choices.items() if name not in activations]
    if activations:
        *names, last = activations
        listed = f"{', '.join(names)} and {last}" if names else last
        words.append(f"{listed} (any of {', '.join(ACTIVATION_KINDS)})")
    return ", ".join(words) or "none"
