"""A page to type into: a model with the instrument in a single HTML file, which needs no server and no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..errors import LimitError
from ..instrument import as_bytes
from ..instrument.bundle import SCRIPTS
from ..instrument.file_remarks import file_remarks
from ..instrument.saved_page import static_table
from ..instrument.single_file import plain, single_file
from ..model import Model
from ..network import Network, States
from ..network.starting_states import starting_from
from ..text.sentences import MOST_TOKENS
from ..text.vectors import to_text
from .playground_encoding import noise_steps, playground_data

MOST_PARAMETERS = 4_000_000  # of a model: a page of some 20 MB, which reads a letter in a second or so
NEEDS_SERVER = (
    "Memory, Compare and Train, the colours by what caused an answer, and opening a file of your own need the "
    "dashboard of rnnviz."
)
_STYLE = (Path(__file__).parent / "playground.css").read_text(encoding="utf-8")


class OtherPage(NamedTuple):
    """A link to a page of another model of the same task.

    Attributes
    ----------
    title : str
        The name of its cell.
    file : str
        The name of its file, in the same folder.
    """

    title: str
    file: str


def playground_page(
    model: Model,
    text: str | None = None,
    *,
    title: str = "",
    others: Sequence[OtherPage] = (),
    index: str = "",
    initial: States | None = None,
    begins: str = "",
) -> str:
    """Write a page to type into as the text of an HTML file.

    Parameters
    ----------
    model : Model
        The model that reads what is typed.
    text : str or None, default None
        The text at first; None for the model's first example.
    title : str, default ""
        The title of the page; if empty, the model's.
    others : sequence of OtherPage, default ()
        Links to the pages of the same task, this one among them.
    index : str, default ""
        The file of the page that lists all pages; no link to it if empty.
    initial : list of list of dict, optional
        The states that every run starts from, as `Trace.final` gives them; the model's own if left out.
    begins : str, default ""
        What the page says about them, to follow "Every text begins": "with the states after “Ada”".

    Returns
    -------
    str
        The page.

    Raises
    ------
    LimitError
        If the model is too large; code "page_too_large".
    InputError
        If the model cannot read the text.
    ArrayError, ArgumentError
        If the states do not fit the model.

    Examples
    --------
    >>> import rnnviz
    >>> from rnnviz.playground import playground_page
    >>> page = playground_page(rnnviz.load("names-lstm"), "Ada")
    >>> page.startswith("<!doctype html>")
    True
    """
    check_size(model)
    examples = examples_of(model)
    first = examples[0] if text is None else _without_names(model, text, examples)
    network = model.network if initial is None else starting_from(model.network, initial)
    model = replace(model, network=network, vocabulary=replace(model.vocabulary, tables={}))
    trace = model.trace(first, limit=MOST_TOKENS)
    title = title or str(model.card.get("title") or model.name)
    data = as_bytes(playground_data(model, first))
    body = "\n".join(
        [
            "<header>",
            _navigation(others, index),
            f"<h1>{plain(title)}</h1>",
            f'<p class="about">{_about(model)}</p>',
            *([f'<p class="about">Every text begins {plain(begins)}.</p>'] if begins else []),
            *(f'<p class="doubt">{plain(remark)}</p>' for remark in file_remarks(model.card)),
            "</header>",
            "<main>",
            _typing(model, first, examples),
            f'<div class="instrument-place"><noscript>{static_table(trace)}</noscript></div>',
            "</main>",
            f"<footer>{_sources(model)}<p>{NEEDS_SERVER}</p></footer>",
        ]
    )
    return single_file(title, body, _STYLE, data, SCRIPTS / "playground-page.js")


def _without_names(model: Model, text: str, examples: Sequence[str]) -> str:
    """A text with its numbers in place of the name of a table, or of noise, which the page does not have."""
    vocabulary = model.vocabulary
    named = text.strip() in vocabulary.tables or (text.strip().lower().startswith("noise") and text not in examples)
    if vocabulary.kind != "numbers" or not named:
        return text
    return to_text(vocabulary.encode(text, model.most_tokens(MOST_TOKENS)).inputs)


def check_size(model: Model) -> None:
    """Check that a model fits into a page, before anything is computed.

    Parameters
    ----------
    model : Model
        The model.

    Raises
    ------
    LimitError
        If it is too large; code "page_too_large".
    """
    count = parameter_count(model.network)
    if count > MOST_PARAMETERS:
        raise LimitError(
            f"The model has {count:,} parameters, and a page to type into holds up to {MOST_PARAMETERS:,}: save a view "
            "of it as a page, which holds one run.",
            code="page_too_large", limit=MOST_PARAMETERS, actual=count,
        )  # fmt: skip


def parameter_count(network: Network) -> int:
    """Count the parameters of a network.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    int
        How many numbers its arrays hold.
    """
    return sum(array.size for array in network.parameters.values())


def examples_of(model: Model) -> list[str]:
    """List texts to begin with.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    list of str
        Those of its card; without a card a text of known tokens, or recorded noise.
    """
    if model.vocabulary.kind == "numbers":
        steps = noise_steps(model.vocabulary.vector_size)
        usual = [f"noise(seed={seed}, steps={steps})" for seed in (0, 1)]
    else:
        usual = [model.vocabulary.example]
    return [str(text) for text in model.card.get("examples") or usual]


def _navigation(others: Sequence[OtherPage], index: str) -> str:
    """Links to the list of all pages, and to the other cells."""
    home = f'<a class="home" href="{plain(index)}">All models</a>' if index else ""
    links = [_cell_link(other) for other in others] if len(others) > 1 else []
    cells = f'<span class="cells">{"".join(links)}</span>' if links else ""
    return f'<nav aria-label="Models">{home}{cells}</nav>' if home or cells else ""


def _cell_link(other: OtherPage) -> str:
    """A link to another cell's page; the script adds the text to it. An empty file marks this page."""
    if not other.file:
        return f'<a aria-current="page">{plain(other.title)}</a>'
    return f'<a href="{plain(other.file)}" data-model="{plain(other.file)}">{plain(other.title)}</a>'


def _about(model: Model) -> str:
    """What the model reads and says."""
    network = model.network
    size = f"{network.layers[0][0].hidden_size} units"
    layers = f"{len(network.layers)} layers of " if len(network.layers) > 1 else ""
    reads, says = model.card.get("reads"), model.card.get("says")
    words = f"{model.title} with {layers}{size}"
    if reads:
        words += f" reads {reads}" + (f", and says {says}" if says else "")
    return f"{plain(_with_article(words))}."


def _with_article(words: str) -> str:
    """Words with the article that their first letter asks for, as it is spoken."""
    return f"{'An' if words[:1].upper() in 'AEFHILMNORSX' and words[:2].isupper() else 'A'} {words}"


def _typing(model: Model, text: str, examples: Sequence[str]) -> str:
    """The text box and its examples."""
    vocabulary, most = model.vocabulary, model.most_tokens(MOST_TOKENS)
    numbers = vocabulary.kind == "numbers"
    if not numbers:
        label, most_words = "Type a sequence", f"Up to {most} tokens are read."
    else:
        size = vocabulary.vector_size
        label = "Type numbers, one per step" if size == 1 else f"Type numbers, {size} per step"
        most_words = f"Separate them by spaces. Up to {most} steps are read."
    attributes = 'id="text" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="limit"'
    if numbers or "\n" in vocabulary.tokens:
        box = f'<textarea rows="2" {attributes}>\n{plain(text)}</textarea>'
    else:
        box = f'<input type="text" {attributes} value="{plain(text)}">'
    buttons = "".join(
        f'<button type="button" data-text="{plain(each)}">{plain(" ".join(each.split()))}</button>' for each in examples
    )
    return "\n".join(
        [
            '<form class="typing">',
            f'<label for="text">{label}</label>',
            box,
            f'<p class="examples"><span>Try</span>{buttons}</p>',
            f'<p id="limit">{most_words} All of it stays in your browser.</p>',
            "</form>",
        ]
    )


def _sources(model: Model) -> str:
    """Where the training data come from, with their licences."""
    sources = [source for source in model.card.get("data", []) if isinstance(source, Mapping)]
    named = [f"{source.get('name')} ({source.get('licence')})" for source in sources if source.get("licence")]
    words = f"{model.name}. " + (f"Trained on: {'; '.join(map(str, named))}." if named else "")
    return f"<p>{plain(words.strip())}</p>"
