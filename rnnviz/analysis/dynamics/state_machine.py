"""A finite machine in a network's states: near ones count as one where no answer tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError
from ...model import Model
from ...text.tokens import END, UNKNOWN
from .near_states import NearStates
from .text_tree import NOTHING, TextTree, Word

_WORDS = 512  # about how many short words there are, and twice as many as long random ones
_LONG = 40  # tokens of a long word
_GROUPS = 512  # of near states, before those that go on alike become one
_SHOWN = 10  # words on which the two differ


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
class MachineCheck:
    """How far a machine answers as the network does.

    Parameters
    ----------
    words : int
        How many words were compared.
    agreement : float
        The share of them after which both give the same answer, from 0 to 1; 1 if there are none.
    disagreements : tuple of Disagreement
        The shortest words on which they differ, at most ten.
    """

    words: int
    agreement: float
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True)
class StateMachine:
    """A deterministic machine of N states over A tokens, and how far it agrees with the network that it comes from.

    Parameters
    ----------
    alphabet : tuple of str
        The A tokens.
    transitions : ndarray of int of shape (N, A)
        Which state follows which under which token. The machine starts in state 0.
    is_taken : ndarray of bool of shape (N, A)
        Whether a text takes the transition. Any other leads to the state whose states of the network are nearest to
        where the network goes.
    answers : tuple of str
        The network's prediction in each state; that in state 0, before anything is read, is empty.
    shortest : tuple of tuple of str
        The shortest beginning of a text that leads to each state.
    visited : int
        In how many states the network was: one for each beginning of a text.
    groups : int
        How many groups of near states these are, beside the initial state. Those that answer alike and lead on alike
        are one state of the machine.
    needed : int or None
        How many states a machine found in this way needs to agree on all texts: N, or more than were asked for; None
        if that is unknown.
    on_texts : MachineCheck
        The machine against the network on all beginnings of the texts.
    on_others : MachineCheck
        The same on other words: all short ones, and long random ones with all their beginnings.
    """

    alphabet: tuple[str, ...]
    transitions: Array
    is_taken: Array
    answers: tuple[str, ...]
    shortest: tuple[tuple[str, ...], ...]
    visited: int
    groups: int
    needed: int | None
    on_texts: MachineCheck
    on_others: MachineCheck

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


def state_machine(
    model: Model,
    alphabet: Sequence[str] | None = None,
    *,
    texts: Sequence[str | Sequence[str]] | None = None,
    most: int = 30,
) -> StateMachine:
    """Group a network's states into a finite machine that answers as the network does on some texts.

    The network reads all texts. Beginning by beginning, in the order of length, its state joins the group of the
    nearest state that it answered alike, unless the texts read on from both would then be answered differently; then it
    is the first of a new group. Groups that answer alike and lead on alike become one state of the machine. So the
    machine answers as the network does on all texts, if it needs no more states than it may have. On other words it is
    compared with the network, and may differ: no finite machine counts without bound, for instance.

    Parameters
    ----------
    model : Model
        A model of one forward layer whose answer after each step depends on the hidden state at this step.
    alphabet : sequence of str, optional
        The tokens that are read, one to eight; by default all of the vocabulary but `<unk>` and the end mark.
    texts : sequence of str or of sequence of str, optional
        The texts, such as those of the model's task; an end mark is not read. By default all short words over the
        alphabet, some 500 with their beginnings.
    most : int, default 30
        The most states, beside the initial one.

    Returns
    -------
    StateMachine
        The machine. If it needs more states, the groups are made larger, until there are few enough.

    Raises
    ------
    ArgumentError
        If the model has another form or too many tokens, if a text has tokens outside the alphabet, if there is no
        text, or if `most` is below 1.
    InputError
        If the model does not know a token.

    References
    ----------
    .. [1] C. W. Omlin and C. L. Giles, "Extraction of rules from discrete-time recurrent neural networks", Neural
       Networks 9(1), 1996: a network's states in groups are the states of a machine.
    .. [2] K. J. Lang, B. A. Pearlmutter and R. A. Price, "Results of the Abbadingo One DFA learning competition and a
       new evidence-driven state merging algorithm", ICGI 1998: in which order the nodes of a tree of texts join.
    .. [3] G. Weiss, Y. Goldberg and E. Yahav, "Extracting automata from recurrent neural networks using queries and
       counterexamples", ICML 2018: groups that come apart where the network's answers tell them apart.

    Examples
    --------
    >>> import rnnviz
    >>> texts = ["a" * n + "b" * n for n in range(1, 13)]
    >>> machine = state_machine(rnnviz.load("counter-rnn"), texts=texts)
    >>> len(machine), machine.on_texts.agreement
    (25, 1.0)
    """
    if most < 1:
        raise ArgumentError(f"A machine has at least 1 state, not {most}.", name="most", value=most)
    tokens = checked_alphabet(model, alphabet)
    short, long = _short_words(len(tokens)), _long_words(len(tokens), model.most_tokens(_LONG) or _LONG)
    tree = TextTree(model, tokens, short if texts is None else _words(model, tokens, texts))
    needed, many = None, max(_GROUPS, most)
    for bound in (many, most):
        near = NearStates(tree, bound)
        classes = _minimised(near, tree)
        transitions, firsts = _machine(near, classes)
        if bound == many and len(near.firsts) <= many:
            needed = len(firsts)
        if len(firsts) <= most + 1:
            break
    is_taken = transitions >= 0
    transitions = np.where(is_taken, transitions, _nearest_after(model, tokens, tree, transitions, firsts))
    answers = tree.answers[firsts]
    others = TextTree(model, tokens, [*short, *long])
    return StateMachine(
        tokens,
        transitions,
        is_taken,
        ("", *(model.labels[answer] for answer in answers[1:])),
        tuple(tuple(tokens[token] for token in tree.word(first)) for first in firsts),
        len(tree) - 1,
        len(near.firsts) - 1,
        needed,
        _compared(model, tokens, transitions, answers, tree, np.ones(len(tree), bool)),
        _compared(model, tokens, transitions, answers, others, others.walk(tree.children) < 0),
    )


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


def _words(model: Model, alphabet: tuple[str, ...], texts: Sequence[str | Sequence[str]]) -> list[Word]:
    """Texts as numbers of tokens of the alphabet."""
    numbers = {int(model.vocabulary.encode([token]).inputs[0]): number for number, token in enumerate(alphabet)}
    words = []
    for text in texts:
        read = model.vocabulary.encode(text, model.most_tokens())
        rows = read.inputs[:-1] if read.tokens[-1] == END else read.inputs
        if strangers := [token for token, row in zip(read.tokens, rows, strict=False) if int(row) not in numbers]:
            raise ArgumentError(
                f"A text has {strangers[0]!r}, which is not among the tokens of the machine: {', '.join(alphabet)}.",
                code="alphabet", name="texts", value=strangers[0], allowed=alphabet,
            )  # fmt: skip
        words.append(tuple(numbers[int(row)] for row in rows))
    if not any(words):
        raise ArgumentError("A machine needs a text to be found on.", code="missing", name="texts", value=len(words))
    return words


def _short_words(tokens: int) -> list[Word]:
    """All words of one length; all shorter ones are their beginnings."""
    length = 1
    while tokens ** (length + 1) <= _WORDS and length < _LONG:
        length += 1
    return list(product(range(tokens), repeat=length))


def _long_words(tokens: int, length: int) -> list[Word]:
    """Random words. In each, the token changes with a probability of its own: some consist of long runs."""
    rng, count = np.random.default_rng(0), _WORDS // 2
    drawn = rng.integers(tokens, size=(count, length))
    changes = rng.random((count, length)) < rng.uniform(0, 1, (count, 1))
    changes[:, 0] = True
    last_change = np.maximum.accumulate(np.where(changes, np.arange(length), 0), axis=1)
    return [tuple(word) for word in np.take_along_axis(drawn, last_change, axis=1).tolist()]


def _minimised(near: NearStates, tree: TextTree) -> Array:
    """The class of each group: groups of one class answer alike and lead on alike (Moore). Group 0 is alone in its."""
    classes, count = tree.answers[near.firsts], 0
    while True:
        after = np.where(near.transitions >= 0, classes[near.transitions], NOTHING)
        _, classes = np.unique(np.column_stack([classes, after]), axis=0, return_inverse=True)
        classes = classes.reshape(-1)
        if classes.max() + 1 == count:
            return classes
        count = int(classes.max()) + 1


def _machine(near: NearStates, classes: Array) -> tuple[Array, list[int]]:
    """The transitions of the classes, -1 if no text takes one, and the first node of each, in the order of these."""
    _, first_groups = np.unique(classes, return_index=True)
    first_groups.sort()
    number = {int(classes[group]): state for state, group in enumerate(first_groups)}
    transitions = [
        [number[int(classes[group])] if group >= 0 else NOTHING for group in near.transitions[first]]
        for first in first_groups
    ]
    return np.array(transitions), [near.firsts[group] for group in first_groups]


def _nearest_after(
    model: Model, alphabet: tuple[str, ...], tree: TextTree, transitions: Array, firsts: list[int]
) -> Array:
    """For each transition that no text takes, (N, A), the state with the nearest state that was answered alike."""
    found = transitions.copy()
    missing = [(state, token) for state, token in np.argwhere(transitions < 0).tolist()]
    if not missing:
        return found
    words = [(*tree.word(firsts[state]), token) for state, token in missing]
    beyond = TextTree(model, alphabet, words)
    visited = tree.walk(transitions)[1:]
    for (state, token), word in zip(missing, words, strict=True):
        node = beyond.find(word)
        distances = np.linalg.norm(tree.states[1:] - beyond.states[node], axis=1)
        is_alike = tree.answers[1:] == beyond.answers[node]
        found[state, token] = visited[np.where(is_alike | ~is_alike.any(), distances, np.inf).argmin()]
    return found


def _compared(
    model: Model, alphabet: tuple[str, ...], transitions: Array, answers: Array, tree: TextTree, is_compared: Array
) -> MachineCheck:
    """The machine against the network in the nodes of a tree that are marked, (N,)."""
    given = answers[tree.walk(transitions)]
    is_right = given == tree.answers
    counted = is_compared[1:]
    errors = [node for node in tree.first_errors(is_right) if is_compared[node]][:_SHOWN]
    return MachineCheck(
        int(counted.sum()),
        float(is_right[1:][counted].mean()) if counted.any() else 1.0,
        tuple(
            Disagreement(
                tuple(alphabet[token] for token in tree.word(node)),
                model.labels[tree.answers[node]],
                model.labels[given[node]],
            )
            for node in errors
        ),
    )
