"""Pages opened as a link opens them, and what they send to the browser."""

import base64
import json
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"


def open_page(page: str, **link: str) -> AppTest:
    """The app at one of its pages, as a link with these parameters opens it."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def page_text(app: AppTest) -> str:
    """All messages, captions and paragraphs of the page, without the escapes of Markdown."""
    elements = (*app.warning, *app.info, *app.error, *app.caption, *app.markdown)
    return " ".join(element.value for element in elements).replace("\\", "")


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
