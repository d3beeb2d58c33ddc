"""Pages opened as a link opens them, and what they send to the browser."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from tests.instrument.unpacking import unpack

APP = Path(__file__).parents[2] / "app.py"
RUNS: dict[str, dict[str, Any]] = {}  # that were sent, by their ids


def open_page(page: str, **link: str) -> AppTest:
    """The app at one of its pages, as a link with these parameters opens it."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def page_text(app: AppTest) -> str:
    """All messages, captions, paragraphs and remarks of the page, without the escapes of Markdown."""
    elements = (*app.warning, *app.info, *app.error, *app.caption, *app.markdown)
    remarks = (
        instrument_data(app)["notes"]["remarks"]
        if any(component.proto.bytes for component in app.get("bidi_component"))
        else []
    )
    return " ".join([*(element.value for element in elements), *remarks]).replace("\\", "")


def sent_data(app: AppTest) -> dict[str, Any]:
    """What the page sends to the instrument."""
    (payload,) = filter(None, (component.proto.bytes for component in app.get("bidi_component")))
    return unpack(payload)


def instrument_data(app: AppTest) -> dict[str, Any]:
    """What the instrument shows: what the page sends, and what it sent before."""
    return _whole(sent_data(app))


def _whole(data: dict[str, Any]) -> dict[str, Any]:
    return RUNS[data["id"]] | data


def instrument_values(app: AppTest) -> dict[str, np.ndarray]:
    """The arrays that the instrument shows by the names of the quantities, (T, H), and "prediction", (T, C)."""
    return _values(instrument_data(app))


def runs_beside(app: AppTest) -> dict[str, dict[str, np.ndarray]]:
    """The same of the runs that stand beside the main one, by their names."""
    return {run["name"]: _values(_whole(run["payload"])) for run in instrument_data(app)["runs"]}


def _values(data: dict[str, Any]) -> dict[str, np.ndarray]:
    found = {name: array.reshape(-1, data["units"][name]) for name, array in data["values"].items()}
    if data["input_vectors"]:
        rows = data["input_vectors"]["rows"].reshape(-1, data["units"]["input_vector"])
        found["input_vector"] = rows[data["input_vectors"]["row_of_step"]]
    if data["probabilities"] is not None:
        found["prediction"] = data["probabilities"].reshape(len(data["tokens"]), -1)
    return found


def slots(app: AppTest, view: str) -> list[dict[str, str]]:
    """The data of the slots for a view, in the order of the page."""
    bodies = [element.proto.body for element in app.get("html")]
    found = [dict(re.findall(r'data-([a-z]+)="([^"]*)"', body)) for body in bodies if "rnnviz-slot" in body]
    return [data for data in found if data["view"] == view]


def charts(app: AppTest) -> list[dict]:
    """The traces of all figures."""
    return [trace for chart in app.get("plotly_chart") for trace in json.loads(chart.proto.spec)["data"]]


def figure(app: AppTest, key: str) -> list[dict]:
    """The traces of the figure with this key."""
    chart = next(c for c in app.get("plotly_chart") if c.proto.id.endswith(f"-chart-{key}"))
    return json.loads(chart.proto.spec)["data"]


def numbers(packed) -> np.ndarray:
    """The values of an array in a figure, which is a list or packed."""
    if isinstance(packed, list):
        return np.array(packed)
    shape = [int(n) for n in packed["shape"].split(",")] if "shape" in packed else -1
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype=packed["dtype"]).reshape(shape)
