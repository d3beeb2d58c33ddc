"""Is it a machine? A finite machine in the states, and the words on which the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ....analysis import MachineCheck, StateMachine, state_machine
from ....analysis.selection import likeliest_column
from ....cells import CELLS
from ....errors import RnnvizError
from ....figures import machine_graph
from ....model import Model
from ....text.tokens import visible
from ....training import TASKS, Task
from ...shared.long_work import cached
from ...shared.markdown import percent, plain
from ...shared.text_run import TextRun, chosen_position, transport

MOST = 40  # states beside the initial one: a graph of more could not be read
TOKENS = 1200  # of the task's texts, about
LONGEST = 50  # tokens, or a's, of such a text


@dataclass(frozen=True)
class TaskMachine:
    """A machine, and the task's texts on which it was found; none if it was found on all short words.

    longer: how many states a machine needs on texts of the task twice as long; None if that is unknown.
    """

    machine: StateMachine
    texts: list[str]
    longer: int | None = None


def show(run: TextRun) -> None:
    """Show the machine of the chosen cell."""
    transport(run)
    found = cached(run.model.network, ("machine",), lambda: _find(run.model))
    machine = found.machine
    st.markdown(_summary(run, found))
    _graph(run, machine)
    left, right = st.columns(2, gap="medium")
    with left:
        if machine.on_texts.disagreements:
            _differences("The shortest of these words on which they differ", machine.on_texts)
        _differences("The shortest other words on which they differ", machine.on_others)
    with right, st.expander("The machine as a table"):
        _table(machine)
    st.caption(_caption(run, found))


def _find(model: Model) -> TaskMachine:
    if (task := _task(model)) is not None:
        count = max(TOKENS // task.length, 1)
        try:
            texts, longer = task.sample_texts(count), task.sample_texts(count, 2)
            machine = state_machine(model, texts=texts, most=MOST)
            return TaskMachine(machine, texts, state_machine(model, texts=longer, most=MOST).needed)
        except RnnvizError:  # a card may name a task whose texts are not this model's
            pass
    return TaskMachine(state_machine(model, most=MOST), [])


def _task(model: Model) -> Task | None:
    """The task that a model's card names, if it is one that generates its texts."""
    kind = TASKS.get(model.card.get("task", ""))
    options = model.card.get("training", {}).get("task_options", {})
    if kind is None or kind.needs_text or any(source.folder for source in kind.sources):
        return None
    if not isinstance(options, dict) or not all(isinstance(n, int) and n <= LONGEST for n in options.values()):
        return None  # a stranger's card
    try:
        return kind(**options)
    except RnnvizError:
        return None


def _summary(run: TextRun, found: TaskMachine) -> str:
    title, machine = plain(CELLS[run.trace.cell].title), found.machine
    known, others = machine.on_texts, machine.on_others
    where = "the texts of its task" if found.texts else "all short words"
    if known.agreement < 1:
        needed = "" if machine.needed is None else f": one that does has {machine.needed} states"
        return (
            f"**No machine of up to {MOST + 1} states answers as the {title} does on {where}**{needed}. The best that "
            f"was found, of {len(machine)} states, agrees after {percent(known.agreement)} of {known.words:,} words, "
            f"and after {percent(others.agreement)} of {others.words:,} others."
        )
    words = f"On {where}, the {title} answers as **a machine of {len(machine)} states** does. "
    if found.longer is not None:
        more = "no more" if found.longer <= len(machine) else f"**{found.longer}**"
        words += f"On texts twice as long it needs {more}. "
    if others.agreement == 1:
        return f"{words}The two agree after all {others.words:,} other words as well."
    return f"{words}Of {others.words:,} other words, the two agree after {percent(others.agreement)}."


def _graph(run: TextRun, machine: StateMachine) -> None:
    step, _ = chosen_position(run.trace, run.layer)
    read = run.trace.tokens[:step]
    is_read = set(read) <= set(machine.alphabet)
    here = _position(run, machine, step) if is_read else ""
    with st.container(key="machine-graph"):
        st.graphviz_chart(
            machine_graph(machine, read if is_read else ()),
            alt=f"A machine of {len(machine)} states, which the table has as well. {here}",
        )
    st.markdown(plain(here))


def _position(run: TextRun, machine: StateMachine, step: int) -> str:
    """Where the machine is after a step, and whether network and machine have given the same answers so far."""
    states = machine.read(run.trace.tokens[:step])
    given = [machine.answers[state] for state in states]
    network = [run.model.labels[likeliest_column(run.trace, k)] for k in range(step)]
    words = (
        f"After {run.step_label(step)} the machine is in state {states[-1]} and answers {visible(given[-1])}; the "
        f"network answers {visible(network[-1])}. "
    )
    differing = [k for k in range(step) if given[k] != network[k]]
    if differing:
        first = differing[0]
        words += (
            f"They first differ after step {first + 1}: the network answers {visible(network[first])}, the machine "
            f"{visible(given[first])}."
        )
    else:
        words += "So far they agree at every step."
    numbers = [machine.alphabet.index(token) for token in run.trace.tokens[:step]]
    if not machine.is_taken[[0, *states[:-1]], numbers].all():
        words += " Dashed: what none of these texts takes."
    return words


def _table(machine: StateMachine) -> None:
    rows = {
        "state": [str(number) for number in range(len(machine))],
        "answer": [visible(answer) if answer else "" for answer in machine.answers],
        "first reached by": [_written(word) for word in machine.shortest],
    }
    for k, token in enumerate(machine.alphabet):
        pairs = zip(machine.transitions[:, k].tolist(), machine.is_taken[:, k], strict=True)
        rows[f"after {visible(token)}"] = [str(after) if is_taken else f"({after})" for after, is_taken in pairs]
    _plain_table(rows, "The states of the machine, and which state follows under each token.")
    if not machine.is_taken.all():
        st.caption(
            "In brackets: no text takes this transition, and it is not drawn. It leads to the state that the network "
            "is nearest to when it reads on so."
        )


def _differences(title: str, check: MachineCheck) -> None:
    if not check.disagreements:
        st.markdown("No other word was found on which network and machine differ.")
        return
    st.markdown(title)
    rows = {
        "word": [_written(each.word) for each in check.disagreements],
        "network": [visible(each.network) for each in check.disagreements],
        "machine": [visible(each.machine) for each in check.disagreements],
    }
    _plain_table(rows, f"{title}.")


def _caption(run: TextRun, found: TaskMachine) -> str:
    machine, read = found.machine, "all short words"
    if found.texts:
        read = (
            f"{len(found.texts)} texts of the task ({plain(run.task.reads)}) of up to {len(max(found.texts, key=len))} "
            "tokens, with all beginnings"
        )
    return (
        f":material/info: A state is drawn with its number and its answer. Over {read}, the network was in "
        f"{machine.visited:,} states, which make {machine.groups} groups: a state joins the group of the nearest one "
        "that was answered alike, unless the texts read on from both would be answered differently. Groups that answer "
        "alike and lead on alike are one state of the machine, which begins in state 0. Other words are all short "
        "ones, and long random ones with all beginnings."
    )


def _written(word: Sequence[str]) -> str:
    return "".join(map(visible, word))


def _plain_table(columns: dict[str, list[str]], alt: str) -> None:
    table = pd.DataFrame({plain(title): [plain(visible(text)) for text in texts] for title, texts in columns.items()})
    st.table(table, border="horizontal", hide_index=True, alt=alt)
