"""The browser's modules can be joined into one script and one style sheet."""

import re

import rnnviz
from rnnviz.colours import PREDICTION, diverging_scale, rgb
from rnnviz.instrument import bundle, payload

MODULES = sorted(bundle.SCRIPTS.rglob("*.js"))
ADAPTER = bundle.HERE.parent / "ui" / "shared" / "streamlit.js"


def test_the_joined_script_holds_every_module_and_imports_nothing():
    script = bundle.script()
    assert not re.search(r"^import ", script, re.MULTILINE)
    assert re.findall(r"^export \w+ (\w+)", script, re.MULTILINE) == ["VIEWS", "mount"]
    variables = re.findall(r"^const (module_\w+) = \(\(\) => \{$", script, re.MULTILINE)
    assert len(variables) == len(set(variables)) == len(MODULES) - 1


def test_the_adapter_joins_with_the_instrument():
    script = bundle.script(ADAPTER)
    assert not re.search(r"^import ", script, re.MULTILINE)
    assert re.findall(r"^export .*", script, re.MULTILINE) == ["export default function (component) {"]
    assert "const module_instrument = " in script


def test_what_a_module_imports_is_exported_there():
    exported = {
        file: set(re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", file.read_text(), re.M))
        for file in MODULES
    }
    for file in [*MODULES, ADAPTER]:
        for names, source in re.findall(r'^import \{([^}]*)\} from "([^"]+)";$', file.read_text(), re.M):
            wanted = {name.strip() for name in names.split(",") if name.strip()}
            assert wanted <= exported[(file.parent / source).resolve()], file.name


def test_no_module_can_turn_text_into_markup():
    for file in [*MODULES, ADAPTER]:
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", file.read_text()), (
            file.name
        )


def test_the_browser_uses_the_same_colours_as_the_figures():
    script = (bundle.SCRIPTS / "model" / "colours.js").read_text()
    trace = rnnviz.load("names-lstm").trace("Li")
    for quantity in payload(trace, rnnviz.load("names-lstm"))["quantities"]:
        scale = diverging_scale(quantity["colour"])
        assert ",".join(map(str, rgb(quantity["negative_colour"]))) in scale[0][1]
        assert quantity["negative_colour"] != quantity["colour"]
    assert dict(re.findall(r'export const (\w+) = "(#\w+)";', script)) == {"PREDICTION": PREDICTION}
    assert "#" not in re.sub(r"#888\w?\b", "", (bundle.HERE / "css" / "instrument.css").read_text())
