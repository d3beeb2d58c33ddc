"""Every page over models that answer with values: numbers and their names, and no word of probabilities or labels."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.checkpoints.safetensors.tensor_file import SafetensorsFile
from rnnviz.ui.shared.catalogue import TaskModels
from rnnviz.ui.shared.session_keys import OWN_TASKS

from ..value_models import value_model
from .app_pages import APP, open_page, page_text
from .test_models import upload

pytestmark = pytest.mark.usefixtures("open_door")

TEXT = "noise(seed=1, steps=6)"
HEADS = {
    "three values": {"outputs": 3},
    "one value": {"outputs": 1},
    "sigmoid": {"outputs": 1, "activation": "sigmoid"},
    "mean over time": {"outputs": 2, "reading": "mean"},
}
VISITS = [
    ("explore", {}),
    ("explore", {"if": "forget=1"}),
    ("memory", {"question": "causes"}),
    ("memory", {"question": "causes", "method": "integrated-gradients"}),
    ("memory", {"question": "causes", "method": "gradient"}),
    ("memory", {"question": "writers"}),
    ("memory", {"question": "changes"}),
    ("memory", {"question": "changes", "if": "forget=1"}),
    ("memory", {"question": "units"}),
    ("compare", {}),
    ("compare", {"mode": "texts", "other": "noise(seed=2, steps=5)"}),
]
WRONG = re.compile(
    r"probabilit|most likely|\blog odds\b|no readout|no prediction|\btokens?\b|\btexts?\b", re.IGNORECASE
)
PLURAL = re.compile(r"\b[01] (inputs|outputs|labels|units|numbers|tokens)\b")


def opened(page: str, head: dict, **link: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    models = {cell: value_model(cell, **head) for cell in ("gru", "lstm")}
    names = {cell: model.name for cell, model in models.items()}
    task = TaskModels("values", "Values", "numbers", [TEXT], names, own=models, vector_size=2)
    app.session_state[OWN_TASKS] = {"values": task}
    for name, value in ({"task": "values", "cell": "lstm", "text": TEXT} | link).items():
        app.query_params[name] = value
    return app.switch_page(f"pages/{page}.py").run()


@pytest.mark.parametrize(("page", "link"), VISITS, ids=str)
@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_page_speaks_of_values(page, link, head):
    app = opened(page, head, **link)
    assert not app.exception
    labels = [option for group in app.button_group for option in group.options]
    words = " ".join([page_text(app), *labels])
    assert not WRONG.search(words), WRONG.search(words)


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_the_value_that_the_page_states_is_the_models(head):
    from rnnviz.number_format import short_number

    model = value_model(**head)
    value = short_number(float(model.trace(TEXT).answer[0]))
    assert f"is {value}." in page_text(opened("memory", head, question="causes"))
    assert f"**{value}** (LSTM)" in page_text(opened("compare", head))


def test_a_file_with_one_output_is_described_without_words_that_it_lacks():
    model = value_model(outputs=1)
    app = upload(open_page("models"), "model.safetensors", SafetensorsFile().save(model))
    words = " ".join([page_text(app), *(header.value for header in app.header)]).replace("*", "")
    assert not PLURAL.search(words), PLURAL.search(words)
    assert "vectors of 2 numbers" in words and "1 output" in words and "1 input" not in words


def test_the_table_of_units_has_numbers():
    model = value_model(outputs=1)
    app = opened("memory", {"outputs": 1}, question="units")
    table = app.dataframe[0].value
    assert table["output"].tolist() == pytest.approx([float(model.trace(TEXT).answer[0])] * 4)
    assert table["difference"].tolist() == pytest.approx((table["without it"] - table["output"]).tolist())
