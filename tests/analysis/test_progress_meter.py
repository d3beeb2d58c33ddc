"""Long computations report their progress, can be cancelled, and give the same result either way."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import ablation, gradient_by_layers, gradient_flow, largest_singular_values, progress_meter
from rnnviz.analysis.progress_meter import ProgressMeter, partial_tick

MODEL = rnnviz.load("names-lstm")
TRACE = MODEL.trace("Wolfeschlegelsteinhausenbergerdorff")
MATRICES = np.random.default_rng(0).standard_normal((40, 80, 90))

LONG = {
    "gradient_flow": lambda tick: vars(gradient_flow(TRACE, tick=tick)),
    "gradient_flow of a GRU": lambda tick: vars(gradient_flow(rnnviz.load("names-gru").trace("Ada" * 9), tick=tick)),
    "gradient_by_layers": lambda tick: {"inputs": gradient_by_layers(TRACE, tick=tick).inputs},
    "ablation": lambda tick: ablation(MODEL, "Schmidhuber" * 20, tick=tick).to_dict("list"),
    "largest_singular_values": lambda tick: {"values": largest_singular_values(MATRICES, tick)},
}
every_one = pytest.mark.parametrize("name", LONG)


class StopError(Exception):
    pass


@every_one
def test_progress_goes_from_0_to_1_and_never_back(name, monkeypatch):
    monkeypatch.setattr(progress_meter, "_PAUSE", 0.0)
    shares = []
    result, silent = LONG[name](shares.append), LONG[name](None)
    assert shares[0] == 0.0 and shares[-1] == 1.0
    assert (np.diff(shares) >= 0).all() and len(shares) > 3
    assert max(np.diff(shares)) < 0.8
    for key, value in silent.items():
        np.testing.assert_array_equal(result[key], value)


@every_one
@pytest.mark.parametrize("after", [0, 3])
def test_an_exception_of_the_callback_ends_the_work(name, after, monkeypatch):
    monkeypatch.setattr(progress_meter, "_PAUSE", 0.0)
    shares = []

    def tick(share):
        shares.append(share)
        if len(shares) > after:
            raise StopError

    with pytest.raises(StopError):
        LONG[name](tick)
    assert len(shares) == after + 1


def test_calls_are_not_more_frequent_than_a_page_can_draw():
    shares = []
    counted = ProgressMeter(shares.append, 10_000)
    for _ in range(10_000):
        counted.add(1)
    counted.finish()
    assert shares[0] == 0 and shares[-1] == 1 and len(shares) < 1000


def test_a_part_of_the_work_reports_its_part():
    shares = []
    part = partial_tick(shares.append, 0.25, 1.0)
    for share in (0.0, 0.5, 1.0):
        part(share)
    assert shares == [0.25, 0.625, 1.0]
    assert partial_tick(None, 0, 1) is None
