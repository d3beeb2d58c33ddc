"""A page to type into holds the whole model, loads nothing, is small, and no text can break out of it."""

import base64
import json
import re
import zlib
from dataclasses import replace
from hashlib import sha256
from unittest.mock import patch

import numpy as np
import pytest

import rnnviz
from rnnviz.errors import InputError, LimitError
from rnnviz.instrument import model_data, saved_page, script, style
from rnnviz.instrument.bundle import SCRIPTS
from rnnviz.instrument.file_remarks import file_remarks
from rnnviz.model import Model
from rnnviz.playground import playground_page
from rnnviz.playground.playground_page import OtherPage, check_size
from rnnviz.text.tokens import Vocabulary
from tests.instrument.test_saved_page import HOSTILE, Elements, policy
from tests.instrument.unpacking import unpack
from tests.raising import raises
from tests.strategies import draw_network

THREE_MB = 3_000_000


def parts(page: str) -> dict[str, bytes]:
    """The packed parts of a page."""
    scripts = Elements(page).named("script")
    packed = {attributes["data-part"]: text for attributes, text in scripts if "data-part" in attributes}
    return {str(name): zlib.decompress(base64.b64decode(text)) for name, text in packed.items()}


def numbers_model(size: int = 2) -> Model:
    """A model of somebody's own, which reads vectors and has no card."""
    vocabulary = Vocabulary("numbers", vector_size=size)
    return Model("mine", draw_network(vocabulary=vocabulary), vocabulary, [*"abcd"])


@pytest.mark.parametrize("name", rnnviz.models())
def test_a_page_is_one_small_file_with_the_whole_model(name):
    model = rnnviz.load(name)
    page = playground_page(model)
    assert len(page.encode()) < THREE_MB
    found = parts(page)
    assert found["code"].decode() == script(SCRIPTS / "playground-page.js") and found["style"].decode() == style()
    data = unpack(found["data"])
    assert data["model"]["labels"] == model.labels and data["reader"]["tokens"] == list(model.vocabulary.tokens)
    sent = model_data(model)["layers"][0][0]["weights"]["arrays"]
    for array, values in data["model"]["layers"][0][0]["weights"]["arrays"].items():
        assert base64.b64encode(np.asarray(values).tobytes()).decode() == sent[array]
    np.testing.assert_array_equal(data["model"]["embedding"]["values"], model.network.embedding.ravel())


def test_what_a_file_left_open_and_what_is_not_run_stand_on_every_page_of_the_model():
    card = {"assumed": {"GRU": HOSTILE}, "left_out": ["dropped.weight is <not> run.", "b.", "c.", "d."]}
    model = replace(numbers_model(), card=card)
    for page in (playground_page(model), saved_page(model.trace("1 2 3 4"), model)):
        assert HOSTILE not in page
    shown = " ".join(Elements(playground_page(model)).texts)
    assert HOSTILE in shown and card["left_out"][0] in shown and "And 1 more" in shown
    data = json.loads(parts(saved_page(model.trace("1 2 3 4"), model))["data"])
    assert data["notes"]["remarks"] == file_remarks(card) and len(file_remarks(card)) == 2
    assert file_remarks({}) == file_remarks({"assumed": "x", "left_out": 3}) == []


def test_its_policy_allows_its_own_scripts_and_nothing_from_elsewhere():
    page = playground_page(rnnviz.load("counter-rnn"))
    rules = dict(rule.split(" ", 1) for rule in policy(page).split("; "))
    assert rules["default-src"] == "'none'" and not re.search(r"https?:|\*|unsafe-eval", policy(page))
    (inline,) = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    hashes = {
        f"'sha256-{base64.b64encode(sha256(text).digest()).decode()}'"
        for text in (inline.encode(), parts(page)["code"])
    }
    assert set(rules["script-src"].split()) == hashes


def test_no_text_breaks_out_of_the_page():
    model = rnnviz.load("names-rnn")
    tags = []
    for text in ("x", HOSTILE):
        card = model.card | {"title": text, "examples": [text, "a"], "reads": text, "says": text, "data": [
            {"name": text, "licence": text}
        ]}  # fmt: skip
        page = playground_page(replace(model, name=text, card=card), others=[OtherPage(text, text), OtherPage("b", "")])
        found = Elements(page)
        tags.append([tag for tag, _ in found.found if tag not in ("tr", "td")])
        ((_, title),) = found.named("title")
        assert title.strip() == text
        assert [attributes["data-text"] for attributes, _ in found.named("button")] == [text, "a"]
    assert tags[0] == tags[1]


def test_half_a_surrogate_pair_fits_into_the_file():
    assert playground_page(rnnviz.load("names-rnn"), "a\ud800", title="\ud800").encode()


def test_it_begins_with_the_text_that_is_asked_for():
    model = rnnviz.load("names-lstm")
    assert unpack(parts(playground_page(model))["data"])["text"] == model.card["examples"][0]
    page = playground_page(model, "Ada", title="Who is it?")
    assert unpack(parts(page)["data"])["text"] == "Ada" and "<h1>Who is it?</h1>" in page
    with raises(InputError, code="empty"):
        playground_page(model, " ")


def test_without_scripts_the_predictions_are_a_table():
    model = rnnviz.load("names-lstm")
    rows = re.findall(r"<tr>(.*?)</tr>", playground_page(model, "Ada"))[1:]
    assert len(rows) == len(model.trace("Ada"))


def test_a_model_of_ones_own_that_reads_numbers_begins_with_recorded_noise():
    model = numbers_model()
    data = unpack(parts(playground_page(model))["data"])
    assert data["text"] == "noise(seed=0, steps=24)"
    np.testing.assert_array_equal(data["reader"]["numbers"]["noise"][0], model.prepare(data["text"]).inputs.ravel())


def test_a_table_and_other_noise_are_written_out():
    model = numbers_model()
    table = np.array([[0.5, -1.0], [2.0, 1e-3]])
    named = replace(model, vocabulary=replace(model.vocabulary, tables={"data.csv": table}))
    texts = {"data.csv": table, "noise(seed=7, steps=3)": model.prepare("noise(7, 3)").inputs}
    for text, values in texts.items():
        first = unpack(parts(playground_page(named, text))["data"])["text"]
        np.testing.assert_array_equal(model.prepare(first).inputs, values)


def test_long_vectors_have_fewer_steps_of_noise():
    model = numbers_model(500)
    data = unpack(parts(playground_page(model))["data"])
    assert data["text"] == "noise(seed=0, steps=4)" and len(data["reader"]["numbers"]["noise"][0]) == 4 * 500


def test_a_page_of_its_own_has_no_links():
    assert not Elements(playground_page(rnnviz.load("names-lstm"))).named("a")


def test_links_lead_to_the_other_cells_and_this_one_is_marked():
    others = [OtherPage("RNN", "names-rnn.html"), OtherPage("LSTM", "")]
    links = Elements(playground_page(rnnviz.load("names-lstm"), others=others, index="index.html")).named("a")
    assert [(attributes.get("href"), attributes.get("aria-current")) for attributes, _ in links] == [
        ("index.html", None),
        ("names-rnn.html", None),
        (None, "page"),
    ]


def test_a_model_that_is_too_large_is_refused_before_it_runs():
    model = rnnviz.load("names-lstm")
    with (
        patch.dict(check_size.__globals__, {"MOST_PARAMETERS": 1000}),
        patch.object(Model, "run", side_effect=AssertionError),
        raises(LimitError, code="page_too_large", limit=1000),
    ):
        playground_page(model)
