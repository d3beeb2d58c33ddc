"""Downloads: what a spreadsheet does with them."""

import io

import pandas as pd
import pytest

from rnnviz.ui.shared.downloads import csv


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
