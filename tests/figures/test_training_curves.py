"""Curves of training runs: points are what the run measured, levels are the task's, and labels are no markup."""

import numpy as np
import pytest

from rnnviz.figures import RunCurve, accuracy_curves, loss_curves, norm_curves, probe_gradient
from rnnviz.figures.training_curves import POINTS, thinned
from rnnviz.training import TASKS, Level, Settings, TrainingRun
from rnnviz.training.history import History

from .agreement import agree, no_markup_but_our_own, words


@pytest.fixture(scope="module")
def runs():
    task = TASKS["counter"]()
    by_cell = {
        cell: TrainingRun(Settings.for_task(task, cell, epochs=3, solved=0), task) for cell in ("rnn", "gru", "lstm")
    }
    for run in by_cell.values():
        while not run.ended:
            run.work(10)
    return by_cell


def lines(runs, **more):
    return [RunCurve("mine", cell, run.history, **more) for cell, run in runs.items()]


def named(figure, part):
    return [trace for trace in figure.data if trace.hovertemplate and part in trace.hovertemplate]


def test_figures_with_and_without_checks_agree(runs):
    task = runs["rnn"].task
    for curves in (
        lines(runs),
        lines(runs)[:1],
        [*lines(runs), *lines(runs, faded=True)],
        [RunCurve("x", "gru", History())],
    ):
        assert agree(loss_curves, curves, task.chance, task.best)
        assert agree(accuracy_curves, curves, task.chance, task.best)
        assert agree(norm_curves, curves)
    trace, snapshot = runs["lstm"].trace_at(-1), runs["lstm"].snapshots[-1]
    norms = {state: rows[0] for state, rows in snapshot.gradient.items()}
    assert agree(probe_gradient, trace.definition, norms, trace.tokens, trace.unknown, norms)
    assert agree(probe_gradient, trace.definition, {"hidden": np.zeros(12)}, trace.tokens, trace.unknown)


def test_curves_are_what_was_measured(runs):
    task = runs["rnn"].task
    loss = named(loss_curves(lines(runs), task.chance, task.best), "held-out loss")
    right = named(accuracy_curves(lines(runs), task.chance, task.best), "correct answers")
    for (cell, run), drawn, shares in zip(runs.items(), loss[::-1], right[::-1], strict=True):
        checks = {check["step"]: check for check in run.history.checks}
        assert cell.upper() in drawn.name
        assert [checks[step]["validation_loss"] for step in drawn.x] == list(drawn.y)
        assert [checks[step]["accuracy"] for step in shares.x] == list(shares.y)
        assert drawn.x[-1] == run.history.checks[-1]["step"]


def test_long_lines_keep_their_peaks_and_their_last_step():
    norms = np.ones(12_345)
    norms[5000] = 1e6
    x, y = thinned(list(norms), np.max)
    assert len(x) == POINTS and x[-1] == 12_345
    assert y.max() == 1e6 and abs(int(x[y.argmax()]) - 5001) <= 62
    x, y = thinned([3.0, 1.0], np.max)
    assert list(x) == [1, 2] and list(y) == [3, 1]


def test_levels_are_those_of_the_task(runs):
    task = runs["rnn"].task
    figure = loss_curves(lines(runs), task.chance, task.best)
    assert [shape.y0 for shape in figure.layout.shapes] == [task.chance.loss, task.best.loss]
    assert any("chance 0.908" in text for text in words(figure))
    figure = accuracy_curves(lines(runs), task.chance, Level(None, None, "unknown"))
    assert [shape.y0 for shape in figure.layout.shapes] == [task.chance.accuracy]


def test_an_explosion_makes_the_axis_logarithmic_and_levels_follow(runs):
    task = runs["rnn"].task
    wild = History([1.0, 50.0, 1e6], [1.0, 1e3, 1e9], [{"step": 0, "validation_loss": 1.1, "accuracy": 0.0}])
    assert loss_curves(lines(runs), task.chance, task.best).layout.yaxis.type != "log"
    figure = loss_curves([RunCurve("wild", "rnn", wild)], task.chance, Level(1.0, 0.0, ""))
    assert figure.layout.yaxis.type == "log"
    assert [shape.y0 for shape in figure.layout.shapes] == [task.chance.loss]  # 0 has no place on such an axis
    assert figure.layout.yaxis.range[1] >= 6


def test_the_clip_is_a_line_where_all_agree_on_it(runs):
    def shapes(curves):
        return [shape.y0 for shape in norm_curves(curves).layout.shapes]

    assert shapes(lines(runs, clip=1.0)) == [1.0]
    assert shapes(lines(runs, clip=0.0)) == []
    assert shapes([*lines(runs, clip=1.0), *lines(runs, clip=0.5)]) == []
    assert shapes([*lines(runs, clip=1.0), *lines(runs, clip=0.0, faded=True)]) == [1.0]


def test_a_runs_name_is_never_markup(runs):
    task = runs["rnn"].task
    nasty = [RunCurve("<img src=x>", "gru", runs["gru"].history, faded=faded) for faded in (False, True)]
    for figure in (loss_curves(nasty, task.chance, task.best), norm_curves(nasty)):
        assert no_markup_but_our_own(figure)
        assert all("<img" not in trace.name and "<img" not in trace.hovertemplate for trace in figure.data)
