"""Which tokens does an answer rest on? Several measures of it, each with what it means and how exact it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, InterventionError
from ...interventions import ValueIntervention
from ...network.head import LINEAR, SOFTMAX
from ...text.tokens import END, UNKNOWN
from ...trace import Trace
from ..gradients.jacobians import check_differentiable
from ..memory.logit_contributions import contributions
from ..progress_meter import ProgressMeter, Tick
from .answer_margin import AnswerMargin
from .integrated_gradients import TOLERANCE, integrate

Method = Literal["swap", "removal", "integrated gradients", "gradient", "contributions"]
METHODS: tuple[str, ...] = get_args(Method)

ZEROS, REMOVED = "zeros", "removed"


@dataclass(frozen=True)
class Attribution:
    """What each step of a text of T steps does for an answer.

    Parameters
    ----------
    values : ndarray of shape (T,)
        By step, in float64: above zero it speaks for the answer, below zero against it.
    inputs : ndarray of shape (T, D) or None
        By number of each step, for a network that reads numbers. By gradients they add up to `values`; by a swap each
        number is changed alone. None for tokens, and where a step is changed or counted as a whole.
    label : str
        The label that is asked about.
    against : str or None
        The label that it is compared with; None for all others.
    step : int
        The step after which the answer is read, counted from 1.
    method : {"swap", "removal", "integrated gradients", "gradient", "contributions"}
        How the values were computed: "removal" where a swap was asked for and there is nothing to swap in.
    baseline : {"<unk>", "zeros", "removed"} or None
        What takes a token's place; None where nothing does.
    measure : str
        What the values are, in words.
    margin : float
        The margin of the answer in this run, which the values are about: its log odds, or the only output.
    outputs : ndarray of shape (T, C) or None
        What the network answers to the text with each step changed; that of the text itself where a step cannot be
        changed. None without changed texts.
    is_distribution : bool
        Whether outputs are probabilities that add up to 1.
    remainder : float or None
        The part of the margin that belongs to no step, where values and remainder add up to it: the margin of the
        baseline (integrated gradients), or what was not written at any step (contributions).
    error : float or None
        The relative error of the integral's sum, which a single value can exceed; None without an integral.
    points : int or None
        The points of the integral; None without one.
    converged : bool
        Whether the error is at most 1 %; True without an integral.
    """

    values: Array
    inputs: Array | None
    label: str
    against: str | None
    step: int
    method: str
    baseline: str | None
    measure: str
    margin: float
    outputs: Array | None = None
    is_distribution: bool = True
    remainder: float | None = None
    error: float | None = None
    points: int | None = None
    converged: bool = True

    @property
    def probabilities(self) -> Array | None:
        """The outputs, (T, C), where they are probabilities; None for other outputs and without changed texts."""
        return self.outputs if self.is_distribution else None

    @property
    def strongest(self) -> int:
        """The step with the largest absolute value, counted from 1; the first of several. NaN counts as 0."""
        return int(np.nan_to_num(np.abs(self.values), nan=0.0, posinf=np.inf).argmax()) + 1

    @property
    def is_finite(self) -> bool:
        """Whether all values are numbers: the outputs of some networks overflow."""
        return bool(np.isfinite(self.values).all() and np.isfinite(self.margin))


def attribution(
    trace: Trace,
    label: int | str | None = None,
    method: Method = "swap",
    against: int | str | None = None,
    *,
    step: int | None = None,
    by_number: bool = True,
    tick: Tick | None = None,
) -> Attribution:
    """Measure what each token does for an answer.

    The answer's margin is its log odds: log(p / (1 - p)), or log(p_label / p_against) if it is compared with one
    other label. Where the outputs are no probabilities, it is the output itself, before its activation if it has one.

    "swap" runs the text once more for each token, with `<unk>` (or, for numbers, zeros) in its place; a value is the
    margin of the text less that of the changed text. It is exact, and it is about one token at a time: the values do
    not add up, and of two tokens that say the same each can seem not to matter. In a vocabulary without `<unk>` the
    token is removed instead. A network that was trained without unknown tokens has learned nothing about `<unk>`;
    "removal" always removes the token, and later ones move up. Where the answer is read after the removed token, it
    is read after the one before.

    "integrated gradients" [1]_ sums gradients along the straight line from the baseline, in which all tokens are
    `<unk>` (zeros without `<unk>`, or for numbers), to the text. The values add up to the margin of the text less that
    of the baseline. The number of points is doubled, from 16 to at most 512, until this sum is right to 1 %; single
    values can be further off, since their errors can cancel. Where the network saturates even the most points may not
    be enough: `converged` is False then, and "swap" is the better choice.

    "gradient" multiplies the slope of the margin at this text by the input vectors. It is the last choice: where the
    network saturates, the slope says little about what happens when a token is replaced.

    "contributions" is bookkeeping, see `contributions`: at which steps the memory that the answer is read from was
    written. It does not say what caused the answer. Because the state is written anew through the recurrent weights,
    later tokens get what earlier ones caused. Here the margin is linear: without `against` it is the logit less the
    mean of the others, weighted by their probabilities.

    "swap" and "integrated gradients" leave the end mark as it is, since every text has it: its value is 0. A step that
    cannot matter, because it is read after the answer, has 0 as well.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network, which has a readout.
    label : int or str, optional
        The number of an output, or its label; by default the most likely one at the step.
    method : {"swap", "removal", "integrated gradients", "gradient", "contributions"}, default "swap"
        How to measure it.
    against : int or str, optional
        Another label: why `label` rather than this one? By default all others together.
    step : int, optional
        The step after which the answer is read, counted from 1; by default the last one.
    by_number : bool, default True
        Whether "swap" also changes each number of a network that reads numbers alone, which takes T * D more runs.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    Attribution
        The values, with what they mean and how exact they are. "swap" and "removal" take T runs in batches, the
        integral as many forward and backward passes as it has points.

    Raises
    ------
    UnknownNameError
        If there is no such label.
    ArgumentError
        If there is no such step or method, both labels are one, nothing is left after a removal, the trace does not
        know its network, or the network has no readout; for contributions also if no gate of the cell carries a state
        on.
    InterventionError
        If an intervention holds values, except for "swap" with a baseline and "contributions": gradients do not know
        the held values, and removal moves the steps at which they are held.

    References
    ----------
    .. [1] M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", ICML 2017.

    Examples
    --------
    >>> import rnnviz
    >>> trace = rnnviz.load("reviews-lstm").trace("not good at all, but the ending was brilliant")
    >>> result = attribution(trace)
    >>> result.label, trace.tokens[result.strongest - 1]
    ('positive', 'brilliant')
    """
    if method not in METHODS:
        raise ArgumentError(
            f"There is no method {method!r}; choose {', '.join(METHODS)}.",
            code="unknown_method", name="method", value=method, allowed=METHODS,
        )  # fmt: skip
    answer = AnswerMargin.of(trace, label, against, step)
    if method == "contributions":
        return _contributions(trace, answer)
    if method == "gradient":
        return _gradient(trace, answer)
    if method == "integrated gradients":
        return _integrated_gradients(trace, answer, tick)
    return _removal(trace, answer, tick) if method == "removal" else _swap(trace, answer, by_number, tick)


def _swap(trace: Trace, answer: AnswerMargin, by_number: bool, tick: Tick | None) -> Attribution:
    """The margin less that with each step at the baseline."""
    name, vectors = baseline_vectors(trace, answer)
    if not has_swap(trace):
        return _removal(trace, answer, tick)
    steps = np.flatnonzero((vectors != answer.inputs).any(1))
    at, number = np.nonzero(answer.inputs) if by_number and _reads_numbers(trace) else np.empty((2, 0), int)
    progress = ProgressMeter(tick, len(steps) + len(at))
    changed = []
    for part in answer.batches(len(steps), progress):
        changed.append(answer.logits(swapped(answer, steps[part], vectors)))
    measure = f"{{odds}} with the {_noun(trace)} less with {name} in its place"
    result = _by_change(trace, answer, "swap", name, measure, steps, changed)
    if by_number and _reads_numbers(trace):
        inputs = np.zeros((len(trace), answer.inputs.shape[1]))
        for part in answer.batches(len(at), progress):
            texts = np.repeat(answer.inputs[:, None], len(at[part]), axis=1)
            texts[at[part], np.arange(texts.shape[1]), number[part]] = 0
            inputs[at[part], number[part]] = result.margin - answer.values(texts)
        result = replace(result, inputs=inputs)
    progress.finish()
    return result


def _removal(trace: Trace, answer: AnswerMargin, tick: Tick | None) -> Attribution:
    """The margin less that without each step."""
    check_removable(trace)
    count, steps = len(answer.inputs), typed_steps(trace, answer)
    if count == 1 and len(steps):
        raise ArgumentError(
            "Only one token is read before the answer: without it nothing is left to read.",
            code="nothing_left",
            name="trace",
        )
    changed, progress = [], ProgressMeter(tick, len(steps))
    for part in answer.batches(len(steps), progress):
        rows = steps[part]
        changed.append(answer.logits(without(answer, rows), np.maximum(answer.row - (rows <= answer.row), 0)))
    progress.finish()
    measure = f"{{odds}} with the {_noun(trace)} less without it"
    return _by_change(trace, answer, "removal", REMOVED, measure, steps, changed)


def swapped(answer: AnswerMargin, rows: Array, vectors: Array) -> Array:
    """The input vectors (S, B, D) with other vectors at each of B rows."""
    texts = np.repeat(answer.inputs[:, None], len(rows), axis=1)
    texts[rows, np.arange(len(rows))] = vectors[rows]
    return texts


def without(answer: AnswerMargin, rows: Array) -> Array:
    """The input vectors (S - 1, B, D) without each of B rows."""
    kept = np.arange(len(answer.inputs) - 1)[:, None]
    return answer.inputs[kept + (kept >= rows)]


def check_removable(trace: Trace) -> None:
    """Raise InterventionError if values are held at steps that would move."""
    if trace.has_held_values:
        raise InterventionError(
            "This run holds values at its steps, which move if a token is removed; trace the text without them.",
            code="held_values",
            intervention=next(each for each in trace.interventions if isinstance(each, ValueIntervention)),
        )


def _by_change(
    trace: Trace, answer: AnswerMargin, method: str, baseline: str, measure: str, steps: Array, changed: list[Array]
) -> Attribution:
    """The result of changing some steps, one at a time, from the logits of the changed texts."""
    logits = np.repeat(answer.logits(answer.inputs[:, None]), len(trace) + 1, axis=0)  # the last is the text itself
    if changed:
        logits[steps] = np.concatenate(changed)
    margins = answer.of_logits(logits)
    values = margins[-1] - margins[:-1]
    return _result(
        trace, answer, values, method=method, baseline=baseline, measure=measure, margin=float(margins[-1]),
        outputs=answer.network.head.outputs(logits[:-1]),
    )  # fmt: skip


def _integrated_gradients(trace: Trace, answer: AnswerMargin, tick: Tick | None) -> Attribution:
    check_differentiable(trace)
    name, vectors = baseline_vectors(trace, answer)
    integral = integrate(answer, vectors, tick)
    start = "zeros" if name == ZEROS else f"nothing but {name}"
    return _result(
        trace,
        answer,
        integral.by_input,
        method="integrated gradients",
        baseline=name,
        measure=f"what the {_noun(trace)} adds to {{odds}} along the straight line from {start} to this text",
        margin=_own_margin(answer),
        remainder=integral.start,
        error=integral.error,
        points=integral.points,
        converged=integral.error <= TOLERANCE,
    )


def _gradient(trace: Trace, answer: AnswerMargin) -> Attribution:
    check_differentiable(trace)
    by_input = answer.gradients(answer.inputs[:, None])[:, 0] * answer.inputs
    measure = "the slope of {odds} at this text, times the input vector: right for small changes only"
    own = _own_margin(answer)
    return _result(trace, answer, by_input, method="gradient", baseline=None, measure=measure, margin=own)


def _contributions(trace: Trace, answer: AnswerMargin) -> Attribution:
    """The bookkeeping of a network with one output: the sum of the logits that the margin is to first order."""
    network = answer.network
    logits = network.forward(answer.inputs, answer.initial, edits=answer.edits).logits
    assert logits is not None and network.readout_weight is not None
    slope = answer.slope(logits[answer.row]).astype(network.dtype)
    bias = None if network.readout_bias is None else slope[None] @ network.readout_bias
    single = replace(network, readout_weight=slope[None] @ network.readout_weight, readout_bias=bias)
    parts = contributions(replace(trace, network=single, labels=["margin"]), 0, answer.row + 1)
    return _result(
        trace,
        answer,
        parts.by_step,
        method="contributions",
        baseline=None,
        measure="what was written into the memory at each step, as the answer reads it: bookkeeping, not cause",
        margin=parts.logit,
        remainder=parts.initial + parts.unexplained + parts.bias,
    )


def _result(trace: Trace, answer: AnswerMargin, by_input: Array, *, measure: str, **fields: object) -> Attribution:
    """An attribution from values (S,), or (S, D) by number; S can be less than T."""
    padded = np.zeros((len(trace), *by_input.shape[1:]))
    padded[: len(by_input)] = by_input
    label, against = trace.labels[answer.label], None if answer.against is None else trace.labels[answer.against]
    odds = odds_in_words(trace, label)
    return Attribution(
        values=padded if padded.ndim == 1 else padded.sum(1),
        inputs=padded if padded.ndim == 2 and _reads_numbers(trace) else None,
        label=label,
        against=against,
        step=answer.row + 1,
        measure=measure.format(odds=odds if against is None else f"{odds} against {against!r}"),
        is_distribution=trace.head.is_distribution,
        **fields,  # type: ignore[arg-type]
    )


def odds_in_words(trace: Trace, label: str) -> str:
    """What a margin of a label is, in words."""
    if trace.head.is_distribution and len(trace.labels) > 1:
        return f"the log odds of {label!r}"
    before = "" if trace.head.activation in (SOFTMAX, LINEAR) else f" before its {trace.head.activation}"
    return (f"the output {label!r}" if len(trace.labels) > 1 else "the output") + before


def _own_margin(answer: AnswerMargin) -> float:
    return float(answer.values(answer.inputs[:, None])[0])


def has_swap(trace: Trace) -> bool:
    """Whether something can take a token's place: zeros are no token that a network knows."""
    return _reads_numbers(trace) or (trace.vocabulary is not None and trace.vocabulary.unknown_id is not None)


def _reads_numbers(trace: Trace) -> bool:
    return trace.network is not None and trace.network.embedding is None


def _noun(trace: Trace) -> str:
    return "step" if _reads_numbers(trace) else "token"


def baseline_vectors(trace: Trace, answer: AnswerMargin) -> tuple[str, Array]:
    """What takes the place of tokens, and the vectors (S, D) of a text with nothing else; end marks stay."""
    vectors, unknown = np.zeros_like(answer.inputs), None if trace.vocabulary is None else trace.vocabulary.unknown_id
    table = None if trace.network is None else trace.network.embedding
    if table is not None and unknown is not None:
        vectors[:] = table[unknown]
    ends = np.setdiff1d(np.arange(len(vectors)), typed_steps(trace, answer))
    vectors[ends] = answer.inputs[ends]
    return ZEROS if table is None or unknown is None else UNKNOWN, vectors


def typed_steps(trace: Trace, answer: AnswerMargin) -> np.ndarray:
    """The rows that can be changed: those that the answer can rest on, without the end mark."""
    ends = trace.vocabulary is not None and trace.vocabulary.end
    return np.array([row for row in range(len(answer.inputs)) if not (ends and trace.tokens[row] == END)], dtype=int)
