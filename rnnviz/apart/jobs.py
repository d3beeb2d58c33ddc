"""What a worker can be asked to do, by name."""

from __future__ import annotations

from collections.abc import Mapping

from .. import zoo
from ..checkpoints import Agreement, Checkpoint, ExamplePair, Stack, open_files, read_arrays, verify
from .worker import Jobs


def open_upload(files: Mapping[str, bytes]) -> Checkpoint:
    """Open files that belong together."""
    return open_files(files)


def open_path(path: str) -> Checkpoint:
    """Open a file of this machine, with those beside it."""
    return zoo.checkpoint(path)


def verify_upload(name: str, data: bytes, stack: Stack, overrides: Mapping[str, str]) -> Agreement:
    """Compare a stack with what a framework recorded in a file."""
    return verify(stack, ExamplePair.from_arrays(read_arrays(name, data).arrays), overrides)


JOBS: Jobs = {job.__name__: job for job in (open_upload, open_path, verify_upload)}
