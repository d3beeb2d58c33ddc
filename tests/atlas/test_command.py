"""The command line of atlases."""

import pytest

from rnnviz.atlas import Atlas
from rnnviz.atlas.__main__ import main


@pytest.fixture
def corpus(tmp_path):
    file = tmp_path / "names.txt"
    file.write_text("Schmidhuber\nAda\n\nTuring\n")
    return file


def run(corpus, out, *options):
    return main(["names-rnn", str(corpus), "--out", str(out), *options])


def test_an_atlas_is_planned_and_built(corpus, tmp_path, capsys):
    assert run(corpus, tmp_path / "out", "--lines", "--plan") == 0
    planned = capsys.readouterr().out
    assert "23 tokens in 3 documents (1 empty one left out)" in planned
    assert not (tmp_path / "out" / "atlas.json").exists()
    assert run(corpus, tmp_path / "out", "--lines", "--workers", "1") == 0
    assert Atlas.load(tmp_path / "out").top("hidden", 0, 1)["document"].isin([0, 1, 3]).all()
    assert run(corpus, tmp_path / "out", "--lines") == 0  # there is nothing left to do


def test_properties_are_named_and_ones_own_come_from_a_table(corpus, tmp_path):
    table = tmp_path / "own.csv"
    table.write_text("other,vowel\n" + "".join(f"x,{k % 2}\n" for k in range(23)))
    known = []
    for number, options in enumerate((["--properties"], ["--properties", "capital letter"], [])):
        out = tmp_path / str(number)
        assert run(corpus, out, "--lines", "--own", str(table), "vowel", *options) == 0
        known.append(Atlas.load(out).properties.set_index("property")["kind"].to_dict())
    assert known[:2] == [{"vowel": "yes/no"}, {"capital letter": "yes/no", "vowel": "yes/no"}]
    assert {"position in document", "vowel"} < {*known[2]}
    table.write_text("vowel\n1\n")
    for column in ("vowel", "nothing"):
        assert run(corpus, tmp_path / "refused", "--lines", "--own", str(table), column) == 2


@pytest.mark.parametrize(
    "options",
    [
        ["--quantities", "update"],
        ["--properties", "nothing"],
        ["--own", "nowhere.csv", "x"],
        ["--segment", "0"],
        ["--encoding", "klingon"],
        ["--workers", "0"],
        ["--apart", "5"],
    ],
)
def test_an_invalid_request_is_one_sentence(corpus, tmp_path, capsys, options):
    assert run(corpus, tmp_path / "out", *options) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.endswith(".") and "Traceback" not in error


def test_other_settings_need_another_folder(corpus, tmp_path, capsys):
    assert run(corpus, tmp_path / "out") == 0
    assert run(corpus, tmp_path / "out", "--lines") == 2
    assert run(corpus, tmp_path / "out", "--lines", "--fresh") == 0
    assert run(corpus, tmp_path) == 2  # a folder of something else
    assert corpus.is_file()
