"""The TypeScript declarations are those of Python's typed dictionaries: `python -m tests.instrument.test_declarations`
writes them again."""

from pathlib import Path

import pytest

from rnnviz.instrument import expression_schema, model_schema, schema, settings_schema
from rnnviz.instrument.declarations import PAYLOAD, SETTINGS, typescript
from rnnviz.playground import playground_schema
from rnnviz.ui.shared import page_data

PLAYGROUND = PAYLOAD.parents[1] / "playground" / "playground.d.ts"
PAGE_DATA = Path(page_data.__file__).with_suffix(".d.ts")
FILES = {
    PAYLOAD: typescript(expression_schema, schema, model_schema),
    SETTINGS: typescript(settings_schema, imports='import type { Payload } from "./payload.d.ts";'),
    PLAYGROUND: typescript(
        playground_schema, imports='import type { DefinitionData, ModelData } from "../model/payload.d.ts";'
    ),
    PAGE_DATA: typescript(
        page_data,
        imports='import type { ComparisonData, Notes, RunData, Start } from "../../instrument/js/model/settings.d.ts";',
    ),
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_declarations_are_those_of_python(file):
    assert file.read_text(encoding="utf-8") == FILES[file]


if __name__ == "__main__":
    for file, text in FILES.items():
        file.write_text(text, encoding="utf-8")
