"""What one server gives to all and to each: settings with safe defaults, read from the environment once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ...errors import ArgumentError


def _setting(default: int, variable: str) -> Any:
    return field(default=default, metadata={"variable": f"RNNVIZ_{variable}"})


@dataclass(frozen=True)
class ServerLimits:
    """The limits of a server. Each is a whole number of at least 1, set by the environment variable named with it.

    Parameters
    ----------
    openings : int, default 2
        Files that are read at once; RNNVIZ_OPENINGS.
    opening_queue : int, default 20
        Files that may wait for it; RNNVIZ_OPENING_QUEUE.
    opening_seconds : int, default 20
        Seconds for reading one; RNNVIZ_OPENING_SECONDS.
    opening_megabytes : int, default 1500
        Memory for reading one, in million bytes; RNNVIZ_OPENING_MEGABYTES.
    kept_seconds : int, default 75
        Seconds that a session is kept after its browser has gone, in case that comes back; RNNVIZ_KEPT_SECONDS.
    cache_megabytes : int, default 64
        Results for the bundled models that are kept for all, in million bytes; RNNVIZ_CACHE_MEGABYTES.
    session_megabytes : int, default 600
        Files, models and trainings of one session, in million bytes; RNNVIZ_SESSION_MEGABYTES.
    server_megabytes : int, default 1500
        Those of all sessions together, in million bytes; RNNVIZ_SERVER_MEGABYTES.
    trainings : int, default 40
        Trainings that run at the same time, taking turns; RNNVIZ_TRAININGS.
    sessions : int, default 500
        Sessions that are open at the same time; RNNVIZ_SESSIONS.
    rooms : int, default 50
        Rooms, in which classes answer a question, that are open at the same time; RNNVIZ_ROOMS.
    room_seconds : int, default 7200
        Seconds that a room is open; RNNVIZ_ROOM_SECONDS.
    room_people : int, default 500
        People who can vote in one; RNNVIZ_ROOM_PEOPLE.
    """

    openings: int = _setting(2, "OPENINGS")
    opening_queue: int = _setting(20, "OPENING_QUEUE")
    opening_seconds: int = _setting(20, "OPENING_SECONDS")
    opening_megabytes: int = _setting(1500, "OPENING_MEGABYTES")
    kept_seconds: int = _setting(75, "KEPT_SECONDS")
    cache_megabytes: int = _setting(64, "CACHE_MEGABYTES")
    session_megabytes: int = _setting(600, "SESSION_MEGABYTES")
    server_megabytes: int = _setting(1500, "SERVER_MEGABYTES")
    trainings: int = _setting(40, "TRAININGS")
    sessions: int = _setting(500, "SESSIONS")
    rooms: int = _setting(50, "ROOMS")
    room_seconds: int = _setting(7200, "ROOM_SECONDS")
    room_people: int = _setting(500, "ROOM_PEOPLE")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> ServerLimits:
        """Read the limits from environment variables; what is not set has its default.

        Raises
        ------
        ArgumentError
            If a variable is not a whole number of at least 1.
        """
        values = {}
        for limit in fields(cls):
            variable = limit.metadata["variable"]
            text = environment.get(variable, str(limit.default))
            if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
                raise ArgumentError(
                    f"{variable} is {text!r}; it must be a whole number of at least 1.", name=variable, value=text
                )
            values[limit.name] = int(text)
        return cls(**values)


SERVER_LIMITS = ServerLimits.from_environment(os.environ)
