"""What is written on a picture of a chart."""

import json

from tests.pages.app_pages import open_page


def meta(app, key):
    """The words in the figure with this key."""
    chart = next(c for c in app.get("plotly_chart") if c.proto.id.endswith(f"-chart-{key}"))
    return json.loads(chart.proto.spec)["layout"]["meta"]


def test_a_chart_of_several_models_names_them_all():
    words = meta(open_page("compare", task="names", text="Dubois"), "said")
    assert words["model"] == "names-rnn, names-gru, names-lstm" and words["text"] == "Dubois"
    assert words["title"].startswith("Probability of ") and words["title"].endswith("for every cell")
    assert len(words["runs"].split()) == 3 and not words["changes"]


def test_a_chart_of_two_texts_names_both():
    words = meta(open_page("compare", task="names", text="Li", mode="texts", other="Lee"), "texts-said")
    assert (words["model"], words["text"]) == ("names-lstm", "Li” and “Lee")


def test_a_changed_run_is_named_by_its_change():
    app = open_page("memory", task="names", text="Dubois", question="changes", **{"if": "remove@2"})
    words = meta(app, "prediction-change")
    assert (words["text"], words["changes"]) == ("Dubois", "step 2 removed")


def test_a_chart_of_no_run_names_none():
    words = meta(open_page("models", part="inside"), "weights")
    assert not (words["model"] or words["text"] or words["runs"])
