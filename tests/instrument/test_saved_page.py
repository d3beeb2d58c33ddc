"""A saved page holds the payload and the code, loads nothing, and no text can break out of it."""

import base64
import json
import re
import zlib
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

import rnnviz
from rnnviz.errors import UnknownNameError, UnknownQuantityError
from rnnviz.instrument import payload, saved_page, script, style
from rnnviz.instrument.bundle import SCRIPTS
from rnnviz.instrument.saved_page import static_table, trace_text
from rnnviz.interventions import Hold
from tests.raising import raises
from tests.value_models import value_model

HOSTILE = "</script><script>alert(1)</script><!--\" onload='x'"
ONE_MB = 1_000_000


class Elements(HTMLParser):
    """The elements of a page as a browser sees them: their names and attributes, and what is in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_data(self, data):
        if self.texts:
            self.texts[-1] += data

    def named(self, name: str) -> list[tuple[dict[str, str | None], str]]:
        both = zip(self.found, self.texts, strict=True)
        return [(attributes, text) for (tag, attributes), text in both if tag == name]


def parts(page: str) -> dict[str, str]:
    """The packed parts of a page, unpacked."""
    scripts = Elements(page).named("script")
    packed = {attributes["data-part"]: text for attributes, text in scripts if "data-part" in attributes}
    return {str(name): zlib.decompress(base64.b64decode(text)).decode() for name, text in packed.items()}


def policy(page: str) -> str:
    metas = [attributes for attributes, _ in Elements(page).named("meta")]
    return str(next(each["content"] for each in metas if each.get("http-equiv") == "Content-Security-Policy"))


def test_the_page_holds_payload_style_and_code():
    model = rnnviz.load("names-lstm")
    trace = model.trace("Schmidhuber", interventions=[Hold("forget", 1)])
    found = parts(saved_page(trace, model, step=4, unit=6, phase="forget", row_order="number", all_rows=True))
    assert found["code"] == script(SCRIPTS / "saved-page.js") and found["style"] == style()
    data = json.loads(found["data"])
    sent = json.loads(json.dumps(payload(trace, model)))
    assert {name: data[name] for name in sent} == sent
    names = [phase.name for phase in trace.definition.phases]
    place = {"step": 3, "unit": 6, "phase": names.index("forget"), "row_order": "number", "all_rows": True}
    assert data["start"] == place
    assert [change["text"] for change in data["notes"]["changes"]] == ["forget=1"]


def test_it_opens_at_the_end():
    model = rnnviz.load("names-lstm")
    start = json.loads(parts(saved_page(model.trace("Mariana"), model))["data"])["start"]
    assert (start["step"], start["unit"], start["phase"]) == (7, None, None)


@pytest.mark.parametrize("name", rnnviz.models())
def test_it_is_small_enough_for_an_e_mail(name):
    model = rnnviz.load(name)
    trace = model.trace(" ".join(model.card["examples"] * 64), limit=64)
    page = saved_page(trace, model)
    assert len(trace) >= 64 and len(page.encode()) < ONE_MB
    assert json.loads(parts(page)["data"])["definition"]["weights"] is not None


def test_its_policy_allows_its_own_scripts_and_nothing_from_elsewhere():
    page = saved_page(rnnviz.load("counter-rnn").trace("ab"))
    rules = dict(rule.split(" ", 1) for rule in policy(page).split("; "))
    assert rules["default-src"] == "'none'" and not re.search(r"https?:|\*|unsafe-eval", policy(page))
    (inline,) = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    for text in (inline, parts(page)["code"]):
        assert f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'" in rules["script-src"]
    assert "unsafe-inline" not in rules["script-src"]


def test_no_text_breaks_out_of_the_page():
    model = rnnviz.load("names-rnn")
    tame, wild = (saved_page(model.trace(text), model, text=text, title=text) for text in ("x", HOSTILE))
    found = Elements(wild)
    assert [tag for tag, _ in found.found if tag != "tr" and tag != "td"] == [
        tag for tag, _ in Elements(tame).found if tag != "tr" and tag != "td"
    ]
    ((_, title),) = found.named("title")
    assert title.strip() == HOSTILE
    assert json.loads(parts(wild)["data"])["text"] == HOSTILE


def test_half_a_surrogate_pair_fits_into_the_file():
    model = rnnviz.load("names-rnn")
    assert saved_page(model.trace("a"), model, text="\ud800", title="\ud800").encode()


def test_a_trace_without_its_model_has_a_page_without_weights(tmp_path):
    model = rnnviz.load("counter-lstm")
    trace = model.trace("aab")
    trace.save(tmp_path / "trace.npz")
    data = json.loads(parts(saved_page(rnnviz.Trace.load(tmp_path / "trace.npz")))["data"])
    assert data["definition"]["weights"] is None
    assert data["values"] == payload(trace, model)["values"] and data["id"] == payload(trace, model)["id"]


def test_without_scripts_the_predictions_are_a_table():
    model = rnnviz.load("names-lstm")
    trace = model.trace("Li<b>")
    rows = re.findall(r"<tr>(.*?)</tr>", saved_page(trace, model))[1:]
    assert len(rows) == len(trace)
    best = trace.probabilities.argmax(1)
    for step, row in enumerate(rows):
        cells = [re.sub(r"&lt;", "<", cell) for cell in re.findall(r"<td>(.*?)</td>", row)]
        probability = trace.probabilities[step, best[step]]
        assert cells[0] == str(step + 1) and cells[2:] == [trace.labels[best[step]], f"{100 * probability:.1f} %"]


def test_what_does_not_exist_is_refused():
    model = rnnviz.load("counter-rnn")
    trace = model.trace("ab")
    with raises(UnknownNameError, kind="phase", name="forget"):
        saved_page(trace, model, phase="forget")
    with raises(UnknownQuantityError):
        saved_page(trace, model, 1)


def test_numbers_keep_their_spaces_and_a_table_names_its_columns():
    trace = value_model(outputs=1).trace("1 2 3 4")
    trace = replace(trace, labels=["0"], tokens=["1", "2"])
    assert trace_text(trace) == "1 2"
    heads = [text for _, text in Elements(static_table(trace)).named("th")]
    assert heads == ["step", "input", "output"]
