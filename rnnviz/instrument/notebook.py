"""Traces and models in a notebook: the instrument in a frame, over a table for where scripts are not trusted."""

from __future__ import annotations

import sys
import tempfile
import webbrowser
from html import escape
from pathlib import Path
from typing import Any

from ..model import Model
from ..representations import html_of
from ..trace import Trace
from .saved_page import model_line, page_title, saved_page, static_table

__all__ = ["show"]

LARGEST = 500_000  # parameters of a layer: a notebook keeps its outputs, and these are 2.7 MB
# The frame is drawn smaller, so that all views fit below a cell.
SCALE = 0.8
FRAME = f"""<div style="position: relative; height: 43rem; overflow: hidden">
<div style="height: 100%%; overflow: auto">%s</div>
<iframe title="%s" sandbox="allow-scripts allow-downloads" allow="clipboard-write" srcdoc="%s"
 style="position: absolute; inset: 0; width: {100 / SCALE:g}%%; height: {100 / SCALE:g}%%; border: 0;
 transform: scale({SCALE}); transform-origin: 0 0; background: Canvas"></iframe>
</div>"""


@html_of.register
def _trace_html(trace: Trace) -> str:
    """The instrument at the last step."""
    page = saved_page(trace, _small(_model_of(trace)), direction=trace.directions_by_layer[0][0])
    return _frame(trace, page)


@html_of.register
def _model_html(model: Model) -> str:
    """The model's card in short, and the instrument on its first example."""
    title = escape(model_line(example := _example(model), model))
    return f"<p><strong>{escape(model.name)}</strong> · {title}.{escape(_score(model))}</p>{_trace_html(example)}"


def show(shown: Trace | Model, **view: Any) -> Path | None:
    """Show a trace, or a model on its first example: below the cell of a notebook, elsewhere in the browser.

    Parameters
    ----------
    shown : Trace or Model
        What to show.
    **view
        Where the instrument opens: `layer`, `direction`, `step`, `unit` and others, as for
        `rnnviz.instrument.saved_page`.

    Returns
    -------
    Path or None
        The file that the browser opens, in the folder for temporary files; None in a notebook.

    Examples
    --------
    >>> import rnnviz
    >>> trace = rnnviz.load("names-lstm").trace("Schmidhuber")
    >>> file = rnnviz.show(trace, step=4)  # doctest: +SKIP
    """
    trace = _example(shown) if isinstance(shown, Model) else shown
    page = saved_page(trace, _model_of(trace), **{"direction": trace.directions_by_layer[0][0], **view})
    if _in_notebook():
        from IPython.display import HTML, display  # a notebook has it

        display(HTML(_frame(trace, page)))
        return None
    with tempfile.NamedTemporaryFile("w", prefix="rnnviz-", suffix=".html", encoding="utf-8", delete=False) as file:
        file.write(page)
    webbrowser.open(Path(file.name).as_uri())
    return Path(file.name)


def _frame(trace: Trace, page: str) -> str:
    """A page in a frame, with a table below it."""
    return FRAME % (static_table(trace), escape(page_title(trace)), escape(page))


def _model_of(trace: Trace) -> Model | None:
    """The model that ran; None if the trace does not know it."""
    if trace.network is None or trace.vocabulary is None:
        return None
    return Model(trace.model, trace.network, trace.vocabulary, trace.labels, trace.card)


def _small(model: Model | None) -> Model | None:
    """A model whose weights a notebook can keep."""
    if model is None:
        return None
    cells = [cell for layer in model.network.layers for cell in layer]
    return model if max(sum(array.size for array in cell.parameters.values()) for cell in cells) <= LARGEST else None


def _example(model: Model) -> Trace:
    """The run over a model's first example."""
    return model.trace(next(iter(model.card.get("examples", ())), model.vocabulary.example))


def _score(model: Model) -> str:
    """How well a model does on held-out data, as a sentence after another one; "" if its card does not say."""
    scores = model.card.get("scores")
    if not scores:
        return ""
    nats = "nats" in scores["metric"]
    score, chance = (f"{value:.2f}" if nats else f"{100 * value:.1f} %" for value in (scores["test"], scores["chance"]))
    return f" Held out: {scores['metric']} {score} (chance {chance})."


def _in_notebook() -> bool:
    """Whether this runs in a notebook, not in a terminal or a script."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None
