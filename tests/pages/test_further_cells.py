"""Cells beyond the three of the guide: in the pickers, and on the pages that show or train cells."""

from dataclasses import replace
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import gated_state
from rnnviz.cells import CELLS, load_cells
from rnnviz.checkpoints.native.model_files import save_pair
from rnnviz.ui.shared.catalogue import CELL_ORDER, trainable_cells
from rnnviz.ui.shared.session_keys import MORE_CELLS

from .app_pages import open_page, page_text

GATED = ("gru", "mgu", "mingru", "janet")
PAGES = [
    ("explore", {"text": "ab"}),
    ("memory", {"text": "ab", "question": "reach", "task": "names"}),
    ("memory", {"text": "ab", "question": "writers", "task": "names"}),
    ("memory", {"text": "ab", "question": "changes", "task": "names"}),
    ("compare", {"text": "ab", "task": "names", "mode": "texts"}),
]


def words(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.warning, *app.info, *app.markdown, *app.caption))


@pytest.mark.parametrize("cell", trainable_cells())
def test_every_cell_opens_on_every_page(cell):
    for page, link in PAGES:
        app = open_page(page, cell=cell, **link)
        assert app.segmented_control(key="cell").value == cell, page
        assert ("random" in words(app)) == (cell not in CELL_ORDER), page
    open_page("compare", cell=cell, text="ab", task="names")  # all cells at once, and no picker
    app = open_page("memory", cell=cell, text="ab", question="writers", task="names")
    assert bool(app.info) == (gated_state(CELLS[cell].define()) is None)
    if cell == "lnlstm":
        assert "The prediction cannot be split" in words(app)
    elif not app.info:
        app.segmented_control(key="of").set_value("prediction").run()
        assert not app.exception
    app = open_page("train", cells=cell, task="counter")
    assert app.segmented_control(key="train-cells").value == [cell]
    assert not app.warning


def test_the_picker_shows_the_cells_of_the_guide_and_the_chosen_one():
    app = open_page("explore", text="ab")
    assert app.segmented_control(key="cell").options == ["RNN", "GRU", "LSTM"]
    app = open_page("explore", text="ab", cell="mgu")
    assert app.segmented_control(key="cell").options == ["RNN", "GRU", "LSTM", "Minimal gated unit"]
    app.segmented_control(key="cell").set_value("gru").run()
    assert not app.exception and app.segmented_control(key="cell").value == "gru"
    assert app.segmented_control(key="cell").options == ["RNN", "GRU", "LSTM"]


def test_the_menu_has_all_other_cells_and_where_they_were_published():
    app = open_page("explore", text="ab", cell="mgu")
    menu = next(menu for menu in app.get("menu_button") if menu.proto.id.endswith(MORE_CELLS))
    others = [cell for cell in trainable_cells() if cell not in (*CELL_ORDER, "mgu")]
    assert list(menu.proto.options) == [CELLS[cell].title for cell in others]
    assert "minGRU (Feng et al. 2024)" in menu.proto.help.replace("\\", "")


def test_an_untrained_cell_has_a_link_to_its_training():
    (link,) = [
        link for link in open_page("explore", text="ab", cell="mgu").get("page_link") if "Train" in link.proto.label
    ]
    assert "cells=mgu" in link.proto.query_string


def test_what_keeps_an_indrnn_is_not_said_of_an_rnn():
    said = {}
    for cell in ("rnn", "indrnn"):
        app = open_page("memory", task="names", text="ab", cell=cell, question="writers")
        said[cell] = app.info[0].value.replace("\\", "").replace(CELLS[cell].title, "cell")
    assert "tanh" in said["rnn"] and "relu" in said["indrnn"]
    assert "weight of each unit" in said["indrnn"] and "weight of each unit" not in said["rnn"]


@pytest.fixture
def own_cell(tmp_path):
    """A cell in a file of one's own."""
    file = tmp_path / "mine.py"
    file.write_text(
        "from rnnviz.cells import Cell, quantities, sigmoid, tanh, weighted_sum\n"
        "k, a, h = quantities('keep proposal hidden')\n"
        "class Mine(Cell):\n"
        "    name, title = 'mine', 'A cell <b>of mine</b>'\n"
        "    equations = {k: sigmoid(weighted_sum(k)), a: tanh(weighted_sum(a)), h: k * h.before + (1 - k) * a}\n"
    )
    with patch.dict(CELLS):
        load_cells(str(file))
        yield "mine"


def test_a_cell_in_a_file_of_ones_own_is_on_every_page(own_cell):
    for page, link in PAGES:
        app = open_page(page, cell=own_cell, **link)
        assert app.segmented_control(key="cell").value == own_cell, page
    open_page("models", part="inside")
    assert own_cell in open_page("train", cells=own_cell).segmented_control(key="train-cells").value
    listed = "".join(element.proto.body for element in open_page("glossary").get("html"))
    assert "A cell &lt;b&gt;of mine&lt;/b&gt;" in listed


def test_a_model_of_a_cell_that_is_not_known_here_is_left_out(tmp_path, monkeypatch, own_cell):
    card = {"task": "mine", "title": "Mine", "examples": ["aabb"]}
    known = rnnviz.load("counter-gru")
    save_pair(replace(zoo.untrained_model(known, own_cell), card=card), tmp_path / "mine-mine")
    save_pair(replace(zoo.untrained_model(known, "gru"), card=card), tmp_path / "mine-gru")
    monkeypatch.setenv("RNNVIZ_MODELS", str(tmp_path))
    del CELLS[own_cell]
    open_page("models", part="inside")
    app = open_page("explore", task="mine", cell=own_cell)
    assert app.selectbox(key="task").value == "mine" and app.segmented_control(key="cell").value in CELLS


@pytest.fixture
def all_trained(tmp_path, monkeypatch):
    """A task with a model of every cell."""
    known = rnnviz.load("counter-gru")
    for name in trainable_cells():
        card = {"task": "all", "title": "All cells", "examples": ["aabb"]}
        save_pair(replace(zoo.untrained_model(known, name), card=card), tmp_path / f"all-{name}")
    monkeypatch.setenv("RNNVIZ_MODELS", str(tmp_path))


def test_all_cells_are_compared_at_once(all_trained):
    app = open_page("compare", task="all", text="aabb")
    assert all(CELLS[name].title in page_text(app) for name in trainable_cells())
    for page in (app, open_page("memory", task="all", text="aabb", question="reach")):
        assert min(column.weight for column in page.columns) >= 1 / 4, "more cells need more rows"
    for name in trainable_cells():
        app = open_page("models", part="inside", model=f"all-{name}")
        shown = {chart.proto.id.rsplit("-chart-", 1)[1] for chart in app.get("plotly_chart")}
        assert ("eigenvalues" in shown, "spectrum" in shown) == (name != "mingru",) * 2


@pytest.mark.parametrize("question", ["reach", "writers"])
def test_the_gate_of_a_mingru_keeps_the_whole_jacobian(question):
    by_cell = {
        cell: words(open_page("memory", task="names", text="ab", cell=cell, question=question)) for cell in GATED
    }
    assert {cell for cell, shown in by_cell.items() if "whole Jacobian" in shown} == {"mingru"}


def test_the_train_page_adds_a_further_cell():
    app = open_page("train", cells="rnn,mgu,mingru")
    chosen = app.segmented_control(key="train-cells")
    assert chosen.value == ["rnn", "mgu", "mingru"]
    assert chosen.options == ["RNN", "GRU", "LSTM", "Minimal gated unit", "minGRU"]
    chosen.set_value(["mgu"]).run()
    assert not app.exception and app.query_params["cells"] in ("mgu", ["mgu"])
    assert app.segmented_control(key="train-cells").options == ["RNN", "GRU", "LSTM", "Minimal gated unit"]
