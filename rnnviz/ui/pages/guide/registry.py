"""What a chapter's blocks draw from, and the registry in which they stand by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from ....model import Model
from ....trace import Trace
from ...shared import catalogue, text_box
from ...shared.catalogue import CELL_ORDER, Task
from . import placeholders
from .chapter_parser import Chapter
from .glossary import Term

BLOCKS: dict[str, Callable[..., None]] = {}
Block = TypeVar("Block", bound=Callable[..., None])


def block(function: Block) -> Block:
    """Make a function of a page and of parameters a block, which prose shows by the function's name."""
    BLOCKS[function.__name__] = function
    return function


@dataclass(frozen=True)
class Page:
    """What the blocks of a chapter draw from. `key` tells their widgets apart; trace is None without a text."""

    chapter: Chapter
    terms: dict[str, Term]
    task: Task | None = None
    model: Model | None = None
    trace: Trace | None = None
    text: str = ""
    key: str = ""

    def show(self, name: str, parameters: dict[str, Any]) -> None:
        """Draw a block. Raises ValueError if there is none of that name or its parameters do not fit."""
        if name not in BLOCKS:
            raise ValueError(f"there is no block “{name}” to show; there are: {', '.join(sorted(BLOCKS))}")
        try:
            BLOCKS[name](self, **parameters)
        except TypeError as error:
            raise ValueError(f"the block “{name}”: {error}") from error

    def traces(self, cells: Sequence[str] | None = None, task: str = "") -> dict[str, Trace]:
        """The page's text (or the task's first example) read by the task's models, by cell."""
        tasks = catalogue.tasks()
        of = tasks[task or self.chapter.task]
        text = self.text if of.name == self.chapter.task else of.examples[0]
        chosen = [cell for cell in cells or CELL_ORDER if cell in of.models]
        return {cell: catalogue.model(of, cell).trace(text, limit=text_box.TOKENS) for cell in chosen}

    def option_key(self, option: str) -> str:
        """Under what the session keeps the choice of one of the cell's conventions."""
        return f"{self.chapter.name}-{option}"

    def words(self, markdown: str) -> None:
        """Draw Markdown of the chapter."""
        st.markdown(self.filled(markdown))

    def filled(self, markdown: str) -> str:
        """Markdown of the chapter with the words of its cell put in. Raises ValueError for words that no cell has."""
        return placeholders.filled(markdown, self.terms, None if self.trace is None else self.trace.definition)
