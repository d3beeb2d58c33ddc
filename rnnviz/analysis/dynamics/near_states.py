"""The states of a network over texts in groups: those that are near each other and need not be told apart."""

from __future__ import annotations

import numpy as np

from .text_tree import NOTHING, TextTree


class NearStates:
    """The nodes of a tree of texts in groups, such that every token leads from a group into one group.

    Node by node, in the order of length, a state joins the group of the nearest state after which the network gave the
    same answer, and all that the texts read on from both goes together as well. If the network answers some of that
    differently, the state is the first of a new group. So the groups answer as the network does on all texts.

    Parameters
    ----------
    tree : TextTree
        The texts.
    most : int
        The most groups, beside that of node 0. Once there are so many, states join the nearest group of the same
        answer, or just the nearest, even where the network answers differently later.

    Attributes
    ----------
    firsts : list of int
        The first node of each of the G groups, in order; node 0 is alone in the first group.
    transitions : ndarray of int of shape (G, A)
        The group after each token, -1 if no text goes on so.
    """

    def __init__(self, tree: TextTree, most: int) -> None:
        self._tree, self._most = tree, most
        self._children: list[list[int]] = tree.children.tolist()
        self._joined = list(range(len(tree)))  # towards the first node of a node's group
        self._answers: list[int] = tree.answers.tolist()
        self._members = [[node] for node in range(len(tree))]
        self.firsts = [0]
        while reached := {self._first(node) for first in self.firsts for node in self._children[first] if node >= 0}:
            if not (waiting := reached.difference(self.firsts)):
                break
            self._place(min(waiting))
        number = {first: group for group, first in enumerate(self.firsts)}
        self.transitions = np.array(
            [[number[self._first(node)] if node >= 0 else NOTHING for node in self._children[first]]
             for first in self.firsts]
        )  # fmt: skip

    def _first(self, node: int) -> int:
        while self._joined[node] != node:
            node = self._joined[node]
        return node

    def _place(self, node: int) -> None:
        """Let a node join a group, or be the first of a new one."""
        is_full = len(self.firsts) > self._most
        answer = self._answers[node]
        alike = [first for first in self.firsts[1:] if self._answers[first] == answer]
        if is_full:
            self._join(self._nearest(node, alike or self.firsts[1:]), node, at_any_price=True)
        elif not alike or not self._join(self._nearest(node, alike), node):
            self.firsts.append(node)

    def _nearest(self, node: int, firsts: list[int]) -> int:
        """Of groups, the one with the nearest state."""
        members = np.concatenate([self._members[first] for first in firsts])
        groups = np.repeat(firsts, [len(self._members[first]) for first in firsts])
        states = self._tree.states
        return int(groups[np.linalg.norm(states[members] - states[node], axis=1).argmin()])

    def _join(self, first: int, node: int, at_any_price: bool = False) -> bool:
        """Join a node to a group, with all that follows on both. If answers differ, undo it and return False."""
        done: list[tuple[int, int, list[int]]] = []
        pairs = [(first, node)]
        while pairs:
            one, other = sorted(self._first(each) for each in pairs.pop())  # the first node stands for all
            if one == other:
                continue
            if self._answers[one] != self._answers[other] and not at_any_price:
                self._undo(done)
                return False
            added = []
            for token, (mine, its) in enumerate(zip(self._children[one], self._children[other], strict=True)):
                if its >= 0 and mine >= 0:
                    pairs.append((mine, its))
                elif its >= 0:
                    self._children[one][token] = its
                    added.append(token)
            self._joined[other] = one
            self._members[one] += self._members[other]
            done.append((one, other, added))
        return True

    def _undo(self, done: list[tuple[int, int, list[int]]]) -> None:
        for one, other, added in reversed(done):
            for token in added:
                self._children[one][token] = NOTHING
            del self._members[one][-len(self._members[other]) :]
            self._joined[other] = other
