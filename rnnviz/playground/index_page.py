"""The page that lists all pages to type into: the tasks, what a model of each remembers, and the cells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..analysis import unit_effects
from ..colours import negative_colour
from ..instrument.saved_page import MADE_WITH
from ..instrument.single_file import page_head, plain
from ..model import Model
from ..text.tokens import visible
from ..trace import Trace
from .playground_page import examples_of

STEPS, ROWS = 24, 8  # of a picture
WIDTH, ROW = 240, 10  # in the units of a picture
TITLE = "rnnviz: watch a recurrent network read"
INTRODUCTION = (
    "Each page holds a trained network and runs it in your browser as you type: the hidden state, the cell state "
    "and every gate, the cell as a diagram, and the arithmetic with its numbers. Nothing that you type leaves your "
    "device. A page is a single file: save it, and it works offline."
)
PICTURES = (
    "The pictures show the hidden state of the last network of a card while it reads an example: a column for each "
    "token, a row for each of the units that do most for the answer. Blue is above zero, grey is below."
)
_STYLE = (Path(__file__).parent / "index.css").read_text(encoding="utf-8")


def index_page(models: Mapping[str, Model]) -> str:
    """Write the page that lists the pages of models.

    Parameters
    ----------
    models : mapping of str to Model
        The models by the file of their page, in their order.

    Returns
    -------
    str
        The page.
    """
    tasks: dict[str, dict[str, Model]] = {}
    for file, model in models.items():
        tasks.setdefault(str(model.card.get("task") or model.name), {})[file] = model
    return "\n".join(
        [
            *page_head(TITLE, _STYLE),
            "<header>",
            "<h1>Type a sequence. Watch a recurrent network read it, remember it and forget it.</h1>",
            f"<p>{INTRODUCTION}</p>",
            "</header>",
            "<main>",
            *map(_card, tasks.values()),
            "</main>",
            f"<footer><p>{PICTURES}</p><p>{MADE_WITH}</p></footer>",
            "</html>",
            "",
        ]
    )


def _card(models: Mapping[str, Model]) -> str:
    """A task with its models; the picture is of the last one."""
    *_, (file, model) = models.items()
    card = model.card
    reads, says = card.get("reads"), card.get("says")
    about = f"<p>Reads {plain(str(reads))}; says {plain(str(says))}.</p>" if reads and says else ""
    links = "".join(_link(*each) for each in models.items())
    metric = (card.get("scores") or {}).get("metric")
    measured = f'<p class="metric">{plain(str(metric))}, on held-out data</p>' if metric else ""
    trace = model.trace(examples_of(model)[0], limit=STEPS)
    title = plain(str(card.get("title") or model.name))
    return "\n".join(
        [
            "<article>",
            f"<h2>{title}</h2>{about}",
            f'<a class="picture" href="{plain(file)}" tabindex="-1" aria-hidden="true">{_picture(trace)}</a>',
            f'<ul aria-label="Networks">{links}</ul>{measured}',
            "</article>",
        ]
    )


def _link(file: str, model: Model) -> str:
    """A link to a model, with its score."""
    scores = model.card.get("scores") or {}
    value, metric = scores.get("test"), str(scores.get("metric", ""))
    share = metric.startswith(("accuracy", "share"))
    shown = "" if value is None else f"<span>{100 * value:.3g}\u00a0%</span>" if share else f"<span>{value:.3g}</span>"
    return f'<li><a href="{plain(file)}"><strong>{plain(model.title)}</strong>{shown}</a></li>'


def _picture(trace: Trace) -> str:
    """The hidden states of the units that do most for the answer, over the tokens; words stand below them."""
    layer = trace.layers - 1
    direction = trace.directions_by_layer[layer][0]
    hidden = np.nan_to_num(trace["hidden", layer, direction])
    effects = np.abs(np.nan_to_num(unit_effects(trace, layer, direction).values))
    rows = [unit for unit in np.argsort(-effects, kind="stable") if unit < hidden.shape[1]][:ROWS]
    colour = trace.definition.by_name["hidden"].colour
    limit = float(np.abs(hidden[:, rows]).max()) or 1.0
    column = WIDTH / len(trace)
    squares = [
        f'<rect x="{column * step:.2f}" y="{ROW * row}" width="{column + 0.1:.2f}" height="{ROW}" '
        f'fill="{colour if value >= 0 else negative_colour(colour)}" opacity="{abs(value) / limit:.2f}"/>'
        for row, unit in enumerate(rows)
        for step, value in enumerate(hidden[:, unit].tolist())
    ]
    shown = [visible(token) for token in trace.tokens]
    are_letters = all(len(token) <= 2 for token in shown)
    letters = [
        f'<text x="{column * (step + 0.5):.2f}" y="{ROW * (len(rows) + 1):g}">{plain(token)}</text>'
        for step, token in enumerate(shown)
        if are_letters
    ]
    words = "" if are_letters else f'<span class="read">{plain(" ".join(shown))}</span>'
    height = ROW * (len(rows) + (1.4 if are_letters else 0))
    return f'<svg viewBox="0 0 {WIDTH} {height:g}">{"".join(squares + letters)}</svg>{words}'
