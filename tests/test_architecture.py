"""The project's layout: imports go down only, libraries stay where they belong, and a file is about one thing."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rnnviz"
PAGES = PACKAGE / "ui" / "pages"
FILES = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"])
SCRIPTS = sorted(PACKAGE.rglob("*.js"))

# From the ground up. A part imports from floors below its own, never from beside it.
FLOORS = [
    {"wording"},
    {"array_shapes", "errors"},
    {"limits", "npy", "number_format", "representations", "whole_numbers"},
    {"bounded_json", "trace_arrays", "trace_frame"},
    {"cells"},
    {"colours", "network", "text"},
    {"interventions"},
    {"generation", "trace"},
    {"model"},
    {"analysis", "checkpoints"},
    {"training", "zoo"},
    {"atlas"},
    {"apart", "figures", "instrument"},
    {"playground"},
    {"ui"},
    {"pages", "app", "__main__"},
]
# The parts that may know of a library.
LIBRARIES = {"streamlit": {"ui", "pages", "app"}, "plotly": {"figures", "ui"}}
LONGEST = 420  # lines: "about 400"
# File names that stand more than once, with the reason.
REPEATED = {
    "__init__.py": "Python's own",
    "__main__.py": "Python's own",
}


def part(path):
    """The part that a file belongs to: "cells", "trace", ..., "pages", "app", or "" for rnnviz itself."""
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


IMPORTS = {path: set(imports(path)) for path in FILES}


def parts_imported(path):
    names = (module.split(".") for module in IMPORTS[path])
    parts = {name[1] for name in names if name[0] == PACKAGE.name and len(name) > 1}
    return {name for name in parts if any(name in floor_parts for floor_parts in FLOORS)}


def show(path):
    return str(path.relative_to(ROOT))


def test_every_part_has_its_floor():
    assert {part(path) for path in FILES} - {""} <= set().union(*FLOORS)


def test_the_reader_of_imports_sees_every_form_of_import():
    found = IMPORTS[PACKAGE / "model.py"] | IMPORTS[PACKAGE / "zoo" / "__init__.py"]
    assert {"rnnviz.network", "rnnviz.text.tokens", "rnnviz.model", "numpy"} <= found


def test_imports_go_down_only():
    for path in FILES:
        own = part(path)
        # rnnviz itself opens the core and the instrument to its users.
        limit = floor(own) if own else floor("ui")
        wrong = {name for name in parts_imported(path) - {own} if floor(name) >= limit}
        assert not wrong, f"{show(path)} imports {wrong}"


def test_libraries_of_the_screen_stay_in_their_parts():
    for path, modules in IMPORTS.items():
        for name in {module.split(".")[0] for module in modules} & set(LIBRARIES):
            assert part(path) in LIBRARIES[name], f"{show(path)} imports {name}"


def test_cells_import_numpy_and_the_standard_library_alone():
    for path in (PACKAGE / "cells").rglob("*.py"):
        outside = {module.split(".")[0] for module in IMPORTS[path]} - set(sys.stdlib_module_names)
        assert outside <= {"numpy", "rnnviz"}, show(path)


def test_pages_never_import_each_other():
    pages = {path.name for path in PAGES.iterdir() if (path / "__init__.py").is_file()}
    assert len(pages) > 3
    above = ["rnnviz", "ui", "pages"]
    for path in PAGES.rglob("*.py"):
        modules = (module.split(".") for module in IMPORTS[path])
        imported = {names[3] for names in modules if names[:3] == above and len(names) > 3} & pages
        assert imported <= {path.relative_to(PAGES).parts[0]}, f"{show(path)} imports {imported}"


def test_importing_the_core_loads_no_screen_no_tables_and_no_framework():
    heavy = ["streamlit", "rnnviz.atlas", "distributed", "plotly", "pandas", "torch", "tqdm", "onnx", "h5py", "keras"]
    code = f"import sys, rnnviz, rnnviz.cells; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"


def test_a_file_is_about_one_thing():
    lengths = {show(path): len(path.read_text().splitlines()) for path in (*FILES, *SCRIPTS)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_a_file_name_stands_once():
    counts = Counter(path.name for path in (*PACKAGE.rglob("*.py"), *SCRIPTS))
    assert {name for name, count in counts.items() if count > 1} <= set(REPEATED)
