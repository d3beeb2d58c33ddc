"""A job that hangs, crashes or fills memory costs an error, and the next one is served."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from rnnviz.apart import Workers
from rnnviz.apart.worker import WorkerLimits
from rnnviz.errors import BusyError, DamagedFileError, FileError, LimitError
from rnnviz.limits import MILLION
from tests.raising import raises

FAULTS = "tests.apart.faulty_jobs"


@pytest.fixture(scope="module")
def workers():
    workers = Workers(at_once=2, longest_queue=1, limits=WorkerLimits(1.0, 300 * MILLION), jobs=FAULTS)
    workers.start()
    yield workers
    workers.stop()


def works(workers):
    return workers.run("echo", 7) == 7 and workers.busy == 0


@pytest.mark.parametrize("job", ["hang_in_python", "hang_in_c"])
def test_a_job_that_hangs_is_ended(workers, job):
    with raises(LimitError, code="time", limit=1.0):
        workers.run(job)
    assert works(workers)


def test_a_job_that_crashes_is_an_error(workers):
    with raises(FileError, code="crashed"):
        workers.run("crash")
    assert works(workers)


def test_a_job_that_fills_memory_is_an_error():
    patient = Workers(at_once=1, longest_queue=1, limits=WorkerLimits(60, 300 * MILLION), jobs=FAULTS)
    with raises(LimitError, code="memory", limit=300 * MILLION):
        patient.run("fill_memory")
    assert works(patient)
    patient.stop()


def test_any_exception_is_one_error_without_its_words(workers):
    with raises(FileError, code="unreadable") as caught:
        workers.run("overflow_stack")
    assert "recursion" not in str(caught.value)
    assert works(workers)


def test_errors_of_ours_arrive_with_their_fields(workers):
    with raises(DamagedFileError, code="cut_off", file="a.pt", part="b"):
        workers.run("refuse")


def test_what_is_no_record_is_not_sent(workers):
    with raises(FileError, code="crashed"):
        workers.run("answer_with_code")
    assert works(workers)


def test_a_worker_writes_no_file_and_knows_no_secret(workers, tmp_path, monkeypatch):
    with raises(FileError, code="unreadable"):
        workers.run("write", str(tmp_path / "x"))
    assert (tmp_path / "x").stat().st_size == 0
    monkeypatch.setenv("STREAMLIT_SERVER_COOKIE_SECRET", "secret")
    fresh = Workers(jobs=FAULTS)
    assert fresh.run("secret") is None
    fresh.stop()


def test_each_job_has_a_process_of_its_own_which_ends(workers):
    first, second = workers.run("process"), workers.run("process")
    assert len({first, second, os.getpid()}) == 3
    for _ in range(200):
        if not any(_exists(process) for process in (first, second)):
            return
        time.sleep(0.02)
    raise AssertionError("a worker is still there")


def test_a_warm_process_that_is_gone_is_replaced(workers):
    assert workers._process is not None
    os.kill(workers._process.pid, signal.SIGKILL)
    assert works(workers)


def test_large_arrays_go_both_ways(workers):
    array = np.arange(2_000_000, dtype=np.float32).reshape(1000, 2000)
    assert np.array_equal(workers.run("echo", array), array)


def test_a_full_queue_refuses_and_those_who_wait_know_their_place(workers, tmp_path):
    gate, places = tmp_path / "gate", []
    patient = Workers(at_once=1, longest_queue=1, limits=WorkerLimits(60), jobs=FAULTS)
    first = threading.Thread(target=patient.run, args=("wait", str(gate)))
    first.start()
    _until(lambda: patient.busy == 1)
    second = threading.Thread(target=patient.run, args=("echo", 1), kwargs={"beat": places.append})
    second.start()
    _until(lambda: places)
    with raises(BusyError, code="queue_full", limit=1, actual=1):
        patient.run("echo", 2)
    gate.touch()
    first.join(), second.join()
    assert places[0] == 1 and patient.busy == 0
    patient.stop()


def test_work_ends_with_who_wanted_it(workers, tmp_path):
    class GoneError(Exception):
        pass

    def leave(ahead):
        raise GoneError

    with pytest.raises(GoneError):
        workers.run("wait", str(tmp_path / "never"), beat=leave)
    assert works(workers)


def _exists(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
