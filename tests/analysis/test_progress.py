"""Long computations tell how far they are, can be called off, and find the same either way."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import ablation, gradient_by_layers, gradient_flow, largest_singular_values, progress
from rnnviz.analysis.progress import Progress, stretch

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
def test_it_goes_from_nothing_to_all_and_never_back(name, monkeypatch):
    monkeypatch.setattr(progress, "_QUIET", 0.0)
    told = []
    found, silent = LONG[name](told.append), LONG[name](None)
    assert told[0] == 0.0 and told[-1] == 1.0
    assert (np.diff(told) >= 0).all() and len(told) > 3
    assert max(np.diff(told)) < 0.8
    for key, value in silent.items():
        np.testing.assert_array_equal(found[key], value)


@every_one
@pytest.mark.parametrize("after", [0, 3])
def test_what_it_raises_ends_the_work(name, after, monkeypatch):
    monkeypatch.setattr(progress, "_QUIET", 0.0)
    told = []

    def tick(share):
        told.append(share)
        if len(told) > after:
            raise StopError

    with pytest.raises(StopError):
        LONG[name](tick)
    assert len(told) == after + 1


def test_it_does_not_call_more_often_than_a_page_can_draw():
    told = []
    counted = Progress(told.append, 10_000)
    for _ in range(10_000):
        counted.add(1)
    counted.finish()
    assert told[0] == 0 and told[-1] == 1 and len(told) < 1000


def test_a_part_of_the_work_tells_its_part():
    told = []
    part = stretch(told.append, 0.25, 1.0)
    for share in (0.0, 0.5, 1.0):
        part(share)
    assert told == [0.25, 0.625, 1.0]
    assert stretch(None, 0, 1) is None
