"""Texts as a tree of all their beginnings, with the states in which these leave a network, and its answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...cells.activations import Array
from ...model import Model

NOTHING = -1  # the answer before anything is read, a transition that no text takes, and what is behind a text's end

Word = tuple[int, ...]  # numbers of tokens in an alphabet


class TextTree:
    """The tree of N beginnings of texts over an alphabet of A tokens. Node 0 is the one before anything is read.

    Nodes are in the order of length, and of equal length in that of the alphabet, so a node comes behind its parent.

    Parameters
    ----------
    model : Model
        A model of one forward layer with an answer after each step.
    alphabet : sequence of str
        The A tokens.
    words : sequence of tuple of int
        The texts, as numbers of tokens, at least one of at least one token.

    Attributes
    ----------
    children : ndarray of int of shape (N + 1, A)
        The node after each token, -1 if no text goes on so. The last row is that of -1, so that a walk stays there.
    states : ndarray of shape (N, S)
        All states of the network in each node, the hidden state first.
    answers : ndarray of int of shape (N,)
        The number of the network's prediction in each node; -1 in node 0.
    """

    def __init__(self, model: Model, alphabet: Sequence[str], words: Sequence[Word]) -> None:
        ids = np.full((max(map(len, words)), len(words)), NOTHING)
        for column, word in enumerate(words):
            ids[: len(word), column] = word
        states, answers = _run(model, alphabet, ids)
        nodes = np.zeros(len(words), int)  # in which each text is
        parents, tokens, self._levels = [0], [NOTHING], []
        picked: list[tuple[int, int]] = []  # a step and a text that show each node
        for step, row in enumerate(ids):
            read = np.flatnonzero(row >= 0)
            pairs, firsts, numbers = np.unique(
                np.column_stack([nodes[read], row[read]]), axis=0, return_index=True, return_inverse=True
            )
            begin = len(parents)
            nodes[read] = begin + numbers.reshape(-1)
            parents += pairs[:, 0].tolist()
            tokens += pairs[:, 1].tolist()
            picked += [(step, int(read[first])) for first in firsts]
            self._levels.append(slice(begin, len(parents)))
        self._parents, self._tokens = np.array(parents), np.array(tokens)
        self.children = np.full((len(parents) + 1, len(alphabet)), NOTHING)
        self.children[self._parents[1:], self._tokens[1:]] = np.arange(1, len(parents))
        steps, columns = np.array(picked).T
        self.states = np.concatenate([np.zeros((1, states.shape[-1])), states[steps, columns]])
        self.answers = np.concatenate([[NOTHING], answers[steps, columns]])

    def __len__(self) -> int:
        return len(self.answers)

    def word(self, node: int) -> Word:
        """The tokens that lead to a node."""
        word = []
        while node:
            word.append(int(self._tokens[node]))
            node = int(self._parents[node])
        return tuple(reversed(word))

    def find(self, word: Word) -> int:
        """The node to which tokens lead; -1 if no text begins so."""
        node = 0
        for token in word:
            node = int(self.children[node, token])
        return node

    def walk(self, transitions: Array) -> Array:
        """Run a machine over all texts. transitions (M, A) from state 0 on. Returns its state in each node, (N,)."""
        states = np.zeros(len(self), int)
        for level in self._levels:
            states[level] = transitions[states[self._parents[level]], self._tokens[level]]
        return states

    def first_errors(self, is_right: Array) -> Array:
        """Of nodes that are right or not, (N,), those that are not although all before them are, in order."""
        all_right = is_right.copy()
        for level in self._levels:
            all_right[level] &= all_right[self._parents[level]]
        return np.flatnonzero(~is_right[1:] & all_right[self._parents[1:]]) + 1


def _run(model: Model, alphabet: Sequence[str], ids: Array) -> tuple[Array, Array]:
    """The states (T, B, S) and answers (T, B) of a network over tokens (T, B); what is behind an end means nothing."""
    rows = np.array([model.vocabulary.encode([token]).inputs[0] for token in alphabet])
    run = model.network.forward(rows[ids])
    assert run.logits is not None
    states = [run.records[0][0][state] for state in model.network.layers[0][0].states]
    return np.concatenate(states, axis=-1).astype(np.float64), run.logits.argmax(axis=-1)
