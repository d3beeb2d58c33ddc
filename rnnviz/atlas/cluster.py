"""Shards read by the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from ..errors import ArgumentError, MissingLibraryError, RnnvizError
from ..network import Network
from .one_thread import one_thread
from .planning import Plan
from .reading_settings import Key, ReadingSettings
from .shard_summary import MergeTree, ShardSummary, summarise
from .shards import Shard

ATTEMPTS = 3  # until a run is given up whose workers are lost, all at once

Keep = Callable[[Plan, int, ShardSummary, Path], None]
Work = tuple[Network, list[Key], int, ReadingSettings]


def connect(address: str) -> Any:
    """Connect to a Dask scheduler.

    Parameters
    ----------
    address : str
        Its address, such as "tcp://10.0.0.1:8786".

    Returns
    -------
    distributed.Client
        A client, which the caller closes.

    Raises
    ------
    MissingLibraryError
        If Dask is not installed.
    ArgumentError
        If nothing answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise _missing() from None
    try:
        return Client(address)
    except (OSError, ValueError, TypeError) as error:
        raise ArgumentError(
            f"No Dask scheduler answers at {address}: {error}.", code="no_scheduler", name="client", value=address
        ) from error


def merge_on_cluster(
    plan: Plan,
    client: Any,
    files: Sequence[Path],
    missing: Sequence[int],
    progress: Callable[[int], None],
    keep: Keep,
) -> ShardSummary:
    """Read shards on a cluster, and merge them there in pairs.

    What is kept of a shard comes back as soon as it is read, and becomes a file of this machine, so that a stopped run
    can go on. What a lost worker had not given back is read again by others, as Dask does of itself.

    Parameters
    ----------
    plan : Plan
        The plan.
    client : distributed.Client
        The client.
    files : sequence of Path
        The file of each shard.
    missing : sequence of int
        The shards that have none yet.
    progress : callable
        Called with the number of tokens that have just been read.
    keep : callable
        Writes a shard.

    Returns
    -------
    ShardSummary
        What is kept of the whole corpus.
    """
    left, losses = list(missing), 0
    while True:
        try:
            return _merge_once(plan, client, files, left, progress, keep)
        except CancelledError as error:  # every worker that had the network is gone
            losses += 1
            if losses == ATTEMPTS:
                raise RnnvizError(
                    f"The workers of the cluster were lost {ATTEMPTS} times. What they had finished is kept.",
                    code="workers_lost",
                ) from error
            left = [number for number in left if not files[number].is_file()]


def _merge_once(
    plan: Plan,
    client: Any,
    files: Sequence[Path],
    missing: Sequence[int],
    progress: Callable[[int], None],
    keep: Keep,
) -> ShardSummary:
    """Read and merge with the workers that there are."""
    try:
        from distributed import as_completed
    except ImportError:
        raise _missing() from None
    work = client.scatter((plan.network, plan.keys, len(plan.listed), plan.settings), broadcast=True, hash=False)
    tree = MergeTree[Any](len(files), lambda left, right: client.submit(_merged, left, right, pure=False))
    for number in sorted(set(range(len(files))) - set(missing)):
        tree.add(number, client.submit(_same, ShardSummary.load(files[number], plan.facts), pure=False))
    waiting, running = list(missing), dict[Any, int]()
    results = as_completed(with_results=True)

    def send() -> None:
        """Keep every worker busy with a shard and another one waiting, and no more in memory."""
        threads = max(sum(client.nthreads().values()), 1)
        while waiting and len(running) < 2 * threads:
            number = waiting.pop(0)
            shard = plan.shards[number]
            future = client.submit(_summarise, work, shard, pure=False)
            running[future] = number
            results.add(future)

    send()
    for future, summary in results:
        number = running.pop(future)
        keep(plan, number, summary, files[number])
        progress(plan.shards.tokens(number))
        tree.add(number, future)
        send()
    assert tree.result is not None
    merged: ShardSummary = tree.result.result()
    return merged


def _missing() -> MissingLibraryError:
    return MissingLibraryError(
        'Reading on a cluster needs Dask: pip install "rnnviz[cluster]".', code="missing", library="distributed"
    )


def _summarise(work: Work, shard: Shard) -> ShardSummary:
    network, keys, listed, settings = work
    with one_thread():
        return summarise(network, shard, keys, listed, settings)


def _merged(left: ShardSummary, right: ShardSummary) -> ShardSummary:
    return left.merged(right)


def _same(summary: ShardSummary) -> ShardSummary:
    return summary
