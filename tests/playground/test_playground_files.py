"""Pages in a folder: one for each model, linked by task, and a page that lists them; the command line."""

from dataclasses import replace
from unittest.mock import patch

import pytest

import rnnviz
from rnnviz.errors import LimitError
from rnnviz.playground import write_playground
from rnnviz.playground.__main__ import main
from rnnviz.playground.playground_files import file_names
from rnnviz.playground.playground_page import check_size
from tests.instrument.test_saved_page import HOSTILE, Elements, policy
from tests.raising import raises


def hrefs(file):
    return [attributes.get("href") for attributes, _ in Elements(file.read_text(encoding="utf-8")).named("a")]


def test_every_link_leads_to_a_file_of_the_folder(tmp_path):
    files = write_playground(tmp_path / "site")
    assert {file.name for file in files} == {"index.html", *(f"{name}.html" for name in rnnviz.models())}
    for file in files:
        found = [href for href in hrefs(file) if href is not None]
        assert all((file.parent / href).is_file() for href in found)
    assert {*hrefs(tmp_path / "site" / "index.html")} == {file.name for file in files} - {"index.html"}
    assert hrefs(tmp_path / "site" / "names-gru.html") == ["index.html", "names-rnn.html", None, "names-lstm.html"]
    assert hrefs(tmp_path / "site" / "counting-lstm.html") == ["index.html"]


def test_the_list_runs_no_script_and_shows_every_text_as_it_is(tmp_path):
    model = rnnviz.load("names-rnn")
    card = model.card | {"title": HOSTILE, "reads": HOSTILE, "says": HOSTILE, "task": HOSTILE, "examples": [HOSTILE]}
    write_playground(tmp_path, [replace(model, name=HOSTILE, card=card)])
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "script-src 'none'" in policy(page) and not Elements(page).named("script")
    ((_, heading),) = Elements(page).named("h2")
    assert heading.strip() == HOSTILE


def test_names_of_files_are_harmless_and_different():
    model = rnnviz.load("counter-rnn")
    names = file_names([replace(model, name=name) for name in ("a b", "a/b", "../..", "index", "", "x" * 300, "日本")])
    assert len({*names, "index.html"}) == 8
    assert all("/" not in name and len(name) < 80 and not name.startswith(".") for name in names)


def test_nothing_is_written_if_a_model_is_too_large(tmp_path):
    models = [rnnviz.load("counter-rnn"), rnnviz.load("names-lstm")]
    limit = patch.dict(check_size.__globals__, {"MOST_PARAMETERS": 1000})
    with limit, raises(LimitError, code="page_too_large"):
        write_playground(tmp_path / "site", models)
    assert not (tmp_path / "site").exists()


def test_the_command_writes_named_models_and_checkpoints(tmp_path, capsys):
    rnnviz.save(replace(rnnviz.load("counter-rnn"), name="mine"), tmp_path / "mine.safetensors")
    assert main([str(tmp_path / "site"), "recall-gru", str(tmp_path / "mine.safetensors")]) == 0
    assert {file.name for file in (tmp_path / "site").iterdir()} == {"index.html", "recall-gru.html", "mine.html"}
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_the_command_writes_a_single_file(tmp_path):
    assert main([str(tmp_path / "a" / "b.html"), "counter-gru", "--text", "aab", "--title", "Count"]) == 0
    page = (tmp_path / "a" / "b.html").read_text(encoding="utf-8")
    assert "<h1>Count</h1>" in page and 'value="aab"' in page and not hrefs(tmp_path / "a" / "b.html")


@pytest.mark.parametrize("arguments", [["x.html"], ["x.html", "counter-gru", "recall-gru"], ["x", "--text", "a"]])
def test_the_command_refuses_what_contradicts_itself(arguments):
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert main([str(tmp_path / "x"), "nothing-lstm"]) == 2
    assert "nothing-lstm" in capsys.readouterr().err and not (tmp_path / "x").exists()
