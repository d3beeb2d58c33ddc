"""Building an atlas: every shard is read, what is kept of it becomes a file, and all of them are merged."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import DamagedFileError
from ..model import Model
from ..whole_numbers import check_whole
from .atlas import Atlas
from .atlas_files import SUMMARIES_FILE, finished, write_facts
from .bit_planes import write_planes
from .one_thread import one_thread
from .planning import SHARDS, Plan, plan
from .processes import read_in_processes
from .shard_summary import MergeTree, ShardSummary, summarise
from .stored_states import prepare_states, write_states

Progress = Callable[[int], None]


def build(
    model: Model,
    corpus: Any,
    quantities: Sequence[str] = (),
    *,
    out: str | Path | None = None,
    workers: int = 1,
    client: Any = None,
    progress: Progress | None = None,
    **options: Any,
) -> Atlas:
    """Read a corpus with a model and keep what each of its units does: `plan` and `build_plan` in one.

    Parameters
    ----------
    model : Model
        The model.
    corpus : Corpus, path, or iterable
        The documents; anything but a `Corpus` goes through `Corpus.of`.
    quantities : sequence of str, default ()
        What is recorded; everything that the cells compute if left out.
    out : str, Path or None, default None
        A folder for the atlas; if it holds an unfinished one of the same model, corpus and settings, only what is
        missing is read. If left out, a temporary one.
    workers : int, default 1
        How many processes read. The numbers of the atlas do not depend on it.
    client : distributed.Client or None, default None
        A client of a Dask cluster that reads in place of processes of this machine.
    progress : callable or None, default None
        Called with the number of tokens that have just been read.
    **options
        Settings of `plan` by name: properties, segment, burn_in, carry_on, sample, column,
        fresh, ...

    Returns
    -------
    Atlas
        The atlas.

    Raises
    ------
    ArgumentError
        If a setting is outside its range, or the folder holds something else.
    UnknownQuantityError
        If the model does not compute a quantity.
    InputError
        If the corpus is empty, or holds what the model cannot read.
    NotFiniteError
        If the network's numbers overflow.

    Examples
    --------
    >>> import rnnviz
    >>> model = rnnviz.load("names-lstm")
    >>> atlas = rnnviz.atlas.build(model, ["Schmidhuber", "Ada", "Turing"])
    >>> atlas.top("hidden", unit=6, n=2)["token"].tolist()
    ['u', 'a']
    """
    return build_plan(
        plan(model, corpus, quantities, out=out, **options), workers=workers, client=client, progress=progress
    )


def build_plan(plan: Plan, *, workers: int = 1, client: Any = None, progress: Progress | None = None) -> Atlas:
    """Carry out a plan.

    Parameters
    ----------
    plan : Plan
        What `rnnviz.atlas.plan` made.
    workers : int, default 1
        How many processes read.
    client : distributed.Client or None, default None
        A client of a Dask cluster that reads in their place.
    progress : callable or None, default None
        Called with the number of tokens that have just been read, shards of an earlier run included.

    Returns
    -------
    Atlas
        The atlas.

    Raises
    ------
    ArgumentError
        If there is no worker.
    NotFiniteError
        If the network's numbers overflow.
    """
    check_whole("workers", workers, 1)
    if not finished(plan.folder):
        summary = _read_all(plan, workers, client, progress or (lambda tokens: None))
        summary.save(plan.folder / SUMMARIES_FILE)
        for key in plan.stored:
            write_planes(plan.folder, key)
        write_facts(plan)
        shutil.rmtree(plan.folder / SHARDS)
    elif progress is not None:
        progress(plan.tokens)
    return Atlas.load(plan.folder, keeper=plan.keeper)


def _read_all(plan: Plan, workers: int, client: Any, progress: Progress) -> ShardSummary:
    """Read what has no file yet, and merge everything."""
    files = [shard_file(plan.folder, number) for number in range(len(plan.shards))]
    if prepare_states(plan.folder, plan.stored, plan.tokens):
        for file in files:  # of an earlier run, whose states have been removed
            file.unlink(missing_ok=True)
    missing = [number for number, file in enumerate(files) if not _is_whole(plan, file)]
    for number in sorted(set(range(len(files))) - set(missing)):
        progress(plan.shards.tokens(number))
    if client is not None:
        from .cluster import merge_on_cluster

        return merge_on_cluster(plan, client, files, missing, progress, keep_shard)
    tree = MergeTree[ShardSummary](len(files), ShardSummary.merged)
    known = set(range(len(files))) - set(missing)
    for number in sorted(known):
        tree.add(number, ShardSummary.load(files[number], plan.facts))
    for number, summary in _read_here(plan, missing, workers, progress):
        keep_shard(plan, number, summary, files[number])
        tree.add(number, summary)
    assert tree.result is not None
    return tree.result


def _is_whole(plan: Plan, file: Path) -> bool:
    """Whether what is kept of a shard is there and can be read."""
    try:
        ShardSummary.load(file, plan.facts)
    except DamagedFileError:
        return False
    return True


def _read_here(
    plan: Plan, numbers: Iterable[int], workers: int, progress: Progress
) -> Iterator[tuple[int, ShardSummary]]:
    """Read shards on this machine."""
    numbers = list(numbers)
    if workers > 1 and len(numbers) > 1:
        yield from read_in_processes(plan, numbers, min(workers, len(numbers)), progress)
        return
    with one_thread():
        for number in numbers:
            shard = plan.shards[number]
            yield number, summarise(plan.network, shard, plan.keys, len(plan.listed), plan.settings, progress)


def keep_shard(plan: Plan, number: int, summary: ShardSummary, file: Path) -> None:
    """Write what is kept of a shard; its file comes last, so that nothing is missing where it is."""
    if summary.states:
        write_states(plan.folder, plan.shards.first(number), summary.states)
        summary.states = {}
    summary.save(file)


def shard_file(folder: Path, number: int) -> Path:
    """Where what is kept of a shard is written."""
    return folder / SHARDS / f"{number:05}.npz"
