"""Pages to type into as files of a folder, with a page that lists them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from .. import zoo
from ..model import Model
from .index_page import index_page
from .playground_page import OtherPage, check_size, playground_page

INDEX = "index.html"
TASK_ORDER = ("names", "reviews", "shakespeare", "counter", "recall")
CELL_ORDER = ("rnn", "gru", "lstm")


def write_playground(folder: str | Path, models: Sequence[Model] | None = None) -> list[Path]:
    """Write a page to type into for each model, and a page that lists them, into a folder.

    The pages of one task link to each other. All links are to files of the folder, so that the pages work from disk and
    on any static host.

    Parameters
    ----------
    folder : str or Path
        The folder, which is made if it does not exist. Files of the same names are replaced.
    models : sequence of Model or None, default None
        The models; None for all bundled ones.

    Returns
    -------
    list of Path
        The files, the list of all pages first.

    Raises
    ------
    LimitError
        If a model is too large for a page; nothing is written then.

    Examples
    --------
    >>> import rnnviz, tempfile
    >>> from rnnviz.playground import write_playground
    >>> files = write_playground(tempfile.mkdtemp(), [rnnviz.load("counter-lstm"), rnnviz.load("counter-gru")])
    >>> [file.name for file in files]
    ['index.html', 'counter-gru.html', 'counter-lstm.html']
    """
    chosen = sorted([zoo.load(name) for name in zoo.models()] if models is None else models, key=_rank)
    for model in chosen:
        check_size(model)
    names = file_names(chosen)
    pages: dict[str, str] = {}
    for name, model in zip(names, chosen, strict=True):
        others = [
            OtherPage(other.title, "" if other is model else file)
            for file, other in zip(names, chosen, strict=True)
            if task_of(other) == task_of(model)
        ]
        pages[name] = playground_page(model, others=others, index=INDEX)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {INDEX: index_page(dict(zip(names, chosen, strict=True))), **pages}
    for name, page in texts.items():
        (folder / name).write_text(page, encoding="utf-8")
    return [folder / name for name in texts]


def file_names(models: Sequence[Model]) -> list[str]:
    """Name the file of each model, each name once.

    Parameters
    ----------
    models : sequence of Model
        The models.

    Returns
    -------
    list of str
        Names such as "names-lstm.html".
    """
    names: list[str] = []
    for model in models:
        stem = re.sub(r"[^\w.-]+", "-", model.name).strip("-.").lower()[:60] or "model"
        taken = {INDEX, *names}
        free = (f"{stem}{suffix}.html" for suffix in ("", *(f"-{k}" for k in range(2, len(models) + 3))))
        names.append(next(name for name in free if name not in taken))
    return names


def task_of(model: Model) -> str:
    """Name what models have in common whose pages link to each other.

    Parameters
    ----------
    model : Model
        A model.

    Returns
    -------
    str
        The task of its card; its name without one.
    """
    return str(model.card.get("task") or model.name)


def _rank(model: Model) -> tuple[int, str, int, str]:
    """The place of a model among others: by task and cell."""
    task, cell = task_of(model), model.network.cell_name
    return (
        TASK_ORDER.index(task) if task in TASK_ORDER else len(TASK_ORDER),
        task,
        CELL_ORDER.index(cell) if cell in CELL_ORDER else len(CELL_ORDER),
        model.name,
    )
