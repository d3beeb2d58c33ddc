"""Every number of a query, against brute force over the values of the pass."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz.atlas
from rnnviz.atlas import Atlas
from rnnviz.atlas.value_histogram import BINS, WIDEST, ValueHistogram
from rnnviz.cells import RNN
from rnnviz.errors import (
    ArgumentError,
    ArrayError,
    DamagedFileError,
    MissingFileError,
    UnknownQuantityError,
    UnsupportedFileError,
)
from rnnviz.figures import unit_histogram
from rnnviz.model import Model
from rnnviz.network import Network
from tests.atlas.brute_force import all_values, build, draw_model, extremes, readings
from tests.raising import raises
from tests.strategies import CHARACTERS, draw_network, seeds
from tests.tied_lstm import TiedLSTM

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


def constant_model(dtype=np.float32, scale=0.0):
    """Five units around other means, which change by `scale` with the input: none, or hardly."""
    rng = np.random.default_rng(0)
    cell = RNN(
        weight_ih=(scale * rng.standard_normal((5, 3))).astype(dtype), weight_hh=np.zeros((5, 5), dtype),
        bias_ih=np.array([0.3, -0.7, 40.0, 0.0, 1234.5], dtype), activation="relu",
    )  # fmt: skip
    return Model("constant", Network([[cell]], rng.standard_normal((len(CHARACTERS), 3)).astype(dtype)), CHARACTERS, [])


@pytest.mark.parametrize("shard", [1, 100_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_units_that_never_change_have_no_spread_and_no_correlation(dtype, shard):
    atlas = build(constant_model(dtype), ["the film was good"] * 9 + ["a"], shard=shard)[1]
    units = atlas.units()
    np.testing.assert_allclose(units["mean"], [0.3, 0, 40, 0, 1234.5], rtol=1e-6)
    assert (units["deviation"] == 0).all()
    assert np.isnan(atlas.correlations()).all() and not len(atlas.correlated(0))
    components = atlas.components()
    assert not components.variances.any() and components.participation_ratio == 0
    evidence = atlas.evidence()
    assert evidence[["r", "r2_held_out", "r_within_tokens"]].isna().all(axis=None) and not evidence["tracks"].any()


@pytest.mark.parametrize("scale", [1e-2, 1e-4, 1e-5])
def test_the_spread_of_units_that_hardly_change_is_exact(scale):
    plan, atlas = build(constant_model(scale=scale), ["the film was good", "and bad"] * 9, shard=20)
    values = all_values(plan)[0]["hidden", 0, "forward"].astype(np.float64)
    np.testing.assert_allclose(atlas.units()["deviation"], values.std(1), rtol=1e-7)
    moving = np.flatnonzero(values.std(1) > 0)
    expected = np.corrcoef(values[moving])
    np.testing.assert_allclose(atlas.correlations()[np.ix_(moving, moving)], expected, atol=1e-7)
    variances = np.linalg.eigvalsh(np.cov(values))[::-1]
    np.testing.assert_allclose(atlas.components().variances, variances, rtol=1e-6, atol=1e-12 * variances[0])


@given(st.floats(-3, 1), st.floats(0.01, 9), seeds)
def test_every_value_is_in_its_bin(low, width, seed):
    edges = np.linspace(low, low + width, BINS + 1)
    for borders in (edges, np.sinh(np.linspace(-WIDEST, WIDEST, BINS + 1))):
        rng = np.random.default_rng(seed)
        at = borders.astype(np.float32)
        beside = [np.nextafter(at, np.float32(way)) for way in (-1e9, 1e9)]
        values = np.concatenate([rng.uniform(borders[0], borders[-1], 50).astype(np.float32), at, *beside])
        found = ValueHistogram(np.zeros((1, BINS), np.int64), borders).bins_of(values[None])[0]
        expected = np.searchsorted(borders, values.astype(np.float64), side="right") - 1
        np.testing.assert_array_equal(found, np.clip(expected, 0, BINS - 1))


@pytest.mark.parametrize("cell", ["gru", "mgu", TiedLSTM.name, "lstm"])
def test_states_that_start_beyond_their_bounds_are_counted_where_they_are(cell):
    network = draw_network(cell, CHARACTERS, hidden=3)
    states = network.layers[0][0].states
    network = dataclasses.replace(network, initial=[[{s: np.full(3, 4.0, np.float32) for s in states}]])
    plan, atlas = build(Model("far", network, CHARACTERS, [*"1234"]), ["good", "a film"])
    for (quantity, layer, direction), values in all_values(plan)[0].items():
        facts = atlas.recorded_quantity(quantity, layer, direction)
        assert (values >= facts.low).all() and (values <= facts.high).all()
        frame = atlas.histogram(quantity, 0)
        check_histogram(frame, values[0], bounded=bool(np.isfinite(facts.high)))
        assert len(unit_histogram(atlas, network.definitions[0].by_name[quantity], 0).data[0].x)
    if cell != "lstm":  # whose output gate and tanh hold the hidden state
        assert np.isinf(atlas.recorded_quantity("hidden").high)


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


@pytest.mark.parametrize(
    "ask",
    [
        lambda a: a.top("hidden", 1.5), lambda a: a.top("hidden", "1"), lambda a: a.histogram("hidden", -1),
        lambda a: a.bottom("hidden", 0, -1), lambda a: a.top("hidden", 0, 2.5),
        lambda a: a.groups("hidden", 0, groups=0), lambda a: a.groups("hidden", 0, 1.5),
        lambda a: a.top("hidden", 0, before=-1), lambda a: a.correlated(0, -3),
        lambda a: a.match([], 1), lambda a: a.match([0.5], 1), lambda a: a.match([0], 1.5),
        lambda a: a.match([0], 1, 0), lambda a: a.match([0], 1, threshold=np.nan),
        lambda a: a.match([0], 1, threshold="x"),
        lambda a: a.match([0], 1, level=0.3), lambda a: a.ablation(MODEL, documents=0),
        lambda a: a.ablation(MODEL, documents=2.5),
    ],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(atlas, ask):
    with raises(ArgumentError, code="out_of_range"):
        ask(atlas)


def test_a_value_is_needed_for_each_position(atlas):
    with raises(ArrayError, name="values"):
        atlas.contexts([0, 1], [1.0])


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
