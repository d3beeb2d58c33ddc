"""In a notebook, a trace and a model are the instrument in a frame; a script opens the browser."""

import json
import re
import webbrowser
from pathlib import Path

import numpy as np
import pytest

import rnnviz
from rnnviz.cells import LSTM
from rnnviz.instrument import notebook, saved_page
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from tests.instrument.test_saved_page import Elements, parts


def frame(html: str) -> tuple[dict[str, str | None], str]:
    """The attributes of the frame in some HTML, and the page in it."""
    ((attributes, _),) = Elements(html).named("iframe")
    return attributes, str(attributes["srcdoc"])


def reader(size: int, hidden: int) -> Model:
    """A model of numbers without a card."""
    cell = LSTM.random(input_size=size, hidden_size=hidden, rng=np.random.default_rng(0))
    return Model("plain", Network(layers=[[cell]]), Vocabulary("numbers", vector_size=size), [])


def test_a_trace_is_its_saved_page_in_a_frame_that_may_run_scripts_alone():
    model = rnnviz.load("names-lstm")
    trace = model.trace("Schmidhuber</iframe>")
    attributes, page = frame(trace._repr_html_())
    assert page == saved_page(trace, model)
    assert attributes["sandbox"] == "allow-scripts allow-downloads"  # with the notebook's origin it could reach out
    assert json.loads(parts(page)["data"])["definition"]["weights"] is not None


def test_below_the_frame_is_the_table_for_where_scripts_are_not_trusted():
    trace = rnnviz.load("names-lstm").trace("Li")
    without_frame = re.sub(r"<iframe.*?</iframe>", "", trace._repr_html_(), flags=re.DOTALL)
    assert without_frame.count("<tr>") == 1 + len(trace) and "<script" not in without_frame


def test_a_model_shows_its_score_and_its_first_example():
    model = rnnviz.load("names-lstm")
    html = model._repr_html_()
    assert f"{100 * model.card['scores']['test']:.1f} %" in html
    data = json.loads(parts(frame(html)[1])["data"])
    assert data["tokens"][:-1] == list(model.card["examples"][0])
    assert "1.55" not in rnnviz.load("shakespeare-lstm")._repr_html_().split("%")[0]


def test_a_model_without_a_card_reads_an_example_of_its_vocabulary():
    data = json.loads(parts(frame(reader(2, 3)._repr_html_())[1])["data"])
    assert data["units"]["hidden"] == 3 and len(data["tokens"]) == 24


def test_a_notebook_does_not_keep_large_weights(monkeypatch):
    model = reader(2, 3)
    count = sum(array.size for array in model.network.layers[0][0].parameters.values())
    for most, kept in ((count, True), (count - 1, False)):
        monkeypatch.setattr(notebook, "LARGEST", most)
        assert (json.loads(parts(frame(model._repr_html_())[1])["data"])["definition"]["weights"] is not None) is kept


def test_a_trace_from_a_file_has_a_page_too(tmp_path):
    rnnviz.load("counter-gru").trace("ab").save(tmp_path / "trace.npz")
    data = json.loads(parts(frame(rnnviz.Trace.load(tmp_path / "trace.npz")._repr_html_())[1])["data"])
    assert data["definition"]["weights"] is None and data["tokens"] == ["a", "b"]


@pytest.mark.parametrize("shown", ["trace", "model"])
def test_a_script_opens_the_browser_on_a_file(shown, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    model = rnnviz.load("names-rnn")
    trace = model.trace(model.card["examples"][0])
    file = rnnviz.show(trace if shown == "trace" else model, step=2, unit=3)
    assert opened == [Path(file).as_uri()]
    assert Path(file).read_text(encoding="utf-8") == saved_page(trace, model, step=2, unit=3)
    Path(file).unlink()


def test_plain_text_is_short():
    model = rnnviz.load("names-rnn")
    assert repr(model) == "<Model names-rnn: RNN, 64 units>"
    assert repr(model.trace("Li")) == "<Trace of names-rnn: 3 steps, 64 units>"
