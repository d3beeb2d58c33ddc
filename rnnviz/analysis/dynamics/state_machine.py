"""A finite machine in a network's states: states that are near each other count as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError
from ...model import Model
from ...network.readout import logits_of
from ...text.tokens import END, UNKNOWN
from .held_input_map import HeldInputMap
from .layer_runs import held_vector

_RADII = (1.0, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03)  # shares of the states' root mean square distance
_WORDS = 512  # about how many short words the two are compared on, and how many long ones
_LONG = 40  # tokens of a long word


@dataclass(frozen=True)
class Disagreement:
    """A word after which the machine does not answer as the network does, although both agree on all that precedes.

    Parameters
    ----------
    word : tuple of str
        The tokens.
    network, machine : str
        Their answers.
    """

    word: tuple[str, ...]
    network: str
    machine: str


@dataclass(frozen=True)
class StateMachine:
    """A deterministic machine of N states over A tokens, and how far it agrees with the network that it comes from.

    Parameters
    ----------
    alphabet : tuple of str
        The A tokens.
    transitions : ndarray of int of shape (N, A)
        Which state follows which under which token. The machine starts in state 0.
    answers : tuple of str
        The network's prediction in each state; that in state 0, before anything is read, says nothing.
    groups : int
        How many groups of states there were before those that answer alike whatever follows were merged.
    agreement : float
        The share of the words compared after which both give the same answer, from 0 to 1.
    words : int
        How many words were compared, prefixes included.
    disagreements : tuple of Disagreement
        The shortest words on which they differ, at most ten.
    """

    alphabet: tuple[str, ...]
    transitions: Array
    answers: tuple[str, ...]
    groups: int
    agreement: float
    words: int
    disagreements: tuple[Disagreement, ...]

    def __len__(self) -> int:
        return len(self.transitions)

    def read(self, tokens: Sequence[str]) -> list[int]:
        """Run the machine.

        Parameters
        ----------
        tokens : sequence of str
            T tokens of the alphabet.

        Returns
        -------
        list of int
            The state after each token.

        Raises
        ------
        ArgumentError
            If a token is not in the alphabet.
        """
        state, states = 0, []
        for token in tokens:
            if token not in self.alphabet:
                raise ArgumentError(
                    f"The machine reads {', '.join(self.alphabet)}, not {token!r}.",
                    name="tokens", value=token, allowed=self.alphabet,
                )  # fmt: skip
            state = int(self.transitions[state, self.alphabet.index(token)])
            states.append(state)
        return states


def state_machine(model: Model, alphabet: Sequence[str] | None = None, *, most: int = 30) -> StateMachine:
    """Cluster a network's states into a finite machine that answers as the network does.

    From the initial state on, every token is read in every state. A state that comes near one that is known, and has
    the same answer, counts as that one; another is new. Of several radii, the one whose machine agrees best with the
    network on short and on long random words is taken, of equals the one with the fewest states. States that answer
    alike whatever follows are merged. Nothing says that the network is such a machine: where it agrees, the machine
    describes it on the words compared, and nowhere else.

    Parameters
    ----------
    model : Model
        A model of one forward layer whose answer after each step depends on the hidden state at this step.
    alphabet : sequence of str, optional
        The tokens that are read, one to eight; by default all of the vocabulary but `<unk>` and the end mark.
    most : int, default 30
        The most groups of states, beside the initial state.

    Returns
    -------
    StateMachine
        The machine.

    Raises
    ------
    ArgumentError
        If the model has another form, or too many tokens.
    InputError
        If the model does not know a token.

    References
    ----------
    .. [1] C. L. Giles, C. B. Miller, D. Chen, H. H. Chen, G. Z. Sun and Y. C. Lee, "Learning and extracting finite
       state automata with second-order recurrent neural networks", Neural Computation 4(3), 1992.
    .. [2] C. W. Omlin and C. L. Giles, "Extraction of rules from discrete-time recurrent neural networks", Neural
       Networks 9(1), 1996.

    Examples
    --------
    >>> import rnnviz
    >>> machine = state_machine(rnnviz.load("counter-rnn"))
    >>> machine.alphabet, machine.agreement > 0.9
    (('a', 'b'), True)
    """
    tokens = checked_alphabet(model, alphabet)
    sampled = _Words(model, tokens)
    trials = []
    for share in _RADII:
        groups = _groups(model, tokens, share * sampled.spread, most)
        classes = _minimised(*groups)
        machine = _machine(tokens, groups, classes, sampled)
        trials.append(machine)
        if machine.agreement == 1.0:
            break
    return max(trials, key=lambda machine: (machine.agreement, -len(machine)))


def checked_alphabet(model: Model, alphabet: Sequence[str] | None = None) -> tuple[str, ...]:
    """Find the tokens of a machine, and check that the model can have one.

    Parameters
    ----------
    model : Model
        The model.
    alphabet : sequence of str, optional
        The tokens, or None for all.

    Returns
    -------
    tuple of str
        The tokens.

    Raises
    ------
    ArgumentError
        If the model has no machine of this kind; code "form" or "alphabet".
    """
    network = model.network
    if (
        network.directions_by_layer != (("forward",),)
        or network.readout_weight is None
        or network.embedding is None
        or not network.reads_directly
        or not network.head.is_distribution
    ):
        raise ArgumentError(
            "A machine is looked for in networks of one forward layer that read tokens and answer with a label after "
            "each.",
            code="form", name="model", value=network.layer_summary,
        )  # fmt: skip
    known = [token for token in model.vocabulary.tokens if token not in (UNKNOWN, END)]
    tokens = tuple(known if alphabet is None else alphabet)
    if not 1 <= len(tokens) <= 8:
        raise ArgumentError(
            f"A machine is looked for over one to eight tokens, not {len(tokens)}.",
            code="alphabet", name="alphabet", value=len(tokens), allowed=(1, 8),
        )  # fmt: skip
    return tokens


class _Words:
    """The words on which network and machine are compared: all short ones, and long random ones.

    ids (T, B): numbers of tokens, -1 behind a word's end. answers (T, B): the network's. spread: the root mean square
    distance of the states from their mean.
    """

    def __init__(self, model: Model, tokens: tuple[str, ...]) -> None:
        length = 1
        while len(tokens) ** (length + 1) <= _WORDS and length < _LONG:
            length += 1
        short = np.array([*product(range(len(tokens)), repeat=length)]).T  # their prefixes are all shorter words
        # In each long word the token changes with a probability of its own: some consist of long runs.
        rng, count = np.random.default_rng(0), _WORDS // 2
        drawn = rng.integers(len(tokens), size=(_LONG, count))
        changes = rng.random((_LONG, count)) < rng.uniform(0, 1, count)
        changes[0] = True
        long = np.take_along_axis(drawn, np.maximum.accumulate(np.where(changes, np.arange(_LONG)[:, None], 0)), axis=0)
        padded = np.full((_LONG, short.shape[1]), -1)
        padded[:length] = short
        self.ids = np.concatenate([padded, long], axis=1)
        rows = np.array([model.vocabulary.encode([token]).inputs[0] for token in tokens])
        run = model.network.forward(rows[self.ids])  # what is behind the end of a word is read, and not looked at
        assert run.logits is not None
        self.labels = model.labels
        self.answers = run.logits.argmax(axis=-1)
        states = np.concatenate([run.records[0][0][state] for state in model.network.layers[0][0].states], axis=-1)
        states = states[self.ids >= 0].astype(np.float64)
        self.spread = float(np.sqrt(((states - states.mean(axis=0)) ** 2).sum(axis=1).mean()))


def _groups(model: Model, tokens: tuple[str, ...], radius: float, most: int) -> tuple[Array, Array]:
    """Groups of states, each with the one that was found first: transitions (N, A), and the numbers of answers (N,)."""
    cell = model.network.layers[0][0]
    moves = [HeldInputMap(cell, held_vector(model, token, ())) for token in tokens]
    given = model.network.initial
    first = np.concatenate(
        [np.zeros(cell.units(state)) if given is None else given[0][0][state] for state in cell.states]
    )
    size = cell.units("hidden")

    def answer(states: Array) -> Array:
        return logits_of(model.network, states[:, :size].astype(model.network.dtype)).argmax(axis=-1)

    known, answers = [first.astype(np.float64)], [int(answer(first[None])[0])]
    transitions: list[list[int]] = []
    while len(transitions) < len(known):
        after = np.concatenate([move.step(known[len(transitions)][None]) for move in moves])
        row = []
        for state, label in zip(after, answer(after), strict=True):
            distances = np.linalg.norm(np.array(known) - state, axis=1)
            distances[0] = np.inf  # before anything is read, an answer means nothing
            alike = np.where(np.array(answers) == label, distances, np.inf)
            nearest = int(alike.argmin() if np.isfinite(alike).any() else distances.argmin())
            if not alike[nearest] <= radius and len(known) <= most:
                nearest = len(known)
                known.append(state)
                answers.append(int(label))
            row.append(nearest)
        transitions.append(row)
    return np.array(transitions), np.array(answers)


def _minimised(transitions: Array, answers: Array) -> Array:
    """The class of each state: states of one class answer alike whatever follows (Moore). State 0 is alone in its."""
    classes = np.where(np.arange(len(answers)) == 0, -1, answers)
    count = 0
    while True:
        signatures = np.column_stack([classes, classes[transitions]])
        _, classes = np.unique(signatures, axis=0, return_inverse=True)
        classes = classes.reshape(-1)
        if classes.max() + 1 == count:
            break
        count = int(classes.max()) + 1
    return classes


def _machine(tokens: tuple[str, ...], groups: tuple[Array, Array], classes: Array, sampled: _Words) -> StateMachine:
    """The machine of the classes, numbered in the order in which they are reached, compared with the network."""
    transitions, answers = groups
    order = list(_reached(transitions, classes))
    number = {int(classes[state]): k for k, state in enumerate(order)}
    table = np.array([[number[int(classes[after])] for after in transitions[state]] for state in order])
    said = answers[order]
    states, machine_says, differing = np.zeros(sampled.ids.shape[1], int), np.zeros(sampled.ids.shape, int), []
    for t, ids in enumerate(sampled.ids):
        states = table[states, ids]
        machine_says[t] = said[states]
    is_read = sampled.ids >= 0
    right = (machine_says == sampled.answers) | ~is_read
    firsts = {}
    for column in np.flatnonzero(~right.all(axis=0)):
        t = int((~right[:, column]).argmax())
        firsts[tuple(sampled.ids[: t + 1, column].tolist())] = (sampled.answers[t, column], machine_says[t, column])
    for word in sorted(firsts, key=lambda word: (len(word), word))[:10]:
        network, machine = (sampled.labels[label] for label in firsts[word])
        differing.append(Disagreement(tuple(tokens[k] for k in word), network, machine))
    return StateMachine(
        tokens,
        table,
        tuple(sampled.labels[label] for label in said),
        len(answers),
        float(right[is_read].mean()),
        int(is_read.sum()),
        tuple(differing),
    )


def _reached(transitions: Array, classes: Array) -> Iterator[int]:
    """One state of every class, in the order in which they are reached from state 0."""
    waiting, seen = [0], {int(classes[0])}
    while waiting:
        state = waiting.pop(0)
        yield state
        for after in transitions[state]:
            if int(classes[after]) not in seen:
                seen.add(int(classes[after]))
                waiting.append(int(after))
