"""The guide's pages: chapters show their figures from the models, follow the text, reveal, and hide for a lesson."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import cost, multiply_repeatedly, reach
from rnnviz.training import TASKS, FirstStep
from rnnviz.ui.pages.guide.blocks.memory_blocks import difference_of_beginnings
from rnnviz.ui.pages.guide.blocks.network_blocks import LETTERS, random_network, state_changes
from rnnviz.ui.pages.guide.chapter_parser import BlockCall, Question, parse_chapter
from rnnviz.ui.pages.guide.chapters import CHAPTERS
from rnnviz.ui.shared import catalogue

from .app_pages import instrument_values, numbers

FOLDER = Path(__file__).parents[2] / "pages"
TALKING = ["words", "squashing", "forgetting", "lstm", "gru"]


def chapter(name: str, **link: str) -> AppTest:
    """A chapter as a link opens it, through the app's door."""
    app = AppTest.from_file(str(FOLDER.parent / "app.py"), default_timeout=60)
    for parameter, value in link.items():
        app.query_params[parameter] = value
    return app.switch_page(f"pages/{name}.py").run()


def charts(app: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def markup(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_opens_without_a_complaint(name):
    app = chapter(name)
    assert not app.exception and not app.error and not app.warning
    assert app.title[0].value == parse_chapter(FOLDER / f"{name}.md").title
    assert charts(app) or "rnnviz-slot" in markup(app) or "<table" in markup(app)


@pytest.mark.parametrize("name", TALKING)
def test_the_heatmaps_of_a_chapter_are_those_it_lists_over_the_trace_of_what_is_typed(name):
    written = parse_chapter(FOLDER / f"{name}.md")
    text = written.examples[1]
    app = chapter(name, text=text)
    trace = rnnviz.load(f"{written.task}-{written.cells[0]}").trace(text)
    shown = [part for section in written.sections for part in section.shown if isinstance(part, BlockCall)]
    wanted = [part.parameters for part in shown if part.name == "heatmap"]
    listed = [parameters.get("quantities") or [parameters["quantity"]] for parameters in wanted]
    listed += [["input_vector"] for part in shown if part.name == "embedding"]
    assert sorted(heatmap_slots(app)) == sorted(",".join(quantities) for quantities in listed)
    values = instrument_values(app)
    for quantity in {quantity for quantities in listed for quantity in quantities}:
        recorded = trace.probabilities if quantity == "prediction" else trace[quantity]
        np.testing.assert_array_equal(values[quantity], recorded)


def heatmap_slots(app: AppTest) -> list[str]:
    """What each slot for heatmaps shows, in the order of the page."""
    return re.findall(r'data-view="heatmaps" data-quantities="([^"]*)"', markup(app))


def questions(name: str) -> list[tuple[str, Question]]:
    return list(parse_chapter(FOLDER / f"{name}.md").questions)


def answer(app: AppTest, key: str, choice: str) -> None:
    app.radio(key=f"guess-{key}").set_value(choice).run()
    assert not app.exception and not app.error


def words(app: AppTest) -> str:
    return " ".join(m.value for m in app.markdown)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_question_reveals_after_any_answer_and_says_whether_it_was_right(name):
    for choice in (0, -1):
        app = chapter(name)
        assert len(app.radio) == len(questions(name)) and all(radio.value is None for radio in app.radio)
        for key, question in questions(name):
            explained = question.why.strip().split("[")[0][:30]
            assert explained not in words(app)
            verdicts = words(app).count("You expected")
            answer(app, key, question.choices[choice])
            assert explained in words(app)
            assert words(app).count("You expected") == verdicts + question.graded
            assert words(app).count("that is right") == (verdicts + question.graded if choice == 0 else 0)
            if question.go:
                assert question.go.replace("&", "&amp;") in markup(app)
                assert question.go.replace("&", "&amp;") not in markup(app.run()), "the instrument goes there once"


def test_the_right_answer_has_no_place_of_its_own():
    """The order is the same at every visit; over all chapters every place occurs about equally often."""
    places = []
    for name in CHAPTERS:
        first, again = chapter(name), chapter(name)
        for key, question in questions(name):
            shown = first.radio(key=f"guess-{key}").options
            assert shown == again.radio(key=f"guess-{key}").options and sorted(shown) == sorted(question.choices)
            if question.graded and len(shown) == 3:
                places.append(shown.index(question.right))
    counts = [places.count(place) for place in range(3)]
    assert min(counts) >= len(places) / 5, counts


def test_answers_are_counted_kept_on_other_pages_and_forgotten_on_request():
    app = chapter("words")
    (first, one), (second, other), *rest = questions("words")
    answer(app, first, one.right)
    answer(app, second, other.choices[1])
    assert f"1 of 2 right**, {len(rest)} still to answer" in words(app)
    app.switch_page("pages/lstm.py").run().switch_page("pages/words.py").run()
    assert app.radio(key=f"guess-{first}").value == one.right
    assert "1 of 2 right" in words(app) and one.go.replace("&", "&amp;") not in markup(app)


def test_what_the_browser_has_kept_is_restored_and_what_no_longer_fits_is_ignored():
    (first, one), (second, _), *_ = questions("words")
    app = AppTest.from_file(str(FOLDER / "words.py"), default_timeout=60)
    app.query_params["hide"] = "navigation,explore"
    app.session_state["guesses"] = {first: one.right, second: "an answer of an older text", "tree-1-1": "leaf"}
    app.run()
    assert not app.exception
    assert app.radio(key=f"guess-{first}").value == one.right and app.radio(key=f"guess-{second}").value is None
    assert "1 of 1 right" in words(app)
    app.button(key="ask-again").click().run()
    assert app.radio(key=f"guess-{first}").value is None and app.session_state["guesses"] == {"tree-1-1": "leaf"}


def test_chapters_are_ticked_once_all_their_questions_are_answered():
    def ticked(app: AppTest) -> list[str]:
        links = [link.proto for link in app.get("page_link")]
        return [link.page for link in links if "check" in link.icon]

    app = chapter("words")
    for key, question in questions("words"):
        assert not ticked(app)
        answer(app, key, question.choices[-1])
    assert ticked(app) == ["words"]
    assert ticked(app.switch_page("pages/lstm.py").run()) == ["words"]


def test_counts_follow_the_sizes_that_are_set():
    app = chapter("choosing")
    hidden = next(slider for slider in app.slider if slider.label == "Hidden size H")
    hidden.set_value(128).run()
    table = next(frame.value for frame in app.dataframe if "parameters" in frame.value)
    for cell, title in (("rnn", "RNN"), ("gru", "GRU"), ("lstm", "LSTM")):
        row = table[table["cell"] == title].iloc[0]
        found = cost(cell, 32, 128)
        assert (
            row["parameters"] == f"{found.parameters:,}" and row["multiply-adds per step"] == f"{found.multiply_adds:,}"
        )


def test_a_training_step_is_measured_on_request():
    app = AppTest.from_file(str(FOLDER / "choosing.py"), default_timeout=60)  # a click on a button is lost at the door
    app.query_params["hide"] = "navigation,explore"
    app.run()
    assert not any("milliseconds per step" in frame.value for frame in app.dataframe)
    answer(app, *next((key, question.choices[0]) for key, question in questions("choosing") if not question.graded))
    app.select_slider[0].set_value(8).run()
    app.button(key=next(b.key for b in app.button if b.label == "Measure on this machine")).click().run()
    table = next(frame.value for frame in app.dataframe if "milliseconds per step" in frame.value)
    assert list(table["cell"]) == ["RNN", "GRU", "LSTM"] and table["× RNN"][0] == "1.00"
    assert all(float(time) > 0 for time in table["milliseconds per step"]) and not app.exception
    (ratio,) = re.findall(r"\*\*([\d.]+) times\*\*", words(app))
    assert float(ratio) == pytest.approx(float(table["× RNN"][2]), abs=0.06)


def test_scores_are_those_of_the_cards():
    app = chapter("choosing")
    table = next(frame.value for frame in app.dataframe if "standard error" in frame.value)
    assert sorted(table["model"]) == [name for name in zoo.models() if "scores" in zoo.card(name)]
    points = {
        point["name"]: point["x"]
        for chart in charts(app)
        for point in chart["data"]
        if point["name"] in set(table["model"]) and len(point["x"]) == 1  # another chart has all seeds of a task
    }
    for _, row in table.iterrows():
        score = zoo.card(row["model"])["scores"]
        shown = f"{score['test']:.3f}" if "nats" in score["metric"] else f"{100 * score['test']:.1f} %"
        assert row["test"] == shown and points[row["model"]] == [score["test"]]


def test_a_model_of_the_reader_s_own_is_not_among_the_scores():
    app = chapter("choosing")
    task = replace(catalogue.shared_tasks()["names"], name="mine", models={"lstm": "mine-lstm"})
    app.session_state["own_tasks"] = {"mine": task}
    app.run()
    assert not app.exception
    assert "mine-lstm" not in next(list(f.value["model"]) for f in app.dataframe if "standard error" in f.value)


def test_the_predictions_of_three_cells_are_theirs():
    app = chapter("choosing", text="Li")
    radio = app.radio[-1]
    radio.set_value(radio.options[0]).run()
    table = next(frame.value for frame in app.dataframe if "prediction at the end" in frame.value)
    for cell, title in (("rnn", "RNN"), ("gru", "GRU"), ("lstm", "LSTM")):
        trace = rnnviz.load(f"names-{cell}").trace("Li")
        best = trace.probabilities[-1].argmax()
        row = table[table["cell"] == title].iloc[0]
        assert row["prediction at the end"] == trace.labels[best]
        assert row["probability"] == f"{100 * trace.probabilities[-1, best]:.1f} %"


def test_a_vector_grows_as_it_is_multiplied():
    app = chapter("squashing")
    factor = next(slider for slider in app.slider if slider.label == "Factor")
    factor.set_value(2.0).run()
    steps = next(slider.value for slider in app.slider if slider.label == "Steps")
    free, squashed = multiply_repeatedly(np.array([0.6, -0.3, 0.01]), 2.0, steps)
    lines = next(chart["data"] for chart in charts(app) if "after step" in chart["data"][0].get("hovertemplate", ""))
    np.testing.assert_allclose([numbers(line["y"]) for line in lines], [*free.T, *squashed.T])


def test_a_sum_becomes_the_share_that_is_kept():
    app = chapter("squashing")
    slider = next(slider for slider in app.slider if "sigmoid" in slider.label)
    slider.set_value(-3.0).run()
    drawn = next(h for chart in charts(app) for h in chart["data"] if h["name"] == "gated")
    hidden = rnnviz.load("names-lstm").trace("Schmidhuber")["hidden"][-1]
    np.testing.assert_allclose(numbers(drawn["z"]), [hidden / (1 + np.exp(3)), hidden], rtol=1e-6)


def test_the_gradient_shown_is_that_of_the_typed_text():
    text = "Dbcdefgh?"
    app = chapter("forgetting", text=text)
    lines = {
        line["name"]: line
        for chart in charts(app)
        for line in chart["data"]
        if "reach" in line.get("hovertemplate", "")
    }
    for cell, title in (("rnn", "RNN"), ("gru", "GRU"), ("lstm", "LSTM")):
        np.testing.assert_allclose(numbers(lines[title]["y"]), reach(rnnviz.load(f"recall-{cell}").trace(text)))


@pytest.mark.parametrize("option", [{"update": "writes"}, {"reset": "before"}])
def test_a_convention_switches_the_model_of_the_page(option):
    app = chapter("gru")
    ((name, value),) = option.items()
    app.segmented_control(key=f"gru-{name}").set_value(value).run()
    assert not app.exception
    trace = rnnviz.load("counter-gru").with_options(**option).trace("aaaaabbbbb")
    assert trace.definition.phases[2].description in " ".join(m.value for m in app.markdown)
    np.testing.assert_array_equal(instrument_values(app)["update"], trace["update"])


def test_a_link_keeps_a_convention_and_there_is_a_way_back():
    app = AppTest.from_file(str(FOLDER / "gru.py"), default_timeout=60)  # a click on a button is lost at the door
    app.query_params["reset"], app.query_params["hide"] = "before", "navigation,explore"
    app.run()
    assert app.segmented_control(key="gru-reset").value == "before"
    app.button(key="undo-options").click().run()
    assert app.segmented_control(key="gru-reset").value == "after" and "reset" not in app.query_params
    assert not app.exception and "undo-options" not in [button.key for button in app.button]


def test_a_chapter_with_several_cells_lets_one_choose():
    app = chapter("forgetting", cell="lstm")
    control = app.segmented_control(key="forgetting-cell")
    assert control.value == "lstm"
    control.set_value("gru").run()
    assert app.query_params["cell"] == "gru" and not app.exception


def test_nothing_to_read_keeps_the_words():
    app = chapter("lstm")
    app.text_input(key="text").set_value("").run()
    assert "nothing to read" in app.info[0].value and not app.exception and not app.error
    assert any("cell state" in m.value for m in app.markdown)


def test_a_lesson_hides_what_its_link_names():
    app = chapter("lstm", hide="typing,questions,explore,link", text="aabb")
    assert not app.text_input and not app.radio and not app.button and not app.exception
    trace = rnnviz.load("counter-lstm").trace("aabb")
    np.testing.assert_array_equal(instrument_values(app)["cell"], trace["cell"])
    assert "cell" in heatmap_slots(app)
    assert app.query_params["hide"] == "explore,link,questions,typing"
    assert "It stays open" in " ".join(m.value for m in app.markdown), "without the question its answer is shown"
    app = chapter("lstm", hide="typing,everything")
    assert "everything" in app.warning[0].value


def test_the_symbols_of_a_chapter_are_in_the_cards_of_its_terms():
    for name in TALKING:
        written = parse_chapter(FOLDER / f"{name}.md")
        html = markup(chapter(name))
        for quantity in (
            rnnviz.load(f"{written.task}-{written.cells[0]}").network.layers[0][0].definition.by_name.values()
        ):
            assert quantity.title in html and quantity.colour in html


def test_a_mistake_in_a_chapter_is_named_on_the_page(tmp_path, monkeypatch):
    (tmp_path / "own.md").write_text("# Own\n\n```show tree\n```\n")
    (tmp_path / "glossary.md").write_text("# Prose\n")
    page = tmp_path / "own.py"
    page.write_text("from rnnviz.ui.pages.guide import show_chapter\n\nshow_chapter(__file__)\n")
    app = AppTest.from_file(str(page)).run()
    assert "“tree”" in app.error[0].value and not app.exception


def test_an_edited_chapter_is_shown_without_a_restart(tmp_path):
    source = tmp_path / "own.md"
    (tmp_path / "glossary.md").write_text("# Prose\n")
    page = tmp_path / "own.py"
    page.write_text("from rnnviz.ui.pages.guide import show_chapter\n\nshow_chapter(__file__)\n")
    for k, text in enumerate(("as it was", "as it is now")):
        source.write_text(f"# Own\n\nThe words {text}.\n")
        os.utime(source, ns=(k, k))
        assert text in words(AppTest.from_file(str(page)).run())


def test_the_glossary_lists_every_word():
    app = chapter("glossary")
    html = markup(app)
    assert not app.exception
    for name in ("hidden state", "forget gate", "update gate", "vanishing gradient", "softmax"):
        assert f">{name}<" in html


def test_one_step_of_training_follows_the_learning_rate():
    app = chapter("training")
    key, question = questions("training")[0]
    answer(app, key, question.right)
    step = FirstStep(TASKS["counter"](), "rnn")
    weight, gradient = step.network.parameters["rnn.weight_hh_l0"][6, 5], step.gradients["rnn.weight_hh_l0"][6, 5]
    for rate, change in ((30.0, "rises"), (0.3, "falls")):
        app.select_slider[0].set_value(rate).run()
        assert f"{weight - rate * gradient:.4f}" in " ".join(latex.value for latex in app.latex)
        words = f"{change} from {step.loss:.3f} to {step.loss_after(rate):.3f}"
        assert any(words in caption.value for caption in app.caption)


def test_what_is_scored_is_marked():
    tables = markup(chapter("training"))
    assert tables.count('class="asked"') == 4 + 5 + 1 + 1  # aabb and To be at every step, Cbha? and Wang at the end
    assert "<b>b</b>end" in tables


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_shapes_are_those_that_pytorch_returns(cell):
    torch = pytest.importorskip("torch")
    app = chapter("network")
    controls = {control.key.split("-")[1]: control.key for control in app.segmented_control}
    app.segmented_control(key=controls["cell"]).set_value(cell).run()
    app.segmented_control(key=controls["layers"]).set_value(3).run()
    app.toggle[0].set_value(True).run()
    module = getattr(torch.nn, cell.upper())(32, 64, num_layers=3, bidirectional=True)
    output, final = module(torch.zeros(8, 1, 32))
    expected = [output, *(final if isinstance(final, tuple) else [final])]
    shown = re.findall(r"<td>(\(.*?\))</td>", markup(app))
    assert shown == [str(tuple(array.shape)) for array in expected]
    count = sum(parameter.numel() for parameter in module.parameters())
    assert any(f"{count:,} parameters" in caption.value for caption in app.caption)


@pytest.mark.parametrize("changed", range(8))
def test_a_changed_letter_moves_what_reads_it_and_what_comes_after_in_that_direction(changed):
    """Brute force: run both texts on their own."""
    text, network = "nakamura", random_network("lstm", 1, bidirectional=True)
    other = text[:changed] + LETTERS[LETTERS.index(text[changed]) + 1] + text[changed + 1 :]
    one, two = (
        network.forward(np.array([LETTERS.index(letter) for letter in t])[:, None]).top[:, 0] for t in (text, other)
    )
    for k, moved in enumerate(state_changes(text, changed).values()):
        part = np.s_[:, 64 * k : 64 * (k + 1)]
        np.testing.assert_allclose(moved, np.linalg.norm(two[part] - one[part], axis=1), rtol=1e-5, atol=1e-6)


def test_the_difference_of_two_beginnings_is_that_of_the_predictions_from_where_they_part():
    text, other = "ROMEO: ay me", "ROMEO: oh me"
    differences, tokens = difference_of_beginnings("shakespeare", text, other)
    assert "".join(tokens).replace("\u2423", " ") == "y me" and set(differences) == {"rnn", "gru", "lstm"}
    for cell, found in differences.items():
        one, two = (rnnviz.load(f"shakespeare-{cell}").trace(t).probabilities for t in (text, other))
        np.testing.assert_allclose(found, np.maximum(one - two, 0).sum(axis=1)[8:], atol=1e-6)
