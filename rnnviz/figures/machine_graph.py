"""A state machine as a graph in the language of Graphviz, which a page or a notebook can draw."""

from __future__ import annotations

from collections import defaultdict

from ..analysis import StateMachine
from ..colours import REFERENCE
from ..text.tokens import visible
from ..wording import printable


def machine_graph(machine: StateMachine, current: int | None = None) -> str:
    """Write a state machine as a graph.

    Parameters
    ----------
    machine : StateMachine
        The machine.
    current : int, optional
        A state that is drawn with a thick line.

    Returns
    -------
    str
        The graph in the DOT language: a node for each state with its answer, an arrow for each token.

    Examples
    --------
    >>> import rnnviz
    >>> from rnnviz.analysis import state_machine
    >>> machine_graph(state_machine(rnnviz.load("counter-rnn"))).startswith("digraph")
    True
    """
    look = f'color="{REFERENCE}", fontcolor="{REFERENCE}", fontname="sans-serif", fontsize=10'
    space = 'rankdir=LR; bgcolor="transparent"; ranksep=0.3; nodesep=0.2;'
    lines = ["digraph {", f"  {space}", f'  node [{look}, margin="0.06,0.03"];', f"  edge [{look}];"]
    lines.append(f'  start [shape=point, color="{REFERENCE}"];\n  start -> s0;')
    for number, answer in enumerate(machine.answers):
        text = "nothing read" if number == 0 else _quoted(visible(answer))
        width = ", penwidth=4" if number == current else ""
        lines.append(f'  s{number} [label="{number}\\n{text}"{width}];')
    for number, row in enumerate(machine.transitions.tolist()):
        tokens = defaultdict(list)
        for token, after in zip(machine.alphabet, row, strict=True):
            tokens[after].append(_quoted(visible(token)))
        lines += [f'  s{number} -> s{after} [label="{", ".join(read)}"];' for after, read in tokens.items()]
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    """A text inside quotes of the DOT language."""
    return printable(text, 20).replace("\\", "\\\\").replace('"', '\\"')
