"""The command line: `rnnviz` or `python -m rnnviz` starts the dashboard, `rnnviz model.pt` on a file."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

from . import __version__

INSTALLED_APP = Path(__file__).with_name("dashboard") / "app.py"
CLONED_APP = Path(__file__).parents[1] / "app.py"
# What the dashboard imports and the library does not.
REQUIRED = (
    "streamlit",
    "plotly",
    "tqdm",
    "charset_normalizer",
    "threadpoolctl",
    "markdown_it",
    "h5py",
    "onnx",
    "segno",
)
ADDRESS = "STREAMLIT_SERVER_ADDRESS"


def main(arguments: list[str] | None = None) -> None:
    """Start the dashboard in this process, until it is stopped."""
    parser = argument_parser()
    args = parser.parse_args(arguments)
    if missing := [name for name in REQUIRED if find_spec(name) is None]:
        command = 'pip install "rnnviz[app]"' if INSTALLED_APP.is_file() else "pip install -r requirements.txt"
        parser.error(f"the dashboard needs further packages, such as {missing[0]}: {command}")
    if args.file is not None:
        if not args.file.is_file():
            parser.error(f"there is no file {args.file}")
        os.environ["RNNVIZ_FILE"] = str(args.file.resolve())
    sys.argv = ["streamlit", *streamlit_arguments(args)]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def argument_parser() -> argparse.ArgumentParser:
    """The file, and how the server is reached."""
    parser = argparse.ArgumentParser(
        prog="rnnviz",
        description="Start the dashboard on this machine, for this machine alone.",
        epilog="Options of Streamlit are taken from the environment, such as STREAMLIT_SERVER_BASE_URL_PATH.",
    )
    parser.add_argument("file", nargs="?", type=Path, help="a checkpoint to look into; nothing in it is executed")
    parser.add_argument("--port", type=int, help="where the server listens (default: 8501, or the next one free)")
    parser.add_argument("--address", help="where it can be reached, 0.0.0.0 from other machines (default: localhost)")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def streamlit_arguments(args: argparse.Namespace) -> list[str]:
    """What Streamlit is started with: what was asked for, and this machine alone unless something else was."""
    options = {"port": args.port, "address": args.address, "headless": "true" if args.no_browser else None}
    if args.address is None and not os.environ.get(ADDRESS):
        options["address"] = "localhost"
    app = INSTALLED_APP if INSTALLED_APP.is_file() else CLONED_APP
    return ["run", str(app), *(f"--server.{name}={value}" for name, value in options.items() if value is not None)]


if __name__ == "__main__":
    main()
