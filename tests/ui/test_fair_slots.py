"""Whoever asks for a slot again and again gets one in turn, however long the others hold theirs."""

import threading
import time

import pytest

from rnnviz.ui.pages.train.fair_slots import FairSlots


def test_a_slot_is_held_by_one_at_a_time_and_comes_back():
    slots = FairSlots(1)
    with slots.slot("a", 0) as first, slots.slot("b", 0.01) as second:
        assert (first, second) == (True, False)
    with pytest.raises(ZeroDivisionError), slots.slot("a", 0):
        raise ZeroDivisionError
    with slots.slot("b", 0) as held:
        assert held


def test_the_place_in_the_queue_outlasts_a_waiting_time():
    """One who gave up while another waited comes first, once both wait again."""
    slots, order = FairSlots(1), []
    with slots.slot("holder", 0):
        with slots.slot("early", 0.01) as held:
            assert not held
        with slots.slot("late", 0.01) as held:
            assert not held

        def ask(who):
            with slots.slot(who, 20) as held:
                order.append((who, held))

        threads = [threading.Thread(target=ask, args=(who,)) for who in ("late", "early")]
        for thread in threads:
            thread.start()
        _until(lambda: slots._waiting == {"late", "early"})
    for thread in threads:
        thread.join()
    assert order == [("early", True), ("late", True)]


def test_of_five_who_ask_now_and_then_all_advance():
    """Each holds the slot for longer than the others wait; an ordinary semaphore serves one or two of them."""
    slots, served, end = FairSlots(1), dict.fromkeys(range(5), 0), threading.Event()

    def ask(who):
        while not end.is_set():
            with slots.slot(who, 0.01) as held:
                if held:
                    served[who] += 1
                    time.sleep(0.02)

    threads = [threading.Thread(target=ask, args=(who,)) for who in served]
    for thread in threads:
        thread.start()
    _until(lambda: min(served.values()) >= 2)
    end.set()
    for thread in threads:
        thread.join()


def _until(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
