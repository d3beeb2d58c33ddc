"""The Models page's logic: a file is interpreted, its settings can be overridden, and then it is on every page."""

import gc
import io
import pickle
import weakref

import numpy as np
import pytest
from safetensors.numpy import save
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import weights_by_gate
from rnnviz.cells import GRU, LSTM
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from rnnviz.ui.pages.models import PARTS
from rnnviz.ui.pages.models.model_table import TABLE
from rnnviz.ui.shared import session_memory
from rnnviz.ui.shared.catalogue import MODEL_PAGES
from rnnviz.ui.shared.session_keys import PAGE

from ..checkpoints.saved_models import WRITERS, to_npz
from .app_pages import figure, instrument_values, numbers, open_page

LETTERS = [*"abcdefghij"]

pytestmark = pytest.mark.usefixtures("open_door")


def models(**link: str) -> AppTest:
    return open_page("models", **link)


def upload(app: AppTest, name: str, data: bytes, key: str = "models-files") -> AppTest:
    app.file_uploader(key=key).upload(name, data).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """All words on the page."""
    parts = [*app.markdown, *app.caption, *app.error, *app.warning, *app.success, *app.header]
    return "\n".join(part.value for part in parts).replace("\\", "")


def widget(elements, end: str):
    """The widget whose key ends so."""
    return next(one for one in elements if one.key and one.key.endswith(end))


def press(app: AppTest, end: str) -> AppTest:
    widget(app.button, end).click().run()
    assert not app.exception
    return app


def gru(seed: int = 0, hidden: int = 5, names: str = "enc") -> dict[str, np.ndarray]:
    """A GRU over ten letters, an embedding below and four outputs on top, under names that are nobody's."""
    network = Network.random(
        "gru", hidden=hidden, vocabulary=10, embedding=3, classes=4, rng=np.random.default_rng(seed)
    )
    ours = network.parameters
    theirs = {"weight_ih": "w_ih", "weight_hh": "w_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}
    found = {f"{names}_{there}": ours[f"rnn.{here}_l0"] for here, there in theirs.items()}
    return found | {
        f"{names}_emb": ours["embedding.weight"],
        f"{names}_fc_w": ours["readout.weight"],
        f"{names}_fc_b": ours["readout.bias"],
    }


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_on_something(part):
    app = models(part=part)
    assert app.markdown or app.get("plotly_chart")
    assert not app.error


# ---- your model --------------------------------------------------------------------------------------------


def test_a_state_dict_is_interpreted_and_opens_on_explore():
    cell = LSTM.random(3, 4, np.random.default_rng(1))
    arrays = {f"module.encoder.rnn.{name}_l0": array for name, array in cell.parameters.items()}
    app = upload(models(), "net.safetensors", save(arrays))
    told = said(app)
    assert "net.safetensors" in told and "LSTM, 1 layer, forward, 3 inputs, 4 units" in told
    assert "reads vectors" in told and "ends with its hidden states" in told
    (table,) = [frame.value for frame in app.dataframe]
    assert set(table["array in the file"]) == set(arrays)
    assert set(table["parameter"]) == {f"rnn.{name}_l0" for name in cell.parameters}
    app = press(app, "open-Explore")
    app.switch_page("pages/explore.py").run()
    (task,) = app.session_state["own_tasks"].values()
    model = task.own["lstm"]
    trace = model.trace("noise(seed=0, steps=24)")
    assert np.array_equal(model.network.layers[0][0].weight_ih, cell.weight_ih)
    np.testing.assert_array_equal(instrument_values(app)["forget"], trace["forget"])


def test_what_was_assumed_can_be_overridden():
    arrays = gru()
    app = upload(models(), "net.npz", npz(arrays))
    assert "**Assumed**" in said(app)
    choice = widget(app.selectbox, "enc-reset")
    assert choice.value == "after"
    choice.set_value("before").run()
    press(app, "open-Memory")
    (task,) = app.session_state["own_tasks"].values()
    cell = task.own["gru"].network.layers[0][0]
    assert cell.options["reset"] == "before"
    expected = GRU(*(arrays[f"enc_{name}"] for name in ("w_ih", "w_hh", "b_ih", "b_hh")), reset="before")
    x = arrays["enc_emb"][[3, 1, 4]]
    np.testing.assert_array_equal(task.own["gru"].trace("3 1 4")["hidden"], expected.forward(x)["hidden"])
    # gone back to, the file is still there, with what was set right, and the way to its weights
    app.switch_page("pages/models.py").run()
    assert widget(app.selectbox, "enc-reset").value == "before"
    press(app, "enc-weights")
    assert app.selectbox(key="models-model").value == "net-gru"
    drawn = [numbers(part["z"]) for part in figure(app, "weights") if part["type"] == "heatmap"]
    assert any(np.array_equal(z, weights_by_gate(cell)[0].recurrent) for z in drawn)


@pytest.mark.parametrize("page", ["explore", "memory", "compare"])
def test_what_is_not_run_of_a_file_is_said_as_long_as_its_model_is_open(page):
    shapes = {"weight_ih_l0": (16, 4), "weight_hh_l0": (16, 4), "bias_ih_l0": (16,)}
    layers = [{f"lstm{k}.{name}": np.ones(shape, np.float32) for name, shape in shapes.items()} for k in (1, 2)]
    norm = {f"norm1.{name}": np.ones(4, np.float32) for name in ("weight", "bias")}
    app = upload(models(), "net.npz", npz(layers[0] | norm | layers[1]))
    assert "2 recurrent stacks" in said(app) and "norm1" in said(app) and "LSTM, 1 layer" in said(app)
    widget(app.selectbox, "lstm1-layers").set_value("all").run()
    assert "LSTM, 2 layers" in said(app)
    widget(app.selectbox, "lstm1-layers").set_value("lstm1").run()
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"]
    app.query_params["task"], app.query_params["cell"] = task, "lstm"
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    assert sum("norm1" in warning.value for warning in app.warning) == 1
    assert any("Assumed" in caption.value for caption in app.caption)


def test_what_was_just_opened_is_chosen_on_every_part():
    app = upload(models(), "net.npz", npz(gru()))
    assert [button.proto.type for button in app.button if "-open-" in (button.key or "")] == [
        "primary",
        *["secondary"] * (len(MODEL_PAGES) - 1),
    ]
    choose_part(app, "inside")
    assert app.selectbox(key="models-model").value == "net-gru"
    choose_part(app, "beside")
    assert app.selectbox(key="models-one").value == "net-gru"
    choose_part(app, "yours")
    widget(app.selectbox, "enc-reset").set_value("before").run()  # a change is another model, under another name
    choose_part(app, "inside")
    assert app.selectbox(key="models-model").value == "net-2-gru"
    press(app, "models-remove-net-2")
    assert not app.session_state["own_tasks"] and app.selectbox(key="models-model").value != "net-2-gru"
    choose_part(app, "yours")
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"].values()
    assert task.own["gru"].network.layers[0][0].options["reset"] == "before"


def choose_part(app: AppTest, part: str) -> None:
    widget(app.get("button_group"), "part").set_value(part).run()
    assert not app.exception


def test_of_several_stacks_each_can_be_opened():
    app = upload(models(), "both.npz", npz(gru(0, 5, "enc") | gru(1, 6, "dec")))
    assert "2 recurrent stacks" in said(app) and "GRU, 1 layer, forward, 3 inputs, 5 units" in said(app)
    widget(app.get("button_group"), "-stack").set_value("dec").run()
    assert "GRU, 1 layer, forward, 3 inputs, 6 units" in said(app)
    press(app, "dec-open-Explore")
    assert list(app.session_state["own_tasks"]) == ["both-dec"]


def test_a_vocabulary_that_does_not_fit_is_kept_and_said_and_a_fitting_one_is_used():
    app = upload(models(), "net.npz", npz(gru()))
    box = widget(app.text_area, "vocabulary-typed")
    box.set_value("\n".join(LETTERS[:9])).run()
    (error,) = app.error
    assert "9 tokens" in error.value and "10 rows" in error.value
    assert widget(app.text_area, "vocabulary-typed").value == "\n".join(LETTERS[:9])
    assert not [button for button in app.button if button.key and "open-Explore" in button.key]
    widget(app.text_area, "vocabulary-typed").set_value("\n".join(LETTERS)).run()
    assert not app.error
    widget(app.text_area, "labels-typed").set_value('["w", "x", "y", "z"]').run()
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"].values()
    model = task.own["gru"]
    assert model.vocabulary == Vocabulary("characters", tuple(LETTERS)) and model.labels == ["w", "x", "y", "z"]
    app.switch_page("pages/models.py").run()
    assert widget(app.text_area, "vocabulary-typed").value == "\n".join(LETTERS)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.pt", b"", "empty"),
        ("picture.png", b"\x89PNG\r\n\x1a\n", "an image"),
        ("notes.txt", b"hello", "is unknown"),
        ("evil.pt", b"\x80\x02cos\nsystem\nq\x00X\x02\x00\x00\x00lsq\x01\x85q\x02Rq\x03.", "was not opened"),
        ("cut.safetensors", b"\x10\x00\x00\x00\x00\x00\x00\x00{", "cut.safetensors"),
        ("linear.npz", npz({"layer.weight": np.ones((3, 4))}), "is called as those of recurrent layers"),
        ("nan.npz", npz({**gru(), "enc_w_hh": np.full((15, 5), np.nan)}), "NaN"),
    ],
)
def test_what_cannot_be_opened_is_told_in_a_sentence_and_the_next_file_opens(name, data, words):
    app = upload(models(), name, data)
    (error,) = app.error
    assert words in error.value.replace("\\", "")
    app.file_uploader(key="models-files").set_value([]).run()
    app = upload(app, "net.npz", npz(gru()))
    assert not app.error and "GRU, 1 layer" in said(app)


def test_verify_says_how_far_and_repairs_what_a_fact_repairs():
    arrays = gru(hidden=4)
    x = np.random.default_rng(5).integers(0, 10, 12)
    theirs = GRU(*(arrays[f"enc_{name}"] for name in ("w_ih", "w_hh", "b_ih", "b_hh")), reset="before")
    pair = npz({"input": x, "output": theirs.forward(arrays["enc_emb"][x])["hidden"]})
    app = upload(models(), "net.npz", npz(arrays))
    box = widget(app.file_uploader, "enc-verify")
    upload(app, "check.npz", pair, box.key)
    (warning,) = app.warning
    assert "They differ" in warning.value
    assert "They would agree" in said(app) and "before the matrix product" in said(app)
    press(app, "enc-repair")
    (success,) = app.success
    assert "They agree" in success.value
    assert widget(app.selectbox, "enc-reset").value == "before"
    upload(app, "other.npz", npz({"input": x, "output": np.zeros((12, 3), np.float32)}), box.key)
    assert any("no quantity" in error.value for error in app.error)


def test_a_file_of_rnnviz_brings_words_labels_and_card_along():
    names = rnnviz.load("names-gru")
    app = upload(models(), "mine.onnx", WRITERS["onnx"](names))
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"].values()
    model = task.own["gru"]
    assert model.vocabulary == names.vocabulary and model.labels == names.labels
    assert model.card["scores"] == names.card["scores"]
    for name, array in names.network.parameters.items():
        np.testing.assert_array_equal(model.network.parameters[name], array)


def test_sessions_are_apart_and_room_is_limited(monkeypatch):
    first, second = models(), models()
    upload(first, "net.npz", npz(gru()))
    press(first, "open-Explore")
    second.run()
    assert "own_tasks" not in second.session_state or not second.session_state["own_tasks"]
    assert "models-opened" not in second.session_state
    monkeypatch.setattr(session_memory.ledger(), "most_each", 1)
    first.switch_page("pages/models.py").run()
    widget(first.text_input, "-name").set_value("another").run()
    press(first, "open-Memory")
    assert len(first.warning) == 1 and first.session_state[PAGE] == second.session_state[PAGE]
    upload(second, "net.npz", npz(gru()))
    assert len(second.error) == 1


def test_a_file_and_its_models_give_their_room_back():
    gc.collect()
    before = session_memory.ledger().bytes
    app = upload(models(), "net.npz", npz(gru()))
    opened = session_memory.ledger().bytes
    press(app, "open-Explore")
    assert before < opened < session_memory.ledger().bytes
    app.switch_page("pages/models.py").run()
    press(app, "models-close")
    del app
    gc.collect()
    assert session_memory.ledger().bytes == before


# ---- the weights of any model ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["names-lstm", "recall-rnn", "counter-gru"])
def test_the_matrices_and_biases_on_the_screen_are_the_model_s(name):
    app = models(part="inside", model=name)
    gates = weights_by_gate(rnnviz.load(name).network.layers[0][0])
    drawn = [numbers(part["z"]) for part in figure(app, "weights") if part["type"] == "heatmap"]
    for gate in gates:
        for matrix in (gate.input, gate.recurrent):
            assert any(z.shape == matrix.shape and np.allclose(z, matrix) for z in drawn), gate.gate.name
    bars = [numbers(part["y"]) for part in figure(app, "biases")]
    for gate in gates:
        assert any(np.allclose(y, gate.bias) for y in bars)


def test_every_model_is_listed_with_its_score():
    app = models(part="inside")
    table = app.dataframe[0].value
    assert set(table["model"]) == set(rnnviz.models())
    row = table.set_index("model").loc["names-lstm"]
    network = rnnviz.load("names-lstm").network
    assert row["parameters"] == sum(array.size for array in network.parameters.values())
    assert row["held out"].startswith(f"{100 * zoo.card('names-lstm')['scores']['test']:.1f} ")


def test_the_model_that_is_shown_is_marked_in_the_table():
    app = models(part="inside", model="recall-gru")
    (row,) = app.session_state[TABLE]["selection"]["rows"]
    assert app.dataframe[0].value["model"].iloc[row] == "recall-gru"


def test_a_model_with_layers_and_directions_shows_each():
    network = Network.random(
        "gru", hidden=4, vocabulary=5, embedding=3, layers=2, bidirectional=True, rng=np.random.default_rng(0)
    )
    model = Model("deep", network, Vocabulary("pieces", tuple("01234")), [])
    app = upload(models(), "deep.npz", to_npz(model))
    press(app, "open-Explore")
    app.switch_page("pages/models.py").run()
    widget(app.get("button_group"), "part").set_value("inside").run()
    app.selectbox(key="models-model").set_value("deep-gru").run()
    assert not app.exception
    widget(app.get("button_group"), "layer").set_value(1).run()
    widget(app.get("button_group"), "direction").set_value("backward").run()
    drawn = [numbers(part["z"]) for part in figure(app, "weights") if part["type"] == "heatmap"]
    wanted = weights_by_gate(network.cell(1, "backward"))[0].input
    assert any(z.shape == wanted.shape and np.allclose(z, wanted) for z in drawn)


@pytest.mark.parametrize(("cell", "for_onnx"), [("mgu", False), ("cifg", True)])
def test_a_model_is_offered_in_the_formats_that_can_express_it(cell, for_onnx):
    network = Network.random(cell, hidden=4, vocabulary=5, embedding=3, rng=np.random.default_rng(0))
    app = upload(models(), "own.npz", to_npz(Model("own", network, Vocabulary("pieces", tuple("01234")), [])))
    press(app, "open-Explore")
    app.switch_page("pages/models.py").run()
    widget(app.get("button_group"), "part").set_value("inside").run()
    app.selectbox(key="models-model").set_value(f"own-{cell}").run()
    assert not app.exception
    offered = {button.proto.id.rpartition("-")[2]: not button.proto.disabled for button in app.get("download_button")}
    assert offered == {"safetensors": True, "npz": True, "onnx": for_onnx}


def test_two_models_beside_each_other():
    app = models(part="beside", one="names-lstm", against="names-lstm")
    assert "have the same architecture" in said(app)
    drawn = [numbers(part["z"]) for part in figure(app, "differences") if part["type"] == "heatmap"]
    assert drawn and all(not z.any() for z in drawn)
    app = models(part="beside", one="names-gru", against="names-lstm")
    assert "differ in cell" in said(app)
    assert not any(chart.proto.id.endswith("-chart-differences") for chart in app.get("plotly_chart"))


# ---- what is too large -------------------------------------------------------------------------------------


def test_a_layer_too_large_for_a_browser_is_told_and_not_opened(monkeypatch):
    monkeypatch.setattr("rnnviz.ui.shared.work_limits.LARGEST_CELL", 100)
    app = upload(models(), "net.npz", npz(gru()))
    assert any("too much for a browser" in info.value for info in app.info)
    assert not any("-open-" in (button.key or "") for button in app.button)
    choose_part(app, "inside")
    assert not app.session_state["own_tasks"]


@pytest.mark.parametrize("page", ["memory", "compare"])
def test_gradients_that_would_fill_the_server_are_not_begun(monkeypatch, page):
    monkeypatch.setattr("rnnviz.ui.shared.work_limits.JACOBIANS", 64**2 * 5)
    app = open_page(
        page, text="Nakamura", task="names", cell="gru", **({"question": "reach"} if page == "memory" else {})
    )
    assert any("at most 5 steps" in info.value for info in app.info)
    keys = [chart.proto.id for chart in app.get("plotly_chart")]
    assert not any("gradient" in key or "reach" in key for key in keys)


@pytest.mark.parametrize("page", ["explore", "memory", "compare", "models"])
def test_nothing_keeps_a_model_alive_when_its_session_is_gone(page):
    app = upload(models(), "net.npz", npz(gru()))
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"]
    network = weakref.ref(app.session_state["own_tasks"][task].own["gru"].network)
    app.query_params["task"], app.query_params["cell"], app.query_params["part"] = task, "gru", "inside"
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception and (app.get("plotly_chart") or app.get("bidi_component"))
    assert network() is not None
    del app
    gc.collect()
    assert network() is None


def test_an_example_is_one_click_away():
    app = press(models(), "models-example")
    assert "GRU, 1 layer, forward, 32 inputs, 64 units" in said(app) and not app.error
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"].values()
    names = rnnviz.load("names-gru")
    trace, wanted = task.own["gru"].trace("Nakamura"), names.trace("Nakamura")
    assert trace.tokens == wanted.tokens and trace.labels == wanted.labels
    np.testing.assert_array_equal(trace.probabilities, wanted.probabilities)


# ---- words of a file, and files of words --------------------------------------------------------------------


def with_words() -> bytes:
    """A pickle of the GRU with its letters and its labels, a blank and a line end among them."""
    letters = [" ", "\n", *LETTERS[2:]]
    return pickle.dumps({"model": gru(), "char2id": {letter: k for k, letter in enumerate(letters)},
                         "id2label": dict(enumerate("wxyz"))})  # fmt: skip


def test_words_in_the_file_are_offered_and_used():
    app = upload(models(), "net.pkl", with_words())
    assert widget(app.selectbox, "enc-vocabulary").value == "char2id"
    assert widget(app.selectbox, "enc-labels").value == "id2label"
    assert "␣, ⏎" in said(app) and "w, x, y, z" in said(app)
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"].values()
    model = task.own["gru"]
    assert model.vocabulary.tokens[:2] == (" ", "\n") and model.labels == list("wxyz")
    app.switch_page("pages/models.py").run()
    widget(app.selectbox, "enc-vocabulary").set_value("none").run()
    widget(app.selectbox, "enc-labels").set_value("none").run()
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"].values()
    assert task.own["gru"].vocabulary.tokens == tuple("0123456789") and task.own["gru"].labels == list("0123")


@pytest.mark.parametrize("words", ["\n".join(LETTERS), "".join(LETTERS)])
def test_a_file_of_words_may_be_short(words):
    app = upload(models(), "net.npz", npz(gru()))
    app = upload(app, "words.txt", words.encode(), widget(app.file_uploader, "vocabulary-file").key)
    assert not app.error
    app = upload(app, "labels.txt", b"w\nx\ny\nz", widget(app.file_uploader, "labels-file").key)
    assert not app.error
    press(app, "open-Explore")
    (task,) = app.session_state["own_tasks"].values()
    assert list(task.own["gru"].vocabulary.tokens) == LETTERS and task.own["gru"].labels == list("wxyz")
