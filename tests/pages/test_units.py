"""The Units page's logic: its table and its card are the atlas, its link names a unit, and a corpus is read here."""

import dataclasses
import re
from html import unescape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz.atlas.bundled import FOLDER, bundled_atlas, bundled_effects
from rnnviz.atlas.served_atlases import VARIABLE
from rnnviz.ui.pages.units import atlas_source, contexts_panel, unit_card
from rnnviz.ui.shared import long_work
from rnnviz.ui.shared.session_keys import ATLAS_CHOICE, ATLAS_TEXT, ATLASES

from .app_pages import figure, numbers, open_page, page_text

pytestmark = pytest.mark.usefixtures("open_door")

NAMES = "Schmidhuber\nNakamura\nDostoevsky\nAda\nPapadopoulos\nO'Connor\n<b>Rossi</b>"
FIRST = "names-lstm"


def built(text: str = NAMES, **link: str) -> AppTest:
    """The page after the names have been pasted and read."""
    app = open_page("units", **({"task": "names", "cell": "lstm"} | link))
    app.session_state[ATLASES] = {}
    app.run()
    app.text_area(key=ATLAS_TEXT).set_value(text).run()
    app.button(key="atlas-build").click().run()
    assert not app.exception and not app.error
    return app


def atlas_of(app: AppTest) -> rnnviz.atlas.Atlas:
    return app.session_state[ATLASES][FIRST]


def rows(app: AppTest) -> list[tuple[float, str]]:
    """The contexts that are shown: the value, and the token that each is about."""
    bodies = [element.proto.body for element in app.get("html") if "unit-contexts" in element.proto.body]
    found = re.findall(r'<li><span class="value">(.*?)</span>.*?class="here"[^>]*>(.*?)</span>', "".join(bodies))
    return [(float(value.replace("−", "-")), unescape(token)) for value, token in found]


def test_a_corpus_that_is_pasted_is_read_line_by_line():
    atlas = atlas_of(built())
    assert atlas.corpus.documents == 7 and atlas.tokens == sum(len(line) + 1 for line in NAMES.split("\n"))


def test_an_atlas_of_an_earlier_model_of_the_same_name_is_left_out():
    app = open_page("units", task="names", cell="lstm")
    before = dataclasses.replace(rnnviz.load("names-gru"), name=FIRST)
    atlas = rnnviz.atlas.build(before, ["Ada", "Grace"], properties=[])
    app.session_state[ATLASES] = {FIRST: atlas}
    app.run()
    assert not app.exception and "reads 10 characters" not in page_text(app)
    assert not [choice for choice in app.selectbox if choice.key == ATLAS_CHOICE]


def test_the_table_has_every_unit_and_the_card_is_one_of_them():
    app = built(unit="5", quantity="forget")
    atlas = atlas_of(app)
    table = app.dataframe[0].value
    assert sorted(table["unit"]) == list(range(64))
    wanted = atlas.units("forget").set_index("unit")
    np.testing.assert_allclose(table.set_index("unit")["deviation"].sort_index(), wanted["deviation"], rtol=1e-6)
    assert any("Unit 5" in element.value for element in app.header)
    top = contexts_panel.varied(atlas, atlas.top("forget", 5, 20), 8, 3)
    shown = rows(app)[: len(top)]
    np.testing.assert_allclose([value for value, _ in shown], top["value"], rtol=2e-3)
    assert [token for _, token in shown] == top["token"].str.replace(" ", "\u00a0").tolist()
    (bars,) = figure(app, "unit-histogram")
    count = atlas.histogram("forget", 5)["count"]
    np.testing.assert_allclose(numbers(bars["y"]), count / count.sum())


def test_the_table_says_how_long_half_of_the_memory_is_kept():
    app = built()
    means = atlas_of(app).units("forget").set_index("unit")["mean"]
    table = app.dataframe[0].value.set_index("unit")
    np.testing.assert_allclose(table["half"], np.log(0.5) / np.log(means[table.index]), rtol=1e-6)


def pattern(app: AppTest) -> tuple[list[int], int, int]:
    """The units that are looked for, and the first and the last step of the span, counted from 1."""
    return app.session_state["pattern-units"], *app.session_state["pattern-span"]


def spans(app: AppTest) -> list[tuple[str, str]]:
    """The spans that are shown, that of the text first: how many units are on, and the tokens."""
    bodies = "".join(element.proto.body for element in app.get("html") if "unit-contexts spans" in element.proto.body)
    return [
        (label, unescape("".join(re.findall(r'class="here"[^>]*>(.*?)</span>', text))))
        for label, text in re.findall(r'<span class="value">([^<]*).*?</span><span class="text">(.*?)</li>', bodies)
    ]


@pytest.mark.parametrize("span,level,around", [("3-5", "0.5", "0"), ("4-5", "0.75", "0"), ("9-11", "0.5", "1")])
def test_a_pattern_is_that_of_brute_force_and_finds_itself_first(span, level, around):
    app = built(view="pattern", quantity="hidden", read="Schmidhuber", span=span, level=level, around=around)
    atlas, first, last = atlas_of(app), *(int(step) for step in span.split("-"))
    limits = atlas.thresholds(level=float(level))
    on = rnnviz.load(FIRST).trace("Schmidhuber")["hidden"].astype(np.float16) > limits
    wanted = on[first - 1 : last].all(0)
    if around == "1":
        wanted &= ~on[first - 2]
        wanted &= ~on[last]
    units = np.flatnonzero(wanted).tolist()
    assert pattern(app) == (units, first, last) and units
    own, found, *_ = spans(app)
    assert own == found == (f"{len(units)} of {len(units)}", "Schmidhuber"[first - 1 : last])


def test_a_pattern_opens_on_the_span_with_the_most_units():
    app = built(view="pattern", quantity="hidden", read="Nakamura")
    units, first, last = pattern(app)
    on = rnnviz.load(FIRST).trace("Nakamura")["hidden"].astype(np.float16) > atlas_of(app).thresholds(level=0.75)
    counts = [on[k : k + 3].all(0).sum() for k in range(len(on) - 2)]
    assert (last - first, len(units)) == (2, max(counts))


def test_a_unit_that_is_taken_out_is_not_looked_for_and_the_link_says_so():
    app = built(view="pattern", read="Schmidhuber", span="3-5", level="0.5")
    units, *_ = pattern(app)
    app.get("button_group")[-1].set_value(units[1:]).run()
    assert pattern(app)[0] == units[1:]
    assert str(units[0]) in app.query_params["without"]
    assert spans(app)[1][0] == f"{len(units) - 1} of {len(units) - 1}"


def test_a_span_beyond_a_shorter_text_is_moved_into_it():
    app = built(view="pattern", read="Schmidhuber", span="9-12")
    app.text_input(key="text").set_value("Ada").run()
    assert not app.exception and pattern(app)[1:] == (4, 4)


@pytest.mark.parametrize("link", [{"span": "5-3"}, {"span": "x"}, {"level": "0.3"}, {"without": "-1"}, {"around": "2"}])
def test_an_odd_pattern_is_answered_in_words(link):
    app = built(view="pattern", **link)
    assert not app.exception and app.warning and pattern(app)[0]


@pytest.mark.parametrize("model", ["counter-rnn", "recall-gru", "shakespeare-lstm"])
def test_a_bundled_corpus_is_read_again_for_a_pattern(model):
    task, _, cell = model.rpartition("-")
    app = open_page("units", task=task, cell=cell, view="pattern", level="0.5")
    own, *found = spans(app)
    assert own[0].split(" of ")[0] == own[0].split(" of ")[1]
    assert len(found) >= 2


def test_patterns_are_found_in_different_texts_before_twice_in_one():
    app = open_page("units", task="recall", cell="lstm", view="pattern")
    bodies = "".join(element.proto.body for element in app.get("html") if "unit-contexts spans" in element.proto.body)
    texts = re.findall(r"· text (\d+)<", bodies)
    assert len(texts) == 20 and len(set(texts)) > 12
    counts = [int(label.split(" of ")[0]) for label, _ in spans(app)]
    assert counts == sorted(counts, reverse=True)


def test_previous_and_next_follow_the_table():
    app = built(unit="5")
    order = app.dataframe[0].value["unit"].tolist()
    app.button(key="unit-next").click().run()
    assert app.query_params["unit"] in (str(order[(order.index(5) + 1) % 64]), [str(order[(order.index(5) + 1) % 64])])
    app.button(key="unit-previous").click().run()
    assert any("Unit 5" in element.value for element in app.header)


def test_a_corpus_is_text_and_never_markup():
    app = built("<b>x</b> <script>alert(1)</script>")
    bodies = "".join(element.proto.body for element in app.get("html"))
    assert "<script>alert" not in bodies and "<b>x" not in bodies


def test_a_corpus_that_is_too_large_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(atlas_source, "MOST_TOKENS", 20)
    app = open_page("units", task="names", cell="lstm")
    app.text_area(key=ATLAS_TEXT).set_value(NAMES).run()
    app.button(key="atlas-build").click().run()
    assert not app.exception and len(app.error) == 1
    assert FIRST not in app.session_state[ATLASES]


def test_an_odd_link_is_answered_in_words():
    app = built(unit="999", quantity="soul")
    assert not app.exception and app.warning
    assert "“quantity”" in page_text(app) or "quantity" in page_text(app)


def test_an_atlas_of_the_servers_folders_can_be_chosen(tmp_path, monkeypatch):
    model = rnnviz.load("counter-lstm")
    rnnviz.atlas.build(model, ["aaabbb", "ab"], out=tmp_path / "mine")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    long_work._results.clear()  # which has the atlases that were there before
    app = open_page("units", task="counter", cell="lstm")
    choices = app.selectbox(key=ATLAS_CHOICE)
    app = choices.set_value(next(option for option in choices.options if "mine" in option)).run()
    assert "reads 8 characters" in page_text(app)


@pytest.mark.parametrize("folder", sorted(FOLDER.glob("*/")), ids=lambda folder: folder.name)
def test_every_bundled_atlas_opens(folder):
    task, _, cell = folder.name.rpartition("-")
    app = open_page("units", task=task, cell=cell)
    assert len(rows(app)) >= 20


def test_a_change_that_chance_could_make_is_called_so():
    assert all("not" in unit_card._change("it", *found) for found in ((0.02, 0.02), (-0.02, 0.02), (0.0, np.nan)))
    assert unit_card._change("it", 0.05, 0.02).startswith("raises")
    assert unit_card._change("it", -0.05, 0.02).startswith("lowers it by 0.05")


@pytest.mark.parametrize("model", ["counter-gru", "names-lstm", "reviews-rnn"])
def test_the_table_leaves_out_changes_that_chance_could_make_and_ranks_by_the_others(model):
    task, _, cell = model.rpartition("-")
    shown = open_page("units", task=task, cell=cell).dataframe[0].value.set_index("unit")["loss"]
    effects = bundled_effects(model).set_index("unit").loc[shown.index]
    sure = effects["loss"].abs() > 2 * effects["loss_error"]
    assert 0 < sure.sum() < len(sure) and (shown.notna() == sure).all()
    np.testing.assert_allclose(shown[sure], effects["loss"][sure])


@pytest.mark.parametrize("model", ["shakespeare-lstm", "shakespeare-gru", "counter-lstm", "reviews-lstm"])
def test_the_page_opens_on_the_unit_that_tracks_a_property_best(model):
    task, _, cell = model.rpartition("-")
    app = open_page("units", task=task, cell=cell)
    quantity = "cell" if cell == "lstm" else "hidden"
    evidence = bundled_atlas(model).evidence(quantity).query("tracks").drop_duplicates("unit")
    best = evidence.loc[evidence["r2_held_out"].idxmax()]
    assert [element.value for element in app.header] == [f"Unit {best['unit']}"]
    table = app.dataframe[0].value
    assert table["tracks"].iloc[0] == best["property"]
    assert table["tracks"].ne("").sum() == len(evidence) == table["tracks"].ne("").iloc[: len(evidence)].sum()


def test_a_unit_that_nobody_chose_is_not_kept_for_another_model():
    app = open_page("units", task="names", cell="lstm")
    app.button(key="unit-next").click().run()
    app.selectbox(key="task").set_value("counter").run()
    assert app.header[0].value == "Unit 6"


def test_contexts_of_a_small_cell_state_have_colours():
    app = open_page("units", task="shakespeare", cell="lstm", unit="80")  # other units reach a hundred times as far
    bodies = "".join(element.proto.body for element in app.get("html") if "unit-contexts" in element.proto.body)
    shares = [float(share) for share in re.findall(r"background:rgba\([^)]*,(0?\.?\d+)\)", bodies)]
    assert max(shares) > 0.5


def test_contexts_that_end_alike_give_way_to_others():
    atlas = bundled_atlas("shakespeare-lstm")
    twenty = atlas.top("cell", 90, 20)
    shown = contexts_panel.varied(atlas, twenty, 8, 3)
    ends = (twenty["before"].str[-2:] + twenty["token"]).drop_duplicates()
    assert len(shown) == 8 and shown["value"].is_monotonic_decreasing
    assert (shown["before"].str[-2:] + shown["token"]).nunique() == min(8, len(ends))


def test_the_card_says_over_how_many_texts_a_unit_was_silenced():
    effects = bundled_effects("counter-gru").set_index("unit")
    app = open_page("units", task="counter", cell="gru", unit="2")
    (told,) = [element.value for element in app.markdown if element.value.startswith("Silencing")]
    assert f"over {effects.loc[2, 'documents']} texts" in told
    assert f"{abs(effects.loc[2, 'loss']):.3f} ±" in told.replace("\N{NO-BREAK SPACE}", " ")


def test_what_a_unit_does_to_the_answer_is_relative_to_the_other_labels():
    weights = rnnviz.load("counter-lstm").network.readout_weight[:, 6]
    page = page_text(open_page("units", task="counter", cell="lstm", unit="6"))
    assert f"{weights.max() - weights.mean():+.2f}" in page.replace("−", "-")


def test_the_link_to_explore_keeps_the_text_that_was_typed():
    app = open_page("units", task="names", cell="lstm", unit="6")
    (link,) = [each for each in app.get("page_link") if "my text" in each.proto.label]
    assert "unit=6" in link.proto.query_string and "read" not in link.proto.query_string
