"""The guide's Markdown: what a teacher writes is what a page gets, and mistakes are named with their line."""

import re
from html import escape
from pathlib import Path

import pytest

from rnnviz.cells import CELLS, GRU
from rnnviz.cells.equation_roles import ROLE_COLOURS
from rnnviz.errors import ChapterError, UnknownNameError
from rnnviz.ui.pages.guide import glossary
from rnnviz.ui.pages.guide.block_registry import BLOCKS
from rnnviz.ui.pages.guide.chapter_parser import BlockCall, Claim, Prose, Question, parse_chapter
from rnnviz.ui.pages.guide.chapters import CHAPTERS as GUIDE
from rnnviz.ui.pages.guide.guide_styles import link_style_element
from rnnviz.ui.pages.guide.placeholders import fill_placeholders
from rnnviz.ui.shared.catalogue import CELL_ORDER, trainable_cells
from tests.raising import raises

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
    chapter = parse_chapter(write(WRITTEN))
    assert (chapter.title, chapter.task, chapter.cells, chapter.step) == ("A title", "names", ["rnn", "lstm"], 3)
    intro, section = chapter.sections
    assert intro.parts == [
        Prose("An intro with **bold** words\nover two lines.\n\nAnd a second paragraph."),
        Claim("two-is-even", 15),
    ]
    assert section.phase == "forget"
    heading, show, code, question = section.parts
    assert heading == Prose("## A section\n\n- a list\n- of two")
    assert show == BlockCall("heatmap", {"quantity": "forget"})
    assert code == Prose('```python\nthis = "is code that is shown"\n```')
    assert question == Question("Why?", ["so", "otherwise"], "Because.", "step=2", "heatmap", {"quantity": "cell"})
    assert [type(part) for part in intro.shown] == [Prose]


@pytest.mark.parametrize(
    ("mistake", "line", "code"),
    [
        ('task = "names"', 1, "no_title"),
        ("# T\n\n```chapter\nword = 3\n```", 3, "unknown_setting"),
        ("# T\n\n```section\nphase forget\n```", 3, "not_toml"),
        ("# T\n\n```show\n```", 3, "no_block_name"),
        ("# T\n\n```question\nask = 'x'\n```", 3, "bad_question"),
    ],
)
def test_a_mistake_is_named_with_its_line(write, mistake, line, code):
    with raises(ChapterError, code=code, file="chapter.md", line=line) as error:
        parse_chapter(write(mistake))
    assert f"chapter.md, line {line}" in str(error.value)


def test_placeholders_are_filled_from_the_cells():
    definition = CELLS["lstm"].define()
    forget = definition.by_name["forget"]
    assert fill_placeholders("{{lstm.forget.description}}", {}) == forget.description
    assert fill_placeholders("{{ lstm.forget.range }}", {}) == "between 0 and 1"
    assert forget.colour in fill_placeholders("{{lstm.forget.symbol}}", {})
    assert fill_placeholders("{{lstm.cell.phase}}", {}) == next(
        p.description for p in definition.phases if p.name == "cell"
    )
    assert r"\odot" in fill_placeholders("{{lstm.cell.equations}}", {})


@pytest.mark.parametrize(
    "name", ["lstm.forget", "lstm.reset.description", "tree.hidden.description", "lstm.forget.colour"]
)
def test_a_placeholder_that_no_cell_fills_is_refused(name):
    with raises(UnknownNameError, kind="placeholder", name=name):
        fill_placeholders(f"{{{{{name}}}}}", {})


def test_links_have_the_colours_of_the_cell_on_the_page():
    def worn(shown, name):
        return re.findall(rf'href\$="light={name}".*--role: (#\w+)', link_style_element(shown))

    keeps, writes = (ROLE_COLOURS[role] for role in ("keeps", "writes"))
    assert worn(None, "update") == worn(GRU.define(), "update") == worn(None, "forget") == [keeps]
    assert worn(GRU.define(update="writes"), "update") == worn(CELLS["mgu"].define(), "forget") == [writes]


def test_a_term_carries_its_meaning_along():
    terms = {"gate": glossary.Term("gate", 'A *factor* called "gate".')}
    assert fill_placeholders("a [gate](#term-gate)", terms) == 'a [gate](#term-gate "A factor called ”gate”.")'
    with raises(UnknownNameError, kind="term", name="tree"):
        fill_placeholders("[tree](#term-tree)", terms)


# Terms of the field that a newcomer does not know, as the pages write them, each with its entry in the glossary.
TECHNICAL = {
    "ablat(?:e|ion)": "ablation",
    "attribution": "attribution",
    "batch(?:es)?": "batch",
    "bidirectional": "bidirectional",
    "checkpoints?": "checkpoint",
    "clipp(?:ed|ing)": "clipping",
    "dropout": "dropout",
    "epochs?": "epoch",
    "exploding gradients?": "exploding-gradient",
    "forget bias": "forget-bias",
    "(?:freeze|frozen|silenced?)": "silence-freeze",
    "gates?": "gate",
    "half-li(?:fe|ves)": "half-life",
    "held[- ]out": "held-out",
    "highway": "highway",
    "jacobians?": "jacobian",
    "layers?": "layer",
    "learning rates?": "learning-rate",
    "logits?": "logit",
    "nats": "nat",
    "probes?": "probe",
    "readout": "readout",
    "relu": "relu",
    "saturated?": "saturation",
    "singular values?": "singular-value",
    "softmax": "softmax",
    "spectral radius": "spectral-radius",
    "standard errors?": "standard-error",
    "teacher forcing": "teacher-forcing",
    "total variation": "total-variation",
    "truncat(?:ed|ion)": "truncation",
    "vanishing gradients?": "vanishing-gradient",
}


def test_every_technical_term_that_a_page_uses_is_in_the_glossary():
    terms = glossary.load_terms(FOLDER / "glossary.md")
    package = FOLDER.parent / "rnnviz"
    sources = [file for part in ("ui", "figures") for file in (package / part).rglob("*.py")]
    written = [file.read_text(encoding="utf-8") for file in [*sources, *CHAPTERS]]
    used = {
        pattern: any(re.search(rf"\b{pattern}\b", text, re.IGNORECASE) for text in written) for pattern in TECHNICAL
    }
    assert [pattern for pattern in TECHNICAL if used[pattern] and TECHNICAL[pattern] not in terms] == []


def test_every_quantity_of_the_guides_cells_is_in_the_glossary():
    terms = glossary.load_terms(FOLDER / "glossary.md")
    for cell in (CELLS[name] for name in CELL_ORDER):
        for quantity in cell.define().by_name.values():
            term = terms[glossary.term_slug(quantity.title)]
            assert (cell.title, quantity.symbol) in [(title, used.symbol) for title, used in term.uses]
            listed = glossary.terms_html([term])
            assert f'id="term-{term.slug}"' in listed and quantity.colour in listed
    assert list(terms) == sorted(terms)


def test_a_further_cell_is_described_where_it_differs_from_those_of_the_guide():
    terms = glossary.load_terms(FOLDER / "glossary.md")
    for cell in (CELLS[name] for name in trainable_cells() if name not in CELL_ORDER):
        listed = glossary.cells_html([cell], terms)
        assert all(escape(words) in listed for words in (cell.title, cell.reference, cell.summary))
        for quantity in cell.define().quantities:
            assert f'<b style="--role: {quantity.colour}">{quantity.symbol}</b>' in listed
            term = terms.get(glossary.term_slug(quantity.title))
            said = {used.description for _, used in term.uses} if term else set()
            assert (escape(quantity.description) in listed) == (quantity.description not in said), quantity.name
    assert "At least 0." in glossary.cells_html([CELLS["ligru"]], terms)  # h, which is described as the GRU's
    assert "as above" not in glossary.cells_html([CELLS["indrnn"]], terms)


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_a_chapter_points_only_to_what_there_is(file):
    terms = glossary.load_terms(FOLDER / "glossary.md")
    chapter = parse_chapter(file)
    phases = {phase.name for cell in chapter.cells for phase in CELLS[cell].define().phases}
    for section in chapter.sections:
        assert section.phase in phases | {""}
        for part in section.shown:
            if isinstance(part, Prose):
                fill_placeholders(part.markdown, terms)
            elif isinstance(part, BlockCall):
                assert part.name in BLOCKS
            else:
                fill_placeholders(part.ask + part.why, terms)
                assert len(part.choices) > 1 and part.show in BLOCKS.keys() | {""}


@pytest.mark.parametrize("name", GUIDE)
def test_each_chapter_asks_two_or_three_questions(name):
    chapter = parse_chapter(FOLDER / f"{name}.md")
    questions = [part for section in chapter.sections for part in section.shown if isinstance(part, Question)]
    assert 2 <= len(questions) <= 3
