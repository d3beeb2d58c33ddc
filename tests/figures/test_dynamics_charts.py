"""Figures of dynamics: their points are those of the analysis, and what a model calls its tokens is never markup."""

import re

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.analysis import components, fixed_points, lyapunov, readout_direction, state_machine
from rnnviz.errors import ArgumentError
from rnnviz.figures import lyapunov_exponents, machine_graph, modifier_gains, point_eigenvalues, state_path
from rnnviz.text.tokens import Vocabulary

from ..raising import raises
from ..strategies import draw_network
from .agreement import agree, no_markup_but_our_own


@pytest.fixture(scope="module")
def model():
    return rnnviz.load("counter-rnn")


@pytest.fixture(scope="module")
def found(model):
    return components([model.trace(text) for text in ("aaabbb", "ab", "aabb")])


def drawn(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def test_the_path_and_the_points_are_projections(model, found):
    trace, points = model.trace("aab"), fixed_points(model, "b")
    path = np.vstack([trace.initial["hidden", 0, "forward"], trace["hidden"]])
    dots = found.project(trace["hidden"])
    readout = readout_direction(model, "end")
    arguments = (found, dots, path, trace.tokens)
    options = {"step": 2, "readout": readout, "label": "end", "points": points}
    figure = state_path(*arguments, **options)
    assert agree(state_path, *arguments, **options) and no_markup_but_our_own(figure)
    np.testing.assert_allclose(drawn(figure, "path of the text").x, found.project(path)[:, 0])
    np.testing.assert_allclose(drawn(figure, "current step").y, found.project(path)[[2], 1])
    np.testing.assert_allclose(drawn(figure, "fixed and slow points").x, found.project(points.hidden)[:, 0])
    arrow = next(note for note in figure.layout.annotations if note.showarrow)
    cosines = found.turn(readout)
    assert arrow.y / arrow.x == pytest.approx(cosines[1] / cosines[0])
    low, high = figure.layout.xaxis.range
    assert low < dots[:, 0].min() and dots[:, 0].max() < high


def test_of_a_long_path_the_last_steps_stand_out(model, found):
    trace = model.trace("a" * 12 + "b" * 12)
    path = np.vstack([trace.initial["hidden", 0, "forward"], trace["hidden"]])
    arguments, line = (found, found.project(trace["hidden"]), path, trace.tokens), found.project(path)
    for step, first in ((20, 12), (3, 0)):
        figure = state_path(*arguments, step=step)
        np.testing.assert_allclose(drawn(figure, "last steps").x, line[first : step + 1, 0])
        assert drawn(figure, "path of the text").opacity < 1 and agree(state_path, *arguments, step=step)
    short = state_path(found, line, path[:6], trace.tokens[:5], step=2)
    assert "last steps" not in [each.name for each in short.data]


def test_a_layer_of_one_unit_has_a_path_on_a_line():
    vocabulary = Vocabulary("characters", ("a", "b"))
    one = Model("one", draw_network("rnn", vocabulary, hidden=1), vocabulary, [*"1234"])
    trace = one.trace("abba")
    found = components([trace])
    path = np.vstack([trace.initial["hidden", 0, "forward"], trace["hidden"]])
    dots, readout = found.project(trace["hidden"]), np.array([-2.0])
    figure = state_path(found, dots, path, trace.tokens, readout=readout, points=fixed_points(one, "a"))
    np.testing.assert_allclose(drawn(figure, "path of the text").x, (path - found.mean)[:, 0] * found.directions[0, 0])
    assert not any(drawn(figure, "path of the text").y)
    arrow = next(note for note in figure.layout.annotations if note.showarrow)
    assert arrow.y == 0 and np.sign(arrow.x) == np.sign(found.turn(readout)[0])


def test_eigenvalues_are_drawn_around_the_unit_circle(model):
    points = fixed_points(model, "b")
    figure = point_eigenvalues(points, 1)
    np.testing.assert_array_equal(figure.data[0].x, points.eigenvalues[0].real)
    np.testing.assert_array_equal(figure.data[0].y, points.eigenvalues[0].imag)
    (circle,) = figure.layout.shapes
    assert (circle.x0, circle.x1, circle.y0, circle.y1) == (-1, 1, -1, 1)
    with raises(ArgumentError, name="number"):
        point_eigenvalues(points, len(points) + 1)


def test_curves_are_those_of_the_analysis(model):
    found = {cell: lyapunov(rnnviz.load(f"counter-{cell}").trace("aabb")) for cell in ("rnn", "lstm")}
    figure = lyapunov_exponents(found)
    np.testing.assert_array_equal(drawn(figure, "LSTM").y, found["lstm"].exponents[:16])
    assert agree(lyapunov_exponents, found)
    gains = {"rnn": np.array([1.0, 0.5]), "gru": np.array([-0.2, np.nan])}
    figure = modifier_gains(gains, "not")
    np.testing.assert_array_equal(drawn(figure, "RNN").y, gains["rnn"])
    low, high = figure.layout.yaxis.range
    assert low < -0.2 and high > 1


def test_a_graph_has_the_transitions_that_texts_take_and_those_of_the_path(model):
    machine = state_machine(model, texts=["a" * n + "b" * n for n in range(1, 13)])
    arrows = {
        (before, after, token)
        for before, after, token in re.findall(r's(\d+) -> s(\d+) \[label="(\w)"', machine_graph(machine))
    }
    taken = np.argwhere(machine.is_taken)
    expected = {(s, machine.transitions[s, k], machine.alphabet[k]) for s, k in taken}
    assert arrows == {tuple(map(str, arrow)) for arrow in expected}
    text = "aabbb"  # no text of the machine goes on after as many b's
    states = machine.read(text)
    graph = machine_graph(machine, text)
    lines = [line for line in graph.splitlines() if "->" in line]
    (dashed,) = (line for line in lines if "dashed" in line)
    assert f"s{states[3]} -> s{states[4]} " in dashed and not machine.is_taken[states[3], 1]
    assert sum("penwidth" in line for line in lines) == len(text)
    (node,) = (line for line in graph.splitlines() if "penwidth" in line and "->" not in line)
    assert node.startswith(f"  s{states[-1]} [")


def test_states_that_are_reached_after_as_many_tokens_are_in_one_column(model):
    machine = state_machine(model, texts=["a" * n + "b" * n for n in range(1, 13)])
    columns = [[*map(int, re.findall(r"\d+", line))] for line in machine_graph(machine).splitlines() if "rank=" in line]
    for column in columns:
        assert len({len(machine.shortest[state]) for state in column}) == 1
    assert sorted(state for column in columns for state in column) == [*range(25)]


def test_a_graph_has_no_strange_quotes():
    vocabulary = Vocabulary("words", ('"];x', "\\"))
    strange = Model("strange", draw_network("rnn", vocabulary), vocabulary, ['"]', "\\N", "<b>", "d"])
    graph = machine_graph(state_machine(strange))
    label = r'label="([^"\\]|\\.)*"(, group="([^"\\]|\\.)*")?'
    look = rf'shape=point, width=0.1, height=0.1, color="#\w+"|{label}'
    for line in graph.splitlines()[4:-1]:
        assert re.fullmatch(rf"  \w+( -> \w+)?( \[({look})\])?;|  \{{ rank=same;( s\d+;)+ \}}", line), line
