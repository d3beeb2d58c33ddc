"""The texts among whose states the Dynamics page shows a text: what is drawn is of them, and the page says so."""

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.analysis import components, fixed_points, readout_direction
from rnnviz.atlas.bundled import bundled_atlas
from rnnviz.text.tokens import Vocabulary
from rnnviz.ui.pages.dynamics.reference_texts import MOST_LINES, most_tokens
from rnnviz.ui.shared.long_work import _results
from rnnviz.ui.shared.session_keys import ATLASES, REFERENCE_TEXTS, RESULTS

from ..strategies import CHARACTERS, draw_network
from .app_pages import figure, numbers, open_page, page_text
from .test_dynamics import CELLS, named, own_page

pytestmark = pytest.mark.usefixtures("open_door")

TEXT = "not good at all"
OWN = ["a good film", "the plot is thin , and the cast is not", "boring", "I laughed all the way through"]


def drawn_path(app, cell):
    line = named(figure(app, f"path-{cell}"), "path of the text")
    return np.column_stack([numbers(line["x"]), numbers(line["y"])])


def drawn_dots(app, cell):
    dots = named(figure(app, f"path-{cell}"), "states of all texts")
    return np.column_stack([numbers(dots["x"]), numbers(dots["y"])])


def expected_path(found, model, text=TEXT):
    trace = model.trace(text)
    return found.project(np.vstack([trace.initial["hidden", 0, "forward"], trace["hidden"]]))


def pasted(app, lines, task="reviews"):
    app.selectbox(key="dynamics-among").set_value("own").run()
    app.text_area(key=f"{REFERENCE_TEXTS}-{task}").set_value("\n".join(lines)).run()
    assert not app.exception
    return app


@pytest.mark.parametrize("cell", CELLS)
def test_components_over_the_corpus_are_those_of_all_its_states(cell):
    app, model = open_page("dynamics", text=TEXT, cell=cell, among="atlas"), rnnviz.load(f"reviews-{cell}")
    atlas = bundled_atlas(model.name)
    found = atlas.components().pointing_along(readout_direction(model, "positive"))
    np.testing.assert_allclose(drawn_path(app, cell), expected_path(found, model), atol=1e-5)
    said = page_text(app)
    assert f"all {atlas.tokens:,} hidden states" in said and f"{atlas.corpus.documents:,} texts" in said
    assert atlas.corpus.name in said
    assert app.query_params["among"] == "atlas"


def test_dots_are_states_that_the_atlas_has_counted():
    app, model = open_page("dynamics", task="counter", cell="gru", among="atlas"), rnnviz.load("counter-gru")
    atlas = bundled_atlas(model.name)
    corpus = atlas.corpus
    texts = [corpus.texts(*each) for each in zip(corpus.borders[:-1], corpus.borders[1:], strict=True)]
    every = atlas.components().project(np.concatenate([model.trace(text)["hidden"] for text in texts]))
    dots = drawn_dots(app, "gru")
    assert len(dots) == atlas.tokens  # there are so few that all are drawn
    np.testing.assert_allclose(np.sort(dots, axis=0), np.sort(every, axis=0), atol=1e-5)


def test_texts_of_ones_own_are_read_by_every_cell():
    app = pasted(open_page("dynamics", text=TEXT), OWN)
    for cell in CELLS:
        model = rnnviz.load(f"reviews-{cell}")
        runs = [model.trace(text) for text in OWN]
        found = components(runs).pointing_along(readout_direction(model, "positive"))
        np.testing.assert_allclose(drawn_path(app, cell), expected_path(found, model), atol=1e-5)
        assert len(drawn_dots(app, cell)) == sum(map(len, runs))
    assert f"4 texts of your own; components are those of all their {sum(map(len, runs))} states" in page_text(app)


def test_what_was_pasted_stays_out_of_the_link_and_of_what_sessions_share():
    shared = len(_results())
    app = pasted(open_page("dynamics", text=TEXT), OWN)
    assert app.query_params["among"] == "own"
    assert not any("laughed" in str(value) for value in app.query_params.values())
    own = app.session_state[RESULTS]
    assert len(own) == 3
    opened = open_page("dynamics", text=TEXT, among="own")  # by somebody else, with that link
    assert opened.text_area(key=f"{REFERENCE_TEXTS}-reviews").value in ("", None)
    assert "200 held-out texts" in page_text(opened)
    app.segmented_control(key="dynamics-view").set_value("settling").run()
    assert len(own) > 3 and len(_results()) <= shared + len(CELLS) + 1


def test_points_are_sought_from_the_chosen_texts():
    app, model = pasted(open_page("dynamics", view="settling", cell="rnn", text=TEXT), OWN), rnnviz.load("reviews-rnn")
    runs = [model.trace(text) for text in OWN]
    expected = fixed_points(model, None, runs)
    found = components(runs).pointing_along(readout_direction(model, "positive"))
    marks = named(figure(app, "points"), "fixed and slow points")
    np.testing.assert_allclose(numbers(marks["x"]), found.project(expected.hidden)[:, 0], atol=1e-4)


def test_the_texts_stay_while_another_question_is_asked():
    app = pasted(open_page("dynamics", text=TEXT), OWN)
    for view in ("growth", "words", "paths"):
        app.segmented_control(key="dynamics-view").set_value(view).run()
    assert "4 texts of your own" in page_text(app)


def test_lines_that_cannot_be_read_are_counted():
    letters = Vocabulary("characters", tuple("abc"))
    model = Model("abc-gru", draw_network("gru", letters), letters, [*"abcd"])
    app = pasted(own_page(model, ["abc"]), ["aabb", "xyz", "", "ab"], "own")
    assert "2 texts of your own" in page_text(app) and "1 line of yours cannot be read" in page_text(app)
    app = pasted(app, ["xyz"], "own")
    assert app.info
    for view in ("settling", "words"):
        app.segmented_control(key="dynamics-view").set_value(view).run()
        assert not app.exception and app.info


def test_long_pastes_are_read_in_part():
    app = pasted(open_page("dynamics", text=TEXT), ["good", *["bad"] * (MOST_LINES + 6)])
    assert f"{MOST_LINES} texts of your own" in page_text(app) and "7 lines were too many" in page_text(app)
    app = pasted(app, ["good " * 200] * 40)
    model = rnnviz.load("reviews-lstm")
    read = most_tokens(model) // len(model.trace("good " * 200))
    assert f"{read} texts of your own" in page_text(app) and f"{40 - read} lines were too many" in page_text(app)


def test_a_model_of_the_session_is_seen_among_texts_of_ones_own():
    model = Model("own-gru", draw_network("gru"), CHARACTERS, [*"abcd"])
    texts = ["a film", "no film", "but"]
    app = pasted(own_page(model, ["a film"]), texts, "own")
    found = components([model.trace(text) for text in texts])
    np.testing.assert_allclose(drawn_path(app, "gru"), expected_path(found, model, "a film"), atol=1e-5)


def test_a_corpus_that_the_session_has_read_is_offered():
    model = rnnviz.load("reviews-lstm")
    app = open_page("dynamics", text=TEXT)
    atlas = rnnviz.atlas.build(model, rnnviz.atlas.Corpus.of(OWN, name="mine"))
    app.session_state[ATLASES] = {model.name: atlas}
    app.run()
    app.selectbox(key="dynamics-among").set_value("read-here").run()
    found = atlas.components().pointing_along(readout_direction(model, "positive"))
    np.testing.assert_allclose(drawn_path(app, "lstm"), expected_path(found, model), atol=1e-5)
    assert "mine" in page_text(app) and "no atlas over this corpus for the RNN and GRU" in page_text(app)
    app.segmented_control(key="cell").set_value("gru").run()  # which has not read it
    assert not app.exception and app.selectbox(key="dynamics-among").value == "task"


def test_a_corpus_that_a_link_names_and_is_not_here_is_reported():
    app = open_page("dynamics", text=TEXT, among="atlas-nowhere")
    assert app.warning and app.selectbox(key="dynamics-among").value == "task"


@pytest.mark.parametrize(("task", "name"), [("reviews", "task"), ("counter", "atlas")])
def test_a_task_of_few_examples_opens_on_the_corpus_of_its_atlas(task, name):
    app = open_page("dynamics", task=task, cell="gru")
    assert app.selectbox(key="dynamics-among").value == name and "among" not in app.query_params
