"""The guide's Markdown: what a teacher writes is what a page gets, and mistakes are named with their line."""

from pathlib import Path

import pytest

from rnnviz.cells import CELLS
from rnnviz.ui.pages.guide import glossary, placeholders
from rnnviz.ui.pages.guide.chapter_parser import Claim, Question, Show, Words, read
from rnnviz.ui.pages.guide.registry import BLOCKS

FOLDER = Path(__file__).parents[2] / "pages"
CHAPTERS = [file for file in sorted(FOLDER.glob("*.md")) if file.stem != "glossary"]

WRITTEN = """# A title

```chapter
task = "names"
cells = ["rnn", "lstm"]
step = 3
```

An intro with **bold** words
over two lines.

And a second paragraph.

<!-- a note to oneself -->
<!-- claim: two-is-even -->

## A section

```section
phase = "forget"
```

- a list
- of two

```show heatmap
quantity = "forget"
```

```python
this = "is code that is shown"
```

```question
ask = "Why?"
choices = ["so", "otherwise"]
go = "step=2"
show = "heatmap"
why = "Because."

[with]
quantity = "cell"
```
"""


@pytest.fixture
def write(tmp_path):
    def written(text):
        file = tmp_path / "chapter.md"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def test_a_chapter_is_read_as_it_is_written(write):
    chapter = read(write(WRITTEN))
    assert (chapter.title, chapter.task, chapter.cells, chapter.step) == ("A title", "names", ["rnn", "lstm"], 3)
    intro, section = chapter.sections
    assert intro.parts == [
        Words("An intro with **bold** words\nover two lines.\n\nAnd a second paragraph."),
        Claim("two-is-even", 15),
    ]
    assert section.phase == "forget"
    heading, show, code, question = section.parts
    assert heading == Words("## A section\n\n- a list\n- of two")
    assert show == Show("heatmap", {"quantity": "forget"})
    assert code == Words('```python\nthis = "is code that is shown"\n```')
    assert question == Question("Why?", ["so", "otherwise"], "Because.", "step=2", "heatmap", {"quantity": "cell"})
    assert [type(part) for part in intro.shown] == [Words]


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        ('task = "names"', 0, "begins with its title"),
        ("# T\n\n```chapter\nword = 3\n```", 3, "no 'word'"),
        ("# T\n\n```section\nphase forget\n```", 3, "not TOML"),
        ("# T\n\n```show\n```", 3, "names one thing"),
        ("# T\n\n```question\nask = 'x'\n```", 3, "a question has ask, choices, why"),
    ],
)
def test_a_mistake_is_named_with_its_line(write, wrong, line, says):
    with pytest.raises(ValueError, match=says) as error:
        read(write(wrong))
    assert f"chapter.md, line {line or 1}" in str(error.value)


def test_words_of_the_cells_are_put_in():
    definition = CELLS["lstm"].define()
    forget = definition.by_name["forget"]
    assert placeholders.filled("{{lstm.forget.says}}", {}) == forget.description
    assert placeholders.filled("{{ lstm.forget.range }}", {}) == "between 0 and 1"
    assert forget.colour in placeholders.filled("{{lstm.forget.symbol}}", {})
    assert placeholders.filled("{{lstm.cell.phase}}", {}) == next(
        p.description for p in definition.phases if p.name == "cell"
    )
    assert r"\odot" in placeholders.filled("{{lstm.cell.equations}}", {})


@pytest.mark.parametrize("place", ["lstm.forget", "lstm.reset.says", "tree.hidden.says", "lstm.forget.colour"])
def test_words_that_no_cell_has_are_refused(place):
    with pytest.raises(ValueError, match="nothing a cell says"):
        placeholders.filled(f"{{{{{place}}}}}", {})


def test_a_term_carries_its_meaning_along():
    terms = {"gate": glossary.Term("gate", 'A *factor* called "gate".')}
    assert placeholders.filled("a [gate](#term-gate)", terms) == 'a [gate](#term-gate "A factor called ”gate”.")'
    with pytest.raises(ValueError, match="no term “tree”"):
        placeholders.filled("[tree](#term-tree)", terms)


def test_every_quantity_of_every_cell_on_offer_is_in_the_glossary():
    terms = glossary.terms(FOLDER / "glossary.md")
    for cell in (cell for cell in CELLS.values() if cell.offered):
        for quantity in cell.define().by_name.values():
            term = terms[glossary.slug(quantity.title)]
            assert (cell.title, quantity.symbol) in [(title, used.symbol) for title, used in term.uses]
            listed = glossary.listed([term])
            assert f'id="term-{term.slug}"' in listed and quantity.colour in listed
    assert list(terms) == sorted(terms)


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_a_chapter_points_only_to_what_there_is(file):
    terms = glossary.terms(FOLDER / "glossary.md")
    chapter = read(file)
    questions = 0
    for section in chapter.sections:
        phases = {phase.name for cell in chapter.cells for phase in CELLS[cell].define().phases}
        assert section.phase in phases | {""}
        for part in section.shown:
            if isinstance(part, Words):
                placeholders.filled(part.markdown, terms)
            elif isinstance(part, Show):
                assert part.name in BLOCKS
            else:
                questions += 1
                placeholders.filled(part.ask + part.why, terms)
                assert len(part.choices) > 1 and part.show in BLOCKS.keys() | {""}
    assert 2 <= questions <= 3
