"""Three servers behind HAProxy, and 150 people on them: who is where, what stays together, and what a fault costs."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from urllib.error import HTTPError

import pytest

from benchmarks._farm import COOKIE, Farm, farm
from benchmarks._visitor import Visitor
from benchmarks.many_servers import Person, all_of, arrive, leave, train
from benchmarks.soak import FILES

pytestmark = pytest.mark.proxy

PEOPLE, LATE = 150, 12
FILE = "names.safetensors"
UPLOADER, DOWNLOAD = "A file with", "The table as CSV"


@dataclass
class Day:
    """What happened, in the order in which it did."""

    # Everybody arrives and acts.
    arrived: Counter[str] = field(default_factory=Counter)
    connected: dict[str, int] = field(default_factory=dict)
    failures: int = 0
    lost_without_a_fault: int = 0
    metrics_from_outside: int = 0
    # One brings a file, and one takes one.
    opened: bool = False
    upload_elsewhere: int = 0
    table: bytes = b""
    download_elsewhere: int = 0
    # Rooms: what was asked for, the server that the browser was on, and the one that it is on now.
    rooms: list[tuple[str, str, str]] = field(default_factory=list)
    room_connections: dict[str, int] = field(default_factory=dict)
    # A server is killed while people type, and started again.
    typing_on_it: list[Person] = field(default_factory=list)
    others: list[Person] = field(default_factory=list)
    killed: str = ""
    after_the_restart: Counter[str] = field(default_factory=Counter)
    # Another is killed while somebody trains, and somebody has a file open.
    trainer: Person | None = None
    reader: Person | None = None
    second_killed: str = ""
    trains_again: bool = False
    # One is drained.
    drained: str = ""
    while_draining: Counter[str] = field(default_factory=Counter)
    stays_while_draining: str = ""
    after_draining: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    with farm(tmp_path_factory.mktemp("farm"), 3) as servers:
        return asyncio.run(_live_through(servers))


async def _live_through(servers: Farm) -> Day:
    day = Day()
    people = await arrive(servers.address, PEOPLE)
    day.arrived, day.connected = _where(people), servers.connections()
    for _ in range(2):
        await all_of(people, lambda person: person.act())
    day.failures = sum(person.visitor.failures for person in people)
    day.lost_without_a_fault = sum(len(person.away) for person in people)
    day.metrics_from_outside = await _status(people[0].visitor.fetch("/_stcore/metrics"))
    await _files(servers, day)
    await _rooms(servers, day)
    await _fault_while_typing(servers, day, people)
    await _fault_while_training(servers, day)
    await _drain(servers, day, people)
    return day


def _where(people: list[Person]) -> Counter[str]:
    return Counter(person.server for person in people)


async def _files(servers: Farm, day: Day) -> None:
    one, other = await Visitor.follow(servers.address, "models"), await Visitor.follow(servers.address)
    assert one.cookies[COOKIE] != other.cookies[COOKIE], "the fewest people are elsewhere by now"
    await one.upload(UPLOADER, FILE, FILES[FILE])
    day.opened = "Open in Explore" in one.widgets
    right, one.cookies[COOKIE] = one.cookies[COOKIE], other.cookies[COOKIE]
    day.upload_elsewhere = await _status(one.upload(UPLOADER, FILE, FILES[FILE]))
    one.cookies[COOKIE] = right
    await one.open("memory", "task=names&question=units")
    address, day.table = await one.download(DOWNLOAD)
    day.download_elsewhere = await _status(other.fetch(address))
    await asyncio.gather(one.leave(), other.leave())


async def _status(request) -> int:
    try:
        await request
    except HTTPError as error:
        return error.code
    return 200


async def _rooms(servers: Farm, day: Day) -> None:
    asked = [
        ("a-XYZW", "b"),
        ("b-XYZW", "b"),
        ("c-1-2", "a"),
        ("a-XYZW", ""),
        ("z-XYZW", "b"),
        ("XYZW", "c"),
        ("", "a"),
    ]
    before = servers.connections()
    for room, cookie in asked:
        visitor = await Visitor.follow(servers.address, "", f"room={room}", **({COOKIE: cookie} if cookie else {}))
        day.rooms.append((room, cookie, visitor.cookies[COOKIE]))
    after = servers.connections()
    day.room_connections = {name: after[name] - before[name] for name in after}


async def _fault_while_typing(servers: Farm, day: Day, people: list[Person]) -> None:
    day.killed = people[0].server
    day.typing_on_it = [person for person in people if person.server == day.killed]
    day.others = [person for person in people if person.server != day.killed]
    typing = asyncio.gather(*(person.stay(12, 2) for person in people))
    await asyncio.sleep(4)
    await asyncio.to_thread(servers.kill, day.killed)
    await typing
    await asyncio.to_thread(servers.wait_for, **{day.killed: "DOWN"})
    servers.start(day.killed)
    await asyncio.to_thread(servers.wait_for, **{day.killed: "UP"})
    late = await arrive(servers.address, LATE)
    day.after_the_restart = _where(late)
    await leave(late)


async def _fault_while_training(servers: Farm, day: Day) -> None:
    day.trainer = Person(await Visitor.follow(servers.address))
    day.second_killed = day.trainer.server
    day.reader = Person(await Visitor.follow(servers.address, "models", **{COOKIE: day.second_killed}))
    await day.reader.visitor.upload(UPLOADER, FILE, FILES[FILE])
    await train(day.trainer)
    await asyncio.to_thread(servers.kill, day.second_killed)
    await day.trainer.come_back()
    await day.reader.come_back()
    notices = list(day.trainer.visitor.notices)
    await day.trainer.visitor.press("Start")
    await day.trainer.visitor.watch()
    day.trains_again = "Stop" in day.trainer.visitor.widgets
    day.trainer.visitor.notices = notices
    await asyncio.to_thread(servers.wait_for, **{day.second_killed: "DOWN"})
    servers.start(day.second_killed)
    await asyncio.to_thread(servers.wait_for, **{day.second_killed: "UP"})


async def _drain(servers: Farm, day: Day, people: list[Person]) -> None:
    # The server that was killed first has the fewest people by now, so that all would come to it.
    day.drained = day.killed
    one = Person(await Visitor.follow(servers.address, "", "", **{COOKIE: day.drained}))
    servers.order(f"set server servers/{day.drained} state drain")
    late = await arrive(servers.address, LATE)
    day.while_draining = _where(late)
    await one.act()
    await one.visitor.leave()
    await one.visitor.come_back()
    day.stays_while_draining = one.server
    servers.order(f"set server servers/{day.drained} state ready")
    late = await arrive(servers.address, LATE)
    day.after_draining = _where(late)


def test_people_are_spread_evenly_and_each_is_where_the_cookie_says(day: Day):
    assert day.arrived == day.connected and day.arrived.total() == PEOPLE
    assert max(day.arrived.values()) - min(day.arrived.values()) <= 10  # as many as come in the same moment


def test_nobody_loses_anything_while_all_servers_run(day: Day):
    assert day.failures == 0 and day.lost_without_a_fault == 0


def test_metrics_are_not_for_who_comes_from_outside(day: Day):
    assert day.metrics_from_outside == 404 and sum(day.connected.values())


def test_a_file_is_opened_on_the_server_of_its_page(day: Day):
    assert day.opened and 400 <= day.upload_elsewhere < 500


def test_a_download_comes_from_the_server_of_its_page(day: Day):
    assert day.table.startswith(b"rank,unit") and day.download_elsewhere == 404


def test_a_room_leads_to_its_server_whichever_the_browser_was_on(day: Day):
    assert {room: now for room, _, now in day.rooms if "-" in room and room[0] in "abc"} == {
        "a-XYZW": "a",
        "b-XYZW": "b",
        "c-1-2": "c",
    }


def test_a_room_of_no_server_changes_nothing(day: Day):
    others = [(before, now) for room, before, now in day.rooms if "-" not in room or room[0] not in "abc"]
    assert len(others) == 3 and all(before == now for before, now in others)


def test_the_cookie_says_where_the_people_of_a_room_are(day: Day):
    now = Counter(server for _, _, server in day.rooms)
    assert {name: count for name, count in day.room_connections.items() if count} == dict(now)


def test_who_types_when_a_server_is_killed_is_on_another_one_with_the_text(day: Day):
    assert len(day.typing_on_it) >= PEOPLE // 3 - 10
    for person in day.typing_on_it:
        assert len(person.away) == 1 and person.kept == [True] and person.server != day.killed
        assert person.visitor.failures == 0


def test_the_others_notice_nothing(day: Day):
    assert len(day.others) >= PEOPLE // 2
    assert not any(person.away or person.visitor.failures for person in day.others)


def test_a_server_that_was_started_again_is_used_again(day: Day):
    assert day.after_the_restart[day.killed] == LATE  # nobody is on it, so that all who come are


def test_a_training_that_was_lost_is_told_of_and_can_be_started_again(day: Day):
    assert day.trainer is not None and day.trainer.server != day.second_killed
    assert len(day.trainer.visitor.notices) == 1 and day.trains_again and day.trainer.visitor.failures == 0


def test_a_file_that_was_lost_is_told_of(day: Day):
    assert day.reader is not None and day.reader.server != day.second_killed
    assert len(day.reader.visitor.notices) == 1 and UPLOADER[:6] in " ".join(day.reader.visitor.widgets)
    assert "Open in Explore" not in day.reader.visitor.widgets


def test_nobody_new_comes_to_a_server_that_is_drained_and_who_is_there_stays(day: Day):
    assert day.while_draining.total() == LATE and day.while_draining[day.drained] == 0
    assert day.stays_while_draining == day.drained
    assert day.after_draining[day.drained] > 0
