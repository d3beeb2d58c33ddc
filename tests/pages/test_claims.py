"""What the guide says is true: every claim named beside a sentence holds, and no number is without one."""

import ast
import inspect
import re
import textwrap
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

pytest.register_assert_rewrite("pages.claims")  # a claim that fails shows the values

from pages import claims  # noqa: E402
from rnnviz.ui.pages.guide.chapter_parser import BlockCall, Claim, Prose, Question, parse_chapter  # noqa: E402

FOLDER = Path(__file__).parents[2] / "pages"
CHAPTERS = sorted(file for file in FOLDER.glob("*.md") if file.stem != "glossary")
YEAR = re.compile(r"\b(of|by|in) (19|20)\d\d\b")  # of a publication: no model shows it
NUMBER = re.compile(r"(?<![\w.,])[−-]?\d+(?:[.,]\d+)*")
COMMON = {"0", "1", "−1", "-1", "2", "18"}  # bounds of the squashing functions, pairs, and the languages of `names`


def mentions(file):
    """The claims that a chapter names, in reading order."""
    return [part for section in parse_chapter(file).sections for part in section.parts if isinstance(part, Claim)]


def unchecked(file, checks):
    """The claims that a chapter names, with their lines, for which there is no check."""
    return [(claim.name, claim.line) for claim in mentions(file) if claim.name not in checks]


def unmentioned(file, checks):
    """The names of checks that no sentence of a chapter needs."""
    return sorted(set(checks) - {claim.name for claim in mentions(file)})


def plain_text(part):
    """What a reader sees of a part, as plain text without links' targets, code and mathematics."""
    markdown = part.markdown if isinstance(part, Prose) else f"{part.ask}\n\n" + "\n\n".join([*part.choices, part.why])
    markdown = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|\{\{.*?\}\}", " ", markdown, flags=re.DOTALL)
    inline = [token for token in MarkdownIt("commonmark").parse(markdown) if token.type == "inline"]
    return " ".join(child.content for token in inline for child in token.children if child.type == "text")


def code_of(check):
    """A check's code without its docstring, which is prose as well."""
    source = textwrap.dedent(inspect.getsource(check))
    function = ast.parse(source).body[0]
    return "\n".join(source.splitlines()[function.body[1].lineno - 1 :])


def normal(number):
    return number.replace("−", "-").replace(",", "").rstrip(".")


def unclaimed_numbers(file, checks):
    """The numbers that a chapter quotes, where no check named before the next paragraph has them in its code."""
    found = []
    for section in parse_chapter(file).sections:
        parts = section.parts
        for k, part in enumerate(parts):
            if not isinstance(part, Prose | Question):
                continue
            checked = set()
            for later in parts[k + 1 :]:
                if isinstance(later, Claim):
                    if check := checks.get(later.name):
                        checked |= numbers_in(code_of(check))
                elif not isinstance(later, BlockCall):
                    break
            quoted = set(NUMBER.findall(YEAR.sub("", plain_text(part)))) - COMMON
            found += sorted(number for number in quoted if normal(number) not in checked)
    return found


def numbers_in(code):
    """The numbers in Python code, as they are written there."""
    return {normal(number) for number in NUMBER.findall(code.replace("_", ""))}


@pytest.mark.parametrize(
    ("chapter", "name"),
    [
        pytest.param(file.stem, claim.name, id=f"{file.stem}:{claim.name}")
        for file in CHAPTERS
        for claim in mentions(file)
    ],
)
def test_a_claim_of_the_guide_holds(chapter, name):
    claims.checks(chapter)[name]()


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_every_claim_has_a_check_and_every_check_a_mention(file):
    checks = claims.checks(file.stem)
    assert unchecked(file, checks) == [] and unmentioned(file, checks) == []


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_every_number_in_the_words_is_in_a_claim(file):
    assert unclaimed_numbers(file, claims.checks(file.stem)) == []


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_every_check_states_its_claim_in_one_line(file):
    for name, check in claims.checks(file.stem).items():
        stated = inspect.getdoc(check) or ""
        assert stated.endswith(".") and "\n" not in stated, name


def test_every_module_of_claims_has_its_chapter():
    modules = {file.stem for file in (FOLDER / "claims").glob("*.py")} - {"__init__"}
    assert modules == {file.stem for file in CHAPTERS}


# ---- what would be seen ----


def right():
    """Six times seven is 42."""
    assert 6 * 7 == 42


def wrong():
    """Six times eight is 42."""
    assert 6 * 8 == 42


@pytest.fixture
def own_chapter(tmp_path):
    def written(words):
        file = tmp_path / "own.md"
        file.write_text(f"# Own\n\n{words}\n", encoding="utf-8")
        return file

    return written


def test_a_name_without_a_check_is_seen(own_chapter):
    file = own_chapter("Six times seven.\n<!-- claim: right -->\n<!-- claim: other -->")
    assert unchecked(file, {"right": right}) == [("other", 5)]


def test_a_check_without_a_mention_is_seen(own_chapter):
    file = own_chapter("Six times seven.\n<!-- claim: right -->")
    assert unmentioned(file, {"right": right, "wrong": wrong}) == ["wrong"]


def test_a_number_without_a_claim_is_seen(own_chapter):
    words = "Six times seven is 42, and not 43.\n<!-- claim: right -->\n\nIt is still 42."
    assert unclaimed_numbers(own_chapter(words), {"right": right}) == ["43", "42"]


def test_a_year_of_a_publication_needs_no_claim_but_a_number_like_one_does(own_chapter):
    assert unclaimed_numbers(own_chapter("A paper of 2014 needed 1900 steps."), {}) == ["1900"]


def test_a_number_in_a_docstring_alone_is_no_claim():
    assert numbers_in(code_of(right)) == {"6", "7", "42"}


def test_a_false_claim_is_seen():
    with pytest.raises(AssertionError):
        wrong()
    run = claims.trace("names-lstm", "Schmidhuber")
    assert claims.prediction(run) != "Chinese"
    assert claims.percent(claims.scores("recall-rnn")["test"], 1) != 12.0


def test_a_chapter_without_claims_has_no_checks():
    assert claims.checks("glossary") == {}


def test_helpers_of_a_chapter_are_no_checks():
    assert all(not name.startswith("-") and name not in ("trace", "rounded") for name in claims.checks("squashing"))
