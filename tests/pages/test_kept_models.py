"""What the browser keeps: the server tells it what to keep, opens again what it sends, and believes nothing blindly."""

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rnnviz.ui.pages
from rnnviz.checkpoints import open_files
from rnnviz.checkpoints.native.model_archive import pack
from rnnviz.ui.shared import kept_models
from rnnviz.ui.shared.kept_choices import NAME
from rnnviz.ui.shared.session_keys import KEPT_COMMAND, KEPT_REPORT, MISSING_MODEL, NOTICES, OPENED_FILE

from ..checkpoints.hostile_files import small_model
from .app_pages import instrument_values, open_page
from .test_models import LETTERS, gru, models, npz, press, upload, widget
from .test_train import train, until_over

pytestmark = pytest.mark.usefixtures("open_door")


def told(app: AppTest) -> dict:
    """What the page tells the browser."""
    texts = [component.proto.json for component in app.get("bidi_component") if component.proto.json]
    (data,) = [data for data in map(json.loads, texts) if "keep" in data]
    return data


def tell(app: AppTest, *kept: dict, **more) -> AppTest:
    """Let the browser tell what it keeps."""
    app.session_state[KEPT_REPORT] = json.dumps({"possible": True, "on": True, "models": list(kept)} | more)
    app.run()
    assert not app.exception
    return app


def listed(keep: dict, **more) -> dict:
    """A model as the browser lists it, once it keeps what it was told to."""
    sizes = [file["size"] for file in keep["files"]]
    return {name: keep[name] for name in ("id", "title", "tasks")} | {"date": "today", "bytes": sum(sizes)} | more


def send(app: AppTest, settings: str, **files: bytes) -> AppTest:
    """Let the browser send the files of a model."""
    uploader = next(one for one in app.file_uploader if one.key.startswith(kept_models.PLACE))
    contents = {name.replace("_", "."): data for name, data in files.items()} | {NAME: settings.encode()}
    uploader.set_value([(name, data, "") for name, data in contents.items()]).run()
    assert not app.exception
    return app


def opened_gru() -> AppTest:
    """A page with a GRU that has words, and one setting that was changed."""
    app = upload(models(), "net.npz", npz(gru()))
    widget(app.selectbox, "enc-reset").set_value("before").run()
    widget(app.text_area, "vocabulary-typed").set_value("\n".join(LETTERS)).run()
    widget(app.text_area, "labels-typed").set_value("w\nx\ny\nz").run()
    return app


def test_a_file_is_kept_with_what_was_chosen_and_comes_back_with_it():
    keep = told(opened_gru())["keep"]
    assert keep["files"] == [{"name": "net.npz", "size": len(npz(gru()))}] and keep["tasks"] == ["net"]
    assert not keep["packed"]  # the browser has the file
    app = tell(models(), listed(keep))
    app.button(key=f"models-kept-open-{keep['id']}").click().run()
    assert told(app)["command"]["open"] == keep["id"]
    send(app, keep["settings"], net_npz=npz(gru()))
    assert KEPT_COMMAND not in app.session_state
    assert widget(app.selectbox, "enc-reset").value == "before"
    assert widget(app.text_area, "vocabulary-typed").value == "\n".join(LETTERS)
    again = told(app)["keep"]
    assert {name: again[name] for name in ("id", "tasks", "files")} == {
        name: keep[name] for name in ("id", "tasks", "files")
    }
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"].values()
    assert task.own["gru"].vocabulary.tokens == tuple(LETTERS) and task.own["gru"].labels == list("wxyz")
    assert task.own["gru"].network.layers[0][0].options["reset"] == "before"


@pytest.mark.parametrize("page", ["explore", "memory", "compare", "dynamics"])
def test_a_link_to_a_missing_model_offers_it_and_then_shows_what_it_says(page):
    keep = told(opened_gru())["keep"]
    app = open_page(page, task="net", cell="gru", text="cab", step="2")
    assert "link-task" in app.session_state[NOTICES] and app.query_params["task"] in ("net", ["net"])
    tell(app, listed(keep))
    assert "link-task" not in app.session_state[NOTICES] and not app.session_state["own_tasks"]
    app.button(key=f"missing-open-{keep['id']}").click().run()
    send(app, keep["settings"], net_npz=npz(gru()))
    assert MISSING_MODEL not in app.session_state and not app.session_state[NOTICES]
    assert app.text_input(key="text").value == "cab"
    model = app.session_state["own_tasks"]["net"].own["gru"]
    assert model.network.layers[0][0].options["reset"] == "before"
    if page == "explore":
        np.testing.assert_array_equal(instrument_values(app)["update"], model.trace("cab")["update"])


def test_every_page_on_which_a_model_is_chosen_offers_what_is_missing():
    for page in Path(rnnviz.ui.pages.__path__[0]).glob("*/__init__.py"):
        text = page.read_text(encoding="utf-8")
        assert ("pick_model(" in text) == ("missing_model.offer()" in text), page.parent.name


@pytest.mark.parametrize("report", [{"possible": False}, {"models": []}, {"models": [{"id": 1}]}, {"models": "x"}])
def test_a_link_to_what_the_browser_does_not_keep_says_where_it_was(report):
    app = open_page("explore", task="net")
    tell(app, **report)
    assert list(app.session_state[NOTICES]) == ["link-task"] and MISSING_MODEL not in app.session_state
    assert "task" not in app.query_params
    tell(app, **report)  # and nothing more is asked of the browser
    assert not [one for one in app.file_uploader if one.key.startswith(kept_models.PLACE)]


def test_an_offer_can_be_dismissed_and_ends_when_another_model_is_chosen():
    one = {"id": "a", "title": "net", "tasks": ["net"], "date": "today", "bytes": 5}
    app = tell(open_page("explore", task="net"), one)
    app.button(key="missing-dismiss").click().run()
    assert MISSING_MODEL not in app.session_state and "task" not in app.query_params
    app = tell(open_page("explore", task="net"), one)
    app.selectbox(key="task").set_value("counter").run()
    assert MISSING_MODEL not in app.session_state and app.query_params["task"] in ("counter", ["counter"])


def test_several_of_one_name_are_told_apart():
    kept = [{"id": name, "title": name, "tasks": ["net"], "date": f"day {name}", "bytes": 5} for name in "abcd"]
    app = tell(open_page("explore", task="net"), *kept)
    offered = [button for button in app.button if (button.key or "").startswith("missing-open-")]
    assert len({button.label for button in offered}) == len(offered) == 3


def test_what_is_kept_is_removed_one_by_one_or_all_and_can_be_turned_off():
    kept = [{"id": name, "title": name, "tasks": [], "date": "today", "bytes": 5} for name in "ab"]
    app = tell(models(), *kept)
    app.button(key="models-kept-remove-b").click().run()
    assert told(app)["command"]["forget"] == ["b"]
    app.button(key="models-kept-all").click().run()
    assert told(app)["command"]["forget"] == ["a", "b"]
    app.checkbox(key="models-keep").uncheck().run()
    assert told(app)["command"]["on"] is False


@pytest.mark.parametrize(
    "settings",
    [
        "{",
        "[]",
        "{}",
        '{"overrides": {"enc": {"reset": "never"}}, "texts": {}, "choices": [], "models": {}}',
        '{"overrides": {"other": {}}, "texts": {}, "choices": [], "models": {}}',
        '{"overrides": {}, "texts": {"a": 1}, "choices": [], "models": {}}',
        '{"overrides": {}, "texts": {}, "choices": [["enc-vocabulary-kind", "sideways"]], "models": {}}',
        '{"overrides": {}, "texts": {}, "choices": [], "models": {"net": {"stack": "enc"}}}',
    ],
)
def test_damaged_choices_leave_a_file_as_it_was_uploaded(settings):
    app = send(tell(models()), settings, net_npz=npz(gru()))
    assert app.session_state[OPENED_FILE].checkpoint is not None and not app.error
    assert widget(app.selectbox, "enc-reset").value == "after"


def test_a_kept_file_is_checked_like_any_other():
    app = send(tell(models()), "{}", evil_pt=b"\x80\x02cos\nsystem\nq\x00X\x02\x00\x00\x00lsq\x01\x85q\x02Rq\x03.")
    assert len(app.error) == 1


def test_a_file_with_an_error_is_not_kept():
    assert told(upload(models(), "notes.txt", b"hello"))["keep"] is None


def test_an_archive_is_kept_and_offered_where_a_link_leads():
    data = pack([small_model(name="zebra")])
    keep = told(upload(models(), "mine.zip", data))["keep"]
    assert keep["tasks"] == ["zebra"]
    app = tell(open_page("explore", task="zebra"), listed(keep))
    send(app, keep["settings"], mine_zip=data)
    assert list(app.session_state["own_tasks"]) == ["zebra"] and app.query_params["task"] in ("zebra", ["zebra"])


def test_a_trained_model_is_kept_once_the_training_is_over():
    app = train(cells="rnn", epochs="1")
    app.button(key="train-start").click().run()
    until_over(app).run()
    keep = told(app)["keep"]
    assert keep["tasks"] == ["counter-1"] and keep["packed"]
    tell(app, listed(keep))
    assert told(app)["keep"]["packed"] == "" and told(app)["keep"]["id"] == keep["id"]  # it is there
    (training,) = app.session_state["trainings"].values()
    (model,) = open_files({"counter-1.zip": training.kept.packed}).models.values()
    best = training.runs["rnn"].best_model("x")
    assert "scores" not in model.card and "scores" in best.card  # nobody waited for the scores
    for name, array in best.network.parameters.items():
        np.testing.assert_array_equal(model.network.parameters[name], array)
    app = tell(open_page("compare", task="counter-1"), listed(keep))
    send(app, keep["settings"], **{"counter-1_zip": training.kept.packed})
    assert list(app.session_state["own_tasks"]) == ["counter-1"]


def test_a_reader_who_keeps_nothing_costs_nothing():
    app = train(cells="rnn", epochs="1")
    app.button(key="train-start").click().run()
    app.session_state[KEPT_REPORT] = json.dumps({"possible": True, "on": False, "models": []})
    until_over(app).run()
    assert told(app)["keep"] is None


def test_what_is_too_large_for_json_is_not_sent(monkeypatch):
    monkeypatch.setattr(kept_models, "LONGEST", 10)
    assert told(opened_gru())["keep"] is None
