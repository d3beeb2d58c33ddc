"""The command line: `python -m rnnviz.playground OUT` writes pages to type into, which need no server."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import zoo
from ..errors import RnnvizError
from .playground_files import write_playground
from .playground_page import playground_page

SMALL = 3_000_000  # bytes: a page that a phone loads without a thought


def main(arguments: list[str] | None = None) -> int:
    """Write the pages. Returns 0, or 2 for an invalid request."""
    parser = argument_parser()
    args = parser.parse_args(arguments)
    single = args.out.suffix.lower() == ".html"
    if single and len(args.models) != 1:
        parser.error("a file holds one model: name it, or name a folder")
    if not single and (args.text is not None or args.title):
        parser.error("--text and --title are for a single file, such as names.html")
    try:
        models = [zoo.load(name, stack=args.stack) for name in args.models] or None
        if single and models:
            page = playground_page(models[0], args.text, title=args.title)
            args.out.parent.mkdir(parents=True, exist_ok=True)
            args.out.write_text(page, encoding="utf-8")
            files = [args.out]
        else:
            files = write_playground(args.out, models)
    except (RnnvizError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    for file in files:
        size = file.stat().st_size
        print(f"{file}: {size / 1e6:.2f} MB{', which is slow on a phone' if size > SMALL else ''}")
    return 0


def argument_parser() -> argparse.ArgumentParser:
    """Where to write, and which models."""
    parser = argparse.ArgumentParser(
        prog="python -m rnnviz.playground",
        description="Write pages to type into: one HTML file for each model, and index.html, which lists them. They "
        "need no server: open them from disk, or put them on any static host.",
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="a folder; or one file, names.html, for a single model")
    parser.add_argument(
        "models", nargs="*", metavar="MODEL", help="a bundled name or a checkpoint (default: all bundled)"
    )
    parser.add_argument("--text", help="the text at first (default: the model's first example)")
    parser.add_argument("--title", default="", help="the title of the page (default: the model's)")
    parser.add_argument("--stack", help="which recurrent stack of a checkpoint, if it has several")
    return parser


if __name__ == "__main__":
    sys.exit(main())
