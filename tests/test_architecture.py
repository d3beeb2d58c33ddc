"""The house: imports go down its floors only, and no file outgrows one idea."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rnnviz"
FILES = sorted(PACKAGE.rglob("*.py"))
SCREEN = sorted([*FILES, *(ROOT / "pages").glob("*.py"), ROOT / "app.py"])

# From the ground up. A file imports from its own part and from floors below, never from beside.
FLOORS = [
    {"errors", "limits", "wording"},
    {"cells", "text"},
    {"network"},
    {"interventions"},
    {"trace"},
    {"model"},
    {"analysis", "checkpoints"},
    {"zoo", "training"},
    {"figures"},
    {"instrument"},
    {"ui"},
    {"pages", "app"},
]
# The lowest floor that may know of a library, by its part.
LIBRARIES = {"streamlit": "ui", "plotly": "figures"}


def part(path):
    """Which part of the house a file belongs to: "cells", "trace", ..., "pages", or "" for rnnviz itself."""
    inside = path.relative_to(ROOT).parts
    if inside[0] != PACKAGE.name:
        return Path(inside[0]).stem
    return "" if inside[1:] == ("__init__.py",) else Path(inside[1]).stem


def floor(name):
    return next(k for k, parts in enumerate(FLOORS) if name in parts)


def imports(path):
    """Every module that a file imports, in full: "numpy.typing", "rnnviz.cells.cell"."""
    package = [*path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def parts_imported(path):
    names = (module.split(".") for module in imports(path))
    parts = {name[1] for name in names if name[0] == PACKAGE.name and len(name) > 1}
    return {name for name in parts if any(name in floor_parts for floor_parts in FLOORS)}


def show(path):
    return str(path.relative_to(ROOT))


def test_every_part_of_the_house_has_its_floor():
    assert {part(path) for path in SCREEN} - {""} <= set().union(*FLOORS)


def test_the_reader_of_imports_sees_all_ways_to_import():
    found = set(imports(PACKAGE / "model.py")) | set(imports(PACKAGE / "zoo" / "__init__.py"))
    assert {
        "rnnviz.network",
        "rnnviz.text.tokens",
        "rnnviz.model",
        "rnnviz.checkpoints.checkpoint",
        "numpy",
    } <= found


@pytest.mark.parametrize("path", SCREEN, ids=show)
def test_imports_go_down_only(path):
    own = part(path)
    if own == "":  # rnnviz itself is the door to the core, and shows nothing
        assert all(floor(name) < floor("figures") for name in parts_imported(path))
        return
    for name in parts_imported(path) - {own}:
        assert floor(name) < floor(own), f"{own} imports {name}"


@pytest.mark.parametrize("path", SCREEN, ids=show)
def test_libraries_of_the_screen_stay_on_their_floors(path):
    own = part(path)
    for module in imports(path):
        lowest = LIBRARIES.get(module.split(".")[0])
        assert lowest is None or (own and floor(own) >= floor(lowest)), f"{own} imports {module}"


def test_no_page_imports_another_page():
    """A package under ui/pages, and the shared part, know no page but their own."""
    pages = PACKAGE / "ui" / "pages"
    for path in (PACKAGE / "ui").rglob("*.py"):
        own = path.relative_to(pages).parts[0] if path.is_relative_to(pages) else ""
        for module in imports(path):
            names = module.split(".")
            other = names[3] if names[:3] == [PACKAGE.name, "ui", "pages"] and len(names) > 3 else own
            assert other == own, f"{show(path)} imports the page {other}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "cells").glob("*.py")), ids=show)
def test_cells_know_numpy_and_the_standard_library_alone(path):
    outside = {module.split(".")[0] for module in imports(path)} - set(sys.stdlib_module_names)
    assert outside <= {"numpy", "rnnviz"}


def test_importing_the_core_loads_no_screen_no_tables_and_no_torch():
    heavy = ["streamlit", "plotly", "pandas", "torch", "tqdm", "onnx", "h5py", "keras"]
    code = f"import sys, rnnviz, rnnviz.cells; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("path", SCREEN, ids=show)
def test_a_file_is_one_idea(path):
    assert len(path.read_text().splitlines()) <= 300
