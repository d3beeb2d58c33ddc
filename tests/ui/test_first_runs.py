"""First runs of sessions take turns; later runs wait for nobody."""

import threading
from types import SimpleNamespace

import pytest

from rnnviz.ui.shared import first_runs


@pytest.fixture
def session(monkeypatch):
    """A session for each thread."""
    states = threading.local()

    class State:
        def _own(self):
            return states.__dict__.setdefault("state", {})

        def __contains__(self, key):
            return key in self._own()

        def __setitem__(self, key, value):
            self._own()[key] = value

    monkeypatch.setattr(first_runs, "st", SimpleNamespace(session_state=State()))
    monkeypatch.setattr(first_runs, "_turns", threading.BoundedSemaphore(first_runs.AT_ONCE))


def test_a_few_at_a_time(session):
    running, most, lock = [0], [0], threading.Lock()

    def visit():
        with first_runs.turn():
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            threading.Event().wait(0.01)
            with lock:
                running[0] -= 1

    visitors = [threading.Thread(target=visit) for _ in range(12)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert most[0] == first_runs.AT_ONCE and running[0] == 0


def test_who_is_at_work_does_not_wait(session, monkeypatch):
    monkeypatch.setattr(first_runs, "PATIENCE", 60.0)
    with first_runs.turn():
        pass
    for _ in range(first_runs.AT_ONCE):
        assert first_runs._turns.acquire(timeout=0)
    with first_runs.turn():  # would wait for a minute
        pass


def test_a_page_that_computes_for_long_does_not_keep_others_from_coming(session, monkeypatch):
    monkeypatch.setattr(first_runs, "PATIENCE", 0.01)
    for _ in range(first_runs.AT_ONCE):
        assert first_runs._turns.acquire(timeout=0)
    came = []
    with first_runs.turn():
        came.append(True)
    assert came and not first_runs._turns.acquire(timeout=0)  # and nothing is given back that was not taken


def test_a_run_that_fails_gives_its_turn_back(session):
    with pytest.raises(RuntimeError), first_runs.turn():
        raise RuntimeError
    assert all(first_runs._turns.acquire(timeout=0) for _ in range(first_runs.AT_ONCE))
