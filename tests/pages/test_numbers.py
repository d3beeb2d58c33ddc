"""Numbers on the pages: typed, pasted, uploaded or drawn, they are what the model reads, and nothing typed is lost."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz.checkpoints.native.model_files import save_pair
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from rnnviz.ui.shared.text_box import CHARACTERS, TOKENS

from .app_pages import charts, instrument_values, numbers, page_text

PAGE = Path(__file__).parents[2] / "app.py"
WIDE = 64


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Networks that read one number, three, and 64."""
    for width in (1, 3, WIDE):
        for cell in ("gru", "lstm"):
            network = Network.random(cell, hidden=4, embedding=width, classes=2, rng=np.random.default_rng(width))
            model = Model(f"n{width}-{cell}", network, Vocabulary("numbers", vector_size=width), ["no", "yes"])
            save_pair(replace(model, card={"task": f"n{width}"}), tmp_path / model.name)
    monkeypatch.setenv("RNNVIZ_MODELS", str(tmp_path))


def opened(page="explore", **link: str) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in {"cell": "gru", **link}.items():
        app.query_params[name] = value
    app.run()
    if page != "explore":
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def menu(app: AppTest) -> AppTest:
    app.session_state["numbers"] = True
    return app.run()


def hidden(app: AppTest) -> np.ndarray:
    """The hidden states in the instrument, or on a page without them in its first heatmap."""
    shown = instrument_values(app) if app.get("bidi_component") else {}
    if "hidden" in shown:
        return shown["hidden"]
    return next(numbers(trace["z"]) for trace in charts(app) if trace["name"] == "hidden").T


def shows(app: AppTest, name: str, values) -> None:
    """The page shows what the model makes of these numbers."""
    assert not app.exception
    np.testing.assert_array_equal(hidden(app), rnnviz.load(name).trace(values)["hidden"])


def npy(values) -> bytes:
    np.save(file := io.BytesIO(), values)
    return file.getvalue()


@pytest.mark.parametrize("width", [1, 3, WIDE])
@pytest.mark.parametrize("page", ["explore", "memory", "compare", "dynamics"])
def test_pages_open_on_noise(page, width):
    app = opened(page, task=f"n{width}")
    assert not app.exception and not app.error
    assert app.text_input(key="text").value == "noise(seed=0, steps=24)"
    assert app.text_input(key="text").label.startswith("Type numbers, " + ("one" if width == 1 else str(width)))
    if page == "explore":
        shows(app, f"n{width}-gru", np.random.default_rng(0).standard_normal((24, width)))


def test_noise_is_drawn():
    app = menu(opened(task="n3"))
    app.number_input(key="numbers-seed").set_value(7)
    app.number_input(key="numbers-steps").set_value(5)
    app.button(key="numbers-draw").click().run()
    assert app.text_input(key="text").value == "noise(seed=7, steps=5)"
    shows(app, "n3-gru", np.random.default_rng(7).standard_normal((5, 3)))


def test_a_small_table_becomes_text_and_so_is_in_the_link():
    app = menu(opened(task="n3"))
    app.text_area(key="numbers-pasted").set_value("a\tb\tc\n1\t2,5\t3\n-1\t0\t1e-3\n").run()
    app.button(key="numbers-read").click().run()
    assert app.text_input(key="text").value == "1.0 2.5 3.0; -1.0 0.0 0.001"
    shows(app, "n3-gru", [[1, 2.5, 3], [-1, 0, 0.001]])
    assert not app.error


def test_an_unreadable_table_gives_a_message_and_stays_to_be_corrected():
    app = menu(opened(task="n3"))
    app.text_area(key="numbers-pasted").set_value("1,2,3\n4,x,6").run()
    app.button(key="numbers-read").click().run()
    assert "'x' in row 2, column 2" in page_text(app)
    assert app.text_input(key="text").value == "noise(seed=0, steps=24)"
    app.session_state["numbers"] = False
    app.run()
    menu(app)
    assert app.text_area(key="numbers-pasted").value == "1,2,3\n4,x,6"
    app.text_area(key="numbers-pasted").set_value("1,2,3\n4,5,6").run()
    app.button(key="numbers-read").click().run()
    assert not app.error
    shows(app, "n3-gru", [[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize("name", ["data.npy", "data.csv", "noise (1).csv"])
def test_an_uploaded_table_is_read_by_its_name_on_every_page_and_by_every_cell(name):
    values = np.random.default_rng(5).standard_normal((30, WIDE))
    data = (
        npy(values) if name == "data.npy" else "\n".join(",".join(map(repr, row)) for row in values.tolist()).encode()
    )
    app = menu(opened(task=f"n{WIDE}"))
    app.file_uploader(key="numbers-file").upload(name, data).run()
    text = app.text_input(key="text").value
    assert text == name
    shows(app, f"n{WIDE}-gru", values)
    app.segmented_control(key="cell").set_value("lstm").run()
    shows(app, f"n{WIDE}-lstm", values)
    for page in ("memory", "compare"):
        app.switch_page(f"pages/{page}.py").run()
        assert app.text_input(key="text").value == text
        assert not app.exception and not app.info
    assert not rnnviz.load(f"n{WIDE}-gru").vocabulary.tables


def test_another_table_under_the_same_name_is_read_anew():
    app = opened("memory", task=f"n{WIDE}", question="units")
    seen = []
    for seed in (1, 2):
        values = np.random.default_rng(seed).standard_normal((40, WIDE))
        menu(app).file_uploader(key="numbers-file").upload("x.npy", npy(values)).run()
        assert not app.exception and not app.session_state["numbers"]
        seen.append(next(one.value for one in app.dataframe if "change" in one.value)["change"].tolist())
    assert seen[0] != seen[1]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (npy(np.zeros((WIDE, 7))), "transpose"),
        (npy(np.full((2, WIDE), np.nan)), "row 1, column 1"),
        (b"PK\x03\x04", "is a zip"),
        (b"a,b\n1,2\n", "2 columns, and a step is 64 numbers"),
    ],
)
def test_a_file_without_such_a_table_is_refused_with_a_message(data, words):
    app = menu(opened(task=f"n{WIDE}"))
    app.file_uploader(key="numbers-file").upload("x.npy", data).run()
    assert not app.exception
    assert words in page_text(app) and "x.npy" in page_text(app)
    assert app.text_input(key="text").value == "noise(seed=0, steps=24)"


def test_a_link_to_a_table_of_another_session_asks_for_an_upload():
    app = opened(task="n3", text="data.csv")
    assert page_text(app).count("data.csv") == 1
    assert any("“data.csv”" in info.value.replace("\\", "") for info in app.info)
    menu(app).file_uploader(key="numbers-file").upload("data.csv", npy(np.ones((300, 3)))).run()
    shows(app, "n3-gru", np.ones((TOKENS, 3)))
    assert f"Only the first {TOKENS} steps are read" in page_text(app)


def test_a_long_row_of_numbers_in_the_box_becomes_a_table():
    values = np.random.default_rng(1).standard_normal((3, WIDE))
    text = " ".join(repr(float(value)) for value in values.ravel())
    long = text + " " + text
    assert len(long) > CHARACTERS
    app = opened(task=f"n{WIDE}")
    app.text_input(key="text").set_value(long).run()
    assert app.text_input(key="text").value == "pasted.csv"
    shows(app, f"n{WIDE}-gru", np.vstack([values, values]))
    app.text_input(key="text").set_value(long + " x").run()
    assert "'x' is not a number" in page_text(app)


def test_a_step_can_read_other_numbers():
    app = opened(task=f"n{WIDE}", **{"if": "swap@3=noise(seed=9%2C steps=1)"})
    values = np.random.default_rng(0).standard_normal((24, WIDE))
    values[2] = np.random.default_rng(9).standard_normal(WIDE)
    shows(app, f"n{WIDE}-gru", values)
    assert "Cannot apply" not in page_text(opened(task="n3", **{"if": "swap@3=0.5 -1 2"}))
    assert "is not one step" in page_text(opened(task="n3", **{"if": "swap@3=noise(1, 2)"}))


def test_texts_that_differ_in_numbers_alone_are_distinguished():
    app = opened("compare", task=f"n{WIDE}")
    app.segmented_control(key="compare-mode").set_value("texts").run()
    assert not app.exception
    words = " ".join(one.value for one in app.markdown)
    assert "first differ in column 1." in words and "are the same" not in words


def test_tasks_of_text_have_no_such_menu():
    app = menu(opened(task="names"))
    assert not [one for one in app.text_area if one.key == "numbers-pasted"]
