"""The command line: `python -m rnnviz` starts the dashboard, `python -m rnnviz model.pt` on a file."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

APP = Path(__file__).parents[1] / "app.py"


def main(arguments: list[str] | None = None) -> None:
    """Start the dashboard in this process, until it is stopped."""
    parser = argument_parser()
    args = parser.parse_args(arguments)
    if not APP.is_file():
        parser.error("the dashboard is not installed with the library: start it in a copy of the project")
    if find_spec("streamlit") is None:
        parser.error("the dashboard needs Streamlit: pip install -r requirements.txt")
    if args.file is not None:
        if not args.file.is_file():
            parser.error(f"there is no file {args.file}")
        os.environ["RNNVIZ_FILE"] = str(args.file.resolve())
    os.chdir(APP.parent)  # where Streamlit looks for its configuration
    sys.argv = ["streamlit", *streamlit_arguments(args)]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def argument_parser() -> argparse.ArgumentParser:
    """The file, and how the server is reached."""
    parser = argparse.ArgumentParser(
        prog="python -m rnnviz",
        description="Start the dashboard on this machine, for this machine alone.",
    )
    parser.add_argument("file", nargs="?", type=Path, help="a checkpoint to look into; nothing in it is executed")
    parser.add_argument("--port", type=int, default=8501, help="where the server listens (default: %(default)s)")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    return parser


def streamlit_arguments(args: argparse.Namespace) -> list[str]:
    """What Streamlit is started with."""
    options = {"address": "localhost", "port": args.port, "headless": str(args.no_browser).lower()}
    return ["run", str(APP), *(f"--server.{name}={value}" for name, value in options.items())]


if __name__ == "__main__":
    main()
