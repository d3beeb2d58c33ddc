"""Generation: a network that predicts the next token writes on, one drawn token after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from .cells.activations import Array
from .errors import ArgumentError
from .interventions import Intervention, PreparedText
from .interventions.application import cell_edits
from .interventions.intervention_kinds import ValueIntervention
from .network import Edits, Network, States
from .network.head import EVERY_STEP, LAST_STATES, LAST_STEP
from .network.readout import logits_of
from .network.run import softmax
from .network.starting_states import complete_states
from .text.tokens import END, UNKNOWN, Vocabulary, visible
from .whole_numbers import check_whole

PLAIN_ENDS = frozenset({"end", "eos"})  # words as well, where the vocabulary has words
END_LABELS = frozenset({END, "</s>", "<eos>", "<EOS>"}) | PLAIN_ENDS  # drawn, they end the text
NEVER_DRAWN = frozenset({UNKNOWN, "<UNK>", "<pad>", "<PAD>", "<s>", "<bos>", "<sos>", "<SOS>", "<start>"})
NO_TOKEN = -1  # in the place of an id


@dataclass(frozen=True)
class Draw:
    """One token that was drawn, and what it was drawn from.

    Parameters
    ----------
    token : str
        The token.
    label : str
        Its label among those of the readout; the token itself, or a sign for one that cannot be seen.
    index : int
        The place of the label among them.
    step : int
        The step after which it was drawn, counted from 1 over the whole text; 0 before the first.
    probabilities : ndarray of shape (C,)
        What the network gives each label at that step.
    drawn_from : ndarray of shape (C,)
        The probabilities of the draw, after temperature and `top_k`, and without labels that are never drawn.
    ends : bool
        Whether the draw ends the text; the token is then an end mark, which is not read.
    """

    token: str
    label: str
    index: int
    step: int
    probabilities: Array
    drawn_from: Array
    ends: bool = False


def next_token_ids(vocabulary: Vocabulary, labels: Sequence[str]) -> np.ndarray | None:
    """Find the token that each label stands for, if the labels are those of a network that predicts the next token.

    They are if every label is a token or a special mark, and every token but special marks is one label. What a network
    of words reads as "end" is a word, and what it reads as "<end>" is a mark.

    Parameters
    ----------
    vocabulary : Vocabulary
        What the network reads.
    labels : sequence of str
        The C labels of its readout.

    Returns
    -------
    ndarray of int of shape (C,), or None
        Rows of the embedding; -1 for end marks and for labels that are never drawn. None for other labels.

    Examples
    --------
    >>> from rnnviz.text.tokens import Vocabulary
    >>> next_token_ids(Vocabulary("characters", ("<unk>", "a", "b")), ["a", "b", "end"])
    array([ 1,  2, -1])
    """
    words = frozenset() if vocabulary.kind == "characters" else PLAIN_ENDS.intersection(vocabulary.tokens)
    special = (END_LABELS | NEVER_DRAWN) - words
    rows = {visible(token): row for row, token in enumerate(vocabulary.tokens)}
    rows |= {token: row for row, token in enumerate(vocabulary.tokens)}
    tokens = {row for row, token in enumerate(vocabulary.tokens) if token not in special}
    marks = {label for label in labels if label in special and rows.get(label, NO_TOKEN) not in tokens}
    ids = np.array([NO_TOKEN if label in marks else rows.get(label, NO_TOKEN) for label in labels], dtype=int)
    is_other = any(row == NO_TOKEN and label not in marks for row, label in zip(ids, labels, strict=True))
    is_other |= len(tokens) != (ids != NO_TOKEN).sum()  # a token that is no label, or several
    return None if is_other or not tokens or tokens - set(ids.tolist()) else ids


def end_columns(labels: Sequence[str], ids: np.ndarray) -> np.ndarray:
    """Tell which labels end a text: those with the name of an end mark that stand for no token.

    Parameters
    ----------
    labels : sequence of str
        The C labels of a readout.
    ids : ndarray of int of shape (C,)
        What `next_token_ids` found.

    Returns
    -------
    ndarray of bool of shape (C,)
        Whether drawing a label ends the text.
    """
    return np.array([label in END_LABELS for label in labels], bool) & (ids == NO_TOKEN)


def reason_against(network: Network, vocabulary: Vocabulary, labels: Sequence[str], asked: str | None) -> str | None:
    """Say why a network cannot generate.

    Parameters
    ----------
    network : Network
        The network.
    vocabulary : Vocabulary
        What it reads.
    labels : sequence of str
        The labels of its readout.
    asked : str or None
        When it is asked for an answer, as its card says; None if that is not known.

    Returns
    -------
    str or None
        A sentence; None if it can.
    """
    if "backward" in network.directions:
        return "A network that also reads backward needs the whole text at once, so it cannot write on."
    if network.readout_weight is None or next_token_ids(vocabulary, labels) is None:
        return "The model does not predict the next token: its answers are not the tokens that it reads."
    if asked not in (None, "at every step"):
        return "The model is not asked for the next token at every step."
    if network.head.reading not in (EVERY_STEP, LAST_STEP, LAST_STATES) or not network.head.is_distribution:
        return "The model’s outputs are not probabilities of the next token at each step."
    return None


def drawing_probabilities(
    logits: Array, can_be_drawn: Array, temperature: float = 1.0, top_k: int | None = None
) -> Array:
    """Turn logits into the probabilities of a draw.

    Parameters
    ----------
    logits : ndarray of shape (C,)
        The logits.
    can_be_drawn : ndarray of bool of shape (C,)
        The labels that take part.
    temperature : float, default 1.0
        What the logits are divided by: below 1 the likeliest gain, above 1 the others; 0 takes the likeliest always.
    top_k : int or None, default None
        How many of the likeliest take part; None for all. Of equal ones, the first.

    Returns
    -------
    ndarray of float64, of shape (C,)
        They add up to 1.

    Raises
    ------
    ArgumentError
        If the temperature is negative or no finite number, or `top_k` is no whole number of at least 1.
    """
    if not isinstance(temperature, Real) or not 0 <= temperature < np.inf:  # NaN compares false
        raise ArgumentError(
            f"The temperature must be 0 or a positive number, not {temperature!r}.",
            code="out_of_range", name="temperature", value=temperature,
        )  # fmt: skip
    if top_k is not None:
        check_whole("top_k", top_k, 1)
    open_to = np.where(can_be_drawn, logits.astype(np.float64), -np.inf)
    keep = np.argsort(-open_to, kind="stable")[: 1 if temperature == 0 else top_k]
    kept = np.full(len(open_to), -np.inf)
    kept[keep] = open_to[keep] - open_to.max()
    with np.errstate(over="ignore"):  # at a temperature near 0, all but the likeliest become -inf
        return softmax(kept / (temperature or 1.0))


class Generation(Iterator[Draw]):
    """An iterator over drawn tokens, each of which the network reads before the next is drawn.

    Parameters
    ----------
    network : Network
        A network that predicts the next token.
    vocabulary : Vocabulary
        What it reads.
    labels : sequence of str
        The labels of its readout.
    prepared : PreparedText
        The text to begin with; of no tokens to begin with the states alone.
    initial : list of list of dict or None
        The states to start from; None for the network's own, which needs a text.
    steps : int or None
        How many tokens to draw at most; None for no end but an end mark.
    temperature, top_k
        See `drawing_probabilities`.
    seed : int or None
        The seed of the draws; None for another one each time.

    Attributes
    ----------
    seed : int
        The seed in use, with which the same tokens are drawn again.
    states : list of list of dict
        The states after what was read last, to carry on from.
    draws : list of Draw
        Everything that was drawn so far.

    Notes
    -----
    A step takes one random number, so that with one seed two temperatures differ only where it matters. Interventions
    that name no steps hold during the generated steps as well; those that name steps hold there alone.
    """

    def __init__(
        self,
        network: Network,
        vocabulary: Vocabulary,
        labels: Sequence[str],
        prepared: PreparedText,
        initial: States | None,
        steps: int | None,
        temperature: float,
        top_k: int | None,
        seed: int | None,
    ) -> None:
        ids = next_token_ids(vocabulary, labels)
        assert ids is not None, "the caller has asked `reason_against`"
        ends = end_columns(labels, ids)
        self.network, self.vocabulary, self.labels = network, vocabulary, labels
        self.temperature, self.top_k = temperature, top_k
        self.seed = int(np.random.default_rng().integers(2**32)) if seed is None else seed
        self.draws: list[Draw] = []
        self._ids, self._ends, self._can_be_drawn = ids, ends, (ids != NO_TOKEN) | ends
        self._left, self._rng = steps, np.random.default_rng(self.seed)
        self._lasting = _lasting_edits(prepared.interventions, network)
        self._typed = list(prepared.tokens)
        if prepared.tokens:
            self._read(prepared.inputs, initial, prepared.edits)
        else:
            assert initial is not None, "without a text there are states"
            states = complete_states(network, initial)
            self._reach(states, logits_of(network, states[-1][0]["hidden"]))
        drawing_probabilities(self._logits, self._can_be_drawn, temperature, top_k)  # raises before the first draw

    def __next__(self) -> Draw:
        if self._left == 0 or (self.draws and self.draws[-1].ends):
            raise StopIteration
        drawn_from = drawing_probabilities(self._logits, self._can_be_drawn, self.temperature, self.top_k)
        reached = drawn_from.cumsum()
        chosen = int(np.searchsorted(reached, self._rng.random() * reached[-1], side="right"))
        chosen = min(chosen, int(np.flatnonzero(drawn_from)[-1]))  # rounding may leave the sum a little behind
        label, row, step = self.labels[chosen], self._ids[chosen], len(self._typed) + len(self.draws)
        token = label if row == NO_TOKEN else self.vocabulary.tokens[row]
        draw = Draw(token, label, chosen, step, softmax(self._logits), drawn_from, bool(self._ends[chosen]))
        self.draws.append(draw)
        self._left = None if self._left is None else self._left - 1
        if not draw.ends:
            self._read(np.array([row]), self.states, self._lasting)
        return draw

    @property
    def tokens(self) -> list[str]:
        """The tokens that were read: those of the text, and those drawn since."""
        return self._typed + [draw.token for draw in self.draws if not draw.ends]

    @property
    def text(self) -> str:
        """The tokens as one text: characters one after another, words and pieces with spaces between."""
        return ("" if self.vocabulary.kind == "characters" else " ").join(self.tokens)

    @property
    def has_ended(self) -> bool:
        """Whether the network has drawn an end mark."""
        return bool(self.draws) and self.draws[-1].ends

    def _read(self, ids: Array, states: States | None, edits: Edits) -> None:
        run = self.network.forward(ids, states, edits=edits)
        assert run.logits is not None, "a network that predicts the next token has a readout"
        self._reach(run.final, run.logits[-1])

    def _reach(self, states: States, logits: Array) -> None:
        self.states, self._logits = states, logits
        if not np.isfinite(self._logits).all():
            raise ArgumentError(
                "The network’s outputs overflow, so that no token can be drawn.", code="overflow", name="text"
            )


def generation(
    network: Network,
    vocabulary: Vocabulary,
    labels: Sequence[str],
    prepared: PreparedText,
    *,
    asked: str | None = None,
    initial: States | None = None,
    steps: int | None = None,
    room: int | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int | None = None,
) -> Generation:
    """Let a network write on: `Model.generate`, for a prepared text.

    Parameters
    ----------
    network, vocabulary, labels
        The parts of a model.
    prepared : PreparedText
        The text to begin with; one of no tokens needs initial states.
    asked : str or None, default None
        When the model is asked for an answer, as its card says.
    initial, steps, temperature, top_k, seed
        As for `Model.generate`.
    room : int or None, default None
        How many tokens the network can still read; None for any number.

    Returns
    -------
    Generation
        The iterator.

    Raises
    ------
    ArgumentError
        If the network does not predict the next token, or an argument is out of range.
    """
    reason = reason_against(network, vocabulary, labels, asked)
    if reason is not None:
        raise ArgumentError(reason, code="no_next_token", name="model")
    if steps is not None:
        check_whole("steps", steps)
    if seed is not None:
        check_whole("seed", seed, 0, 2**128)
    steps = min((count for count in (steps, room) if count is not None), default=None)
    return Generation(network, vocabulary, labels, prepared, initial, steps, temperature, top_k, seed)


def _lasting_edits(interventions: Iterable[Intervention], network: Network) -> Edits:
    """The edits of one further step: those of interventions that name no steps."""
    lasting = [each for each in interventions if isinstance(each, ValueIntervention) and each.steps is None]
    return cell_edits(lasting, network.definitions, 1)
