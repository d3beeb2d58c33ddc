"""Rooms: votes are counted once a browser, rooms are few and end, and nothing in them names anybody."""

import asyncio
import gc
import threading

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from rnnviz.errors import ArgumentError, BusyError, UnknownNameError
from rnnviz.ui.shared import upkeep
from rnnviz.ui.shared.rooms import LENGTH, MOST_CHOICES, SERVER, SIGNS, Rooms, server_name
from tests.raising import raises

MOST, SECONDS, PEOPLE = 3, 100, 4
TOKENS = [f"token-{k}" for k in range(PEOPLE + 2)]


class RoomsAgree(RuleBasedStateMachine):
    """The store does what a few dictionaries do."""

    rooms_made = Bundle("rooms_made")

    @initialize()
    def begin(self):
        self.now = 0.0
        self.rooms = Rooms(MOST, SECONDS, PEOPLE, clock=lambda: self.now)
        self.expected = {}  # by code

    def open_ones(self):
        return {code: room for code, room in self.expected.items() if self.now < room["ends"]}

    @rule(target=rooms_made)
    def open_one(self):
        if len(self.open_ones()) == MOST:
            with raises(BusyError, code="rooms_full", limit=MOST):
                self.rooms.open()
            return multiple()
        code, key = self.rooms.open()
        assert code not in self.open_ones()
        self.expected[code] = {
            "ends": self.now + SECONDS, "key": key, "turn": 0, "question": "", "choices": 0, "revealed": False,
            "votes": {},
        }  # fmt: skip
        return code

    @rule(code=rooms_made, question=st.sampled_from(["lstm-1-3", "gru-2-1"]), choices=st.integers(2, MOST_CHOICES))
    def ask(self, code, question, choices):
        room = self.expected[code]
        if code not in self.open_ones():
            with raises(UnknownNameError, code="no_room"):
                self.rooms.ask(code, room["key"], question, choices)
            return
        self.rooms.ask(code, room["key"], question, choices)
        room.update(question=question, choices=choices, revealed=False, votes={}, turn=room["turn"] + 1)

    @rule(code=rooms_made, token=st.sampled_from(TOKENS), choice=st.integers(-1, MOST_CHOICES), late=st.booleans())
    def vote(self, code, token, choice, late):
        room = self.expected[code]
        turn = room["turn"] - late
        if code not in self.open_ones():
            with raises(UnknownNameError, code="no_room"):
                self.rooms.vote(code, turn, token, choice)
        elif room["revealed"] or late or not room["question"]:
            with raises(ArgumentError, code="over"):
                self.rooms.vote(code, turn, token, choice)
        elif not 0 <= choice < room["choices"]:
            with raises(ArgumentError, code="no_choice"):
                self.rooms.vote(code, turn, token, choice)
        elif token not in room["votes"] and len(room["votes"]) == PEOPLE:
            with raises(BusyError, code="room_full", limit=PEOPLE):
                self.rooms.vote(code, turn, token, choice)
        else:
            self.rooms.vote(code, turn, token, choice)
            room["votes"][token] = choice

    @rule(code=rooms_made)
    def reveal(self, code):
        room = self.expected[code]
        if code in self.open_ones():
            self.rooms.reveal(code, room["key"])
            if room["question"] and not room["revealed"]:
                room.update(revealed=True, turn=room["turn"] + 1)

    @rule(code=consumes(rooms_made))
    def close(self, code):
        room = self.expected.pop(code)
        if self.now < room["ends"]:
            self.rooms.close(code, room["key"])

    @rule(code=rooms_made)
    def another_s_key_opens_nothing(self, code):
        keys = ["", "key", *(room["key"] for other, room in self.expected.items() if other != code)]
        for key in keys if code in self.open_ones() else ():
            assert not self.rooms.is_host(code, key)
            for act in (self.rooms.reveal, self.rooms.close, lambda *room: self.rooms.ask(*room, "lstm-1-3", 2)):
                with raises(ArgumentError, code="not_host"):
                    act(code, key)

    @rule(seconds=st.sampled_from([1, SECONDS // 2, SECONDS]))
    def wait(self, seconds):
        self.now += seconds

    @rule()
    def sweep(self):
        self.rooms.sweep()

    @invariant()
    def all_rooms_stand_as_expected(self):
        assert len(self.rooms) == len(self.open_ones()) <= MOST
        for code, room in self.open_ones().items():
            standing = self.rooms.standing(code)
            given = list(room["votes"].values())
            assert standing.counts == tuple(given.count(choice) for choice in range(room["choices"]))
            assert standing.votes == len(given) <= PEOPLE
            assert (standing.turn, standing.question) == (room["turn"], room["question"])
            assert standing.revealed == room["revealed"] and self.rooms.is_host(code, room["key"])
            assert [self.rooms.vote_of(code, token) for token in TOKENS] == [
                room["votes"].get(token) for token in TOKENS
            ]
        for code in self.expected.keys() - self.open_ones().keys():
            with raises(UnknownNameError, kind="room", name=code):
                self.rooms.standing(code)


RoomsAgree.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestRoomsAgree = RoomsAgree.TestCase


def test_many_who_vote_at_once_are_all_counted():
    rooms = Rooms(1, 60, 1000)
    code, key = rooms.open()
    rooms.ask(code, key, "lstm-1-3", 3)
    start = threading.Barrier(8)

    def vote(first):
        start.wait()
        for k in range(first, 400, 8):
            for choice in (k % 2, k % 3):  # the second replaces the first
                rooms.vote(code, 1, f"token-{k}", choice)

    threads = [threading.Thread(target=vote, args=[k]) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rooms.standing(code).counts == tuple(sum(k % 3 == choice for k in range(400)) for choice in range(3))


def test_a_store_holds_neither_tokens_nor_keys():
    rooms = Rooms(1, 60, 10)
    code, key = rooms.open()
    rooms.ask(code, key, "lstm-1-3", 2)
    rooms.vote(code, 1, "a-token-of-some-browser", 1)
    seen, waiting = set(), [rooms]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, (type, type(gc), type(test_a_store_holds_neither_tokens_nor_keys))):
            continue
        seen.add(id(one))
        assert one not in (key, "a-token-of-some-browser"), "in clear"
        waiting += gc.get_referents(one)
    assert len(seen) > 10


def test_the_same_browser_is_another_hash_in_another_room():
    rooms = Rooms(2, 60, 10)
    kept = []
    for _ in range(2):
        code, key = rooms.open()
        rooms.ask(code, key, "lstm-1-3", 2)
        rooms.vote(code, 1, "token", 0)
        kept += rooms._rooms[code].votes
    assert len(set(kept)) == 2


def test_codes_are_random_and_easy_to_read_aloud():
    rooms = Rooms(300, 60, 10)
    codes = {rooms.open()[0] for _ in range(300)}
    assert len(codes) == 300 and all(len(code) == LENGTH and set(code) <= set(SIGNS) for code in codes)
    assert not set(SIGNS) & set("0O1IL5S2Z8BUV")
    assert len(SIGNS) ** LENGTH > 10**8


def test_a_server_s_name_begins_its_codes():
    rooms = Rooms(1, 60, 10, "a")
    code, _ = rooms.open()
    assert code.startswith("a-") and len(code) == LENGTH + 2
    assert not rooms.is_elsewhere(code) and rooms.is_elsewhere("b" + code[1:]) and not rooms.is_elsewhere(code[2:])


@pytest.mark.parametrize("typed", ["A-k7qw4m", " a-K7Q W4M ", "a-K7QW4M"])
def test_a_code_is_understood_as_people_type_it(typed):
    assert Rooms(1, 60, 10).normal(typed) == "a-K7QW4M"


def test_a_server_is_named_by_the_environment():
    assert server_name({}) == "" and server_name({SERVER: "a"}) == "a"
    for name in ("A", "a-b", "a b", "x" * 17):
        with raises(ArgumentError, name=SERVER, value=name):
            server_name({SERVER: name})


def test_upkeep_forgets_old_rooms(monkeypatch):
    now = [0.0]
    rooms = Rooms(5, 60, 10, clock=lambda: now[0])
    rooms.open()
    now[0] = 61.0
    monkeypatch.setattr(upkeep, "ROOMS", rooms)
    monkeypatch.setattr(upkeep, "INTERVAL", 0.01)
    assert rooms._rooms

    async def look():
        looking = asyncio.create_task(upkeep._look_after_sessions())
        while rooms._rooms:
            await asyncio.sleep(0.01)
        looking.cancel()

    asyncio.run(asyncio.wait_for(look(), 5))
