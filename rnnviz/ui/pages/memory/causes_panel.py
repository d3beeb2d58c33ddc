"""What made it say this? Each token is changed in turn, and the change of the answer is measured."""

from __future__ import annotations

import streamlit as st

from ....analysis import Attribution, attribution
from ....analysis.effects.token_attribution import REMOVED, Method
from ....errors import ArgumentError, NotFiniteError
from ....figures import attribution_bars, attribution_map
from ....network import predicted
from ....network.head import LINEAR, SOFTMAX
from ....number_format import short_number, with_minus_signs
from ....text.tokens import visible
from ...shared import link_parameters
from ...shared.charts import chart
from ...shared.long_work import Progress, cached
from ...shared.markdown import percent, plain, prediction, spoken
from ...shared.pickers import pick_label, pick_other_label, pick_part
from ...shared.text_run import TextRun, chosen_position, transport

MOST_NUMBERS = 2048  # in a text whose numbers are swapped one by one
# By name in the link: the method, and its name on the page.
METHODS: dict[str, tuple[Method, str]] = {
    "swap": ("swap", "Swap each {token}"),
    "integrated-gradients": ("integrated gradients", "Integrated gradients"),
    "gradient": ("gradient", "Gradient"),
}


def show(run: TextRun) -> None:
    """Show what each token does for an answer, by one of three methods."""
    trace = run.trace
    if trace.outputs is None:
        st.info("This model has no readout, and so no answer to explain.")
        return
    step, _ = chosen_position(trace, run.layer)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        titles = {name: title.format(token=run.words.token) for name, (_, title) in METHODS.items()}
        name = pick_part("Method", link_parameters.attribution_method(list(titles)), titles)
        label, against = trace.labels[0], None
        if len(trace.labels) > 1:
            label = pick_label(trace, step, "Why")
            if trace.probabilities is not None:
                against = pick_other_label(trace, label, step)
    transport(run)
    try:
        result = _measure(run, label, against, step, METHODS[name][0])
        if not result.converged:
            st.warning(
                f"Integrated gradients do not converge on this {run.words.text}: with {result.points} points their "
                f"sum is still off by {percent(result.error or 0.0)}. Shown instead is what a swap of each "
                f"{run.words.token} does.",
                icon=":material/trending_flat:",
            )
            result = _measure(run, label, against, step, "swap")
        is_finite = result.is_finite
    except ArgumentError as error:  # nothing is left without the only token
        st.info(plain(str(error)))
        return
    except NotFiniteError:
        is_finite = False
    if not is_finite:
        st.info(
            f"What each {run.words.token} does cannot be measured here: outputs of this {run.words.text}, or of a "
            "changed one, are too large to be numbers.",
            icon=":material/all_inclusive:",
        )
        return
    st.markdown(f"{_answer(run, result)} {_strongest(run, result)}")
    answers = _answers_without(run, result)
    figure = attribution_bars.ready(
        result.values, trace.tokens, trace.unknown, label="" if _gives_values(run) else label, against=against,
        step=step, without=answers,
    )  # fmt: skip
    words = f"What each {run.words.token} does for {_name(run, label)} after step {step}, by {result.method}. "
    words += spoken(_strongest(run, result))
    chart(figure, words, "attribution", traces=[trace])
    if result.inputs is not None and result.inputs.shape[1] > 1:
        each = "What each number of each step does for it, one row for each number."
        chart(attribution_map.ready(result.inputs, trace.tokens, step=step), each, "attribution-map", traces=[trace])
    st.caption(_explanation(run, result))


def _gives_values(run: TextRun) -> bool:
    """Whether the model answers with values: no probabilities, or that of a single label, which is always 1."""
    return run.trace.probabilities is None or len(run.trace.labels) == 1


def _answers_without(run: TextRun, result: Attribution) -> list[str] | None:
    """For each token, what the model answers without it; None where no text was changed."""
    if result.outputs is None:
        return None
    if _gives_values(run):
        return [short_number(float(value)) for value in result.outputs[:, run.trace.labels.index(result.label)]]
    return [
        f"{answer}, {percent(share)}" for answer, share in (predicted(run.trace.labels, row) for row in result.outputs)
    ]


def _output(run: TextRun, result: Attribution) -> str:
    """How a sentence names the output that is asked about, in Markdown."""
    return plain(_name(run, result.label))


def _name(run: TextRun, label: str) -> str:
    """A label, or how an output that is a value is named."""
    if not _gives_values(run):
        return visible(label)
    return "the output" if len(run.trace.labels) == 1 else f"the output {visible(label)}"


def _measure(run: TextRun, label: str, against: str | None, step: int, method: Method) -> Attribution:
    """The attribution, computed once for each text, question and method."""
    key = ("attribution", run.trace.fingerprint, label, against, step, method)
    progress = Progress(f"Reading each changed {run.words.text}.", key)

    def work() -> Attribution:
        by_number = len(run.trace) * (run.task.vector_size or 0) <= MOST_NUMBERS
        return attribution(run.trace, label, method, against, step=step, by_number=by_number, tick=progress)

    result = cached(run.model.network, key, work)
    progress.end()
    return result


def _answer(run: TextRun, result: Attribution) -> str:
    """What the model says after the step, in Markdown."""
    trace = run.trace
    if _gives_values(run):
        assert trace.outputs is not None
        value = float(trace.outputs[result.step - 1, trace.labels.index(result.label)])
        name = _output(run, result).replace("the", "The", 1)
        return f"{name} after {plain(run.step_label(result.step))} is {short_number(value)}."
    assert trace.probabilities is not None
    words = prediction(*predicted(trace.labels, trace.probabilities[result.step - 1]))
    return f"After {plain(run.step_label(result.step))}: {words}."


def _strongest(run: TextRun, result: Attribution) -> str:
    """The token that does most, and what the model would say without it, in Markdown."""
    if not result.values.any():
        return f"No {run.words.token} changes it."
    step, single = result.strongest, _gives_values(run)
    token = plain(run.step_label(step)).replace("step", "Step", 1)
    value = float(result.values[step - 1])
    if single:
        does = "raises" if value > 0 else "lowers"
        words = f"**{token}** {does} {_output(run, result)} most ({_number(value)}{_scale(run)})."
        if result.outputs is None:
            return words
        changed = float(result.outputs[step - 1, run.trace.labels.index(result.label)])
        change = "Without it" if result.baseline == REMOVED else f"With {plain(str(result.baseline))} in its place"
        return f"{words} {change} it would be {short_number(changed)}."
    answer = plain(visible(result.label))
    if result.against is not None:
        answer += f" rather than {plain(visible(result.against))}"
    words = f"**{token}** speaks most {'for' if value > 0 else 'against'} {answer} ({_number(value)})."
    if result.probabilities is None:
        return words
    row, whole = result.probabilities[step - 1], run.trace.probabilities
    same = whole is not None and row.argmax() == whole[result.step - 1].argmax()
    change = "Without it" if result.baseline == REMOVED else f"With {plain(str(result.baseline))} in its place"
    answer = prediction(*predicted(run.trace.labels, row))
    return f"{words} {change} the answer is{' still' if same else ''} {answer}."


def _explanation(run: TextRun, result: Attribution) -> str:
    """How to read the bars, in a sentence or two of Markdown."""
    token, text = run.words
    single, baseline = _gives_values(run), plain(str(result.baseline))
    what, scale = (f"{_output(run, result)}{_scale(run)}", "") if single else _log_odds(result)
    if result.method == "gradient":
        flat = "Where an activation is saturated" if single else "Where the model is sure of its answer"
        return (
            f"The slope of {what} at this {text}, times the input vector. {flat}, the slope is close to 0 even at the "
            f"{token} that decides it: trust a swap rather than this.{scale}"
        )
    if result.method == "integrated gradients":
        return (
            f"Gradients along the straight line from a {text} of nothing but {baseline} to this one. The bars add up "
            f"to the difference of {what} between the two {text}s; the error of this sum is "
            f"{_error(result.error or 0.0)} ({result.points} points).{scale}"
        )
    change = "is left out" if result.baseline == REMOVED else f"gives way to {baseline}"
    return (
        f"How far {what} {'falls' if single else 'fall'} when one {token} {change} and the {text} is read again. Each "
        f"bar is a test of one {token} alone, so the bars need not add up.{scale}"
    )


def _log_odds(result: Attribution) -> tuple[str, str]:
    """What is measured, as a part of a sentence, and its definition, in Markdown."""
    label = plain(visible(result.label))
    if result.against is None:
        what, odds = f"the log odds of {label}", "p / (1 − p), where p is its probability"
    else:
        against = plain(visible(result.against))
        what, odds = f"the log odds of {label} against {against}", f"p({label}) / p({against})"
    return what, f" The log odds are the logarithm of {odds}: 0.7 more doubles the odds, 0.7 less halves them."


def _scale(run: TextRun) -> str:
    """What bars measure where an activation follows: the sum before it."""
    function = run.trace.head.activation
    return "" if function in (LINEAR, SOFTMAX) else f" before its {function}"


def _number(value: float) -> str:
    return with_minus_signs(f"{value:+.3g}")


def _error(share: float) -> str:
    return f"{100 * share:.2g}\N{NO-BREAK SPACE}%" if share >= 1e-6 else "below 0.0001\N{NO-BREAK SPACE}%"
