"""The guide's pages: chapters show their figures from the models, follow the text, reveal, and hide for a lesson."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz.analysis import reach
from rnnviz.ui.guide.prose import Question, Show, read

FOLDER = Path(__file__).parents[2] / "pages"
CHAPTERS = ["words", "squashing", "forgetting", "lstm", "gru", "choosing"]
TALKING = [name for name in CHAPTERS if name != "choosing"]


def chapter(name: str, **link: str) -> AppTest:
    """A chapter as a link opens it, through the app's door."""
    app = AppTest.from_file(str(FOLDER.parent / "app.py"), default_timeout=60)
    for parameter, value in link.items():
        app.query_params[parameter] = value
    return app.switch_page(f"pages/{name}.py").run()


def charts(app: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def numbers(packed):
    if isinstance(packed, list):
        return np.array(packed)
    shape = [int(n) for n in packed["shape"].split(",")] if "shape" in packed else -1
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype=packed["dtype"]).reshape(shape)


def markup(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_opens_without_a_complaint(name):
    app = chapter(name)
    assert not app.exception and not app.error and not app.warning
    assert app.title[0].value == read(FOLDER / f"{name}.md").title
    assert charts(app)


@pytest.mark.parametrize("name", TALKING)
def test_every_heatmap_of_a_chapter_is_the_trace_of_what_is_typed(name):
    written = read(FOLDER / f"{name}.md")
    text = written.examples[1]
    app = chapter(name, text=text)
    trace = rnnviz.load(f"{written.task}-{written.cells[0]}").trace(text)
    seen = 0
    for chart in charts(app):
        for heatmap in chart["data"]:
            if heatmap["type"] == "heatmap" and heatmap["name"] in trace.definition.by_name:
                np.testing.assert_array_equal(numbers(heatmap["z"]), trace[heatmap["name"]].T)
                seen += 1
    shown = [part for section in written.sections for part in section.shown if isinstance(part, Show)]
    assert seen >= sum(part.name in ("heatmap", "embedding") for part in shown)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_question_reveals_after_any_answer_and_grades_none(name):
    questions = [
        part for section in read(FOLDER / f"{name}.md").sections for part in section.shown if isinstance(part, Question)
    ]
    for choice in (0, -1):
        app = chapter(name)
        assert len(app.radio) == len(questions) and all(radio.value is None for radio in app.radio)
        for k, question in enumerate(questions):
            told = question.why.strip().split("[")[0][:30]
            before = " ".join(m.value for m in app.markdown)
            assert told not in before
            app.radio[k].set_value(question.choices[choice]).run()
            assert told in " ".join(m.value for m in app.markdown)
            assert (question.go.replace("&", "&amp;") in markup(app)) if question.go else True
        assert not app.exception and not app.error


def test_the_gradient_shown_is_that_of_the_typed_text():
    text = "Dbcdefgh?"
    app = chapter("forgetting", text=text)
    lines = {
        line["name"]: line
        for chart in charts(app)
        for line in chart["data"]
        if "reach" in line.get("hovertemplate", "")
    }
    for cell, title in (("rnn", "RNN"), ("gru", "GRU"), ("lstm", "LSTM")):
        np.testing.assert_allclose(numbers(lines[title]["y"]), reach(rnnviz.load(f"recall-{cell}").trace(text)))


@pytest.mark.parametrize("option", [{"update": "writes"}, {"reset": "before"}])
def test_a_convention_switches_the_model_of_the_page(option):
    app = chapter("gru")
    ((name, value),) = option.items()
    app.segmented_control(key=f"gru-{name}").set_value(value).run()
    assert not app.exception
    trace = rnnviz.load("counter-gru").converted(**option).trace("aaaaabbbbb")
    drawn = [h for chart in charts(app) for h in chart["data"] if h["name"] == "update"]
    for heatmap in drawn:
        np.testing.assert_array_equal(numbers(heatmap["z"]), trace["update"].T)
    assert drawn


def test_a_chapter_with_several_cells_lets_one_choose():
    app = chapter("forgetting", cell="lstm")
    control = app.segmented_control(key="forgetting-cell")
    assert control.value == "lstm"
    control.set_value("gru").run()
    assert app.query_params["cell"] == "gru" and not app.exception


def test_nothing_to_read_keeps_the_words():
    app = chapter("lstm")
    app.text_input(key="text").set_value("").run()
    assert "nothing to read" in app.info[0].value and not app.exception and not app.error
    assert any("cell state" in m.value for m in app.markdown)


def test_a_lesson_hides_what_its_link_names():
    app = chapter("lstm", hide="typing,questions,explore,link", text="aabb")
    assert not app.text_input and not app.radio and not app.button and not app.exception
    trace = rnnviz.load("counter-lstm").trace("aabb")
    drawn = [h for chart in charts(app) for h in chart["data"] if h["name"] == "cell"]
    np.testing.assert_array_equal(numbers(drawn[0]["z"]), trace["cell"].T)
    assert app.query_params["hide"] == "explore,link,questions,typing"
    app = chapter("lstm", hide="typing,everything")
    assert "everything" in app.warning[0].value


def test_the_symbols_of_the_page_are_named_at_its_end():
    for name in TALKING:
        written = read(FOLDER / f"{name}.md")
        html = markup(chapter(name))
        for quantity in (
            rnnviz.load(f"{written.task}-{written.cells[0]}").network.layers[0][0].definition.by_name.values()
        ):
            assert quantity.title in html and quantity.colour in html


def test_words_that_are_wrong_are_named_on_the_page(tmp_path, monkeypatch):
    (tmp_path / "own.md").write_text("# Own\n\n```show tree\n```\n")
    (tmp_path / "glossary.md").write_text("# Words\n")
    page = tmp_path / "own.py"
    page.write_text("from rnnviz.ui.guide import chapter\n\nchapter(__file__)\n")
    app = AppTest.from_file(str(page)).run()
    assert "no block “tree”" in app.error[0].value and not app.exception


def test_the_glossary_lists_every_word():
    app = chapter("glossary")
    html = markup(app)
    assert not app.exception
    for name in ("hidden state", "forget gate", "update gate", "vanishing gradient", "softmax"):
        assert f">{name}<" in html
