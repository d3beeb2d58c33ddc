"""Atlases in the server's folders: found for the network that they are of, and no other."""

import dataclasses
import os

import rnnviz
from rnnviz.atlas.bundled import FOLDER, bundled_atlas
from rnnviz.atlas.served_atlases import VARIABLE, served_atlases


def test_every_bundled_atlas_is_that_of_its_model():
    names = [folder.name for folder in FOLDER.iterdir()]
    assert len(names) > 10
    for name in names:
        atlas = bundled_atlas(name)
        assert atlas is not None and atlas.model == name
        assert int((atlas.pieces.lasts - atlas.pieces.firsts).sum()) == atlas.tokens
        assert len(atlas.top("hidden", 0)) > 0


def test_an_atlas_is_found_by_the_weights_of_its_model(tmp_path, monkeypatch):
    model = rnnviz.load("counter-lstm")
    renamed = dataclasses.replace(model, name="mine")
    for folder in ("many/first", "alone"):
        rnnviz.atlas.build(renamed, ["aabb", "ab"], out=tmp_path / folder)
    (tmp_path / "many" / "damaged").mkdir()
    (tmp_path / "many" / "damaged" / "atlas.json").write_text("{")
    monkeypatch.setenv(VARIABLE, os.pathsep.join(map(str, [tmp_path / "many", tmp_path / "alone", tmp_path / "none"])))
    assert set(served_atlases(model.network)) == {"first", "alone"}
    assert not served_atlases(rnnviz.load("counter-gru").network)
    monkeypatch.delenv(VARIABLE)
    assert not served_atlases(model.network)
