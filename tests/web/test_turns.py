"""Turns on the event loop, and what happens when more is asked than can be answered."""

import asyncio

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from headline.errors import BusyError
from headline.web.http.public import SUGGEST, public_routes
from headline.web.http.search_routes import search_routes
from headline.web.models import Models
from headline.web.serve.questions import API
from headline.web.turns import LONGEST_WAIT, RETRY_AFTER, Turns
from tests import event_loop
from tests.tiny import random_checkpoint


class Clock:
    """A clock that only work moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: float = 0.01) -> str:
        self.now += seconds
        return "done"


def ask(turns: Turns, clock: Clock, number: int) -> list:
    """What becomes of so many requests that come at once."""

    async def all_at_once():
        return await asyncio.gather(*(turns.take(clock.work) for _ in range(number)), return_exceptions=True)

    return event_loop.run(all_at_once())


def test_requests_that_would_wait_too_long_are_refused_and_the_others_answered():
    clock = Clock()
    turns = Turns(clock)
    assert ask(turns, clock, 500) == ["done"] * 500  # nothing is known yet of how long an answer takes
    found = ask(turns, clock, 500)
    answered = found.count("done")
    assert answered == pytest.approx(LONGEST_WAIT / 0.01, abs=2)
    assert all(isinstance(refused, BusyError) for refused in found[answered:])
    assert ask(turns, clock, 20) == ["done"] * 20  # nobody waits any more


def test_work_that_fails_does_not_wait_for_ever():
    clock = Clock()
    turns = Turns(clock)
    ask(turns, clock, 500)

    async def fail():
        def work():
            raise KeyError("a")

        for _ in range(100):
            with pytest.raises(KeyError):
                await turns.take(work)

    event_loop.run(fail())
    assert ask(turns, clock, 20) == ["done"] * 20


@pytest.mark.parametrize("path", [f"{API}/suggest", SUGGEST])
def test_a_busy_server_says_so_and_when_to_ask_again(tmp_path, path):
    class Busy(Turns):
        async def take(self, work):
            raise BusyError("The server has too much to do.")

    models = Models(random_checkpoint().save(tmp_path / "bundled"), tmp_path / "runs")
    app = FastAPI()
    app.router.routes.extend([*search_routes(models, Busy()), *public_routes(models, Busy())])
    reply = TestClient(app).get(path, params={"q": "the "})
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, str(RETRY_AFTER))
    assert reply.json() == {"error": "The server has too much to do."}
