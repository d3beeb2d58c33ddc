"""What the browser's files take from Streamlit's own elements is in two scripts and one style sheet."""

import re
from pathlib import Path

import rnnviz

PACKAGE = Path(rnnviz.__file__).parent
SHARED = PACKAGE / "ui" / "shared"
GATHERED = [SHARED / "streamlit.js", SHARED / "reconnection.js", SHARED / "streamlit_internals.css"]
INTERNAL = re.compile(r"data-test[\w-]*|dataset\.test\w+|\bst-emotion|\.st[A-Z]\w+")


def test_only_they_name_streamlits_elements():
    files = [file for pattern in ("*.js", "*.css", "*.py") for file in PACKAGE.rglob(pattern)]
    users = {file for file in files if INTERNAL.search(file.read_text(encoding="utf-8"))}
    assert users == set(GATHERED)


def test_the_instrument_does_not_know_streamlit():
    for file in (PACKAGE / "instrument").rglob("*"):
        if file.suffix in (".js", ".css", ".ts"):
            assert not re.search(r"streamlit|\bst-|--st-", file.read_text(encoding="utf-8"), re.IGNORECASE), file
