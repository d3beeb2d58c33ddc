"""Every door asks the same limits: rivals, archives, large readouts, examples to verify."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.checkpoints.native import model_archive
from rnnviz.instrument.leading_labels import LEADING, MOST_LABELS
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.ui.pages.memory import cell_gradients
from rnnviz.ui.pages.models import verify_panel
from rnnviz.ui.shared import work_limits
from rnnviz.ui.shared.catalogue import TaskModels
from rnnviz.ui.shared.pickers import MOST_OFFERED
from rnnviz.ui.shared.session_keys import OWN_TASKS

from ..strategies import CHARACTERS
from .app_pages import APP, figure, instrument_data, runs_beside
from .test_models import gru, models, npz, upload

pytestmark = pytest.mark.usefixtures("open_door")


def own(cells: dict[str, int], classes: int = 4) -> dict[str, Model]:
    """Random models of one task by cell, with so many units."""
    found = {}
    for cell, hidden in cells.items():
        network = Network.random(
            cell, hidden=hidden, vocabulary=len(CHARACTERS), embedding=3, classes=classes, rng=np.random.default_rng(1)
        )
        found[cell] = Model(f"own-{cell}", network, CHARACTERS, [f"label {k}" for k in range(classes)])
    return found


def opened(page: str, made: dict[str, Model], **link: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    names = {cell: model.name for cell, model in made.items()}
    app.session_state[OWN_TASKS] = {"own": TaskModels("own", "Own", "letters", ["abc"], names, own=made)}
    for name, value in {"task": "own", "text": "abcabc", **link}.items():
        app.query_params[name] = value
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


@pytest.mark.parametrize("page", ["memory", "compare"])
def test_a_rival_that_is_too_large_is_left_out_and_the_chosen_cell_is_not(monkeypatch, page):
    followed = []
    real = cell_gradients.gradient_flow
    monkeypatch.setattr(cell_gradients, "gradient_flow", lambda trace, *rest, **more: (
        followed.append(trace.cell), real(trace, *rest, **more))[1])  # fmt: skip
    monkeypatch.setattr(work_limits, "JACOBIANS", 6 * 8**2)
    app = opened(page, own({"rnn": 4, "lstm": 16}), cell="rnn", question="reach")
    lines = figure(app, "reach-curve" if page == "memory" else "reach-cells")
    assert [line["name"] for line in lines] == ["RNN"]
    assert set(followed) <= {"rnn"} and any("LSTM" in caption.value for caption in app.caption)


def test_an_archive_is_asked_for_the_size_of_its_layers_as_a_checkpoint_is(monkeypatch):
    monkeypatch.setattr(work_limits, "LARGEST_CELL", 100)
    app = upload(models(), "net.zip", model_archive.pack([*own({"lstm": 8}).values()]))
    assert len(app.warning) == 1
    assert OWN_TASKS not in app.session_state or not app.session_state[OWN_TASKS]


def test_a_large_readout_sends_what_leads_and_says_so():
    made = own({"rnn": 4, "gru": 4}, classes=4 * MOST_LABELS)
    app = opened("explore", made, cell="gru")
    sent = instrument_data(app)
    trace = made["gru"].trace("abcabc")
    assert sent["definition"]["labels"] == [] and sent["definition"]["readout"] is None
    assert len(sent["labels"]) <= LEADING * len(trace) and len(sent["reductions"]) == 1
    numbers = [made["gru"].labels.index(label) for label in sent["labels"]]
    shares = sent["probabilities"].reshape(len(trace), -1)
    np.testing.assert_array_equal(shares, trace.probabilities[:, numbers])
    for row, known in zip(trace.probabilities, shares, strict=True):
        np.testing.assert_array_equal(np.sort(row)[-LEADING:], np.sort(known)[-LEADING:])


def test_runs_side_by_side_send_the_same_labels_of_a_large_readout():
    made = own({"rnn": 4, "gru": 4}, classes=2 * MOST_LABELS)
    app = opened("compare", made, cell="gru")
    data = instrument_data(app)
    (beside,) = (run["payload"] for run in data["runs"])
    assert data["labels"] == beside["labels"] and runs_beside(app)
    (menu,) = (box for box in app.selectbox if box.label == "Output")
    assert len(menu.options) == MOST_OFFERED + 1


def test_a_changed_run_sends_the_leading_labels_of_both_runs():
    made = own({"gru": 4}, classes=2 * MOST_LABELS)
    sent = instrument_data(opened("explore", made, cell="gru", **{"if": "swap@6=x"}))
    before, after = made["gru"].trace("abcabc").probabilities, made["gru"].trace("abcabx").probabilities
    leading = {made["gru"].labels[int(row.argmax())] for row in (*before, *after)}
    assert leading <= set(sent["labels"])
    assert sent["unchanged"]["probabilities"].size == sent["probabilities"].size


def test_what_could_not_be_verified_is_not_tried_again_at_each_click(monkeypatch):
    tried = []
    real = verify_panel.read_apart
    monkeypatch.setattr(verify_panel, "read_apart", lambda *job: (tried.append(job), real(*job))[1])
    app = upload(models(), "net.npz", npz(gru()))
    pair = npz({"input": np.zeros((20_000, 3), np.float32), "output": np.zeros((20_000, 5), np.float32)})
    key = next(box.key for box in app.file_uploader if box.key.endswith("verify"))
    upload(app, "check.npz", pair, key)
    assert len(app.error) == 1 and len(tried) == 1
    app.run()
    assert len(app.error) == 1 and len(tried) == 1
