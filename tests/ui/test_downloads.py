"""Downloads: what a spreadsheet does with them."""

import io

import pandas as pd
import pytest

from rnnviz.playground.playground_page import check_size
from rnnviz.ui.shared import downloads
from rnnviz.ui.shared.downloads import csv
from tests.pages.app_pages import open_page

PAGE = "A page to type into"


@pytest.mark.parametrize("token", ["=1+1", "=cmd|'/c calc'!A0", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_token_is_a_formula(token):
    table = csv(pd.DataFrame({"token": [token], "value": [-1.5]}))
    assert pd.read_csv(io.StringIO(table))["token"][0] == f"'{token}"


@pytest.mark.parametrize("token", ["a", "-", "=", "+", "@", "-1.5", "+3", "a=b", "", "'=1"])
def test_what_no_spreadsheet_computes_stays_as_it_is(token):
    frame = pd.DataFrame({"token": [token], "value": [-1.5]})
    table = csv(frame)
    assert pd.read_csv(io.StringIO(table), dtype={"token": str}, keep_default_na=False).equals(frame)
    assert frame["token"][0] == token


def offered(**parameters):
    """The files that the menu Save of Explore offers."""
    app = open_page("explore", **parameters)
    app.session_state["download"] = True
    app.run()
    assert not app.exception
    return [button.proto.label for button in app.get("download_button")]


def test_a_table_of_very_many_rows_is_not_written(monkeypatch):
    assert offered(text="Nakamura") == [PAGE, "Trace as CSV", "Trace as Parquet", "Trace as npz"]
    monkeypatch.setattr(downloads, "TABLE_ROWS", 9 * 64)
    assert offered(text="Nakamura") == [PAGE, "Trace as npz"]


def test_a_page_to_type_into_is_written_on_the_click_alone(monkeypatch):
    def write(*_):
        raise AssertionError

    monkeypatch.setattr(downloads, "playground_page", write)
    assert PAGE in offered(text="Nakamura")


def test_a_model_that_is_too_large_for_a_page_is_refused_with_a_reason(monkeypatch):
    monkeypatch.setitem(check_size.__globals__, "MOST_PARAMETERS", 1000)
    assert PAGE not in offered(text="Nakamura")
