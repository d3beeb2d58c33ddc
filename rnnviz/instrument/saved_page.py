"""The instrument with one run in a single HTML file, without a server or a network; without scripts it is a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isnan

from ..errors import UnknownNameError
from ..model import Model
from ..network import output_name, predicted
from ..number_format import NOT_A_NUMBER, short_number
from ..text.tokens import END, visible
from ..trace import Trace
from .bundle import SCRIPTS
from .file_remarks import file_remarks
from .payload_encoding import payload
from .run_notes import beginning_remarks, run_notes
from .settings_schema import RowOrder, Settings, Start
from .single_file import plain, single_file

__all__ = ["model_line", "page_title", "saved_page", "static_table", "trace_text"]

SHOWN_TEXT = 60  # characters of the text in a title
SHOWN_STEPS = 40  # rows of the table
SHOWN_OUTPUTS = 4  # columns of values
MADE_WITH = "made with rnnviz"
STYLE = """
body {
  max-width: 100rem; margin: 0 auto; padding: 0.75rem 1rem;
  font-family: system-ui, sans-serif; color: var(--theme-text); background: var(--theme-background);
}
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; margin-bottom: 0.25rem; }
h1 { margin: 0; font-size: 1.1rem; overflow-wrap: anywhere; }
header p, footer { margin: 0; font-size: 0.8125rem; }
footer { margin-top: 1rem; text-align: end; }
table { border-collapse: collapse; font-size: 0.8125rem; }
noscript :is(th, td) { padding: 0.1rem 0.6rem; text-align: start; }
"""


def saved_page(
    trace: Trace,
    model: Model | None = None,
    layer: int = 0,
    direction: str = "forward",
    *,
    step: int | None = None,
    unit: int | None = None,
    phase: str | None = None,
    row_order: RowOrder = "effect",
    all_rows: bool = False,
    text: str = "",
    title: str = "",
    remarks: Sequence[str] | None = None,
) -> str:
    """Write the instrument with one run as the text of an HTML file.

    Parameters
    ----------
    trace : Trace
        What to show.
    model : Model or None, default None
        The model that ran. Without it, the page has no weights, and so no terms of sums.
    layer : int, default 0
        The layer, from 0.
    direction : str, default "forward"
        "forward" or "backward".
    step : int or None, default None
        The step at which the page opens, counted from 1; None for the last.
    unit : int or None, default None
        The unit that is selected; None for the one with the largest effect on the answer.
    phase : str or None, default None
        The name of the phase that is shown; None for the whole step.
    row_order : {"effect", "similar", "number"}, default "effect"
        The order of the units in the heatmaps.
    all_rows : bool, default False
        Whether the heatmaps show all units, and not only those with the largest effect.
    text : str, default ""
        The text as typed; if empty, the tokens stand for it.
    title : str, default ""
        The title of the page; if empty, it names the model and the text.
    remarks : sequence of str or None, default None
        Sentences about the run. If None, one says where it begins, unless that is with the model's own states.

    Returns
    -------
    str
        The page.

    Raises
    ------
    UnknownNameError
        If the cell has no such phase.
    UnknownQuantityError
        If the trace has no such layer or direction.

    Examples
    --------
    >>> import rnnviz
    >>> from rnnviz.instrument import saved_page
    >>> model = rnnviz.load("names-lstm")
    >>> page = saved_page(model.trace("Ada"), model, step=2)
    >>> page.startswith("<!doctype html>")
    True
    """
    _ = trace["hidden", layer, direction]  # raises if there is no such layer
    start: Start = {
        "step": (len(trace) if step is None else step) - 1,
        "unit": unit,
        "phase": None if phase is None else _phase_number(trace, layer, phase),
        "row_order": row_order,
        "all_rows": all_rows,
    }
    card = trace.card if model is None else model.card
    settings: Settings = {
        "start": start,
        "text": text or trace_text(trace),
        "notes": run_notes(trace, [*file_remarks(card), *(beginning_remarks(trace) if remarks is None else remarks)]),
    }
    data = {**payload(trace, model, layer, direction), **settings}
    title = title or page_title(trace, text)
    body = "\n".join(
        [
            f"<header><h1>{plain(title)}</h1><p>{plain(model_line(trace, model, layer, direction))}</p></header>",
            f"<main><noscript>{static_table(trace)}</noscript></main>",
            f"<footer>{MADE_WITH}</footer>",
        ]
    )
    text_of_data = json.dumps(data, separators=(",", ":"))
    return single_file(title, body, STYLE, text_of_data.encode(), SCRIPTS / "saved-page.js")


def static_table(trace: Trace) -> str:
    """Write what a trace holds as plain HTML: the prediction after each token, and the shapes of its quantities.

    Parameters
    ----------
    trace : Trace
        The trace.

    Returns
    -------
    str
        A paragraph and a table.
    """
    shapes = [f"{q.title} {trace[q.name, 0, d].shape}" for q in trace.definition.display_order for d in _first(trace)]
    words = f"{len(trace)} steps, {trace.units()} units. In the first layer: {', '.join(shapes)}."
    rows = []
    for step, token in enumerate(trace.tokens[:SHOWN_STEPS]):
        cells = [f"<td>{step + 1}</td><td>{plain(visible(token))}</td>"]
        if trace.probabilities is not None:
            label, share = predicted(trace.labels, trace.probabilities[step])
            percent = NOT_A_NUMBER if isnan(share) else f"{100 * share:.1f} %"
            cells.append(f"<td>{plain(visible(label))}</td><td>{percent}</td>")
        elif trace.outputs is not None:
            cells += [f"<td>{short_number(float(value))}</td>" for value in trace.outputs[step, :SHOWN_OUTPUTS]]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    if len(trace) > SHOWN_STEPS:
        words += f" The table has the first {SHOWN_STEPS} steps."
    heads = ["step", "input" if _reads_numbers(trace) else "token"]
    if trace.probabilities is not None:
        heads += ["prediction", "probability"]
    elif trace.outputs is not None:
        heads += [visible(output_name(trace.labels, k)) for k in range(min(len(trace.labels), SHOWN_OUTPUTS))]
    head = "".join(f"<th>{plain(name)}</th>" for name in heads)
    return f"<p>{plain(words)}</p><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _first(trace: Trace) -> tuple[str, ...]:
    """The first direction of the first layer."""
    return trace.directions_by_layer[0][:1]


def _phase_number(trace: Trace, layer: int, name: str) -> int:
    """The place of a phase among those of a step."""
    names = [phase.name for phase in trace.definitions[layer].phases]
    if name not in names:
        message = f"A step of the {trace.cell_kinds[layer].name} has no phase {name!r}; it has {', '.join(names)}."
        raise UnknownNameError(message, kind="phase", name=name, allowed=tuple(names))
    return names.index(name)


def page_title(trace: Trace, text: str = "") -> str:
    """Name the model and the text of a trace.

    Parameters
    ----------
    trace : Trace
        The trace.
    text : str, default ""
        The text as typed; if empty, the tokens stand for it.

    Returns
    -------
    str
        A title such as "names-lstm reads “Ada”"; a long text is cut.
    """
    shown = " ".join((text or trace_text(trace)).split())
    shown = shown if len(shown) <= SHOWN_TEXT else shown[: SHOWN_TEXT - 1] + "…"
    return f"{trace.model} reads “{shown}”"


def trace_text(trace: Trace) -> str:
    """Join the tokens of a trace to a text, without the end mark.

    Parameters
    ----------
    trace : Trace
        The trace.

    Returns
    -------
    str
        The text; words with spaces between them.
    """
    tokens = [token for token in trace.tokens if token != END]
    letters = all(len(token) == 1 for token in tokens) and not _reads_numbers(trace)
    return ("" if letters else " ").join(tokens)


def _reads_numbers(trace: Trace) -> bool:
    """Whether tokens are numbers; not known of a trace from a file."""
    return trace.vocabulary is not None and trace.vocabulary.kind == "numbers"


def model_line(trace: Trace, model: Model | None, layer: int = 0, direction: str | None = None) -> str:
    """Describe the model of a trace in a line.

    Parameters
    ----------
    trace : Trace
        The trace.
    model : Model or None
        The model.
    layer : int, default 0
        The layer that is shown.
    direction : str or None, default None
        Its direction, which is named if there are several.

    Returns
    -------
    str
        Its task, if the card names it, its cell and its size.
    """
    parts = [trace.definitions[layer].title, f"{trace.units(layer, direction)} units"]
    if trace.layers > 1:
        parts.append(f"layer {layer + 1} of {trace.layers}")
    if direction and trace.directions != ("forward",):
        parts.append(direction)
    card = model.card.get("title") if model else None
    return " · ".join([*([str(card)] if card else []), ", ".join(parts)])
