"""The tables of an atlas, as pandas and DuckDB read them."""

import pandas as pd
import pytest

import rnnviz.atlas
from rnnviz.errors import ArgumentError
from tests.atlas.brute_force import draw_model
from tests.raising import raises

MODEL = draw_model(hidden=3)


@pytest.fixture(scope="module")
def atlas():
    return rnnviz.atlas.build(MODEL, ["the film was good.", "good!"], ["hidden", "cell"])


@pytest.fixture(scope="module")
def folder(atlas, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables") / "new"
    atlas.to_parquet(folder)
    return folder


def chosen(folder, table, **values):
    frame = pd.read_parquet(folder / f"{table}.parquet")
    for name, value in values.items():
        frame = frame[frame[name] == value]
    return frame.drop(columns=["quantity", "layer", "direction", *(n for n in values if n in frame)], errors="ignore")


def test_tables_say_what_queries_say(atlas, folder):
    key = {"quantity": "cell", "layer": 0, "direction": "forward"}
    units = atlas.units("cell")  # without the saturation of what has bounds
    found = chosen(folder, "units", **key).reset_index(drop=True)
    assert found[["below", "above"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(found[[*units]], units)
    for end, query in (("top", atlas.top), ("bottom", atlas.bottom)):
        found = chosen(folder, "contexts", **key, unit=1, end=end)
        assert found["rank"].tolist() == [*range(len(found))]
        pd.testing.assert_frame_equal(found.drop(columns="rank").reset_index(drop=True), query("cell", 1))
    for table, query in (("histograms", atlas.histogram), ("means_by_token", atlas.means_by_token)):
        found = chosen(folder, table, **key, unit=2).reset_index(drop=True)
        pd.testing.assert_frame_equal(found, query("cell", 2))
    assert len(pd.read_parquet(folder / "evidence.parquet")) == len(atlas.evidence())


def test_duckdb_reads_them(atlas, folder):
    duckdb = pytest.importorskip("duckdb")
    query = f"""
        SELECT unit, max(value) FROM '{folder}/contexts.parquet'
        WHERE quantity = 'hidden' AND "end" = 'top' GROUP BY unit ORDER BY unit
    """
    assert duckdb.sql(query).fetchall() == [(u, atlas.top("hidden", u)["value"][0]) for u in range(3)]


def test_a_file_is_no_folder(atlas, tmp_path):
    (tmp_path / "file").touch()
    with raises(ArgumentError, code="not_a_folder"):
        atlas.to_parquet(tmp_path / "file")
