"""The command line: `python -m rnnviz.atlas names-lstm corpus.txt --out folder`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ..errors import RnnvizError
from ..zoo import load
from .building import build_plan
from .corpus import Corpus
from .corpus_properties import FITTING
from .own_properties import own_property
from .planning import Plan, plan
from .reading_settings import ReadingSettings


def main(arguments: list[str] | None = None) -> int:
    """Plan an atlas, say what it takes, and build it. Returns 0, 2 for an invalid request, 130 after Ctrl-C."""
    args = argument_parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    client = None
    try:
        made = _plan(args)
        if args.client is not None:
            from .cluster import connect

            client = connect(args.client)
        print(made.describe(args.workers), flush=True)
        if not args.plan:
            with tqdm(total=made.tokens, unit="token", unit_scale=True) as bar:
                print(build_plan(made, workers=args.workers, client=client, progress=bar.update))
    except (OSError, RnnvizError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Run the same command to continue.", file=sys.stderr)
        return 130
    finally:
        if client is not None:
            client.close()
    return 0


def _plan(args: argparse.Namespace) -> Plan:
    """Read the corpus and plan its atlas."""
    paths = args.corpus[0] if len(args.corpus) == 1 else args.corpus
    corpus = Corpus.of(paths, column=args.column, split="line" if args.lines else "file", encoding=args.encoding)
    chosen = {field.name: getattr(args, field.name, None) for field in fields(ReadingSettings)}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    if "states" in chosen:
        chosen["states"] = tuple(chosen["states"] or ())
    quantities: tuple[str, ...] = tuple(chosen.pop("quantities", None) or ())
    own = [own_property(column, Path(file), column=column) for file, column in args.own]
    with tqdm(unit="token", unit_scale=True, desc="Counting", leave=False) as bar:
        return plan(
            load(args.model), corpus, quantities, out=args.out, fresh=args.fresh, properties=[*args.properties, *own],
            progress=lambda tokens: _show(bar, tokens), **chosen,
        )  # fmt: skip


def _show(bar: Any, tokens: int) -> None:
    """Move a bar to a number of tokens."""
    bar.update(tokens - bar.n)


def argument_parser() -> argparse.ArgumentParser:
    """The model, the corpus, and how it is read."""
    parser = argparse.ArgumentParser(
        prog="python -m rnnviz.atlas",
        description="Read a corpus with a model and keep what each of its units does there. After a stop, the same "
        "command goes on.",
    )
    parser.add_argument("model", help="the name of a model, such as names-lstm, or a checkpoint")
    parser.add_argument(
        "corpus", nargs="+", type=Path, help="text files, tables (.csv, .tsv, .parquet) or folders of them"
    )
    parser.add_argument("--out", type=Path, required=True, help="a folder for the atlas")
    parser.add_argument("--fresh", action="store_true", help="discard what the folder has of another atlas")
    parser.add_argument("--plan", action="store_true", help="only say what it takes")
    parser.add_argument("--lines", action="store_true", help="each line of a text file is a document")
    parser.add_argument("--column", help="the column of tables that holds the documents")
    parser.add_argument("--encoding", help="the encoding of text files and tables (default UTF-8)")
    parser.add_argument("--quantities", nargs="+", metavar="NAME", help="what is recorded (default everything)")
    parser.add_argument(
        "--properties", nargs="*", metavar="NAME", default=[FITTING],
        help="properties of the text that units are compared with (default those that fit it; none if no name follows)",
    )  # fmt: skip
    parser.add_argument(
        "--own", nargs=2, action="append", metavar=("FILE", "COLUMN"), default=[],
        help="a property of your own: a column of a table (.csv, .parquet) with a row for each token of the corpus",
    )  # fmt: skip
    parser.add_argument("--segment", type=int, help="longer documents are cut into segments of so many tokens (1000)")
    parser.add_argument("--burn-in", type=int, help="tokens before a segment, read but not counted (200)")
    parser.add_argument("--carry-on", action="store_true", default=None, help="read long documents whole instead")
    parser.add_argument("--sample", type=int, help="positions at which the values of all units are kept (5000)")
    parser.add_argument("--apart", type=int, help="contexts come from different stretches of so many tokens (16)")
    parser.add_argument(
        "--states", nargs="*", metavar="NAME",
        help="quantities whose values are stored at every token (default all states up to ten million tokens)",
    )  # fmt: skip
    parser.add_argument("--shard", type=int, help="the least tokens of a shard (100000)")
    parser.add_argument("--workers", type=int, default=1, help="how many processes read (1)")
    parser.add_argument("--client", metavar="ADDRESS", help="a Dask scheduler whose workers read instead")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
