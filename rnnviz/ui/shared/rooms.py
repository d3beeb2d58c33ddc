"""Rooms: a class answers a question while the answer is still hidden, and its teacher sees how many chose what.

A room is in the memory of one server, for two hours at most. It knows no person: a browser that votes is a hash, which
is there only so that its vote can be changed, and goes with the question.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from hmac import compare_digest
from threading import Lock

from ...errors import ArgumentError, BusyError, UnknownNameError
from .server_limits import SERVER_LIMITS

SERVER = "RNNVIZ_SERVER"  # the name of this server among several, such as "a"
SIGNS = "ACDEFGHJKMNPQRTWXY34679"  # none looks like another one, in any hand
LENGTH = 6  # signs of a code: 148 million codes
MOST_CHOICES = 12
_SERVER_NAME = re.compile(r"[a-z0-9]{1,16}")


@dataclass(frozen=True)
class Standing:
    """What is going on in a room.

    Parameters
    ----------
    turn : int
        Grows with every question and every answer that is revealed.
    question : str
        The key of the question that is asked; empty before the first one.
    counts : tuple of int
        How many chose each of its choices.
    revealed : bool
        Whether its answer is revealed; nobody can vote any more.
    watch : str
        A random name, by which a browser asks whether anything has changed.
    """

    turn: int
    question: str
    counts: tuple[int, ...]
    revealed: bool
    watch: str

    @property
    def votes(self) -> int:
        """How many have voted."""
        return sum(self.counts)


@dataclass
class _Room:
    ends: float
    key: bytes  # the hash of the host's key
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    watch: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    turn: int = 0
    question: str = ""
    choices: int = 0
    revealed: bool = False
    votes: dict[bytes, int] = field(default_factory=dict)  # the choice by the hash of who votes

    def standing(self) -> Standing:
        given = list(self.votes.values())
        counts = tuple(given.count(choice) for choice in range(self.choices))
        return Standing(self.turn, self.question, counts, self.revealed, self.watch)


class Rooms:
    """The rooms of a server. Every method may be called by several threads at once.

    Parameters
    ----------
    most : int
        Rooms at the same time.
    seconds : int
        How long a room is open.
    people : int
        How many can vote on a question.
    server : str, default ""
        The server's name. It begins every code, so that a proxy can tell where a room is.
    clock : callable, optional
        The time in seconds.
    """

    def __init__(
        self, most: int, seconds: int, people: int, server: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most, self.seconds, self.people, self.server = most, seconds, people, server
        self._clock = clock
        self._rooms: dict[str, _Room] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        with self._lock:
            self._sweep()
            return len(self._rooms)

    def open(self) -> tuple[str, str]:
        """Open a room; return its code, and the key with which its host asks, reveals and closes.

        Raises BusyError if there are as many rooms as this server may have.
        """
        with self._lock:
            self._sweep()
            if len(self._rooms) >= self.most:
                raise BusyError(
                    f"This server has {self.most:,} open rooms, and no more have a place. Try again later.",
                    code="rooms_full", limit=self.most, actual=len(self._rooms),
                )  # fmt: skip
            while (code := self._new_code()) in self._rooms:
                pass
            key = secrets.token_urlsafe(16)
            self._rooms[code] = _Room(self._clock() + self.seconds, _hash(key))
            return code, key

    def ask(self, code: str, key: str, question: str, choices: int) -> None:
        """Ask a question with so many choices; earlier votes are forgotten.

        Raises UnknownNameError without such a room, ArgumentError for a wrong key or number of choices.
        """
        if not 2 <= choices <= MOST_CHOICES:
            raise ArgumentError(
                f"A question for a class has 2 to {MOST_CHOICES} choices, not {choices}.",
                code="choices", value=choices, allowed=(2, MOST_CHOICES),
            )  # fmt: skip
        with self._lock:
            room = self._hosted(code, key)
            room.question, room.choices, room.revealed, room.votes = question, choices, False, {}
            room.turn += 1

    def reveal(self, code: str, key: str) -> None:
        """End the vote. Raises UnknownNameError without such a room, ArgumentError for a wrong key."""
        with self._lock:
            room = self._hosted(code, key)
            if room.question and not room.revealed:
                room.revealed = True
                room.turn += 1

    def close(self, code: str, key: str) -> None:
        """Forget a room. Raises UnknownNameError if there is none, ArgumentError for a wrong key."""
        with self._lock:
            self._hosted(code, key)
            del self._rooms[code]

    def is_host(self, code: str, key: str) -> bool:
        """Whether there is such a room, and this is its key."""
        with self._lock:
            room = self._found(code)
            return room is not None and compare_digest(room.key, _hash(key))

    def vote(self, code: str, turn: int, token: str, choice: int) -> None:
        """Choose, or choose again.

        Parameters
        ----------
        code : str
            The room.
        turn : int
            The turn of the question that is answered.
        token : str
            Random, and the same for one browser: its next vote replaces this one.
        choice : int
            One of the question's choices, counted from 0.

        Raises
        ------
        UnknownNameError
            If there is no such room.
        ArgumentError
            If the vote is over, or there is no such choice; `code` is "over" or "no_choice".
        BusyError
            If as many have voted as the room has a place for.
        """
        with self._lock:
            room = self._known(code)
            if room.revealed or turn != room.turn or not room.question:
                raise ArgumentError("The vote on this question is over.", code="over", value=turn)
            if not 0 <= choice < room.choices:
                raise ArgumentError("There is no such choice.", code="no_choice", value=choice)
            voter = _hash(token, room.salt)
            if voter not in room.votes and len(room.votes) >= self.people:
                raise BusyError(
                    f"{self.people:,} have voted, and the room has no place for more.",
                    code="room_full", limit=self.people, actual=len(room.votes),
                )  # fmt: skip
            room.votes[voter] = choice

    def vote_of(self, code: str, token: str) -> int | None:
        """What a browser has chosen; None if it has not. Raises UnknownNameError without such a room."""
        with self._lock:
            room = self._known(code)
            return room.votes.get(_hash(token, room.salt))

    def standing(self, code: str) -> Standing:
        """What is going on in a room. Raises UnknownNameError if there is none."""
        with self._lock:
            return self._known(code).standing()

    def sweep(self) -> None:
        """Forget the rooms whose time is over."""
        with self._lock:
            self._sweep()

    def normal(self, typed: str) -> str:
        """A code as it is written, whatever its case and the blanks in it."""
        server, dash, signs = "".join(typed.split()).rpartition("-")
        return f"{server.lower()}{dash}{signs.upper()}"

    def is_elsewhere(self, code: str) -> bool:
        """Whether a code names another server than this one."""
        return "-" in code and code.partition("-")[0] != self.server

    def _new_code(self) -> str:
        signs = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
        return f"{self.server}-{signs}" if self.server else signs

    def _sweep(self) -> None:
        now = self._clock()
        self._rooms = {code: room for code, room in self._rooms.items() if now < room.ends}

    def _found(self, code: str) -> _Room | None:
        room = self._rooms.get(code)
        return room if room is not None and self._clock() < room.ends else None

    def _known(self, code: str) -> _Room:
        if (room := self._found(code)) is None:
            raise UnknownNameError("There is no such room.", code="no_room", kind="room", name=code)
        return room

    def _hosted(self, code: str, key: str) -> _Room:
        room = self._known(code)
        if not compare_digest(room.key, _hash(key)):
            raise ArgumentError("This is not the key of the room.", code="not_host", name="key")
        return room


def _hash(text: str, salt: bytes = b"") -> bytes:
    return blake2b(text.encode(), digest_size=16, key=salt).digest()


def server_name(environment: Mapping[str, str]) -> str:
    """The name of this server; empty if it has none. Raises ArgumentError for one that a code cannot begin with."""
    name = environment.get(SERVER, "")
    if name and not _SERVER_NAME.fullmatch(name):
        raise ArgumentError(
            f"{SERVER} is {name!r}; it must be 1 to 16 small letters and digits, such as 'a'.", name=SERVER, value=name
        )
    return name


ROOMS = Rooms(SERVER_LIMITS.rooms, SERVER_LIMITS.room_seconds, SERVER_LIMITS.room_people, server_name(os.environ))
