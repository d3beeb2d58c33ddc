"""The parser of the guide's chapters: a Markdown file becomes sections of prose, figures and questions.

A chapter is plain Markdown that a teacher can edit. Everything else is a fenced block: its first word says what it
is, and its body is TOML.

    ```chapter      once, under the title: task, cells, examples, where the page opens
    ```section      under a heading: what the instrument highlights while the reader is there
    ```show NAME    a figure or another block of the registry, with its parameters
    ```question     a prediction to make, and the answer that is then revealed

A link whose target is a position sets the instrument: `[the fifth a](<#text=aaaaabbbbb&step=5&unit=6&light=cell>)`.
`[gate](#term-gate)` points to the glossary. `{{lstm.forget.description}}` is replaced by text from a cell's
definition. A comment `<!-- claim: unit-6-counts -->` is never shown; it names the check of the sentence before it, a
function in `pages/claims/<chapter>.py` that the tests run against the models.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ....errors import ChapterError

CLAIM = "claim:"
FENCES = ("chapter", "section", "show", "question")


@dataclass(frozen=True)
class Prose:
    """Markdown that is shown as it is, once its placeholders are filled."""

    markdown: str


@dataclass(frozen=True)
class BlockCall:
    """A block of the registry, by name, with its parameters."""

    name: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Question:
    """A question that the reader answers before the answer is shown.

    Parameters
    ----------
    ask : str
        The question, in Markdown.
    choices : list of str
        The answers to choose from. The first is the right one; the page shows them in an order of its own.
    why : str
        The explanation, in Markdown, shown after any choice.
    go : str, default ""
        Where the instrument goes then: "step=4&unit=6".
    show : str, default ""
        The block that is shown then.
    parameters : dict, optional
        The parameters of that block.
    graded : bool, default True
        Whether there is a right answer. A measurement on the reader's machine has none that could be known here.
    """

    ask: str
    choices: list[str]
    why: str
    go: str = ""
    show: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    graded: bool = True

    @property
    def right(self) -> str:
        """The right answer."""
        return self.choices[0]


@dataclass(frozen=True)
class Claim:
    """The name of the check that covers the text before it, and the line that names it."""

    name: str
    line: int


Part = Prose | BlockCall | Question | Claim


@dataclass
class Section:
    """A heading and what follows it; `phase` or `light` is highlighted in the instrument meanwhile."""

    parts: list[Part] = field(default_factory=list)
    phase: str = ""
    light: str = ""

    @property
    def shown(self) -> Iterator[Prose | BlockCall | Question]:
        """The parts that a reader sees, in reading order."""
        return (part for part in self.parts if not isinstance(part, Claim))


@dataclass
class Chapter:
    """One page of the guide.

    Parameters
    ----------
    name : str
        The name of its file, which is also its address.
    title : str
        The first heading.
    minutes : int, default 5
        How long reading takes.
    task : str, default ""
        The task whose models it shows; without one there is no text box.
    cells : list of str
        The cells to choose from.
    examples : list of str
        Texts to start from. The chapter speaks about the first one, which it opens with.
    step : int
        The step in that text, counted from 1; 0 is the last one.
    unit : int or None
        The unit that is shown until one is chosen; None for the one with the largest effect on the answer.
    instrument : list of str
        The views of the instrument beside the text; no instrument if empty.
    sections : list of Section
        The text, in reading order; the first section has no heading.
    """

    name: str
    title: str = ""
    minutes: int = 5
    task: str = ""
    cells: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    step: int = 0
    unit: int | None = None
    instrument: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    @property
    def block_names(self) -> Iterator[str]:
        """The names of all blocks that it shows, those of its questions included."""
        for section in self.sections:
            for part in section.shown:
                if not isinstance(part, Prose):
                    yield part.name if isinstance(part, BlockCall) else part.show

    @property
    def questions(self) -> Iterator[tuple[str, Question]]:
        """Its questions by their keys, in reading order."""
        for s, section in enumerate(self.sections):
            for p, part in enumerate(section.shown):
                if isinstance(part, Question):
                    yield f"{self.name}-{s}-{p}", part

    @property
    def linked_terms(self) -> list[str]:
        """The slugs of the terms that its text links to, in alphabetical order."""
        parts = [part for section in self.sections for part in section.shown]
        prose = [part.markdown for part in parts if isinstance(part, Prose)]
        asked = [f"{question.ask}\n{question.why}" for _, question in self.questions]
        return sorted(set(re.findall(r"\(#term-([\w-]+)\)", "\n".join([*prose, *asked]))))

    @property
    def has_convention_switches(self) -> bool:
        """Whether the reader can switch the conventions of its cell."""
        return "conventions" in self.block_names

    @property
    def instrument_in_bar(self) -> bool:
        """Whether the instrument is small enough to fit above the text instead of beside it."""
        return bool(self.instrument) and "diagram" not in self.instrument


_SETTINGS = {f.name for f in fields(Chapter)} - {"name", "title", "sections"}


def parse_chapter(file: Path) -> Chapter:
    """Parse a chapter's file.

    Parameters
    ----------
    file : Path
        A Markdown file in the form above.

    Returns
    -------
    Chapter
        Its sections in reading order.

    Raises
    ------
    ChapterError
        If the file breaks that form; `file` and `line` say where.
    """
    return _Parser(file).chapter


class _Parser:
    """Goes through a file's top-level Markdown blocks in order and adds each to the section it belongs to."""

    def __init__(self, file: Path) -> None:
        self.file = file
        source = file.read_text(encoding="utf-8")
        self.lines = source.splitlines()
        self.chapter = Chapter(file.stem, sections=[Section()])
        for token in MarkdownIt("commonmark").parse(source):
            if token.level == 0 and token.map:
                self._add(token, *token.map)
        if not self.chapter.title:
            raise self._error("no_title", 0, "A chapter begins with its title: a line that starts with “# ”")

    def _add(self, token: Token, start: int, end: int) -> None:
        """Add one top-level block, which covers the lines from `start` to before `end`."""
        text = "\n".join(self.lines[start:end]).rstrip()
        section = self.chapter.sections[-1]
        if token.type == "heading_open" and token.tag == "h1":
            self.chapter.title = text.lstrip("# ").strip()
        elif token.type == "heading_open" and token.tag == "h2":
            self.chapter.sections.append(Section([Prose(text)]))
        elif token.type == "html_block" and (comment := text.strip()).startswith("<!--"):
            content = comment.removeprefix("<!--").removesuffix("-->").strip()
            if content.startswith(CLAIM):
                section.parts.append(Claim(content.removeprefix(CLAIM).strip(), start + 1))
        elif token.type == "fence" and token.info.split()[:1] and token.info.split()[0] in FENCES:
            self._add_fence(section, token, start)
        elif section.parts and isinstance(before := section.parts[-1], Prose):
            section.parts[-1] = Prose(f"{before.markdown}\n\n{text}")
        else:
            section.parts.append(Prose(text))

    def _add_fence(self, section: Section, token: Token, line: int) -> None:
        kind, *names = token.info.split()
        try:
            values = tomllib.loads(token.content)
        except tomllib.TOMLDecodeError as error:
            raise self._error("not_toml", line, f"The {kind} block is not valid TOML ({error})") from error
        if kind == "chapter":
            self._set_values(line, kind, values, _SETTINGS, self.chapter)
        elif kind == "section":
            self._set_values(line, kind, values, {"phase", "light"}, section)
        elif kind == "show":
            if len(names) != 1:
                raise self._error("no_block_name", line, "A show block names one block, as in “```show heatmap”")
            section.parts.append(BlockCall(names[0], values))
        else:
            values["parameters"] = values.pop("with", {})
            try:
                section.parts.append(Question(**values))
            except TypeError as error:
                known = ", ".join(f.name for f in fields(Question)).replace("parameters", "with")
                raise self._error("bad_question", line, f"A question has {known} ({error})") from error

    def _set_values(self, line: int, kind: str, values: dict[str, Any], known: set[str], target: object) -> None:
        for name, value in values.items():
            if name not in known:
                message = f"A {kind} block has no {name!r}; it has {', '.join(sorted(known))}"
                raise self._error("unknown_setting", line, message)
            setattr(target, name, value)

    def _error(self, code: str, line: int, message: str) -> ChapterError:
        """The error to raise; lines count from 0 here and from 1 in the error."""
        where = f"{self.file.name}, line {line + 1}"
        return ChapterError(f"{where}: {message}.", code=code, file=self.file.name, line=line + 1)
