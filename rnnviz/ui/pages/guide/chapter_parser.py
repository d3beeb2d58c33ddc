"""The guide's words: a Markdown file as chapters, sections and the things that stand between paragraphs.

A chapter is plain Markdown that a teacher can edit. What is not words stands in fenced blocks
whose first word says what they are and whose body is TOML:

    ```chapter     once, under the title: task, cells, examples, where the page opens
    ```section     under a heading: what the instrument lights while the reader is there
    ```show NAME   a figure or another block of the registry, with its parameters
    ```question    predict, then reveal

`{{lstm.forget.says}}` is replaced by words of a cell's definition. A comment `<!-- claim: unit-6-counts -->`
is never shown: it names the check of the sentence before it, a function in `pages/claims/<chapter>.py`
that the tests run against the models.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

CLAIM = "claim:"


@dataclass(frozen=True)
class Words:
    """Markdown that is shown as it stands."""

    markdown: str


@dataclass(frozen=True)
class Show:
    """A block of the registry, by name, with its parameters."""

    name: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Question:
    """Something to predict. `why` (Markdown) is told once an answer was chosen, whichever it was.

    go: where the instrument goes then ("step=4&unit=6"). show: a block that is shown then.
    """

    ask: str
    choices: list[str]
    why: str
    go: str = ""
    show: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """The name of the check that holds what the words before it say, and the line where it is named."""

    name: str
    line: int


Part = Words | Show | Question | Claim


@dataclass
class Section:
    """A heading with what follows it. phase or light: what the instrument lights while the reader is there."""

    parts: list[Part] = field(default_factory=list)
    phase: str = ""
    light: str = ""

    @property
    def shown(self) -> Iterator[Words | Show | Question]:
        return (part for part in self.parts if not isinstance(part, Claim))


@dataclass
class Chapter:
    """One page of the guide.

    task, cells: whose models it is about; without a task there is no text box. examples: texts to
    start from, the first is the one the chapter speaks of; it opens at `step` (from 1; 0 for the
    last) and `unit`. instrument: which views of the instrument stand beside the words; none if empty.
    """

    name: str
    title: str = ""
    minutes: int = 5
    task: str = ""
    cells: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    step: int = 0
    unit: int = 0
    instrument: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    @property
    def shown(self) -> Iterator[str]:
        """The names of all blocks that it shows, those of its questions included."""
        for section in self.sections:
            for part in section.shown:
                if not isinstance(part, Words):
                    yield part.name if isinstance(part, Show) else part.show

    @property
    def switches(self) -> bool:
        """Whether the conventions of its cell can be switched."""
        return "conventions" in self.shown

    @property
    def in_bar(self) -> bool:
        """Whether the instrument is so small that it stands above the words, not beside them."""
        return bool(self.instrument) and "diagram" not in self.instrument


_SETTINGS = {f.name for f in fields(Chapter)} - {"name", "title", "sections"}


def read(file: Path) -> Chapter:
    """Read a chapter. Raises ValueError, with file and line, for what does not follow the form above."""
    return _Reader(file).chapter


class _Reader:
    """Goes through a file's top-level blocks in order and puts each where it belongs."""

    def __init__(self, file: Path) -> None:
        self.file, self.source = file, file.read_text(encoding="utf-8")
        self.lines = self.source.splitlines()
        self.chapter = Chapter(file.stem, sections=[Section()])
        for token in MarkdownIt("commonmark").parse(self.source):
            if token.level == 0 and token.map:
                self._take(token, *token.map)
        if not self.chapter.title:
            raise self._wrong(0, "a chapter begins with its title: a line that starts with “# ”")

    def _take(self, token: Token, start: int, end: int) -> None:
        text = "\n".join(self.lines[start:end]).rstrip()
        section = self.chapter.sections[-1]
        if token.type == "heading_open" and token.tag == "h1":
            self.chapter.title = text.lstrip("# ").strip()
        elif token.type == "heading_open" and token.tag == "h2":
            self.chapter.sections.append(Section([Words(text)]))
        elif token.type == "html_block" and (comment := text.strip()).startswith("<!--"):
            inside = comment.removeprefix("<!--").removesuffix("-->").strip()
            if inside.startswith(CLAIM):
                section.parts.append(Claim(inside.removeprefix(CLAIM).strip(), start + 1))
        elif token.type == "fence" and token.info.split()[:1] and token.info.split()[0] in self._blocks:
            self._block(section, token, start)
        elif section.parts and isinstance(before := section.parts[-1], Words):
            section.parts[-1] = Words(f"{before.markdown}\n\n{text}")
        else:
            section.parts.append(Words(text))

    _blocks = ("chapter", "section", "show", "question")

    def _block(self, section: Section, token: Token, line: int) -> None:
        kind, *names = token.info.split()
        try:
            values = tomllib.loads(token.content)
        except tomllib.TOMLDecodeError as error:
            raise self._wrong(line, f"the {kind} block is not TOML: {error}") from error
        if kind == "chapter":
            self._settle(line, kind, values, _SETTINGS, self.chapter)
        elif kind == "section":
            self._settle(line, kind, values, {"phase", "light"}, section)
        elif kind == "show":
            if len(names) != 1:
                raise self._wrong(line, "a show block names one thing to show: ```show heatmap")
            section.parts.append(Show(names[0], values))
        else:
            values["parameters"] = values.pop("with", {})
            try:
                section.parts.append(Question(**values))
            except TypeError as error:
                known = ", ".join(f.name for f in fields(Question)).replace("parameters", "with")
                raise self._wrong(line, f"a question has {known} ({error})") from error

    def _settle(self, line: int, kind: str, values: dict[str, Any], known: set[str], target: object) -> None:
        for name, value in values.items():
            if name not in known:
                raise self._wrong(line, f"a {kind} block has no {name!r}; it has {', '.join(sorted(known))}")
            setattr(target, name, value)

    def _wrong(self, line: int, what: str) -> ValueError:
        return ValueError(f"{self.file.name}, line {line + 1}: {what}")
