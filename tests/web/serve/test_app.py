"""The routes without a socket."""

import asyncio
import json

from headline.web.serve.app import ROUTES, SuggestApp
from headline.web.serve.counts import Counts
from headline.web.serve.one_model import SUGGEST
from headline.web.turns import Turns
from tests.event_loop import run
from tests.tiny import suggester, uniform_checkpoint


async def ask(app: SuggestApp, query: str) -> tuple[int, dict[bytes, bytes], dict]:
    sent: list[dict] = []

    async def send(message) -> None:
        sent.append(message)

    await app({"type": "http", "path": SUGGEST, "method": "GET", "query_string": query.encode()}, None, send)
    return sent[0]["status"], dict(sent[0]["headers"]), json.loads(sent[1]["body"])


def test_past_capacity_a_request_is_refused_at_once_and_told_when_to_ask_again():
    seconds = iter(range(1000))
    slow = Turns(clock=lambda: next(seconds))  # each answer takes a second
    app = SuggestApp(suggester(uniform_checkpoint()), Counts(ROUTES, 1), slow)

    async def all_at_once():
        await ask(app, "q=a")
        before = await ask(app, "q=a")  # kept, so that it waits for nobody
        return before, await asyncio.gather(*(ask(app, f"q=word+{n}") for n in range(60))), await ask(app, "q=b")

    before, answers, later = run(all_at_once())
    statuses = [status for status, _, _ in answers]
    assert before[0] == later[0] == 200 and 0 < statuses.count(200) < 30 and statuses.count(429) > 30
    refused = answers[statuses.index(429)]
    assert refused[1][b"retry-after"] == b"1" and refused[2]["error"].startswith("The server has too much to do")
