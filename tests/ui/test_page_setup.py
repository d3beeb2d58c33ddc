"""Streamlit's internals are used in one file, and are what that file expects."""

import ast
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from rnnviz.ui.shared import page_setup

UI = Path(page_setup.__file__).parents[1]


def test_streamlit_has_the_internals_that_a_page_needs():
    assert isinstance(PagesManager.uses_pages_directory, bool | None)
    assert callable(get_script_run_ctx)
    assert isinstance(ScriptRunContext.page_script_hash, property)


def test_only_one_file_uses_them():
    users = {
        file.name
        for file in UI.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("streamlit.runtime")
    }
    assert users == {"page_setup.py"}
