"""A state machine as a graph in the language of Graphviz, which a page or a notebook can draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from ..analysis import StateMachine
from ..colours import REFERENCE
from ..text.tokens import visible
from ..wording import printable

_FONT = 13  # points; style.css of the dashboard has the same


def machine_graph(machine: StateMachine, read: Sequence[str] = ()) -> str:
    """Write a state machine as a graph.

    States that texts of one length reach first are in one column, unless an arrow joins two of them.

    Parameters
    ----------
    machine : StateMachine
        The machine.
    read : sequence of str, default ()
        Tokens that the machine reads. The path is drawn with thick lines, and so is the state where it ends.

    Returns
    -------
    str
        The graph in the DOT language: a node for each state with its answer, an arrow for each token. Transitions that
        none of the machine's texts takes are left out, but for those on the path, which are dashed.

    Raises
    ------
    ArgumentError
        If a token is not in the machine's alphabet.

    Examples
    --------
    >>> import rnnviz
    >>> from rnnviz.analysis import state_machine
    >>> machine_graph(state_machine(rnnviz.load("counter-rnn"), texts=["ab"]), "ab").startswith("digraph")
    True
    """
    path = [0, *machine.read(read)]
    moves = {(before, token): after for (before, after), token in zip(pairwise(path), read, strict=True)}
    look = f'color="{REFERENCE}", fontcolor="{REFERENCE}", fontname="sans-serif", fontsize={_FONT}'
    lines = [
        "digraph {",
        '  rankdir=LR; bgcolor="transparent"; ranksep=0.25; nodesep=0.25;',
        f'  node [{look}, shape=box, style=rounded, margin="0.06,0.03", width=0.3, height=0.3];',
        f"  edge [{look}, arrowsize=0.7];",
        f'  start [shape=point, width=0.1, height=0.1, color="{REFERENCE}"];',
        "  start -> s0;",
    ]
    columns: dict[int, list[int]] = defaultdict(list)
    for number, (answer, word) in enumerate(zip(machine.answers, machine.shortest, strict=True)):
        columns[len(word)].append(number)
        text = "start" if number == 0 else _quoted(visible(answer))
        group = f', group="{_quoted(word[-1])}"' if word else ""
        lines.append(f'  s{number} [label="{number}\\n{text}"{group}{_width(number == path[-1] and len(path) > 1)}];')
    for column in columns.values():
        if not _has_arrows(machine, column):  # they would run through each other
            lines.append(f"  {{ rank=same; {' '.join(f's{number};' for number in column)} }}")
    for number, row in enumerate(machine.transitions.tolist()):
        arrows = defaultdict(list)
        for token, after, is_taken in zip(machine.alphabet, row, machine.is_taken[number], strict=True):
            is_read = (number, token) in moves
            if is_taken or is_read:
                arrows[after, is_read, bool(is_taken)].append(token)
        for (after, is_read, is_taken), tokens in arrows.items():
            label = f'label="{", ".join(_quoted(visible(token)) for token in tokens)}"'
            dashed = "" if is_taken else ", style=dashed"
            lines.append(f"  s{number} -> s{after} [{label}{_width(is_read)}{dashed}];")
    return "\n".join([*lines, "}"])


def _has_arrows(machine: StateMachine, column: list[int]) -> bool:
    """Whether an arrow leads from one of several states to another."""
    return any(
        after in column and after != number
        for number in column
        for after in machine.transitions[number, machine.is_taken[number]].tolist()
    )


def _width(is_read: bool) -> str:
    return ", penwidth=3" if is_read else ""


def _quoted(text: str) -> str:
    """A text inside quotes of the DOT language."""
    return printable(text, 20).replace("\\", "\\\\").replace('"', '\\"')
