"""The Train page's logic: runs start, pause, step, stop and stay; numbers are refused in words; sessions are apart."""

import gc
import io
import weakref
from contextlib import ExitStack
from types import SimpleNamespace
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rnnviz.checkpoints import open_files
from rnnviz.checkpoints.native import model_archive
from rnnviz.training import TASKS, Settings, TrainingRun
from rnnviz.training.snapshot_dynamics import snapshot_dynamics
from rnnviz.ui.pages.train import training_group, training_session
from rnnviz.ui.pages.train.training_group import Training, differences
from rnnviz.ui.shared import catalogue, page_setup, session_memory
from rnnviz.ui.shared.server_limits import ServerLimits
from rnnviz.ui.shared.session_keys import NOTICES, TRAIN_DYNAMICS, TRAININGS, WAS_AWAY

from .app_pages import figure, instrument_values, numbers, open_page, page_text

NUMBERS = ["hidden", "learning_rate", "epochs", "keep_bias", "recurrent_scale", "truncate"]


pytestmark = pytest.mark.usefixtures("open_door")


def train(**link: str) -> AppTest:
    return open_page("train", **link)


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def link_of(app: AppTest) -> dict[str, str]:
    """What the page's link holds; a test's link has lists where it was opened and words where the page wrote."""
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def trainings(app: AppTest) -> list[Training]:
    return list(app.session_state[TRAININGS].values())


def until_over(app: AppTest, most: int = 200) -> AppTest:
    for _ in range(most):
        if trainings(app)[-1].ended:
            return app
        app.run()
        assert not app.exception
    raise AssertionError("the training did not end")


@pytest.fixture(scope="module")
def finished():
    """A page on which the LSTM has just learned to count."""
    door_was, page_setup.PagesManager = page_setup.PagesManager, SimpleNamespace(uses_pages_directory=False)
    app = until_over(press(train(cells="lstm"), "train-start"))
    page_setup.PagesManager = door_was
    return app


# ---- before the first run ------------------------------------------------------------------


def test_opens_on_a_task_with_its_levels_and_curves():
    app = train()
    task = TASKS["counter"]()
    assert task.chance.why in page_text(app) and task.best.why in page_text(app)
    assert {trace["name"] for trace in figure(app, "train-bundled")} == {"RNN", "GRU", "LSTM"}
    assert "started" not in app.query_params


@pytest.mark.parametrize("name", ["recall", "parity", "brackets", "adding"])
def test_every_task_is_described_and_has_its_own_options(name):
    app = train(task=name)
    assert TASKS[name]().chance.why in page_text(app)
    for option, (default, _) in TASKS[name].available_options.items():
        assert app.number_input(key=f"train-{name}-{option}").value == default


def test_tasks_without_their_data_are_not_offered(monkeypatch):
    monkeypatch.delenv("RNNVIZ_DATA", raising=False)
    options = train().selectbox(key="train-task").options
    assert not any("language" in title for title in options)
    assert len(options) >= 6


# ---- start, pause, resume, one step, stop -----------------------------------------------------


def test_a_training_goes_on_in_slices_until_the_task_is_learned(finished):
    (training,) = trainings(finished)
    run = training.runs["lstm"]
    assert run.state == "finished" and run.history.checks[-1]["accuracy"] == 1
    assert run.explanation in page_text(finished)
    assert not finished.button(key="train-start").disabled and finished.button(key="train-stop").disabled


def test_the_curves_are_the_run(finished):
    run = trainings(finished)[0].runs["lstm"]
    loss = next(t for t in figure(finished, "train-loss") if "held-out" in t["hovertemplate"])
    measured = {check["step"]: check["validation_loss"] for check in run.history.checks}
    assert [measured[step] for step in numbers(loss["x"])] == list(numbers(loss["y"]))
    (right,) = figure(finished, "train-accuracy")
    assert numbers(right["y"])[-1] == 1
    (norm,) = figure(finished, "train-norm")
    assert numbers(norm["y"]).max() == pytest.approx(max(run.history.norm))


def test_the_same_seed_gives_the_same_curves_whatever_the_slices(finished):
    task = TASKS["counter"]()
    whole = TrainingRun(Settings.for_task(task, "lstm"), task)
    while not whole.ended:
        whole.work(10)
    assert trainings(finished)[0].runs["lstm"].history.loss == whole.history.loss


def test_the_gates_of_any_moment_can_be_shown(finished):
    run = trainings(finished)[0].runs["lstm"]
    slider = finished.select_slider[0]
    assert slider.value == run.snapshots[-1].step
    for k in (0, 5, -1):
        finished.select_slider[0].set_value(run.snapshots[k].step).run()
        assert not finished.exception
        trace = run.trace_at(k)
        shown = {t["name"]: numbers(t["z"]) for t in figure(finished, "train-gates")}
        np.testing.assert_array_equal(shown["forget"], trace["forget"].T)
        gradient = {t["name"]: numbers(t["y"]) for t in figure(finished, "train-gradient")}
        norms = run.snapshots[k].gradient["cell"][0]
        np.testing.assert_allclose(np.nan_to_num(gradient["cell state"]), norms)
        assert f"forget gate is {trace['forget'].mean():.2f}" in page_text(finished)


def test_pause_resume_step_and_stop():
    app = press(train(), "train-start")
    assert trainings(app)[0].running and app.button(key="train-start").disabled
    press(app, "train-pause")
    taken = trainings(app)[0].steps_taken
    app.run()
    assert (trainings(app)[0].steps_taken, trainings(app)[0].paused) == (taken, True)
    each = [run.steps_taken for run in trainings(app)[0].runs.values()]
    press(app, "train-step")
    assert [run.steps_taken for run in trainings(app)[0].runs.values()] == [n + 1 for n in each]
    press(app, "train-resume")
    assert trainings(app)[0].steps_taken > taken + 3
    press(app, "train-stop")
    (training,) = trainings(app)
    assert {run.state for run in training.runs.values()} == {"stopped"}
    assert list(app.dataframe[0].value["state"]) == ["stopped"] * 3
    press(app, "train-start")
    assert len(trainings(app)) == 2 and trainings(app)[0].ended


def test_one_step_pauses_a_running_training():
    app = press(train(cells="gru"), "train-start")
    press(app, "train-step")
    assert trainings(app)[0].paused


def test_cells_learn_together():
    app = press(train(), "train-start")
    for _ in range(3):
        app.run()
    taken = [run.steps_taken for run in trainings(app)[0].runs.values()]
    assert max(taken) <= 1.5 * min(taken) + 60


def test_changed_settings_affect_the_next_run_only():
    app = press(train(cells="gru"), "train-start")
    app.number_input(key="train-hidden").set_value(16).run()
    app.selectbox(key="train-task").set_value("parity").run()
    (training,) = trainings(app)
    assert training.task.name == "counter" and training.runs["gru"].settings.recipe.hidden == 8
    assert differences(training.runs["gru"]) == []
    press(app, "train-stop")
    press(app, "train-start")
    first, second = trainings(app)
    assert first is training and second.task.name == "parity"
    assert differences(second.runs["gru"]) == []  # 16 is the default of parity
    assert second.runs["gru"].settings.recipe.hidden == 16


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "link",
    [
        {"hidden": "500"},
        {"epochs": "1000000"},
        {"learning_rate": "0"},
        {"task": "recall", "shortest": "50"},
        {"longest": "200"},
    ],
)
def test_impossible_settings_are_refused_and_kept(link):
    app = train(**link)
    assert app.warning and app.button(key="train-start").disabled
    assert link_of(app) == link


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden", "many"),
        ("hidden", "-3"),
        ("seed", "1e400"),
        ("learning_rate", "nan"),
        ("cells", "rnn,brain"),
        ("task", "chess"),
        ("clip", "maybe"),
        ("longest", "0"),
    ],
)
def test_an_invalid_value_in_the_link_is_reported_and_left_out(name, value):
    app = train(**{name: value})
    assert list(app.session_state[NOTICES]) == [f"link-{name}"]
    assert f"“{value}”" in page_text(app) and name not in app.query_params
    assert not app.button(key="train-start").disabled


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["task", "cells", "seed", "longest", "recurrent", "activation", *NUMBERS]), st.text(max_size=12))
def test_no_link_breaks_the_page(name, text):
    train(**{name: text})


def test_a_start_needs_a_cell():
    app = train()
    app.segmented_control(key="train-cells").set_value([]).run()
    assert app.warning and app.button(key="train-start").disabled


def test_the_link_has_the_changed_settings_only():
    app = train()
    assert not app.query_params
    app.number_input(key="train-learning_rate").set_value(0.02).run()
    app.toggle(key="train-clip").set_value(False).run()
    app.segmented_control(key="train-cells").set_value(["rnn"]).run()
    link = link_of(app)
    assert link == {"learning_rate": "0.02", "clip": "off", "cells": "rnn"}
    press(app, "train-start")
    again = press(train(**link), "train-start")
    mine, theirs = (trainings(one)[0].runs["rnn"] for one in (app, again))
    assert mine.settings == theirs.settings
    assert differences(mine) == ["learning rate 0.02", "no clipping"]


# ---- an explosion ---------------------------------------------------------------------------------


def test_an_rnn_explodes_at_one_click_with_an_explanation():
    app = until_over(press(train(), "train-explode"))
    run = trainings(app)[0].runs["rnn"]
    assert run.state == "diverged"
    assert run.explanation in page_text(app)
    (norm,) = figure(app, "train-norm")
    assert numbers(norm["y"]).max() > 1000
    assert np.isfinite(trainings(app)[0].models("kept")["rnn"].trace("Cab?").probabilities).all()
    assert "clip" in app.query_params


# ---- what came of it ---------------------------------------------------------------------------------


def test_the_table_is_the_runs(finished):
    table = finished.dataframe[0].value
    run = trainings(finished)[0].runs["lstm"]
    assert list(table["steps"]) == [run.steps_taken] and list(table["accuracy"]) == [1.0]
    assert list(table["changed settings"]) == ["none"] and table["explanation"][0] == run.explanation


def test_a_run_is_renamed_and_compared_with_another():
    app = press(train(cells="lstm"), "train-start")
    press(app, "train-stop")
    app.text_input(key="train-name-1").set_value("<b>first</b>").run()
    assert trainings(app)[0].name == "<b>first</b>"
    press(app, "train-start")
    press(app, "train-stop")
    names = {trace["name"] for trace in figure(app, "train-norm")}
    assert any("first" in name and "<b>" not in name for name in names) and len(names) == 2
    app.text_input(key="train-name-2").set_value("<b>first</b>").run()
    assert [one.name for one in trainings(app)] == ["<b>first</b>", "counter 2"]  # taken
    press(app, "train-remove")
    assert [one.name for one in trainings(app)] == ["<b>first</b>"]


def test_a_session_holds_a_limited_number_of_runs(monkeypatch):
    monkeypatch.setattr(training_session, "MOST_TRAININGS", 1)
    app = press(train(cells="lstm"), "train-start")
    press(app, "train-stop")
    press(app, "train-start")
    assert app.warning
    assert len(trainings(app)) == 1


def test_models_are_opened_once_and_seen_on_explore():
    app = until_over(press(train(cells="lstm"), "train-start"))
    run = trainings(app)[0].runs["lstm"]
    press(app, "train-open-Explore")
    assert trainings(app)[0].opened == ("counter-1", run.steps_taken)
    app.switch_page("pages/explore.py").run()
    app.selectbox(key="task").set_value("counter-1").run()
    assert not app.exception
    trace = run.best_model("x").trace("aaaaabbbbb")
    np.testing.assert_array_equal(instrument_values(app)["cell"], trace["cell"])
    app.switch_page("pages/train.py").run()
    press(app, "train-open-Explore")
    assert list(app.session_state["own_tasks"]) == ["counter-1"]


def test_what_is_downloaded_comes_back(finished):
    training = trainings(finished)[0]
    packed = model_archive.pack(list(training.models("mine").values()))
    with ZipFile(io.BytesIO(packed)) as file:
        assert sorted(file.namelist()) == ["mine-lstm.json", "mine-lstm.safetensors"]
    (model,) = open_files({"mine.zip": packed}).models.values()
    trace = training.models("mine")["lstm"].trace("aabb")
    assert np.array_equal(model.trace("aabb").probabilities, trace.probabilities)
    assert model.card["training"]["command"].startswith("python -m rnnviz.training counter")


# ---- pages, sessions, reloads ---------------------------------------------------------------------------


def test_a_training_pauses_while_another_page_is_open():
    app = press(train(hidden="12"), "train-start")
    app.switch_page("pages/memory.py").run()
    taken = trainings(app)[0].steps_taken
    app.run()
    assert trainings(app)[0].steps_taken == taken
    app.switch_page("pages/train.py").run()
    assert app.session_state[WAS_AWAY]
    assert trainings(app)[0].steps_taken > taken
    assert app.number_input(key="train-hidden").value == 12


def test_a_lost_training_can_be_started_again_after_a_reload():
    app = press(train(cells="gru", hidden="6"), "train-start")
    link = link_of(app)
    assert link["started"] == "1"
    fresh = train(**link)
    assert TRAININGS not in fresh.session_state or not trainings(fresh)
    press(fresh, "train-again")
    assert trainings(fresh)[0].runs["gru"].settings == trainings(app)[0].runs["gru"].settings
    assert not [button for button in fresh.button if button.key == "train-again"]


def test_two_sessions_do_not_know_of_each_other():
    one, other = press(train(cells="rnn"), "train-start"), press(train(cells="gru", task="parity"), "train-start")
    one.run()
    other.run()
    assert list(trainings(one)[0].runs) == ["rnn"] and list(trainings(other)[0].runs) == ["gru"]
    assert len(trainings(one)) == len(trainings(other)) == 1


def test_nothing_keeps_a_run_alive_when_its_session_is_gone():
    app = press(train(cells="gru"), "train-start")
    app.run()
    run = weakref.ref(trainings(app)[0].runs["gru"])
    assert run() is not None
    del app
    gc.collect()
    assert run() is None


def test_few_train_at_once(monkeypatch):
    """Who finds no free slot in time answers without having worked, and gives back what it took."""
    monkeypatch.setattr(training_group, "MAX_WAIT", 0.05)
    calls = []
    with ExitStack() as others:
        for k in range(training_group.SLOTS.count):
            others.enter_context(training_group.SLOTS.slot(k, 1))
        training_group.work_in_pieces("me", lambda seconds: bool(calls.append(seconds)), 1)
        assert calls == []
    with pytest.raises(ZeroDivisionError):
        training_group.work_in_pieces("me", lambda seconds: 1 / 0, 1)
    training_group.work_in_pieces("me", lambda seconds: bool(calls.append(seconds)), 1)
    assert calls == [training_group.PIECE]


def test_too_many_trainings_on_the_server_are_refused(monkeypatch):
    running = press(train(cells="gru"), "train-start")
    count = sum(training.running for training in list(training_session._on_server))
    monkeypatch.setattr(training_session, "SERVER_LIMITS", ServerLimits(trainings=count))
    late = press(train(cells="gru"), "train-start")
    assert not trainings(late) and len(late.warning) == 1
    press(running, "train-pause")
    press(late, "train-start")
    assert trainings(late)[0].running
    press(running, "train-resume")
    assert trainings(running)[0].paused and "trainings" in running.session_state[NOTICES]


def test_a_training_without_room_is_refused(monkeypatch):
    monkeypatch.setattr(session_memory.ledger(), "most_each", 1000)
    app = press(train(cells="gru"), "train-start")
    assert not trainings(app) and len(app.warning) == 1


# ---- own text -----------------------------------------------------------------------------------------------


VERSE = "The sea has many voices, many gods and many voices; the salt is on the briar rose. "


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader(key="train-file").upload(name, data).run()
    assert not app.exception
    return app


def test_own_text_is_read_and_trained_on():
    app = train(task="own", cells="gru", hidden="8", epochs="1")
    assert app.button(key="train-start").disabled
    upload(app, "sea.txt", (VERSE * 60).encode("utf-16"))
    assert f"sea.txt: {len(VERSE) * 60:,} characters" in page_text(app)
    until_over(press(app, "train-start"))
    training = trainings(app)[0]
    assert training.source == "sea.txt" and "Text: sea.txt" in page_text(app)
    assert training.runs["gru"].state == "finished"


@pytest.mark.parametrize(
    "data",
    [b"too short", b"\0\1\2" * 1000, b"\xef\xbb\xbf" + b"\xff" * 2000, b"a" * 5_000_001, b"a" * 2000],
    ids=["short", "binary", "not UTF-8", "too large", "one character"],
)
def test_an_unusable_text_is_refused_with_a_message(data):
    app = upload(train(task="own"), "x.bin", data)
    assert app.warning or app.error
    assert app.button(key="train-start").disabled


def test_a_lesson_can_hide_the_settings_and_still_train():
    app = train(hide="training", cells="lstm", hidden="5")
    assert not app.number_input and not app.toggle
    press(app, "train-start")
    run = trainings(app)[0].runs["lstm"]
    assert run.settings.recipe.hidden == 5 and run.steps_taken > 0


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_the_encoding_that_a_text_was_read_in_is_told(encoding):
    text = "Où est passé l'été, à côté du chêne? Les élèves ont reçu leurs livres. " * 40
    app = upload(train(task="own"), "ete.txt", text.encode(encoding))
    assert ("windows-1252" if encoding == "cp1252" else "UTF-8") in page_text(app)


def test_a_training_may_have_a_name_of_many_long_letters():
    app = until_over(press(train(task="counter", cells="rnn", hidden="4", epochs="1"), "train-start"))
    app.text_input(key="train-name-1").set_value("\U0001d4b6" * 60).run()
    (training,) = trainings(app)
    assert len(training.name) == 60
    with ZipFile(io.BytesIO(model_archive.pack([*training.models(catalogue.slug(training.name)).values()]))) as packed:
        assert len(packed.namelist()) == 2
    press(app, "train-open-Explore")


def test_the_dynamics_over_the_training_are_measured_when_they_are_looked_at():
    app = press(train(task="parity", length="4", cells="rnn,lstm", hidden="4", epochs="1"), "train-start")
    until_over(app)
    assert not any(chart.proto.id.endswith("train-exponent") for chart in app.get("plotly_chart"))
    app.session_state["train-dynamics-open"] = True
    (training,) = trainings(app)
    for _ in range(60):
        app.run()
        assert not app.exception
        if len(app.session_state[TRAIN_DYNAMICS]) == sum(len(run.snapshots) for run in training.runs.values()):
            break
    for measure in ("radius", "exponent", "participation", "saturation"):
        drawn = {trace["name"]: trace for trace in figure(app, f"train-{measure}")}
        for cell, run in training.runs.items():
            moments = [snapshot_dynamics(run.trace_at(k), each.step) for k, each in enumerate(run.snapshots)]
            line = next(trace for name, trace in drawn.items() if name.endswith(cell.upper()))
            wanted = [getattr(moment, measure) for moment in moments]
            kept = np.isfinite(wanted)
            assert np.array_equal(numbers(line["x"]), np.array([m.step for m in moments])[kept])
            np.testing.assert_allclose(numbers(line["y"]), np.array(wanted)[kept], rtol=1e-6)
