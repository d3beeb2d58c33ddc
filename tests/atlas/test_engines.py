"""The same numbers, bit for bit, whatever reads the shards, in whatever order, and after whatever stop."""

import os
import signal
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz.atlas
from rnnviz.atlas import Atlas, building
from rnnviz.atlas import processes as processes_module
from rnnviz.atlas.shard_summary import MergeTree
from rnnviz.errors import ArgumentError, MissingFileError, RnnvizError
from tests.atlas.brute_force import draw_model
from tests.raising import raises

ROOT = Path(__file__).parents[2]
MODEL = draw_model("gru", hidden=3, bidirectional=True)
TEXTS = ["the film was good. " * (k % 7 + 1) for k in range(40)]


def build(out=None, **options):
    return rnnviz.atlas.build(MODEL, TEXTS, shard=300, segment=50, burn_in=10, out=out, **options)


def arrays(atlas):
    """Everything that is computed, as bytes."""
    states = {str(file.relative_to(atlas.folder)): file.read_bytes() for file in atlas.folder.glob("states/**/*.npy")}
    with np.load(atlas.folder / "summaries.npz") as stored:
        return {name: stored[name].tobytes() for name in stored.files} | states


@pytest.fixture(scope="module")
def expected():
    return arrays(build())


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


class Once:
    """Does something at the second shard."""

    def __init__(self, action):
        self.action, self.calls, self.tokens = action, 0, 0

    def __call__(self, tokens):
        self.calls, self.tokens = self.calls + 1, self.tokens + tokens
        if self.calls == 2:
            self.action()


def test_states_are_among_what_is_compared(expected):
    assert {name.split("/")[1] for name in expected if name.startswith("states/")} > {"planes"}


def test_processes_find_the_same(expected):
    assert arrays(build(workers=2)) == expected


def test_a_killed_process_costs_its_shards_alone(expected):
    kill = Once(lambda: active_children()[0].kill())
    atlas = build(workers=3, progress=kill)
    assert arrays(atlas) == expected
    assert kill.tokens == atlas.tokens


def test_a_script_needs_no_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import rnnviz\n"
        "model = rnnviz.load('counter-rnn')\n"
        "print(rnnviz.atlas.build(model, ['aabb'] * 9, properties=[], shard=20, workers=2).tokens)\n"
    )
    run = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert run.stdout.strip() == "36", run.stderr


def test_processes_that_die_again_and_again_are_given_up(monkeypatch):
    def die(*arguments):
        raise BrokenProcessPool

    monkeypatch.setattr(processes_module, "_read", die)
    with raises(RnnvizError, code="processes_died"):
        build(workers=2)


def test_a_stopped_run_goes_on(expected, tmp_path, monkeypatch):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        build(out, progress=Stop(700))
    with raises(MissingFileError, code="unfinished"):
        Atlas.load(out)
    done = {int(file.stem) for file in (out / "shards").glob("*.npz")}
    assert done
    read, again = [], []
    summarise = building.summarise
    monkeypatch.setattr(
        building, "summarise", lambda n, shard, *rest: again.append(shard.number) or summarise(n, shard, *rest)
    )
    atlas = build(out, progress=read.append)
    assert arrays(atlas) == expected
    assert sum(read) == atlas.tokens
    assert again and not done & set(again)
    assert not (out / "shards").exists()


def test_states_that_were_removed_are_read_again(expected, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "out", progress=Stop(700))
    next((tmp_path / "out" / "states").glob("*.npy")).unlink()
    assert arrays(build(tmp_path / "out")) == expected


class Stop:
    """Stops once so many tokens have been read."""

    def __init__(self, after):
        self.left = after

    def __call__(self, tokens):
        self.left -= tokens
        if self.left < 0:
            raise KeyboardInterrupt


def test_a_folder_is_of_one_atlas(tmp_path):
    build(tmp_path / "out")
    with raises(ArgumentError, code="other_atlas"):
        build(tmp_path / "out", sample=7)
    with raises(ArgumentError, code="other_atlas"):
        rnnviz.atlas.plan(draw_model("gru", seed=1), TEXTS, out=tmp_path / "out")
    assert len(Atlas.load(tmp_path / "out").sample_positions) > 7
    assert len(build(tmp_path / "out", sample=7, fresh=True).sample_positions) == 7


def test_a_cluster_finds_the_same(expected, client):
    assert arrays(build(client=client)) == expected


def test_a_killed_worker_costs_its_shards_alone(expected, client):
    def kill():
        pid = next(iter(client.run(os.getpid).values()))
        os.kill(pid, signal.SIGKILL)

    kill_once = Once(kill)
    atlas = build(client=client, progress=kill_once)
    assert arrays(atlas) == expected
    assert kill_once.tokens == atlas.tokens


def test_a_cluster_goes_on_where_a_process_stopped(expected, client, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "out", progress=Stop(700))
    assert arrays(build(tmp_path / "out", client=client)) == expected


def test_there_must_be_a_scheduler(monkeypatch):
    pytest.importorskip("distributed")
    from rnnviz.atlas.cluster import connect

    with raises(ArgumentError, code="no_scheduler"):
        connect("nothing://here")


@given(st.permutations(range(9)), st.integers(1, 9))
def test_a_tree_does_not_depend_on_the_order(order, count):
    """Floats whose sum depends on how they are grouped."""
    values = [0.1 * 3**k for k in range(count)]

    def tree(numbers):
        made = MergeTree(count, lambda left, right: left + right)
        for number in numbers:
            made.add(number, values[number])
        return made.result

    assert tree([number for number in order if number < count]) == tree(range(count))


@given(st.integers(1, 40))
def test_a_tree_has_everything_in_its_order(count):
    made = MergeTree(count, lambda left, right: left + right)
    for number in reversed(range(count)):
        made.add(number, [number])
    assert made.result == list(range(count))
