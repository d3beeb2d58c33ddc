"""Downloads: what a spreadsheet does with them."""

import io

import pandas as pd
import pytest

from rnnviz.ui.shared import downloads
from rnnviz.ui.shared.downloads import csv
from tests.pages.app_pages import open_page


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


def test_a_table_of_very_many_rows_is_not_written(monkeypatch):
    def offered():
        app = open_page("explore", text="Nakamura")
        app.session_state["download"] = True
        app.run()
        return [button.proto.label for button in app.get("download_button")]

    assert offered() == ["Trace as CSV", "Trace as Parquet", "Trace as npz"]
    monkeypatch.setattr(downloads, "TABLE_ROWS", 9 * 64)
    assert offered() == ["Trace as npz"]
