"""Pages opened as a link opens them, and what they sent to the browser, read back."""

import base64
import json
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"


def opened(page: str, **link: str) -> AppTest:
    """The app at one of its pages, as a link with these parameters opens it."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def charts(app: AppTest) -> list[dict]:
    """All figures' traces, as sent to the browser."""
    return [trace for chart in app.get("plotly_chart") for trace in json.loads(chart.proto.spec)["data"]]


def figure(app: AppTest, key: str) -> list[dict]:
    """The traces of the figure with that key."""
    chart = next(c for c in app.get("plotly_chart") if c.proto.id.endswith(f"-chart-{key}"))
    return json.loads(chart.proto.spec)["data"]


def numbers(packed) -> np.ndarray:
    """A figure's array, whether it was sent as a list or packed."""
    if isinstance(packed, list):
        return np.array(packed)
    shape = [int(n) for n in packed["shape"].split(",")] if "shape" in packed else -1
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype=packed["dtype"]).reshape(shape)
