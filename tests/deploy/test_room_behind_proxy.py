"""A class room behind the proxy, in browsers: whoever opens its link is led to the one server that knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks._farm import COOKIE, Farm, farm
from tests.browser.conftest import chromium, opened, rerun, settle

pytestmark = pytest.mark.proxy
__all__ = ["chromium"]  # the fixture

SOON = 15_000


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    with farm(tmp_path_factory.mktemp("farm"), 2) as started:
        yield started


def server_of(page: Page) -> str:
    """The server on which the proxy keeps this browser."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return cookies[COOKIE]


def test_a_class_meets_on_the_server_of_its_room(servers: Farm, chromium: Browser):
    teacher = opened(chromium)
    teacher.goto(f"{servers.address}/lstm")
    settle(teacher)
    with rerun(teacher):
        teacher.get_by_role("button", name="Ask the class").first.click()
    link = teacher.get_by_role("dialog").locator("[data-testid=stCode]").inner_text().strip()
    own = server_of(teacher)
    assert re.search(r"room=([a-h])-", link)[1] == own
    teacher.keyboard.press("Escape")

    learners = []
    while {server_of(learner) for learner in learners} != set(servers.ports) and len(learners) < 8:
        learners.append(opened(chromium))
        learners[-1].goto(f"{servers.address}/lstm")
        settle(learners[-1])
    assert any(server_of(learner) != own for learner in learners)  # the proxy spreads them
    for learner in learners:
        learner.goto(link)
        settle(learner)
        assert server_of(learner) == own
        with rerun(learner):
            learner.get_by_text("Stay open").click()
        expect(learner.get_by_text("Your choice is in")).to_be_visible(timeout=SOON)
    count = len(learners)
    expect(teacher.get_by_text(re.compile(rf"{count} (has|have) answered"))).to_be_visible(timeout=SOON)
    for page in (teacher, *learners):
        page.context.close()


def test_a_code_that_is_typed_on_another_server_leads_there_too(servers: Farm, chromium: Browser):
    teacher = opened(chromium)
    teacher.goto(f"{servers.address}/lstm")
    settle(teacher)
    with rerun(teacher):
        teacher.get_by_role("button", name="Ask the class").first.click()
    link = teacher.get_by_role("dialog").locator("[data-testid=stCode]").inner_text().strip()
    code = link.split("room=")[1]
    for _ in range(4):  # the proxy gives the servers in turn
        learner = opened(chromium)
        learner.goto(f"{servers.address}/room")
        settle(learner)
        learner.get_by_label("Room code").fill(code)
        learner.get_by_role("button", name="Join").click()
        expect(learner.get_by_text("Stay open")).to_be_visible(timeout=SOON)
        assert server_of(learner) == server_of(teacher)
        learner.context.close()
    teacher.context.close()
