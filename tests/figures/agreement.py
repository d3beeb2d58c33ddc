"""Checks for all figures: with and without Plotly's checks they are the same, and no token becomes markup."""

import json
import re

import plotly.graph_objects as go
import plotly.io

from .test_trace_heatmaps import unpacked

OWN = re.compile(r"</?(b|i|s|sub|sup|br|span)( style=\"color:#[0-9A-F]{6}\")?>")


def agree(figure, *args, **kwargs):
    """Whether the figure without Plotly's checks equals the checked one."""
    checked = figure(*args, **kwargs)
    assert isinstance(checked, go.Figure)
    checked.layout.template = None
    sent, expected = (
        same_nan(json.loads(plotly.io.to_json(f), object_hook=unpacked))
        for f in (figure.ready(*args, **kwargs), checked)
    )
    assert sent == expected
    return True


def same_nan(value):
    """Plain data with a word in place of NaN, which is not equal to itself."""
    if isinstance(value, dict):
        return {name: same_nan(part) for name, part in value.items()}
    if isinstance(value, list):
        return [same_nan(part) for part in value]
    return "NaN" if value != value else value


def words(figure):
    """All texts of the figure: labels of axes, annotations, titles."""
    layout = figure.layout
    axes = [layout[name] for name in layout if re.fullmatch(r"[xy]axis\d*", name)]
    texts = [note.text for note in layout.annotations]
    for axis in axes:
        texts += [*(axis.labelalias or {}).values(), *(axis.ticktext or ()), axis.title.text or ""]
    for trace in figure.data:
        texts += [row for row in (() if trace.y is None else trace.y) if isinstance(row, str)]
    return texts


def no_markup_but_our_own(figure):
    left = OWN.sub("", " ".join(words(figure)))
    assert "<" not in left and ">" not in left, left
    return True
