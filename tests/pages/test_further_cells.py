"""Cells beyond the three of the guide: in the pickers, and on the pages that show or train cells."""

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.analysis import gated_state
from rnnviz.cells import CELLS
from rnnviz.ui.shared.catalogue import CELL_ORDER, trainable_cells
from rnnviz.ui.shared.session_keys import MORE_CELLS

from .app_pages import open_page

GATED = ("gru", "mgu", "mingru", "janet")
PAGES = [
    ("explore", {"text": "ab"}),
    ("memory", {"text": "ab", "question": "reach", "task": "names"}),
    ("memory", {"text": "ab", "question": "writers", "task": "names"}),
    ("memory", {"text": "ab", "question": "changes", "task": "names"}),
    ("compare", {"text": "ab", "task": "names"}),
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
    app = open_page("memory", cell=cell, text="ab", question="writers", task="names")
    gated = gated_state(CELLS[cell].define())
    if gated is None:
        assert "cannot be split in this way" in words(app)
    elif cell == "lnlstm":
        assert "The prediction cannot be split" in words(app)
    else:
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
