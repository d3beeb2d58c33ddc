"""Every number of a query, against brute force over the values of the pass."""

import numpy as np
import pytest
from hypothesis import given, settings

import rnnviz.atlas
from rnnviz.atlas import Atlas
from rnnviz.errors import ArgumentError, DamagedFileError, MissingFileError, UnknownQuantityError, UnsupportedFileError
from tests.atlas.brute_force import all_values, build, draw_model, extremes, readings
from tests.raising import raises

MODEL = draw_model(hidden=3)


@pytest.fixture(scope="module")
def atlas():
    return build(MODEL, ["the film was good.", "good!", "a bad film, and a long one it was"], segment=20)[1]


@settings(max_examples=10, deadline=None)
@given(readings())
def test_every_number_is_that_of_brute_force(reading):
    plan, atlas = build(MODEL, reading.texts, **reading.settings)
    everything, _ = all_values(plan)
    rows = plan.corpus.read(0, plan.tokens)
    for (quantity, layer, direction), values in everything.items():
        at = {"layer": layer, "direction": direction}
        exact = values.astype(np.float64)
        units = atlas.units(quantity, **at)
        np.testing.assert_allclose(units["mean"], exact.mean(1), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(units["deviation"], exact.std(1), atol=1e-7)
        np.testing.assert_array_equal(units["low"], values.min(1))
        np.testing.assert_array_equal(units["high"], values.max(1))
        for unit in range(len(values)):
            for query, sign in ((atlas.top, 1), (atlas.bottom, -1)):
                frame = query(quantity, unit, **at)
                positions, expected = extremes(values[unit], plan, sign)
                assert frame["position"].tolist() == positions
                np.testing.assert_array_equal(frame["value"], np.float32(expected))
            check_histogram(atlas.histogram(quantity, unit, **at), values[unit], bounded=quantity != "cell")
            means = atlas.means_by_token(quantity, unit, **at)
            for token, count, mean in means.itertuples(index=False):
                chosen = exact[unit][rows == plan.corpus.spellings.index(token)]
                assert len(chosen) == count
                assert mean == pytest.approx(chosen.mean(), abs=1e-9)
            assert means["count"].sum() == plan.tokens
        if quantity != "cell":
            low = -0.9 if quantity in ("hidden", "candidate") else 0.1
            saturation = atlas.saturation(quantity, **at)
            np.testing.assert_array_equal(saturation["below"], (values < np.float32(low)).mean(1))
            np.testing.assert_array_equal(saturation["above"], (values > np.float32(0.9)).mean(1))
        np.testing.assert_array_equal(atlas.sample(quantity, **at), values[:, atlas.sample_positions])
    assert len(atlas.sample_positions) == min(reading.settings["sample"], plan.tokens)


def check_histogram(frame, values, bounded):
    assert frame["count"].sum() == len(values)
    counts = np.array(
        [((values >= low) & (values < high)).sum() for low, high in zip(frame["low"], frame["high"], strict=True)]
    )
    counts[-1] += (values == frame["high"].iloc[-1]).sum()
    if bounded:  # powers of two, so that not even rounding moves a value to the bin beside
        np.testing.assert_array_equal(frame["count"], counts)
    else:
        assert np.abs(np.cumsum(frame["count"]) - np.cumsum(counts)).max() <= (np.abs(values) < 1e-5).sum() + 1


@settings(max_examples=10, deadline=None)
@given(readings())
def test_components_and_correlations_are_those_of_numpy(reading):
    plan, atlas = build(MODEL, reading.texts, **reading.settings)
    for quantity in ("hidden", "cell"):
        values = all_values(plan)[0][quantity, 0, "forward"].astype(np.float64)
        components = atlas.components(quantity)
        covariance = np.cov(values) if plan.tokens > 1 else np.zeros((3, 3))
        rebuilt = (components.directions.T * components.variances) @ components.directions
        np.testing.assert_allclose(rebuilt, covariance, atol=1e-9)
        assert components.shares.sum() == pytest.approx(1) or not components.variances.any()
        np.testing.assert_allclose(components.project(values.T, 3).mean(0), 0, atol=1e-9)
        if (values.std(1) > 1e-3).all():
            expected = np.corrcoef(values)
            np.testing.assert_allclose(atlas.correlations(quantity), expected, atol=1e-6)
            first = atlas.correlated(0, quantity=quantity)
            assert sorted(first["unit"]) == [1, 2]
            np.testing.assert_allclose(first["correlation"], expected[0, first["unit"]], atol=1e-6)
            assert np.all(np.diff(np.abs(expected[0, first["unit"]])) < 1e-6), "the strongest first"


def test_groups_are_tenths_of_the_sample(atlas):
    frame = atlas.groups("hidden", 1, n=2, groups=5)
    assert frame["group"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert frame["value"].is_monotonic_increasing
    values = atlas.sample("hidden")[1]
    for group, value in zip(frame["group"], frame["value"], strict=True):
        share = (values < value).mean()
        assert group / 5 - 0.02 <= share < (group + 1) / 5


def test_of_equal_values_the_earlier_comes_first():
    atlas = rnnviz.atlas.build(draw_model(), ["ab" * 9] * 40, apart=1)
    frame = atlas.top("hidden", 0)
    assert frame["value"].nunique() == 1
    assert frame["position"].tolist() == [frame["position"][0] + 18 * k for k in range(20)]


def test_a_context_is_the_text_around_a_token(atlas):
    frame = atlas.top("hidden", 0, before=5, after=3)
    texts = ["the film was good.", "good!", "a bad film, and a long one it was"]
    for row in frame.itertuples():
        text, step = texts[row.document], row.step
        assert (row.before, row.token, row.after) == (
            text[max(step - 5, 0) : step],
            text[step],
            text[step + 1 : step + 4],
        )


def test_an_atlas_is_saved_and_loaded(atlas, tmp_path):
    atlas.save(tmp_path / "copy")
    copy = Atlas.load(tmp_path / "copy")
    assert copy.top("cell", 1).equals(atlas.top("cell", 1))
    assert copy.groups("hidden", 2).equals(atlas.groups("hidden", 2))
    assert (copy.tokens, copy.model, copy.fingerprint) == (atlas.tokens, atlas.model, atlas.fingerprint)
    with raises(ArgumentError, code="not_empty"):
        atlas.save(tmp_path)


def test_what_is_not_there_is_named(atlas):
    with raises(UnknownQuantityError, code="quantity", name="update"):
        atlas.top("update", 0)
    with raises(UnknownQuantityError, code="quantity", name="hidden"):
        atlas.top("hidden", 0, layer=1)
    with raises(UnknownQuantityError, code="summary", name="cell"):
        atlas.saturation("cell")
    with raises(UnknownQuantityError, code="summary", allowed=("hidden", "cell")):
        atlas.components("forget")
    with raises(ArgumentError, code="out_of_range", value=3):
        atlas.histogram("hidden", 3)


def test_damaged_atlases_are_refused(atlas, tmp_path):
    with raises(MissingFileError, code="missing"):
        Atlas.load(tmp_path)
    atlas.save(tmp_path / "copy")
    (tmp_path / "copy" / "summaries.npz").write_bytes(b"PK")
    with raises(DamagedFileError, code="damaged"):
        Atlas.load(tmp_path / "copy").top("hidden", 0)
    (tmp_path / "copy" / "corpus" / "tokens.npy").unlink()
    with raises(DamagedFileError, code="corpus"):
        Atlas.load(tmp_path / "copy")
    (tmp_path / "copy" / "atlas.json").write_text('{"format": 0}')
    with raises(UnsupportedFileError, code="format"):
        Atlas.load(tmp_path / "copy")


def test_a_part_of_the_quantities_is_recorded():
    atlas = rnnviz.atlas.build(MODEL, ["good"], ["hidden", "forget"])
    assert atlas.quantities == ("hidden", "forget")
    with raises(UnknownQuantityError, code="quantity", name="update"):
        rnnviz.atlas.build(MODEL, ["good"], ["update"])
