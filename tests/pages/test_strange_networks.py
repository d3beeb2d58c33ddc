"""Every page over networks whose states overflow: it is drawn, says what is no number, and says nothing wrong."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.ui.shared.catalogue import TaskModels
from rnnviz.ui.shared.session_keys import OWN_TASKS, TOKEN_VALUES, TRAININGS

from ..strange_networks import StrangeTask, strange_tasks
from .app_pages import APP, instrument_data, open_page

pytestmark = pytest.mark.usefixtures("open_door")

VISITS = {
    "explore": [{}, {"if": "zero.1"}],
    "memory": [
        {"question": "causes"},
        {"question": "causes", "method": "integrated-gradients"},
        {"question": "causes", "method": "gradient"},
        {"question": "reach"},
        {"question": "reach", "step": "1"},
        {"question": "writers"},
        {"question": "changes"},
        {"question": "changes", "if": "zero.1"},
        {"question": "units"},
    ],
    "compare": [{}, {"mode": "texts", "other": "abca"}],
    "dynamics": [{"view": view} for view in ("paths", "settling", "words", "growth", "machine")],
    "models": [{"part": "inside"}, {"part": "beside"}],
    "units": [{}],
}
UNNAMED = re.compile(r"\b(nan|infinity)\b", re.IGNORECASE)
TASKS = strange_tasks()


def opened(page: str, task: StrangeTask, cell: str, **link: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    names = {name: model.name for name, model in task.models.items()}
    app.session_state[OWN_TASKS] = {
        task.name: TaskModels(
            task.name, task.name, "letters", [task.text], names, own=task.models, vector_size=task.vector_size
        )
    }
    for expander in ("figure", "about", "models-numbers", "models-arrays"):
        app.session_state[expander] = True
    app.session_state[TOKEN_VALUES] = "attribution"
    place = {"task": task.name, "cell": cell, "text": task.text}
    if page == "models":
        place = {"model": names[cell], "one": names[cell]}
    for name, value in (place | link).items():
        app.query_params[name] = value
    return app.switch_page(f"pages/{page}.py").run()


def check(app: AppTest) -> None:
    """Nothing failed, what goes to the browser is JSON as it must be, and no number is left without a name."""
    assert not app.exception
    words = [element.value for kind in ("markdown", "caption", "info", "warning", "error") for element in app.get(kind)]
    for chart in app.get("plotly_chart"):
        spec = json.loads(chart.proto.spec, parse_constant=pytest.fail)
        words += [str(note.get("text")) for note in spec["layout"].get("annotations", [])]
        words += [str(chart.proto.alt)] if hasattr(chart.proto, "alt") else []
    for component in app.get("bidi_component"):
        if component.proto.bytes:
            size = int.from_bytes(component.proto.bytes[:4], "little")
            json.loads(component.proto.bytes[4 : 4 + size], parse_constant=pytest.fail)
            words += instrument_data(app)["notes"]["remarks"]
    assert [line for line in words if UNNAMED.search(line)] == []


@pytest.mark.parametrize("page", VISITS)
@pytest.mark.parametrize(("name", "cell"), [(name, cell) for name, task in TASKS.items() for cell in task.models])
def test_a_page_lives_with_what_a_network_does(page, name, cell):
    for link in VISITS[page]:
        check(opened(page, TASKS[name], cell, **link))


@pytest.mark.parametrize("scale", ["1.5", "40", "1000"])
def test_a_training_that_overflows_is_drawn_and_so_is_what_it_learned(scale):
    app = open_page(
        "train", task="recall", cells="rnn", activation="relu", recurrent="scaled", recurrent_scale=scale, clip="off",
        learning_rate="0.1",
    )  # fmt: skip
    app.button(key="train-start").click().run()
    for _ in range(3):
        check(app.run())
    (training,) = app.session_state[TRAININGS].values()
    training.stop()
    check(app.run())
    app.button(key="train-open-Explore").click().run()
    assert not app.exception
    if OWN_TASKS not in app.session_state or not app.session_state[OWN_TASKS]:
        return  # even the untrained network had values that were no numbers
    ((name, task),) = app.session_state[OWN_TASKS].items()
    for page in ("explore", "memory", "compare"):
        check(opened(page, StrangeTask(name, task.own, "abcdefgh" * 30 + "?"), "rnn"))
