"""Where a run on Explore begins: every choice is the run that it says, on the page and in the files of its menu."""

import io
import json
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz import Model, Trace
from rnnviz.instrument import payload
from rnnviz.ui.shared import downloads
from rnnviz.ui.shared.catalogue import TaskModels
from rnnviz.ui.shared.session_keys import OWN_TASKS, PAGE_REQUESTED

from ..instrument.test_saved_page import parts
from ..instrument.unpacking import unpack
from ..playground.test_playground_page import parts as playground_parts
from ..strategies import CHARACTERS, draw_network
from .app_pages import APP, instrument_data, instrument_values, sent_data
from .test_models import gru, models, npz, press, upload, widget

pytestmark = pytest.mark.usefixtures("open_door")

ENCODER, DECODER = (
    Model(f"{name}-lstm", draw_network("lstm", seed=seed), CHARACTERS, list("abcd"))
    for seed, name in enumerate(("encoder", "decoder"))
)
OTHERS = {
    "larger": Model("larger-lstm", draw_network("lstm", hidden=6), CHARACTERS, list("abcd")),
    "deeper": Model("deeper-lstm", draw_network("lstm", layers=2), CHARACTERS, list("abcd")),
    "gated": Model("gated-gru", draw_network("gru"), CHARACTERS, list("abcd")),
    "plain": Model("plain-rnn", draw_network("rnn"), CHARACTERS, list("abcd")),
}
SOURCE, TEXT = "a source", "a film"


def explore(*own: Model, **link: str) -> AppTest:
    """The page with models of the session, the first of which is chosen, and its menu What if open."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    tasks = {}
    for model in own:
        name, _, cell = model.name.rpartition("-")
        tasks[name] = TaskModels(name, name.title(), "letters", [TEXT], {cell: model.name}, own={cell: model})
    app.session_state[OWN_TASKS] = tasks
    first = {"task": next(iter(tasks)), "cell": own[0].network.cell_name} if own else {}
    for name, value in {**first, **link}.items():
        app.query_params[name] = value
    app.session_state["what-if-menu-0"] = True
    app.run()
    assert not app.exception
    return app


def check_shown(app: AppTest, trace: Trace) -> None:
    shown = instrument_values(app)
    for name in ("hidden", *(["prediction"] if trace.probabilities is not None else [])):
        expected = trace.probabilities if name == "prediction" else trace[name]
        np.testing.assert_allclose(shown[name], expected, atol=1e-6)
    for state, array in trace.start[0][0].items():
        np.testing.assert_allclose(instrument_data(app)["initial"][state], array, atol=1e-6)


def remarks(app: AppTest) -> str:
    return " ".join(instrument_data(app)["notes"]["remarks"])


def options(app: AppTest) -> list[str]:
    return app.selectbox(key="explore-begin").options


def test_a_decoder_begins_where_an_encoder_ends():
    app = explore(DECODER, ENCODER, *OTHERS.values(), text=TEXT)
    assert [option for option in options(app) if "after a text" in option] == ["the states of “Encoder” after a text"]
    app.selectbox(key="explore-begin").set_value(ENCODER.name).run()
    assert "empty" in remarks(app)
    check_shown(app, DECODER.trace(TEXT))
    app.text_input(key="explore-after").set_value(SOURCE).run()
    assert "“Encoder”" in remarks(app) and SOURCE in remarks(app)
    check_shown(app, DECODER.trace(TEXT, initial=ENCODER.trace(SOURCE).final))
    assert (app.query_params["begin"], app.query_params["after"]) == (ENCODER.name, SOURCE)


def test_the_link_of_such_a_run_opens_it():
    app = explore(DECODER, ENCODER, text=TEXT, begin=ENCODER.name, after=SOURCE)
    check_shown(app, DECODER.trace(TEXT, initial=ENCODER.trace(SOURCE).final))
    assert app.selectbox(key="explore-begin").value == ENCODER.name


@pytest.mark.parametrize("name", [*OTHERS, "nobody"])
def test_states_that_do_not_fit_are_named_and_left_out(name):
    own = [DECODER, *OTHERS.values()]
    begin = OTHERS[name].name if name in OTHERS else name
    app = explore(*own, text=TEXT, begin=begin, after=SOURCE)
    check_shown(app, DECODER.trace(TEXT))
    assert "begins as usual" in remarks(app)


def test_states_of_the_same_sizes_and_another_cell_are_refused():
    app = explore(OTHERS["plain"], OTHERS["gated"], text=TEXT, begin="gated-gru", after=SOURCE)
    check_shown(app, OTHERS["plain"].trace(TEXT))
    assert "another cell" in remarks(app)
    assert not any("after a text" in option for option in options(app))


def test_learned_states_are_called_so_and_zeros_can_be_chosen():
    learned = ENCODER.trace("learned").final
    model = replace(DECODER, network=replace(DECODER.network, initial=learned))
    app = explore(model, text=TEXT)
    assert "learned" in options(app)[0] and "zeros" in options(app)
    check_shown(app, DECODER.trace(TEXT, initial=learned))
    app.selectbox(key="explore-begin").set_value("zeros").run()
    check_shown(app, DECODER.trace(TEXT))
    assert "zeros" in remarks(app) and app.query_params["begin"] == "zeros"


def test_zeros_are_not_offered_where_the_model_begins_with_them_anyway():
    app = explore(DECODER, text=TEXT, begin="zeros")
    assert "zeros" not in options(app) and "zeros" in options(app)[0]
    check_shown(app, DECODER.trace(TEXT))
    assert not remarks(app)


def test_a_text_is_read_in_two_parts_as_in_one():
    model = rnnviz.load("names-gru")
    app = explore(task="names", cell="gru", text="huber", after="Schmid")
    np.testing.assert_allclose(instrument_values(app)["hidden"], model.trace("Schmidhuber")["hidden"][6:], atol=1e-6)
    app.selectbox(key="explore-begin").set_value("own").run()  # what was typed stays for the next choice
    check_shown(app, model.trace("huber"))
    app.selectbox(key="explore-begin").set_value("after").run()
    assert app.text_input(key="explore-after").value == "Schmid"


def test_a_network_that_reads_both_ways_has_no_such_choice():
    model = Model("both-gru", draw_network("gru", bidirectional=True), CHARACTERS, list("abcd"))
    app = explore(model, text=TEXT, after=SOURCE)
    assert "backward" in remarks(app)
    with pytest.raises(KeyError):
        app.selectbox(key="explore-begin")


def test_all_files_of_the_run_are_those_of_the_run():
    made = {}

    def note(title, data, *arguments, **options):
        made[title] = (data, options.get("help") or "")

    expected = DECODER.trace(TEXT, initial=ENCODER.trace(SOURCE).final)
    app = explore(DECODER, ENCODER, text=TEXT, begin=ENCODER.name, after=SOURCE)
    app.session_state["download"] = True
    with patch.object(downloads.st, "download_button", note):
        app.run()
    loaded = Trace.load(io.BytesIO(made["Trace as npz"][0]()))
    for key, array in expected.values.items():
        np.testing.assert_allclose(loaded.values[key], array, atol=1e-6)
    for key, array in expected.initial.items():
        np.testing.assert_allclose(loaded.initial[key], array, atol=1e-6)
    for title, read in (("Trace as CSV", pd.read_csv), ("Trace as Parquet", pd.read_parquet)):
        content = made[title][0]()
        table = read(io.StringIO(content) if isinstance(content, str) else io.BytesIO(content))
        np.testing.assert_allclose(table["value"], expected.to_frame()["value"], atol=1e-6)
    data, help = made["A page to type into"]
    assert "Encoder" in help and SOURCE in help
    page = data()
    assert f"Every text begins with the states of “Encoder” after “{SOURCE}”" in page
    (layer,) = unpack(playground_parts(page)["data"])["model"]["layers"]
    for state, array in expected.start[0][0].items():
        np.testing.assert_array_equal(layer[0]["initial"][state], array)


def test_the_saved_view_has_the_run_and_says_where_it_begins():
    app = explore(DECODER, ENCODER, text=TEXT, begin=ENCODER.name, after=SOURCE)
    app.session_state[PAGE_REQUESTED] = {"step": 2, "unit": 1, "phase": None, "row_order": "number", "all_rows": True}
    app.run()
    data = json.loads(parts(sent_data(app)["saved_page"])["data"])
    expected = payload(DECODER.trace(TEXT, initial=ENCODER.trace(SOURCE).final), DECODER)
    assert data["initial"] == json.loads(json.dumps(expected))["initial"]
    assert data["values"]["cell"] == json.loads(json.dumps(expected))["values"]["cell"]
    (remark,) = data["notes"]["remarks"]
    assert "“Encoder”" in remark and SOURCE in remark


def test_the_stacks_of_one_file_are_opened_one_after_the_other():
    towers = {"enc": ENCODER, "dec": DECODER}
    arrays = {
        name.replace("rnn.", f"{tower}.rnn.").replace("embedding.", f"{tower}.embedding."): array
        for tower, model in towers.items()
        for name, array in model.network.parameters.items()
        if not (tower == "enc" and name.startswith("readout"))
    }
    app = upload(models(), "translator.safetensors", save(arrays))
    widget(app.get("button_group"), "-stack").set_value("dec.rnn").run()
    press(app, "dec.rnn-after-enc.rnn")
    assert app.query_params["begin"] == "translator-enc-rnn-lstm" and not app.error
    shown, source = instrument_values(app), app.query_params["after"]
    own = {name: task.own["lstm"] for name, task in app.session_state[OWN_TASKS].items()}
    assert list(own) == ["translator-enc-rnn", "translator-dec-rnn"]
    text = [int(token) for token in app.text_input(key="text").value.split()]
    expected = DECODER.trace(text, initial=ENCODER.trace([int(token) for token in source.split()]).final)
    np.testing.assert_allclose(shown["hidden"], expected["hidden"], atol=1e-6)


def test_stacks_of_other_sizes_offer_no_such_beginning():
    app = upload(models(), "both.npz", npz(gru(0, 5, "enc") | gru(1, 6, "dec")))
    assert not [button.key for button in app.button if button.key and "-after-" in button.key]
