"""What a person sees and does on the Models page, in a real Chromium."""

import io
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz.cells import GRU, LSTM
from rnnviz.checkpoints import open_file
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import UNKNOWN, Vocabulary
from rnnviz.ui.pages.models import PARTS
from tests.browser.conftest import check_in_both_themes, rerun, settle
from tests.browser.test_explore import check_step, open_page, write

LETTERS = ["<pad>", "<unk>", "</s>", "a", "b", "c", "d", "e", "f", "g", "h", "i"]


def checkpoint(folder: Path, name: str = "net.npz") -> Path:
    """A two-layer GRU with an embedding, under names that are nobody's in particular."""
    network = Network.random(
        "gru", hidden=6, vocabulary=len(LETTERS), embedding=4, classes=3, layers=2, rng=np.random.default_rng(4)
    )
    arrays = {name.replace("rnn.", "enc.").replace("embedding.", "emb."): a for name, a in network.parameters.items()}
    file = io.BytesIO()
    np.savez(file, **{name.replace("weight_", "w_").replace("bias_", "b_"): a for name, a in arrays.items()})
    path = folder / name
    path.write_bytes(file.getvalue())
    return path


def bring(page: Page, *files: Path) -> None:
    """Choose files in the first uploader of the page, and wait for what comes of it."""
    with rerun(page):
        page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(files)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_fits_and_is_accessible(page: Page, app: str, part: str, tmp_path: Path):
    open_page(page, f"{app}/models?part={part}")
    if part == "yours":
        bring(page, checkpoint(tmp_path))
        page.get_by_text("Verify against").click()
        page.mouse.move(0, 0)
        settle(page)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        check_in_both_themes(page, f"{part} at {width}")


def test_a_file_is_opened_its_words_are_typed_and_explore_reads_with_it(page: Page, app: str, tmp_path: Path):
    open_page(page, f"{app}/models")
    expect(page.get_by_text("What happens next.")).to_be_visible()
    path = checkpoint(tmp_path)
    bring(page, path)
    expect(page.get_by_role("heading", name="GRU, 2 layers, forward, 4 inputs, 6 units")).to_be_visible()
    expect(page.get_by_text("Assumed", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Vocabulary: 12 tokens").fill("\n".join(LETTERS))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("12 tokens: <pad>, <unk>, </s>, a, b")).to_be_visible()
    page.get_by_role("button", name="Open in Explore").click()
    expect(page.get_by_role("heading", name="Watch a recurrent network read")).to_be_visible()
    settle(page)
    write(page, "bead")
    model = open_file(path).model()
    trace = model.trace("4 7 3 6 2")  # b e a d </s>
    check_step(page, trace, "update")
    page.get_by_text("2 of 2", exact=True).click()
    settle(page)
    check_step(page, trace, "update", layer=1)


def test_a_download_brought_back_is_the_same_model(page: Page, app: str, tmp_path: Path):
    open_page(page, f"{app}/models?part=inside&model=counter-gru")
    wanted = rnnviz.load("counter-gru")
    for title in ("safetensors, for PyTorch", "npz, for NumPy", "ONNX, for any runtime"):
        with page.expect_download() as started:
            page.get_by_role("button", name=title).click()
        file = tmp_path / started.value.suggested_filename
        started.value.save_as(file)
        model = rnnviz.load(file)
        assert (model.vocabulary, model.labels) == (wanted.vocabulary, wanted.labels)
        for name, array in wanted.network.parameters.items():
            np.testing.assert_array_equal(model.network.parameters[name], array)
    page.get_by_text("Your model", exact=True).click()
    settle(page)
    bring(page, tmp_path / "counter-gru.onnx")
    page.get_by_role("button", name="Open in Explore").click()
    expect(page.get_by_role("heading", name="Watch a recurrent network read")).to_be_visible()
    settle(page)
    write(page, "aabb")
    check_step(page, wanted.trace("aabb"), "reset")


def test_names_from_a_file_never_become_markup(page: Page, app: str, tmp_path: Path):
    open_page(page, f"{app}/models")
    network = Network.random("lstm", hidden=3, embedding=2, rng=np.random.default_rng(0))
    evil = "<img src=x onerror=alert(1)>**x**."
    file = io.BytesIO()
    np.savez(file, **{name.replace("rnn.", evil): array for name, array in network.parameters.items()})
    path = tmp_path / "<b>net<b>.npz".replace("<", "(").replace(">", ")")
    path.write_bytes(file.getvalue())
    page.on("dialog", lambda dialog: pytest.fail("markup of a file was run"))
    bring(page, path)
    expect(page.get_by_role("heading", name="LSTM, 1 layer")).to_be_visible()
    page.get_by_text("How each of the 4 arrays was mapped").click()
    settle(page)
    assert page.locator("img[src=x]").count() == 0


def test_the_formula_and_the_heatmaps_are_those_of_the_cell_of_the_layer(page: Page, app: str, tmp_path: Path):
    rng = np.random.default_rng(5)
    layers = [[LSTM.random(4, 6, rng)], [GRU.random(6, 5, rng)]]
    table = rng.standard_normal((len(LETTERS) - 2, 4)).astype(np.float32)
    vocabulary = Vocabulary("characters", (UNKNOWN, *LETTERS[3:]))
    model = Model("mixed", Network(layers, table), vocabulary, [])
    rnnviz.save(model, tmp_path / "mixed.npz")
    open_page(page, f"{app}/models")
    bring(page, tmp_path / "mixed.npz")
    expect(page.get_by_role("heading", name="LSTM–GRU, 2 layers, forward, 4 inputs, 6 then 5 units")).to_be_visible()
    page.get_by_role("button", name="Open in Explore").click()
    expect(page.get_by_role("heading", name="Watch a recurrent network read")).to_be_visible()
    settle(page)
    write(page, "bead")
    trace = model.trace("bead")
    formula, heatmaps = page.locator(".area-left .arithmetic-phase >> visible=true"), page.locator(".heatmaps").first
    for layer, gate in enumerate(("forget", "update")):
        definition = model.definitions[layer]
        if layer:
            page.get_by_text(f"{layer + 1} of 2 · {definition.title}", exact=True).click()
            settle(page)
        for phase in definition.phases:
            page.locator(".phases").get_by_role("button", name=phase.title, exact=True).click()
            expect(formula.locator(".arithmetic-title")).to_have_text(phase.title)
        expect(page.locator(".diagram .cell-title").first).to_contain_text(definition.title)
        expect(heatmaps.locator(f".heatmap[data-name={gate}]")).to_be_visible()
        check_step(page, trace, gate, layer)
    expect(heatmaps.locator(".heatmap[data-name=forget]")).to_have_count(0)
