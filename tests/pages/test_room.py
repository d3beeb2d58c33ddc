"""A class answers in a room: teacher and learners are sessions of their own, and only the teacher knows the counts."""

import asyncio
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from rnnviz.ui.pages.guide import class_room, room_page
from rnnviz.ui.pages.guide.chapter_parser import parse_chapter
from rnnviz.ui.shared import room_route
from rnnviz.ui.shared.rooms import Rooms

from .app_pages import APP, open_page

pytestmark = pytest.mark.usefixtures("open_door")
QUESTIONS = dict(parse_chapter(APP.parent / "pages" / "lstm.md").questions)
FIRST, SECOND = list(QUESTIONS)[:2]


@pytest.fixture(autouse=True)
def no_rooms(monkeypatch):
    """A store of this test's own, in place of the server's."""
    rooms = Rooms(2, 60, 10, clock=lambda: rooms.now)
    rooms.now = 0.0
    for module in (class_room, room_page, room_route):
        monkeypatch.setattr(module, "ROOMS", rooms)
    return rooms


def ask(teacher: AppTest, question: str) -> str:
    """Ask the class a question; the room's code."""
    teacher.button(key=f"ask-class-{question}").click().run()
    assert not teacher.exception
    return teacher.session_state["hosted"][0]


def learner(code: str) -> AppTest:
    return open_page("room", room=code)


def choose(app: AppTest, choice: int, question: str = FIRST) -> None:
    app.radio[0].set_value(QUESTIONS[question].choices[choice]).run()
    assert not app.exception


def bars(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html") if '<ul class="rnnviz-votes"' in element.proto.body]


def words(app: AppTest) -> str:
    elements = (*app.markdown, *app.info, *app.success, *app.warning, *app.caption)
    return " ".join(element.value for element in elements).replace("\\", "")


def test_a_class_votes_and_sees_the_answer_once_it_is_revealed(no_rooms):
    teacher = open_page("lstm")
    code = ask(teacher, FIRST)
    people = [learner(code) for _ in range(3)]
    question = QUESTIONS[FIRST]
    for app in people:
        assert sorted(app.radio[0].options) == sorted(question.choices) and app.radio[0].value is None
    for app, choice in zip(people, (0, 1, 1), strict=True):
        choose(app, choice)
        assert app.success and not bars(app), "what others chose stays hidden"
        assert "1.00 at the first b" not in words(app)
    teacher.run()
    assert no_rooms.standing(code).counts == (1, 2, 0)
    assert "3 have answered" in words(teacher) and "1.00 at the first b" not in words(teacher)
    choose(people[1], 0)
    teacher.run()
    (shown,) = bars(teacher)
    assert no_rooms.standing(code).counts == (2, 1, 0) and shown.count("<li>") == 3 and "right" not in shown
    teacher.button(key="room-reveal").click().run()
    assert "1.00 at the first b" in words(teacher) and "✓" in bars(teacher)[0]
    for app, verdict in zip(people, ("that is right", "that is right", f"it is “{question.right}”"), strict=True):
        app.run()
        assert verdict in words(app) and "1.00 at the first b" in words(app) and not app.radio
        assert "<#" not in words(app) and bars(app)


def test_the_class_follows_from_question_to_question_and_votes_anew(no_rooms):
    teacher = open_page("lstm")
    code = ask(teacher, FIRST)
    app = learner(code)
    choose(app, 2)
    assert ask(teacher, SECOND) == code
    app.run()
    assert sorted(app.radio[0].options) == sorted(QUESTIONS[SECOND].choices) and app.radio[0].value is None
    choose(app, 0, SECOND)
    assert no_rooms.standing(code).counts == (1, 0, 0)
    teacher.button(key="room-reveal").click().run()
    teacher.button(key="room-again").click().run()
    assert no_rooms.standing(code).votes == 0
    app.run()
    assert app.radio[0].value is None, "the same question once more"


def test_a_vote_that_comes_after_the_answer_does_not_count(no_rooms):
    teacher = open_page("lstm")
    code = ask(teacher, FIRST)
    app = learner(code)
    teacher.button(key="room-reveal").click().run()
    choose(app, 0)
    assert no_rooms.standing(code).votes == 0 and not app.radio


def test_a_page_that_is_loaded_again_is_the_same_host_and_the_same_voter(no_rooms):
    teacher = open_page("lstm")
    code = ask(teacher, FIRST)
    app = learner(code)
    choose(app, 1)
    key = teacher.session_state["hosted"][1]
    kept = " ".join(app.session_state["voter"])

    again = open_page("lstm")
    assert f"ask-class-{FIRST}" in [button.key for button in again.button]
    handed_over(again, class_room, f"{code} {key}")
    assert again.button(key="room-reveal")

    same = learner(code)
    handed_over(same, room_page, kept)
    assert same.radio[0].value == QUESTIONS[FIRST].choices[1]
    choose(same, 2)
    assert no_rooms.standing(code).counts == (0, 0, 1)


def handed_over(app: AppTest, module, kept: str) -> None:
    """What the browser has kept reaches the session."""
    state = module.st.session_state
    module.st.session_state = app.session_state
    try:
        module._receive(kept)
    finally:
        module.st.session_state = state
    app.run()


@pytest.mark.parametrize("kept", ["", "K", "{code} wrong", "K7QW4M {key}"])
def test_a_key_that_is_not_the_room_s_hosts_nothing(kept):
    teacher = open_page("lstm")
    code = ask(teacher, FIRST)
    other = open_page("lstm")
    handed_over(other, class_room, kept.format(code=code, key=teacher.session_state["hosted"][1]))
    assert "room-reveal" not in [button.key for button in other.button]


def test_a_room_that_is_closed_says_so_to_the_class(no_rooms):
    teacher = open_page("lstm")
    code = ask(teacher, FIRST)
    app = learner(code)
    teacher.button(key="room-close").click().run()
    assert len(no_rooms) == 0 and f"ask-class-{FIRST}" in [button.key for button in teacher.button]
    app.run()
    assert not app.exception and code in words(app) and not app.radio


def test_a_room_whose_time_is_over_is_gone_for_its_host_too(no_rooms):
    teacher = open_page("lstm")
    code = ask(teacher, FIRST)
    no_rooms.now = 61.0
    teacher.run()
    assert not teacher.exception and teacher.warning and "hosted" not in teacher.session_state
    assert ask(teacher, FIRST) != code and not teacher.warning


def test_a_server_with_no_place_for_a_room_says_so():
    for _ in range(2):
        ask(open_page("lstm"), FIRST)
    teacher = open_page("lstm")
    teacher.button(key=f"ask-class-{FIRST}").click().run()
    assert not teacher.exception and "2 open rooms" in words(teacher)


def test_a_code_of_another_server_leads_there(no_rooms):
    no_rooms.server = "a"
    app = learner("b-K7QW4M")
    assert "not on this server" in words(app)
    (form,) = [element.proto.body for element in app.get("html") if '<form class="rnnviz-join"' in element.proto.body]
    assert 'value="b-K7QW4M"' in form


def test_what_stands_in_a_link_as_a_code_stays_text():
    code = '"><script>alert(1)</script>'
    app = learner(code)
    (form,) = [element.proto.body for element in app.get("html") if '<form class="rnnviz-join"' in element.proto.body]
    assert "<script" not in form.lower() and not app.exception and len(words(app)) < 400


def test_a_session_may_not_try_codes_without_end(no_rooms):
    code, _ = no_rooms.open()
    app = learner("AAAAA0")
    for k in range(1, room_page.TRIES):
        app.session_state["room-room"] = f"AAAAA{k}"
        app.run()
    app.session_state["room-room"] = code
    app.run()
    assert "Wait a minute" in words(app)


def test_without_a_code_there_is_a_box_for_it():
    app = open_page("room")
    assert any('<form class="rnnviz-join"' in element.proto.body for element in app.get("html")) and not app.warning


def test_a_lesson_can_leave_out_the_button():
    assert not [button for button in open_page("lstm", hide="class").button if button.key.startswith("ask-class")]


def test_a_browser_is_told_the_state_of_a_room_if_it_knows_its_name(no_rooms):
    code, key = no_rooms.open()
    no_rooms.ask(code, key, FIRST, 3)
    no_rooms.vote(code, 1, "token", 0)
    path = room_route.watch_path(code, no_rooms.standing(code))
    for base in ("/", "/courses/rnn/"):
        status, headers, body = get(base + path)
        assert (status, headers["cache-control"]) == (200, "no-store")
        assert body == b"1 1" == room_route.state(no_rooms.standing(code)).encode()
    assert parse_qs(urlsplit(path).query)["room"] == [code], "a proxy sends it to the room's server"
    for query in (f"room={code}", f"room={code}&watch=x", "room=K7QW4M&watch=x", "", f"room={code}&watch=%C3%A9"):
        assert get(f"/{room_route.PATH}?{query}")[0] == 404


def get(address: str) -> tuple[int, dict[str, str], bytes]:
    """What a server with the route answers: status, headers, body."""
    answer = []

    async def send(message):
        answer.append(message)

    path, _, query = address.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": query.encode()}
    asyncio.run(Starlette(routes=room_route.routes())(scope | {"root_path": ""}, None, send))
    headers = {name.decode(): value.decode() for name, value in answer[0]["headers"]}
    return answer[0]["status"], headers, b"".join(message.get("body", b"") for message in answer)


def test_the_link_of_a_room_is_beside_the_chapter(monkeypatch):
    for page, link in (
        ("http://h:1/lstm", "http://h:1/room"),
        ("https://h/courses/rnn/lstm", "https://h/courses/rnn/room"),
    ):
        monkeypatch.setattr(class_room.st, "context", SimpleNamespace(url=page))
        assert class_room.room_link("a-K7QW4M") == f"{link}?room=a-K7QW4M"
