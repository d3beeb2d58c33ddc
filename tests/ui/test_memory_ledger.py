"""Room is refused before it is taken, and comes back when nothing holds it any more."""

import gc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.errors import ArgumentError, BusyError
from rnnviz.ui.shared.memory_ledger import Account, Ledger
from rnnviz.ui.shared.server_limits import ServerLimits
from tests.raising import raises


def test_a_session_may_hold_so_much_and_all_together_so_much():
    ledger, accounts = Ledger(600, 1000), [Account(), Account()]
    first = ledger.reserve(accounts[0], 500)
    with raises(BusyError, code="session_full", limit=600, actual=601):
        ledger.reserve(accounts[0], 101)
    with raises(BusyError, code="server_full", limit=1000, actual=1001):
        ledger.reserve(accounts[1], 501)
    second = ledger.reserve(accounts[1], 500)
    assert (ledger.bytes, accounts[0].bytes, accounts[1].bytes) == (1000, 500, 500)
    first.release()
    first.release()
    assert (ledger.bytes, accounts[0].bytes, first.bytes, second.bytes) == (500, 0, 0, 500)


def test_what_is_gone_gives_its_room_back():
    ledger, account = Ledger(600, 1000), Account()
    reservation = ledger.reserve(account, 500)
    assert ledger.bytes == 500
    del reservation
    gc.collect()
    assert (ledger.bytes, account.bytes) == (0, 0)


def test_a_refused_change_leaves_what_was_held():
    ledger, account = Ledger(600, 1000), Account()
    reservation = ledger.reserve(account, 500)
    with raises(BusyError):
        reservation.resize(601)
    assert reservation.bytes == ledger.bytes == 500
    reservation.resize(100)
    assert reservation.bytes == ledger.bytes == 100


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 400), st.booleans()), max_size=40))
def test_the_sums_are_those_of_what_is_held(changes):
    ledger, accounts, held = Ledger(600, 1000), [Account() for _ in range(4)], []
    for who, size, releases in changes:
        if releases and held:
            held.pop()[1].release()
        with suppress(BusyError):
            held.append((who, ledger.reserve(accounts[who], size)))
        assert ledger.bytes == sum(one.bytes for _, one in held) <= 1000
        for k, account in enumerate(accounts):
            assert account.bytes == sum(one.bytes for owner, one in held if owner == k) <= 600


def test_limits_come_from_the_environment():
    assert ServerLimits.from_environment({}) == ServerLimits()
    assert ServerLimits.from_environment({"RNNVIZ_SESSIONS": "7"}) == ServerLimits(sessions=7)


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "many", "1" * 20, "²"])
def test_a_limit_that_is_no_number_is_refused(text):
    with raises(ArgumentError, name="RNNVIZ_SESSIONS", value=text):
        ServerLimits.from_environment({"RNNVIZ_SESSIONS": text})
