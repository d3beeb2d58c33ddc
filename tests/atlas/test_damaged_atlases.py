"""Folders that are cut off, edited or hostile: every query answers or says what is wrong, and nothing is executed."""

import io
import json
import pickle
import shutil
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
import rnnviz.atlas
from rnnviz.atlas import Atlas
from rnnviz.atlas.context_values import context_values
from rnnviz.atlas.stored_arrays import SLACK
from rnnviz.atlas.unit_planes import unit_planes
from rnnviz.errors import DamagedFileError, FileError, RnnvizError
from tests.raising import raises

MODEL = rnnviz.load("counter-lstm")
executed: list[str] = []


class Executes:
    """What a pickle of it does when it is read."""

    def __reduce__(self):
        return executed.append, ("executed",)


def npy(array):
    data = io.BytesIO()
    np.save(data, array, allow_pickle=True)
    return data.getvalue()


def claiming(shape):
    """The header of an array that is not there."""
    facts = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00\x76\x00" + facts.ljust(117) + b"\n"


WRONG_VALUES = [None, -1, 0, 1.5, 2**31, 2**63, 10**30, True, "", "x", "../../secret", "\0", [], [1], {}, [["a", 0]]]
WRONG_FILES = [
    b"", b"PK", b"{", pickle.dumps(Executes()), npy(np.array([Executes()], object)), npy(np.zeros(0)), npy(np.array(5)),
    npy(np.zeros((3, 3), np.float16)), npy(np.full(60, -7, np.int32)), npy(np.array([0, 2**62, 5])),
    npy(np.full(8, np.nan)), npy(np.zeros(7, "U4")), claiming("(10**12,)"), claiming("(1000000000000,)"),
    claiming("(99999999999999999999,)"), claiming("(-5,)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("atlas") / "whole"
    rnnviz.atlas.build(
        MODEL, ["aaabbb", "ab", "aabb" * 5, "", "abab"], ["hidden", "cell", "forget"], out=folder, sample=9
    )
    return folder


def queries(atlas):
    """What a page asks an atlas."""
    key = next(iter(atlas.recorded))
    name, place = key[0], {"layer": key[1], "direction": key[2]}
    yield lambda: [query(name, **place) for query in (atlas.units, atlas.correlations, atlas.components)]
    yield lambda: [query(name, 0, **place) for query in (atlas.top, atlas.bottom, atlas.groups, atlas.histogram)]
    yield lambda: atlas.means_by_token(name, 0, **place)
    yield lambda: atlas.saturation(name, **place)
    yield lambda: atlas.match([0, 1], 2, 3, name, **place)
    yield lambda: atlas.match([0], 2, 3, name, **place, threshold=0.1)
    yield lambda: unit_planes(atlas, MODEL.network, name, **place)
    yield lambda: context_values(atlas, MODEL.network, name, 0, [0, 5], **place)
    yield lambda: atlas.evidence()
    yield lambda: atlas.ablation(MODEL, documents=1)
    yield lambda: (repr(atlas), atlas.pieces, atlas.sample_positions, atlas.corpus.counts, atlas.is_of(MODEL))


def ask_everything(folder):
    try:
        atlas = Atlas.load(folder)
    except FileError:
        return
    for query in queries(atlas):
        try:
            query()
        except RnnvizError as error:
            assert "\n" not in error.message


def changed(data, value):
    """A JSON value with one of its parts replaced or left out."""
    draw = data.draw
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(WRONG_VALUES))
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = draw(st.sampled_from(keys[:12]))
    copy = value.copy()
    if draw(st.integers(0, 4)) == 0:
        del copy[key]
    else:
        copy[key] = changed(data, value[key])
    return copy


@settings(max_examples=60)
@given(data=st.data())
def test_no_folder_does_more_than_be_refused(whole, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged") / "atlas"
    shutil.copytree(whole, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    file = data.draw(st.sampled_from(files), label="file")
    content = file.read_bytes()
    match data.draw(st.sampled_from(["part", "cut", "other", "byte", "gone"]), label="how"):
        case "part" if file.suffix == ".json":
            file.write_text(json.dumps(changed(data, json.loads(content))))
        case "part" if file.suffix == ".npz":
            with np.load(file) as arrays:
                parts = {name: npy(arrays[name]) for name in arrays.files}
            chosen = data.draw(st.sampled_from(sorted(parts)), label="array")
            parts[chosen] = data.draw(st.sampled_from(WRONG_FILES), label="content")
            method = data.draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]))
            with zipfile.ZipFile(file, "w", method) as archive:
                for name, part in parts.items():
                    archive.writestr(f"{name}.npy", part)
        case "cut":
            file.write_bytes(content[: data.draw(st.integers(0, max(len(content) - 1, 0)))])
        case "byte" if content:
            place = data.draw(st.integers(0, len(content) - 1))
            file.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        case "gone":
            file.unlink()
        case _:
            file.write_bytes(data.draw(st.sampled_from(WRONG_FILES)))
    ask_everything(folder)
    shutil.rmtree(folder)
    assert not executed


def test_an_array_that_unpacks_to_far_more_than_it_holds_is_refused(whole, tmp_path):
    folder = tmp_path / "atlas"
    shutil.copytree(whole, folder)
    with zipfile.ZipFile(folder / "summaries.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hidden/0/forward/moments/means.npy", claiming("(3000000,)") + bytes(3 * SLACK))
    with raises(DamagedFileError, code="damaged"):
        Atlas.load(folder).units()


def test_what_is_damaged_of_an_unfinished_atlas_is_read_again(whole, tmp_path):
    class Stop:
        """Stops at the third shard."""

        calls = 0

        def __call__(self, tokens):
            self.calls += 1
            if self.calls == 3:
                raise KeyboardInterrupt

    options = {"out": tmp_path / "atlas", "shard": 1, "properties": []}
    with pytest.raises(KeyboardInterrupt):
        rnnviz.atlas.build(MODEL, ["aaabbb", "ab", "aabb"], progress=Stop(), **options)
    shards = sorted((tmp_path / "atlas" / "shards").glob("*.npz"))
    assert len(shards) == 2
    shards[0].write_bytes(shards[0].read_bytes()[:-100])
    shards[1].write_bytes(npy(np.zeros(3)))
    atlas = rnnviz.atlas.build(MODEL, ["aaabbb", "ab", "aabb"], **options)
    expected = rnnviz.atlas.build(MODEL, ["aaabbb", "ab", "aabb"], shard=1, properties=[])
    assert atlas.units().equals(expected.units()) and atlas.top("cell", 0).equals(expected.top("cell", 0))


def test_states_that_are_damaged_are_read_again(tmp_path):
    options = {"out": tmp_path / "atlas", "shard": 1, "properties": []}
    texts = ["aaabbb", "ab"]
    expected = rnnviz.atlas.build(MODEL, texts, **options).match([0], 2)
    (tmp_path / "atlas" / "atlas.json").unlink()
    (tmp_path / "atlas" / "states" / "hidden-0-forward.npy").write_bytes(b"")
    assert rnnviz.atlas.build(MODEL, texts, **options).match([0], 2).equals(expected)


@pytest.mark.parametrize("plan", ["", "{", "[]", "null", "[" * 9999])
def test_the_file_of_a_plan_that_says_nothing_is_that_of_another_atlas(tmp_path, plan):
    (tmp_path / "plan.json").write_text(plan)
    with raises(RnnvizError, code="other_atlas"):
        rnnviz.atlas.plan(MODEL, ["ab"], out=tmp_path)
    assert rnnviz.atlas.plan(MODEL, ["ab"], out=tmp_path, fresh=True).tokens == 2
