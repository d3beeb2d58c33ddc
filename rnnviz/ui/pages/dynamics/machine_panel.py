"""Is it a machine? A finite machine in the states, and the words on which the two differ."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ....analysis import StateMachine, state_machine
from ....cells import CELLS
from ....figures import machine_graph
from ....text.tokens import visible
from ...shared.long_work import cached
from ...shared.markdown import percent, plain
from ...shared.text_run import TextRun, chosen_position, transport

MOST = 30  # groups of states: a graph of more could not be read


def show(run: TextRun) -> None:
    """Show the machine of the chosen cell."""
    transport(run)
    machine = cached(run.model.network, ("machine",), lambda: state_machine(run.model, most=MOST))
    st.markdown(_summary(run, machine))
    left, right = st.columns([2, 1], gap="medium")
    with left:
        _graph(run, machine)
    with right:
        _disagreements(machine)
    st.caption(
        f":material/info: Compared after {machine.words:,} words: all short ones, and long random ones with all their "
        f"beginnings. {machine.groups} groups of states near each other became {len(machine)} states, no two of "
        "which answer alike whatever follows. Beyond words that were compared, network and machine may differ."
    )


def _summary(run: TextRun, machine: StateMachine) -> str:
    title = plain(CELLS[run.trace.cell].title)
    if machine.agreement == 1:
        return (
            f"On all words compared, the {title} answers as **a machine of {len(machine)} states** does, "
            "of which the first is the one before anything is read."
        )
    return (
        f"**No machine of up to {MOST} groups of states was found that answers as the {title} does**: the best, of "
        f"{len(machine)} states, agrees after {percent(machine.agreement)} of the words compared."
    )


def _graph(run: TextRun, machine: StateMachine) -> None:
    step, _ = chosen_position(run.trace, run.layer)
    current = None
    read = run.trace.tokens[:step]
    if set(read) <= set(machine.alphabet):
        current = machine.read(read)[-1]
    here = "" if current is None else f" After step {step} it is in state {current}, drawn with a thick line."
    st.graphviz_chart(
        machine_graph(machine, current),
        width="stretch",
        alt=f"A machine of {len(machine)} states, which the table has as well.{here}",
    )
    if here:
        st.caption(here.strip())
    with st.expander("The machine as a table"):
        table = {"state": [str(number) for number in range(len(machine))], "answer": ["", *machine.answers[1:]]}
        columns = zip(machine.alphabet, machine.transitions.T.tolist(), strict=True)
        table |= {f"after {visible(token)}": [str(after) for after in states] for token, states in columns}
        _plain_table(table, "The states of the machine, and which state follows under each token.")


def _disagreements(machine: StateMachine) -> None:
    if not machine.disagreements:
        st.markdown("No word was found on which network and machine differ.")
        return
    rows = {
        "word": ["".join(map(visible, each.word)) for each in machine.disagreements],
        "network": [visible(each.network) for each in machine.disagreements],
        "machine": [visible(each.machine) for each in machine.disagreements],
    }
    st.markdown("The shortest words on which they differ")
    _plain_table(rows, "Words on which network and machine differ.")


def _plain_table(columns: dict[str, list[str]], alt: str) -> None:
    table = pd.DataFrame({plain(title): [plain(visible(text)) for text in texts] for title, texts in columns.items()})
    st.table(table, border="horizontal", hide_index=True, alt=alt)
