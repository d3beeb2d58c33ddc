"""Jobs that go wrong in the ways in which readers do."""

import ctypes
import os
import time
from pathlib import Path

import numpy as np

from rnnviz.errors import DamagedFileError


def echo(value):
    return value


def hang_in_python():
    while True:
        pass


def hang_in_c():
    """Holds the interpreter as a regular expression does, so that no signal handler of Python would run."""
    ctypes.PyDLL(None).sleep(600)


def crash():
    ctypes.string_at(0)


def fill_memory():
    held = []
    while True:
        held.append(np.ones(1_000_000))


def overflow_stack():
    def deeper():
        return deeper()

    return deeper()


def refuse():
    raise DamagedFileError("It is cut off.", code="cut_off", file="a.pt", part="b")


def answer_with_code():
    return os.system


def write(path):
    Path(path).write_bytes(b"x")


def secret():
    return os.environ.get("STREAMLIT_SERVER_COOKIE_SECRET")


def process():
    return os.getpid()


def wait(path):
    while not Path(path).exists():
        time.sleep(0.01)


JOBS = {
    job.__name__: job
    for job in (
        answer_with_code,
        crash,
        echo,
        fill_memory,
        hang_in_c,
        hang_in_python,
        overflow_stack,
        process,
        refuse,
        secret,
        wait,
        write,
    )
}
JOBS["open_upload"] = lambda files: JOBS[next(iter(files)).removesuffix(".npz")]()
