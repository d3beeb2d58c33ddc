"""The browser's modules can be joined into one script."""

import re
import subprocess

import pytest

import rnnviz
from rnnviz.colours import diverging_scale, rgb
from rnnviz.instrument import bundle, payload
from tests.js.node import NODE

MODULES = sorted(bundle.SCRIPTS.rglob("*.js"))
FORWARD = bundle.SCRIPTS / "model" / "forward.js"
PAGES = [bundle.SCRIPTS / name for name in ("saved-page.js", "playground-page.js", "unpacker.js")]
ADAPTER = bundle.HERE.parent / "ui" / "shared" / "streamlit.js"
COMPONENTS = [
    ADAPTER.with_name(f"{name}.js") for name in ("chart_pictures", "kept_models", "kept_records", "reconnection")
]


@pytest.mark.parametrize(
    ("entry", "exports"),
    [(bundle.SCRIPTS / "instrument.js", "VIEWS mount"), (FORWARD, "ForwardModel"), (ADAPTER, "default")],
    ids=lambda x: str(x),
)
def test_the_joined_script_is_a_module_that_imports_nothing(entry, exports, tmp_path):
    joined = bundle.script(entry)
    assert not re.search(r"^import ", joined, re.MULTILINE)
    (tmp_path / "joined.mjs").write_text(joined, encoding="utf-8")
    code = "globalThis.window = {}; console.log(Object.keys(await import('./joined.mjs')).join(' '))"
    run = subprocess.run([NODE, "-e", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == exports


def test_every_module_is_in_one_of_them_once_and_without_comments():
    modules = set()
    entries = PAGES
    for joined in map(bundle.script, [*entries, ADAPTER]):
        variables = re.findall(r"^const (module_\w+) = \(\(\) => \{$", joined, re.MULTILINE)
        assert len(variables) == len(set(variables))
        assert not re.search(r"^\s*(//|/\*\*)", joined, re.MULTILINE)
        modules |= {name for name in variables if name.startswith("module_instrument_")}
    assert len(modules) == len(MODULES) - len(entries)  # which need no variable


def test_every_export_says_what_it_is():
    for file in MODULES:
        text = file.read_text()
        for comment, name in re.findall(r"(/\*\*(?:(?!\*/)[\s\S])*\*/\n)?^export \w+ (\w+)", text, re.MULTILINE):
            summary = re.sub(r"^\s*/?\*+/?\s?", "", comment, flags=re.MULTILINE).strip()
            assert summary and not summary.startswith("@"), f"{file.name}: {name}"


def test_no_line_is_longer_than_in_python():
    for file in [*MODULES, ADAPTER, *COMPONENTS, *(bundle.HERE / "css").glob("*.css")]:
        assert max(map(len, file.read_text(encoding="utf-8").splitlines())) <= 120, file.name


def test_no_module_can_turn_text_into_markup():
    for file in [*MODULES, ADAPTER, *COMPONENTS]:
        found = re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", file.read_text())
        assert not found, f"{file.name}: {found}"


def test_negative_values_have_the_colours_of_the_figures():
    model = rnnviz.load("names-lstm")
    for quantity in payload(model.trace("Li"), model)["definition"]["quantities"]:
        scale = diverging_scale(quantity["colour"])
        assert ",".join(map(str, rgb(quantity["negative_colour"]))) in str(scale[0][1])
        assert quantity["negative_colour"] != quantity["colour"]


def test_the_style_sheet_has_no_colours_of_its_own():
    for file in (bundle.HERE / "css").glob("*.css"):
        assert "#" not in re.sub(r"#888\w?\b", "", file.read_text()), file.name
