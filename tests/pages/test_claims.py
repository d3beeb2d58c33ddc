"""What the guide says is true: every claim beside its words holds, and no number stands there without one."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import cost
from rnnviz.analysis.gradients.reach import reach
from rnnviz.ui.pages.guide.chapter_parser import Claim, Question, Show, Words, read

FOLDER = Path(__file__).parents[2] / "pages"
CHAPTERS = sorted(file for file in FOLDER.glob("*.md") if file.stem != "glossary")
NUMBER = re.compile(r"(?<![\w.,])[−-]?\d+(?:[.,]\d+)*")
COMMON = {"0", "1", "−1", "-1", "2", "18"}  # bounds of the squashing functions, pairs, and the languages of `names`


def model(name, **options):
    return rnnviz.load(name).converted(**options) if options else rnnviz.load(name)


def trace(name, text, **options):
    return model(name, **options).trace(text)


def says(name, text, step=None):
    found = trace(name, text)
    return found.labels[found.probabilities[(step or len(found)) - 1].argmax()]


def p(name, text, label, step=None):
    found = trace(name, text)
    return found.probabilities[(step or len(found)) - 1, found.labels.index(label)]


def curve(name):
    return json.loads((zoo.BUNDLED / "curves" / f"{name}.json").read_text())["curve"]


def near(quoted, value, digits=0):
    """Whether a value rounds to what is quoted."""
    return round(float(value), digits) == quoted


MEANS = {
    "np": np,
    "model": model,
    "converted": model,
    "trace": trace,
    "says": says,
    "p": p,
    "card": zoo.card,
    "curve": curve,
    "near": near,
    "reach": lambda name, text: reach(trace(name, text)),
    "parameters": cost.parameters,
    "multiply_adds": cost.multiply_adds,
}


def claims(file):
    return [part for section in read(file).sections for part in section.parts if isinstance(part, Claim)]


@pytest.mark.parametrize(
    ("file", "claim"),
    [pytest.param(file, claim, id=f"{file.name}:{claim.line}") for file in CHAPTERS for claim in claims(file)],
)
def test_claim_holds(file, claim):
    assert eval(claim.expression, MEANS), f"{file.name}, line {claim.line}: {claim.expression}"


def told(part):
    """What a reader sees of a part, as plain text without links' targets, code and mathematics."""
    markdown = part.markdown if isinstance(part, Words) else f"{part.ask}\n\n" + "\n\n".join([*part.choices, part.why])
    markdown = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|\{\{.*?\}\}", " ", markdown, flags=re.DOTALL)
    inline = [token for token in MarkdownIt("commonmark").parse(markdown) if token.type == "inline"]
    return " ".join(child.content for token in inline for child in token.children if child.type == "text")


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_every_number_in_the_words_stands_in_a_claim(file):
    """Between a paragraph and the next, a claim has to name the numbers that the words quote."""
    for section in read(file).sections:
        parts = section.parts
        for k, part in enumerate(parts):
            if not isinstance(part, Words | Question):
                continue
            following = []
            for later in parts[k + 1 :]:
                if isinstance(later, Claim):
                    following.append(later.expression)
                elif not isinstance(later, Show):
                    break
            held = {n.replace("−", "-").replace(",", "") for e in following for n in NUMBER.findall(e.replace("_", ""))}
            quoted = set(NUMBER.findall(told(part))) - COMMON
            loose = {n for n in quoted if n.replace("−", "-").replace(",", "").rstrip(".") not in held}
            assert not loose, f"{file.name}: {sorted(loose)} in “{told(part)[:120]}…” are held by no claim"


def test_a_false_claim_would_be_seen():
    assert not eval('near(12.0, 100 * card("recall-rnn")["scores"]["test"], 1)', MEANS)
    assert not eval('says("names-lstm", "Schmidhuber") == "Chinese"', MEANS)
