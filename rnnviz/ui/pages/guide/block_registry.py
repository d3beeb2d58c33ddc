"""The registry of blocks, which chapters show by name, and what a block draws from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from ....errors import ArgumentError, UnknownNameError
from ....model import Model
from ....trace import Trace
from ...shared import catalogue, text_box
from ...shared.catalogue import CELL_ORDER, TaskModels
from .chapter_parser import Chapter
from .glossary import Term
from .placeholders import fill_placeholders

BLOCKS: dict[str, Callable[..., None]] = {}
Block = TypeVar("Block", bound=Callable[..., None])


def block(function: Block) -> Block:
    """Register a function of a `ChapterContext` and of parameters as a block; chapters use the function's name."""
    BLOCKS[function.__name__] = function
    return function


@dataclass(frozen=True)
class ChapterContext:
    """What the blocks of a chapter draw from.

    Parameters
    ----------
    chapter : Chapter
        The parsed chapter.
    terms : dict
        The glossary, by slug.
    task : TaskModels, optional
        The chapter's task, with the chapter's examples.
    model : Model, optional
        The selected cell's model.
    trace : Trace, optional
        Its run over the text; None if there is no text to read.
    text : str, default ""
        The text in the box.
    key : str, default ""
        The prefix of the keys of a block's widgets, different for each block of the page.
    """

    chapter: Chapter
    terms: dict[str, Term]
    task: TaskModels | None = None
    model: Model | None = None
    trace: Trace | None = None
    text: str = ""
    key: str = ""

    def show_block(self, name: str, parameters: dict[str, Any]) -> None:
        """Draw a block.

        Parameters
        ----------
        name : str
            The block's name in the registry.
        parameters : dict
            Its parameters, as the chapter gives them.

        Raises
        ------
        UnknownNameError
            If there is no such block.
        ArgumentError
            If the parameters do not fit it.
        """
        if name not in BLOCKS:
            allowed = tuple(sorted(BLOCKS))
            message = f"There is no block “{name}”; the blocks are {', '.join(allowed)}."
            raise UnknownNameError(message, code="no_block", kind="block", name=name, allowed=allowed)
        try:
            BLOCKS[name](self, **parameters)
        except TypeError as error:
            message = f"The parameters of the block “{name}” do not fit it ({error})."
            raise ArgumentError(message, code="block_parameters", name=name, value=parameters) from error

    def show_prose(self, markdown: str) -> None:
        """Draw Markdown of the chapter."""
        st.markdown(self.fill(markdown))

    def fill(self, markdown: str) -> str:
        """Fill the placeholders of the chapter's Markdown (see `fill_placeholders`) for the page's own cell."""
        return fill_placeholders(markdown, self.terms, None if self.trace is None else self.trace.definition)

    def traces(self, cells: Sequence[str] | None = None, task: str = "") -> dict[str, Trace]:
        """Run a task's models over the page's text.

        Parameters
        ----------
        cells : sequence of str, optional
            Which cells; all three of the bundled models if None.
        task : str, default ""
            Another task than the chapter's; its first example is then the text.

        Returns
        -------
        dict of str to Trace
            The traces by cell.
        """
        chosen = catalogue.tasks()[task or self.chapter.task]
        text = self.text if chosen.name == self.chapter.task else chosen.examples[0]
        known = [cell for cell in cells or CELL_ORDER if cell in chosen.models]
        return {cell: catalogue.model(chosen, cell).trace(text, limit=text_box.TOKENS) for cell in known}
